// A day as readers are shown it: under the plan that is in force, whatever plan the stored one was
// derived under. Pure.
//
// That a stored day was derived under the plan in force does not say that it was derived from all
// punches: the roster may have gone to another plan and back before it was derived again, and a punch that
// came in between was no concern of this date. So only who knows that no change was unfinished may
// go by the fingerprint (`knownDay`); everybody else derives (`derivedDay`).

import type { DayResult, StoredDay } from '../facts/day.js';
import { declarationIn } from '../facts/declaration.js';
import type { Timeline } from '../facts/punch.js';
import type { DayPlan } from '../roster/plan.js';
import type { LocalDate } from '../time/local-date.js';
import type { RecordTime } from '../time/time.js';
import { derive, ENGINE_VERSION, NO_FACTS } from './derive.js';
import { planHash } from './plan-fingerprint.js';

/** A day under the plan in force. */
export interface KnownDay {
  readonly date: LocalDate;
  /** What the facts say; of a day without any, what the roster expects. */
  readonly result: DayResult;
  /** Which change of the stored day this is; 0 for a day never stored. */
  readonly revision: number;
  /** When that was recorded; undefined for a day never stored. */
  readonly recordedAt: RecordTime | undefined;
}

/**
 * Whether the rules in force wrote a day. Releases run side by side for a while, and one that
 * does not know of punches leaves a day without a result that its punches would give one.
 */
export function isByThisEngine({ engineVersion }: StoredDay): boolean {
  return engineVersion === ENGINE_VERSION;
}

/**
 * Whether a stored day says what it would say under this plan, without looking at its punches.
 * Only while no roster change is unfinished that may concern it.
 */
export function isUnderPlan(stored: StoredDay, plan: DayPlan): boolean {
  if (!isByThisEngine(stored)) return false;
  return stored.result === undefined || stored.planHash === planHash(plan);
}

/**
 * The day, while no roster change is unfinished that may concern it. `punches` are those of the
 * plan's reach; they are looked at only where the stored day is under another plan.
 */
export function knownDay(
  stored: StoredDay | undefined,
  plan: DayPlan,
  punches: Timeline,
): KnownDay {
  if (stored?.result !== undefined && isUnderPlan(stored, plan)) {
    const { result, revision, recordedAt } = stored;
    return { date: plan.date, result, revision, recordedAt };
  }
  return derivedDay(stored, plan, punches);
}

/** The day, whatever was unfinished: from its declaration and the punches of the plan's reach. */
export function derivedDay(
  stored: StoredDay | undefined,
  plan: DayPlan,
  punches: Timeline,
): KnownDay {
  const { date } = plan;
  const revision = stored?.revision ?? 0;
  const recordedAt = stored?.recordedAt;
  const declaration = declarationIn(stored?.result);
  const facts =
    declaration === undefined && punches.length === 0 ? NO_FACTS : { declaration, punches };
  return { date, result: derive(facts, plan), revision, recordedAt };
}
