// Which punches are one visit: an arrival and what follows it, until the departure. Told by the punches
// within the longest visit of its end, and by nothing before, so that all dates agree.

import type { Punch, PunchKind } from '../facts/punch.js';
import { rulesAt } from '../roster/off-shift-spans.js';
import type { DayPlan } from '../roster/plan.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import {
  DEFAULT_MAX_SESSION_SECONDS,
  MAX_UNTYPED_SECONDS,
  type OffShiftRules,
  type WorkRules,
} from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import { isUntyped, Pairing, readAll } from './pairing.js';
import type { Visit, VisitShifts } from './visit-shifts.js';

/** Off-shift punches further from a window than this have no say in what is torn at it. */
const MAX_TOGETHER_MS = DEFAULT_MAX_SESSION_SECONDS * 1000;

/** Looks for visits among punches that the windows have given to shifts. */
export class Visits {
  readonly #plan: DayPlan;
  readonly #punches: readonly Punch[];
  readonly #shifts: readonly (PlannedShift | undefined)[];
  readonly #visitShifts: VisitShifts;
  /** As their shifts read them: UNSPECIFIED is what alternates; undefined: a repetition. */
  readonly #kinds: readonly (PunchKind | undefined)[];

  constructor(
    plan: DayPlan,
    punches: readonly Punch[],
    shifts: readonly (PlannedShift | undefined)[],
    visitShifts: VisitShifts,
  ) {
    this.#plan = plan;
    this.#punches = punches;
    this.#shifts = shifts;
    this.#visitShifts = visitShifts;
    this.#kinds = this.#readKinds();
  }

