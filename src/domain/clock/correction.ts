// What putting another punch in the place of one is refused for. An end of a session that is
// moved must stay that session's end and leave all others as they are; a wrong key may be mended
// within its session (retold-check.ts); anything else is checked as a person's command would be,
// as if the old punch had never been.

import type { PunchKind } from '../facts/punch.js';
import type { Instant } from '../time/time.js';
import {
  begun,
  type ClockAction,
  type ClockProblem,
  checkCommand,
  closedAround,
  type Effect,
  harmedBy,
  openAt,
} from './command.js';
import { robbedBy } from './kept-roles.js';
import { isSameBreaks, isSamePresence, type Presence } from './presence.js';
import { isIn, isRetold } from './retold-check.js';

export interface Correction {
  readonly oldKind: PunchKind;
  readonly newKind: PunchKind;
  /** In whole seconds. */
  readonly oldTime: Instant;
  readonly newTime: Instant;
  /** The sessions around both times: as they are, without the old punch, and with the new one. */
  readonly before: readonly Presence[];
  readonly without: readonly Presence[];
  readonly after: readonly Presence[];
}

/** Why a correction is refused; undefined when it is not. */
export function checkCorrection(correction: Correction): ClockProblem | undefined {
  const { before, after } = correction;
  // What changes no session harms none: a repeated punch, or one within a day counted as a whole.
  const problem = isSameAll(before, after) ? undefined : refusedFor(correction);
  if (problem !== undefined) return problem;
  const harmed = leftOnBreak(correction) ?? movedOut(correction) ?? robbedBy(correction);
  return harmed && { refusal: 'OVERLAPS', session: harmed };
}

/** Within a day counted as a whole: a break that was ended is now left. */
function leftOnBreak({ oldKind, newKind, newTime, after }: Correction): Presence | undefined {
  if (newKind !== 'OUT' || oldKind === 'OUT') return undefined;
  return after.find(
    ({ isWhole, out, breaks }) =>
      isWhole && out !== newTime && breaks.some(({ end }) => end === newTime),
  );
}

/** Within a day counted as a whole: a key of a break, with or without its other end, leaves it. */
function movedOut({ newKind, oldTime, newTime, before, after }: Correction): Presence | undefined {
  if (newKind !== 'BREAK_START' && newKind !== 'BREAK_END') return undefined;
  const session = before.find((each) => each.isWhole && isIn(each, oldTime));
  return after.some((each) => isIn(each, newTime)) ? undefined : session;
}

/** Why a correction that changes sessions is refused. */
function refusedFor(correction: Correction): ClockProblem | undefined {
  const { oldKind, newKind, newTime, before, without, after } = correction;
  const role = isSameAll(before, without) ? undefined : roleOf(correction);
  const isSameKind = newKind === oldKind || newKind === 'UNSPECIFIED';
  if (role !== undefined && (isSameKind || role.action === newKind)) {
    return checkMove(correction, role);
  }
  const action = newKind === 'UNSPECIFIED' ? alternate(without, newTime) : newKind;
  const problem = checkCommand(action, newTime, without, () => after);
  if (problem !== undefined && !isSameKind && isRetold(action, correction)) return undefined;
  if (problem?.refusal !== 'ALREADY_CLOCKED_IN') return problem;
  return { ...problem, refusal: 'OVERLAPS' };
}

function isSameAll(a: readonly Presence[], b: readonly Presence[]): boolean {
  return (
    a.length === b.length &&
    a.every((session, index) => {
      const other = b[index];
      return other !== undefined && isSamePresence(session, other);
    })
  );
}

function alternate(sessions: readonly Presence[], time: Instant): ClockAction {
  return openAt(sessions, time) === undefined ? 'IN' : 'OUT';
}

/** What a punch did to the session that it is part of. */
interface Role {
  readonly action: ClockAction;
  readonly session: Presence;
}

