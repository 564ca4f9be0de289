// One request and its answer, the same for both versions of HTTP. Code above this file never uses
// Node's own requests and responses, because the two kinds differ in when they are finished, in
// what an early answer needs, and in what throws.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { IncomingHttpHeaders as Http2Headers } from 'node:http2';
import type { Readable } from 'node:stream';
import type { Connection } from './connections.js';

/** The answer was handed over, or the client was gone. */
export type Outcome = 'answered' | 'gone';
export type OverListener = (outcome: Outcome) => void;

/** The headers of an HTTP/2 request, with its pseudo-headers. */
export type RequestHeaders = Http2Headers & {
  ':method'?: string | undefined;
  ':path'?: string | undefined;
  ':authority'?: string | undefined;
};

export interface Exchange {
  readonly httpVersion: '1.1' | '2.0';
  readonly connection: Connection;
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** The client's name for this server (`:authority` or `Host`); undefined if it sent none. */
  readonly authority: string | undefined;
  /** The headers as they were sent, with the pseudo-headers of HTTP/2. */
  readonly headers: IncomingHttpHeaders;
  /** The body of the request. Its errors are handled here, so they never end the process. */
  readonly body: Readable;
  /** Whether the client has sent the whole request. */
  readonly isComplete: boolean;
  /** Whether the answer is complete or the client is gone. */
  readonly isOver: boolean;

  /** Sends the head of the answer; call it once. Adds the headers of `setHeader`. */
  respond(status: number, headers: OutgoingHttpHeaders): void;
  /** Sets a header of the answer, whichever it is; call it before `respond`. */
  setHeader(name: string, value: string): void;
  /** Sends a short answer at once. The rest of the request is not read. */
  respondAll(status: number, headers: OutgoingHttpHeaders, body?: Uint8Array): void;
  /** Returns false if the client is slow to read: then wait for `onceDrained`. */
  write(bytes: Uint8Array): boolean;
  /** Calls back when the client can take more. The result removes the listener. */
  onceDrained(listener: () => void): () => void;
  /**
   * Ends the answer, with its last bytes. The rest of an incomplete request is not used. Over
   * HTTP/2 the stream is closed after the answer (RFC 9113, 8.1). Over HTTP/1.1 the rest is read
   * and dropped for a while, because closing a connection with unread bytes loses the answer.
   */
  end(trailers?: OutgoingHttpHeaders, last?: Uint8Array): void;
  /**
   * Calls back once, when the answer was handed over or the client is gone. The result removes the
   * listener.
   */
  onceOver(listener: OverListener): () => void;
  /** Ends it at once: one stream in HTTP/2, the whole connection in HTTP/1.1. */
  cut(): void;
}

/** Holds the outcome of an exchange and tells it to the listeners, once. */
export class Over {
  #outcome: Outcome | undefined;
  /** There are few, so an array is enough. */
  readonly #listeners: OverListener[] = [];

  get isTold(): boolean {
    return this.#outcome !== undefined;
  }

  tell(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    // An earlier listener may remove a later one, which is then not called.
    for (let next = this.#listeners.shift(); next !== undefined; next = this.#listeners.shift()) {
      next(outcome);
    }
  }

  once(listener: OverListener): () => void {
    if (this.#outcome !== undefined) listener(this.#outcome);
    else this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.indexOf(listener);
      if (at >= 0) this.#listeners.splice(at, 1);
    };
  }
}
