// Counts the parts of a message in its bytes, before any object is built. An empty list item takes
// two bytes on the wire and a hundred in memory, so with a bound on bytes alone, 4 MB could keep
// the processor busy for seconds. Counting takes some nanoseconds per part, and stops early.

import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** The result of a count. Invalid bytes are left to the decoder. */
export type Counted = 'fits' | 'too many';

/** Messages of the contract are four levels deep; JSON.parse would follow any depth. */
export const MAX_JSON_DEPTH = 64;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

/** Counts fields and list items at any depth, including unknown fields. */
export function countBinary(desc: DescMessage, bytes: Uint8Array, max: number): Counted {
  const state: State = { bytes, left: max };
  countMessage(state, desc, 0, bytes.length);
  return state.left < 0 ? 'too many' : 'fits';
}

interface State {
  readonly bytes: Uint8Array;
  /** Parts that may still come; below 0 the count stops. */
  left: number;
}

/** The end of a varint, and its value as long as that is exact. */
interface Varint {
  readonly end: number;
  readonly value: number;
}

function countMessage(state: State, desc: DescMessage, begin: number, end: number): void {
  const fields = fieldsOf(desc);
  for (let at = begin; at < end && state.left >= 0; ) {
    state.left -= 1;
    const tag = readVarint(state.bytes, at, end);
    if (tag === undefined) return;
    const length = lengthOfValue(state.bytes, tag.value & 7, tag.end, end);
    if (length === undefined || length.value > end - length.end) return;
    const next = length.end + length.value;
    const field = fields.get(tag.value >>> 3);
    if ((tag.value & 7) === BYTES && field !== undefined) {
      countWithin(state, field, length.end, next);
    }
    at = next;
  }
}

/** Where the bytes of a value begin, and their number; undefined if the value is invalid. */
function lengthOfValue(
  bytes: Uint8Array,
  wireType: number,
  at: number,
  end: number,
): Varint | undefined {
  switch (wireType) {
    case VARINT: {
      const value = readVarint(bytes, at, end);
      return value && { end: value.end, value: 0 };
    }
    case FIXED64:
      return { end: at, value: 8 };
    case FIXED32:
      return { end: at, value: 4 };
    case BYTES:
      return readVarint(bytes, at, end);
    case START_GROUP:
    case END_GROUP:
      return { end: at, value: 0 };
    default:
      return undefined;
  }
}

function countWithin(state: State, field: DescField, begin: number, end: number): void {
  if (field.fieldKind === 'map') {
    // One key and one value. No map of the contract contains messages.
    state.left -= 2;
  } else if (field.message !== undefined) {
    countMessage(state, field.message, begin, end);
  } else if (field.fieldKind === 'list' && isPackable(field.scalar)) {
    // Each packed varint ends with a byte whose highest bit is clear. Fixed-size numbers take four
    // or eight bytes each, so they are fewer.
    for (let at = begin; at < end; at += 1) {
      if ((state.bytes[at] ?? 0) < 0x80) state.left -= 1;
    }
  }
}

/** A list of enums has no scalar type, and is packed. */
function isPackable(scalar: ScalarType | undefined): boolean {
  return scalar !== ScalarType.STRING && scalar !== ScalarType.BYTES;
}

const fieldsByType = new Map<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(desc: DescMessage): ReadonlyMap<number, DescField> {
  let fields = fieldsByType.get(desc);
  if (fields === undefined) {
    fields = new Map(desc.fields.map((field) => [field.number, field]));
    fieldsByType.set(desc, fields);
  }
  return fields;
}

const MAX_VARINT_BYTES = 10;

function readVarint(bytes: Uint8Array, at: number, end: number): Varint | undefined {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES && at + index < end; index += 1) {
    const byte = bytes[at + index] ?? 0;
    // A value above 32 bits need not be exact: no length is that large.
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { end: at + index + 1, value };
  }
  return undefined;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Counts objects, lists and commas outside of strings, and checks the depth. */
export function countJson(bytes: Uint8Array, max: number): Counted | 'too deep' {
  let left = max;
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfText(bytes, at);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        left -= 1;
        if (depth > MAX_JSON_DEPTH) return 'too deep';
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
        left -= 1;
        break;
      default:
    }
    if (left < 0) return 'too many';
  }
  return 'fits';
}

/** Where the string that begins at `at` ends: at its closing quote, or at the end of the bytes. */
function endOfText(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return end;
}
