// Decides whether a person's command is refused. It is checked twice: against the sessions at its
// moment, and by its effect on all sessions. So an accepted command did what it says, and only to
// the session that it is about. Times here are whole seconds.

import type { ClockRefusal } from '../facts/errors.js';
import type { PunchKind } from '../facts/punch.js';
import type { Instant } from '../time/time.js';
import { beginningOf, isOnBreak, isSamePresence, lastEventOf, type Presence } from './presence.js';

/** The action of a command. */
export type ClockAction = Exclude<PunchKind, 'UNSPECIFIED'>;

export interface ClockProblem {
  readonly refusal: ClockRefusal;
  /** The session in conflict; undefined: none. */
  readonly session: Presence | undefined;
}

/** The sessions that a change may affect. All others must stay as they were. */
export interface Effect {
  /** The session that the change makes; undefined if it makes none of the expected kind. */
  readonly target: Presence | undefined;
  /** The sessions that it is made from. */
  readonly from: readonly Presence[];
}

/**
 * Returns why a command at `time` is refused; undefined if it is accepted. `before` are the
 * sessions around it, `after` the sessions that there would be.
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
  // A session that exists only after the command cannot be looked up.
  const known = before.find((session) => session === harmed);
  const isOthers = known !== undefined && known !== open;
  if (open !== undefined && !isOthers && time >= (open.openUntil ?? Infinity)) {
    return { refusal: action === 'IN' ? 'ALREADY_CLOCKED_IN' : 'NOT_CLOCKED_IN', session: open };
  }
  if (action === 'OUT' && harmed === undefined && open !== undefined && isOnBreak(open)) {
    // The employee went on a break and worked on later, so the end of the break must be recorded
    // first.
    return { refusal: 'ALREADY_ON_BREAK', session: open };
  }
  return { refusal: 'OVERLAPS', session: known ?? open ?? latestBefore(before, time) };
}

/**
 * The session that a command is about. An arrival need not end a session that has expired. A
 * departure or a break belongs to a session that can still be ended.
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
    // No session ends in the second in which it began, so the one before is meant.
    const isEnd = action === 'OUT' || (action === 'BREAK_END' && !isOnBreak(session));
    if ((isEnd && start === time) || time > (nextAt ?? Infinity)) return false;
    // A break in a session that can no longer be ended would never be shown.
    return mayEndAt(time) && (action === 'OUT' || mayEndAt(time, action));
  });
}

/**
 * The session of an employee on a break who can still come back. An arrival only ends the break.
 */
function pausedAt(sessions: readonly Presence[], time: Instant): Presence | undefined {
  const last = sessions.findLast((session) => beginningOf(session) <= time);
  if (last === undefined || !isOnBreak(last)) return undefined;
  return last.mayEndAt(time) ? last : undefined;
}

/** The session that is open at a moment, or began in the same second. */
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

/** A session with both ends around a moment. Excludes its end, and its beginning unless asked. */
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

/**
 * The refusal of a departure without an open session. Another one began then or later and is open.
 */
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

/**
 * Whether a session begins with an arrival that was ignored before, because an earlier one counted.
 */
function isOfSetAside(
  { in: start }: Presence,
  open: Presence | undefined,
  before: readonly Presence[],
): boolean {
  if (start === undefined || open?.in === undefined || start <= open.in) return false;
  return !before.some((session) => session.in === start);
}

/** Whether a session continues the open one. A session that counts as a whole may begin earlier. */
function isFrom({ in: start, isWhole }: Presence, open: Presence | undefined): boolean {
  if (start === undefined || open?.in === undefined) return false;
  return start === open.in || (isWhole && start <= open.in);
}

/**
 * The session that an arrival begins. If the arrival is reported late, the session may take over a
 * departure that had none.
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

/** A session that changed although the change is not about it. */
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

/** With hours from first arrival to last departure, earlier sessions become part of the new one. */
function isSwallowed(session: Presence, target: Presence | undefined): boolean {
  if (target?.isWhole !== true || target.in === undefined || target.out === undefined) return false;
  return target.in <= beginningOf(session) && lastEventOf(session) <= target.out;
}
