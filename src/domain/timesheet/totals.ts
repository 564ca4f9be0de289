// The totals of a timesheet. What each day adds to each total is said once, by `sharesOf`: the totals
// and their explanations both follow from it, so they cannot differ. A new total is a new line there.

import { ANOMALIES, type Anomaly, type Status } from '../facts/day.js';
import type { LocalDate } from '../time/local-date.js';
import { creditsOf } from './credit.js';
import { dayPartsOf } from './day-parts.js';
import type { TimesheetDay } from './extra-time.js';
import type { OvertimePart } from './overtime.js';
import type { PremiumPart } from './premiums.js';

/** Totals of time, in seconds. */
export const TIME_TOTALS = [
  'PLANNED',
  'WORKED',
  'CREDITED',
  'BALANCE',
  'BREAK',
  'UNCOUNTED',
  'LATE',
  'EARLY',
  'SHORTFALL',
  'UNDERTIME',
] as const;
export type TimeTotal = (typeof TIME_TOTALS)[number];

/** Totals of days by their status, in halves. */
export const STATUS_TOTALS = [
  'PRESENT',
  'ABSENT',
  'ON_LEAVE',
  'REMOTE',
  'HOLIDAY',
  'DAY_OFF',
  'SCHEDULED',
  'UNSCHEDULED',
] as const satisfies readonly Exclude<Status, 'HALF_DAY'>[];
export type StatusTotal = (typeof STATUS_TOTALS)[number];

/** Counts of dates. */
export const DATE_TOTALS = ['HALF_DATES', 'LATE_DATES', 'EARLY_DATES', 'OPEN_DATES'] as const;
export type DateTotal = (typeof DATE_TOTALS)[number];

/** A total: with the leave type or the anomaly that it is of, if there are several. */
export type TotalKey =
  | { readonly kind: TimeTotal | StatusTotal | DateTotal }
  /** An empty id: leave without a leave type. */
  | { readonly kind: 'LEAVE_HALVES' | 'LEAVE_TIME'; readonly leaveTypeId: string }
  | { readonly kind: 'ANOMALY'; readonly anomaly: Anomaly }
  /** An empty label: overtime without tiers. */
  | ({ readonly kind: 'OVERTIME' } & OvertimeKey)
  | ({ readonly kind: 'PREMIUM' } & PremiumKey);

/** The overtime of a rule and one of its tiers. */
export type OvertimeKey = Omit<OvertimePart, 'seconds'>;
/** The premium of a rule. */
export type PremiumKey = Omit<PremiumPart, 'seconds'>;

/** What a day adds to a total: seconds, halves of days or dates; never 0. */
export type Share = TotalKey & { readonly amount: number };

/** Leave of one kind. */
export interface LeaveTotal {
  /** Empty: leave without a leave type. */
  readonly leaveTypeId: string;
  readonly halves: number;
  /** The planned time that it took, leave by the hour included. */
  readonly seconds: number;
}

/** The sums of a timesheet. */
export interface TimesheetTotals {
  readonly seconds: Readonly<Record<TimeTotal, number>>;
  readonly halves: Readonly<Record<StatusTotal, number>>;
  readonly dates: Readonly<Record<DateTotal, number>>;
  /** By id. */
  readonly leaves: readonly LeaveTotal[];
  /** Those that any day has, in the order of the contract. */
  readonly anomalies: readonly { readonly anomaly: Anomaly; readonly dates: number }[];
  /** By rule, label and percent. */
  readonly overtime: readonly OvertimePart[];
  /** By rule and percent. */
  readonly premiums: readonly PremiumPart[];
}

/** The parts of one total, by date. They add up to it. */
export interface TotalParts {
  readonly key: TotalKey;
  readonly parts: readonly { readonly date: LocalDate; readonly amount: number }[];
}

/** What a day adds to each total. */
export function sharesOf(sheetDay: TimesheetDay): readonly Share[] {
  const { day, extra } = sheetDay;
  const shares: Share[] = [];
  const add = (share: Share): void => {
    if (share.amount !== 0) shares.push(share);
  };
  const credits = creditsOf(sheetDay);
  const credited = credits.reduce((sum, { seconds }) => sum + seconds, 0);
  add({ kind: 'PLANNED', amount: day.plannedSeconds });
  add({ kind: 'WORKED', amount: day.workedSeconds });
  add({ kind: 'CREDITED', amount: credited });
  if (day.final) {
    add({ kind: 'BALANCE', amount: day.workedSeconds + credited - day.plannedSeconds });
  }
  add({ kind: 'BREAK', amount: day.onBreakSeconds });
  add({ kind: 'UNCOUNTED', amount: day.uncountedSeconds });
  add({ kind: 'LATE', amount: day.lateBySeconds });
  add({ kind: 'EARLY', amount: day.earlyBySeconds });
  add({ kind: 'SHORTFALL', amount: day.shortBySeconds });
  add({ kind: 'UNDERTIME', amount: extra.undertimeSeconds });
  for (const { status, halves, leaveTypeId = '' } of dayPartsOf(sheetDay)) {
    if (status !== 'HALF_DAY') add({ kind: status, amount: halves });
    if (status === 'ON_LEAVE') add({ kind: 'LEAVE_HALVES', leaveTypeId, amount: halves });
  }
  const isHalfDate = day.status === 'HALF_DAY' || day.otherHalfStatus === 'HALF_DAY';
  add({ kind: 'HALF_DATES', amount: isHalfDate ? 1 : 0 });
  add({ kind: 'LATE_DATES', amount: day.lateBySeconds > 0 ? 1 : 0 });
  add({ kind: 'EARLY_DATES', amount: day.earlyBySeconds > 0 ? 1 : 0 });
  add({ kind: 'OPEN_DATES', amount: day.final ? 0 : 1 });
  for (const { isLeave, leaveTypeId = '', seconds } of credits) {
    if (isLeave) add({ kind: 'LEAVE_TIME', leaveTypeId, amount: seconds });
  }
  for (const anomaly of day.anomalies) add({ kind: 'ANOMALY', anomaly, amount: 1 });
  for (const { seconds, ...key } of extra.overtime) {
    add({ kind: 'OVERTIME', ...key, amount: seconds });
  }
  for (const { seconds, ...key } of extra.premiums) {
    add({ kind: 'PREMIUM', ...key, amount: seconds });
  }
  return shares;
}

