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

/** What came back for a call. */
export interface Answer {
  /** The grpc-status, or a word of ours where there was none. */
  readonly status: string;
  /** All of the body, gRPC's prefix included. */
  readonly body: Buffer;
}

interface Exchange {
  status: string | undefined;
  body: Buffer;
  readonly answered: (answer: Answer) => void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #headers: Buffer;
  readonly #exchanges = new Map<number, Exchange>();
  /** Bodies that wait for the server to open its window, in the order in which they leave. */
  readonly #waiting: { readonly stream: number; body: Buffer }[] = [];
  #rest = NO_BYTES;
  #nextStream = 1;
  #sendWindow = wire.DEFAULT_WINDOW_BYTES;
  #streamWindow = wire.DEFAULT_WINDOW_BYTES;
  #received = 0;
  #settled: () => void = () => undefined;
  #broken: (error: Error) => void = () => undefined;
  // Most answers repeat the one before byte by byte, so their headers are read once.
  #lastBlock = NO_BYTES;
  #lastOutcome: Outcome = { httpStatus: undefined, grpcStatus: undefined };

  private constructor(socket: Socket, headers: Buffer) {
    this.#socket = socket;
    this.#headers = headers;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('error', (error) => this.#broken(error));
    socket.on('close', () => this.#broken(new Error('the server closed a connection')));
  }

  /**
   * Connects and exchanges settings. `broken` hears once or more when the connection cannot go
   * on; calls in flight then get no answer.
   */
  static open(port: number, headers: Buffer, broken: (error: Error) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(connect(port, '127.0.0.1'), headers);
      const refuse = (error: Error) => {
        clearTimeout(timer);
        connection.close();
        reject(error);
      };
      const timer = setTimeout(() => {
        refuse(new Error(`port ${port} did not speak HTTP/2 within ${CONNECT_TIMEOUT_MS} ms`));
      }, CONNECT_TIMEOUT_MS);
      connection.#broken = refuse;
      connection.#settled = () => {
        clearTimeout(timer);
        connection.#broken = broken;
        resolve(connection);
      };
      connection.#socket.write(wire.opening());
    });
  }

  /** Sends a call; the body is copied, so it may be written over at once. */
  call(body: Buffer, answered: (answer: Answer) => void): void {
    if (body.length > this.#streamWindow) {
      this.#broken(
        new Error(`a request must fit the server's window: ${this.#streamWindow} bytes`),
      );
      return;
    }
    const stream = this.#nextStream;
    this.#nextStream += 2;
    this.#exchanges.set(stream, { status: undefined, body: NO_BYTES, answered });
    if (this.#waiting.length === 0 && body.length <= this.#sendWindow) {
      this.#sendWindow -= body.length;
      this.#socket.write(wire.requestBytes(stream, this.#headers, body));
      return;
    }
    const { HEADERS } = wire.FrameType;
    this.#socket.write(wire.frameBytes(HEADERS, wire.Flag.END_HEADERS, stream, this.#headers));
    this.#waiting.push({ stream, body: Buffer.from(body) });
    this.#sendWaiting();
  }

  close(): void {
    this.#broken = () => undefined;
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
      this.#broken(error instanceof Error ? error : new Error(String(error)));
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
        throw new Error(`the server sent GOAWAY with the error ${payload.readUInt32BE(4)}`);
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
      if (payload.readUInt16BE(at) === wire.Setting.INITIAL_WINDOW_SIZE) {
        this.#streamWindow = payload.readUInt32BE(at + 2);
      }
    }
    this.#socket.write(wire.frameBytes(wire.FrameType.SETTINGS, wire.Flag.ACK, 0, NO_BYTES));
    this.#settled();
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
    if (exchange === undefined) return;
    this.#exchanges.delete(stream);
    // Refused before all of it was sent: the rest has no stream to go to any more.
    const unsent = this.#waiting.findIndex((each) => each.stream === stream);
    if (unsent >= 0) this.#waiting.splice(unsent, 1);
    exchange.answered({ status: exchange.status ?? reason, body: exchange.body });
  }
}

function requirePlain(flags: number): void {
  if ((flags & (wire.Flag.PADDED | wire.Flag.PRIORITY)) !== 0) {
    throw new Error('an answer is padded or has a priority, which this loader does not read');
  }
}
