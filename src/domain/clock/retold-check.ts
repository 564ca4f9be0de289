// Whether a correction only says which key was meant: the wrong one of IN, OUT and the two of a
// break is what people press most. It may then divide the session that it lies in, or join those
// that it had divided; but whatever else was punched keeps its meaning.

import type { Instant } from '../time/time.js';
import type { ClockAction } from './command.js';
import { type Change, has, robbedBy } from './kept-roles.js';
import { beginningOf, type Presence } from './presence.js';

/** `action` is what the punch is to be; it was another one. */
export function isRetold(action: ClockAction, change: Change): boolean {
  const { oldTime, newTime, before, after } = change;
  const changed = before.filter((session) => !has(after, session));
  const made = after.filter((session) => !has(before, session));
  const own = changed.filter((session) => isIn(session, oldTime));
  const others = changed.filter((session) => !own.includes(session));
  // A break joins what an arrival and a departure divided, and nothing else reaches beyond its own.
  const isBreak = action === 'BREAK_START' || action === 'BREAK_END';
  if (own.length === 0 || (others.length > 0 && !isBreak)) return false;
  if (!own.every((session) => isIn(session, newTime))) return false;
  return robbedBy(change) === undefined && isDone(action, newTime, own, made);
}

/** Whether a moment is in a session; its ends are. */
export function isIn(session: Presence, time: Instant): boolean {
  const { out } = session;
  return beginningOf(session) <= time && time <= (out ?? Infinity);
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
