// Decides whether corrections of punches are refused, one or several together. They are judged by
// the roles of punches in the resulting sessions, never by an order: each new punch must do what it
// says, and each punch that stays must keep its role. Times here are whole seconds.

import type { ClockRefusal } from '../facts/errors.js';
import type { Instant } from '../time/time.js';
import { areSamePresences, beginningOf, isSamePresence, type Presence } from './presence.js';
import { type Part, partOf, type Role, type SaidPunch } from './punch-roles.js';

/** One correction: the punch that no longer counts, the punch that counts instead, or both. */
export interface Correction {
  readonly old: SaidPunch | undefined;
  readonly now: SaidPunch | undefined;
}

export interface Corrections {
  readonly corrections: readonly Correction[];
  /** The punches around them that stay. */
  readonly others: readonly SaidPunch[];
  /**
   * The sessions around all of them, counting every pair of punches: as they are, and as they would
   * be.
   */
  readonly before: readonly Presence[];
  readonly after: readonly Presence[];
}

export interface CorrectionProblem {
  readonly refusal: ClockRefusal;
  /** The session in conflict; undefined: none. */
  readonly session: Presence | undefined;
  /** The index of the correction at fault; undefined if no single one is. */
  readonly place: number | undefined;
  /** A punch that stays but would lose its role; undefined: none. */
  readonly robbed: SaidPunch | undefined;
}

/** Returns why corrections are refused; undefined if they are accepted. */
export function checkCorrections(change: Corrections): CorrectionProblem | undefined {
  const { corrections, before, after } = change;
  // A punch reported twice may do nothing, before and after. An added punch must do something.
  const isAdding = corrections.some(({ old }) => old === undefined);
  if (!isAdding && areSamePresences(before, after)) return undefined;
  for (const [place, { old, now }] of corrections.entries()) {
    if (now === undefined || isDone(now, old, change)) continue;
    return { ...undone(now, old, change), place, robbed: undefined };
  }
  return lost(change) ?? left(change);
}

const SAYS: Readonly<Record<SaidPunch['kind'], readonly Role[]>> = {
  IN: ['ARRIVES'],
  OUT: ['LEAVES'],
  BREAK_START: ['PAUSES'],
  BREAK_END: ['RETURNS'],
  UNSPECIFIED: ['ARRIVES', 'LEAVES', 'RETURNS'],
};

/** Whether a new punch does what it says. */
function isDone(now: SaidPunch, old: SaidPunch | undefined, change: Corrections): boolean {
  const { corrections, before, after } = change;
  const part = partOf(now, after);
  if (part === undefined) return false;
  const was = old && partOf(old, before);
  if (part.role === 'LEAVES_ALONE') {
    // It had no arrival before, or the only correction changes the kind of a punch without a pair.
    const isMending = corrections.length === 1 && old?.kind !== now.kind;
    return was?.role === 'LEAVES_ALONE' || (isMending && was?.isPaired === false);
  }
  if (part.role === 'PAUSES' && !part.isPaired && part.session.out !== undefined) {
    // The session would end during a break. A corrected punch can say so, an added one cannot.
    return old !== undefined && (corrections.length === 1 || was?.isPaired === false);
  }
  return SAYS[part.isTyped ? now.kind : 'UNSPECIFIED'].includes(part.role);
}

type Undone = Pick<CorrectionProblem, 'refusal' | 'session'>;

function undone(now: SaidPunch, old: SaidPunch | undefined, change: Corrections): Undone {
  const { before, after } = change;
  const { kind, time } = now;
  const was = old && partOf(old, before);
  const around = lookedUp(
    after.find((each) => isAround(each, time)),
    change,
  );
  if (kind === 'OUT') return undoneDeparture(time, around, change);
  const latest = lookedUp(
    after.findLast((each) => beginningOf(each) <= time),
    change,
  );
  if (kind === 'IN' || kind === 'UNSPECIFIED') {
    return { refusal: 'OVERLAPS', session: around ?? latest };
  }
  // The end of a break that leaves its session, or no longer fits into it.
  if (was !== undefined && old?.kind === kind) {
    return { refusal: 'OVERLAPS', session: was.session };
  }
  if (around === undefined) return { refusal: 'NOT_CLOCKED_IN', session: latest };
  if (kind === 'BREAK_END') return { refusal: 'NOT_ON_BREAK', session: around };
  const isBegun = partOf(now, after) !== undefined;
  return { refusal: isBegun ? 'OVERLAPS' : 'ALREADY_ON_BREAK', session: around };
}

function undoneDeparture(time: Instant, around: Presence | undefined, change: Corrections): Undone {
  const { after } = change;
  if (around !== undefined) return { refusal: 'OVERLAPS', session: around };
  const latest = after.findLast((each) => beginningOf(each) < time && each.out !== time);
  if (latest?.in !== undefined && latest.out === undefined) {
    return { refusal: 'SESSION_TOO_LONG', session: lookedUp(latest, change) };
  }
  const next = after.find(({ in: start, out }) => start !== undefined && start >= time && !out);
  if (next !== undefined) return { refusal: 'OUT_BEFORE_IN', session: lookedUp(next, change) };
  return { refusal: 'NOT_CLOCKED_IN', session: lookedUp(latest, change) };
}

