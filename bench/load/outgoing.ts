// Prepares the bytes of a plan's calls once: headers, and messages with places to overwrite. A plan
// with several requests uses them in turn.

import type { Answer } from './connection.js';
import { GRPC_PREFIX_BYTES, patcherOf, type RequestTemplate } from './template.js';
import { headerBlock } from './wire.js';

/** A placeholder for the rest of a call's deadline: four digits of milliseconds. */
const TIMEOUT_MARKER = '####';

/** The part of a plan that describes its calls. */
export interface Requests {
  readonly port: number;
  /** Call n uses request n modulo their number. */
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

/** The bytes of calls. They are overwritten for the next call, so they must be sent at once. */
export class OutgoingCalls {
  readonly #requests: readonly Outgoing[];
  readonly #answersMatch: boolean;

  /** With `deadlines`, every call states how long it may take. */
  constructor({ port, requests, answersMatch }: Requests, deadlines: boolean) {
    this.#requests = requests.map((request) => outgoing(port, request, deadlines));
    this.#answersMatch = answersMatch;
  }

  /** The headers of a call. With deadlines, `restMs` is the time that is left. */
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

  /** `0` for success, otherwise the failure. */
  verdict(call: number, { status, body }: Answer): string {
    if (status !== '0') return status;
    if (body.length < GRPC_PREFIX_BYTES) return 'NO_MESSAGE';
    if (body.readUInt32BE(1) !== body.length - GRPC_PREFIX_BYTES) return 'TORN_MESSAGE';
    const { answered } = this.#at(call);
    if (answered === undefined) return '0';
    const { offset, width } = answered;
    const found = body.includes(this.message(call).subarray(offset, offset + width));
    // Checked in every server's answers, so that all of them cost the loader the same.
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
    ...(request.authorization === undefined ? {} : { authorization: request.authorization }),
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
