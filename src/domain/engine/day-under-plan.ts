// A day as readers are shown it, under the roster in force. Pure.
//
// A stored day is right as it stands unless the employee has stale days on its date (stale_days): then
// it is derived from its punches (`derivedDay`), whatever its row says. Everybody else goes by the row
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
  /** What the facts say; of a day without any, what the roster expects. */
  readonly result: DayResult;
  /** Which change of the stored day this is; 0 for a day never stored. */
  readonly revision: number;
  /** When that was recorded; undefined for a day never stored. */
  readonly recordedAt: RecordTime | undefined;
}

/**
 * Whether the rules in force wrote a day. Releases run side by side for a while, and what another one
 * wrote may lack what its punches say.
 */
export function isByThisEngine({ engineVersion }: StoredDay): boolean {
  return engineVersion === ENGINE_VERSION;
}

/** Whether a day that is not stale stands as it is stored: its default zone may have changed. */
export function isUnderPlan(stored: StoredDay, plan: DayPlan): boolean {
  if (!isByThisEngine(stored)) return false;
  return stored.result === undefined || stored.result.work.zone === zoneOfDay(plan).name;
}

/**
 * The day, where it is not stale. `punches` are those of the plan's reach; they are looked at only where
 * the stored day does not stand.
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

/** The day, stale or not: from its declaration and the punches of the plan's reach. */
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
