// What a call came to, in one form for every client: answers as protobuf's JSON, failures with all
// their details decoded. Two clients agree when their outcomes are deeply equal.

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../../../gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../../gen/google/rpc/status_pb.js';
import { AttendanceClientError } from '../../../src/client/index.js';

export interface Failed {
  /** gRPC's name of the code: `INVALID_ARGUMENT`. */
  readonly code: string;
  readonly message: string;
  /** Empty without a google.rpc.ErrorInfo: then the client failed the call by itself. */
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly { field: string; reason: string; description: string }[];
  /** From google.rpc.RetryInfo; undefined without one. */
  readonly retryDelayMs: number | undefined;
}

export interface Outcome {
  /** One for a unary call; as many as came for a stream. */
  readonly messages: readonly JsonValue[];
  readonly failed: Failed | undefined;
  /** Where HTTP's own status tells it: Connect's unary calls by fetch. */
  readonly httpStatus?: number;
}

export interface CallOptions {
  readonly timeoutMs?: number;
}

/**
 * What a client can do beside calling the contract's methods with its messages. 'quick calls':
 * a call takes no process of its own, so that there can be many.
 */
export type Ability = 'any JSON' | 'any method' | 'deadlines' | 'quick calls';

/** One client in one protocol. Requests are given as protobuf's JSON. */
export interface ProtocolClient {
  /** Never throws for a call that failed: that is an outcome. */
  call(method: string, request: JsonObject, options?: CallOptions): Promise<Outcome>;
  close(): void;
}

export function answered(messages: readonly JsonValue[], httpStatus?: number): Outcome {
  return { messages, failed: undefined, ...(httpStatus === undefined ? {} : { httpStatus }) };
}

/** gRPC's own name for a code. */
export function codeName(code: Code): string {
  const name = Code[code] ?? `CODE_${code}`;
  if (name === 'Canceled') return 'CANCELLED';
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}

/** The outcome of an error that Connect's clients throw, or its parsers return. */
export function failedWith(error: unknown, httpStatus?: number): Outcome {
  const failure = ConnectError.from(error);
  const [info] = failure.findDetails(ErrorInfoSchema);
  const [badRequest] = failure.findDetails(BadRequestSchema);
  const delay = failure.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const failed: Failed = {
    code: codeName(failure.code),
    message: failure.rawMessage,
    reason: info?.reason ?? '',
    domain: info?.domain ?? '',
    metadata: info?.metadata ?? {},
    violations: (badRequest?.fieldViolations ?? []).map(plainViolation),
    retryDelayMs: delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6,
  };
  return { messages: [], failed, ...(httpStatus === undefined ? {} : { httpStatus }) };
}

/** The outcome of what this project's own client throws. */
export function failedAsClientError(error: unknown): Outcome {
  if (!(error instanceof AttendanceClientError)) throw error;
  const { codeName: code, message, reason, domain, info, fieldViolations, retryDelayMs } = error;
  const violations = fieldViolations.map(plainViolation);
  const failed = { code, message, reason, domain, metadata: info, violations, retryDelayMs };
  return { messages: [], failed };
}

/** The outcome of a serialized google.rpc.Status: gRPC's `grpc-status-details-bin`. */
export function failedAsStatus(bytes: Uint8Array): Outcome {
  const { code, message, details } = fromBinary(StatusSchema, bytes);
  const error = new ConnectError(message, code);
  for (const detail of details) {
    for (const desc of [ErrorInfoSchema, BadRequestSchema, RetryInfoSchema]) {
      const value = anyUnpack(detail, desc);
      if (value !== undefined) error.details.push({ desc, value });
    }
  }
  return failedWith(error);
}

function plainViolation(violation: { field: string; reason: string; description: string }) {
  const { field, reason, description } = violation;
  return { field, reason, description };
}
