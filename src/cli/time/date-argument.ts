// Reads dates on the command line: YYYY-MM-DD, or a number of days from today. What today is
// depends on a zone: --zone, or the employee's, which only the service knows.

import { InvalidArgumentError } from 'commander';
import { isIsoDate } from './iso-date.js';
import { localDate } from './local-time.js';

const DAY_MS = 86_400_000;

/** A date as typed: a date, or a number of days from today. */
export type SaidDate =
  | { readonly text: string; readonly date: string }
  | { readonly text: string; readonly daysFromToday: number };

export const TODAY: SaidDate = { text: 'today', daysFromToday: 0 };

/** For the help of every argument that is a date. */
export const DATE_FORMS = 'YYYY-MM-DD, today, yesterday, -7d or +7d';

/** For the help of the option that determines today. */
export const DATE_ZONE_HELP = "the zone of today, yesterday and their like; else the employee's";

/** At most 9,999 days: about 27 years. */
const RELATIVE = /^(?:today)?([+-]\d{1,4})d$/;

/** Undefined for a text that is no date. */
export function parseSaidDate(text: string): SaidDate | undefined {
  if (isIsoDate(text)) return { text, date: text };
  const word = text.toLowerCase();
  if (word === 'today') return { text, daysFromToday: 0 };
  if (word === 'yesterday') return { text, daysFromToday: -1 };
  const [, days] = RELATIVE.exec(word) ?? [];
  return days === undefined ? undefined : { text, daysFromToday: Number(days) };
}

/** For an option or an argument. */
export function dateArgument(text: string): SaidDate {
  const said = parseSaidDate(text);
  if (said !== undefined) return said;
  throw new InvalidArgumentError(
    'It must be a real date written YYYY-MM-DD, from 1900 on, or today, yesterday, -7d or +7d.',
  );
}

/** The same if only a date is allowed, because there is no zone to go by. */
export function plainDateArgument(text: string): string {
  if (isIsoDate(text)) return text;
  throw new InvalidArgumentError('It must be a real date written YYYY-MM-DD, from 1900 on.');
}

/** The date, `YYYY-MM-DD`. Asks for the zone only if it matters. */
export async function dateOf(
  said: SaidDate,
  zoneOf: () => Promise<string> | string,
  nowMs: number = Date.now(),
): Promise<string> {
  return 'date' in said ? said.date : dateOn(said, localDate(nowMs, await zoneOf()));
}

/** The same with a known date of today. */
export function dateOn(said: SaidDate, today: string): string {
  if ('date' in said) return said.date;
  return new Date(Date.parse(today) + said.daysFromToday * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The arguments of a command line, with `-7d` written as `today-7d` where it would be taken for an
 * option. Values of options stay as they are, because a note may be anything. `isFlag`: whether an
 * option takes no value.
 */
export function withDatesBehind(
  args: readonly string[],
  isFlag: (option: string) => boolean,
): readonly string[] {
  return args.map((arg, index) => {
    const before = args[index - 1] ?? '';
    const isValue = before.startsWith('-') && before !== '--' && !isFlag(before);
    return /^-\d{1,4}d$/.test(arg) && !isValue ? `today${arg}` : arg;
  });
}
