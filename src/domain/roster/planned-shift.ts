// A shift on a date: when it begins and ends, which punches it takes, and which of them its
// neighbours also claim.

import { type Half, halvesOf } from '../facts/declaration.js';
import type { Instant } from '../time/time.js';
import { epochDayAt, instantReached, startOfDay, type Zone } from '../time/zone.js';
import type { Holiday } from './roster.js';
import { DEFAULT_MAX_SESSION_SECONDS, type Shift } from './shift.js';

const DAY_SECONDS = 86_400;

/** How much longer than 24 hours a session of a 24-hour shift may be. Its window has no margins. */
const HANDOVER_SECONDS = 4 * 3600;

/** Both included: a punch in the same second still belongs. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * The time that the windows of two successive shifts both claim. If both shifts trust the keys, it
 * is all that their margins reach, also into each other's hours, because arrivals and departures
 * tell them apart. Otherwise it is only the time between the end of one and the start of the other.
 */
export interface Contested extends Window {
  /** The middle between them, in whole seconds. It decides which shift is nearer. */
  readonly middle: Instant;
  /** The hours of both shifts. */
  readonly earlierStart: Instant;
  readonly earlierEnd: Instant;
  readonly laterStart: Instant;
  readonly laterEnd: Instant;
  /** Whether both shifts trust the keys. */
  readonly isTyped: boolean;
}

/** A shift on a date. */
export interface PlannedShift {
  readonly shift: Shift;
  readonly epochDay: number;
  /** The shift's own zone, or the employee's on the date. */
  readonly zone: Zone;
  readonly start: Instant;
  readonly end: Instant;
  /** The hours with margins, cut where a neighbour's hours begin or end. */
  readonly window: Window;
  /** The time that its window shares with the shift before, and with the one after. */
  readonly contestedBefore: Contested | undefined;
  readonly contestedAfter: Contested | undefined;
  /** The next shift, if their windows touch. */
  readonly nextShiftId: string | undefined;
  /** The first shift of the employee, by start, whose hours overlap with its own. */
  readonly overlapsShiftId: string | undefined;
  /** The holiday in its calendar on its date, as far as it affects this shift. */
  readonly holiday: Holiday | undefined;
}

/** Whether a holiday cancels the whole shift. */
export function isOffForHoliday({ shift, holiday }: PlannedShift): boolean {
  return holiday?.portion === 'WHOLE_DAY' && !shift.worksOnHolidays;
}

/** The half of the shift that a holiday cancels; undefined if it cancels all or nothing. */
export function holidayHalf({ shift, holiday }: PlannedShift): Half | undefined {
  if (holiday === undefined || shift.worksOnHolidays) return undefined;
  return holiday.portion === 'WHOLE_DAY' ? undefined : holiday.portion;
}

/**
 * A holiday as it affects one of a date's shifts, by start. Half of the date can be all of a shift.
 */
export function holidayOf(
  holiday: Holiday | undefined,
  index: number,
  count: number,
): Holiday | undefined {
  if (holiday === undefined || holiday.portion === 'WHOLE_DAY') return holiday;
  const halves = halvesOf(index, count);
  if (halves.length > 1) return holiday;
  return halves[0] === holiday.portion ? { ...holiday, portion: 'WHOLE_DAY' } : undefined;
}

/** The shift that it overlaps, unless a holiday cancels it. */
export function overlapOf(planned: PlannedShift): string | undefined {
  return isOffForHoliday(planned) ? undefined : planned.overlapsShiftId;
}

/** A shift on a date before its neighbours are known. */
export interface RawShift {
  readonly shift: Shift;
  readonly epochDay: number;
  readonly zone: Zone;
  readonly start: Instant;
  readonly end: Instant;
  readonly window: Window;
}

/** The parts of a shift on a date that decide overlaps. */
export type ShiftHours = Omit<RawShift, 'window'>;

/**
 * Whether two shifts of one employee, each with a positive length, overlap. Half-open. If the
 * clocks skip an hour, a shift planned to begin in it moves into the next one. Shifts that are
 * apart on the clock of one zone were not meant to overlap, and do not.
 */
export function shareHours(a: ShiftHours, b: ShiftHours): boolean {
  const shares = Math.max(a.start, b.start) < Math.min(a.end, b.end);
  return shares && (a.zone !== b.zone || overlapOnClock(a, b));
}

function overlapOnClock(a: ShiftHours, b: ShiftHours): boolean {
  const startOf = ({ epochDay, shift }: ShiftHours) => epochDay * DAY_SECONDS + shift.startSecond;
  const [startA, startB] = [startOf(a), startOf(b)];
  return startA < startB + clockSeconds(b.shift) && startB < startA + clockSeconds(a.shift);
}

/** By start. The order is total, so that the order of definitions does not matter. */
export function compareRaw(a: RawShift, b: RawShift): number {
  return (
    a.start - b.start ||
    a.end - b.end ||
    a.epochDay - b.epochDay ||
    (a.shift.shiftId < b.shift.shiftId ? -1 : 1)
  );
}

/** The length of a shift on the wall clock. */
export function clockSeconds({ startSecond, endSecond }: Shift): number {
  return endSecond > startSecond ? endSecond - startSecond : endSecond - startSecond + DAY_SECONDS;
}

