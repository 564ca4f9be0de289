// Errors that this floor itself answers with. They always have google.rpc.ErrorInfo and tell the
// way out, and are never made from another error's text.

import type { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.js';
import type { FieldViolation } from '../../domain/facts/errors.js';
import { type Reason, toConnectError } from '../../rpc/edge/error-table.js';

export interface Refusal {
  readonly code: Code;
  readonly reason: Reason;
  /** For a person: what is wrong and what would be right. */
  readonly message: string;
  /** The refused fields, if they are known. */
  readonly violations?: readonly FieldViolation[];
  /** The delay before a retry, if a retry is worthwhile. */
  readonly retryAfterMs?: number;
}

/** The refusal as an error that Connect's handlers put on the wire in any protocol. */
export function refusalError(refusal: Refusal): ConnectError {
  return toConnectError(refusal);
}

/** Whether the error has its reason already. */
export function hasErrorInfo(error: ConnectError): boolean {
  return error.details.some(
    (detail) =>
      ('desc' in detail ? detail.desc.typeName : detail.type) === ErrorInfoSchema.typeName,
  );
}
