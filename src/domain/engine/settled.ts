// Recognises days on which no window can have torn a visit, without looking for visits: most
// employees leave each shift and arrive for the next. Only a faster way to the same answer
// (allotment.ts).

import { firstAtOrAfter, type Punch, type Timeline } from '../facts/punch.js';
import { rulesAt } from '../roster/off-shift-spans.js';
import type { DayPlan } from '../roster/plan.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import { MAX_UNTYPED_SECONDS } from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import { byWindow, within } from './division.js';
import { isUntyped } from './pairing.js';

/** Punches, and the shift in whose window each is. */
export interface WindowPunches {
  readonly punches: readonly Punch[];
  readonly shifts: readonly (PlannedShift | undefined)[];
}

/**
 * The punches of a usual date: each of its shifts has its whole visits, and nothing is off shift.
 * Undefined if that is not certain. It looks at fewer punches than the plan's reach has.
 */
export function settledPunches(plan: DayPlan, timeline: Timeline): WindowPunches | undefined {
  const { shifts: own, near, offShiftRange } = plan;
  let { from, to } = offShiftRange;
  for (const { window } of own) {
    if (window.from < from) from = window.from;
    if (window.to > to) to = window.to;
  }
  const punches = within(timeline, from, to);
  if (punches.length === 0) return own.length === 0 ? { punches, shifts: [] } : undefined;
  const shifts = byWindow(near, punches, timeline);
  // An employee on a break may come back into the first of them.
  const before = timeline[firstAtOrAfter(timeline, from) - 1];
  if (shifts.includes(undefined) || before?.kind === 'BREAK_START') return undefined;
  for (const shift of own) if (!isSettled(shift, punches, shifts)) return undefined;
  return { punches, shifts };
}

/** Whether a shift's punches leave nothing open, and nothing before them is open. */
function isSettled(
  shift: PlannedShift,
  punches: readonly Punch[],
  shifts: readonly (PlannedShift | undefined)[],
): boolean {
  const [from, to] = [shifts.indexOf(shift), shifts.lastIndexOf(shift)];
  const [first, last] = [punches[from], punches[to]];
  if (first === undefined || last === undefined) return false;
  const { work } = shift.shift;
  if (mayBeOthers(shift, first.time, last.time)) return false;
  if (!isUntyped(first.kind, work)) {
    if (punches[from - 1]?.kind === 'BREAK_START') return false;
    const isClosed = first.kind === 'IN' && last.kind === 'OUT';
    return isClosed && isAlone(punches, from) && isAlone(punches, to);
  }
  for (let place = from; place <= to; place += 1) {
    const kind = punches[place]?.kind ?? 'IN';
    if (!isUntyped(kind, work) || !isAlone(punches, place)) return false;
  }
  return work.repeatSeconds === 0 && (to - from) % 2 === 1;
}

/** Whether punches of a shift's window may be several sessions, or another shift's. */
function mayBeOthers(
  { shift, contestedBefore, contestedAfter }: PlannedShift,
  first: Instant,
  last: Instant,
): boolean {
  if (shift.maxSessionSeconds !== 0 || shift.work.repeatsAnyKind) return true;
  const isInEarlier = contestedBefore !== undefined && first < contestedBefore.earlierEnd;
  return isInEarlier || (contestedAfter !== undefined && last > contestedAfter.laterStart);
}

/** The order of several punches of one instant is a separate question. */
function isAlone(punches: readonly Punch[], place: number): boolean {
  const time = punches[place]?.time;
  return time !== punches[place - 1]?.time && time !== punches[place + 1]?.time;
}

/** Whether any visit can be torn. May be true in vain, never falsely false. */
export function isAnyTorn(
  { near, offShift }: DayPlan,
  punches: readonly Punch[],
  shifts: readonly (PlannedShift | undefined)[],
): boolean {
  for (let place = 1; place < punches.length; place += 1) {
    const [before, punch] = [punches[place - 1], punches[place]];
    const [shift, next] = [shifts[place - 1], shifts[place]];
    if (before === undefined || punch === undefined) break;
    if (shift === next && shift !== undefined && mayBeOthers(shift, before.time, punch.time))
      return true;
    if (shift === next && (shift !== undefined || !isAcross(near, before, punch))) continue;
    if (before.kind === 'BREAK_START') return true;
    if (shift?.shift.work.repeatsAnyKind) return true;
    const isFree = isUntyped(before.kind, shift?.shift.work ?? rulesAt(offShift, before.time).work);
    const isNextFree = isUntyped(
      punch.kind,
      next?.shift.work ?? rulesAt(offShift, punch.time).work,
    );
    if (isFree && isNextFree && punch.time - before.time > MAX_UNTYPED_SECONDS * 1000) continue;
    if ((isFree || before.kind !== 'OUT') && (isNextFree || punch.kind !== 'IN')) return true;
  }
  return false;
}

/** Whether a shift shares time with the gap between two off-shift punches. */
function isAcross(near: readonly PlannedShift[], before: Punch, punch: Punch): boolean {
  return near.some(({ start, end }) => start < punch.time && end > before.time);
}
