// Errors that this room itself answers with: always with google.rpc.ErrorInfo, always with
// the way out. Never made from another error's text.

import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type Code, ConnectError } from '@connectrpc/connect';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb.js';

export const ERROR_DOMAIN = 'attendance.v1';

export interface Refusal {
  readonly code: Code;
  /** UPPER_SNAKE_CASE and stable. */
  readonly reason: string;
  /** For a person: what is wrong and what would be right. */
  readonly message: string;
  /** The refused field, in the contract's name, where one is known. */
  readonly field?: string;
  /** When it is worth asking again, where it is. */
  readonly retryAfterMs?: number;
}

/** The refusal as an error that Connect's handlers put on the wire in any protocol. */
export function refusalError(refusal: Refusal): ConnectError {
  const error = new ConnectError(refusal.message, refusal.code);
  const { reason, message, field, retryAfterMs } = refusal;
  error.details.push({
    desc: ErrorInfoSchema,
    value: create(ErrorInfoSchema, { reason, domain: ERROR_DOMAIN }),
  });
  if (field !== undefined) {
    const fieldViolations = [{ field, reason, description: message }];
    error.details.push({
      desc: BadRequestSchema,
      value: create(BadRequestSchema, { fieldViolations }),
    });
  }
  if (retryAfterMs !== undefined) {
    const retryDelay = durationFromMs(retryAfterMs);
    error.details.push({ desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) });
  }
  return error;
}

/** True when the error says its reason already. */
export function hasErrorInfo(error: ConnectError): boolean {
  return error.details.some(
    (detail) =>
      ('desc' in detail ? detail.desc.typeName : detail.type) === ErrorInfoSchema.typeName,
  );
}
