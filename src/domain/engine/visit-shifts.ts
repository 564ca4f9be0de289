// Finds the shifts of which a visit is a session: the one whose hours it shares most, and those
// before and after that touch it, as long as each of them allows so long a session.

import type { Punch } from '../facts/punch.js';
import type { DayPlan } from '../roster/plan.js';
import { isTouching, maxSessionSeconds, type PlannedShift } from '../roster/planned-shift.js';
import { MAX_THROUGH_SECONDS } from '../roster/shift.js';
import type { Instant } from '../time/time.js';

/** The punches of one visit, by index, both ends included. */
export interface Visit {
  /** The arrival. */
  readonly first: number;
  /** The departure, or the last known punch. */
  readonly last: number;
  /** The longest that it can be, whatever its shift says, in milliseconds. */
  readonly longestMs: number;
}

export class VisitShifts {
  readonly #plan: DayPlan;
  readonly #punches: readonly Punch[];
  /** The shift of each punch by the windows. */
  readonly #shifts: readonly (PlannedShift | undefined)[];

  constructor(
    plan: DayPlan,
    punches: readonly Punch[],
    shifts: readonly (PlannedShift | undefined)[],
  ) {
    this.#plan = plan;
    this.#punches = punches;
    this.#shifts = shifts;
  }

  /** Whether a visit would belong to a shift that does not allow so long a session. */
  isTooLong(visit: Visit): boolean {
    if (this.#isWhole(visit) || this.#mostShared(visit) === undefined) return false;
    return this.ofTorn(visit) === undefined;
  }

  /** Whether the windows make it one session, of the shift whose hours it shares most. */
  #isWhole(visit: Visit): boolean {
    const [own, other] = [this.#shifts[visit.first], this.#shifts[visit.last]];
    if (own === undefined || own !== other || this.#mostShared(visit) !== own) return false;
    return this.#areSessions([own], visit);
  }

  /**
   * The shifts of a visit that the windows would tear: usually one, and those before and after it
   * that touch it and that the visit reaches too.
   */
  ofTorn(visit: Visit): readonly PlannedShift[] | undefined {
    if (this.#isWhole(visit)) return undefined;
    const shift = this.#mostShared(visit);
    if (shift === undefined || this.#lengthOf(visit) > visit.longestMs) return undefined;
    const run = this.#runThrough(shift, visit);
    return [this.#between(run, visit), run].find((shifts) => this.#areSessions(shifts, visit));
  }

  /** If the windows say the shifts of its ends, the run between those only. */
  #between(run: readonly PlannedShift[], { first, last }: Visit): readonly PlannedShift[] {
    const [own, other] = [this.#shifts[first], this.#shifts[last]];
    if (own === other) return run;
    const from = own === undefined ? -1 : run.indexOf(own);
    const to = other === undefined ? -1 : run.indexOf(other);
    return run.slice(Math.max(from, 0), to === -1 ? run.length : to + 1);
  }

  #lengthOf({ first, last }: Visit): number {
    return this.#timeAt(last) - this.#timeAt(first);
  }

  /** Whether shifts that touch can each have their part of a visit, and together the whole. */
  #areSessions(run: readonly PlannedShift[], visit: Visit): boolean {
    if (run.length === 0) return false;
    if (run.length > 1 && this.#lengthOf(visit) > MAX_THROUGH_SECONDS * 1000) return false;
    const [start, end] = [this.#timeAt(visit.first), this.#timeAt(visit.last)];
    return run.every(({ shift, end: until }, index) => {
      const [from, to] = [run[index - 1]?.end ?? start, index === run.length - 1 ? end : until];
      return to - from <= maxSessionSeconds(shift) * 1000;
    });
  }

  /**
   * The shift whose hours a visit shares most. If equal, the arrival's shift, then the departure's.
   */
  #mostShared({ first, last }: Visit): PlannedShift | undefined {
    const [own, other] = [this.#shifts[first], this.#shifts[last]];
    const [start, end] = [this.#timeAt(first), this.#timeAt(last)];
    const rankOf = (shift: PlannedShift | undefined) =>
      shift === own ? 2 : shift === other ? 1 : 0;
    let [most, sharedMost] = [own ?? other, 0];
    for (const shift of this.#plan.near) {
      const shared = Math.min(end, shift.end) - Math.max(start, shift.start);
      const isMore = shared > sharedMost;
      if (!isMore && (shared <= 0 || shared < sharedMost || rankOf(shift) <= rankOf(most)))
        continue;
      [most, sharedMost] = [shift, shared];
    }
    return most;
  }

  /** The shift with all before and after it that touch and that the visit reaches too. */
  #runThrough(shift: PlannedShift, { first, last }: Visit): readonly PlannedShift[] {
    const { near } = this.#plan;
    const [start, end] = [this.#timeAt(first), this.#timeAt(last)];
    let [from, to] = [near.indexOf(shift), near.indexOf(shift)];
    for (let at: PlannedShift | undefined = shift; at !== undefined && start < at.start; ) {
      const before: PlannedShift | undefined = near[from - 1];
      at = before !== undefined && isTouching(before, at) ? before : undefined;
      if (at !== undefined) from -= 1;
    }
    for (let at: PlannedShift | undefined = shift; at !== undefined && end > at.end; ) {
      const after: PlannedShift | undefined = near[to + 1];
      at = after !== undefined && isTouching(at, after) ? after : undefined;
      if (at !== undefined) to += 1;
    }
    return near.slice(from, to + 1);
  }

  #timeAt(place: number): Instant {
    return this.#punches[place]?.time ?? (Infinity as Instant);
  }
}
