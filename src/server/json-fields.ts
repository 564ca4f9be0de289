// Which field of a request a JSON error means. protobuf-es names the innermost type or field;
// a caller thinks from the request's root. Looks at descriptors only, never at values.

import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';

/** How deep a request is searched; requests here nest two messages. */
const MAX_DEPTH = 4;

export interface FoundField {
  /** From the request's root, without indexes: `requests.status`. */
  readonly path: string;
  /** The names an enum field takes; empty for other fields. */
  readonly enumValues: readonly string[];
}

/** The path of a field of the message type `parent`, if the request holds that type once. */
export function pathOfField(
  input: DescMessage | undefined,
  parent: string,
  name: string,
): string | undefined {
  const found = search(input, (field) => field.parent.typeName === parent && field.name === name);
  return found.length === 1 ? found[0]?.path : undefined;
}

/** Every field of the request whose values are of this enum or message type. */
export function fieldsHolding(input: DescMessage | undefined, type: string): FoundField[] {
  return search(input, (field) => (enumOf(field) ?? messageOf(field))?.typeName === type);
}

function search(
  input: DescMessage | undefined,
  wanted: (field: DescField) => boolean,
  prefix = '',
  depth = 0,
): FoundField[] {
  if (input === undefined || depth === MAX_DEPTH) return [];
  return input.fields.flatMap((field) => {
    const path = `${prefix}${field.name}`;
    if (wanted(field)) {
      return [{ path, enumValues: enumOf(field)?.values.map((value) => value.name) ?? [] }];
    }
    return search(messageOf(field), wanted, `${path}.`, depth + 1);
  });
}

function enumOf(field: DescField): DescEnum | undefined {
  return field.enum;
}

function messageOf(field: DescField): DescMessage | undefined {
  return field.message;
}
