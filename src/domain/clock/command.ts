// What a person's command is refused for. It is checked twice: against who is there at its
// moment, and by what would become of all sessions with it; so whatever is accepted did what it
// says, and to nobody's session but the one it is about. Times here are whole seconds.

import type { ClockRefusal } from '../facts/errors.js';
import type { PunchKind } from '../facts/punch.js';
import type { Instant } from '../time/time.js';
import { beginningOf, isOnBreak, isSamePresence, lastEventOf, type Presence } from './presence.js';

/** What a command does. */
export type ClockAction = Exclude<PunchKind, 'UNSPECIFIED'>;

export interface ClockProblem {
  readonly refusal: ClockRefusal;
  /** The session that is in the way; undefined where there is none. */
  readonly session: Presence | undefined;
}

/** What becomes of the sessions that a change is about: all others must stay as they were. */
export interface Effect {
  /** What the change makes; undefined when it makes nothing of the kind. */
  readonly target: Presence | undefined;
  /** What it is made from. */
  readonly from: readonly Presence[];
}

/**
 * Why a command at `time` is refused; undefined when it is not. `before` are the sessions around
 * it, `after` those there would be.
 */
export function checkCommand(
  action: ClockAction,
  time: Instant,
  before: readonly Presence[],
  after: () => readonly Presence[],
): ClockProblem | undefined {
  const problem = checkMoment(action, time, before);
  if (problem !== undefined) return problem;
  const open = concernedAt(action, before, time);
  const afterwards = after();
  const effect = effectOf(action, time, open, before, afterwards);
  const harmed = harmedBy(effect, before, afterwards);
  if (effect.target !== undefined && harmed === undefined) return undefined;
  // What would only come to be is no session that anybody could look up.
  const known = before.find((session) => session === harmed);
  const isOthers = known !== undefined && known !== open;
  if (open !== undefined && !isOthers && time >= (open.openUntil ?? Infinity)) {
    return { refusal: action === 'IN' ? 'ALREADY_CLOCKED_IN' : 'NOT_CLOCKED_IN', session: open };
  }
  if (action === 'OUT' && harmed === undefined && open !== undefined && isOnBreak(open)) {
    // Where they went on a break and worked on later, its end is what has to be told first.
    return { refusal: 'ALREADY_ON_BREAK', session: open };
  }
  return { refusal: 'OVERLAPS', session: known ?? open ?? latestBefore(before, time) };
}

/**
 * The session that a command is about. Whoever arrives need not end one that was given up; but a
 * departure, or a break, is of one that can still be ended.
 */
function concernedAt(
  action: ClockAction,
  sessions: readonly Presence[],
  time: Instant,
): Presence | undefined {
  if (action === 'IN') return openAt(sessions, time) ?? pausedAt(sessions, time);
  return sessions.findLast((session) => {
    const { in: start, out, nextAt, mayEndAt } = session;
    if (start === undefined || out !== undefined || start > time) return false;
    // Nothing ends in the second in which it began: then the session before is meant.
    const isEnd = action === 'OUT' || (action === 'BREAK_END' && !isOnBreak(session));
    if ((isEnd && start === time) || time > (nextAt ?? Infinity)) return false;
    // A break that nobody could leave from would be shown to nobody.
    return mayEndAt(time) && (action === 'OUT' || mayEndAt(time, action));
  });
}

/** The session of somebody on a break that they can still come back from: an arrival only ends it. */
function pausedAt(sessions: readonly Presence[], time: Instant): Presence | undefined {
  const last = sessions.findLast((session) => beginningOf(session) <= time);
  if (last === undefined || !isOnBreak(last)) return undefined;
  return last.mayEndAt(time) ? last : undefined;
}

/** The session that is open at a moment, or was begun in that very second. */
export function openAt(sessions: readonly Presence[], time: Instant): Presence | undefined {
  return sessions.findLast(
    ({ in: start, out, openUntil }) =>
      start !== undefined && out === undefined && start <= time && time <= (openUntil ?? Infinity),
  );
}

function latestBefore(sessions: readonly Presence[], time: Instant): Presence | undefined {
  return sessions.findLast((session) => beginningOf(session) <= time);
}

