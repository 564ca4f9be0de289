// How callers name an employee. Immutable, case-sensitive, never a number.

/** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
export type EmployeeId = string & { readonly __brand: 'EmployeeId' };

const FORM = /^[A-Za-z0-9._-]{1,64}$/;

/** The id a text is, or undefined when it has another form. */
export function parseEmployeeId(text: string): EmployeeId | undefined {
  return FORM.test(text) ? (text as EmployeeId) : undefined;
}

/** Byte order, which for these characters is UTF-16 order too; PostgreSQL's collation "C". */
export function compareEmployeeIds(a: EmployeeId, b: EmployeeId): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
