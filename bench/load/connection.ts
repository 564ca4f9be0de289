// One HTTP/2 connection of the load process, on a bare socket. Node's own HTTP/2 client costs its
// process as much as a bare HTTP/2 server costs the other. With it, a fast server would show the
// client's limit: echo and h2 were both idle for a third of the time.

import { connect, type Socket } from 'node:net';
import { type Outcome, readOutcome } from './header-block.js';
import * as wire from './wire.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** The connection's window is refilled after this much of it was used. */
const WINDOW_REFILL_BYTES = 2 ** 30;
/** The largest accepted answer: an incomplete frame waits in memory. */
const MAX_ANSWER_FRAME_BYTES = wire.MAX_FRAME_BYTES + wire.FRAME_HEADER_BYTES;
const NO_BYTES: Buffer = Buffer.alloc(0);

/** The status for calls that a departing server did not process. */
const NOT_TAKEN = 'NOT_TAKEN';

/** The answer to a call. */
export interface Answer {
  /** The grpc-status, or a word of ours if there was none. */
  readonly status: string;
  /** The whole body, including gRPC's prefix. */
  readonly body: Buffer;
}

/** The events of a connection besides answers. */
export interface ConnectionEvents {
  /** It accepts calls from now on. The first event. */
  opened?(connection: Connection): void;
  /** One or more times, when it cannot continue. Calls in flight then get no answer. */
  broken(error: Error, connection: Connection): void;
  /**
   * The server accepts no further calls here, so the next ones need another connection. Calls in
   * flight are still answered. Without a listener, this is an error.
   */
  goingAway?(connection: Connection): void;
  /** There may be room for another call: one has ended, or the server allows more. */
  roomy?(connection: Connection): void;
}

interface Exchange {
  status: string | undefined;
  body: Buffer;
  readonly answered: (answer: Answer) => void;
}

