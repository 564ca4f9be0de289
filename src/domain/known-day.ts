// A day as readers are shown it: under the plan that is in force, whatever plan the stored one was
// derived under. Pure.

import type { DayResult, StoredDay } from './day.js';
import { declarationIn } from './declaration.js';
import { derive, NO_FACTS } from './derive.js';
import type { LocalDate } from './local-date.js';
import type { DayPlan } from './plan.js';
import { planHash } from './plan-hash.js';
import type { Timeline } from './punch.js';
import type { RecordTime } from './time.js';

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

/** Whether a stored day says what it would say under this plan, without looking at its punches. */
export function isUnderPlan(stored: StoredDay, plan: DayPlan): boolean {
  return stored.result === undefined || stored.planHash === planHash(plan);
}

/**
 * The day. `punches` are those of the plan's reach; they are looked at only where the stored
 * day is under another plan.
 */
export function knownDay(
  stored: StoredDay | undefined,
  plan: DayPlan,
  punches: Timeline,
): KnownDay {
  const { date } = plan;
  const revision = stored?.revision ?? 0;
  const recordedAt = stored?.recordedAt;
  if (stored?.result !== undefined && isUnderPlan(stored, plan)) {
    return { date, result: stored.result, revision, recordedAt };
  }
  const declaration = declarationIn(stored?.result);
  const facts =
    declaration === undefined && punches.length === 0 ? NO_FACTS : { declaration, punches };
  return { date, result: derive(facts, plan), revision, recordedAt };
}
