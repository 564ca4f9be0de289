// Days worked out from what a caller says, by the very rules that stored days are made by, each
// with what those rules found. Must never look at anything stored, nor at a clock.

import type { Attendance, Declaration, MarkableStatus, Portion } from '../domain/day.js';
import { foldDeclaration } from '../domain/declaration.js';
import { derive } from '../domain/derive.js';
import type { EmployeeId } from '../domain/employee-id.js';
import type { Finding } from '../domain/finding.js';
import type { LocalDate } from '../domain/local-date.js';
import { type DayPlan, planDays } from '../domain/plan.js';
import { presentResult } from '../domain/present.js';
import { flagEventIdConflicts, type Punch, timelineOf } from '../domain/punch.js';
import type { EmployeeRoster, Roster } from '../domain/roster.js';
import type { Instant } from '../domain/time.js';
import type { Zone } from '../domain/zone.js';

/** A declaration of a day's status. */
export interface ScenarioMark {
  readonly date: LocalDate;
  readonly status: MarkableStatus;
  readonly portion: Portion;
  readonly note: string;
}

/** Everything that days follow from. */
export interface Scenario {
  readonly employeeId: EmployeeId;
  /** Empty when nobody gave one. */
  readonly employeeName: string;
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** In any order; the same one twice counts once. */
  readonly punches: readonly Punch[];
  /** In the order in which they were made. */
  readonly marks: readonly ScenarioMark[];
  /** The dates to work out, as epoch days, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Leave out the days at that end which no punch and no mark belongs to. */
  readonly trim?: { readonly start: boolean; readonly end: boolean };
  readonly now: Instant;
}

export interface SimulatedDay {
  readonly attendance: Attendance;
  /** Every rule that fired, in order. */
  readonly findings: readonly Finding[];
  /** The one to tell times in: that of the date's shifts, else the employee's. */
  readonly zone: Zone;
}

/** The days of a scenario, by date. Each has work linear in its own punches. */
export function simulate(scenario: Scenario): readonly SimulatedDay[] {
  const { roster, employee, firstDay, lastDay, now, trim } = scenario;
  const punches = flagEventIdConflicts(timelineOf(scenario.punches));
  const declarations = declarationsByDate(scenario.marks);
  const days = planDays(roster, employee, firstDay, lastDay).map((plan) => {
    const findings: Finding[] = [];
    const declaration = declarations.get(plan.date);
    const result = derive({ declaration, punches }, plan, findings);
    const { employeeId, employeeName } = scenario;
    const subject = { employeeId, employeeName, date: plan.date };
    const attendance = presentResult(subject, result, now, findings);
    const hasFacts = result.origin !== 'EXPECTED';
    return { hasFacts, attendance, findings, zone: zoneOfDay(plan) };
  });
  return trimmed(days, trim).map(({ attendance, findings, zone }) => ({
    attendance,
    findings,
    zone,
  }));
}

/** At least one day, if there is any. */
function trimmed<T extends { readonly hasFacts: boolean }>(
  days: readonly T[],
  { start, end }: NonNullable<Scenario['trim']> = { start: false, end: false },
): readonly T[] {
  const last = days.length - 1;
  const first = days.findIndex((day) => day.hasFacts);
  const from = !start ? 0 : first === -1 ? last : first;
  const to = end ? days.findLastIndex((day) => day.hasFacts) : last;
  return days.slice(from, Math.max(from, to) + 1);
}

function declarationsByDate(marks: readonly ScenarioMark[]): ReadonlyMap<LocalDate, Declaration> {
  const byDate = new Map<LocalDate, Declaration>();
  for (const { date, ...mark } of marks) {
    const standing = foldDeclaration(byDate.get(date), { kind: 'MARK', ...mark });
    if (standing !== undefined) byDate.set(date, standing);
  }
  return byDate;
}

function zoneOfDay(plan: DayPlan): Zone {
  const [first, ...others] = plan.shifts;
  const zone = first?.zone ?? plan.zone;
  return others.every((shift) => shift.zone === zone) ? zone : plan.zone;
}