function checkMoment(
  action: ClockAction,
  time: Instant,
  sessions: readonly Presence[],
): ClockProblem | undefined {
  const open = concernedAt(action, sessions, time);
  if (action === 'IN') {
    if (open !== undefined && time !== open.openUntil && open.mayEndAt(time)) {
      return { refusal: 'ALREADY_CLOCKED_IN', session: open };
    }
    const other = closedAround(sessions, time, true);
    return other && { refusal: 'OVERLAPS', session: other };
  }
  const other = closedAround(sessions, time, false);
  if (other !== undefined) return { refusal: 'OVERLAPS', session: other };
  if (action === 'OUT' && open === undefined) return notThere(sessions, time);
  if (open === undefined) {
    return { refusal: 'NOT_CLOCKED_IN', session: latestBefore(sessions, time) };
  }
  if (time < lastEventOf(open)) return { refusal: 'OVERLAPS', session: open };
  if (action === 'BREAK_START' && isOnBreak(open)) {
    return { refusal: 'ALREADY_ON_BREAK', session: open };
  }
  if (action === 'BREAK_END' && !isOnBreak(open)) {
    return { refusal: 'NOT_ON_BREAK', session: open };
  }
  return undefined;
}

/** A session with both ends around a moment; its end is not in it, its beginning if told so. */
export function closedAround(
  sessions: readonly Presence[],
  time: Instant,
  withBeginning: boolean,
): Presence | undefined {
  return sessions.find(
    ({ in: start, out }) =>
      start !== undefined &&
      out !== undefined &&
      (withBeginning ? start <= time : start < time) &&
      time < out,
  );
}

/** Nobody is there to leave: but somebody came then or later, and has not left yet. */
function notThere(sessions: readonly Presence[], time: Instant): ClockProblem {
  const next = sessions.find((session) => beginningOf(session) >= time);
  if (next?.in !== undefined && next.out === undefined) {
    return { refusal: 'OUT_BEFORE_IN', session: next };
  }
  return { refusal: 'NOT_CLOCKED_IN', session: latestBefore(sessions, time) };
}

function effectOf(
  action: ClockAction,
  time: Instant,
  open: Presence | undefined,
  before: readonly Presence[],
  after: readonly Presence[],
): Effect {
  if (action === 'IN') {
    return begun(
      after.find(({ in: start }) => start === time),
      time,
      before,
    );
  }
  const target = after.find((session) => {
    if (!isFrom(session, open) && !isOfSetAside(session, open, before)) return false;
    if (action === 'OUT') return session.out === time;
    const last = session.breaks.at(-1);
    if (session.out !== undefined) return false;
    return action === 'BREAK_START'
      ? last?.start === time && last.end === undefined
      : last?.end !== undefined || last === undefined;
  });
  const isTheirs = open !== undefined && target !== undefined && !isFrom(target, open);
  return { target, from: open === undefined || isTheirs ? [] : [open] };
}

/** Whether a session begins with an arrival that was set aside, as the one before it counted. */
function isOfSetAside(
  { in: start }: Presence,
  open: Presence | undefined,
  before: readonly Presence[],
): boolean {
  if (start === undefined || open?.in === undefined || start <= open.in) return false;
  return !before.some((session) => session.in === start);
}

/** Whether a session is one as it went on; one that counts as a whole may begin with an earlier. */
function isFrom({ in: start, isWhole }: Presence, open: Presence | undefined): boolean {
  if (start === undefined || open?.in === undefined) return false;
  return start === open.in || (isWhole && start <= open.in);
}

/**
 * The session that an arrival begins. It may take a departure that was there alone: an arrival
 * told late belongs to it.
 */
export function begun(
  target: Presence | undefined,
  time: Instant,
  before: readonly Presence[],
): Effect {
  const wasThere = before.some(({ in: start }) => start === time);
  if (target === undefined || wasThere) return { target: undefined, from: [] };
  if (target.out === undefined) return { target, from: [] };
  const lost = before.find(({ in: start, out }) => start === undefined && out === target.out);
  return lost === undefined ? { target: undefined, from: [] } : { target, from: [lost] };
}

/** A session that is not as it was, though it is none of those the change is about. */
export function harmedBy(
  { target, from }: Effect,
  before: readonly Presence[],
  after: readonly Presence[],
): Presence | undefined {
  const lost = before.find(
    (session) =>
      !from.includes(session) &&
      !isSwallowed(session, target) &&
      !after.some((other) => other !== target && isSamePresence(session, other)),
  );
  if (lost !== undefined || target === undefined) return lost;
  return after.find(
    (session) =>
      session !== target &&
      !before.some((other) => !from.includes(other) && isSamePresence(session, other)),
  );
}

/** Counted from the first arrival to the last departure, sessions before become part of one. */
function isSwallowed(session: Presence, target: Presence | undefined): boolean {
  if (target?.isWhole !== true || target.in === undefined || target.out === undefined) return false;
  return target.in <= beginningOf(session) && lastEventOf(session) <= target.out;
}
