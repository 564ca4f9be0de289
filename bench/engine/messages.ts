// The messages between the bench and its engine process. The bench sends a Layout.

import type { Computed } from '../support/compute.js';

export type EngineReply =
  | { readonly kind: 'RESULT'; readonly computed: readonly Computed[] }
  | { readonly kind: 'FAILED'; readonly message: string };
