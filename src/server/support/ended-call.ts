// What the server tells of each call that ended, for the log.

import type { IncomingHttpHeaders } from 'node:http';
import type { DescMethod } from '@bufbuild/protobuf';
import type { CallTrail } from '../../rpc/edge/call-trail.js';

export interface EndedCall {
  /** Undefined if this server does not have it. */
  readonly method: DescMethod | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly trail: CallTrail;
  /** From its headers to the end of its answer, in milliseconds. */
  readonly durationMs: number;
  /** Whether the caller has taken the whole answer, as far as the connection tells. */
  readonly isAnswered: boolean;
}

/** Must be cheap, and never throw. */
export type OnCallEnd = (call: EndedCall) => void;
