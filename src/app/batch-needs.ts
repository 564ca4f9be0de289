// What has to be read before a fact can be decided.

import { toEpochDay } from '../domain/local-date.js';
import type { Punch } from '../domain/punch.js';
import type { Instant } from '../domain/time.js';
import type { LockedEmployee, Need, RosterView } from './batch.js';
import type { Fact } from './facts.js';
import type { PlannedDays } from './touched-days.js';

/**
 * How far the moment under the lock may be from the moment we were told, for commands that take
 * the former: far longer than any wait for a lock, and than clocks of one installation differ.
 */
export const MAX_COMMAND_WAIT_MS = 3_600_000;

export function needsOf(
  fact: Fact,
  { employeeId }: LockedEmployee,
  plans: PlannedDays,
  view: RosterView,
): readonly Need[] {
  const around = (from: Instant, to?: Instant) => plans.needAround(employeeId, from, to);
  switch (fact.kind) {
    case 'MARK':
    case 'CLEAR': {
      const day = toEpochDay(fact.date);
      return [plans.needOf(employeeId, day, day)];
    }
    case 'REDERIVE':
      return [plans.needOf(employeeId, fact.firstDay, fact.lastDay)];
    case 'PUNCH':
      return [around(fact.punch.time), ...reflagged(fact.punch, view, employeeId, around)];
    case 'COMMAND': {
      const { punch, receivedAt } = fact;
      const wait = fact.isTimeGiven ? 0 : MAX_COMMAND_WAIT_MS;
      const time = fact.isTimeGiven ? punch.time : receivedAt;
      const to = (time + wait) as Instant;
      const from = (time - wait) as Instant;
      // Whoever is in may have come off shift, and a shift's window divides them from it.
      const since = fact.command === 'CLOCK_IN' ? from : plans.earliestArrival(from);
      return [around(since, to), ...reflagged(punch, view, employeeId, around)];
    }
    case 'VOID':
      return fact.punchIds.flatMap((punchId) => {
        const punch = view.punch(employeeId, punchId);
        return punch === undefined ? [] : [around(punch.time)];
      });
    case 'REPLACE': {
      const punch = view.punch(employeeId, fact.punchId);
      const times = [punch?.time, fact.time];
      return times.flatMap((time) => (time === undefined ? [] : [around(time)]));
    }
  }
}

/** Around the punch that was the earliest with its event id, if this one is earlier. */
function reflagged(
  { deviceId, eventId, time }: Punch,
  view: RosterView,
  employeeId: LockedEmployee['employeeId'],
  around: (from: Instant) => Need,
): readonly Need[] {
  if (eventId === '') return [];
  const [first] = view.sameEvent(employeeId, deviceId, eventId);
  return first === undefined || first.time < time ? [] : [around(first.time)];
}
