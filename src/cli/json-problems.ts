// Where a JSON value is no message of the contract, and what would be right there. protobuf's own
// reader names a field's type and stops at the first; people look for a place in a file.

import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  ScalarType,
} from '@bufbuild/protobuf';
import { escapedText } from './console.js';

/** The most problems that are told at a time: mending these shows the rest. */
const MAX_PROBLEMS = 10;

/** The longest piece of a wrong value that is shown back. */
const MAX_SHOWN = 40;

interface Problem {
  /** In the contract's names: `punches[3].kind`; empty for the value as a whole. */
  readonly path: string;
  readonly says: string;
}

/** One line per problem, at most ten; none when the value reads as the message. */
export function jsonProblems(schema: DescMessage, json: JsonValue): readonly string[] {
  const problems = messageProblems(schema, json, '');
  const lines = problems
    .slice(0, MAX_PROBLEMS)
    .map(({ path, says }) => `${path === '' ? 'It' : `${path}:`} ${says}`);
  const left = problems.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}

function messageProblems(schema: DescMessage, json: JsonValue, path: string): Problem[] {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    return [{ path, says: `must be an object, { ... }; it is ${shown(json)}` }];
  }
  return Object.entries(json).flatMap(([key, value]): Problem[] => {
    const field = schema.fields.find(({ name, jsonName }) => key === name || key === jsonName);
    const at = path === '' ? (field?.name ?? key) : `${path}.${field?.name ?? key}`;
    if (field === undefined) return [{ path: at, says: unknownField(schema) }];
    // Like leaving the field out.
    return value === null ? [] : fieldProblems(schema, field, value, at);
  });
}

function fieldProblems(
  schema: DescMessage,
  field: DescField,
  value: JsonValue,
  path: string,
): Problem[] {
  if (field.fieldKind !== 'list') return valueProblems(schema, field, value, value, path);
  if (!Array.isArray(value)) {
    return [{ path, says: `must be a list, [ ... ]; it is ${shown(value)}` }];
  }
  return value.flatMap((item, index) =>
    valueProblems(schema, field, item, [item], `${path}[${index}]`),
  );
}

/** `whole` is the field with this value alone in it. */
function valueProblems(
  schema: DescMessage,
  field: DescField,
  value: JsonValue,
  whole: JsonValue,
  path: string,
): Problem[] {
  const { message } = field;
  if (message !== undefined && !isLeaf(message)) return messageProblems(message, value, path);
  try {
    fromJson(schema, { [field.name]: whole });
    return [];
  } catch {
    return [{ path, says: `must be ${rightFor(field)}; it is ${shown(value)}` }];
  }
}

/** Timestamps and durations are texts in JSON. */
function isLeaf({ typeName }: DescMessage): boolean {
  return typeName.startsWith('google.protobuf.');
}

function unknownField(schema: DescMessage): string {
  const names = schema.fields.map(({ name }) => name).join(', ');
  return `is no field here; take it out, or use one of: ${names}`;
}

function rightFor(field: DescField): string {
  const { message, enum: words } = field;
  if (words !== undefined) {
    const names = words.values.filter(({ number }) => number > 0).map(({ name }) => name);
    return `one of ${names.join(', ')}`;
  }
  if (message?.typeName === 'google.protobuf.Timestamp') {
    return 'an instant with its zone, such as "2026-03-02T08:00:00Z" or "2026-03-02T09:00:00+01:00"';
  }
  if (message?.typeName === 'google.protobuf.Duration') {
    return 'a length in seconds, such as "900s" for a quarter of an hour';
  }
  switch (field.scalar) {
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
  const text = escapedText(JSON.stringify(value));
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
