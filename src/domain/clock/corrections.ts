// What corrections of punches are refused for: of one, or of several at once. Judged by the sessions
// that they come to together, never by an order: each new punch has to do what it says, and each that
// stays keeps what it did. Times here are whole seconds.

import type { PunchKind } from '../facts/punch.js';
import type { Instant } from '../time/time.js';
import type { ClockProblem } from './command.js';
import { areSamePresences, beginningOf, isSamePresence, type Presence } from './presence.js';

/** A punch as a correction says it. */
export interface SaidPunch {
  readonly kind: PunchKind;
  readonly time: Instant;
}

/** One correction: what counts no longer, and what counts instead. One of them at least. */
export interface Correction {
  readonly old: SaidPunch | undefined;
  readonly now: SaidPunch | undefined;
}

export interface Corrections {
  readonly corrections: readonly Correction[];
  /** The sessions around all of them: as they are, and as they would be. */
  readonly before: readonly Presence[];
  readonly after: readonly Presence[];
}

export interface CorrectionProblem extends ClockProblem {
  /** The place of the correction that is at fault; undefined: what is lost is another punch's. */
  readonly place: number | undefined;
}

/** Why corrections are refused; undefined when they are not. */
export function checkCorrections(change: Corrections): CorrectionProblem | undefined {
  const { corrections, before, after } = change;
  if (areSamePresences(before, after) && corrections.every((each) => mayDoNothing(each, after))) {
    return undefined;
  }
  for (const [place, correction] of corrections.entries()) {
    const problem = undone(correction, change);
    if (problem !== undefined) return { ...problem, place };
  }
  const session = robbed(change);
  return session && { ...lossOf(session, change), place: undefined };
}

/** A punch told twice may do nothing, before and after; what is added is to do something. */
function mayDoNothing({ old, now }: Correction, after: readonly Presence[]): boolean {
  return old !== undefined && (now?.kind !== 'OUT' || !isLeftOnBreak(now.time, after));
}

/** Counted as a whole, a departure within it is not shown: but that a break is left there is. */
function isLeftOnBreak(time: Instant, after: readonly Presence[]): boolean {
  return hasPause(after, 'end', time) && !after.some(({ out }) => out === time);
}

/** Why a new punch does not do what it says. */
function undone({ old, now }: Correction, change: Corrections): ClockProblem | undefined {
  if (now === undefined || isDone(now, change.after)) return undefined;
  if (now.kind === 'OUT') return undoneDeparture(now.time, old, change);
  const own = old && sessionOf(old, change.before);
  const around = known(
    change.after.find((each) => isAround(each, now.time)),
    change,
  );
  const latest = known(
    change.after.findLast((each) => beginningOf(each) <= now.time),
    change,
  );
  if (now.kind === 'IN' || now.kind === 'UNSPECIFIED') {
    return { refusal: 'OVERLAPS', session: around ?? latest };
  }
  // The end of a break that leaves its session, or no longer fits into it.
  if (own !== undefined && old?.kind === now.kind) return { refusal: 'OVERLAPS', session: own };
  if (around === undefined) return { refusal: 'NOT_CLOCKED_IN', session: latest };
  const refusal = now.kind === 'BREAK_START' ? 'ALREADY_ON_BREAK' : 'NOT_ON_BREAK';
  return { refusal, session: around };
}

function undoneDeparture(
  time: Instant,
  old: SaidPunch | undefined,
  change: Corrections,
): ClockProblem | undefined {
  const { after } = change;
  if (mayStandAlone(old, change) && after.some(({ out }) => out === time)) return undefined;
  const around = after.find((each) => isAround(each, time));
  if (around !== undefined) return { refusal: 'OVERLAPS', session: known(around, change) };
  const latest = after.findLast((each) => beginningOf(each) < time && each.out !== time);
  if (latest?.in !== undefined && latest.out === undefined) {
    return { refusal: 'SESSION_TOO_LONG', session: known(latest, change) };
  }
  const next = after.find(({ in: start, out }) => start !== undefined && start >= time && !out);
  if (next !== undefined) return { refusal: 'OUT_BEFORE_IN', session: known(next, change) };
  return { refusal: 'NOT_CLOCKED_IN', session: known(latest, change) };
}

/** A departure that was alone, or a key that was wrong as the other one is: no other loses its arrival. */
function mayStandAlone(old: SaidPunch | undefined, { before }: Corrections): boolean {
  const own = old && sessionOf(old, before);
  if (own === undefined) return false;
  return old?.kind === 'OUT' ? own.in === undefined : own.out === undefined;
}

/** A session as it can be looked up, where it can. */
function known(session: Presence | undefined, { before }: Corrections): Presence | undefined {
  const isIt = ({ in: start }: Presence) => start !== undefined && start === session?.in;
  return before.find(isIt) ?? session;
}

function isDone({ kind, time }: SaidPunch, after: readonly Presence[]): boolean {
  if (kind === 'BREAK_START') return hasPause(after, 'start', time);
  if (kind === 'BREAK_END') return hasPause(after, 'end', time);
  if (kind === 'OUT' && isLeftOnBreak(time, after)) return false;
  return isHidden(after, time) || after.some((session) => isEnd(kind, time, session));
}

