// How callers name an employee. Immutable, case-sensitive, never a number.

/** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
export type EmployeeId = string & { readonly __brand: 'EmployeeId' };

const FORM = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that a text is; undefined if it has another form. */
export function parseEmployeeId(text: string): EmployeeId | undefined {
  return FORM.test(text) ? (text as EmployeeId) : undefined;
}

/**
 * Sorts by bytes, like PostgreSQL's collation "C". For these characters, UTF-16 order is the same.
 */
export function compareEmployeeIds(a: EmployeeId, b: EmployeeId): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
