// A timesheet from a case in the notation of scenario.ts, and its totals in words.

import { derive } from '../../../src/domain/engine/derive.js';
import { presentResult } from '../../../src/domain/engine/present.js';
import { declarationOf } from '../../../src/domain/facts/declaration.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { flagEventIdConflicts, timelineOf } from '../../../src/domain/facts/punch.js';
import { dayHolidayOf } from '../../../src/domain/roster/day-holiday.js';
import type { ExtraTimeRules } from '../../../src/domain/roster/extra-time.js';
import { planDays } from '../../../src/domain/roster/plan.js';
import type { Policies } from '../../../src/domain/roster/policy.js';
import { ruleDateOf } from '../../../src/domain/roster/rule-date.js';
import type { OffShiftRules } from '../../../src/domain/roster/shift.js';
import {
  extraTimesOf,
  NO_EXTRA_TIME,
  RULE_DAYS_AFTER,
  RULE_DAYS_BEFORE,
  type TimesheetDay,
} from '../../../src/domain/timesheet/extra-time.js';
import {
  DATE_TOTALS,
  STATUS_TOTALS,
  TIME_TOTALS,
  type TimesheetTotals,
} from '../../../src/domain/timesheet/totals.js';
import { PLAIN_POLICY } from '../support/arbitraries.js';
import { Notation, sayLength } from '../support/notation.js';
import { EMPLOYEE } from '../support/scenario.js';
import { valuesOf } from '../support/scenario-values.js';
import type { Told } from '../support/tell.js';

export interface SheetCase extends Told {
  readonly id: string;
  readonly title: string;
  /** The first date of the sheet, and the last one; D unless given. */
  readonly from?: string;
  readonly to?: string;
  /** The rules for overtime and premiums of everybody's policy, by their first date, `` for always. */
  readonly rules?: Readonly<Record<string, ExtraTimeRules>>;
  /** The leave types of marks, by their place in `marks`; others have none. */
  readonly leaveTypes?: readonly (string | undefined)[];
  /** Every total that is not zero, as `sayTotals` says it. */
  readonly totals: readonly string[];
}

/** The days of a case, from D on, or from its `from`. */
export function sheetOf(row: SheetCase): TimesheetDay[] {
  const told = { ...row, source: '', days: {} };
  const notation = new Notation(told);
  const values = valuesOf(told);
  const roster = { ...values.roster, policies: policiesOf(row, notation, values.roster.offShift) };
  const punches = flagEventIdConflicts(timelineOf(values.punches));
  const [first, last] = [notation.epochDay(row.from ?? 'D'), notation.epochDay(row.to ?? 'D')];
  const [lead, after] = [first - RULE_DAYS_BEFORE, last + RULE_DAYS_AFTER];
  const plans = planDays(roster, values.employee, lead, after);
  const days = plans.map((plan) => {
    const marks = values.marks.flatMap(({ date, ...mark }, place) =>
      date === plan.date
        ? [{ kind: 'MARK', ...mark, leaveTypeId: row.leaveTypes?.[place], note: '' } as const]
        : [],
    );
    const result = derive({ declaration: declarationOf(marks), punches }, plan);
    const subject = { employeeId: EMPLOYEE as EmployeeId, employeeName: '', date: plan.date };
    return { day: presentResult(subject, result, values.now), holiday: dayHolidayOf(plan) };
  });
  const own = days.slice(RULE_DAYS_BEFORE, days.length - RULE_DAYS_AFTER);
  const dates = new Map(plans.map((plan) => [plan.epochDay, ruleDateOf(plan)]));
  const extra = [...extraTimesOf(own, days.slice(0, RULE_DAYS_BEFORE), dates)];
  return own.map((day, place) => ({ ...day, extra: extra[place] ?? NO_EXTRA_TIME }));
}

function policiesOf(
  { rules = {} }: SheetCase,
  notation: Notation,
  offShift: OffShiftRules,
): Policies {
  const versions = Object.entries(rules).map(([from, extraTime]) => ({
    fromDay: from === '' ? Number.NEGATIVE_INFINITY : notation.epochDay(from),
    policy: { ...PLAIN_POLICY, policyId: 'p', isDefault: true, offShift, extraTime },
  }));
  return versions.length === 0 ? new Map() : new Map([['p', versions]]);
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
    ...sayExtra(totals),
  ];
}

/** `overtime daily/first 125% 2:00`, `premium night 25% 8:00`. */
export function sayExtra({
  overtime,
  premiums,
}: Pick<TimesheetTotals, 'overtime' | 'premiums'>): readonly string[] {
  const factor = (percent: number) => (percent === 0 ? '' : ` ${percent}%`);
  return [
    ...overtime.map(({ ruleId, label, percent, seconds }) => {
      const name = label === '' ? ruleId : `${ruleId}/${label}`;
      return `overtime ${name}${factor(percent)} ${sayLength(seconds)}`;
    }),
    ...premiums.map(
      ({ ruleId, percent, seconds }) => `premium ${ruleId}${factor(percent)} ${sayLength(seconds)}`,
    ),
  ];
}

function signedLength(seconds: number): string {
  return seconds < 0 ? `-${sayLength(-seconds)}` : sayLength(seconds);
}
