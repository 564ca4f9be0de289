// A request that is encoded once, with the places that differ between calls. The loader patches
// those bytes in place, because encoding protobuf in the load process would measure the loader.

/** A place of fixed width whose bytes follow from the call's number. */
export type Field =
  /** Decimal digits, zero-padded: floor(call / every) modulo `modulo`. */
  | {
      readonly kind: 'NUMBER';
      readonly offset: number;
      readonly width: number;
      readonly every: number;
      readonly modulo: number;
    }
  /** `YYYY-MM-DD`: floor(call / every) modulo `days` days after `first`. */
  | {
      readonly kind: 'DATE';
      readonly offset: number;
      readonly first: string;
      readonly every: number;
      readonly days: number;
    }
  /** The call's number in lower-case hexadecimal digits, zero-padded. */
  | { readonly kind: 'HEX'; readonly offset: number; readonly width: number }
  /**
   * A Timestamp's seconds: floor(call / every) times `step` after `first`. A varint of five bytes,
   * so from 1978-07-04 on for a thousand years.
   */
  | {
      readonly kind: 'SECONDS';
      readonly offset: number;
      readonly first: number;
      readonly every: number;
      readonly step: number;
    };

/** Omit for every member of the union. */
type WithoutOffset<T> = T extends unknown ? Omit<T, 'offset'> : never;

/** A field, and the text or bytes that mark its place in the encoded message. */
export type MarkedField = WithoutOffset<Field> & { readonly marker: string | Uint8Array };

/** The request of one kind of call. Crosses a process border, so it has plain values only. */
export interface RequestTemplate {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The header `authorization`; undefined if the call has none. */
  readonly authorization?: string;
  /** One gRPC message with its five bytes of prefix, in base64. */
  readonly frame: string;
  readonly fields: readonly Field[];
  /**
   * The range of the frame that a right answer also contains, such as the employee's id; undefined
   * if answers say nothing about their request.
   */
  readonly answered: { readonly offset: number; readonly width: number } | undefined;
}

/** gRPC's length prefix: a flag for compression and a 32-bit length. */
export const GRPC_PREFIX_BYTES = 5;

const MS_PER_DAY = 86_400_000;
const SECONDS_BYTES = 5;

/** The bytes of a Timestamp's seconds, to mark their place. */
export function secondsBytes(seconds: number): Uint8Array {
  const bytes = Buffer.alloc(SECONDS_BYTES);
  writeSeconds(bytes, 0, seconds);
  return bytes;
}

function writeSeconds(frame: Buffer, offset: number, seconds: number): void {
  let rest = seconds;
  for (let at = 0; at < SECONDS_BYTES; at += 1) {
    const more = at < SECONDS_BYTES - 1 ? 0x80 : 0;
    frame[offset + at] = (rest % 128) | more;
    rest = Math.floor(rest / 128);
  }
}

/** A message in its wire form, uncompressed. */
export function grpcFrame(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(GRPC_PREFIX_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, GRPC_PREFIX_BYTES);
  return frame;
}

/**
 * Finds the markers in an encoded message. `answered` names the marker that answers repeat. Throws
 * if a marker does not occur exactly once, or does not have the width of its field.
 */
export function templateOf(
  path: string,
  message: Uint8Array,
  marked: readonly MarkedField[],
  answered?: string,
): RequestTemplate {
  const frame = grpcFrame(message);
  const fields = marked.map((field) => placed(frame, field));
  const found = marked.findIndex((field) => field.marker === answered);
  const offset = fields[found]?.offset;
  const width = marked[found]?.marker.length;
  return {
    path,
    frame: frame.toString('base64'),
    fields,
    answered: offset === undefined || width === undefined ? undefined : { offset, width },
  };
}

function placed(frame: Buffer, field: MarkedField): Field {
  const { marker } = field;
  const offset = frame.indexOf(marker);
  if (offset < 0 || frame.indexOf(marker, offset + 1) >= 0) {
    throw new Error(`the marker ${marker} must stand in the message exactly once`);
  }
  const width = widthOf(field);
  if (marker.length !== width) {
    throw new Error(`the marker ${marker} must be ${width} characters, like its field`);
  }
  if (field.kind === 'SECONDS') {
    const { kind, first, every, step } = field;
    return { kind, offset, first, every, step };
  }
  if (field.kind === 'NUMBER') {
    const { kind, every, modulo } = field;
    return { kind, offset, width, every, modulo };
  }
  if (field.kind === 'DATE') {
    const { kind, first, every, days } = field;
    return { kind, offset, first, every, days };
  }
  return { kind: field.kind, offset, width };
}

function widthOf(field: MarkedField): number {
  if (field.kind === 'DATE') return 'YYYY-MM-DD'.length;
  return field.kind === 'SECONDS' ? SECONDS_BYTES : field.width;
}

/** Returns the function that writes a call's number into a frame. Calls count from 0. */
export function patcherOf(fields: readonly Field[]): (frame: Buffer, call: number) => void {
  const patches = fields.map(patchOf);
  return (frame, call) => {
    for (const patch of patches) patch(frame, call);
  };
}

function patchOf(field: Field): (frame: Buffer, call: number) => void {
  const { offset } = field;
  switch (field.kind) {
    case 'NUMBER': {
      const { width, every, modulo } = field;
      return (frame, call) => {
        writeDigits(frame, offset, width, Math.floor(call / every) % modulo);
      };
    }
    case 'DATE': {
      const { every, days } = field;
      const dates = datesFrom(field.first, days);
      return (frame, call) => {
        frame.set(dateAt(dates, Math.floor(call / every) % days), offset);
      };
    }
    case 'HEX': {
      const { width } = field;
      return (frame, call) => {
        frame.write(call.toString(16).padStart(width, '0'), offset, width, 'latin1');
      };
    }
    case 'SECONDS': {
      const { first, every, step } = field;
      return (frame, call) => {
        writeSeconds(frame, offset, first + Math.floor(call / every) * step);
      };
    }
  }
}

function writeDigits(frame: Buffer, offset: number, width: number, value: number): void {
  let rest = value;
  for (let at = offset + width - 1; at >= offset; at -= 1) {
    frame[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

function datesFrom(first: string, days: number): readonly Buffer[] {
  const start = Date.parse(`${first}T00:00:00Z`);
  return Array.from({ length: days }, (_, day) => {
    const instant = new Date(start + day * MS_PER_DAY);
    return Buffer.from(instant.toISOString().slice(0, 'YYYY-MM-DD'.length), 'latin1');
  });
}

function dateAt(dates: readonly Buffer[], index: number): Buffer {
  const date = dates[index];
  if (date === undefined) throw new RangeError(`no date ${index}`);
  return date;
}
