// Rules for tests of the store alone: what is needed and what is decided is said by the test.

import type {
  AcceptedFact,
  BatchDecision,
  BatchRules,
  BatchView,
  Need,
  RosterView,
} from '../../src/app/ports/batch.js';
import type { Fact } from '../../src/app/ports/facts.js';
import { derive, NO_FACTS } from '../../src/domain/engine/derive.js';
import type { DayResult } from '../../src/domain/facts/day.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { RecordedPunch } from '../../src/domain/facts/recorded-punch.js';
import { isSamePunch } from '../../src/domain/facts/recorded-punch.js';
import { NO_PLAN } from '../../src/domain/roster/plan.js';
import type { LocalDate } from '../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../src/domain/time/time.js';

export const DAY_MS = 86_400_000;

/** What a test wants to be decided, where it is not nothing. */
export type Script = (view: BatchView, now: Instant) => Partial<BatchDecision>;

export function scripted(
  script: Script,
  needs: (fact: Fact, view: RosterView) => readonly Need[] = () => [],
): BatchRules {
  const nothing = {
    outcomes: [],
    facts: [],
    changes: [],
    touched: [],
    restamps: [],
    reflags: [],
    derivedDays: 0,
  };
  return {
    needs,
    // biome-ignore lint/correctness/useYield: a script is one step
    *decide(view, now) {
      return { ...nothing, ...script(view, now) };
    },
  };
}

/** The date of a moment in UTC. */
export function dateOf(time: number): LocalDate {
  return new Date(time).toISOString().slice(0, 10) as LocalDate;
}

/** One date, and the punches on it. */
export function needOf(employeeId: EmployeeId, time: number): Need {
  const firstDay = Math.floor(time / DAY_MS);
  return {
    employeeId,
    firstDay,
    lastDay: firstDay,
    from: (firstDay * DAY_MS) as Instant,
    to: ((firstDay + 1) * DAY_MS - 1) as Instant,
  };
}

/** A result that differs from others by its note. */
export function resultOf(note: string): DayResult {
  return { ...derive(NO_FACTS, NO_PLAN), status: 'PRESENT', origin: 'DERIVED', note };
}

/** A fact that records nothing but that it was. */
export function acceptedFact(index: number, sequence: number): AcceptedFact {
  return { index, sequence, days: [], punches: [], voids: [] };
}

/** The punch that a fact records. */
export function acceptedPunch(fact: Fact, index: number, sequence: number): AcceptedFact {
  if (fact.kind !== 'PUNCH' && fact.kind !== 'COMMAND') throw new Error('no punch comes with it');
  const { employeeId, actor, receivedAt } = fact;
  const punch: RecordedPunch = {
    ...fact.punch,
    employeeId,
    punchId: sequence,
    actor,
    receivedAt,
    recordedAt: 0 as RecordTime,
    replaces: undefined,
    badgeId: fact.kind === 'PUNCH' ? fact.badge?.badgeId : undefined,
    importId: fact.kind === 'PUNCH' ? fact.importId : undefined,
    voided: undefined,
  };
  return { ...acceptedFact(index, sequence), punches: [punch] };
}

/** The punches of a fact's day and that day are what the fact needs. */
function needsOfPunch(fact: Fact): readonly Need[] {
  return fact.kind === 'PUNCH' ? [needOf(fact.employeeId, fact.punch.time)] : [];
}

/**
 * Small rules of a whole kind: punches that are not there yet are recorded, and the day is noted
 * with the number of its punches after each. Tells `onDuplicate` of those that are there.
 */
export function countingRules(
  facts: readonly Fact[],
  onDuplicate: (original: RecordedPunch) => void = () => {},
): BatchRules {
  return scripted((view) => {
    const accepted: AcceptedFact[] = [];
    const changes: BatchDecision['changes'][number][] = [];
    const versions = new Map<EmployeeId, number>();
    const days = new Map<string, { revision: number; punches: number }>();
    facts.forEach((fact, index) => {
      const { employeeId } = fact;
      if (fact.kind !== 'PUNCH') return;
      const here = [
        ...view.punches(employeeId),
        ...accepted.flatMap(({ punches }) => punches),
      ].filter((punch) => punch.employeeId === employeeId);
      const original = here.find((punch) => isSamePunch(punch, fact.punch));
      if (original !== undefined) {
        onDuplicate(original);
        return;
      }
      const sequence = (versions.get(employeeId) ?? view.employee(employeeId)?.version ?? 0) + 1;
      versions.set(employeeId, sequence);
      accepted.push(acceptedPunch(fact, index, sequence));
      const date = dateOf(fact.punch.time);
      const key = `${employeeId} ${date}`;
      const stored = view.day(employeeId, date);
      const before = days.get(key) ?? {
        revision: stored?.revision ?? 0,
        punches: Number(stored?.result?.note ?? 0),
      };
      const after = { revision: before.revision + 1, punches: before.punches + 1 };
      days.set(key, after);
      const result = resultOf(String(after.punches));
      changes.push({ index, employeeId, date, revision: after.revision, result });
    });
    return { facts: accepted, changes };
  }, needsOfPunch);
}
