// Finds how far a punch can change off-shift work: from the last place before it to the first place
// after it at which reading surely begins anew, with the punch and without it (off-shift.ts).
// Everything outside is read the same. The range may be too wide, never too narrow: it ignores
// shifts' windows, which also divide off-shift work.

import type { Punch } from '../facts/punch.js';
import { utcDay } from '../roster/plan.js';
import type { Window } from '../roster/planned-shift.js';
import type { OffShiftRules } from '../roster/shift.js';
import { wholeSecond } from '../time/time.js';
import { MAX_PUNCHES } from './pairing.js';

/**
 * The times of the first and last punch whose period of work can change because of the punch at
 * `index`, or of one that can be in the same visit: at most `visitMs` away. `punches` are sorted by
 * time; `rules` are all that can be in force. Undefined if the punches cannot tell: which punches
 * of a stuck clock are too many depends on the whole day.
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

/** Whether the range touches a UTC day with more punches than are read of one. */
function isAnyCrowded(punches: readonly Punch[], from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    const isDayBegun = index > from && dayOf(punches[index]) === dayOf(punches[index - 1]);
    if (!isDayBegun && isCrowded(punches, index)) return true;
  }
  return false;
}

/** Whether the punch's UTC day has more punches than are read of one. */
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

/** The same under all of the rules that can be in force. */
function isAnewWithAndWithout(
  punches: readonly Punch[],
  place: number,
  changed: number,
  rules: readonly OffShiftRules[],
): boolean {
  return rules.every((each) => isAnewUnder(punches, place, changed, each));
}

/**
 * Whether reading begins anew at `place`, also without the punch at `changed`. Uses the rules of
 * off-shift.ts as far as they do not depend on that punch.
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
  // Without the punch at either side, the pause would be even longer.
  if (pause > Math.max(newStretchGapSeconds, maxLengthSeconds)) return true;
  // An arrival long enough after a departure, each the only punch in its second.
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