export class Connection {
  readonly #socket: Socket;
  #events: ConnectionEvents;
  readonly #exchanges = new Map<number, Exchange>();
  /** Bodies that wait for the server to open its window, in sending order. */
  readonly #waiting: { readonly stream: number; body: Buffer }[] = [];
  #rest = NO_BYTES;
  #nextStream = 1;
  #sendWindow = wire.DEFAULT_WINDOW_BYTES;
  #streamWindow = wire.DEFAULT_WINDOW_BYTES;
  #maxStreams = Number.POSITIVE_INFINITY;
  #away = false;
  #received = 0;
  #settled: () => void = () => undefined;
  // Most answers repeat the one before exactly, so their headers are read once.
  #lastBlock = NO_BYTES;
  #lastOutcome: Outcome = { httpStatus: undefined, grpcStatus: undefined };

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#events = { broken: () => undefined };
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('drain', () => this.#events.roomy?.(this));
    socket.on('error', (error) => this.#break(error));
    socket.on('close', () => this.#break(new Error('the server closed a connection')));
  }

  /** Connects and exchanges settings. */
  static open(port: number, events: ConnectionEvents): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(connect(port, '127.0.0.1'));
      const refuse = (error: Error) => {
        clearTimeout(timer);
        connection.close();
        reject(error);
      };
      const timer = setTimeout(() => {
        refuse(new Error(`port ${port} did not speak HTTP/2 within ${CONNECT_TIMEOUT_MS} ms`));
      }, CONNECT_TIMEOUT_MS);
      connection.#events = { broken: refuse };
      connection.#settled = () => {
        clearTimeout(timer);
        connection.#settled = () => undefined;
        connection.#events = events;
        events.opened?.(connection);
        resolve(connection);
      };
      connection.#socket.write(wire.opening());
    });
  }

  /**
   * Whether a call may be sent now: the server allows another one, still accepts calls here, and
   * has read the earlier ones. Otherwise a client queues its calls.
   */
  get hasRoom(): boolean {
    return (
      !this.#away && this.#exchanges.size < this.#maxStreams && !this.#socket.writableNeedDrain
    );
  }

  /** The number of calls without an end. */
  get inFlight(): number {
    return this.#exchanges.size;
  }

  /**
   * Sends a call and returns its stream. The body is copied, so it may be overwritten at once. The
   * headers must not be changed.
   */
  call(headers: Buffer, body: Buffer, answered: (answer: Answer) => void): number {
    const stream = this.#nextStream;
    if (body.length > this.#streamWindow) {
      this.#break(new Error(`a request must fit the server's window: ${this.#streamWindow} bytes`));
      return stream;
    }
    this.#nextStream += 2;
    this.#exchanges.set(stream, { status: undefined, body: NO_BYTES, answered });
    if (this.#waiting.length === 0 && body.length <= this.#sendWindow) {
      this.#sendWindow -= body.length;
      this.#socket.write(wire.requestBytes(stream, headers, body));
      return stream;
    }
    const { HEADERS } = wire.FrameType;
    this.#socket.write(wire.frameBytes(HEADERS, wire.Flag.END_HEADERS, stream, headers));
    this.#waiting.push({ stream, body: Buffer.from(body) });
    this.#sendWaiting();
    return stream;
  }

  /**
   * Cancels a call, as clients do at its deadline. The server is informed, and `answered` is not
   * called.
   */
  cancel(stream: number): void {
    if (!this.#forget(stream)) return;
    this.#socket.write(wire.cancelBytes(stream));
    this.#events.roomy?.(this);
  }

  close(): void {
    this.#events = { broken: () => undefined };
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    // Calls that these answers trigger are sent in one write.
    this.#socket.cork();
    try {
      this.#rest = wire.cutFrames(all, (frame) => this.#take(frame));
      if (this.#rest.length > MAX_ANSWER_FRAME_BYTES) throw new Error('a frame is too large');
    } catch (error) {
      this.#break(error instanceof Error ? error : new Error(String(error)));
      this.#socket.destroy();
    } finally {
      this.#socket.uncork();
    }
  }

  #take({ type, flags, stream, payload }: wire.Frame): void {
    switch (type) {
      case wire.FrameType.DATA:
        this.#takeData(stream, flags, payload);
        break;
      case wire.FrameType.HEADERS:
        this.#takeHeaders(stream, flags, payload);
        break;
      case wire.FrameType.RST_STREAM:
        this.#end(stream, `RST_STREAM_${payload.readUInt32BE(0)}`);
        break;
      case wire.FrameType.SETTINGS:
        if ((flags & wire.Flag.ACK) === 0) this.#takeSettings(payload);
        break;
      case wire.FrameType.PING:
        if ((flags & wire.Flag.ACK) === 0) {
          this.#socket.write(wire.frameBytes(type, wire.Flag.ACK, 0, payload));
        }
        break;
      case wire.FrameType.GOAWAY:
        this.#goAway(payload);
        break;
      case wire.FrameType.WINDOW_UPDATE:
        if (stream === 0) {
          this.#sendWindow += payload.readUInt32BE(0);
          this.#sendWaiting();
        }
        break;
      case wire.FrameType.CONTINUATION:
        throw new Error('an answer has more headers than this loader reads');
      default:
        break;
    }
  }

  #takeData(stream: number, flags: number, payload: Buffer): void {
    requirePlain(flags);
    this.#received += payload.length;
    if (this.#received >= WINDOW_REFILL_BYTES) {
      this.#socket.write(wire.windowUpdate(this.#received));
      this.#received = 0;
    }
    const exchange = this.#exchanges.get(stream);
    if (exchange === undefined) return;
    const { body } = exchange;
    exchange.body = body.length === 0 ? payload : Buffer.concat([body, payload]);
    if ((flags & wire.Flag.END_STREAM) !== 0) this.#end(stream, 'NO_STATUS');
  }

  #takeHeaders(stream: number, flags: number, block: Buffer): void {
    requirePlain(flags);
    if (!block.equals(this.#lastBlock)) {
      this.#lastOutcome = readOutcome(block);
      this.#lastBlock = block;
    }
    const { httpStatus, grpcStatus } = this.#lastOutcome;
    const exchange = this.#exchanges.get(stream);
    if (exchange === undefined) return;
    if (grpcStatus !== undefined) exchange.status = grpcStatus;
    else if (httpStatus !== undefined && httpStatus !== '200') {
      exchange.status = `HTTP_${httpStatus}`;
    }
    if ((flags & wire.Flag.END_STREAM) !== 0) this.#end(stream, 'NO_STATUS');
  }

  #takeSettings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2);
      const setting = payload.readUInt16BE(at);
      if (setting === wire.Setting.INITIAL_WINDOW_SIZE) this.#streamWindow = value;
      if (setting === wire.Setting.MAX_CONCURRENT_STREAMS) this.#maxStreams = value;
    }
    this.#socket.write(wire.frameBytes(wire.FrameType.SETTINGS, wire.Flag.ACK, 0, NO_BYTES));
    this.#settled();
    this.#events.roomy?.(this);
  }

  /** Ends calls that the server will not process. It names the last one that it has accepted. */
  #goAway(payload: Buffer): void {
    const code = payload.readUInt32BE(4);
    if (this.#events.goingAway === undefined || code !== wire.ErrorCode.NO_ERROR) {
      throw new Error(`the server sent GOAWAY with the error ${code}`);
    }
    this.#away = true;
    const last = payload.readUInt32BE(0) & 0x7fff_ffff;
    for (const stream of [...this.#exchanges.keys()]) {
      if (stream > last) this.#end(stream, NOT_TAKEN);
    }
    this.#events.goingAway(this);
  }

  /** Sends waiting bodies as far as the window allows, even in part. */
  #sendWaiting(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { stream, body } = first;
      const length = Math.min(body.length, this.#sendWindow, wire.MAX_FRAME_BYTES);
      if (length === 0) return;
      this.#sendWindow -= length;
      const flags = length === body.length ? wire.Flag.END_STREAM : 0;
      const part = body.subarray(0, length);
      this.#socket.write(wire.frameBytes(wire.FrameType.DATA, flags, stream, part));
      if (length === body.length) this.#waiting.shift();
      else first.body = body.subarray(length);
    }
  }

  /** A call has ended. Its own status takes precedence over the reason of its end. */
  #end(stream: number, reason: string): void {
    const exchange = this.#exchanges.get(stream);
    if (exchange === undefined || !this.#forget(stream)) return;
    exchange.answered({ status: exchange.status ?? reason, body: exchange.body });
    this.#events.roomy?.(this);
  }

  #break(error: Error): void {
    this.#events.broken(error, this);
  }

  /** Returns whether there was such a call. */
  #forget(stream: number): boolean {
    if (!this.#exchanges.delete(stream)) return false;
    // It ended before everything was sent. The rest no longer has a stream.
    const unsent = this.#waiting.findIndex((each) => each.stream === stream);
    if (unsent >= 0) this.#waiting.splice(unsent, 1);
    return true;
  }
}

function requirePlain(flags: number): void {
  if ((flags & (wire.Flag.PADDED | wire.Flag.PRIORITY)) !== 0) {
    throw new Error('an answer is padded or has a priority, which this loader does not read');
  }
}