/** The totals of days: the same in whatever order they come. */
export function totalsOf(days: readonly TimesheetDay[]): TimesheetTotals {
  const seconds = zeros(TIME_TOTALS);
  const halves = zeros(STATUS_TOTALS);
  const dates = zeros(DATE_TOTALS);
  const leaves = new Map<string, { halves: number; seconds: number }>();
  const anomalies = new Map<Anomaly, number>();
  const overtime = new Map<string, OvertimePart>();
  const premiums = new Map<string, PremiumPart>();
  for (const day of days) {
    for (const share of sharesOf(day)) {
      const { kind, amount } = share;
      if (kind === 'ANOMALY') {
        anomalies.set(share.anomaly, (anomalies.get(share.anomaly) ?? 0) + amount);
      } else if (kind === 'LEAVE_HALVES' || kind === 'LEAVE_TIME') {
        const leave = leaves.get(share.leaveTypeId) ?? { halves: 0, seconds: 0 };
        leave[kind === 'LEAVE_TIME' ? 'seconds' : 'halves'] += amount;
        leaves.set(share.leaveTypeId, leave);
      } else if (kind === 'OVERTIME') {
        const { ruleId, label, percent } = share;
        const sum = amount + (overtime.get(nameOf(share))?.seconds ?? 0);
        overtime.set(nameOf(share), { ruleId, label, percent, seconds: sum });
      } else if (kind === 'PREMIUM') {
        const { ruleId, percent } = share;
        const sum = amount + (premiums.get(nameOf(share))?.seconds ?? 0);
        premiums.set(nameOf(share), { ruleId, percent, seconds: sum });
      } else if (kind in seconds) seconds[kind as TimeTotal] += amount;
      else if (kind in halves) halves[kind as StatusTotal] += amount;
      else dates[kind as DateTotal] += amount;
    }
  }
  return {
    seconds,
    halves,
    dates,
    leaves: [...leaves]
      .map(([leaveTypeId, leave]) => ({ leaveTypeId, ...leave }))
      .sort((a, b) => (a.leaveTypeId < b.leaveTypeId ? -1 : 1)),
    anomalies: ANOMALIES.flatMap((anomaly) => {
      const count = anomalies.get(anomaly);
      return count === undefined ? [] : [{ anomaly, dates: count }];
    }),
    overtime: byName(overtime),
    premiums: byName(premiums),
  };
}

function byName<T>(found: ReadonlyMap<string, T>): readonly T[] {
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function zeros<K extends string>(kinds: readonly K[]): Record<K, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<K, number>;
}

/**
 * Of which dates each total is made, by date; only totals that some date adds to. Amounts of one date
 * and total are added up.
 */
export function totalPartsOf(days: readonly TimesheetDay[]): readonly TotalParts[] {
  const found = new Map<string, { key: TotalKey; parts: Map<LocalDate, number> }>();
  const inOrder = days.toSorted((a, b) => (a.day.date < b.day.date ? -1 : 1));
  for (const sheetDay of inOrder) {
    const { date } = sheetDay.day;
    for (const { amount, ...key } of sharesOf(sheetDay)) {
      const name = nameOf(key);
      const total = found.get(name) ?? { key, parts: new Map<LocalDate, number>() };
      total.parts.set(date, (total.parts.get(date) ?? 0) + amount);
      found.set(name, total);
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { key, parts }]) => ({
      key,
      parts: [...parts].map(([date, amount]) => ({ date, amount })),
    }));
}

const KINDS: readonly TotalKey['kind'][] = [
  ...TIME_TOTALS,
  ...STATUS_TOTALS,
  ...DATE_TOTALS,
  'LEAVE_HALVES',
  'LEAVE_TIME',
  'ANOMALY',
  'OVERTIME',
  'PREMIUM',
];

/** Sorts totals in the order above, then by leave type, anomaly or rule. */
function nameOf(key: TotalKey): string {
  const place = String(KINDS.indexOf(key.kind)).padStart(2, '0');
  if (key.kind === 'ANOMALY') {
    return `${place} ${String(ANOMALIES.indexOf(key.anomaly)).padStart(2, '0')}`;
  }
  if (key.kind === 'OVERTIME') return `${place} ${key.ruleId} ${key.label} ${percentName(key)}`;
  if (key.kind === 'PREMIUM') return `${place} ${key.ruleId} ${percentName(key)}`;
  return 'leaveTypeId' in key ? `${place} ${key.leaveTypeId}` : place;
}

function percentName({ percent }: PremiumKey): string {
  return String(percent).padStart(4, '0');
}
