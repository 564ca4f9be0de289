// Decides which fields an update changes (AIP-134): those that its mask names, or without a mask
// those that are set.

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { isFieldSet } from '@bufbuild/protobuf';
import type { FieldMask } from '@bufbuild/protobuf/wkt';
import { missing } from '../edge/field-help.js';
import { quoted } from '../edge/free-text.js';
import type { Problems } from '../edge/problems.js';

/** The updatable fields: their paths in the contract's resource, and their names in the domain. */
export type Updatable<T> = Readonly<Record<string, keyof T>>;

/** The sent resource. Its updatable fields are in it directly or one level down. */
interface Sent<Desc extends DescMessage> {
  readonly desc: Desc;
  readonly message: MessageShape<Desc>;
  /** The path of the resource in the request. */
  readonly path: string;
  /** `assignment.` if the fields are inside the field of that name. */
  readonly within?: string;
  /** Fields that have no empty value. */
  readonly required?: readonly string[];
}

/** The most paths in a mask: more than any resource has fields. */
const MAX_PATHS = 64;

/** The path that names every field. */
const ALL = '*';

/** The fields of `whole`, read from a message, that the update changes. */
export function changedFields<T extends object, Desc extends DescMessage>(
  whole: T,
  fields: Updatable<T>,
  sent: Sent<Desc>,
  mask: FieldMask | undefined,
  problems: Problems,
): Partial<T> {
  const names =
    mask === undefined || mask.paths.length === 0
      ? namesOfSet(fields, sent)
      : namesIn(mask, fields, sent, problems);
  const changed: Partial<T> = {};
  for (const name of names) {
    const key = fields[name];
    if (key !== undefined) changed[key] = whole[key];
    if (isMissing(name, sent)) {
      problems.addAll([missing(`${sent.path}.${name}`, name)]);
    }
  }
  return changed;
}

function isMissing<Desc extends DescMessage>(
  name: string,
  { desc, message, required = [] }: Sent<Desc>,
): boolean {
  const field = desc.fields.find((each) => each.name === name);
  return field !== undefined && required.includes(name) && !isFieldSet(message, field);
}

function namesOfSet<Desc extends DescMessage>(
  fields: Readonly<Record<string, unknown>>,
  { desc, message }: Sent<Desc>,
): readonly string[] {
  return desc.fields
    .filter((field) => field.name in fields && isFieldSet(message, field))
    .map(({ name }) => name);
}

/** Ignores fields that the service fills in, and those that identify the resource. */
function namesIn<Desc extends DescMessage>(
  { paths }: FieldMask,
  fields: Readonly<Record<string, unknown>>,
  { desc, within = '' }: Sent<Desc>,
  problems: Problems,
): readonly string[] {
  if (paths.length > MAX_PATHS) {
    const description = `must have at most ${MAX_PATHS} paths; there are ${paths.length}`;
    problems.add('update_mask', 'UPDATE_MASK_INVALID', description);
    return [];
  }
  const known = new Set(desc.fields.map(({ name }) => name));
  const names: string[] = [];
  for (const [index, path] of paths.entries()) {
    const name = path.startsWith(within) ? path.slice(within.length) : '';
    if (path === ALL || `${path}.` === within) names.push(...Object.keys(fields));
    else if (name in fields) names.push(name);
    else if (!known.has(name)) {
      const can = Object.keys(fields).map((field) => `${within}${field}`);
      const description = `must be one of ${can.join(', ')}, or ${ALL} for all; it is ${quoted(path)}`;
      problems.add(`update_mask.paths[${index}]`, 'UPDATE_MASK_INVALID', description);
    }
  }
  return names;
}
