// Timesheets: the days of a period as a caller sees them at a moment, and their sums.

import { present } from '../../domain/engine/present.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { SheetDay } from '../../domain/timesheet/day-parts.js';
import {
  type ExtraTime,
  extraTimesOf,
  NO_EXTRA_TIME,
  type TimesheetDay,
} from '../../domain/timesheet/extra-time.js';
import { type TimesheetTotals, totalsOf } from '../../domain/timesheet/totals.js';
import type { Moments } from '../ports/attendance-store.js';
import type { DayReads, EmployeePeriod, PeriodDay } from '../ports/day-reads.js';
import { TURNS } from '../ports/turns.js';
import type { ReadMoment } from './read-moment.js';

/** A period, both dates included: at most MAX_PERIOD_DAYS. */
export interface Period {
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
}

/** An employee's days of a period, and their sums. */
export interface Timesheet {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  /** Undefined: none. */
  readonly groupId: string | undefined;
  /** One for every date, in order. */
  readonly days: readonly TimesheetDay[];
  readonly totals: TimesheetTotals;
}

/** Whose timesheets to list. */
export interface TimesheetQuery extends Period {
  /** Each once; undefined: those of a group, or all. */
  readonly employeeIds: readonly EmployeeId[] | undefined;
  /** Members of this group now. */
  readonly groupId: string | undefined;
  readonly after: EmployeeId | undefined;
  /** The most to return, at least 1. */
  readonly limit: number;
}

export interface TimesheetPage {
  readonly timesheets: readonly Timesheet[];
  /** Begin the next page after this employee; undefined if the list ends here. */
  readonly next: EmployeeId | undefined;
}

/** One employee's timesheet. Throws EMPLOYEE_NOT_FOUND. */
export async function getTimesheet(
  store: DayReads & Moments,
  employeeId: EmployeeId,
  period: Period,
  moment: ReadMoment,
  caller?: AbortSignal,
): Promise<Timesheet> {
  const query = { ...period, employeeIds: [employeeId], groupId: undefined };
  const page = await listTimesheets(
    store,
    { ...query, after: undefined, limit: 1 },
    moment,
    caller,
  );
  const [found] = page.timesheets;
  if (found === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  return found;
}

/**
 * Timesheets by employee id. Throws EMPLOYEE_NOT_FOUND for an employee who is named and not known.
 * Of a group or of everybody, employees who are not employed in the period and have no day in it
 * are left out.
 */
export async function listTimesheets(
  store: DayReads & Moments,
  query: TimesheetQuery,
  moment: ReadMoment,
  caller?: AbortSignal,
): Promise<TimesheetPage> {
  const employeeIds = query.employeeIds?.toSorted(compareEmployeeIds);
  const { asOf } = moment;
  const page = await store.listPeriods({ ...query, employeeIds, asOf }, caller);
  const unknown = unknownIn(employeeIds, query.after, page.next, page.employees);
  if (unknown !== undefined) {
    throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId: unknown });
  }
  const timesheets: Timesheet[] = [];
  for (const each of page.employees) {
    if (TURNS.isOver) await TURNS.next(caller);
    if (employeeIds === undefined && !hasAnything(each)) continue;
    timesheets.push(await timesheetOf(each, moment, caller));
  }
  return { timesheets, next: page.next };
}

/** The first of the named employees up to `next` whom the page does not have. */
function unknownIn(
  employeeIds: readonly EmployeeId[] = [],
  after: EmployeeId | undefined,
  next: EmployeeId | undefined,
  found: readonly EmployeePeriod[],
): EmployeeId | undefined {
  const known = new Set(found.map(({ employeeId }) => employeeId));
  return employeeIds.find(
    (id) =>
      !known.has(id) &&
      (after === undefined || compareEmployeeIds(id, after) > 0) &&
      (next === undefined || compareEmployeeIds(id, next) <= 0),
  );
}

function hasAnything({ isEmployed, days }: EmployeePeriod): boolean {
  return isEmployed || days.some(({ day }) => day.result.status !== 'UNSCHEDULED');
}

async function timesheetOf(
  period: EmployeePeriod,
  { now }: ReadMoment,
  caller: AbortSignal | undefined,
): Promise<Timesheet> {
  const { employeeId, employeeName, groupId, ruleDates } = period;
  const presented = ({ day, holiday }: PeriodDay): SheetDay => ({
    day: present({ employeeId, employeeName, date: day.date }, day, now),
    holiday,
  });
  const own = period.days.map(presented);
  const extra: ExtraTime[] = [];
  if (ruleDates.size > 0) {
    for (const each of extraTimesOf(own, period.lead.map(presented), ruleDates)) {
      extra.push(each);
      if (TURNS.isOver) await TURNS.next(caller);
    }
  }
  const days = own.map((day, place) => ({ ...day, extra: extra[place] ?? NO_EXTRA_TIME }));
  return { employeeId, employeeName, groupId, days, totals: totalsOf(days) };
}
