// What the stored days come to, for people who run a company and not a computer: who is in, and what a
// person should check. Every process sees the same; of several, the one that sees most counts.

import { Gauge, type Registry } from 'prom-client';
import { within } from './timeout.js';

export interface CompanyFigures {
  /** The number of changes of days so far: the head of the feed. */
  readonly feedPosition: number;
  /** When the latest of them was recorded, in seconds since 1970. */
  readonly feedSeconds: number;
  /** Employees who are in or on a break; undefined if they are too many to be counted. */
  readonly clockedIn: number | undefined;
  /** Employees with a stored day on the latest date that is over in every zone. */
  readonly settledDays: number;
  /** How many of those days have each anomaly; its name in lower case. */
  readonly anomalies: ReadonlyMap<string, number>;
}

/** How long a rendering waits for the figures. */
const TIMEOUT_MS = 1_000;

/** `ask` is called at each rendering, once. An error omits the figures. */
export function watchCompany(registry: Registry, ask: () => Promise<CompanyFigures>): void {
  let shared: Promise<CompanyFigures | undefined> | undefined;
  const figures = () => {
    shared ??= within(
      ask().catch(() => undefined),
      TIMEOUT_MS,
      undefined,
    ).finally(() => {
      shared = undefined;
    });
    return shared;
  };
  const gauge = (
    name: string,
    help: string,
    value: (figures: CompanyFigures) => number | undefined,
  ) =>
    new Gauge({
      ...{ name, help, aggregator: 'max', registers: [registry] },
      async collect() {
        const found = await figures();
        const known = found && value(found);
        // Not reset(), which would report 0 when nothing is known.
        if (known === undefined) this.remove();
        else this.set(known);
      },
    });
  gauge(
    'attendance_feed_position',
    'The changes of days so far: the position of the latest one in the feed.',
    ({ feedPosition }) => feedPosition,
  );
  gauge(
    'attendance_feed_last_change_timestamp_seconds',
    'When the feed moved last, in seconds since 1970.',
    ({ feedSeconds }) => feedSeconds,
  );
  gauge(
    'attendance_employees_clocked_in',
    'Employees who are in or on a break; absent in companies that are too large to be counted.',
    ({ clockedIn }) => clockedIn,
  );
  gauge(
    'attendance_settled_days',
    'Stored days of the latest date that is over in every time zone.',
    ({ settledDays }) => settledDays,
  );
  new Gauge({
    name: 'attendance_settled_days_with_anomaly',
    help: 'Those of the settled days that a person should check, by anomaly.',
    labelNames: ['anomaly'],
    aggregator: 'max',
    registers: [registry],
    async collect() {
      const found = await figures();
      this.reset();
      for (const [anomaly, days] of found?.anomalies ?? []) this.set({ anomaly }, days);
    },
  });
}
