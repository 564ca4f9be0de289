// How far a punch can change what off-shift work comes to: from the last place before it to the
// first one behind it where reading surely begins anew, with the punch and without it
// (off-shift.ts). Everything outside of these is read the same. May say too much, never too little:
// shifts' windows, which divide off-shift work too, are not looked at.

import type { Punch } from '../facts/punch.js';
import { utcDay } from '../roster/plan.js';
import type { Window } from '../roster/planned-shift.js';
import type { OffShiftRules } from '../roster/shift.js';
import { wholeSecond } from '../time/time.js';
import { MAX_PUNCHES } from './pairing.js';

/**
 * The times of the first and the last punch whose stretch can be another one because of the punch
 * at `index`, or of one that it can be of one visit with: at most `visitMs` away. `punches` are by
 * time, `rules` all that can be in force; undefined when that cannot be told from them: of a stuck clock's, what is too many of a day
 * depends on all of that day's.
 */
export function changedOffShift(
  punches: readonly Punch[],
  index: number,
  rules: readonly OffShiftRules[],
  visitMs: number,
): Window | undefined {
  const changed = punches[index];
  if (changed === undefined) return undefined;
  const isNear = (punch: Punch | undefined) =>
    punch !== undefined && Math.abs(punch.time - changed.time) <= visitMs + 1000;
  let [first, next] = [index, index + 1];
  while (isNear(punches[first - 1])) first -= 1;
  while (isNear(punches[next])) next += 1;
  if (isAnyCrowded(punches, first, next)) return undefined;
  while (first > 0 && !isAnewWithAndWithout(punches, first, index, rules)) first -= 1;
  while (next < punches.length && !isAnewWithAndWithout(punches, next, index, rules)) next += 1;
  const [start, end] = [punches[first], punches[next - 1]];
  return {
    from: wholeSecond((start ?? changed).time),
    to: wholeSecond((end ?? changed).time),
  };
}

/** Whether more punches than are read of a day (UTC) are in one that the range touches. */
function isAnyCrowded(punches: readonly Punch[], from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    const isDayBegun = index > from && dayOf(punches[index]) === dayOf(punches[index - 1]);
    if (!isDayBegun && isCrowded(punches, index)) return true;
  }
  return false;
}

/** Whether the punch's day of UTC has more than are read of one. */
function isCrowded(punches: readonly Punch[], index: number): boolean {
  const day = dayOf(punches[index]);
  let [first, last] = [index, index];
  while (last - first < MAX_PUNCHES && dayOf(punches[first - 1]) === day) first -= 1;
  while (last - first < MAX_PUNCHES && dayOf(punches[last + 1]) === day) last += 1;
  return last - first >= MAX_PUNCHES;
}

function dayOf(punch: Punch | undefined): number {
  return punch === undefined ? Number.NaN : utcDay(punch.time);
}

/** The same under each of the rules that can be in force. */
function isAnewWithAndWithout(
  punches: readonly Punch[],
  place: number,
  changed: number,
  rules: readonly OffShiftRules[],
): boolean {
  return rules.every((each) => isAnewUnder(punches, place, changed, each));
}

/**
 * Whether reading begins anew at `place`, and does so too when there is no punch at `changed`.
 * The rules are those of off-shift.ts, as far as they do not depend on that punch.
 */
function isAnewUnder(
  punches: readonly Punch[],
  place: number,
  changed: number,
  { newStretchGapSeconds, maxLengthSeconds, work }: OffShiftRules,
): boolean {
  const [before, punch] = [punches[place - 1], punches[place]];
  if (before === undefined || punch === undefined) return true;
  const pause = secondOf(punch) - secondOf(before);
  // Without the punch at either side the pause would be longer still.
  if (pause > Math.max(newStretchGapSeconds, maxLengthSeconds)) return true;
  // An arrival long enough after a departure, both alone in their second.
  if (work.pairing !== 'TYPED' || pause < newStretchGapSeconds || pause === 0) return false;
  if (before.kind !== 'OUT' || punch.kind !== 'IN') return false;
  if (secondOf(punches[place - 2]) === secondOf(before)) return false;
  if (secondOf(punches[place + 1]) === secondOf(punch)) return false;
  const isLast = place === changed && place === punches.length - 1;
  return isLast || (changed !== place && changed !== place - 1);
}

function secondOf(punch: Punch | undefined): number {
  return punch === undefined ? Number.NaN : Math.floor(punch.time / 1000);
}
