// What is wrong with a request whose JSON Connect's handlers could not read: every place of it, where
// their error names one type. Looks into a request only after it has been refused.

import type { DescMessage, JsonValue } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { Code } from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';
import { compressedFlag } from '@connectrpc/connect/protocol';
import { type JsonProblem, jsonProblems } from '../contract/json-problems.js';
import type { UnreadablePiece } from './decode-in-turns.js';
import { inflate } from './inflate.js';
import type { Refusal } from './rpc-error.js';
import { decodeMarked } from './utf8-json.js';

/** The most problems told at a time, and looked for: an error travels in headers. */
const MAX_PROBLEMS = 10;
const ENVELOPE_HEADER_BYTES = 5;

/** Of a request that was refused: how it was sent, and its body. */
export interface RefusedRequest extends Pick<UniversalServerRequest, 'method' | 'url' | 'header'> {
  readonly received: Buffer;
  /** The most bytes that a message has. */
  readonly maxBytes: number;
}

/** Undefined when it is not JSON, or nothing is found in it that is wrong with its values. */
export async function refuseJson(
  request: RefusedRequest,
  input: DescMessage,
): Promise<Refusal | undefined> {
  const bytes = await messageOf(request);
  const json = bytes && parse(bytes);
  if (json === undefined) return undefined;
  return refusalOf(firstProblems(input, json));
}

/** The same of a piece of a large message: what is wrong there, by its place in the whole. */
export function refusePiece(
  input: DescMessage,
  { piece, list }: UnreadablePiece,
): Refusal | undefined {
  const problems = firstProblems(input, piece);
  if (list === undefined) return refusalOf(problems);
  const item = new RegExp(`^${list.name}\\[(\\d+)\\]`);
  const inWhole = (_: string, index: string) => `${list.name}[${Number(index) + list.offset}]`;
  return refusalOf(problems.map(({ path, says }) => ({ path: path.replace(item, inWhole), says })));
}

function firstProblems(input: DescMessage, json: JsonValue): JsonProblem[] {
  const problems: JsonProblem[] = [];
  for (const problem of jsonProblems(input, json)) {
    problems.push(problem);
    if (problems.length === MAX_PROBLEMS) break;
  }
  return problems;
}

function refusalOf(problems: readonly JsonProblem[]): Refusal | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const place = first.path === '' ? 'it' : first.path;
  const more =
    problems.length === 1 ? '' : '; there is more wrong with it, see the field violations';
  return {
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    message: `The JSON of the request cannot be read: ${place} ${first.says}${more}.`,
    violations: problems.map(({ path, says }) => ({
      field: path,
      reason: 'MALFORMED_REQUEST',
      description: says,
    })),
  };
}

function parse(bytes: Uint8Array): JsonValue | undefined {
  try {
    return JSON.parse(decodeMarked(bytes)) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The bytes of the message, out of its envelope and decompressed. */
async function messageOf(request: RefusedRequest): Promise<Uint8Array | undefined> {
  const { method, url, header, received, maxBytes } = request;
  if (method === 'GET') return await messageOfQuery(new URL(url).searchParams, maxBytes);
  const type = header.get('content-type') ?? '';
  if (/^application\/json\b/i.test(type)) {
    return await inflate(received, header.get('content-encoding'), maxBytes);
  }
  const isConnect = /^application\/connect\+json\b/i.test(type);
  if (!isConnect && !/^application\/grpc(-web)?\+json\b/i.test(type)) return undefined;
  if (received.length < ENVELOPE_HEADER_BYTES) return undefined;
  const end = ENVELOPE_HEADER_BYTES + received.readUInt32BE(1);
  const isCompressed = (received.readUInt8(0) & compressedFlag) === compressedFlag;
  const encoding = header.get(isConnect ? 'connect-content-encoding' : 'grpc-encoding');
  const data = received.subarray(ENVELOPE_HEADER_BYTES, end);
  return await inflate(data, isCompressed ? encoding : null, maxBytes);
}

async function messageOfQuery(
  query: URLSearchParams,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (query.get('encoding') !== 'json') return undefined;
  const message = query.get('message') ?? '';
  const bytes = query.get('base64') === '1' ? base64Decode(message) : Buffer.from(message);
  return await inflate(bytes, query.get('compression'), maxBytes);
}
