// The figures of the company for /metrics: bounded, and read again only after a while, however often
// Prometheus asks.

import type { DayReads } from '../app/ports/day-reads.js';
import type { FigureReads } from '../app/ports/figures.js';
import type { EmployeeId } from '../domain/facts/employee-id.js';
import { utcDay } from '../domain/roster/plan.js';
import type { Instant } from '../domain/time/time.js';
import type { CompanyFigures } from '../metrics/company-metrics.js';

/** How long counts of employees and days stand: they take the database some tens of milliseconds. */
const COUNTED_FOR_MS = 60_000;

/** The most employees who are counted as clocked in, and how many are read at a time. */
export const MAX_CLOCKED_IN = 10_000;
const PAGE_EMPLOYEES = 1000;
/** The most pages, of which one may be empty for having looked at many who are out. */
const MAX_PAGES = 20;

/** The latest date that is over everywhere, night shifts included, is so many days ago in UTC. */
const OVER_DAYS_AGO = 3;

export interface CompanySources {
  readonly days: Pick<DayReads, 'listOpenDays'>;
  readonly figures: FigureReads;
  now(): Instant;
}

export function createCompanyFigures(sources: CompanySources): () => Promise<CompanyFigures> {
  let counted: { readonly atMs: number; readonly counts: Promise<Counts> } | undefined;
  const counts = (): Promise<Counts> => {
    const nowMs = sources.now();
    if (counted !== undefined && nowMs - counted.atMs < COUNTED_FOR_MS) return counted.counts;
    const next = { atMs: nowMs, counts: count(sources) };
    counted = next;
    // A failure is not kept: the next rendering asks again.
    next.counts.catch(() => {
      if (counted === next) counted = undefined;
    });
    return next.counts;
  };
  return async () => {
    const [head, known] = await Promise.all([sources.figures.feedHead(), counts()]);
    return { feedPosition: head.position, feedSeconds: head.recordedAt / 1e6, ...known };
  };
}

type Counts = Pick<CompanyFigures, 'clockedIn' | 'settledDays' | 'anomalies'>;

async function count({ days, figures, now }: CompanySources): Promise<Counts> {
  const clockedIn = await countClockedIn(days, now());
  const settled = await figures.countDays(utcDay(now()) - OVER_DAYS_AGO);
  const named = [...settled.anomalies].map(([kind, many]) => [kind.toLowerCase(), many] as const);
  return { clockedIn, settledDays: settled.days, anomalies: new Map(named) };
}

/** Undefined if they are too many. */
async function countClockedIn(
  days: CompanySources['days'],
  now: Instant,
): Promise<number | undefined> {
  const found = new Set<EmployeeId>();
  let after: EmployeeId | undefined;
  for (let page = 0; page < MAX_PAGES && found.size < MAX_CLOCKED_IN; page += 1) {
    const some = await days.listOpenDays({
      ...{ groupId: undefined, now, after, limit: PAGE_EMPLOYEES },
    });
    for (const { employeeId } of some.days) found.add(employeeId);
    if (some.next === undefined) return found.size;
    after = some.next;
  }
  return undefined;
}
