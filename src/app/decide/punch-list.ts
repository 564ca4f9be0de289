// One employee's punches while a batch is decided, and how far one of them can change what
// off-shift work comes to.

import { changedOffShift } from '../../domain/engine/off-shift-extent.js';
import { type Punch, type Timeline, timelineOf } from '../../domain/facts/punch.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import { longestVisitMs, offShiftSpans } from '../../domain/roster/plan.js';
import type { Window } from '../../domain/roster/planned-shift.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import type { OffShiftRules } from '../../domain/roster/shift.js';
import type { Instant } from '../../domain/time/time.js';

const DAY_MS = 86_400_000;

/** Where a punch that comes or goes can change what there is. */
export interface Touched {
  readonly time: Instant;
  /** Where off-shift work can be another; undefined: wherever punches were read. */
  readonly range: Window | undefined;
}

/** What the standing punches would be with other ones. */
export interface Trial {
  readonly punches: Timeline;
  /** Those of them that stay. */
  readonly others: readonly RecordedPunch[];
  /** By each that comes or goes, in order. */
  readonly touched: readonly Touched[];
}

export class PunchList {
  /** All that can be in force, whenever. */
  readonly #rules: readonly OffShiftRules[];
  /** How far a punch can be from another one of its visit. */
  readonly #visitMs: number;
  /** By time and number, taken back or not. */
  readonly #all: RecordedPunch[];
  /** Those of them that count. */
  readonly #standing: RecordedPunch[];
  #timeline: Timeline | undefined;

  /** `read`: by time and number. */
  constructor(read: readonly RecordedPunch[], roster: Roster, employee: EmployeeRoster) {
    this.#rules = offShiftSpans(roster, employee).map(({ rules }) => rules);
    // Without shifts there is no window that could tear one.
    this.#visitMs = roster.shifts.size === 0 ? 0 : longestVisitMs(roster);
    this.#all = [...read];
    this.#standing = read.filter(({ voided }) => voided === undefined);
  }

  /** Those that count: what days are derived from. */
  get timeline(): Timeline {
    this.#timeline ??= timelineOf(this.#standing);
    return this.#timeline;
  }

  /** All punches of one instant, taken back or not. */
  at(time: Instant): readonly RecordedPunch[] {
    const found: RecordedPunch[] = [];
    for (let index = placeOf(this.#all, time, -1); index < this.#all.length; index += 1) {
      const punch = this.#all[index];
      if (punch === undefined || punch.time !== time) break;
      found.push(punch);
    }
    return found;
  }

  /** Those of one whole second that count. */
  standingIn(second: Instant): readonly RecordedPunch[] {
    const first = placeOf(this.#standing, second, -1);
    const end = placeOf(this.#standing, (second + 1000) as Instant, -1);
    return this.#standing.slice(first, end);
  }

  /** How many there are on a day (UTC) that was read whole, taken back or not. */
  countOn(utcDay: number): number {
    const start = (utcDay * DAY_MS) as Instant;
    const end = (start + DAY_MS) as Instant;
    return placeOf(this.#all, end, -1) - placeOf(this.#all, start, -1);
  }

  /** Adds a punch that counts, and tells how far it changes off-shift work. */
  add(punch: RecordedPunch): Window | undefined {
    const { time, punchId } = punch;
    this.#all.splice(placeOf(this.#all, time, punchId), 0, punch);
    this.#standing.splice(placeOf(this.#standing, time, punchId), 0, punch);
    this.#timeline = undefined;
    return this.rangeOf(punch);
  }

  /** Whether a punch counts as it is known so far. */
  isStanding({ time, punchId }: RecordedPunch): boolean {
    return this.#standing[placeOf(this.#standing, time, punchId)]?.punchId === punchId;
  }

  /** Notes what became of a punch. Of one that was not read, nothing. */
  change(punch: RecordedPunch): void {
    const { time, punchId } = punch;
    const place = placeOf(this.#all, time, punchId);
    if (this.#all[place]?.punchId !== punchId) return;
    this.#all[place] = punch;
    if (!this.isStanding(punch)) return;
    const standing = placeOf(this.#standing, time, punchId);
    if (punch.voided === undefined) this.#standing[standing] = punch;
    else this.#standing.splice(standing, 1);
    this.#timeline = undefined;
  }

  /** How far a punch that counts changes off-shift work, by being there. */
  rangeOf({ time, punchId }: RecordedPunch): Window | undefined {
    return this.#changedAt(this.#standing, placeOf(this.#standing, time, punchId));
  }

  #changedAt(punches: readonly Punch[], place: number): Window | undefined {
    return changedOffShift(punches, place, this.#rules, this.#visitMs);
  }

  /** Some that count left out, one after the other, then others added. */
  trial(removed: readonly RecordedPunch[], added: readonly Punch[]): Trial {
    const touched: Touched[] = [];
    const touch = ({ time }: Punch, among: readonly Punch[], place: number) => {
      touched.push({ time, range: this.#changedAt(among, place) });
    };
    const others = [...this.#standing];
    for (const punch of removed) {
      const place = others.indexOf(this.#known(punch));
      touch(punch, others, place);
      others.splice(place, 1);
    }
    const punches: Punch[] = [...others];
    for (const punch of added) {
      let place = punches.length;
      while (place > 0 && (punches[place - 1]?.time ?? 0) > punch.time) place -= 1;
      punches.splice(place, 0, punch);
      touch(punch, punches, place);
    }
    return { punches: timelineOf(punches), others, touched };
  }

  /** One that counts, as it is here. */
  #known({ time, punchId }: RecordedPunch): RecordedPunch {
    const known = this.#standing[placeOf(this.#standing, time, punchId)];
    if (known?.punchId !== punchId) throw new RangeError(`punch ${punchId} was not read`);
    return known;
  }
}

/** Where a punch is in a list by time and number, or belongs. */
function placeOf(punches: readonly RecordedPunch[], time: Instant, punchId: number): number {
  let low = 0;
  let high = punches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const punch = punches[middle];
    const isBefore =
      punch !== undefined &&
      (punch.time < time || (punch.time === time && punch.punchId < punchId));
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}
