// Makes the message of a caller's request before anything is sent. A Date becomes a Timestamp.
// Anything that the message cannot hold is refused by name. `create` of @bufbuild/protobuf would
// silently drop a mistyped name, and would take any object without fields, such as a Date, for an
// empty message, which means 1970. Must never change the caller's object, which may be used again.

import type { DescEnum, DescField, DescMessage, DescOneof, MessageShape } from '@bufbuild/protobuf';
import { create, isMessage, ScalarType } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ClientFieldViolation } from './error-details.js';
import { refusedRequest } from './errors.js';
import type { RequestOf } from './request-types.js';
import { takeScalar } from './scalar-values.js';
import { shownValue } from './shown-value.js';

/** The most mistakes that one error names. */
const MAX_VIOLATIONS = 10;

type Fields = Readonly<Record<string, unknown>>;

/** Returns the message. Throws INVALID_ARGUMENT with every invalid field: `refusedRequest`. */
export function requestMessage<D extends DescMessage>(
  schema: D,
  given: RequestOf<MessageShape<D>> | undefined,
): MessageShape<D> {
  const reader = new Reader();
  const init = reader.message(schema, given ?? {}, '');
  if (reader.violations.length > 0) throw refusedRequest(reader.violations);
  return create(schema, init as Parameters<typeof create<D>>[1]);
}

/** Reads the request field by field. `path` uses the names of the contract, like the service. */
class Reader {
  readonly violations: ClientFieldViolation[] = [];

  message(schema: DescMessage, given: unknown, path: string): unknown {
    if (given instanceof Date && schema.typeName === TimestampSchema.typeName) {
      if (!Number.isNaN(given.getTime())) return timestampFromDate(given);
      return this.#refuse(path, 'must be a valid Date');
    }
    const must = notFields(schema, given);
    if (must !== undefined) return this.#wrong(path, must, given);
    return this.#members(schema, given as Fields, path);
  }

  #members(schema: DescMessage, given: Fields, path: string): Fields {
    const read: Record<string, unknown> = {};
    for (const member of schema.members) {
      const value = given[member.localName];
      if (value === undefined || value === null) continue;
      read[member.localName] =
        member.kind === 'oneof'
          ? this.#oneof(member, value, path)
          : this.#field(member, value, joined(path, member.name));
    }
    const known = new Set(schema.members.map(({ localName }) => localName));
    for (const key of Object.keys(given)) {
      if (known.has(key) || key === '$typeName' || key === '$unknown') continue;
      this.#refuse(joined(path, key), unknownName(schema, key), 'UNKNOWN_FIELD');
    }
    return { ...given, ...read };
  }

  #oneof(oneof: DescOneof, given: unknown, path: string): unknown {
    const { case: name, value } = Object(given) as { readonly case?: unknown; value?: unknown };
    if (name === undefined && isPlain(given)) return given;
    const field = oneof.fields.find(({ localName }) => localName === name);
    if (field !== undefined) {
      return { case: name, value: this.#field(field, value, joined(path, field.name)) };
    }
    const cases = oneof.fields.map(({ localName }) => `'${localName}'`).join(' or ');
    return this.#wrong(joined(path, oneof.name), `{ case: ${cases}, value: ... }`, given);
  }

  #field(field: DescField, given: unknown, path: string): unknown {
    switch (field.fieldKind) {
      case 'list':
        if (!Array.isArray(given)) return this.#wrong(path, 'a list', given);
        return Array.from(given, (item, index) => this.#value(field, item, `${path}[${index}]`));
      case 'map':
        if (!isPlain(given)) return this.#wrong(path, 'an object of keys and values', given);
        return Object.fromEntries(
          Object.entries(given).map(([key, value]) => [
            key,
            this.#value(field, value, `${path}[${JSON.stringify(key)}]`),
          ]),
        );
      default:
        return this.#value(field, given, path);
    }
  }

  /** One value of the field, or of its list or map. */
  #value({ message, enum: choice, scalar }: DescField, given: unknown, path: string): unknown {
    if (message !== undefined) return this.message(message, given, path);
    if (choice !== undefined) return this.#choice(choice, given, path);
    const taken = takeScalar(scalar ?? ScalarType.STRING, given);
    return 'value' in taken ? taken.value : this.#wrong(path, taken.must, given);
  }

  #choice(choice: DescEnum, given: unknown, path: string): unknown {
    const taken = takeScalar(ScalarType.INT32, given);
    if ('value' in taken) return taken.value;
    const example = choice.values.find(({ number }) => number !== 0)?.localName;
    return this.#wrong(path, `a value of ${choice.name}, such as ${choice.name}.${example}`, given);
  }

  #wrong(path: string, must: string, given: unknown): undefined {
    return this.#refuse(path, `must be ${must}; it is ${shownValue(given)}`);
  }

  #refuse(field: string, description: string, reason = 'WRONG_TYPE'): undefined {
    if (this.violations.length < MAX_VIOLATIONS) {
      this.violations.push({ field, reason, description });
    }
    return undefined;
  }
}

/** What a value must be, if it has no fields of the message; undefined if it has. */
function notFields(schema: DescMessage, given: unknown): string | undefined {
  if (isMessage(given) ? given.$typeName === schema.typeName : hasFields(given)) return undefined;
  switch (schema.typeName) {
    case TimestampSchema.typeName:
      return 'a Date, such as new Date(milliseconds), or a Timestamp';
    case DurationSchema.typeName:
      return 'a Duration, such as { seconds: 90n }';
    default:
      return `a ${schema.name} or an object of its fields`;
  }
}

/** An instance of a class is accepted if it has visible fields, unlike a Date or a Map. */
function hasFields(given: unknown): given is Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return isPlain(given) || Object.keys(given).length > 0;
}

/** An object literal, also from another realm. */
function isPlain(given: unknown): given is Fields {
  if (typeof given !== 'object' || given === null) return false;
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unknownName(schema: DescMessage, key: string): string {
  const bare = (name: string) => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
  const inside = schema.oneofs.find(({ fields }) =>
    fields.some((field) => field.localName === key),
  );
  if (inside !== undefined) {
    return `must be given as ${inside.localName}: { case: '${key}', value: ... }`;
  }
  const near = schema.members.find(({ localName }) => bare(localName) === bare(key));
  if (near !== undefined) return `is not a field of ${schema.name}: use ${near.localName}`;
  const names = schema.members.map(({ localName }) => localName);
  return `is not a field of ${schema.name}: use one of ${names.join(', ')}`;
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
