// The error that a failed call throws. It decodes everything that the service says about a failure,
// so that callers act on `code`, `reason` and `fieldViolations` and never parse a message.

import { fromBinary } from '@bufbuild/protobuf';
import type { ServiceError } from '@grpc/grpc-js';
import { Metadata, status } from '@grpc/grpc-js';
import type { Status } from '../../gen/google/rpc/status_pb.js';
import { StatusSchema } from '../../gen/google/rpc/status_pb.js';
import type { ClientFieldViolation, ErrorDetails } from './error-details.js';
import { detailsOfStatus, NO_DETAILS } from './error-details.js';

/** The header in which gRPC sends a google.rpc.Status besides its own code and message. */
const DETAILS_KEY = 'grpc-status-details-bin';

/**
 * A call that failed. `code` is the gRPC status code (`status` of @grpc/grpc-js), `message` is the
 * service's own sentence, `metadata` the trailers. For one item of a batch it is the error that a
 * call with that item alone would have thrown: see `errorOfStatus`.
 */
export class AttendanceClientError extends Error implements ErrorDetails {
  override readonly name = 'AttendanceClientError';
  readonly code: status;
  readonly reason: string;
  readonly domain: string;
  readonly info: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly ClientFieldViolation[];
  readonly retryDelayMs: number | undefined;
  readonly metadata: Metadata;

  constructor(
    code: status,
    message: string,
    details: ErrorDetails = NO_DETAILS,
    metadata: Metadata = new Metadata(),
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.reason = details.reason;
    this.domain = details.domain;
    this.info = details.info;
    this.fieldViolations = details.fieldViolations;
    this.retryDelayMs = details.retryDelayMs;
    this.metadata = metadata;
  }

  /** The code's name: `UNAVAILABLE`. */
  get codeName(): string {
    return status[this.code] ?? `CODE_${this.code}`;
  }
}

/** The error of a `google.rpc.Status`, such as that of a failed item of a batch. */
export function errorOfStatus(failed: Status): AttendanceClientError {
  return new AttendanceClientError(failed.code, failed.message, detailsOfStatus(failed));
}

/** The domain of requests that this package itself refuses, before anything is sent. */
export const CLIENT_DOMAIN = 'attendance.client';

/** The error of a request that is not a valid message of the contract. It was not sent. */
export function refusedRequest(
  fieldViolations: readonly ClientFieldViolation[],
): AttendanceClientError {
  const sentences = fieldViolations.map(({ field, description }) => `${field}: ${description}`);
  return new AttendanceClientError(status.INVALID_ARGUMENT, sentences.join('; '), {
    ...NO_DETAILS,
    reason: 'INVALID_FIELD',
    domain: CLIENT_DOMAIN,
    fieldViolations,
  });
}

/** An error of @grpc/grpc-js as this package's error. Other errors are returned as they are. */
export function errorOfCall(error: unknown): unknown {
  if (!isServiceError(error)) return error;
  const { code, details: message, metadata } = error;
  const failed = statusIn(metadata);
  if (failed === undefined) {
    return new AttendanceClientError(code, message, NO_DETAILS, metadata, { cause: error });
  }
  // The message inside is complete: if the server encoded commas and colons, as connect-node does,
  // grpc-js leaves them encoded in its own copy.
  const sentence = failed.message || message;
  return new AttendanceClientError(code, sentence, detailsOfStatus(failed), metadata, {
    cause: error,
  });
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}

/** Undefined if there is none or it cannot be parsed. Code and message of the call still stand. */
function statusIn(metadata: Metadata): Status | undefined {
  const [encoded] = metadata.get(DETAILS_KEY);
  if (!(encoded instanceof Uint8Array)) return undefined;
  try {
    return fromBinary(StatusSchema, encoded);
  } catch {
    return undefined;
  }
}
