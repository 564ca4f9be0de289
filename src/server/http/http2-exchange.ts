// A request and its answer on an HTTP/2 stream.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import type { Connection } from '../exchange/connections.js';
import {
  type Exchange,
  Over,
  type OverListener,
  type RequestHeaders,
} from '../exchange/exchange.js';
import { countRequest, REST_BYTES } from '../exchange/request-count.js';
import type { Logger } from '../support/log.js';

export class Http2Exchange implements Exchange {
  readonly httpVersion = '2.0';
  readonly connection: Connection;
  readonly method: string;
  readonly target: string;
  readonly authority: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly #stream: ServerHttp2Stream;
  readonly #over = new Over();
  readonly #extra: OutgoingHttpHeaders = {};
  #trailers: OutgoingHttpHeaders | undefined;
  #isComplete: boolean;

  constructor(
    stream: ServerHttp2Stream,
    headers: RequestHeaders,
    connection: Connection,
    log: Logger,
  ) {
    this.#stream = stream;
    this.connection = connection;
    this.method = headers[':method'] ?? '';
    this.target = headers[':path'] ?? '';
    this.authority = headers[':authority'] ?? headers.host;
    this.headers = headers;
    this.#isComplete = stream.endAfterHeaders;
    if (!this.#isComplete) {
      stream.once('end', () => {
        this.#isComplete = true;
      });
    }
    countRequest(connection, this.#over);
    // If a client resets a stream, Node also finishes its answer side.
    stream.once('finish', () => this.#over.tell(stream.aborted ? 'gone' : 'answered'));
    stream.once('close', () => this.#over.tell('gone'));
    stream.on('wantTrailers', () => {
      try {
        this.#sendTrailers();
      } catch (error) {
        log.debug({ err: error }, 'an answer could not be ended');
        stream.destroy();
      }
    });
    if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 });
  }

  get body(): Readable {
    return this.#stream;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  get isOver(): boolean {
    const stream = this.#stream;
    return stream.destroyed || stream.closed || stream.writableEnded;
  }

  setHeader(name: string, value: string): void {
    this.#extra[name] = value;
  }

  respond(status: number, headers: OutgoingHttpHeaders): void {
    if (this.isOver) return;
    const all = { ...this.#extra, ...headers, ':status': status };
    this.#stream.respond(all, { waitForTrailers: true });
  }

  respondAll(status: number, headers: OutgoingHttpHeaders, body?: Uint8Array): void {
    if (this.isOver) return;
    const stream = this.#stream;
    const all = { ...this.#extra, ...headers, ':status': status };
    stream.respond(all, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    // The reset follows the answer, and is sent only if the client has not ended its side.
    if (this.#isComplete) return;
    this.#leaveRest();
    stream.close(constants.NGHTTP2_NO_ERROR);
  }

  write(bytes: Uint8Array): boolean {
    return this.isOver || this.#stream.write(bytes);
  }

  onceDrained(listener: () => void): () => void {
    this.#stream.once('drain', listener);
    return () => this.#stream.off('drain', listener);
  }

  end(trailers?: OutgoingHttpHeaders, last?: Uint8Array): void {
    if (this.isOver) return;
    this.#trailers = trailers;
    // The rest of a request that is already answered is useless, so it is not kept in memory.
    if (!this.#isComplete) this.#leaveRest();
    this.#stream.end(last);
  }

  onceOver(listener: OverListener): () => void {
    return this.#over.once(listener);
  }

  cut(): void {
    const stream = this.#stream;
    if (!stream.destroyed && !stream.closed) stream.close(constants.NGHTTP2_CANCEL);
  }

  /**
   * Reads and drops the rest of an answered request. It does not count as the client's useless
   * bytes.
   */
  #leaveRest(): void {
    this.connection.usefulBytes += REST_BYTES;
    this.#stream.resume();
  }

  /** Ends the answer. If the request still goes on, a reset then says that nobody reads it. */
  #sendTrailers(): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    stream.sendTrailers(this.#trailers ?? {});
    if (this.#isComplete) return;
    // Node sends trailers one turn of the event loop later; an earlier reset would replace them.
    setImmediate(() => {
      if (!stream.destroyed && !stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }
}
