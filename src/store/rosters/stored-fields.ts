// Values of definitions that are stored as jsonb. Each throws for data that no release wrote.

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(stored: unknown): Fields {
  if (typeof stored === 'object' && stored !== null && !Array.isArray(stored)) {
    return stored as Fields;
  }
  throw new Error('a definition in the roster is no object');
}

export function listOf(stored: unknown): readonly unknown[] {
  if (Array.isArray(stored)) return stored;
  throw new Error('a definition in the roster has no list where one belongs');
}

export function optional<T>(stored: unknown, decode: (stored: unknown) => T): T | undefined {
  return stored === undefined || stored === null ? undefined : decode(stored);
}

export function numberOf(stored: unknown): number {
  if (typeof stored === 'number') return stored;
  throw new Error('a definition in the roster has no number where one belongs');
}

export function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number') return value;
  throw new Error(`a definition in the roster has no number ${name}`);
}

/** 0 in data from before this rule, or if it has no effect. */
export function numberOrNone(fields: Fields, name: string): number {
  return fields[name] === undefined ? 0 : numberIn(fields, name);
}

export function textOf(stored: unknown): string {
  if (typeof stored === 'string') return stored;
  throw new Error('a definition in the roster has no text where some belongs');
}

export function wordIn<T>(words: readonly T[], stored: unknown): T {
  const word = words.find((candidate) => candidate === stored);
  if (word !== undefined) return word;
  throw new Error(`a definition in the roster has the word ${String(stored)}, unknown here`);
}
