// What went wrong with one item of a batch: what the call would have thrown for that item alone.

import type { Status } from '../../../gen/google/rpc/status_pb.js';
import type { Failure } from '../../domain/facts/errors.js';
import { MAX_VIOLATIONS, publicError, toStatus } from './error-table.js';
import type { Call } from './pipeline.js';

/** An error nobody expected is reported, and told by its incident id. */
export function itemError(failure: Failure, call: Call, maxViolations = MAX_VIOLATIONS): Status {
  const error = publicError(failure, maxViolations);
  const incident = failure.kind === 'FACT_REFUSED' ? call.report(failure.cause) : undefined;
  return toStatus(incident === undefined ? error : { ...error, metadata: { incident } });
}
