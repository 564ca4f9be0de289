// Derives days from a caller's data, by the same rules as stored days, each with the findings of
// those rules. Must never look at stored data or at a clock.

import { type DayFacts, derive } from '../../domain/engine/derive.js';
import { presentResult } from '../../domain/engine/present.js';
import type { Finding } from '../../domain/explain/finding.js';
import type {
  Attendance,
  ClockRange,
  Declaration,
  MarkableStatus,
  Portion,
} from '../../domain/facts/day.js';
import { foldDeclaration } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { flagEventIdConflicts, type Punch, timelineOf } from '../../domain/facts/punch.js';
import { type DayPlan, planDays, zoneOfDay } from '../../domain/roster/plan.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';

/** A declaration of a day's status. */
export interface ScenarioMark {
  readonly date: LocalDate;
  readonly status: MarkableStatus;
  readonly portion: Portion;
  readonly leaveTime?: ClockRange | undefined;
  readonly leaveTypeId: string | undefined;
  readonly note: string;
}

/** Everything that days follow from. */
export interface Scenario {
  readonly employeeId: EmployeeId;
  /** Empty if none is given. */
  readonly employeeName: string;
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** In any order. The same punch twice counts once. */
  readonly punches: readonly Punch[];
  /** In the order in which they were made. */
  readonly marks: readonly ScenarioMark[];
  /** The dates to derive, as epoch days, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Leave out the days at that end to which no punch and no mark belongs. */
  readonly trim?: { readonly start: boolean; readonly end: boolean };
  readonly now: Instant;
}

export interface SimulatedDay {
  readonly attendance: Attendance;
  /** Every rule that fired, in order. */
  readonly findings: readonly Finding[];
  /** The zone in which to show times: that of the date's shifts, else the employee's. */
  readonly zone: Zone;
}

/**
 * The days of a scenario, by date. After each derived date, it yields the days that are now certain
 * to be in the answer: none while a date without facts may still be left out, several when a later
 * one shows that they belong. It yields at least one day in all. The work between two steps is that
 * of one date, linear in its own punches; before the first, linear in all punches and dates.
 */
export function* simulate(scenario: Scenario): Generator<readonly SimulatedDay[], void, undefined> {
  const { roster, employee, firstDay, lastDay, trim } = scenario;
  const punches = flagEventIdConflicts(timelineOf(scenario.punches));
  const declarations = declarationsByDate(scenario.marks);
  let hasBegun = trim?.start !== true;
  let isAnyTold = false;
  let heldBack: SimulatedDay[] = [];
  for (const plan of planDays(roster, employee, firstDay, lastDay)) {
    const declaration = declarations.get(plan.date);
    const { day, hasFacts } = workOut(scenario, { declaration, punches }, plan);
    hasBegun ||= hasFacts || plan.epochDay === lastDay;
    if (hasBegun) heldBack.push(day);
    const sure = hasFacts || trim?.end !== true ? heldBack : NONE;
    if (sure === heldBack) heldBack = [];
    isAnyTold ||= sure.length > 0;
    yield sure;
  }
  if (!isAnyTold) yield heldBack.slice(0, 1);
}

const NONE: readonly SimulatedDay[] = [];

function workOut(
  { employeeId, employeeName, now }: Scenario,
  facts: DayFacts,
  plan: DayPlan,
): { readonly day: SimulatedDay; readonly hasFacts: boolean } {
  const findings: Finding[] = [];
  const result = derive(facts, plan, findings, now);
  const subject = { employeeId, employeeName, date: plan.date };
  const attendance = presentResult(subject, result, now, findings);
  const hasFacts = result.origin !== 'EXPECTED';
  return { day: { attendance, findings, zone: zoneOfDay(plan) }, hasFacts };
}

function declarationsByDate(marks: readonly ScenarioMark[]): ReadonlyMap<LocalDate, Declaration> {
  const byDate = new Map<LocalDate, Declaration>();
  for (const { date, ...mark } of marks) {
    const standing = foldDeclaration(byDate.get(date), { kind: 'MARK', ...mark });
    if (standing !== undefined) byDate.set(date, standing);
  }
  return byDate;
}
