// How many parts a message has, counted on its bytes before anything is built of it. An empty item
// of a list is two bytes on the wire and a hundred in memory, so a bound on bytes alone lets four
// megabytes keep the processor for seconds. A count costs some nanoseconds a part, and stops early.

import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** What the count found. Bytes that are no message are left to whoever decodes them. */
export type Counted = 'fits' | 'too many';

/** Messages of the contract are four deep; JSON's reader would follow any depth. */
export const MAX_JSON_DEPTH = 64;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

/** Fields and items of lists, at any depth; unknown fields count too. */
export function countBinary(desc: DescMessage, bytes: Uint8Array, max: number): Counted {
  const state: State = { bytes, left: max };
  countMessage(state, desc, 0, bytes.length);
  return state.left < 0 ? 'too many' : 'fits';
}

interface State {
  readonly bytes: Uint8Array;
  /** Parts that may still come; below 0 the count is over. */
  left: number;
}

/** Where a varint that began at `at` ends, and its value while that is exact. */
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

/** Where a value's bytes begin and how many there are; undefined when they are none. */
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
    // An entry's key and value. No map of the contract has messages in it.
    state.left -= 2;
  } else if (field.message !== undefined) {
    countMessage(state, field.message, begin, end);
  } else if (field.fieldKind === 'list' && isPackable(field.scalar)) {
    // Each packed number ends with a byte whose highest bit is clear; fixed ones are fewer.
    for (let at = begin; at < end; at += 1) {
      if ((state.bytes[at] ?? 0) < 0x80) state.left -= 1;
    }
  }
}

/** Lists of enums have no scalar type, and are packed. */
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
    // Beyond 32 bits the value is not needed: no length is that long.
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

/** Objects, lists and what commas part, outside of texts; and how deep they lie. */
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

/** Where the text that began at `at` ends: at its closing quote, or with the bytes. */
function endOfText(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return end;
}