function roleOf({ oldKind, oldTime, before }: Correction): Role | undefined {
  const find = (action: ClockAction, isIts: (session: Presence) => boolean): Role | undefined => {
    const session = before.find((each) => isIts(each));
    return session && { action, session };
  };
  const began = find('IN', ({ in: start }) => start === oldTime);
  const ended = find('OUT', ({ out }) => out === oldTime);
  const paused = find('BREAK_START', ({ breaks }) => breaks.some((each) => each.start === oldTime));
  const resumed = find('BREAK_END', ({ breaks }) => breaks.some((each) => each.end === oldTime));
  switch (oldKind) {
    case 'BREAK_START':
      return paused ?? resumed;
    case 'BREAK_END':
      return resumed ?? paused;
    case 'OUT':
      return ended ?? began ?? resumed;
    case 'IN':
    case 'UNSPECIFIED':
      return began ?? ended ?? resumed;
  }
}

function checkMove(correction: Correction, role: Role): ClockProblem | undefined {
  const { newTime, before, after } = correction;
  const { action, session } = role;
  const isPastOther =
    (action === 'IN' && session.out !== undefined && newTime >= session.out) ||
    (action === 'OUT' && session.in !== undefined && newTime <= session.in);
  if (isPastOther) return { refusal: 'OUT_BEFORE_IN', session };
  const others = before.filter((other) => other !== session);
  const around = closedAround(others, newTime, action === 'IN');
  if (around !== undefined) return { refusal: 'OVERLAPS', session: around };
  const effect = moved(correction, role, others);
  const harmed = harmedBy(effect, before, after);
  if (effect.target !== undefined && harmed === undefined) return undefined;
  const lost = harmedBy({ target: undefined, from: effect.from }, before, after);
  if (lost !== undefined) return { refusal: 'OVERLAPS', session: lost };
  const isEnd = action === 'IN' || action === 'OUT';
  const isThere = after.some((each) => each.in === session.in && each.out === newTime);
  const isReached =
    isThere || after.some((each) => each.in === newTime && each.out === session.out);
  // The two ends are no session any more: too far from each other, or past the shift's window.
  return { refusal: isEnd && !isReached ? 'SESSION_TOO_LONG' : 'OVERLAPS', session };
}

/** The session as the move leaves it. */
function moved(
  { oldTime, newTime, after }: Correction,
  { action, session }: Role,
  others: readonly Presence[],
): Effect {
  const from = [session];
  if (action === 'IN' && session.out === undefined) {
    const { target, from: lost } = begun(
      after.find(({ in: start }) => start === newTime),
      newTime,
      others,
    );
    return { target, from: [...from, ...lost] };
  }
  if (action === 'OUT' && session.in === undefined) return ended(newTime, session, others, after);
  const at = (time: Instant | undefined) => (time === oldTime ? newTime : time);
  const start = action === 'IN' ? newTime : session.in;
  const out = action === 'OUT' ? newTime : session.out;
  const breaks = session.breaks.map((each) => ({
    start: at(each.start) ?? each.start,
    end: at(each.end),
  }));
  const target = after.find(
    (each) =>
      (each.in === start && each.out === out && isSameBreaks(each.breaks, breaks)) ||
      (each.isWhole && isSpanned(each, start, out)),
  );
  return { target, from };
}

/** A departure that was alone may find an arrival that was. */
function ended(
  time: Instant,
  session: Presence,
  others: readonly Presence[],
  after: readonly Presence[],
): Effect {
  const target = after.find(({ out }) => out === time);
  if (target?.in === undefined) return { target, from: [session] };
  const lost = others.find(({ in: start, out }) => out === undefined && start === target.in);
  return { target: lost && target, from: lost === undefined ? [session] : [session, lost] };
}

function isSpanned(whole: Presence, start: Instant | undefined, out: Instant | undefined): boolean {
  if (start === undefined || whole.in === undefined) return false;
  if (out === undefined || whole.out === undefined) return whole.in === start && out === whole.out;
  return whole.in <= start && out <= whole.out;
}