export function rawShift(shift: Shift, epochDay: number, zone: Zone): RawShift {
  const isOvernight = shift.endSecond <= shift.startSecond;
  const start = instantReached(zone, epochDay, shift.startSecond);
  const end = instantReached(zone, epochDay + (isOvernight ? 1 : 0), shift.endSecond);
  const from = (start - shift.beforeSeconds * 1000) as Instant;
  const to = (end + shift.afterSeconds * 1000) as Instant;
  return { shift, epochDay, zone, start, end, window: { from, to } };
}

/**
 * Whether a shift takes place: not if the clocks skip all of it, nor on a date that its zone left
 * out, where a night would otherwise leave its rest on the next date.
 */
export function takesPlace({ shift, epochDay, zone, start, end }: RawShift): boolean {
  if (start >= end) return false;
  if (shift.endSecond > shift.startSecond || epochDayAt(zone, start) === epochDay) return true;
  return startOfDay(zone, epochDay) < startOfDay(zone, epochDay + 1);
}

/** The shift with its window cut at its neighbours. */
export function plannedShift(
  before: RawShift | undefined,
  raw: RawShift,
  after: RawShift | undefined,
  overlaps: RawShift | undefined,
  holiday: Holiday | undefined,
): PlannedShift {
  const { shift, epochDay, zone, start, end, window } = raw;
  const contestedBefore = contestedBy(before, raw);
  const contestedAfter = contestedBy(raw, after);
  return {
    shift,
    epochDay,
    zone,
    start,
    end,
    window: {
      from: contestedBefore?.from ?? window.from,
      to: contestedAfter?.to ?? window.to,
    },
    contestedBefore,
    contestedAfter,
    nextShiftId: contestedAfter === undefined ? undefined : after?.shift.shiftId,
    overlapsShiftId: overlaps?.shift.shiftId,
    holiday,
  };
}

/** The time that two shifts both claim; undefined if their windows do not meet. */
function contestedBy(
  earlier: RawShift | undefined,
  later: RawShift | undefined,
): Contested | undefined {
  if (earlier === undefined || later === undefined) return undefined;
  // A roster change that is seen to cause overlaps is refused. Unseen ones give the day
  // SHIFTS_OVERLAP, and here they must only do no harm.
  const between = {
    from: Math.max(later.window.from, Math.min(earlier.end, later.start)) as Instant,
    to: Math.min(earlier.window.to, Math.max(earlier.end, later.start)) as Instant,
  };
  if (between.from > between.to) return undefined;
  const isTyped = earlier.shift.work.pairing === 'TYPED' && later.shift.work.pairing === 'TYPED';
  const shared = {
    from: Math.max(later.window.from, earlier.start) as Instant,
    to: Math.min(earlier.window.to, later.end) as Instant,
  };
  const { from, to } = isTyped ? shared : between;
  return {
    from,
    to,
    middle: (Math.floor((between.from + between.to) / 2000) * 1000) as Instant,
    earlierStart: earlier.start,
    earlierEnd: earlier.end,
    laterStart: later.start,
    laterEnd: later.end,
    isTyped,
  };
}

/** The longest session of a shift. If not given, at least its window by the clock. */
export function maxSessionSeconds(shift: Shift): number {
  const { beforeSeconds, afterSeconds, startSecond, endSecond } = shift;
  if (shift.maxSessionSeconds !== 0) return shift.maxSessionSeconds;
  if (startSecond === endSecond) return DAY_SECONDS + HANDOVER_SECONDS;
  return Math.max(DEFAULT_MAX_SESSION_SECONDS, beforeSeconds + clockSeconds(shift) + afterSeconds);
}

/** The moment between the two halves of a shift. */
export function halvesMeetAt(planned: PlannedShift): Instant {
  const { halvesMeetSecond: second } = planned.shift;
  if (second !== undefined) return timeWithin(planned, second);
  const { from, to } = coreOf(planned) ?? { from: planned.start, to: planned.end };
  return (from + Math.floor((to - from) / 2000) * 1000) as Instant;
}

/** The core time of a shift with flexible hours; undefined: none. */
export function coreOf(planned: PlannedShift): Window | undefined {
  const core = planned.shift.flexible?.core;
  if (core === undefined) return undefined;
  const from = timeWithin(planned, core.startSecond);
  const to = timeWithin(planned, core.endSecond);
  return from < to ? { from, to } : undefined;
}

/** The instant of a time of day within a shift. A time equal to its end is its end. */
function timeWithin({ shift, epochDay, zone, start, end }: PlannedShift, second: number): Instant {
  if (second === shift.endSecond) return end;
  const at = instantReached(zone, epochDay + (second < shift.startSecond ? 1 : 0), second);
  return Math.min(Math.max(at, start), end) as Instant;
}

/** Whether an employee who is there at the end of a shift may be there for the next one. */
export function isTouching(earlier: PlannedShift, later: PlannedShift): boolean {
  return (
    earlier.end === later.start &&
    earlier.shift.work.pairing === 'TYPED' &&
    later.shift.work.pairing === 'TYPED'
  );
}

/**
 * A shift's window, extended by what decides whether an arrival in it belongs to the shift before.
 */
export function neededBy({ window, contestedBefore }: PlannedShift): Window {
  const from = contestedBefore?.isTyped ? contestedBefore.earlierStart : window.from;
  return { from: Math.min(from, window.from) as Instant, to: window.to };
}
