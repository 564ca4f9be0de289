// Compares days under other rules or with more punches: derives an employee's facts twice, as they
// are and as they would be. Stores nothing.

import { isDeepStrictEqual } from 'node:util';
import { workAt } from '../../domain/engine/closing-forms.js';
import { derive, sameResult } from '../../domain/engine/derive.js';
import { presentResult } from '../../domain/engine/present.js';
import type { Attendance, DayResult, Declaration } from '../../domain/facts/day.js';
import { declarationIn } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import {
  flagEventIdConflicts,
  type Punch,
  type Timeline,
  timelineOf,
} from '../../domain/facts/punch.js';
import { type DayPlan, planDays } from '../../domain/roster/plan.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { DayRange, RebuildStore } from '../ports/rebuild-ports.js';
import type { RosterStore } from '../ports/roster-ports.js';
import { TURNS } from '../ports/turns.js';
import { punchesNear, reachOf } from './rebuild-compare.js';

/** Employees listed at a time. */
const EMPLOYEES_PAGE = 500;

/** Employees read at the same time. Each takes a connection for a moment. */
const READ_TOGETHER = 3;

export interface ComparePorts {
  readonly facts: Pick<RebuildStore, 'look'>;
  readonly roster: Pick<RosterStore, 'getEmployee' | 'listEmployees'>;
}

export interface ComparisonQuery extends DayRange {
  /** Empty: those of the group, or all. */
  readonly employeeIds: readonly EmployeeId[];
  readonly groupId: string | undefined;
  /** Returns the proposed roster. May throw AttendanceError. */
  readonly propose: (roster: Roster) => Roster;
  /** Proposed punches, by employee. */
  readonly added: ReadonlyMap<EmployeeId, readonly Punch[]>;
  /** The moment at which both sides are presented. */
  readonly now: Instant;
}

/** A day that would be different. */
export interface DifferentDay {
  readonly before: Attendance;
  readonly after: Attendance;
}

export interface ComparedEmployee {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  /** By date. */
  readonly changed: readonly DifferentDay[];
  /** The total of all dates. */
  readonly workedSecondsBefore: number;
  readonly workedSecondsAfter: number;
}

interface Person {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
}

/**
 * Compares one employee after the other, by id or in the order named. Throws EMPLOYEE_NOT_FOUND for
 * an unknown named employee without a proposed punch, and the signal's reason when it is aborted.
 */
export async function* compareAttendance(
  ports: ComparePorts,
  query: ComparisonQuery,
  signal: AbortSignal,
): AsyncGenerator<ComparedEmployee, void, undefined> {
  const propose = once(query.propose);
  let together: Person[] = [];
  const compared = async () => {
    const some = together;
    together = [];
    return await Promise.all(
      some.map((person) => compareOne(ports, query, propose, person, signal)),
    );
  };
  for await (const person of peopleOf(ports, query)) {
    together.push(person);
    if (together.length === READ_TOGETHER) yield* await compared();
  }
  yield* await compared();
}

/** Employees read under the same version share one roster. This proposes once for each. */
function once(propose: ComparisonQuery['propose']): ComparisonQuery['propose'] {
  const known = new WeakMap<Roster, Roster>();
  return (roster) => {
    const proposed = known.get(roster) ?? propose(roster);
    known.set(roster, proposed);
    return proposed;
  };
}

async function* peopleOf(
  { roster }: ComparePorts,
  { employeeIds, groupId, added }: ComparisonQuery,
): AsyncGenerator<Person> {
  for (const employeeId of employeeIds) {
    const record = await roster.getEmployee(employeeId, undefined);
    // A proposed punch may be the employee's first, so there is nothing to compare yet.
    if (record === undefined && !added.has(employeeId)) {
      throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
    }
    yield { employeeId, employeeName: record?.detail.employeeName ?? '' };
  }
  if (employeeIds.length > 0) return;
  let after: readonly string[] | undefined;
  do {
    const page = await roster.listEmployees({
      groupId,
      includeArchived: true,
      after,
      limit: EMPLOYEES_PAGE,
    });
    for (const { employeeId, detail } of page.items) {
      yield { employeeId, employeeName: detail.employeeName };
    }
    after = page.next;
  } while (after !== undefined);
}

/** What one employee's days follow from, under both rosters. */
interface Basis {
  readonly before: readonly DayPlan[];
  readonly after: readonly DayPlan[];
  readonly declarations: ReadonlyMap<LocalDate, Declaration | undefined>;
  readonly timeline: Timeline;
  /** With the proposed punches. */
  readonly timelineAfter: Timeline;
}

async function compareOne(
  { facts }: ComparePorts,
  query: ComparisonQuery,
  propose: ComparisonQuery['propose'],
  person: Person,
  signal: AbortSignal,
): Promise<ComparedEmployee> {
  signal.throwIfAborted();
  const { firstDay, lastDay, now } = query;
  const added = query.added.get(person.employeeId) ?? [];
  const plansOf = (roster: Roster, employee: EmployeeRoster) =>
    planDays(roster, employee, firstDay, lastDay);
  const basis = await facts.look(person.employeeId, async (snapshot): Promise<Basis> => {
    const before = plansOf(snapshot.roster, snapshot.employee);
    const after = plansOf(propose(snapshot.roster), snapshot.employee);
    const { from, to } = reachOf([...before, ...after]);
    const { rows, punches } = await snapshot.readRange({ firstDay, lastDay }, from, to);
    const declarations = new Map(
      rows.map(({ day }) => [day.date, declarationIn(day.result)] as const),
    );
    const timeline = timelineOf(punches);
    const timelineAfter =
      added.length === 0 ? timeline : flagEventIdConflicts(timelineOf([...punches, ...added]));
    return { before, after, declarations, timeline, timelineAfter };
  });
  const changed: DifferentDay[] = [];
  let [workedSecondsBefore, workedSecondsAfter] = [0, 0];
  for (const [index, plan] of (basis?.before ?? []).entries()) {
    const other = basis?.after[index];
    if (basis === undefined || other === undefined) break;
    const before = resultOf(basis, basis.timeline, plan);
    const after = resultOf(basis, basis.timelineAfter, other);
    workedSecondsBefore += workAt(before.work, now).workedSeconds;
    workedSecondsAfter += workAt(after.work, now).workedSeconds;
    if (!sameResult(before, after)) {
      const shown = (result: DayResult) =>
        presentResult({ ...person, date: plan.date }, result, now);
      const day = { before: shown(before), after: shown(after) };
      // Results hold more than is shown: when an absent employee becomes late, even after the date
      // is over.
      if (!isDeepStrictEqual(day.before, day.after)) changed.push(day);
    }
    if (TURNS.isOver) await TURNS.next(signal);
  }
  return { ...person, changed, workedSecondsBefore, workedSecondsAfter };
}

function resultOf({ declarations }: Basis, timeline: Timeline, plan: DayPlan): DayResult {
  const punches = punchesNear(timeline, plan);
  return derive({ declaration: declarations.get(plan.date), punches }, plan);
}
