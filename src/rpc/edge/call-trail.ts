// What becomes known of a call on its way, for its line in the log. Each part of the way writes down
// what it learns. Must never hold a token, a note or a name of an employee.

import { type ConnectError, createContextKey } from '@connectrpc/connect';
import { ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.js';

export interface CallTrail {
  /** The id that the caller sent, or one that was made; the answer carries it. */
  readonly requestId: string;
  /** gRPC's number, 0 for success; undefined until the call has an outcome. */
  code: number | undefined;
  /** The reason of the error, as its ErrorInfo has it; empty for none. */
  reason: string;
  /** The name of the caller; empty until it is known. */
  caller: string;
  /** What is recorded of who did it; empty until it is known. */
  actor: string;
  /** The employee that the request names, as it was sent and unchecked; empty for none. */
  employeeId: string;
}

/** The trail of a call that has just come in. */
export function startTrail(requestId: string): CallTrail {
  return { requestId, code: undefined, reason: '', caller: '', actor: '', employeeId: '' };
}

/** Takes a trail through the handlers of Connect's library. */
export const TRAIL = createContextKey<CallTrail | undefined>(undefined);

/** Writes down the error that a call is answered with. */
export function noteError(trail: CallTrail | undefined, error: ConnectError): void {
  if (trail === undefined) return;
  trail.code = error.code;
  trail.reason = reasonOf(error);
}

/** Writes down the one employee whom a request is about, if it names one. */
export function noteEmployee(trail: CallTrail | undefined, message: object): void {
  if (trail === undefined) return;
  const { employeeId } = message as { readonly employeeId?: unknown };
  if (typeof employeeId === 'string') trail.employeeId = employeeId;
}

function reasonOf({ details }: ConnectError): string {
  for (const detail of details) {
    if ('desc' in detail && detail.desc.typeName === ErrorInfoSchema.typeName) {
      return String((detail.value as { readonly reason?: unknown }).reason ?? '');
    }
  }
  return '';
}
