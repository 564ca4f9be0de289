// Derives an employee's days again from all facts, using only the fold of the marks and `derive`,
// and compares them with the stored ones. There must be no difference, whatever happened before, so
// this must share nothing with the code that writes single days. In memory it holds one employee's
// declarations and differences, and MAX_REDERIVED_DAYS of everything else.

import { isUnderPlan } from '../../domain/engine/day-under-plan.js';
import { derive } from '../../domain/engine/derive.js';
import { settlesAt } from '../../domain/engine/present.js';
import { workText } from '../../domain/engine/work-codec.js';
import type { DayResult, Declaration, StoredDay } from '../../domain/facts/day.js';
import { foldDeclaration } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { leaveTimesText } from '../../domain/facts/leave-times-text.js';
import { firstAtOrAfter, type Punch, type Timeline, timelineOf } from '../../domain/facts/punch.js';
import { type DayPlan, planDays } from '../../domain/roster/plan.js';
import { PUNCH_DAYS } from '../../domain/roster/reach.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import { FIRST_DATE, LAST_DATE, type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import { MAX_REDERIVED_DAYS } from '../ports/facts.js';
import type { DayRange, DayRow, EmployeeSnapshot } from '../ports/rebuild-ports.js';
import { withMargin } from './follow-roster.js';

/** Marks read at a time. */
const MARKS_PAGE = 1000;

const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);

/** One column of a stored day that does not follow from the facts; null: no value. */
export interface Difference {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  readonly field: string;
  readonly stored: string | number | null;
  readonly derived: string | number | null;
}

/** The findings about one employee. */
export interface EmployeeFindings {
  readonly version: number;
  readonly daysDerived: number;
  /** Days with the right result that other rules stored. */
  readonly behind: readonly LocalDate[];
  /** Sorted by date. */
  readonly differences: readonly Difference[];
  /** The number of days in the feed whose rows are missing. */
  readonly lostRows: number;
  readonly declarations: Declarations;
}

/** The declaration of each date with standing marks. */
export type Declarations = ReadonlyMap<LocalDate, Declaration>;

/** The dates to compare; undefined: no limit. */
export interface RebuildDates {
  readonly from: LocalDate | undefined;
  readonly to: LocalDate | undefined;
}

/** Compares every date that is near a fact, a stored day or a day in the feed. */
export async function compareEmployee(
  snapshot: EmployeeSnapshot,
  dates: RebuildDates,
): Promise<EmployeeFindings> {
  const { declarations, extent } = await foldMarks(snapshot);
  const behind: LocalDate[] = [];
  const differences: Difference[] = [];
  let daysDerived = 0;
  let lostRows = 0;
  const declared = [...declarations.keys()].map(toEpochDay).sort((a, b) => a - b);
  const { firstDay, lastDay } = datesWithin(extent, dates);
  for (let day = firstDay; day <= lastDay; ) {
    const range = { firstDay: day, lastDay: Math.min(day + MAX_REDERIVED_DAYS - 1, lastDay) };
    const { days, rows, told, isEmpty } = await rebuildRange(snapshot, range, declarations);
    daysDerived += days.length;
    for (const { plan, result } of days) {
      const { date } = plan;
      const row = rows.get(date);
      const revision = told.get(date);
      if (row === undefined && revision !== undefined) lostRows += 1;
      const found = compareDay(snapshot.employeeId, date, row, revision, result);
      differences.push(...found);
      if (found.length === 0 && isBehind(row?.day, plan)) behind.push(date);
    }
    day = range.lastDay + 1;
    if (isEmpty && day <= lastDay) day = await nextNear(snapshot, declared, day);
  }
  const { version } = snapshot;
  return { version, daysDerived, behind, differences, lostRows, declarations };
}

async function foldMarks(snapshot: EmployeeSnapshot): Promise<{
  readonly declarations: Declarations;
  readonly extent: DayRange | undefined;
}> {
  const declarations = new Map<LocalDate, Declaration>();
  for (let after = 0; ; ) {
    const marks = await snapshot.readMarks(after, MARKS_PAGE);
    for (const { date, fact, isVoided } of marks) {
      if (isVoided) continue;
      const folded = foldDeclaration(declarations.get(date), fact);
      if (folded === undefined) declarations.delete(date);
      else declarations.set(date, folded);
    }
    const last = marks.at(-1);
    if (last === undefined || marks.length < MARKS_PAGE) break;
    after = last.sequence;
  }
  let extent = snapshot.extent;
  for (const day of [...declarations.keys()].map(toEpochDay)) {
    extent = {
      firstDay: Math.min(day, extent?.firstDay ?? day),
      lastDay: Math.max(day, extent?.lastDay ?? day),
    };
  }
  return { declarations, extent };
}

