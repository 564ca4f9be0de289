// Whether a correction only says which key was meant: the wrong one of IN, OUT and the two of a
// break is what people press most. It may then divide the session that it lies in, or join those
// that it had divided; but whatever else was punched keeps its meaning.

import type { ClockAction } from './clock-check.js';
import { beginningOf, isSamePresence, type Presence } from './presence.js';
import type { Instant } from './time.js';

export interface Retold {
  /** In whole seconds, like all times here. */
  readonly oldTime: Instant;
  readonly newTime: Instant;
  /** The sessions around both times, as they are and as they would be. */
  readonly before: readonly Presence[];
  readonly after: readonly Presence[];
}

/** `action` is what the punch is to be; it was another one. */
export function isRetold(
  action: ClockAction,
  { oldTime, newTime, before, after }: Retold,
): boolean {
  const changed = before.filter((session) => !has(after, session));
  const made = after.filter((session) => !has(before, session));
  const own = changed.filter((session) => isIn(session, oldTime));
  const others = changed.filter((session) => !own.includes(session));
  // A break joins what an arrival and a departure divided, and nothing else reaches beyond its own.
  const isBreak = action === 'BREAK_START' || action === 'BREAK_END';
  if (own.length === 0 || (others.length > 0 && !isBreak)) return false;
  if (!own.every((session) => isIn(session, newTime))) return false;
  if (!changed.every((session) => isKept(session, oldTime, made))) return false;
  return isDone(action, newTime, own, made) || isFirstOfPair(action, newTime, own, before);
}

function has(sessions: readonly Presence[], session: Presence): boolean {
  return sessions.some((other) => isSamePresence(session, other));
}

/** Its ends are in it. */
function isIn(session: Presence, time: Instant): boolean {
  const { out } = session;
  return beginningOf(session) <= time && time <= (out ?? Infinity);
}

/** Whether what the other punches of a session said is still what they say. */
function isKept(session: Presence, oldTime: Instant, made: readonly Presence[]): boolean {
  const { in: start, out, breaks } = session;
  const isOld = (time: Instant | undefined) => time === undefined || time === oldTime;
  const isPause = (time: Instant | undefined) =>
    made.some((each) => each.breaks.some((pause) => pause.start === time || pause.end === time));
  const isStart = isOld(start) || made.some((each) => each.in === start) || isPause(start);
  const isEnd = isOld(out) || made.some((each) => each.out === out);
  const arePauses = breaks.every((pause) => {
    // The other end of a break that was none goes with it.
    if (isOld(pause.start) || pause.end === oldTime) return true;
    return isPause(pause.start) || made.some((each) => each.out === pause.start);
  });
  return isStart && isEnd && arePauses;
}

/** Whether the punch does what it now says. */
function isDone(
  action: ClockAction,
  time: Instant,
  own: readonly Presence[],
  made: readonly Presence[],
): boolean {
  const hadNoEnd = own.every(({ out }) => out === undefined);
  return made.some((session) => {
    if (action === 'IN') return session.in === time;
    // A departure may stand alone only where no departure loses its arrival by it.
    if (action === 'OUT') return session.out === time && (session.in !== undefined || hadNoEnd);
    if (action === 'BREAK_START') return session.breaks.some(({ start }) => start === time);
    return session.breaks.some(({ end }) => end === time);
  });
}

/**
 * Whether an arrival becomes the end of a break whose beginning is still told as a departure: the
 * one cannot be put right before the other, and either may be the first.
 */
function isFirstOfPair(
  action: ClockAction,
  time: Instant,
  own: readonly Presence[],
  before: readonly Presence[],
): boolean {
  if (action !== 'BREAK_END' || !own.every((session) => session.in === time)) return false;
  const last = before.findLast((session) => beginningOf(session) < time);
  return last?.in !== undefined && last.out !== undefined && last.shiftId === own[0]?.shiftId;
}
