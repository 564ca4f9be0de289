// Turns sessions into worked time: what counts, and the effect of the rules for breaks and
// rounding. Sessions stay as punched; only the sum changes.

import type { Trace } from '../explain/finding.js';
import type { Session } from '../facts/day.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import type { WorkRules } from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import type { Zone } from '../time/zone.js';
import {
  NO_TYPED_BREAKS,
  NO_TYPES,
  type TimedType,
  timedTypes,
  typedBreaks,
  withType,
} from './break-types.js';
import { breakSecondsOf, type ClosedSession, isClosed } from './closed-session.js';
import { type CountedPart, countedPart } from './counted-part.js';
import type { Pairing, PunchedSession } from './pairing.js';
import { deductBreak } from './required-breaks.js';
import { roundSeconds, roundTime } from './rounding.js';

/** The work from the punches of one shift, or of one period of work. */
export interface CountedWork {
  /** Sorted by beginning. */
  readonly sessions: readonly Session[];
  readonly firstIn: Instant | undefined;
  readonly lastOut: Instant | undefined;
  /** The last session, if it has no departure. */
  readonly open: Session | undefined;
  /** After the rules, in seconds, 0 or more. */
  readonly workedSeconds: number;
  /** Work that the shift's rules do not count, in seconds. */
  readonly uncountedSeconds: number;
  /** The sum of the sessions before the rules, in seconds. */
  readonly exactSeconds: number;
}

/** The parts of a pairing that are counted. */
export type PairedSessions = Pick<Pairing, 'anomalies' | 'longestMs' | 'sessions' | 'shiftId'>;

/**
 * Counts the sessions of a pairing. `closesAt` says when a session without a departure closes.
 * `planned` is its shift, if any.
 */
export function countWork(
  pairing: PairedSessions,
  rules: WorkRules,
  closesAt: (arrival: Instant) => Instant,
  zone: Zone,
  planned: PlannedShift | undefined,
  trace: Trace,
): CountedWork {
  const { shiftId } = pairing;
  const punched = rules.hours === 'EVERY_PAIR' ? pairing.sessions : firstToLast(pairing);
  const types = typesOf(punched, rules, zone);
  const sessions = punched.map((session) => toSession(session, shiftId, closesAt, types));
  const last = sessions.at(-1);
  const open = last !== undefined && last.out === undefined ? last : undefined;
  const firstIn = sessions.find((session) => session.in !== undefined)?.in;
  const exactSeconds = sessions.reduce((sum, { workedSeconds }) => sum + workedSeconds, 0);
  const isLeftOver = punched.length > 1 && punched.at(-1)?.isUntyped === true;
  if (trace !== undefined) traceSessions(sessions, isLeftOver, shiftId, trace);
  const closed = sessions.filter(isClosed);
  const part = planned && countedPart(closed, planned, trace);
  const counted = part?.sessions ?? closed;
  const scope = { pairing, part, rules, types, zone, shiftId, trace };
  return {
    sessions,
    firstIn,
    lastOut: lastOutOf(punched),
    open,
    workedSeconds: counted.length > 0 ? applyRules(counted, scope) : 0,
    uncountedSeconds: part?.uncountedSeconds ?? 0,
    exactSeconds,
  };
}

/** The break types near the punched sessions. */
function typesOf(
  punched: readonly PunchedSession[],
  { breakTypes }: WorkRules,
  zone: Zone,
): readonly TimedType[] {
  const [first, last] = [punched[0], punched.at(-1)];
  if (breakTypes.length === 0 || first === undefined || last === undefined) return NO_TYPES;
  const from = first.in ?? first.out;
  const to = last.out ?? last.breaks.at(-1)?.start ?? last.in;
  return from === undefined || to === undefined ? NO_TYPES : timedTypes(breakTypes, from, to, zone);
}

/**
 * The last departure. If punches have no kind, the last of several is a departure, even without an
 * arrival of its own: it is the last sign of the employee.
 */
function lastOutOf(punched: readonly PunchedSession[]): Instant | undefined {
  const last = punched.at(-1);
  if (last === undefined) return undefined;
  if (last.out !== undefined) return last.out;
  if (last.isUntyped && punched.length > 1) return last.in;
  return punched.findLast(({ out }) => out !== undefined)?.out;
}

/** One session from the first arrival to the last departure, and the sessions outside it. */
function firstToLast({ sessions: punched, longestMs }: PairedSessions): readonly PunchedSession[] {
  const index = punched.findIndex((session) => session.in !== undefined);
  const first = punched[index];
  const out = lastOutOf(punched.slice(Math.max(index, 0)));
  if (first?.in === undefined || out === undefined || out - first.in > longestMs) return punched;
  const inside = punched.slice(index).filter(({ in: start }) => start === undefined || start < out);
  const last = punched.at(-1);
  const whole: PunchedSession = {
    in: first.in,
    out,
    breaks: inside.flatMap(({ breaks }) => breaks),
    isUntyped: first.isUntyped,
    ...(inside.at(-1)?.autoCloseAt === out ? { autoCloseAt: out } : {}),
  };
  const isBack = last?.in !== undefined && last.out === undefined && !last.isUntyped;
  return [...punched.slice(0, index), whole, ...(isBack ? [last] : [])];
}

