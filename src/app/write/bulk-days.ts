// Records the same fact about every date of a range, for many employees: selects the days, says
// what would change, and what changed. Each day's fact is recorded like a single one, up to
// MAX_BATCH_FACTS in a transaction. A caller who repeats a call with its request ids continues it.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import type { Declaration } from '../../domain/facts/day.js';
import { declarationIn, foldDeclaration } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Failure } from '../../domain/facts/errors.js';
import { fromEpochDay, type LocalDate, monthOf, toEpochDay } from '../../domain/time/local-date.js';
import type { DayReads } from '../ports/day-reads.js';
import { MAX_BATCH_FACTS } from '../ports/fact-writes.js';
import type { ClearFact, MarkFact } from '../ports/facts.js';
import { TURNS } from '../ports/turns.js';
import type { FactRecorder, RecordResult } from './record-facts.js';

/** The most in one call. */
export const MAX_BULK_EMPLOYEES = 1000;
export const MAX_BULK_DAYS = 5000;

/** How many employees are read at the same time for one call. */
const EMPLOYEES_AT_A_TIME = 8;

export interface BulkDays {
  /** Each once, at most MAX_BULK_EMPLOYEES. Employees times dates are at most MAX_BULK_DAYS. */
  readonly employeeIds: readonly EmployeeId[];
  /** Both included. */
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  readonly skipDaysOff: boolean;
  readonly skipHolidays: boolean;
  /** Only report what would change. Nothing is recorded. */
  readonly validateOnly: boolean;
  readonly factOf: (employeeId: EmployeeId, date: LocalDate) => MarkFact | ClearFact;
}

/** The result for one employee. */
export interface BulkResult {
  readonly employeeId: EmployeeId;
  /** By date. */
  readonly changedDates: readonly LocalDate[];
  readonly unchangedCount: number;
  readonly skippedDates: readonly LocalDate[];
  /** Why days failed: the failure of the first. */
  readonly failure: Failure | undefined;
}

/** A day before its fact. */
interface BulkDay {
  readonly fact: MarkFact | ClearFact;
  readonly day: KnownDay | undefined;
}

interface EmployeeDays {
  readonly employeeId: EmployeeId;
  readonly isKnown: boolean;
  readonly days: readonly BulkDay[];
  readonly skippedDates: readonly LocalDate[];
}

/** Results are in the order of the employees. Adds no employee: an unknown one fails. */
export async function recordBulk(
  store: DayReads,
  writes: FactRecorder,
  bulk: BulkDays,
  caller?: AbortSignal,
): Promise<readonly BulkResult[]> {
  const employees = await readEmployees(store, bulk, caller);
  const days = employees.flatMap((employee) => employee.days);
  const outcomes = bulk.validateOnly
    ? days.map(wouldChange)
    : await recordDays(writes, days, caller);
  let next = 0;
  return await TURNS.map(employees, (employee) => {
    const first = next;
    next += employee.days.length;
    return resultOf(employee, outcomes.slice(first, next));
  });
}

/** Whether the day changed; a failure if it was not recorded. */
type Outcome = boolean | Failure;

function resultOf(
  { employeeId, isKnown, days, skippedDates }: EmployeeDays,
  outcomes: readonly Outcome[],
): BulkResult {
  const changedDates = days.flatMap(({ fact }, at) => (outcomes[at] === true ? [fact.date] : []));
  const unchangedCount = outcomes.filter((outcome) => outcome === false).length;
  const failure = isKnown
    ? outcomes.find((outcome) => typeof outcome !== 'boolean')
    : ({ kind: 'EMPLOYEE_NOT_FOUND', employeeId } as const);
  return { employeeId, changedDates, unchangedCount, skippedDates, failure };
}

async function readEmployees(
  store: DayReads,
  bulk: BulkDays,
  caller: AbortSignal | undefined,
): Promise<readonly EmployeeDays[]> {
  const found: EmployeeDays[] = [];
  const entries = bulk.employeeIds.entries();
  const worker = async () => {
    for (const [place, employeeId] of entries) {
      found[place] = await readEmployee(store, bulk, employeeId, caller);
    }
  };
  await Promise.all(Array.from({ length: EMPLOYEES_AT_A_TIME }, worker));
  return found;
}

async function readEmployee(
  store: DayReads,
  bulk: BulkDays,
  employeeId: EmployeeId,
  caller: AbortSignal | undefined,
): Promise<EmployeeDays> {
  const [days, skippedDates]: [BulkDay[], LocalDate[]] = [[], []];
  let known: ReadonlyMap<LocalDate, KnownDay> = new Map();
  let month = '';
  const last = toEpochDay(bulk.endDate);
  for (let epochDay = toEpochDay(bulk.startDate); epochDay <= last; epochDay += 1) {
    const date = fromEpochDay(epochDay);
    if (monthOf(date) !== month) {
      const block = await store.readMonth(employeeId, monthOf(date), caller);
      caller?.throwIfAborted();
      if (block === undefined) return { employeeId, isKnown: false, days: [], skippedDates: [] };
      known = new Map(block.days.map((day) => [day.date, day]));
      month = block.month;
    }
    const day = known.get(date);
    if (isSkipped(day, bulk)) skippedDates.push(date);
    else days.push({ fact: bulk.factOf(employeeId, date), day });
  }
  return { employeeId, isKnown: true, days, skippedDates };
}

/** Skips by the roster, whatever was declared or punched. */
function isSkipped(
  day: KnownDay | undefined,
  { skipDaysOff, skipHolidays }: Pick<BulkDays, 'skipDaysOff' | 'skipHolidays'>,
): boolean {
  const status = day?.result.work.status;
  return (skipDaysOff && status === 'DAY_OFF') || (skipHolidays && status === 'HOLIDAY');
}

function wouldChange({ fact, day }: BulkDay): boolean {
  const before = declarationIn(day?.result);
  return !isSame(before, foldDeclaration(before, fact));
}

function isSame(one: Declaration | undefined, other: Declaration | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.status === other.status &&
    one.portion === other.portion &&
    one.otherHalfStatus === other.otherHalfStatus &&
    one.leaveTypeId === other.leaveTypeId &&
    one.otherHalfLeaveTypeId === other.otherHalfLeaveTypeId &&
    JSON.stringify(one.leaveTimes) === JSON.stringify(other.leaveTimes) &&
    one.note === other.note
  );
}

async function recordDays(
  writes: FactRecorder,
  days: readonly BulkDay[],
  caller: AbortSignal | undefined,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let first = 0; first < days.length; first += MAX_BATCH_FACTS) {
    const some = days.slice(first, first + MAX_BATCH_FACTS);
    const facts = some.map(({ fact }) => fact);
    const results = await writes.record(facts, caller);
    outcomes.push(...results.map((result, at) => outcomeOf(result, some[at]?.day)));
  }
  return outcomes;
}

/**
 * A replay is answered with the day as the fact left it, which is never newer than what was read.
 */
function outcomeOf(result: RecordResult, before: KnownDay | undefined): Outcome {
  if (result.failure !== undefined) return result.failure;
  return (result.attendances[0]?.revision ?? 0) > (before?.revision ?? 0);
}
