// An answer of the service, held against what a page shows of it. All that is shown must be there
// and equal, but for the page's own signs: "..." varies, null is not there, "$NAME" is carried on.

import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** What answers gave so far, by the page's names. */
export type Names = Map<string, string>;

const VARIES = '...';
const NAME = /^\$([A-Z][A-Z0-9_]*)$/;

/** What differs, with its place; new names are added to `names`. */
export function differences(
  shown: JsonValue,
  answered: JsonValue | undefined,
  names: Names,
  place = 'answer',
): string[] {
  if (shown === null) return answered === undefined ? [] : [differs(place, 'nothing', answered)];
  if (Array.isArray(shown)) return listDifferences(shown, answered, names, place);
  if (typeof shown === 'object') return objectDifferences(shown, answered, names, place);
  if (shown === VARIES) {
    return isText(answered) ? [] : [differs(place, 'a text', answered)];
  }
  const [, name] = (typeof shown === 'string' && NAME.exec(shown)) || [];
  if (name !== undefined) return nameDifferences(name, answered, names, place);
  return shown === answered ? [] : [differs(place, shown, answered)];
}

function objectDifferences(
  shown: JsonObject,
  answered: JsonValue | undefined,
  names: Names,
  place: string,
): string[] {
  if (!isObject(answered)) return [differs(place, shown, answered)];
  const fields = Object.entries(shown);
  // Every object has the fields of an empty one: shown empty, it must be so.
  if (fields.length === 0) {
    return Object.keys(answered).length === 0 ? [] : [differs(place, shown, answered)];
  }
  return fields.flatMap(([field, value]) =>
    differences(value, answered[field], names, `${place}.${field}`),
  );
}

/** Without "..." a list is complete; "..." stands for one item or more. */
function listDifferences(
  shown: JsonValue[],
  answered: JsonValue | undefined,
  names: Names,
  place: string,
): string[] {
  if (!Array.isArray(answered)) return [differs(place, shown, answered)];
  const gap = shown.indexOf(VARIES);
  const isLong = gap === -1 ? answered.length === shown.length : answered.length >= shown.length;
  if (!isLong) return [differs(`${place}.length`, shown.length, answered.length)];
  return shown.flatMap((item, index) => {
    if (gap !== -1 && index === gap) return [];
    const isBehind = gap !== -1 && index > gap;
    const at = isBehind ? answered.length - shown.length + index : index;
    return differences(item, answered[at], names, `${place}[${at}]`);
  });
}

function nameDifferences(
  name: string,
  answered: JsonValue | undefined,
  names: Names,
  place: string,
): string[] {
  if (!isText(answered)) return [differs(place, `$${name}`, answered)];
  const before = names.get(name) ?? answered;
  names.set(name, before);
  return answered === before ? [] : [differs(place, `$${name} = ${before}`, answered)];
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function differs(place: string, shown: JsonValue, answered: JsonValue | undefined): string {
  return `${place}: shown ${JSON.stringify(shown)}, answered ${JSON.stringify(answered)}`;
}
