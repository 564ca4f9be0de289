// A timesheet from a case in the notation of scenario.ts, and its totals in words.

import { derive } from '../../../src/domain/engine/derive.js';
import { presentResult } from '../../../src/domain/engine/present.js';
import { declarationOf } from '../../../src/domain/facts/declaration.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { flagEventIdConflicts, timelineOf } from '../../../src/domain/facts/punch.js';
import { dayHolidayOf } from '../../../src/domain/roster/day-holiday.js';
import { planDays } from '../../../src/domain/roster/plan.js';
import type { TimesheetDay } from '../../../src/domain/timesheet/day-parts.js';
import {
  DATE_TOTALS,
  STATUS_TOTALS,
  TIME_TOTALS,
  type TimesheetTotals,
} from '../../../src/domain/timesheet/totals.js';
import { Notation, sayLength } from '../support/notation.js';
import { EMPLOYEE } from '../support/scenario.js';
import { valuesOf } from '../support/scenario-values.js';
import type { Told } from '../support/tell.js';

export interface SheetCase extends Told {
  readonly id: string;
  readonly title: string;
  /** The last date of the sheet, which begins at D; D unless given. */
  readonly to?: string;
  /** The leave types of marks, by their place in `marks`; others have none. */
  readonly leaveTypes?: readonly (string | undefined)[];
  /** Every total that is not zero, as `sayTotals` says it. */
  readonly totals: readonly string[];
}

/** The days of a case, from D on. */
export function sheetOf(row: SheetCase): TimesheetDay[] {
  const told = { ...row, source: '', days: {} };
  const notation = new Notation(told);
  const values = valuesOf(told);
  const punches = flagEventIdConflicts(timelineOf(values.punches));
  const [first, last] = [notation.epochDay('D'), notation.epochDay(row.to ?? 'D')];
  return planDays(values.roster, values.employee, first, last).map((plan) => {
    const marks = values.marks.flatMap(({ date, ...mark }, place) =>
      date === plan.date
        ? [{ kind: 'MARK', ...mark, leaveTypeId: row.leaveTypes?.[place], note: '' } as const]
        : [],
    );
    const result = derive({ declaration: declarationOf(marks), punches }, plan);
    const subject = { employeeId: EMPLOYEE as EmployeeId, employeeName: '', date: plan.date };
    return { day: presentResult(subject, result, values.now), holiday: dayHolidayOf(plan) };
  });
}

/** `worked 7:30`, `present 1.5`, `late_dates 1`, `leave vacation 1 (8:00)`, `MISSING_OUT 1`. */
export function sayTotals(totals: TimesheetTotals): readonly string[] {
  const { seconds, halves, dates, leaves, anomalies } = totals;
  return [
    ...TIME_TOTALS.filter((kind) => seconds[kind] !== 0).map(
      (kind) => `${kind.toLowerCase()} ${signedLength(seconds[kind])}`,
    ),
    ...STATUS_TOTALS.filter((kind) => halves[kind] !== 0).map(
      (kind) => `${kind.toLowerCase()} ${halves[kind] / 2}`,
    ),
    ...DATE_TOTALS.filter((kind) => dates[kind] !== 0).map(
      (kind) => `${kind.toLowerCase()} ${dates[kind]}`,
    ),
    ...leaves.map(
      (leave) =>
        `leave ${leave.leaveTypeId || '-'} ${leave.halves / 2} (${sayLength(leave.seconds)})`,
    ),
    ...anomalies.map(({ anomaly, dates: count }) => `${anomaly} ${count}`),
  ];
}

function signedLength(seconds: number): string {
  return seconds < 0 ? `-${sayLength(-seconds)}` : sayLength(seconds);
}
