// What leaves for a plan's calls, made once: headers, and messages with places to write over. A
// plan of several requests makes them in turn.

import type { Answer } from './connection.js';
import { GRPC_PREFIX_BYTES, patcherOf, type RequestTemplate } from './template.js';
import { headerBlock } from './wire.js';

/** Stands in for the rest of a call's deadline: four digits of milliseconds. */
const TIMEOUT_MARKER = '####';

/** The plan's part that says what its calls are. */
export interface Requests {
  readonly port: number;
  /** Call n makes the request n modulo their number. */
  readonly requests: readonly RequestTemplate[];
  /** Whether an answer that does not repeat its request's `answered` range is a failure. */
  readonly answersMatch: boolean;
}

interface Outgoing {
  readonly headers: Buffer;
  readonly timeoutAt: number;
  readonly frame: Buffer;
  readonly patch: (frame: Buffer, call: number) => void;
  readonly answered: RequestTemplate['answered'];
}

/** The bytes of calls. They are written over for the next call, so they have to leave at once. */
export class OutgoingCalls {
  readonly #requests: readonly Outgoing[];
  readonly #answersMatch: boolean;

  /** With `deadlines`, every call says how long it may take. */
  constructor({ port, requests, answersMatch }: Requests, deadlines: boolean) {
    this.#requests = requests.map((request) => outgoing(port, request, deadlines));
    this.#answersMatch = answersMatch;
  }

  /** The headers of a call; with deadlines, `restMs` is what is left of its own. */
  headers(call: number, restMs?: number): Buffer {
    const { headers, timeoutAt } = this.#at(call);
    if (restMs === undefined) return headers;
    const digits = String(Math.max(1, Math.round(restMs)));
    const own = Buffer.from(headers);
    own.write(digits.padStart(TIMEOUT_MARKER.length, '0'), timeoutAt, 'latin1');
    return own;
  }

  message(call: number): Buffer {
    const { frame, patch } = this.#at(call);
    patch(frame, call);
    return frame;
  }

  /** `0` when all is well, otherwise what is not. */
  verdict(call: number, { status, body }: Answer): string {
    if (status !== '0') return status;
    if (body.length < GRPC_PREFIX_BYTES) return 'NO_MESSAGE';
    if (body.readUInt32BE(1) !== body.length - GRPC_PREFIX_BYTES) return 'TORN_MESSAGE';
    const { answered } = this.#at(call);
    if (answered === undefined) return '0';
    const { offset, width } = answered;
    const found = body.includes(this.message(call).subarray(offset, offset + width));
    // Looked for in every server's answers, so that all of them cost the loader the same.
    return found || !this.#answersMatch ? '0' : 'ANOTHER_REQUESTS_ANSWER';
  }

  #at(call: number): Outgoing {
    const request = this.#requests[call % this.#requests.length];
    if (request === undefined) throw new Error('a plan needs a request');
    return request;
  }
}

function outgoing(port: number, request: RequestTemplate, deadlines: boolean): Outgoing {
  const headers = headerBlock({
    ':method': 'POST',
    ':scheme': 'http',
    ':authority': `127.0.0.1:${port}`,
    ':path': request.path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(deadlines ? { 'grpc-timeout': `${TIMEOUT_MARKER}m` } : {}),
  });
  return {
    headers,
    timeoutAt: headers.indexOf(TIMEOUT_MARKER),
    frame: Buffer.from(request.frame, 'base64'),
    patch: patcherOf(request.fields),
    answered: request.answered,
  };
}
