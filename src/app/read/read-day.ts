// Reads single days, and explains why a day is as it is.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import { derive } from '../../domain/engine/derive.js';
import {
  type DaySubject,
  present,
  presentResult,
  unplannedIn,
} from '../../domain/engine/present.js';
import type { Finding } from '../../domain/explain/finding.js';
import type { Attendance } from '../../domain/facts/day.js';
import { declarationIn } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { zoneOfDay } from '../../domain/roster/plan.js';
import { type LocalDate, monthOf } from '../../domain/time/local-date.js';
import type { Zone } from '../../domain/time/zone.js';
import type { Moments } from '../ports/attendance-store.js';
import type { DayBasis, DayReads, MonthBlock } from '../ports/day-reads.js';
import { TURNS } from '../ports/turns.js';
import type { ReadMoment } from './read-moment.js';

/** One employee's day. Throws EMPLOYEE_NOT_FOUND. */
export async function getDay(
  store: DayReads & Moments,
  employeeId: EmployeeId,
  date: LocalDate,
  { now, asOf }: ReadMoment,
  caller?: AbortSignal,
): Promise<Attendance> {
  const found =
    asOf === undefined
      ? await currentDay(store, employeeId, date, caller)
      : await store.readDayAsOf(employeeId, date, asOf, caller);
  if (found === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  return present({ employeeId, employeeName: found.employeeName, date }, found.day, now);
}

async function currentDay(
  store: DayReads & Moments,
  employeeId: EmployeeId,
  date: LocalDate,
  caller: AbortSignal | undefined,
): Promise<{ readonly employeeName: string; readonly day: KnownDay | undefined } | undefined> {
  const block = await store.readMonth(employeeId, monthOf(date), caller);
  if (block === undefined) return undefined;
  return {
    employeeName: block.employeeName,
    day: block.days.find((candidate) => candidate.date === date) ?? nothingOn(date, block),
  };
}

/** A day that is neither stored nor expected. */
function nothingOn(date: LocalDate, { zones }: MonthBlock): KnownDay {
  const day = Number(date.slice(8));
  const zone = zones.findLast(({ firstDay }) => firstDay <= day);
  return { date, result: unplannedIn(zone?.name ?? ''), revision: 0, recordedAt: undefined };
}

/** An employee's date. */
export interface EmployeeDate {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

/** How many months of employees are read at the same time for one call. */
const MONTHS_AT_A_TIME = 8;

/** Days of several employees and dates, in order; undefined if the employee does not exist. */
export async function getDays(
  store: DayReads & Moments,
  wanted: readonly EmployeeDate[],
  { now }: ReadMoment,
  caller?: AbortSignal,
): Promise<readonly (Attendance | undefined)[]> {
  const blocks = await readBlocks(store, wanted, caller);
  return await TURNS.map(wanted, ({ employeeId, date }) => {
    const block = blocks.get(blockKey(employeeId, date));
    if (block === undefined) return undefined;
    const day = block.days.find((one) => one.date === date) ?? nothingOn(date, block);
    return present({ employeeId, employeeName: block.employeeName, date }, day, now);
  });
}

function blockKey(employeeId: EmployeeId, date: LocalDate): string {
  return `${employeeId} ${monthOf(date)}`;
}

async function readBlocks(
  store: DayReads & Moments,
  wanted: readonly EmployeeDate[],
  caller: AbortSignal | undefined,
): Promise<ReadonlyMap<string, MonthBlock>> {
  const blocks = new Map<string, MonthBlock>();
  const left = new Map(wanted.map((one) => [blockKey(one.employeeId, one.date), one]));
  const entries = left.entries();
  const worker = async () => {
    for (const [key, { employeeId, date }] of entries) {
      const block = await store.readMonth(employeeId, monthOf(date), caller);
      if (block !== undefined) blocks.set(key, block);
    }
  };
  await Promise.all(Array.from({ length: MONTHS_AT_A_TIME }, worker));
  return blocks;
}

/** A day and why it is as it is. */
export interface ExplainedDay {
  readonly attendance: Attendance;
  /** Every rule that fired, in order. */
  readonly findings: readonly Finding[];
  /** The zone in which to show times: that of the date's shifts, else the employee's. */
  readonly zone: Zone;
}

/** The day as `getDay` returns it, derived again from its facts. Throws EMPLOYEE_NOT_FOUND. */
export async function explainDay(
  store: DayReads & Moments,
  employeeId: EmployeeId,
  date: LocalDate,
  { now, asOf }: ReadMoment,
  caller?: AbortSignal,
): Promise<ExplainedDay> {
  const basis = await store.readDayFacts(employeeId, date, asOf, caller);
  if (basis === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  const { plan, stored } = basis;
  await TURNS.next();
  const findings: Finding[] = [];
  const result = derive(factsOf(basis), plan, findings, now);
  const subject: DaySubject = { employeeId, employeeName: basis.employeeName, date };
  const derived = presentResult(subject, result, now, findings);
  const { revision, recordedAt: updateTime } = stored ?? { revision: 0, recordedAt: undefined };
  return { attendance: { ...derived, revision, updateTime }, findings, zone: zoneOfDay(plan) };
}

function factsOf({ stored, punches }: DayBasis) {
  return { declaration: declarationIn(stored?.result), punches };
}
