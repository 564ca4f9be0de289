// A request and its answer on an HTTP/1.1 connection.

import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { Readable } from 'node:stream';
import type { Connection } from '../exchange/connections.js';
import { type Exchange, Over, type OverListener } from '../exchange/exchange.js';
import { countRequest } from '../exchange/request-count.js';

export class Http1Exchange implements Exchange {
  readonly httpVersion = '1.1';
  readonly connection: Connection;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #lingerMs: number;
  readonly #over = new Over();
  #hasEnded = false;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    connection: Connection,
    lingerMs: number,
  ) {
    this.#request = request;
    this.#response = response;
    this.connection = connection;
    this.#lingerMs = lingerMs;
    // Readers and writers see these errors themselves; without a listener, they end the process.
    request.on('error', () => {});
    response.on('error', () => {});
    countRequest(connection, this.#over);
    response.once('finish', () => this.#over.tell('answered'));
    response.once('close', () => this.#over.tell('gone'));
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get target(): string {
    return this.#request.url ?? '';
  }

  get authority(): string | undefined {
    return this.#request.headers.host;
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  get body(): Readable {
    return this.#request;
  }

  get isComplete(): boolean {
    return this.#request.complete;
  }

  get isOver(): boolean {
    return this.#hasEnded || this.#over.isTold || this.#response.destroyed;
  }

  setHeader(name: string, value: string): void {
    if (!this.#response.headersSent) this.#response.setHeader(name, value);
  }

  respond(status: number, headers: OutgoingHttpHeaders): void {
    if (!this.isOver) this.#response.writeHead(status, headers);
  }

  respondAll(status: number, headers: OutgoingHttpHeaders, body?: Uint8Array): void {
    this.respond(status, headers);
    if (body !== undefined) this.write(body);
    this.end();
  }

  write(bytes: Uint8Array): boolean {
    return this.isOver || this.#response.write(bytes);
  }

  onceDrained(listener: () => void): () => void {
    this.#response.once('drain', listener);
    return () => this.#response.off('drain', listener);
  }

  end(trailers?: OutgoingHttpHeaders, last?: Uint8Array): void {
    if (last !== undefined) this.write(last);
    if (this.isOver) return;
    this.#hasEnded = true;
    if (trailers !== undefined) this.#response.addTrailers(trailers);
    if (this.isComplete) {
      this.#response.end();
    } else {
      this.#endLater();
    }
  }

  onceOver(listener: OverListener): () => void {
    return this.#over.once(listener);
  }

  /**
   * Reports that the connection is closed. Of several pipelined answers, Node tells only the first.
   */
  abandon(): void {
    this.#over.tell('gone');
  }

  cut(): void {
    // Ending only the answer is not enough: one that waits for earlier answers would be kept until
    // its turn.
    this.#request.socket.destroy();
  }

  /**
   * Node closes a connection without keep-alive as soon as its answer is written. Unread bytes turn
   * that into a reset, and the client may never see the answer. So the rest of the request is read
   * first, for at most `lingerMs`. With keep-alive, the next request follows the rest, so a rest
   * that takes longer ends the connection.
   */
  #endLater(): void {
    const request = this.#request;
    const response = this.#response;
    const isKept = response.shouldKeepAlive;
    if (isKept) response.end();
    const finish = () => {
      clearTimeout(timer);
      request.off('end', finish);
      request.off('close', finish);
      if (!isKept) response.end();
    };
    const timer = setTimeout(() => {
      finish();
      if (isKept) request.socket.destroy();
    }, this.#lingerMs);
    request.once('end', finish);
    request.once('close', finish);
    request.resume();
  }
}