function toSession(
  { in: start, out, breaks: paused, autoCloseAt: at }: PunchedSession,
  shiftId: string | undefined,
  closesAt: (arrival: Instant) => Instant,
  types: readonly TimedType[],
): Session {
  const breaks = types.length === 0 ? paused : paused.map((pause) => withType(pause, types));
  const isAuto = at !== undefined && start !== undefined;
  const closing = isAuto ? { autoClose: { at, closesAt: closesAt(start) } } : undefined;
  if (start === undefined || out === undefined) {
    const isOpen = start !== undefined;
    return {
      in: start,
      out,
      shiftId,
      workedSeconds: 0,
      breaks,
      closesAt: isOpen ? closesAt(start) : undefined,
      ...closing,
    };
  }
  const workedSeconds = (out - start) / 1000 - breakSecondsOf(breaks);
  const session = { in: start, out, shiftId, workedSeconds, breaks, closesAt: undefined };
  return closing === undefined ? session : { ...session, ...closing };
}

/** The rules and context for counting a shift, or a period of work. */
interface Scope {
  readonly pairing: PairedSessions;
  readonly part: CountedPart | undefined;
  readonly rules: WorkRules;
  readonly types: readonly TimedType[];
  readonly zone: Zone;
  readonly shiftId: string | undefined;
  readonly trace: Trace;
}

function applyRules(closed: readonly ClosedSession[], scope: Scope): number {
  const { pairing, rules, types, shiftId, trace } = scope;
  const taken = breaksTaken(closed);
  const exact = closed.reduce((sum, { workedSeconds }) => sum + workedSeconds, 0);
  // A single session needs no further explanation.
  if (closed.length > 1 || rules.hours === 'FIRST_IN_TO_LAST_OUT') {
    const { hours } = rules;
    trace?.push({
      rule: 'HOURS_COUNTED',
      shiftId,
      hours,
      workedSeconds: exact,
      breakSeconds: taken,
    });
  }
  const edges = roundEdges(closed, scope);
  const counted = roundBreaks(taken, rules, shiftId, trace);
  const roundedUp = Math.max(0, counted - taken);
  const typed =
    types.length === 0
      ? NO_TYPED_BREAKS
      : typedBreaks(withEdges(closed, edges), types, roundedUp, shiftId, trace);
  if (typed.isAnyTooLong) pairing.anomalies.add('BREAK_TOO_LONG');
  const byClock = typed.deductedSeconds;
  const present = Math.max(0, exact + edges.addedSeconds + taken - counted - byClock);
  const short = shortBreaks(closed, rules, shiftId, trace);
  const rest = Math.max(0, counted - short) + byClock;
  const deducted = deductBreak(present, rest, rules, shiftId, trace);
  // Break time that rounding already gave back is not paid again.
  const paidByType = Math.max(0, typed.paidSeconds - Math.max(0, taken - counted));
  const ofNoType = Math.max(0, counted - typed.takenSeconds);
  const paid = Math.min(ofNoType, rules.paidBreakSeconds);
  if (paid > 0)
    trace?.push({ rule: 'BREAK_PAID', shiftId, takenSeconds: ofNoType, paidSeconds: paid });
  const worked = Math.max(0, present - deducted + paidByType + paid);
  return roundWorked(worked, rules, closed.at(-1)?.out, shiftId, trace);
}

/** Punched breaks and the gaps between sessions, in seconds. */
function breaksTaken(closed: readonly ClosedSession[]): number {
  return closed.reduce(
    (sum, { breaks }, index) => sum + awayBefore(closed, index) + breakSecondsOf(breaks),
    0,
  );
}

/** The gap before a session, in seconds; 0 before the first. */
function awayBefore(closed: readonly ClosedSession[], index: number): number {
  const [before, session] = [closed[index - 1], closed[index]];
  return before === undefined || session === undefined ? 0 : (session.in - before.out) / 1000;
}

