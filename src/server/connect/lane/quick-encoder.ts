// Encodes answers as protobuf, in the very bytes of the library's own encoder. That one walks through
// every message by reflection, and takes longer for an answer than everything else the service does
// for it. Here each type of message is looked at once, and made into a list of writers of its fields.
// A type with a kind of field that no answer of ours has is left to the library, and so is a message
// with unknown fields or with a value that the library would refuse.

import {
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { encodeEnvelope } from '@connectrpc/connect/protocol';
import { ENVELOPE_HEADER_BYTES } from '../../support/pieces.js';

/** The message in an envelope of gRPC, not compressed. Throws what the library's encoder throws. */
export function encodeInEnvelope(desc: DescMessage, message: Message): Uint8Array {
  const writers = writersOf(desc);
  if (writers !== undefined) {
    const output = OUTPUT;
    output.begin(ENVELOPE_HEADER_BYTES);
    try {
      writeMessage(writers, message as unknown as Fields, output);
      return output.end();
    } catch {
      // The library judges it, in its own words.
    }
  }
  return encodeEnvelope(0, toBinary(desc, message));
}

/** A message's properties, by the local names of its fields. */
type Fields = Readonly<Record<string, unknown>>;
type Writer = (message: Fields, output: Output) => void;
type WriteValue = (value: unknown, output: Output) => void;

/** Thrown for a value that the library has to judge. */
const NOT_QUICK = new Error('not for the quick encoder');

/** What is kept for the next message; a larger one has a buffer of its own. */
const KEPT_BYTES = 64 * 1024;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** Bytes that grow. */
class Output {
  #kept = Buffer.allocUnsafeSlow(KEPT_BYTES);
  bytes = this.#kept;
  at = 0;

  /** Leaves so many bytes free for the envelope's header, which `end` fills in. */
  begin(headerBytes: number): void {
    this.bytes = this.#kept;
    this.at = headerBytes;
  }

  end(): Uint8Array {
    const whole = Buffer.from(this.bytes.subarray(0, this.at));
    whole[0] = 0;
    whole.writeUInt32BE(this.at - ENVELOPE_HEADER_BYTES, 1);
    this.bytes = this.#kept;
    return whole;
  }

  /** Makes room for so many bytes more. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + count));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  /** An unsigned number below 2^53. */
  varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.at] = (rest % 0x80) | 0x80;
      this.at += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.at] = rest;
    this.at += 1;
  }

  /** Any number of 64 bits; negative ones in two's complement. */
  bigVarint(value: bigint): void {
    if (value >= 0n && value <= MAX_EXACT) {
      this.varint(Number(value));
      return;
    }
    this.reserve(MAX_VARINT_BYTES);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.bytes[this.at] = Number(rest & 0x7fn) | 0x80;
      this.at += 1;
      rest >>= 7n;
    }
    this.bytes[this.at] = Number(rest);
    this.at += 1;
  }

  text(value: string): void {
    if (value.length < SHORT_TEXT && this.#ascii(value)) return;
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.reserve(length);
    this.at += this.bytes.write(value, this.at, length, 'utf8');
  }

  /** Writes a short text of ASCII; false for another one, of which nothing is written. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.reserve(length + 1);
    const begin = this.at + 1;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      this.bytes[begin + index] = code;
    }
    this.bytes[this.at] = length;
    this.at = begin + length;
    return true;
  }

  raw(value: Uint8Array): void {
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  double(value: number): void {
    this.reserve(8);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  /** What `write` writes, after its length. Most lengths take one byte; for others room is made. */
  delimited(write: () => void): void {
    this.reserve(1);
    const lengthAt = this.at;
    this.at += 1;
    write();
    const length = this.at - lengthAt - 1;
    if (length > 0x7f) {
      const more = varintSize(length) - 1;
      this.reserve(more);
      this.bytes.copyWithin(lengthAt + 1 + more, lengthAt + 1, this.at);
      this.at = lengthAt;
      this.varint(length);
      this.at += length;
    } else {
      this.bytes[lengthAt] = length;
    }
  }
}

const MAX_VARINT_BYTES = 10;
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);
/** A length below this is one byte; copying so few characters one by one is quicker than a call. */
const SHORT_TEXT = 48;

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

/** One message is encoded at a time, in one piece. */
const OUTPUT = new Output();

function writeMessage(writers: readonly Writer[], message: Fields, output: Output): void {
  if (message.$unknown !== undefined) throw NOT_QUICK;
  for (const write of writers) write(message, output);
}

const known = new Map<DescMessage, readonly Writer[] | undefined>();

/** Undefined for a type that is left to the library. */
function writersOf(desc: DescMessage): readonly Writer[] | undefined {
  if (known.has(desc)) return known.get(desc);
  const writers: Writer[] = [];
  // Known before its fields are looked at: a message may hold others of its own type.
  known.set(desc, writers);
  const fields = [...desc.fields].sort((a, b) => a.number - b.number);
  for (const field of fields) {
    const writer = writerOf(field);
    if (writer === undefined) {
      known.set(desc, undefined);
      // Types that hold this one may have its writers already.
      writers.splice(0, writers.length, leaveToLibrary);
      return undefined;
    }
    writers.push(writer);
  }
  return writers;
}

function leaveToLibrary(): never {
  throw NOT_QUICK;
}

