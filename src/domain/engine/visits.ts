// Finds the punches of one visit: an arrival and what follows it, until the departure. Only punches
// within the longest visit before its end decide, so that all dates agree.

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

/** Off-shift punches further from a window than this do not affect what is torn there. */
const MAX_TOGETHER_MS = DEFAULT_MAX_SESSION_SECONDS * 1000;

/** Looks for visits among punches that the windows have given to shifts. */
export class Visits {
  readonly #plan: DayPlan;
  readonly #punches: readonly Punch[];
  readonly #shifts: readonly (PlannedShift | undefined)[];
  readonly #visitShifts: VisitShifts;
  /** The kinds as their shifts read them. UNSPECIFIED alternates; undefined: a repetition. */
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

  /** Visits of arrivals and departures with a kind. */
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
   * The arrival that a departure ends: the last one before it. If that one only ends a break
   * (employees press that key when they come back), an earlier one that is not too long ago.
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

  /** Visits of arrivals that only breaks follow: an employee who takes a break is there. */
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

  /** Whether the employee is there at a punch and stays. */
  #isInside(place: number): boolean {
    const kind = this.#kinds[place];
    return kind === undefined || this.#isBreak(place) || (kind === 'IN' && this.#isReturn(place));
  }

  #isBreak(place: number): boolean {
    const kind = this.#kinds[place];
    return kind === 'BREAK_START' || kind === 'BREAK_END';
  }

  /**
   * Visits in which one of the two punches has no kind: an arrival that its own shift leaves open,
   * and the next punch, which is a departure or would be the odd one out in its shift.
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

  /** Whether a punch without a kind is the odd one out in its shift and not an arrival for it. */
  #isOddDeparture(place: number): boolean {
    const shift = this.#shifts[place];
    const time = this.#timeAt(place);
    if (shift !== undefined && time - shift.start < shift.end - time) return false;
    return this.#leftOpen(place, 1) !== undefined;
  }

  /** The arrival without a departure among the punches together with a given one, from it on. */
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

  /** The punches of the same shift; off shift, those up to a long absence. Empty if too far. */
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
