// A calendar date without a zone, the date of an employee's day. Kept as its ISO 8601 text, which
// sorts like the dates themselves.

/** `YYYY-MM-DD`, a real date of the proleptic Gregorian calendar, 1900-01-01 to 9999-12-31. */
export type LocalDate = string & { readonly __brand: 'LocalDate' };

/** `YYYY-MM`: the month of a date. Days are cached by month. */
export type LocalMonth = string & { readonly __brand: 'LocalMonth' };

export const FIRST_DATE = '1900-01-01' as LocalDate;
export const LAST_DATE = '9999-12-31' as LocalDate;

const FORM = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 86_400_000;

/** The date that a text names; undefined if it is not a real date in range. */
export function parseLocalDate(text: string): LocalDate | undefined {
  const match = FORM.exec(text);
  if (match === null || text < FIRST_DATE) return undefined;
  const [, year, month, day] = match;
  const days = daysInMonth(Number(year), Number(month));
  return days !== undefined && Number(day) >= 1 && Number(day) <= days
    ? (text as LocalDate)
    : undefined;
}

function daysInMonth(year: number, month: number): number | undefined {
  if (month < 1 || month > 12) return undefined;
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Days since 1970-01-01; negative before it. */
export function toEpochDay(date: LocalDate): number {
  return Date.parse(date) / DAY_MS;
}

const FIRST_EPOCH_DAY = toEpochDay(FIRST_DATE);
const LAST_EPOCH_DAY = toEpochDay(LAST_DATE);

/**
 * The date that many days after 1970-01-01. Throws outside 1900 to 9999, so the caller must bound
 * it.
 */
export function fromEpochDay(epochDay: number): LocalDate {
  if (!(epochDay >= FIRST_EPOCH_DAY && epochDay <= LAST_EPOCH_DAY)) {
    throw new RangeError(`epoch day ${epochDay} is outside 1900 to 9999`);
  }
  // Called for every plan: toISOString() would take a microsecond more.
  const date = new Date(epochDay * DAY_MS);
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
  return `${date.getUTCFullYear()}-${twoDigits(month)}-${twoDigits(day)}` as LocalDate;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** How many days `end` is after `start`; negative if it is before. */
export function daysBetween(start: LocalDate, end: LocalDate): number {
  return toEpochDay(end) - toEpochDay(start);
}

export function monthOf(date: LocalDate): LocalMonth {
  return date.slice(0, 7) as LocalMonth;
}

export function firstDateOf(month: LocalMonth): LocalDate {
  return `${month}-01` as LocalDate;
}

export function lastDateOf(month: LocalMonth): LocalDate {
  const days = daysInMonth(Number(month.slice(0, 4)), Number(month.slice(5, 7)));
  return `${month}-${days}` as LocalDate;
}

/** The months from that of `start` to that of `end`; empty if end < start. */
export function monthsBetween(start: LocalDate, end: LocalDate): LocalMonth[] {
  const months: LocalMonth[] = [];
  for (let index = monthIndex(start); index <= monthIndex(end); index += 1) {
    const year = String(Math.floor(index / 12)).padStart(4, '0');
    const month = String((index % 12) + 1).padStart(2, '0');
    months.push(`${year}-${month}` as LocalMonth);
  }
  return months;
}

/** Months since the year 0. Numbers, because as text 10000-01 would come before 9999-12. */
export function monthIndex(date: LocalDate): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}
