// An employee with so many days that a list of them is a large answer: for those who do not read.

export const LARGE_EMPLOYEE = 'soak-large';
/** A year; a list's page takes it whole. */
export const LARGE_FIRST_DATE = '2025-01-01';
export const LARGE_LAST_DATE = '2025-12-31';

const DAY_MS = 86_400_000;

export function largeDates(): readonly string[] {
  const dates: string[] = [];
  const last = Date.parse(LARGE_LAST_DATE);
  for (let at = Date.parse(LARGE_FIRST_DATE); at <= last; at += DAY_MS) {
    dates.push(new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length));
  }
  return dates;
}
