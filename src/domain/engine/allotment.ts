// Allots each punch to a shift. If the punch itself does not say which, the windows do, but no
// window cuts an arrival from its departure. A visit (an arrival and what follows it, until the
// departure) that the windows would tear is one session of the shift whose hours it shares most,
// unless it is longer than a session can be. If shifts touch, it is divided where they touch.
//
// Every date must reach the same answer from the punches in its own reach (plan.ts).

import type { Punch, PunchKind, Timeline } from '../facts/punch.js';
import type { DayPlan } from '../roster/plan.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';
import { byWindow, within } from './division.js';
import { isAnyTorn, settledPunches, type WindowPunches } from './settled.js';
import { type Visit, VisitShifts } from './visit-shifts.js';
import { Visits } from './visits.js';

/** A visit that continues from one shift into the next, which begins when the first ends. */
export interface Passage {
  readonly earlier: PlannedShift;
  readonly later: PlannedShift;
  /** Whether the employee is on a break at that moment. */
  readonly isOnBreak: boolean;
}

/** The shifts of the punches in a plan's reach. */
export interface Allotment {
  /** Sorted by time. */
  readonly punches: readonly Punch[];
  /** The shift of each punch; undefined: off shift. */
  readonly shifts: readonly (PlannedShift | undefined)[];
  readonly passages: readonly Passage[];
  /** The visits that the windows had torn. */
  readonly visits: readonly WholeVisit[];
}

/** A visit that is a session of one shift, or of several that touch, whatever the windows. */
export interface WholeVisit {
  readonly shifts: readonly PlannedShift[];
  readonly start: Instant;
  /** The departure, or the last known punch. */
  readonly end: Instant;
}

const NO_PASSAGES: readonly Passage[] = [];
const NO_VISITS: readonly WholeVisit[] = [];

export function allot(plan: DayPlan, timeline: Timeline): Allotment {
  if (plan.near.length === 0) return untorn(inWindows(plan, timeline));
  const settled = settledPunches(plan, timeline);
  if (settled !== undefined) return untorn(settled);
  const found = inWindows(plan, timeline);
  return isAnyTorn(plan, found.punches, found.shifts) ? mended(plan, found) : untorn(found);
}

/** The same as `allot` without its shortcuts. */
export function allotThoroughly(plan: DayPlan, timeline: Timeline): Allotment {
  return mended(plan, inWindows(plan, timeline));
}

function inWindows({ near, reach }: DayPlan, timeline: Timeline): WindowPunches {
  const found = within(timeline, reach.from, reach.to);
  if (near.length === 0) return { punches: found, shifts: [] };
  const punches = inReadingOrder(found);
  return { punches, shifts: byWindow(near, punches, timeline) };
}

/** Written field by field: with a spread, it took a third of the time to derive a day. */
function untorn({ punches, shifts }: WindowPunches): Allotment {
  return { punches, shifts, passages: NO_PASSAGES, visits: NO_VISITS };
}

/** The allotment in which visits torn by windows belong whole to their shifts. */
function mended(plan: DayPlan, { punches, shifts }: WindowPunches): Allotment {
  const visitShifts = new VisitShifts(plan, punches, shifts);
  const giving = new Giving(punches, shifts);
  for (const visit of new Visits(plan, punches, shifts, visitShifts).all()) {
    const run = visitShifts.ofTorn(visit);
    if (run !== undefined) giving.give(visit, run);
  }
  return giving;
}

/** The order of punches of one instant: first those that end something. */
const CLOSING_FIRST: readonly PunchKind[] = [
  'BREAK_END',
  'OUT',
  'UNSPECIFIED',
  'IN',
  'BREAK_START',
];

function inReadingOrder(punches: readonly Punch[]): readonly Punch[] {
  let place = 1;
  while (place < punches.length && punches[place]?.time !== punches[place - 1]?.time) place += 1;
  if (place >= punches.length) return punches;
  return punches.toSorted(
    (a, b) => a.time - b.time || CLOSING_FIRST.indexOf(a.kind) - CLOSING_FIRST.indexOf(b.kind),
  );
}

class Giving implements Allotment {
  readonly punches: readonly Punch[];
  readonly shifts: (PlannedShift | undefined)[];
  readonly passages: Passage[] = [];
  readonly visits: WholeVisit[] = [];
  readonly #given = new Set<number>();

  constructor(punches: readonly Punch[], shifts: readonly (PlannedShift | undefined)[]) {
    this.punches = punches;
    this.shifts = [...shifts];
  }

  /** Gives each punch of a visit to one of the shifts that the visit runs through. */
  give({ first, last }: Visit, run: readonly PlannedShift[]): void {
    if (this.#given.has(first)) return;
    this.#given.add(first);
    this.visits.push({ shifts: run, start: this.#timeAt(first), end: this.#timeAt(last) });
    let isOnBreak = false;
    let index = 0;
    for (let place = first; place <= last; place += 1) {
      const punch = this.punches[place];
      if (punch === undefined) break;
      while (isBeyond(run[index], punch)) {
        const [earlier, later] = [run[index], run[index + 1]];
        if (earlier === undefined || later === undefined) break;
        this.passages.push({ earlier, later, isOnBreak });
        index += 1;
      }
      this.shifts[place] = run[index];
      isOnBreak = punch.kind === 'BREAK_START';
    }
  }

  #timeAt(place: number): Instant {
    return this.punches[place]?.time ?? (Infinity as Instant);
  }
}

/** Whether a punch comes after a shift's end. A break can still end exactly there. */
function isBeyond(shift: PlannedShift | undefined, { time, kind }: Punch): boolean {
  if (shift === undefined) return false;
  return kind === 'BREAK_END' ? time > shift.end : time >= shift.end;
}
