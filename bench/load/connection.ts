// One HTTP/2 connection of the load process, on a bare socket. Node's own HTTP/2 client costs its
// process as much as a bare HTTP/2 server costs the other one, so measured with it, a fast server
// shows the client's limit: here echo and h2 both stood idle for a third of the time.

import { connect, type Socket } from 'node:net';
import { type Outcome, readOutcome } from './header-block.js';
import * as wire from './wire.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** The connection's window is opened again when so much of it was used. */
const WINDOW_REFILL_BYTES = 2 ** 30;
/** The largest answer taken: a frame, cut off at its end, waits in memory. */
const MAX_ANSWER_FRAME_BYTES = wire.MAX_FRAME_BYTES + wire.FRAME_HEADER_BYTES;
const NO_BYTES: Buffer = Buffer.alloc(0);

/** The word for calls that a server going away has not looked at. */
const NOT_TAKEN = 'NOT_TAKEN';

/** What came back for a call. */
export interface Answer {
  /** The grpc-status, or a word of ours where there was none. */
  readonly status: string;
  /** All of the body, gRPC's prefix included. */
  readonly body: Buffer;
}

/** What a connection tells its user besides the answers. */
export interface ConnectionEvents {
  /** It takes calls from now on. Before anything else is told. */
  opened?(connection: Connection): void;
  /** Once or more when it cannot go on; calls in flight then get no answer. */
  broken(error: Error, connection: Connection): void;
  /**
   * The server takes no further calls here: the next ones need another connection. Those in
   * flight are still answered. Who does not listen takes it for an error.
   */
  goingAway?(connection: Connection): void;
  /** There may be room for another call: one has ended, or the server allows more of them. */
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
  /** Bodies that wait for the server to open its window, in the order in which they leave. */
  readonly #waiting: { readonly stream: number; body: Buffer }[] = [];
  #rest = NO_BYTES;
  #nextStream = 1;
  #sendWindow = wire.DEFAULT_WINDOW_BYTES;
  #streamWindow = wire.DEFAULT_WINDOW_BYTES;
  #maxStreams = Number.POSITIVE_INFINITY;
  #away = false;
  #received = 0;
  #settled: () => void = () => undefined;
  // Most answers repeat the one before byte by byte, so their headers are read once.
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
   * Whether a call may leave now: the server allows another one, still takes them here, and reads
   * what was sent before. A client queues its calls while it may not.
   */
  get hasRoom(): boolean {
    return (
      !this.#away && this.#exchanges.size < this.#maxStreams && !this.#socket.writableNeedDrain
    );
  }

  /** Calls without an end. */
  get inFlight(): number {
    return this.#exchanges.size;
  }

  /**
   * Sends a call and returns its stream. The body is copied, so it may be written over at once;
   * the headers must stay as they are.
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

  /** Gives a call up, as clients do at its deadline: the server hears it, and nobody is answered. */
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
    // The calls that these answers set off leave in one write.
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

  /** Calls the server will not look at end at once; it names the last one that it has taken. */
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

  /** Sends of the waiting bodies what the window lets through, be it a part of one. */
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

  /** A call is over; its own status counts before the reason of its end. */
  #end(stream: number, reason: string): void {
    const exchange = this.#exchanges.get(stream);
    if (exchange === undefined || !this.#forget(stream)) return;
    exchange.answered({ status: exchange.status ?? reason, body: exchange.body });
    this.#events.roomy?.(this);
  }

  #break(error: Error): void {
    this.#events.broken(error, this);
  }

  /** Whether there was such a call. */
  #forget(stream: number): boolean {
    if (!this.#exchanges.delete(stream)) return false;
    // Ended before all of it was sent: the rest has no stream to go to any more.
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
