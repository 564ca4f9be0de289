// HTTP/2 as bytes, for what Node's own client would never send.

import { connect, type Socket } from 'node:net';

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const TYPE = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
} as const;

/** The flag of a SETTINGS or PING that answers one. */
export const ACK = 1;
export const END_STREAM = 1;
export const END_HEADERS = 4;
export const PADDED = 8;

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const SETTINGS = frame(TYPE.SETTINGS, 0, 0);

/** A 32-bit number, as WINDOW_UPDATE and RST_STREAM carry it. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** GOAWAY with that error code; nothing was processed. */
export function goaway(code: number): Buffer {
  return frame(TYPE.GOAWAY, 0, 0, Buffer.concat([uint32(0), uint32(code)]));
}

/**
 * HEADERS of a POST; HPACK without its tables but for the pseudo-headers' names. A list of headers
 * may have one several times.
 */
export function post(
  stream: number,
  path: string,
  headers: Record<string, string> | readonly (readonly [name: string, value: string])[],
): Buffer {
  const block = [Buffer.from([0x83, 0x86]), literal(0x04, path), literal(0x01, 'localhost')];
  const all = Array.isArray(headers) ? headers : Object.entries(headers);
  for (const [name, value] of all) {
    block.push(Buffer.concat([Buffer.from([0]), text(name), text(value)]));
  }
  return frame(TYPE.HEADERS, END_HEADERS, stream, Buffer.concat(block));
}

/** A value under a name of HPACK's static table, kept in no table. */
function literal(index: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([index]), text(value)]);
}

function text(value: string): Buffer {
  if (value.length > 126) throw new RangeError('longer texts need another form of length');
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
}

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export interface FrameConnection {
  readonly socket: Socket;
  send(...frames: readonly Buffer[]): void;
  /** All frames that have come. */
  readonly frames: readonly Frame[];
  /** Resolves with the first frame, come or to come, that is so; rejects when the server closes. */
  until(isWanted: (frame: Frame) => boolean): Promise<Frame>;
  readonly closed: Promise<void>;
}

/** Connects and sends the preface and empty settings. */
export async function dialHttp2(port: number): Promise<FrameConnection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const frames: Frame[] = [];
  const lookers = new Set<() => void>();
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (piece: Buffer) => {
    rest = Buffer.concat([rest, piece]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      const [type, flags] = [rest.readUInt8(3), rest.readUInt8(4)];
      frames.push({ type, flags, stream: rest.readUInt32BE(5), payload: rest.subarray(9, end) });
      rest = rest.subarray(end);
    }
    for (const look of lookers) look();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  socket.write(Buffer.concat([PREFACE, SETTINGS]));
  return {
    socket,
    frames,
    closed,
    send: (...sent) => socket.write(Buffer.concat(sent)),
    until: (isWanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = frames.find(isWanted);
          if (found === undefined) return;
          lookers.delete(look);
          resolve(found);
        };
        lookers.add(look);
        closed.then(() => reject(new Error(`closed after ${frames.length} frames`)));
        look();
      }),
  };
}
