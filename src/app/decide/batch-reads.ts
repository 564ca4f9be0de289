// Says what has to be read before a fact can be decided.

import type { Punch } from '../../domain/facts/punch.js';
import { utcDay } from '../../domain/roster/plan.js';
import { toEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { LockedEmployee, Need, RosterView } from '../ports/batch.js';
import type { Fact, ReplaceFact } from '../ports/facts.js';
import type { PlannedDays } from './planned-days.js';

const DAY_MS = 86_400_000;

/**
 * How far the moment under the lock may be from `receivedAt`, for commands whose time is the moment
 * under the lock. Far longer than any wait for a lock and than the differences between the clocks
 * of one installation.
 */
export const MAX_COMMAND_WAIT_MS = 3_600_000;

export function needsOf(
  fact: Fact,
  { employeeId }: LockedEmployee,
  plans: PlannedDays,
  view: RosterView,
): readonly Need[] {
  const around = (from: Instant, to?: Instant) => plans.needAround(employeeId, from, to);
  const toAdd = (from: Instant, to = from) => withWholeDays(around(from, to), from, to);
  const voided = (punchId: number) => {
    const punch = view.punch(employeeId, punchId);
    if (punch === undefined) return [];
    return [around(punch.time), ...freed(punchId, view, employeeId, around)];
  };
  const replaced = ({ punchId, time }: Pick<ReplaceFact, 'punchId' | 'time'>) => {
    const times = [view.punch(employeeId, punchId)?.time, time];
    return [
      ...times.flatMap((each) => (each === undefined ? [] : [toAdd(each)])),
      ...freed(punchId, view, employeeId, around),
    ];
  };
  switch (fact.kind) {
    case 'MARK':
    case 'CLEAR':
    case 'VOID_MARKS': {
      const day = toEpochDay(fact.date);
      return [plans.needOf(employeeId, day, day)];
    }
    case 'REDERIVE':
      return [plans.needOf(employeeId, fact.firstDay, fact.lastDay)];
    case 'PUNCH':
      return [toAdd(fact.punch.time), ...reflagged(fact.punch, view, employeeId, around)];
    case 'COMMAND': {
      const { punch, receivedAt } = fact;
      const wait = fact.isTimeGiven ? 0 : MAX_COMMAND_WAIT_MS;
      const time = fact.isTimeGiven ? punch.time : receivedAt;
      const from = (time - wait) as Instant;
      const to = (time + wait) as Instant;
      const need = withWholeDays(around(from, to), from, to);
      return [need, ...reflagged(punch, view, employeeId, around)];
    }
    case 'VOID':
      return fact.punchIds.flatMap(voided);
    case 'REPLACE':
      return replaced(fact);
    case 'CORRECT':
      return fact.corrections.flatMap((correction) => {
        if (correction.kind === 'ADD') return [toAdd(correction.punch.time)];
        return correction.kind === 'VOID' ? voided(correction.punchId) : replaced(correction);
      });
  }
}

/**
 * Extends a need to whole UTC days. Before a punch is added, all punches of its UTC day must be
 * counted, and a date with only shifts reaches less far than that.
 */
function withWholeDays(need: Need, first: Instant, last: Instant): Need {
  const from = Math.min(need.from, utcDay(first) * DAY_MS) as Instant;
  const to = Math.max(need.to, (utcDay(last) + 1) * DAY_MS - 1) as Instant;
  return { ...need, from, to };
}

/** The need around the punch that becomes the earliest of its event id when `punchId` is voided. */
function freed(
  punchId: number,
  view: RosterView,
  employeeId: LockedEmployee['employeeId'],
  around: (from: Instant) => Need,
): readonly Need[] {
  const next = view.nextUse(employeeId, punchId);
  return next === undefined ? [] : [around(next.time)];
}

/** The need around the earliest punch of this event id so far, unless it stays the earliest. */
function reflagged(
  { deviceId, eventId, time }: Punch,
  view: RosterView,
  employeeId: LockedEmployee['employeeId'],
  around: (from: Instant) => Need,
): readonly Need[] {
  if (eventId === '') return [];
  const first = view.firstUse(employeeId, deviceId, eventId);
  return first === undefined || first.time < time ? [] : [around(first.time)];
}
