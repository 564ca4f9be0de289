// Clients of a few lines, as people write them with fetch: JSON by POST and by GET (Connect), and
// gRPC-Web's text form. They show the service's very bytes, with no library in between.

import { gunzipSync, gzipSync } from 'node:zlib';
import {
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { endStreamFromJson, errorFromJson } from '@connectrpc/connect/protocol-connect';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import { trailerParse } from '@connectrpc/connect/protocol-grpc-web';
import { AttendanceService } from '../../../gen/attendance/v1/attendance_service_pb.js';
import { DETAIL_TYPES } from '../../../src/rpc/edge/error-table.js';
import { decodeSegments, envelope, envelopes } from '../../server/support/raw.js';
import {
  answered,
  type CallOptions,
  failedWith,
  type Outcome,
  type ProtocolClient,
} from './outcome.js';
import type { Target } from './typed-clients.js';

const STREAMS: ReadonlySet<string> = new Set(
  AttendanceService.methods
    .filter((method) => method.methodKind === 'server_streaming')
    .map((method) => method.name),
);
const READS = new Set(['GetAttendance', 'ListAttendance', 'ListAttendanceRevisions']);

type Send = (url: string, request: JsonObject, options: CallOptions) => Promise<Response>;

const pathOf = (target: Target, method: string) =>
  `${target.url}/${AttendanceService.typeName}/${method}`;

const timeoutHeader = ({ timeoutMs }: CallOptions): Record<string, string> =>
  timeoutMs === undefined ? {} : { 'connect-timeout-ms': String(timeoutMs) };

const postJson: Send = (url, request, options) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...timeoutHeader(options) },
    body: JSON.stringify(request),
  });

const postGzip: Send = (url, request, options) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'accept-encoding': 'gzip',
      ...timeoutHeader(options),
    },
    body: gzipSync(JSON.stringify(request)),
  });

const getJson: Send = (url, request, options) => {
  const message = encodeURIComponent(JSON.stringify(request));
  const query = `connect=v1&encoding=json&message=${message}`;
  return fetch(`${url}?${query}`, { headers: timeoutHeader(options) });
};

const getBase64: Send = (url, request, options) => {
  const message = Buffer.from(JSON.stringify(request)).toString('base64url');
  const query = `connect=v1&encoding=json&base64=1&message=${message}`;
  return fetch(`${url}?${query}`, { headers: timeoutHeader(options) });
};

/** Plain JSON over HTTP. `how`: for reads; writes are always posted. */
export function jsonClient(
  target: Target,
  how: 'POST' | 'gzip' | 'GET' | 'base64',
): ProtocolClient {
  const send = { POST: postJson, gzip: postGzip, GET: getJson, base64: getBase64 }[how];
  const sendWrite = how === 'gzip' ? postGzip : postJson;
  return {
    async call(method, request, options = {}) {
      const url = pathOf(target, method);
      if (STREAMS.has(method)) return await jsonStream(url, request, options, how === 'gzip');
      const isRead = READS.has(method);
      const response = await (isRead ? send : sendWrite)(url, request, options);
      const body = (await response.json()) as JsonValue;
      if (response.status === 200) return answered([body], 200);
      return failedWith(errorFromJson(body, undefined, NO_ERROR), response.status);
    },
    close: () => {},
  };
}

const NO_ERROR = new ConnectError('the answer is neither a success nor an error', Code.Internal);

async function jsonStream(
  url: string,
  request: JsonObject,
  options: CallOptions,
  isGzip: boolean,
): Promise<Outcome> {
  const bytes = Buffer.from(JSON.stringify(request));
  const encoding = { 'connect-content-encoding': 'gzip', 'connect-accept-encoding': 'gzip' };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/connect+json',
      ...(isGzip ? encoding : {}),
      ...timeoutHeader(options),
    },
    body: isGzip ? envelope(gzipSync(bytes), 1) : envelope(bytes),
  });
  const parts = envelopes(Buffer.from(await response.arrayBuffer())).map(({ flags, data }) => ({
    isEnd: (flags & 0x02) !== 0,
    data: (flags & 0x01) !== 0 ? gunzipSync(data) : data,
  }));
  const end = parts.find(({ isEnd }) => isEnd);
  const error = end === undefined ? NO_ERROR : endStreamFromJson(end.data).error;
  if (error !== undefined) return failedWith(error);
  const messages = parts.filter(({ isEnd }) => !isEnd).map(({ data }) => JSON.parse(String(data)));
  return answered(messages as JsonValue[]);
}

/** gRPC-Web in base64, as Google's web client speaks it. */
export function grpcWebTextClient(target: Target): ProtocolClient {
  return {
    async call(name, request, { timeoutMs } = {}) {
      const known = AttendanceService.methods.find((candidate) => candidate.name === name);
      const method = known ?? AttendanceService.method.markAttendance;
      const message = envelope(toBinary(method.input, fromJson(method.input, request)));
      const response = await fetch(pathOf(target, name), {
        method: 'POST',
        headers: {
          'content-type': 'application/grpc-web-text',
          accept: 'application/grpc-web-text',
          'x-grpc-web': '1',
          ...(timeoutMs === undefined ? {} : { 'grpc-timeout': `${timeoutMs}m` }),
        },
        body: message.toString('base64'),
      });
      const frames = envelopes(decodeSegments(await response.text()));
      const trailer = frames.find(({ flags }) => (flags & 0x80) !== 0);
      const error = findTrailerError(trailer ? trailerParse(trailer.data) : response.headers);
      if (error !== undefined) return failedWith(error);
      const parts = frames.filter(({ flags }) => (flags & 0x80) === 0);
      const options = { registry: DETAIL_TYPES };
      return answered(
        parts.map(({ data }) => toJson(method.output, fromBinary(method.output, data), options)),
      );
    },
    close: () => {},
  };
}
