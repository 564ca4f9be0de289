// The part of the pipeline's surroundings that says who calls: anybody may do everything.

import { NO_AUTHENTICATION } from '../../../src/rpc/edge/caller.js';
import type { PipelineContext } from '../../../src/rpc/edge/pipeline.js';

export const OPEN_ACCESS: Pick<PipelineContext, 'authenticator' | 'memberships' | 'denied'> = {
  authenticator: NO_AUTHENTICATION,
  memberships: { groupOf: async () => undefined },
  denied: () => {},
};
