// Finds where a JSON value is not a message of the contract, and what would be right there.
// protobuf's own reader names a field's type and stops at the first problem, but people look for a
// place in what they wrote. Used by readers of JSON on both sides of the wire; must never repeat
// more of it than needed.

import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  ScalarType,
} from '@bufbuild/protobuf';
import { isUnreal } from './unreal-times.js';

/** The most characters of a sent value that are shown back. */
const MAX_SHOWN = 40;

const TIMESTAMP = 'google.protobuf.Timestamp';

const WELL_FORMED = 'text in UTF-8, without half of a surrogate pair';

export interface JsonProblem {
  /** In the names of the contract: `punches[3].kind`; empty for the whole value. */
  readonly path: string;
  /** What would be right, and what is there, as it was sent. Follows the path in a sentence. */
  readonly says: string;
}

/** The problems in order, found lazily; none if the value is a valid message. */
export function* jsonProblems(
  schema: DescMessage,
  json: JsonValue,
  path = '',
): Generator<JsonProblem, void, undefined> {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    yield { path, says: `must be an object, { ... }; it is ${shown(json)}` };
    return;
  }
  for (const [key, value] of Object.entries(json)) {
    const field = schema.fields.find(({ name, jsonName }) => key === name || key === jsonName);
    const name = field?.name ?? cut(key);
    const at = path === '' ? name : `${path}.${name}`;
    if (field === undefined) {
      yield { path: at, says: unknownField(schema) };
    } else if (value !== null) {
      // Null means the same as a missing field.
      yield* fieldProblems(schema, field, value, at);
    }
  }
}

function* fieldProblems(
  schema: DescMessage,
  field: DescField,
  value: JsonValue,
  path: string,
): Generator<JsonProblem, void, undefined> {
  if (field.fieldKind === 'map') {
    yield* mapProblems(schema, field, value, path);
  } else if (field.fieldKind !== 'list') {
    yield* valueProblems(schema, field, value, value, path);
  } else if (!Array.isArray(value)) {
    yield { path, says: `must be a list, [ ... ]; it is ${shown(value)}` };
  } else {
    for (const [index, item] of value.entries()) {
      yield* valueProblems(schema, field, item, [item], `${path}[${index}]`);
    }
  }
}

/** The contract's maps have text values. */
function* mapProblems(
  schema: DescMessage,
  field: DescField,
  value: JsonValue,
  path: string,
): Generator<JsonProblem, void, undefined> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    yield { path, says: `must be an object, { ... }; it is ${shown(value)}` };
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) yield { path, says: `must have keys that are ${WELL_FORMED}` };
    else yield* valueProblems(schema, field, item, { [key]: item }, `${path}["${cut(key)}"]`);
  }
}

/** `whole` is the field with only this value in it. */
function* valueProblems(
  schema: DescMessage,
  field: DescField,
  value: JsonValue,
  whole: JsonValue,
  path: string,
): Generator<JsonProblem, void, undefined> {
  const { message } = field;
  if (message !== undefined && !isLeaf(message)) {
    yield* jsonProblems(message, value, path);
    return;
  }
  try {
    fromJson(schema, { [field.name]: whole });
    if (message?.typeName === TIMESTAMP && isUnreal(String(value))) {
      yield { path, says: `must be a time that exists; it is ${shown(value)}` };
    }
  } catch {
    const isText = typeof value === 'string' && !value.isWellFormed();
    // Not shown, because it cannot be sent back either.
    const says = isText ? WELL_FORMED : `${rightFor(field)}; it is ${shown(value)}`;
    yield { path, says: `must be ${says}` };
  }
}

/** Timestamps, durations and field masks are texts in JSON. */
function isLeaf({ typeName }: DescMessage): boolean {
  return typeName.startsWith('google.protobuf.');
}

function unknownField(schema: DescMessage): string {
  const names = schema.fields.map(({ name }) => name).join(', ');
  return `is not a field here; remove it, or use one of: ${names}`;
}

function rightFor(field: DescField): string {
  const { message, enum: words } = field;
  if (words !== undefined) {
    const names = words.values.filter(({ number }) => number > 0).map(({ name }) => name);
    return `one of ${names.join(', ')}`;
  }
  if (message?.typeName === TIMESTAMP) {
    return 'an instant with its zone, such as "2026-03-02T08:00:00Z" or "2026-03-02T09:00:00+01:00"';
  }
  if (message?.typeName === 'google.protobuf.Duration') {
    return 'a length in seconds, such as "900s" for a quarter of an hour';
  }
  if (message?.typeName === 'google.protobuf.FieldMask') {
    return 'names of fields in camel case, with commas between them, such as "groupId,timeZone"';
  }
  switch (field.fieldKind === 'map' ? ScalarType.STRING : field.scalar) {
    case ScalarType.STRING:
      return 'a text, "..."';
    case ScalarType.BOOL:
      return 'true or false';
    default:
      return 'a number';
  }
}

function shown(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'an object';
  return cut(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
