// Reads a period on the command line: a month, or two dates.

import { InvalidArgumentError } from 'commander';
import { isIsoDate } from './iso-date.js';

/** Dates, `YYYY-MM-DD`, both included. */
export interface SaidPeriod {
  readonly startDate: string;
  readonly endDate: string;
}

/** For the help of every argument that is a period. */
export const PERIOD_FORMS = 'YYYY-MM, last-month, this-month or YYYY-MM-DD..YYYY-MM-DD';

/** The months that are said without a number, by how many months before this one they are. */
const WORDS: Readonly<Record<string, number>> = { 'this-month': 0, 'last-month': 1 };

/** Undefined for a text that is no period. `today`: `YYYY-MM-DD`. */
export function parsePeriod(text: string, today: string): SaidPeriod | undefined {
  const word = WORDS[text.toLowerCase()];
  if (word !== undefined) return monthOf(monthsBefore(today, word));
  if (/^\d{4}-\d{2}$/.test(text)) return isIsoDate(`${text}-01`) ? monthOf(text) : undefined;
  const [startDate = '', endDate = '', ...others] = text.split('..');
  if (others.length > 0 || !isIsoDate(startDate) || !isIsoDate(endDate)) return undefined;
  return startDate <= endDate ? { startDate, endDate } : undefined;
}

/** For an argument. The machine's own date says which month this one is. */
export function periodArgument(text: string): SaidPeriod {
  const period = parsePeriod(text, machineDate());
  if (period !== undefined) return period;
  throw new InvalidArgumentError(`It must be ${PERIOD_FORMS}, the first date before the last.`);
}

/** The current month on this machine's clock. */
export function thisMonth(): SaidPeriod {
  return monthOf(machineDate().slice(0, 7));
}

function machineDate(): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function monthsBefore(date: string, months: number): string {
  const [year = 0, month = 0] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 7);
}

/** `month`: `YYYY-MM`. */
function monthOf(month: string): SaidPeriod {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { startDate: `${month}-01`, endDate: `${month}-${String(days).padStart(2, '0')}` };
}
