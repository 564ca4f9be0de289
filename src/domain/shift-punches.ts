// Which punches are a shift's: those in its window, and its share of those that a neighbour's
// window claims too.

import type { Contested, PlannedShift } from './plan.js';
import { firstAtOrAfter, type Punch, type Timeline } from './punch.js';
import type { Instant } from './time.js';

/** The punches of a shift, and when the next shift took over, if its punches did. */
export interface ShiftPunches {
  readonly punches: readonly Punch[];
  /** The first of the contested punches after the shift that is the next shift's. */
  readonly takenOverAt: Instant | undefined;
}

export function punchesOf(planned: PlannedShift, punches: Timeline): ShiftPunches {
  const { window, contestedBefore, contestedAfter } = planned;
  const inWindow = within(punches, window.from, window.to);
  if (inWindow.length === 0) return { punches: inWindow, takenOverAt: undefined };
  const isEarlier = contestedBefore && division(contestedBefore, punches);
  const isMine = contestedAfter && division(contestedAfter, punches);
  const own = inWindow.filter(
    (punch) =>
      (contestedBefore === undefined || !isEarlier?.(punch)) &&
      (isMine === undefined || isMine(punch)),
  );
  const later = isMine && inWindow.find((punch) => !isMine(punch));
  return { punches: own, takenOverAt: later?.time };
}

/** By whole seconds, both ends included. */
function within(punches: Timeline, from: Instant, to: Instant): readonly Punch[] {
  return punches.slice(firstAtOrAfter(punches, from), firstAtOrAfter(punches, to + 1000));
}

/**
 * Tells whether a punch is the earlier shift's. The arrival that begins the later shift divides
 * them; without one, departures still end the earlier shift. What does not say what it is goes to
 * the nearer shift.
 */
function division(contested: Contested, punches: Timeline): (punch: Punch) => boolean {
  const { middle, isTyped } = contested;
  const arrival = isTyped ? arrivalOfLater(contested, punches) : undefined;
  if (arrival !== undefined) {
    return ({ time, kind }) =>
      time < arrival || (time === arrival && (kind === 'OUT' || kind === 'BREAK_END'));
  }
  const claimed = isTyped ? within(punches, contested.from, contested.to) : [];
  const departure = claimed.findLast(({ kind }) => kind === 'OUT')?.time ?? middle;
  const last = Math.max(departure, middle + 999);
  return ({ time }) => time <= last;
}

/**
 * The first arrival in the contested time that begins the later shift. One within the hours of
 * the earlier shift does, unless somebody only comes back to it: who was there before and leaves
 * once more while it may end.
 */
function arrivalOfLater(contested: Contested, punches: Timeline): Instant | undefined {
  const { from, to, earlierFrom, earlierEnd } = contested;
  const end = firstAtOrAfter(punches, to + 1000);
  for (let index = firstAtOrAfter(punches, from); index < end; index += 1) {
    const punch = punches[index];
    if (punch?.kind !== 'IN') continue;
    const before = punches[index - 1];
    const after = punches[index + 1];
    const wasThere = before !== undefined && before.time >= earlierFrom;
    const leavesAgain = after?.kind === 'OUT' && after.time < to + 1000;
    if (punch.time >= earlierEnd || !wasThere || !leavesAgain) return punch.time;
  }
  return undefined;
}
