// Whether a correction leaves the meaning of all punches but its own: an arrival arrives, a
// departure keeps its arrival, and a break its two ends. Told by the sessions alone; must never
// judge the corrected punch itself.

import type { Instant } from '../time/time.js';
import { isSamePresence, type Presence } from './presence.js';

export interface Change {
  /** In whole seconds, like all times here. */
  readonly oldTime: Instant;
  readonly newTime: Instant;
  /** The sessions around both times, as they are and as they would be. */
  readonly before: readonly Presence[];
  readonly after: readonly Presence[];
}

/** A session of `before` of which another punch would lose its meaning; undefined without one. */
export function robbedBy(change: Change): Presence | undefined {
  const { before, after } = change;
  return before.find((session) => !has(after, session) && !areRolesKept(session, change));
}

export function has(sessions: readonly Presence[], session: Presence): boolean {
  return sessions.some((other) => isSamePresence(session, other));
}

function areRolesKept(
  { in: start, out, breaks }: Presence,
  { oldTime, newTime, after }: Change,
): boolean {
  const isOld = (time: Instant | undefined) => time === undefined || time === oldTime;
  const hasPause = (end: 'start' | 'end', time: Instant) =>
    after.some((each) => each.breaks.some((pause) => pause[end] === time));
  // Who comes back from a break may have pressed IN: that begins a session where there is none.
  const returns = (time: Instant) =>
    hasPause('end', time) || after.some((each) => each.in === time);
  const isStart = isOld(start) || start === undefined || returns(start) || isWithin(after, start);
  const isEnd =
    isOld(out) ||
    out === undefined ||
    after.some((each) => each.out === out && (start === undefined || each.in !== undefined)) ||
    isWithin(after, out);
  return (
    isStart &&
    isEnd &&
    breaks.every((pause) => {
      if (pause.start === oldTime) {
        return (
          isOld(pause.end) || pause.end === out || pause.end === undefined || returns(pause.end)
        );
      }
      if (!hasPause('start', pause.start)) return false;
      if (pause.end === undefined || pause.end === out) return true;
      if (pause.end !== oldTime) return returns(pause.end);
      return hasPause('end', newTime);
    })
  );
}

/** Counted from the first arrival to the last departure, no end in between is shown. */
function isWithin(sessions: readonly Presence[], time: Instant): boolean {
  return sessions.some(
    ({ in: start, out, isWhole }) =>
      isWhole && start !== undefined && start <= time && time <= (out ?? Infinity),
  );
}