/** The dates with a margin; empty: last < first. */
function datesWithin(extent: DayRange | undefined, { from, to }: RebuildDates): DayRange {
  if (extent === undefined) return { firstDay: 1, lastDay: 0 };
  const near = withMargin(extent);
  return {
    firstDay: Math.max(near.firstDay, from === undefined ? FIRST_DAY : toEpochDay(from)),
    lastDay: Math.min(near.lastDay, to === undefined ? LAST_DAY : toEpochDay(to)),
  };
}

/**
 * The first date from `day` on that anything is near; Infinity: none. It skips the dates between,
 * so that a clock a millennium off does not add a millennium of dates.
 */
async function nextNear(
  snapshot: EmployeeSnapshot,
  declared: readonly number[],
  day: number,
): Promise<number> {
  const from = day - PUNCH_DAYS;
  const fact = (await snapshot.nextFact(from)) ?? Infinity;
  const mark = declared.find((each) => each >= from) ?? Infinity;
  return Math.max(day, Math.min(fact, mark) - PUNCH_DAYS);
}

/** A date as it should be stored. `result` is undefined if it should not be. */
export interface RebuiltDay {
  readonly plan: DayPlan;
  readonly result: DayResult | undefined;
}

async function rebuildRange(
  snapshot: EmployeeSnapshot,
  range: DayRange,
  declarations: Declarations,
): Promise<{
  readonly days: readonly RebuiltDay[];
  readonly rows: ReadonlyMap<LocalDate, DayRow>;
  readonly told: ReadonlyMap<LocalDate, number>;
  /** Whether the dates have no stored day, no day in the feed and no punch within their reach. */
  readonly isEmpty: boolean;
}> {
  const plans = planDays(snapshot.roster, snapshot.employee, range.firstDay, range.lastDay);
  const { from, to } = reachOf(plans);
  const { rows, toldRevisions, punches } = await snapshot.readRange(range, from, to);
  return {
    days: rebuildDays(plans, timelineOf(punches), declarations),
    rows: new Map(rows.map((row) => [row.day.date, row])),
    told: toldRevisions,
    isEmpty: rows.length + toldRevisions.size + punches.length === 0,
  };
}

/** The time whose punches the dates depend on. */
export function reachOf(plans: readonly DayPlan[]): {
  readonly from: Instant;
  readonly to: Instant;
} {
  return {
    from: Math.min(...plans.map(({ reach }) => reach.from)) as Instant,
    to: Math.max(...plans.map(({ reach }) => reach.to)) as Instant,
  };
}

/** The plans of a range of an employee's dates. */
export function plansOf(roster: Roster, employee: EmployeeRoster, range: DayRange): DayPlan[] {
  return planDays(roster, employee, range.firstDay, range.lastDay);
}

export function rebuildDays(
  plans: readonly DayPlan[],
  timeline: Timeline,
  declarations: Declarations,
): RebuiltDay[] {
  return plans.map((plan) => {
    const punches = punchesNear(timeline, plan);
    const result = derive({ declaration: declarations.get(plan.date), punches }, plan);
    return { plan, result: result.origin === 'EXPECTED' ? undefined : result };
  });
}

/** The punches that a date depends on. */
export function punchesNear(timeline: Timeline, { reach: { from, to } }: DayPlan): Timeline {
  const near = timeline.slice(firstAtOrAfter(timeline, from), firstAtOrAfter(timeline, to + 1));
  return near as readonly Punch[] as Timeline;
}

function isBehind(stored: StoredDay | undefined, plan: DayPlan): boolean {
  return stored !== undefined && !isUnderPlan(stored, plan);
}

function compareDay(
  employeeId: EmployeeId,
  date: LocalDate,
  row: DayRow | undefined,
  toldRevision: number | undefined,
  result: DayResult | undefined,
): Difference[] {
  const stored = fieldsOf(row?.day.result, row?.settlesAt, row?.day.revision);
  const derived = fieldsOf(result, result && settlesAt(result), toldRevision);
  const differences: Difference[] = [];
  for (const [field, value] of Object.entries(derived)) {
    const was = stored[field] ?? null;
    if (was === value) continue;
    differences.push({ employeeId, date, field, stored: was, derived: value });
  }
  return differences;
}

/** Fields have the names of the columns, with words in place of stored numbers. */
function fieldsOf(
  result: DayResult | undefined,
  settles: Instant | undefined,
  revision: number | undefined,
): Record<string, string | number | null> {
  return {
    status: result?.status ?? null,
    origin: result?.origin ?? null,
    portion: result?.portion ?? null,
    other_half_status: result?.otherHalfStatus ?? null,
    leave_type_id: result?.leaveTypeId ?? null,
    other_half_leave_type_id: result?.otherHalfLeaveTypeId ?? null,
    leave_times: result === undefined ? '' : leaveTimesText(result.leaveTimes),
    note: result?.note ?? '',
    work: result === undefined ? '' : workText(result.work),
    settles_at: settles === undefined ? null : new Date(settles).toISOString(),
    revision: revision ?? null,
  };
}
