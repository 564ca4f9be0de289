// Types of breaks: finds the type of each break, which types took too long, how much is paid, and
// what is deducted from work in the time of a break by the clock. Windows are local times of each
// date that the work touches.

import type { Trace } from '../explain/finding.js';
import type { Break } from '../facts/day.js';
import type { Window } from '../roster/planned-shift.js';
import type { BreakType } from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import { epochDayAt, instantReached, type Zone } from '../time/zone.js';
import { between, type ClosedSession } from './closed-session.js';

const DAY_SECONDS = 86_400;

/** A type with its windows as instants, as far as they are near the work. */
export interface TimedType {
  readonly type: BreakType;
  /** Empty if the type has no window. */
  readonly windows: readonly Window[];
}

export const NO_TYPES: readonly TimedType[] = [];

/** The types for work between two times. */
export function timedTypes(
  types: readonly BreakType[],
  from: Instant,
  to: Instant,
  zone: Zone,
): readonly TimedType[] {
  if (types.length === 0) return NO_TYPES;
  const [first, last] = [epochDayAt(zone, from) - 1, epochDayAt(zone, to)];
  return types.map((type) => {
    const { window } = type;
    const windows: Window[] = [];
    if (window === undefined) return { type, windows };
    const { startSecond, endSecond } = window;
    for (let day = first; day <= last; day += 1) {
      const start = instantReached(zone, day, startSecond);
      const end = instantReached(zone, endSecond > startSecond ? day : day + 1, endSecond);
      // The clocks can skip the window.
      if (start < end) windows.push({ from: start, to: end });
    }
    return { type, windows };
  });
}

/**
 * A break with its type: the one whose windows it overlaps most, else the type without a window.
 */
export function withType(pause: Break, types: readonly TimedType[]): Break {
  const { start, end } = pause;
  // An open break counts at its beginning.
  const until = Math.max(end ?? start, start + 1000);
  let found = types.find(({ type }) => type.window === undefined);
  let most = 0;
  for (const timed of types) {
    const shared = timed.windows.reduce(
      (sum, { from, to }) => sum + Math.max(0, Math.min(to, until) - Math.max(from, start)),
      0,
    );
    if (shared > most) [most, found] = [shared, timed];
  }
  return found === undefined ? pause : { start, end, typeId: found.type.breakTypeId };
}

/** The effect of the types on the breaks of one shift, or one period of work. */
export interface TypedBreaks {
  /** Breaks that have a type. */
  readonly takenSeconds: number;
  readonly paidSeconds: number;
  /** Work deducted as a break by the clock. */
  readonly deductedSeconds: number;
  readonly isAnyTooLong: boolean;
}

export const NO_TYPED_BREAKS: TypedBreaks = {
  takenSeconds: 0,
  paidSeconds: 0,
  deductedSeconds: 0,
  isAnyTooLong: false,
};

/**
 * `sessions` as they count, by beginning. `spareSeconds`: break time that rounding added to what
 * was taken. Like breaks without a type, it reduces what is deducted for a break by the clock.
 */
export function typedBreaks(
  sessions: readonly ClosedSession[],
  types: readonly TimedType[],
  spareSeconds: number,
  shiftId: string | undefined,
  trace: Trace,
): TypedBreaks {
  const pauses = pausesOf(sessions, types);
  for (const { start, end, typeId } of trace === undefined ? [] : pauses) {
    if (typeId === undefined || end === undefined) continue;
    const [startTime, endTime] = [start, end];
    trace?.push({ rule: 'BREAK_OF_TYPE', shiftId, breakTypeId: typeId, startTime, endTime });
  }
  const sum = { takenSeconds: 0, paidSeconds: 0, deductedSeconds: 0, isAnyTooLong: false };
  let spare = spareSeconds + secondsOf(pauses, undefined);
  for (const { type, windows } of types) {
    const { breakTypeId } = type;
    const takenSeconds = secondsOf(pauses, breakTypeId);
    const lengthSeconds = lengthOf(type);
    sum.takenSeconds += takenSeconds;
    if (lengthSeconds > 0 && takenSeconds > lengthSeconds) {
      sum.isAnyTooLong = true;
      trace?.push({ rule: 'BREAK_TOO_LONG', shiftId, breakTypeId, takenSeconds, lengthSeconds });
    }
    if (type.isPaid && takenSeconds > 0) {
      const paidSeconds = Math.min(takenSeconds, lengthSeconds || Infinity);
      sum.paidSeconds += paidSeconds;
      trace?.push({ rule: 'BREAK_TYPE_PAID', shiftId, breakTypeId, takenSeconds, paidSeconds });
    }
    if (!type.isByClock) continue;
    const missing = Math.max(0, lengthSeconds - takenSeconds);
    const deductedSeconds = Math.min(workedWithin(sessions, windows), Math.max(0, missing - spare));
    spare = Math.max(0, spare - missing);
    sum.deductedSeconds += deductedSeconds;
    if (deductedSeconds === 0) continue;
    trace?.push({
      rule: 'BREAK_BY_CLOCK',
      shiftId,
      breakTypeId,
      lengthSeconds,
      takenSeconds,
      deductedSeconds,
    });
  }
  return sum;
}

/** The expected length of a type's breaks, in seconds; 0: as long as they take. */
function lengthOf({ lengthSeconds, window, isByClock }: BreakType): number {
  if (lengthSeconds > 0 || !isByClock || window === undefined) return lengthSeconds;
  const { startSecond, endSecond } = window;
  return endSecond > startSecond ? endSecond - startSecond : endSecond - startSecond + DAY_SECONDS;
}

/** The punched breaks, which have their types, and the gaps between sessions. */
function pausesOf(
  sessions: readonly ClosedSession[],
  types: readonly TimedType[],
): readonly Break[] {
  return sessions.flatMap((session, index) => {
    const before = sessions[index - 1];
    if (before === undefined || before.out >= session.in) return session.breaks;
    return [withType({ start: before.out, end: session.in }, types), ...session.breaks];
  });
}

function secondsOf(pauses: readonly Break[], typeId: string | undefined): number {
  return pauses.reduce(
    (sum, { start, end, typeId: own }) =>
      sum + (own === typeId ? ((end ?? start) - start) / 1000 : 0),
    0,
  );
}

function workedWithin(sessions: readonly ClosedSession[], windows: readonly Window[]): number {
  let seconds = 0;
  for (const { from, to } of windows) {
    for (const session of sessions) seconds += between(session, from, to)?.workedSeconds ?? 0;
  }
  return seconds;
}
