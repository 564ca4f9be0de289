// Which shifts a changed one may meet, by the clock alone and for whoever has both: what is left to
// look for in a user's roster is little then. Never misses one; may name too many. Pure.

import { clockSeconds } from '../../domain/roster/planned-shift.js';
import type { Roster, ShiftVersion } from '../../domain/roster/roster.js';
import type { Shift } from '../../domain/roster/shift.js';
import type { Zone } from '../../domain/time/zone.js';
import type { DayRange } from './roster-conflicts.js';

/** How many dates apart two shifts can share some time, in whatever zones they are. */
export const NEIGHBOUR_DAYS = 4;

/** No two zones' clocks were ever further apart. */
const MOST_APART_SECONDS = 28 * 3600;

const DAY_SECONDS = 86_400;

/** Another shift, or the changed one itself on another date. */
export interface Partner {
  /** This many dates after the changed shift's (negative: before) it may meet it; none: never. */
  readonly offsets: readonly number[];
  /** From which dates it is another, within the dates concerned and their neighbours. */
  readonly edges: readonly number[];
}

/** By shift id, for employees who are in one zone, or (undefined) in several. */
export class ShiftPartners {
  readonly #roster: Roster;
  readonly #shift: Shift;
  readonly #dates: DayRange;
  readonly #zone: Zone | undefined;
  readonly #known = new Map<string, Partner>();

  /** `shift` is what has other hours, on all of the dates. */
  constructor(roster: Roster, shift: Shift, dates: DayRange, zone: Zone | undefined) {
    this.#roster = roster;
    this.#shift = shift;
    this.#dates = dates;
    this.#zone = zone;
  }

  of(shiftId: string): Partner {
    const known = this.#known.get(shiftId);
    if (known !== undefined) return known;
    const partner = this.#look(shiftId);
    this.#known.set(shiftId, partner);
    return partner;
  }

  #look(shiftId: string): Partner {
    const { firstDay, lastDay } = this.#dates;
    const all = this.#roster.shifts.get(shiftId) ?? [];
    const versions = all.filter(({ fromDay }, index) => {
      const until = (all[index + 1]?.fromDay ?? Infinity) - 1;
      return fromDay <= lastDay + NEIGHBOUR_DAYS && until >= firstDay - NEIGHBOUR_DAYS;
    });
    const offsets: number[] = [];
    for (let offset = -NEIGHBOUR_DAYS; offset <= NEIGHBOUR_DAYS; offset += 1) {
      if (shiftId === this.#shift.shiftId && offset === 0) continue;
      if (versions.some((version) => this.#mayMeet(version, offset))) offsets.push(offset);
    }
    return { offsets, edges: versions.map(({ fromDay }) => fromDay) };
  }

  #mayMeet({ shift }: ShiftVersion, offset: number): boolean {
    const own = this.#shift.zone ?? this.#zone;
    const other = shift.zone ?? this.#zone;
    const isOneZone = own !== undefined && own === other;
    return meetOnClock(this.#shift, shift, offset, isOneZone ? 0 : MOST_APART_SECONDS);
  }
}

/** `b` is on the date that is `offset` after that of `a`; their clocks are at most so far apart. */
function meetOnClock(a: Shift, b: Shift, offset: number, apartSeconds: number): boolean {
  const start = offset * DAY_SECONDS + b.startSecond;
  return (
    start < a.startSecond + clockSeconds(a) + apartSeconds &&
    a.startSecond < start + clockSeconds(b) + apartSeconds
  );
}
