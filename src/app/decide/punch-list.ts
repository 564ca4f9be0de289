// One employee's punches while a batch is decided, and how far each can change off-shift work.

import { changedOffShift } from '../../domain/engine/off-shift-extent.js';
import { type Punch, type Timeline, timelineOf } from '../../domain/facts/punch.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import { longestVisitMs, offShiftSpans } from '../../domain/roster/plan.js';
import type { Window } from '../../domain/roster/planned-shift.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import type { OffShiftRules } from '../../domain/roster/shift.js';
import type { Instant } from '../../domain/time/time.js';

const DAY_MS = 86_400_000;

/** Where adding or removing a punch can change results. */
export interface Touched {
  readonly time: Instant;
  /** Where off-shift work can change; undefined: wherever punches were read. */
  readonly range: Window | undefined;
}

/** The standing punches with some removed and others added. */
export interface Trial {
  readonly punches: Timeline;
  /** The standing punches that stay. */
  readonly others: readonly RecordedPunch[];
  /** One for each punch that is removed or added, in order. */
  readonly touched: readonly Touched[];
}

export class PunchList {
  /** All off-shift rules that are in force at any time. */
  readonly #rules: readonly OffShiftRules[];
  /** The longest distance between two punches of one visit, in milliseconds. */
  readonly #visitMs: number;
  /** All punches, voided or not, by time and number. */
  readonly #all: RecordedPunch[];
  /** The punches that count. */
  readonly #standing: RecordedPunch[];
  #timeline: Timeline | undefined;

  /** `read` is sorted by time and number. */
  constructor(read: readonly RecordedPunch[], roster: Roster, employee: EmployeeRoster) {
    this.#rules = offShiftSpans(roster, employee).map(({ rules }) => rules);
    // Without shifts, no window can tear a visit.
    this.#visitMs = roster.shifts.size === 0 ? 0 : longestVisitMs(roster);
    this.#all = [...read];
    this.#standing = read.filter(({ voided }) => voided === undefined);
  }

  /** The punches that count, from which days are derived. */
  get timeline(): Timeline {
    this.#timeline ??= timelineOf(this.#standing);
    return this.#timeline;
  }

  /** All punches of one instant, voided or not. */
  at(time: Instant): readonly RecordedPunch[] {
    const found: RecordedPunch[] = [];
    for (let index = placeOf(this.#all, time, -1); index < this.#all.length; index += 1) {
      const punch = this.#all[index];
      if (punch === undefined || punch.time !== time) break;
      found.push(punch);
    }
    return found;
  }

  /** The punches of one whole second that count. */
  standingIn(second: Instant): readonly RecordedPunch[] {
    const first = placeOf(this.#standing, second, -1);
    const end = placeOf(this.#standing, (second + 1000) as Instant, -1);
    return this.#standing.slice(first, end);
  }

  /** The number of punches on a UTC day that was read whole, voided or not. */
  countOn(utcDay: number): number {
    const start = (utcDay * DAY_MS) as Instant;
    const end = (start + DAY_MS) as Instant;
    return placeOf(this.#all, end, -1) - placeOf(this.#all, start, -1);
  }

  /** Adds a punch that counts. Returns how far it changes off-shift work. */
  add(punch: RecordedPunch): Window | undefined {
    const { time, punchId } = punch;
    this.#all.splice(placeOf(this.#all, time, punchId), 0, punch);
    this.#standing.splice(placeOf(this.#standing, time, punchId), 0, punch);
    this.#timeline = undefined;
    return this.rangeOf(punch);
  }

  /** Whether a punch counts in the state known so far. */
  isStanding({ time, punchId }: RecordedPunch): boolean {
    return this.#standing[placeOf(this.#standing, time, punchId)]?.punchId === punchId;
  }

  /** Records the new state of a punch. Ignores punches that were not read. */
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

  /** How far the presence of a standing punch changes off-shift work. */
  rangeOf({ time, punchId }: RecordedPunch): Window | undefined {
    return this.#changedAt(this.#standing, placeOf(this.#standing, time, punchId));
  }

  #changedAt(punches: readonly Punch[], place: number): Window | undefined {
    return changedOffShift(punches, place, this.#rules, this.#visitMs);
  }

  /** Removes some standing punches one after the other, then adds others. */
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

  /** The object in this list for a punch that counts. */
  #known({ time, punchId }: RecordedPunch): RecordedPunch {
    const known = this.#standing[placeOf(this.#standing, time, punchId)];
    if (known?.punchId !== punchId) throw new RangeError(`punch ${punchId} was not read`);
    return known;
  }
}

/** The index of a punch in a list sorted by time and number, or where it would be. */
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