/** Whether a punch begins or ends a session, as it says where keys are heeded. */
function isEnd(kind: PunchKind, time: Instant, session: Presence): boolean {
  const { in: start, out, isAlternating } = session;
  const isAny = kind === 'UNSPECIFIED' || isAlternating;
  if (start === time) return kind === 'IN' || isAny;
  return out === time && start !== undefined && (kind === 'OUT' || isAny);
}

function hasPause(
  sessions: readonly Presence[],
  end: 'start' | 'end',
  time: Instant | undefined,
): boolean {
  if (time === undefined) return false;
  return sessions.some(({ breaks }) => breaks.some((pause) => pause[end] === time));
}

/** Counted from the first arrival to the last departure, no end in between is shown. */
function isHidden(sessions: readonly Presence[], time: Instant | undefined): boolean {
  if (time === undefined) return false;
  return sessions.some(
    ({ in: start, out, isWhole }) =>
      isWhole && start !== undefined && start <= time && time <= (out ?? Infinity),
  );
}

function isAround({ in: start, out }: Presence, time: Instant): boolean {
  return start !== undefined && out !== undefined && start < time && time < out;
}

/** The session that a punch is part of, by an end or a break's. */
function sessionOf({ kind, time }: SaidPunch, sessions: readonly Presence[]): Presence | undefined {
  const isPause = ({ breaks }: Presence) =>
    breaks.some((pause) => pause.start === time || pause.end === time);
  const begun = sessions.find(({ in: start }) => start === time);
  const ended = sessions.find(({ out }) => out === time);
  return (kind === 'OUT' ? (ended ?? begun) : (begun ?? ended)) ?? sessions.find(isPause);
}

/** A session of before of which a punch that stays would lose what it did. */
function robbed({ corrections, before, after }: Corrections): Presence | undefined {
  const replaced = corrections.flatMap(({ old, now }) => (old && now ? [{ old, now }] : []));
  // Ends that are not there need not be kept either.
  const gone = new Set([undefined, ...corrections.map(({ old }) => old?.time)]);
  const retold = new Set(
    replaced.filter(({ old, now }) => old.kind !== now.kind).map(({ old }) => old.time),
  );
  return before.find(
    (session) =>
      !after.some((other) => isSamePresence(session, other)) &&
      !isKept(session, gone, retold, after),
  );
}

/** `gone`: what counts no longer; `retold`: what of it was meant for something else. */
function isKept(
  { in: start, out, breaks }: Presence,
  gone: ReadonlySet<Instant | undefined>,
  retold: ReadonlySet<Instant | undefined>,
  after: readonly Presence[],
): boolean {
  const hadBoth = start !== undefined && out !== undefined;
  // Whose departure was the beginning of a break may still be there.
  const arrives = (time: Instant | undefined) =>
    after.some(
      (each) => each.in === time && (!hadBoth || each.out !== undefined || retold.has(out)),
    );
  const leaves = after.some((each) => each.out === out && (!hadBoth || each.in !== undefined));
  // Who comes back from a break may have pressed IN.
  const returns = (time: Instant | undefined) => hasPause(after, 'end', time) || arrives(time);
  return (
    (gone.has(start) || returns(start) || isHidden(after, start)) &&
    (gone.has(out) || leaves || isHidden(after, out)) &&
    breaks.every((pause) => {
      if (!gone.has(pause.start) && !hasPause(after, 'start', pause.start)) return false;
      // A break that lasted until the departure had no end of its own.
      if (pause.end === out) return true;
      if (!gone.has(pause.end)) return returns(pause.end);
      return gone.has(pause.start) || pause.end === undefined || isEnded(after, pause.start);
    })
  );
}

/** Whether a break has an end of its own. */
function isEnded(sessions: readonly Presence[], start: Instant): boolean {
  return sessions.some(({ breaks, out }) =>
    breaks.some((pause) => pause.start === start && pause.end !== undefined && pause.end !== out),
  );
}

/** Why a session would lose what it had: an end of it that was moved is mostly why. */
function lossOf(session: Presence, { corrections, before }: Corrections): ClockProblem {
  const { in: start, out } = session;
  for (const { old, now } of corrections) {
    if (old === undefined || now === undefined) continue;
    const [isStart, isOut] = [old.time === start, old.time === out];
    const other = isStart ? out : start;
    // Where both ends moved, neither is too near or too far: what is lost lies between them.
    if (corrections.some((each) => each.old !== undefined && each.old.time === other)) break;
    if ((!isStart && !isOut) || (now.kind !== old.kind && now.kind !== 'UNSPECIFIED')) continue;
    const isPast = isStart ? now.time >= (out ?? Infinity) : now.time <= (start ?? -Infinity);
    if (isPast) return { refusal: 'OUT_BEFORE_IN', session };
    const around = before.find((each) => each !== session && isAround(each, now.time));
    if (around !== undefined) return { refusal: 'OVERLAPS', session: around };
    const isInside = isAround(session, now.time);
    return { refusal: isInside ? 'OVERLAPS' : 'SESSION_TOO_LONG', session };
  }
  return { refusal: 'OVERLAPS', session };
}