/** A session as it was before the corrections, if it existed. */
function lookedUp(session: Presence | undefined, { before }: Corrections): Presence | undefined {
  const isIt = ({ in: start }: Presence) => start !== undefined && start === session?.in;
  return before.find(isIt) ?? session;
}

function isAround({ in: start, out }: Presence, time: Instant): boolean {
  return start !== undefined && out !== undefined && start < time && time < out;
}

/** What a punch's role may become: an employee who presses IN on a break comes back from it. */
const KEPT_AS: Readonly<Record<Role, readonly Role[]>> = {
  ARRIVES: ['ARRIVES', 'RETURNS'],
  LEAVES: ['LEAVES'],
  LEAVES_ALONE: ['LEAVES_ALONE', 'LEAVES'],
  PAUSES: ['PAUSES'],
  RETURNS: ['RETURNS', 'ARRIVES'],
};

/** A punch that stays but would lose its role. */
function lost(change: Corrections): CorrectionProblem | undefined {
  const { others, before, after } = change;
  const gone = before.filter((session) => !after.some((each) => isSamePresence(each, session)));
  // There may be thousands of punches around, but most are in no session that changed.
  const edges = new Set(gone.flatMap(edgesOf));
  for (const punch of others) {
    const was = edges.has(punch.time) ? partOf(punch, gone) : undefined;
    if (was === undefined) continue;
    const is = partOf(punch, after);
    if (is !== undefined && isKept(was, is, change)) continue;
    return { ...lossOf(was.session, change), place: undefined, robbed: punch };
  }
  return undefined;
}

function edgesOf({ in: start, out, breaks }: Presence): readonly (Instant | undefined)[] {
  return [start, out, ...breaks.flatMap((pause) => [pause.start, pause.end])];
}

function isKept(was: Part, is: Part, change: Corrections): boolean {
  // If arrivals and departures alternate, the punch's kind has no meaning that could be lost.
  if (!was.isTyped || !is.isTyped) return true;
  if (!KEPT_AS[was.role].includes(is.role)) return false;
  if (!was.isPaired || is.isPaired || is.role === 'RETURNS') return true;
  return was.role === 'ARRIVES' && isMendedInside(is.session, change);
}

/** Whether this repairs a single wrong kind: a departure that began a break of the same session. */
function isMendedInside({ in: start }: Presence, change: Corrections): boolean {
  const pause = begunBreak(change);
  return pause !== undefined && partOf(pause, change.after)?.session.in === start;
}

/** The new punch, if the only correction turns a departure into the beginning of a break. */
function begunBreak({ corrections }: Corrections): SaidPunch | undefined {
  const [{ old, now } = {}, ...others] = corrections;
  const isIt = others.length === 0 && old?.kind === 'OUT' && now?.kind === 'BREAK_START';
  return isIt ? now : undefined;
}

/** Why a session would lose its other punch. Usually, one end of the session was moved. */
function lossOf(session: Presence, { corrections, before }: Corrections): Undone {
  const { in: start, out } = session;
  for (const { old, now } of corrections) {
    if (old === undefined || now === undefined) continue;
    const [isStart, isOut] = [old.time === start, old.time === out];
    const other = isStart ? out : start;
    // If both ends moved, neither is too near or too far: the lost punch lies between them.
    if (corrections.some((each) => each.old !== undefined && each.old.time === other)) break;
    if ((!isStart && !isOut) || (now.kind !== old.kind && now.kind !== 'UNSPECIFIED')) continue;
    const isPast = isStart ? now.time >= (out ?? Infinity) : now.time <= (start ?? -Infinity);
    if (isPast) return { refusal: 'OUT_BEFORE_IN', session };
    const around = before.find((each) => each !== session && isAround(each, now.time));
    if (around !== undefined) return { refusal: 'OVERLAPS', session: around };
    return { refusal: isAround(session, now.time) ? 'OVERLAPS' : 'SESSION_TOO_LONG', session };
  }
  return { refusal: 'OVERLAPS', session };
}

/**
 * A session that would lack an end, if there would be more such sessions than before. Among punches
 * without a meaningful kind, no single one is to blame. An employee with a new arrival may still be
 * there.
 */
function left(change: Corrections): CorrectionProblem | undefined {
  const { corrections, before, after } = change;
  if (begunBreak(change) !== undefined) return undefined;
  const came = corrections.flatMap(({ old, now }) => {
    const isPaired = old !== undefined && partOf(old, before)?.isPaired === true;
    return now?.kind === 'IN' && !isPaired ? [now.time] : [];
  });
  const isLacking = ({ in: start, out }: Presence) => start === undefined || out === undefined;
  const lacking = after.filter(
    (each) => isLacking(each) && (each.in === undefined || !came.includes(each.in)),
  );
  if (lacking.length <= before.filter(isLacking).length) return undefined;
  const session = lacking.find((each) => !before.some((other) => isSamePresence(each, other)));
  const end = session?.in ?? session?.out;
  const whole = before.find((each) => !isLacking(each) && (each.in === end || each.out === end));
  const about = whole ?? lookedUp(session, change);
  if (about === undefined) return undefined;
  return { ...lossOf(about, change), place: undefined, robbed: undefined };
}
