// Decodes large messages in pieces, with turns for other work in between. A protobuf message may be
// cut between any two fields: the pieces, merged in order, are the message. The same holds for the
// items of a list in JSON.

import {
  create,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonReadOptions,
  type JsonValue,
  type Message,
  mergeFromBinary,
  mergeFromJson,
} from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { TURNS } from '../../app/ports/turns.js';

/** Bytes per piece: well below a millisecond of decoding. A longer field is one piece. */
const PIECE_BYTES = 16 * 1024;
/** Items of a JSON list per piece. */
const PIECE_ITEMS = 8;
/** If a list cannot be read, this many items from the failed piece on are searched for faults. */
const LOOKED_AT_ITEMS = 64;

/** Nobody needs unknown fields, and they cost memory. */
const BINARY_OPTIONS = { readUnknownFields: false };

/** Throws the errors of protobuf's own reader, and the signal's reason. */
export async function decodeBinary(
  desc: DescMessage,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Message> {
  const message = create(desc);
  const reader = new BinaryReader(bytes);
  let begin = 0;
  while (reader.pos < bytes.length) {
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
    if (reader.pos - begin < PIECE_BYTES && reader.pos < bytes.length) continue;
    mergeFromBinary(desc, message, bytes.subarray(begin, reader.pos), BINARY_OPTIONS);
    begin = reader.pos;
    if (TURNS.isOver) await TURNS.next(signal);
  }
  return message;
}

/** The part of a message where reading failed: the failed piece and some items after it. */
export class UnreadablePiece extends Error {
  override readonly name = 'UnreadablePiece';
  readonly piece: JsonValue;
  /**
   * The list with the failed piece, and the index of the piece's first item; undefined outside of
   * long lists.
   */
  readonly list: { readonly name: string; readonly offset: number } | undefined;

  constructor(piece: JsonValue, list: UnreadablePiece['list'], cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.piece = piece;
    this.list = list;
  }
}

/** Throws UnreadablePiece, and the signal's reason. */
export async function decodeJson(
  desc: DescMessage,
  json: JsonValue,
  options: Partial<JsonReadOptions>,
  signal: AbortSignal,
): Promise<Message> {
  const message = create(desc);
  const { rest, lists } = longLists(desc, json);
  try {
    mergeFromJson(desc, message, rest, options);
  } catch (error) {
    throw new UnreadablePiece(rest, undefined, error);
  }
  for (const { key, field, items } of lists) {
    const pieceOf = (offset: number, length: number) => ({
      [key]: items.slice(offset, offset + length),
    });
    for (let offset = 0; offset < items.length; offset += PIECE_ITEMS) {
      try {
        mergeFromJson(desc, message, pieceOf(offset, PIECE_ITEMS), options);
      } catch (error) {
        const list = { name: field.name, offset };
        throw new UnreadablePiece(pieceOf(offset, LOOKED_AT_ITEMS), list, error);
      }
      if (TURNS.isOver) await TURNS.next(signal);
    }
  }
  return message;
}

interface LongList {
  readonly key: string;
  readonly field: DescField;
  readonly items: readonly JsonValue[];
}

/** Splits a message into its long lists and the rest. Anything unusual stays in the rest. */
function longLists(desc: DescMessage, json: JsonValue): { rest: JsonValue; lists: LongList[] } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { rest: json, lists: [] };
  }
  const rest: JsonObject = Object.create(null);
  const lists: LongList[] = [];
  for (const [key, value] of Object.entries(json)) {
    const field = desc.fields.find(({ name, jsonName }) => key === name || key === jsonName);
    const isLong =
      field?.fieldKind === 'list' && Array.isArray(value) && value.length > PIECE_ITEMS;
    // A field under both of its names stays in the rest, and the reader refuses it.
    const isTwice = field !== undefined && hasOther(json, field, key);
    if (isLong && !isTwice) lists.push({ key, field, items: value });
    else rest[key] = value;
  }
  return { rest, lists };
}

function hasOther(json: JsonObject, { name, jsonName }: DescField, key: string): boolean {
  return name !== jsonName && Object.hasOwn(json, key === name ? jsonName : name);
}
