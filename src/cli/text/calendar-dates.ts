// Calendar dates as texts, YYYY-MM-DD, and their words for people. Independent of zones.

const DAY_MS = 86_400_000;

/** The date `days` later; earlier if negative. */
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Monday to Sunday of the week of a date. */
export function weekOf(date: string): readonly [string, string] {
  const daysSinceMonday = (new Date(date).getUTCDay() + 6) % 7;
  const monday = dateAfter(date, -daysSinceMonday);
  return [monday, dateAfter(monday, 6)];
}

/** The number of dates between two, both included; zero or less if `last` is earlier. */
export function datesBetween(first: string, last: string): number {
  return (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
}

/** `Mon` and `2 Mar`. */
export function dateWords(date: string): readonly [string, string] {
  const [weekday = '', day = '', month = ''] = new Date(date).toUTCString().split(/,? /);
  return [weekday, `${Number(day)} ${month}`];
}
