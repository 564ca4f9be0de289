// HTTP/2 frames (RFC 9113) as bytes: those that a load generator sends, and how to split the
// received ones.

export const FRAME_HEADER_BYTES = 9;
/** The size that every peer accepts in one frame by default. */
export const MAX_FRAME_BYTES = 16_384;
/** The initial window of a connection and of a stream. */
export const DEFAULT_WINDOW_BYTES = 65_535;
const MAX_WINDOW_BYTES = 2 ** 31 - 1;

export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const Flag = { ACK: 0x1, END_STREAM: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 };

export const Setting = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
};

/** The error codes of RFC 9113, section 7, that a client sends or reads. */
export const ErrorCode = { NO_ERROR: 0, CANCEL: 8 } as const;

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frameBytes(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(bytes, 0, payload.length, type, flags, stream);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/**
 * The beginning of a connection: no dynamic table, no pushes, and windows so wide that answers
 * never wait.
 */
export function opening(): Buffer {
  const settings = Buffer.concat([
    setting(Setting.HEADER_TABLE_SIZE, 0),
    setting(Setting.ENABLE_PUSH, 0),
    setting(Setting.INITIAL_WINDOW_SIZE, MAX_WINDOW_BYTES),
  ]);
  return Buffer.concat([
    PREFACE,
    frameBytes(FrameType.SETTINGS, 0, 0, settings),
    windowUpdate(MAX_WINDOW_BYTES - DEFAULT_WINDOW_BYTES),
  ]);
}

/** Opens the connection's window by this many bytes. */
export function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes, 0);
  return frameBytes(FrameType.WINDOW_UPDATE, 0, 0, payload);
}

/** Says that the answer to a call is no longer wanted. */
export function cancelBytes(stream: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(ErrorCode.CANCEL, 0);
  return frameBytes(FrameType.RST_STREAM, 0, stream, payload);
}

/** A request's headers as literals without indexing, so that they can be sent again and again. */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(headers).flatMap(([name, value]) => [
    Buffer.from([0]),
    plainText(name),
    plainText(value),
  ]);
  return Buffer.concat(parts);
}

/** One whole request: its headers, and its body in as many frames as needed. */
export function requestBytes(stream: number, headers: Buffer, body: Buffer): Buffer {
  const frames = Math.max(1, Math.ceil(body.length / MAX_FRAME_BYTES));
  const size = (1 + frames) * FRAME_HEADER_BYTES + headers.length + body.length;
  const bytes = Buffer.allocUnsafe(size);
  writeFrameHeader(bytes, 0, headers.length, FrameType.HEADERS, Flag.END_HEADERS, stream);
  bytes.set(headers, FRAME_HEADER_BYTES);
  let at = FRAME_HEADER_BYTES + headers.length;
  for (let frame = 0; frame < frames; frame += 1) {
    const from = frame * MAX_FRAME_BYTES;
    const length = Math.min(MAX_FRAME_BYTES, body.length - from);
    const flags = frame === frames - 1 ? Flag.END_STREAM : 0;
    writeFrameHeader(bytes, at, length, FrameType.DATA, flags, stream);
    at += FRAME_HEADER_BYTES;
    body.copy(bytes, at, from, from + length);
    at += length;
  }
  return bytes;
}

/** Passes on the complete frames in some bytes. Returns the rest. */
export function cutFrames(bytes: Buffer, onFrame: (frame: Frame) => void): Buffer {
  let at = 0;
  while (bytes.length - at >= FRAME_HEADER_BYTES) {
    const end = at + FRAME_HEADER_BYTES + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    onFrame({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      stream: bytes.readUInt32BE(at + 5) & 0x7fff_ffff,
      payload: bytes.subarray(at + FRAME_HEADER_BYTES, end),
    });
    at = end;
  }
  return bytes.subarray(at);
}

function writeFrameHeader(
  bytes: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): void {
  bytes.writeUIntBE(length, at, 3);
  bytes.writeUInt8(type, at + 3);
  bytes.writeUInt8(flags, at + 4);
  bytes.writeUInt32BE(stream, at + 5);
}

function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

/** A length up to this fits into the seven bits of a text's first byte (RFC 7541, 5.1). */
const LONGEST_SHORT_TEXT = 126;

/** A text in HPACK without Huffman code. */
function plainText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const length = [Math.min(bytes.length, LONGEST_SHORT_TEXT + 1)];
  if (bytes.length > LONGEST_SHORT_TEXT) {
    let rest = bytes.length - LONGEST_SHORT_TEXT - 1;
    for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}