function writerOf(field: DescField): Writer | undefined {
  if (field.fieldKind === 'map') return mapWriter(field);
  const value = valueWriter(field);
  if (value === undefined) return undefined;
  const name = field.localName;
  if (field.fieldKind === 'list') {
    if (field.packed) return packedWriter(field, name, value.write);
    const tag = tagOf(field, value.wireType);
    return (message, output) => {
      for (const item of message[name] as readonly unknown[]) {
        output.varint(tag);
        value.write(item, output);
      }
    };
  }
  const tag = tagOf(field, value.wireType);
  const { oneof } = field;
  if (oneof !== undefined) {
    return (message, output) => {
      const chosen = message[oneof.localName] as {
        readonly case?: string;
        readonly value?: unknown;
      };
      if (chosen.case !== name) return;
      output.varint(tag);
      value.write(chosen.value, output);
    };
  }
  const isAbsent = absence(field);
  return (message, output) => {
    const found = message[name];
    if (isAbsent(found)) return;
    output.varint(tag);
    value.write(found, output);
  };
}

const IMPLICIT_PRESENCE = 2;

/** Whether a field with this value is not written. */
function absence(field: DescField): (value: unknown) => boolean {
  if (field.presence !== IMPLICIT_PRESENCE) return (value) => value === undefined;
  if (field.fieldKind === 'enum') {
    const zero = field.enum.values[0]?.number;
    return (value) => value === zero;
  }
  switch (field.scalar) {
    case ScalarType.STRING:
      return (value) => value === '';
    case ScalarType.BOOL:
      return (value) => value === false;
    case ScalarType.BYTES:
      return (value) => value instanceof Uint8Array && value.length === 0;
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return (value) => value === 0n;
    case ScalarType.DOUBLE:
      return (value) => Object.is(value, 0);
    default:
      return (value) => value === 0;
  }
}

interface Value {
  readonly wireType: number;
  readonly write: WriteValue;
}

function valueWriter(field: DescField): Value | undefined {
  if (field.message !== undefined) return messageWriter(field.message, field);
  if (field.enum !== undefined) return INT32;
  return SCALARS.get(field.scalar as ScalarType);
}

function messageWriter(inner: DescMessage, field: DescField): Value | undefined {
  const isDelimited = 'delimitedEncoding' in field && field.delimitedEncoding;
  // In fields, the library has these as plain values.
  const isPlain = isWrapperDesc(inner) || inner.typeName === 'google.protobuf.Struct';
  const writers = isDelimited || isPlain ? undefined : writersOf(inner);
  return (
    writers && {
      wireType: BYTES,
      write: (value, output) =>
        output.delimited(() => writeMessage(writers, value as Fields, output)),
    }
  );
}

const INT32_MAX = 0x7fffffff;

const INT32: Value = {
  wireType: VARINT,
  write(value, output) {
    if (!Number.isInteger(value) || Math.abs(value as number) > INT32_MAX) throw NOT_QUICK;
    const number = value as number;
    if (number < 0) output.bigVarint(BigInt(number));
    else output.varint(number);
  },
};
const INT64: Value = {
  wireType: VARINT,
  write(value, output) {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw NOT_QUICK;
    output.bigVarint(value);
  },
};
const TEXT: Value = {
  wireType: BYTES,
  write(value, output) {
    if (typeof value !== 'string') throw NOT_QUICK;
    output.text(value);
  },
};
const SCALARS: ReadonlyMap<ScalarType, Value> = new Map([
  [ScalarType.STRING, TEXT],
  [ScalarType.INT32, INT32],
  [ScalarType.INT64, INT64],
  [
    ScalarType.BOOL,
    { wireType: VARINT, write: (value: unknown, output: Output) => output.varint(value ? 1 : 0) },
  ],
  [
    ScalarType.BYTES,
    {
      wireType: BYTES,
      write(value: unknown, output: Output) {
        if (!(value instanceof Uint8Array)) throw NOT_QUICK;
        output.raw(value);
      },
    },
  ],
  [
    ScalarType.DOUBLE,
    {
      wireType: FIXED64,
      write(value: unknown, output: Output) {
        if (typeof value !== 'number') throw NOT_QUICK;
        output.double(value);
      },
    },
  ],
]);

function packedWriter(field: DescField, name: string, write: WriteValue): Writer {
  const tag = tagOf(field, BYTES);
  return (message, output) => {
    const items = message[name] as readonly unknown[];
    if (items.length === 0) return;
    output.varint(tag);
    output.delimited(() => {
      for (const item of items) write(item, output);
    });
  };
}

/** Of texts to texts: others are in no answer. */
function mapWriter(field: DescField & { fieldKind: 'map' }): Writer | undefined {
  if (field.mapKey !== ScalarType.STRING || field.scalar !== ScalarType.STRING) return undefined;
  const name = field.localName;
  const tag = tagOf(field, BYTES);
  return (message, output) => {
    for (const [key, value] of Object.entries(message[name] as object)) {
      output.varint(tag);
      output.delimited(() => {
        output.varint(KEY_TAG);
        TEXT.write(key, output);
        output.varint(VALUE_TAG);
        TEXT.write(value, output);
      });
    }
  };
}

function tagOf({ number }: { readonly number: number }, wireType: number): number {
  return number * 8 + wireType;
}

const KEY_TAG = tagOf({ number: 1 }, BYTES);
const VALUE_TAG = tagOf({ number: 2 }, BYTES);
