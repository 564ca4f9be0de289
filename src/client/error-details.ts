// Reads the details of a google.rpc.Status besides its code and message, which callers act on.
// Browsers also use this, so it must not know how the status was transported.

import { createRegistry } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  file_google_rpc_error_details,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb.js';
import type { Status } from '../../gen/google/rpc/status_pb.js';

/**
 * The types of all error details. Callers that read JSON need them: a failed item of a batch has
 * its details in google.protobuf.Any, and JSON without the type is refused as a whole. For
 * createConnectTransport of Connect: `jsonOptions: { registry: errorDetailTypes }`.
 */
export const errorDetailTypes = createRegistry(file_google_rpc_error_details);

/** One refused field. */
export interface ClientFieldViolation {
  /** Its path in the request, in the names of the contract: `requests[3].date`. */
  readonly field: string;
  /** The broken rule, UPPER_SNAKE_CASE and stable; empty if the service gave none. */
  readonly reason: string;
  /** What is wrong and what would be right, for a person. */
  readonly description: string;
}

/** The machine-readable part of a failure. */
export interface ErrorDetails {
  /** `google.rpc.ErrorInfo.reason`, such as `ETAG_MISMATCH`; empty if there is none. */
  readonly reason: string;
  /**
   * `google.rpc.ErrorInfo.domain`: `attendance.v1` for this service's own errors, CLIENT_DOMAIN for
   * a request that was refused before it was sent.
   */
  readonly domain: string;
  /** `google.rpc.ErrorInfo.metadata`. */
  readonly info: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly ClientFieldViolation[];
  /** How long the service asks to wait, in milliseconds; undefined if it does not ask. */
  readonly retryDelayMs: number | undefined;
}

export const NO_DETAILS: ErrorDetails = {
  reason: '',
  domain: '',
  info: {},
  fieldViolations: [],
  retryDelayMs: undefined,
};

/** The machine-readable part of a `google.rpc.Status`, such as the one of a failed item. */
export function detailsOfStatus(failed: Status): ErrorDetails {
  let { reason, domain, info, fieldViolations, retryDelayMs } = NO_DETAILS;
  for (const detail of failed.details) {
    const errorInfo = anyUnpack(detail, ErrorInfoSchema);
    if (errorInfo !== undefined) ({ reason, domain, metadata: info } = errorInfo);
    const badRequest = anyUnpack(detail, BadRequestSchema);
    if (badRequest !== undefined) {
      fieldViolations = badRequest.fieldViolations.map((violation) => ({
        field: violation.field,
        reason: violation.reason,
        description: violation.description,
      }));
    }
    const delay = anyUnpack(detail, RetryInfoSchema)?.retryDelay;
    if (delay !== undefined) retryDelayMs = Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  }
  return { reason, domain, info, fieldViolations, retryDelayMs };
}