  all(): readonly Visit[] {
    return [...this.#typedVisits(), ...this.#untypedVisits()];
  }

  #readKinds(): readonly (PunchKind | undefined)[] {
    let counted: number | undefined;
    return this.#punches.map(({ kind, time }, place) => {
      const rules = this.#rulesAt(place);
      if (counted !== undefined && this.#shifts[counted] === this.#shifts[place]) {
        const isRepeated = time - this.#timeAt(counted) <= rules.repeatSeconds * 1000;
        if (isRepeated && rules.repeatsAnyKind && this.#shifts[place] !== undefined)
          return undefined;
      }
      counted = place;
      return isUntyped(kind, rules) ? 'UNSPECIFIED' : kind;
    });
  }

  #rulesAt(place: number): WorkRules {
    return this.#shifts[place]?.shift.work ?? this.#offShiftAt(place).work;
  }

  #offShiftAt(place: number): OffShiftRules {
    return rulesAt(this.#plan.offShift, this.#timeAt(place));
  }

  #timeAt(place: number): Instant {
    return this.#punches[place]?.time ?? (Infinity as Instant);
  }

  /** Of arrivals and departures that say what they are. */
  #typedVisits(): Visit[] {
    const longestMs = this.#plan.maxVisitMs;
    const visits: Visit[] = [];
    let next = 0;
    this.#kinds.forEach((kind, place) => {
      if (kind !== 'OUT') return;
      const first = this.#arrivalOf(place);
      if (first === undefined) return;
      visits.push(...this.#openVisits(next, first), { first, last: place, longestMs });
      next = place + 1;
    });
    visits.push(...this.#openVisits(next, this.#punches.length));
    return visits;
  }

  /**
   * The arrival that a departure ends: the last one before it, unless that one only ends a break (the
   * key that people press when they come back) and an earlier one is not too long ago.
   */
  #arrivalOf(last: number): number | undefined {
    const longestMs = this.#plan.maxVisitMs;
    const found: number[] = [];
    for (let place = last - 1; place >= 0; place -= 1) {
      const kind = this.#kinds[place];
      const isTooFar = this.#timeAt(last) - this.#timeAt(place) > longestMs;
      if (kind === 'OUT' || kind === 'UNSPECIFIED' || isTooFar) break;
      if (kind === 'IN') found.push(place);
      if (kind === 'IN' && !this.#isReturn(place)) break;
    }
    return found.findLast((first) => !this.#visitShifts.isTooLong({ first, last, longestMs }));
  }

  /** Whether an arrival only ends a break. */
  #isReturn(place: number): boolean {
    return this.#kinds[place - 1] === 'BREAK_START';
  }

  /** Arrivals of a range that only breaks follow: whoever takes one is there. */
  *#openVisits(from: number, to: number): Generator<Visit> {
    const longestMs = this.#plan.maxVisitMs;
    for (let first = from; first < to; first += 1) {
      if (this.#kinds[first] !== 'IN') continue;
      const latest = this.#timeAt(first) + longestMs;
      let last = first;
      const isNext = () => last + 1 < to && this.#timeAt(last + 1) <= latest;
      while (isNext() && this.#isInside(last + 1)) last += 1;
      while (last > first && this.#visitShifts.isTooLong({ first, last, longestMs })) last -= 1;
      if (last > first) yield { first, last, longestMs };
      first = last;
    }
  }

  /** Whether a punch is one of somebody who is there and stays. */
  #isInside(place: number): boolean {
    const kind = this.#kinds[place];
    return kind === undefined || this.#isBreak(place) || (kind === 'IN' && this.#isReturn(place));
  }

  #isBreak(place: number): boolean {
    const kind = this.#kinds[place];
    return kind === 'BREAK_START' || kind === 'BREAK_END';
  }

  /**
   * Where one of the two does not say what it is: an arrival that its own shift leaves open, and the
   * next punch, which is a departure, or would be an odd one out where it is.
   */
  #untypedVisits(): Visit[] {
    const visits: Visit[] = [];
    for (let last = 1; last < this.#punches.length; last += 1) {
      const kind = this.#kinds[last];
      if (kind !== 'OUT' && kind !== 'UNSPECIFIED') continue;
      if (this.#shifts[last] === this.#shifts[last - 1]) continue;
      const first = this.#leftOpen(last - 1, -1);
      if (first === undefined) continue;
      const isTyped = kind === 'OUT';
      if (isTyped ? this.#kinds[first] === 'IN' : !this.#isOddDeparture(last)) continue;
      const longest = isTyped ? Infinity : MAX_UNTYPED_SECONDS * 1000;
      visits.push({ first, last, longestMs: longest });
    }
    return visits;
  }

  /** Whether a punch that says nothing is one too many where it is, and no arrival for its shift. */
  #isOddDeparture(place: number): boolean {
    const shift = this.#shifts[place];
    const time = this.#timeAt(place);
    if (shift !== undefined && time - shift.start < shift.end - time) return false;
    return this.#leftOpen(place, 1) !== undefined;
  }

  /** The arrival without a departure of the punches that are together with one, from it on. */
  #leftOpen(from: number, step: 1 | -1): number | undefined {
    const group = this.#together(from, step);
    const pairing = new Pairing(this.#rulesAt(from), undefined, Infinity, undefined);
    readAll(
      pairing,
      group.map((place) => this.#punches[place]).filter((punch) => punch !== undefined),
    );
    const arrival = pairing.open?.in;
    return group.find((place) => this.#timeAt(place) === arrival && !this.#isBreak(place));
  }

  /** Those of its shift; off shift, those until a pause that begins work anew. None if too far. */
  #together(from: number, step: 1 | -1): readonly number[] {
    const shift = this.#shifts[from];
    const gap = this.#offShiftAt(from).newStretchGapSeconds * 1000;
    const places: number[] = [];
    for (let place = from; place in this.#punches && this.#shifts[place] === shift; place += step) {
      const pause = Math.abs(this.#timeAt(place) - this.#timeAt(place - step));
      if (shift === undefined && place !== from && pause >= gap) break;
      if (Math.abs(this.#timeAt(place) - this.#timeAt(from)) > MAX_TOGETHER_MS) return [];
      places.push(place);
    }
    return step === 1 ? places : places.reverse();
  }
}
