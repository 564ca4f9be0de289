// HTTP/2 as an attacker speaks it: any frame at any time, and eyes for what comes back. Those who
// break rules on purpose build on this; those who keep them use Node's own client.

import type { Socket } from 'node:net';
import { readOutcome } from '../../bench/load/header-block.js';
import {
  cutFrames,
  ErrorCode,
  Flag,
  type Frame,
  FrameType,
  frameBytes,
  headerBlock,
  Setting,
} from '../../bench/load/wire.js';
import type { Bout } from './bout.js';

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
/** Types the load's connection has no use for. */
export const PRIORITY = 2;

const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
const NO_BYTES: Buffer = Buffer.alloc(0);
/** An empty message, as gRPC frames it. */
export const EMPTY_MESSAGE: Buffer = Buffer.alloc(5);
/** Frames of answers are cut off beyond that: nobody here keeps answers. */
const MAX_KEPT_BYTES = 64 * 1024;

const headers = new Map<string, Buffer>();

/** The headers of a gRPC call. */
export function callHeaders(path: string): Buffer {
  const known = headers.get(path);
  if (known !== undefined) return known;
  const block = headerBlock({
    ':method': 'POST',
    ':scheme': 'http',
    ':authority': '127.0.0.1',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  headers.set(path, block);
  return block;
}

export function settingsFrame(values: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(values.length * 6);
  for (const [index, [id, value]] of values.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return frameBytes(FrameType.SETTINGS, 0, 0, payload);
}

/** A payload of one number, as RST_STREAM and WINDOW_UPDATE have it. */
export function numberPayload(value: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(value, 0);
  return payload;
}

export interface PeerOptions {
  /** For streams' answers. */
  readonly initialWindow?: number;
}

export class Http2Peer {
  readonly socket: Socket;
  readonly #bout: Bout;
  #rest = NO_BYTES;
  #nextStream = 1;

  /** Sends the preface and its settings at once. */
  constructor(bout: Bout, socket: Socket, { initialWindow = 65_535 }: PeerOptions = {}) {
    this.#bout = bout;
    this.socket = socket;
    socket.on('data', (bytes) => this.#read(bytes));
    const settings = settingsFrame([
      [Setting.HEADER_TABLE_SIZE, 0],
      [Setting.INITIAL_WINDOW_SIZE, initialWindow],
    ]);
    this.#write(Buffer.concat([PREFACE, settings]));
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  frame(type: number, flags: number, stream: number, payload: Buffer = NO_BYTES): void {
    this.#write(frameBytes(type, flags, stream, payload));
  }

  /** Headers of a new stream, which it returns. The body is up to the caller. */
  open(path: string = HEALTH_CHECK): number {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    this.frame(FrameType.HEADERS, Flag.END_HEADERS, stream, callHeaders(path));
    return stream;
  }

  /** A whole call with an empty message. */
  call(path?: string): number {
    const stream = this.open(path);
    this.frame(FrameType.DATA, Flag.END_STREAM, stream, EMPTY_MESSAGE);
    return stream;
  }

  reset(stream: number, code: number = ErrorCode.CANCEL): void {
    this.frame(FrameType.RST_STREAM, 0, stream, numberPayload(code));
  }

  goAway(code: number): void {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(code, 4);
    this.frame(FrameType.GOAWAY, 0, 0, payload);
  }

  /** Many frames in one write; resolves when there is room for more. */
  async flood(frames: Buffer): Promise<void> {
    await this.#bout.write(this.socket, frames);
  }

  #write(bytes: Buffer): void {
    if (this.isOpen) this.socket.write(bytes);
  }

  #read(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const rest = cutFrames(all, (frame) => this.#take(frame));
    this.#rest = rest.length > MAX_KEPT_BYTES ? NO_BYTES : Buffer.from(rest);
  }

  #take({ type, flags, payload }: Frame): void {
    if (type === FrameType.GOAWAY) this.#bout.saw(`GOAWAY ${payload.readUInt32BE(4)}`);
    if (type === FrameType.RST_STREAM) this.#bout.saw(`RST_STREAM ${payload.readUInt32BE(0)}`);
    if (type === FrameType.HEADERS && (flags & Flag.END_STREAM) !== 0) this.#answered(payload);
    if (type === FrameType.SETTINGS && (flags & Flag.ACK) === 0) this.frame(type, Flag.ACK, 0);
  }

  #answered(block: Buffer): void {
    let kind = 'answered';
    try {
      const { grpcStatus, httpStatus } = readOutcome(block);
      kind = grpcStatus === undefined ? `HTTP ${httpStatus ?? '?'}` : `gRPC ${grpcStatus}`;
    } catch {
      // Compressed in a way that this peer has forbidden too late.
    }
    this.#bout.saw(kind);
  }
}
