// Returns a day as readers see it, under the roster in force. Pure.
//
// A stored day is right unless the employee has stale days on its date (stale_days). If so, it is
// derived from its punches (`derivedDay`), whatever its row says. Otherwise the row counts
// (`knownDay`), unless other rules, other zone data or another default zone made it.

import type { DayResult, StoredDay } from '../facts/day.js';
import { declarationIn } from '../facts/declaration.js';
import type { Timeline } from '../facts/punch.js';
import { type DayPlan, zoneOfDay } from '../roster/plan.js';
import type { LocalDate } from '../time/local-date.js';
import type { RecordTime } from '../time/time.js';
import { derive, ENGINE_VERSION, NO_FACTS } from './derive.js';

/** A day under the plan in force. */
export interface KnownDay {
  readonly date: LocalDate;
  /** The result of the facts; for a day without facts, what the roster expects. */
  readonly result: DayResult;
  /** The revision of the stored day; 0 for a day never stored. */
  readonly revision: number;
  /** When the revision was recorded; undefined for a day never stored. */
  readonly recordedAt: RecordTime | undefined;
}

/**
 * Whether the rules in force wrote a day. Releases run side by side for a while, and a day written
 * by another one may lack something that its punches say.
 */
export function isByThisEngine({ engineVersion }: StoredDay): boolean {
  return engineVersion === ENGINE_VERSION;
}

/**
 * Whether the stored form of a day that is not stale is valid. The default zone may have changed.
 */
export function isUnderPlan(stored: StoredDay, plan: DayPlan): boolean {
  if (!isByThisEngine(stored)) return false;
  return stored.result === undefined || stored.result.work.zone === zoneOfDay(plan).name;
}

/**
 * The day if it is not stale. `punches` are those of the plan's reach, used only if the stored day
 * is not valid.
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

/** The day, stale or not, from its declaration and the punches of the plan's reach. */
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
