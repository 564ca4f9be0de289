// Shows a wrong value in an error message: short, and with its type, so that '5' and 5 look
// different.

/** The most characters of a text that are shown. */
const MAX_SHOWN = 40;

export function shownValue(value: unknown): string {
  switch (typeof value) {
    case 'string': {
      const start = value.slice(0, MAX_SHOWN);
      return `the text ${JSON.stringify(start)}${start.length < value.length ? '...' : ''}`;
    }
    case 'number':
      return `the number ${value}`;
    case 'bigint':
      return `the bigint ${value}n`;
    case 'object':
      return value === null ? 'null' : shownObject(value);
    default:
      return String(value);
  }
}

function shownObject(value: object): string {
  if (Array.isArray(value)) return 'a list';
  const { $typeName } = value as { readonly $typeName?: unknown };
  if (typeof $typeName === 'string') return `a message of ${$typeName}`;
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? `of the class ${name}` : 'an object';
}
