// Finds the shift in whose window each punch is, and divides punches that two windows claim.

import { firstAtOrAfter, type Punch, type Timeline } from '../facts/punch.js';
import type { Contested, PlannedShift } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';

/** The point that divides contested punches. */
export interface Division {
  readonly time: Instant;
  readonly by: 'ARRIVAL' | 'DEPARTURE' | 'NEARER';
}

/** Whether a division decided any punch: one outside the hours of the shift that it went to. */
export function isDecisive(
  { window, contestedAfter }: PlannedShift,
  division: Division,
  punches: Timeline,
): boolean {
  if (contestedAfter === undefined) return false;
  const { earlierEnd, laterStart } = contestedAfter;
  return within(punches, window.from, window.to).some((punch) =>
    isEarlier(division, punch) ? punch.time > earlierEnd : punch.time < laterStart,
  );
}

/** Both ends included. */
export function within(punches: Timeline, from: Instant, to: Instant): readonly Punch[] {
  return punches.slice(firstAtOrAfter(punches, from), firstAtOrAfter(punches, to + 1));
}

/**
 * Divides the contested punches at the arrival that begins the later shift. Without one, at the
 * last departure that is nearer to the end of the earlier shift than to that of the later. Punches
 * without a kind go to the nearer shift.
 */
export function divisionOf(contested: Contested, punches: Timeline): Division {
  const { from, to, middle, isTyped, earlierEnd, laterEnd } = contested;
  if (!isTyped) return { time: middle, by: 'NEARER' };
  const arrival = arrivalOfLater(contested, punches);
  if (arrival !== undefined) return { time: arrival, by: 'ARRIVAL' };
  const departure = within(punches, from, to).findLast(
    ({ kind, time }) => kind === 'OUT' && time - earlierEnd <= laterEnd - time,
  )?.time;
  if (departure === undefined || departure <= middle) return { time: middle, by: 'NEARER' };
  return { time: departure, by: 'DEPARTURE' };
}

/** Whether a punch belongs to the earlier shift. */
export function isEarlier({ time: dividedTime, by }: Division, { time, kind }: Punch): boolean {
  if (by === 'NEARER') return time <= dividedTime;
  if (time !== dividedTime || by === 'DEPARTURE') return time <= dividedTime;
  return kind === 'OUT' || kind === 'BREAK_END';
}

/** The first arrival in the contested time that begins the later shift. */
function arrivalOfLater(contested: Contested, punches: Timeline): Instant | undefined {
  const { from, to, earlierEnd } = contested;
  const end = firstAtOrAfter(punches, to + 1);
  for (let index = firstAtOrAfter(punches, from); index < end; index += 1) {
    const punch = punches[index];
    if (punch?.kind !== 'IN') continue;
    const { time } = punch;
    if (time >= earlierEnd || beginsLater(contested, punches, index, time)) return time;
  }
  return undefined;
}

/**
 * Whether an arrival within the hours of the earlier shift begins the later one. An employee who
 * was there before comes back to the earlier shift if most of their time until they leave again
 * lies in its hours. An employee not seen before comes for the shift with the nearer start.
 */
function beginsLater(
  { to, earlierStart, earlierEnd, laterStart }: Contested,
  punches: Timeline,
  index: number,
  arrival: Instant,
): boolean {
  const before = punches[index - 1];
  const wasThere = before !== undefined && before.time >= earlierStart;
  if (!wasThere) return laterStart - arrival < Math.abs(arrival - earlierStart);
  for (let next = index + 1; next < punches.length; next += 1) {
    const punch = punches[next];
    if (punch === undefined || punch.time > to) break;
    if (punch.kind !== 'OUT' && punch.kind !== 'UNSPECIFIED') continue;
    return punch.time - Math.max(laterStart, earlierEnd) > earlierEnd - arrival;
  }
  return true;
}

/** The shifts in whose windows punches are. Punches in two windows are divided. */
export function byWindow(
  near: readonly PlannedShift[],
  punches: readonly Punch[],
  timeline: Timeline,
): (PlannedShift | undefined)[] {
  let divisions: Map<PlannedShift, Division> | undefined;
  const shifts: (PlannedShift | undefined)[] = [];
  let first = 0;
  for (const punch of punches) {
    while ((near[first]?.window.to ?? Infinity) < punch.time) first += 1;
    let shift = near[first];
    for (let index = first + 1; shift !== undefined; index += 1) {
      const next = near[index];
      if (next === undefined || next.window.from > punch.time) break;
      divisions ??= new Map();
      if (isEarlierOf(shift, punch, divisions, timeline)) break;
      shift = next;
    }
    shifts.push(shift !== undefined && shift.window.from <= punch.time ? shift : undefined);
  }
  return shifts;
}

/** Whether a punch in two windows belongs to the earlier shift. */
function isEarlierOf(
  shift: PlannedShift,
  punch: Punch,
  divisions: Map<PlannedShift, Division>,
  timeline: Timeline,
): boolean {
  if (shift.contestedAfter === undefined) return true;
  const division = divisions.get(shift) ?? divisionOf(shift.contestedAfter, timeline);
  divisions.set(shift, division);
  return isEarlier(division, punch);
}
