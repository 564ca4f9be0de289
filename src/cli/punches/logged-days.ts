// Asks the service what days would become with the punches of a log, in bounded calls, each with
// all punches of its employees. Records nothing.

import type { AttendanceClient } from '../../client/index.js';
import type { LoggedPunch } from './punch-row.js';

/** The most punches per call, except for an employee who has more. */
const CALL_PUNCHES = 2_000;

/** The service's limit per call. Further punches of an employee are left out. */
const MAX_PUNCHES_OF_EMPLOYEE = 10_000;

const DAY_MS = 86_400_000;

/** A punch can count for an earlier or a later date than its own. */
const MARGIN_DAYS = 2;

/** From the first punch of a call to the last. With the margins, the longest range of one call. */
const MAX_SPAN_MS = (366 - 2 * MARGIN_DAYS - 1) * DAY_MS;

export interface ComparedDays {
  /** The number of days that would be different. */
  readonly days: number;
  readonly employees: number;
  /** The total of all employees of the log, over its dates. */
  readonly workedSecondsBefore: number;
  readonly workedSecondsAfter: number;
  /** Punches left out: those of badges, and those beyond 10,000 or a year of one employee. */
  readonly leftOut: number;
}

interface Call {
  readonly punches: LoggedPunch[];
  firstMs: number;
  lastMs: number;
}

/** Collects the punches of a log. */
export class LoggedDays {
  readonly #byEmployee = new Map<string, LoggedPunch[]>();
  #leftOut = 0;

  add(punch: LoggedPunch): void {
    const its = this.#byEmployee.get(punch.employeeId);
    if (punch.employeeId === '' || its?.length === MAX_PUNCHES_OF_EMPLOYEE) this.#leftOut += 1;
    else if (its === undefined) this.#byEmployee.set(punch.employeeId, [punch]);
    else its.push(punch);
  }

  /** Throws AttendanceClientError if the service refuses or stays unavailable. */
  async compare(
    client: Pick<AttendanceClient, 'compareAttendance'>,
    signal: AbortSignal,
  ): Promise<ComparedDays> {
    const sums = { days: 0, employees: 0, workedSecondsBefore: 0, workedSecondsAfter: 0 };
    for (const { punches, firstMs, lastMs } of this.#calls()) {
      const request = {
        startDate: dateOf(firstMs - MARGIN_DAYS * DAY_MS),
        endDate: dateOf(lastMs + MARGIN_DAYS * DAY_MS),
        proposal: { case: 'punches' as const, value: { punches } },
      };
      for await (const { totals, done } of client.compareAttendance(request, { signal })) {
        if (!done || totals === undefined) continue;
        sums.days += Number(totals.daysChanged);
        sums.employees += Number(totals.employeesChanged);
        sums.workedSecondsBefore += Number(totals.workedBefore?.seconds ?? 0n);
        sums.workedSecondsAfter += Number(totals.workedAfter?.seconds ?? 0n);
      }
    }
    return { ...sums, leftOut: this.#leftOut };
  }

  /** All punches of an employee are in one call, and no call spans more than a year. */
  *#calls(): Generator<Call> {
    let call: Call | undefined;
    for (const all of this.#byEmployee.values()) {
      const own = this.#lastYearOf(all);
      const joined = call && join(call, own);
      if (call !== undefined && joined === undefined) yield call;
      call = joined ?? own;
    }
    if (call !== undefined) yield call;
  }

  #lastYearOf(all: readonly LoggedPunch[]): Call {
    const lastMs = all.reduce((last, punch) => Math.max(last, timeMs(punch)), -Infinity);
    const punches = all.filter((punch) => timeMs(punch) >= lastMs - MAX_SPAN_MS);
    this.#leftOut += all.length - punches.length;
    const firstMs = punches.reduce((first, punch) => Math.min(first, timeMs(punch)), Infinity);
    return { punches, firstMs, lastMs };
  }
}

/** Undefined if the result would be too large for one call. */
function join(call: Call, { punches, firstMs, lastMs }: Call): Call | undefined {
  const [first, last] = [Math.min(call.firstMs, firstMs), Math.max(call.lastMs, lastMs)];
  const isTooMuch = call.punches.length + punches.length > CALL_PUNCHES;
  if (isTooMuch || last - first > MAX_SPAN_MS) return undefined;
  call.punches.push(...punches);
  call.firstMs = first;
  call.lastMs = last;
  return call;
}

function timeMs({ time: { seconds, nanos } }: LoggedPunch): number {
  return Number(seconds) * 1000 + nanos / 1e6;
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