/** The part of the breaks taken that is too short to count towards a required break, in seconds. */
function shortBreaks(
  closed: readonly ClosedSession[],
  { minBreakSeconds, breakDeductions }: WorkRules,
  shiftId: string | undefined,
  trace: Trace,
): number {
  if (minBreakSeconds === 0 || breakDeductions.length === 0) return 0;
  const lengths = closed.flatMap(({ breaks }, index) => [
    awayBefore(closed, index),
    ...breaks.map((pause) => breakSecondsOf([pause])),
  ]);
  const short = lengths.filter((seconds) => seconds > 0 && seconds < minBreakSeconds);
  const shortSeconds = short.reduce((sum, seconds) => sum + seconds, 0);
  const breakCount = short.length;
  if (breakCount > 0) {
    trace?.push({ rule: 'BREAKS_TOO_SHORT', shiftId, breakCount, shortSeconds, minBreakSeconds });
  }
  return shortSeconds;
}

/** The first arrival and the last departure as they count. */
interface Edges {
  readonly in: Instant | undefined;
  readonly out: Instant | undefined;
  /** The seconds that rounding adds; negative if it takes some. */
  readonly addedSeconds: number;
}

const PUNCHED_EDGES: Edges = { in: undefined, out: undefined, addedSeconds: 0 };

function roundEdges(
  sessions: readonly ClosedSession[],
  { part, rules: { roundIn, roundOut }, zone, shiftId, trace }: Scope,
): Edges {
  if (roundIn === undefined && roundOut === undefined) return PUNCHED_EDGES;
  const [arrival, departure] = [sessions[0]?.in, sessions.at(-1)?.out];
  const { from = -Infinity, to = Infinity } = part ?? {};
  let edges = PUNCHED_EDGES;
  if (roundIn !== undefined && arrival !== undefined) {
    const countedTime = Math.max(from, roundTime(arrival, roundIn, zone)) as Instant;
    if (countedTime !== arrival) {
      trace?.push({ rule: 'ARRIVAL_ROUNDED', shiftId, punchedTime: arrival, countedTime });
    }
    edges = { ...edges, in: countedTime, addedSeconds: (arrival - countedTime) / 1000 };
  }
  if (roundOut !== undefined && departure !== undefined) {
    const countedTime = Math.min(to, roundTime(departure, roundOut, zone)) as Instant;
    if (countedTime !== departure) {
      trace?.push({ rule: 'DEPARTURE_ROUNDED', shiftId, punchedTime: departure, countedTime });
    }
    const addedSeconds = edges.addedSeconds + (countedTime - departure) / 1000;
    edges = { ...edges, out: countedTime, addedSeconds };
  }
  return edges;
}

/** The sessions, beginning and ending at the edges that count. */
function withEdges(
  sessions: readonly ClosedSession[],
  { in: first, out: last }: Edges,
): readonly ClosedSession[] {
  if (first === undefined && last === undefined) return sessions;
  return sessions.map((session, index) => ({
    ...session,
    in: index === 0 ? (first ?? session.in) : session.in,
    out: index === sessions.length - 1 ? (last ?? session.out) : session.out,
  }));
}

function roundBreaks(
  takenSeconds: number,
  { roundBreaks: rule }: WorkRules,
  shiftId: string | undefined,
  trace: Trace,
): number {
  if (rule === undefined) return takenSeconds;
  const countedSeconds = roundSeconds(takenSeconds, rule);
  if (countedSeconds !== takenSeconds) {
    trace?.push({ rule: 'BREAKS_ROUNDED', shiftId, takenSeconds, countedSeconds });
  }
  return countedSeconds;
}

function roundWorked(
  exactSeconds: number,
  { roundWorked: rule }: WorkRules,
  departure: Instant | undefined,
  shiftId: string | undefined,
  trace: Trace,
): number {
  if (rule === undefined) return exactSeconds;
  const countedSeconds = roundSeconds(exactSeconds, rule);
  if (countedSeconds !== exactSeconds) {
    const countedOutTime =
      departure === undefined
        ? undefined
        : ((departure + (countedSeconds - exactSeconds) * 1000) as Instant);
    trace?.push({ rule: 'WORKED_ROUNDED', shiftId, exactSeconds, countedSeconds, countedOutTime });
  }
  return countedSeconds;
}

function traceSessions(
  sessions: readonly Session[],
  isLeftOver: boolean,
  shiftId: string | undefined,
  trace: NonNullable<Trace>,
): void {
  for (const session of sessions) {
    const { in: inTime, out: outTime, workedSeconds, closesAt, autoClose } = session;
    if (inTime !== undefined && outTime !== undefined) {
      const breakSeconds = breakSecondsOf(session.breaks);
      trace.push({ rule: 'SESSION', shiftId, inTime, outTime, breakSeconds, workedSeconds });
    } else if (outTime !== undefined) {
      trace.push({ rule: 'NO_ARRIVAL', shiftId, kind: 'OUT', punchTime: outTime });
    } else if (inTime !== undefined && closesAt !== undefined && autoClose === undefined) {
      trace.push({ rule: 'NO_DEPARTURE', shiftId, inTime, untilTime: closesAt, isLeftOver });
    }
  }
}
