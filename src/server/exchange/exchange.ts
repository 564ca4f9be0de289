// One request and its answer, the same over both versions of HTTP. What is above this file never
// looks at Node's own requests and responses, whose two kinds differ where it hurts: in when they
// are finished, in what an early answer needs, and in what throws.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { IncomingHttpHeaders as Http2Headers } from 'node:http2';
import type { Readable } from 'node:stream';
import type { Connection } from './connections.js';

/** The answer was handed over, or nobody was there to take it. */
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
  /** What the client calls this server: `:authority` or `Host`; undefined when it said nothing. */
  readonly authority: string | undefined;
  /** As they came, the pseudo-headers of HTTP/2 among them. */
  readonly headers: IncomingHttpHeaders;
  /** The request's body. Its failures are heard here: it never ends the process. */
  readonly body: Readable;
  /** Whether the client has sent all of it. */
  readonly isComplete: boolean;
  /** Whether nobody is there any more to be answered, or everything is said. */
  readonly isOver: boolean;

  /** Sends the answer's head; once. Headers set here go with those of `setHeader`. */
  respond(status: number, headers: OutgoingHttpHeaders): void;
  /** A header of whatever answer comes; before `respond`. */
  setHeader(name: string, value: string): void;
  /** All of a short answer at once, and no more of the request. */
  respondAll(status: number, headers: OutgoingHttpHeaders, body?: Uint8Array): void;
  /** False when the client has yet to take what it was given: wait for `onceDrained`. */
  write(bytes: Uint8Array): boolean;
  /** Calls back when there is room again. What it returns takes the listener back. */
  onceDrained(listener: () => void): () => void;
  /**
   * Ends the answer, with the last of its bytes. A request that has not come whole is not read any
   * further: over HTTP/2 its stream is closed after the answer (RFC 9113, 8.1), over HTTP/1.1 the
   * rest is read for nothing, for a while, since closing a connection with unread bytes takes the
   * answer with it.
   */
  end(trailers?: OutgoingHttpHeaders, last?: Uint8Array): void;
  /**
   * Calls back when the answer has been handed over, or nobody is there to take it; once. What it
   * returns takes the listener back.
   */
  onceOver(listener: OverListener): () => void;
  /** Ends it at once: one stream over HTTP/2, the connection over HTTP/1.1. */
  cut(): void;
}

/** Who waits for an exchange to be over, and what it came to. Tells once. */
export class Over {
  #outcome: Outcome | undefined;
  /** Few: not worth a set. */
  readonly #listeners: OverListener[] = [];

  get isTold(): boolean {
    return this.#outcome !== undefined;
  }

  tell(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    // One that an earlier one takes back is not called any more.
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
