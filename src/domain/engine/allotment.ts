// Which shift each punch is one of. A window tells, where the punch itself does not; but no window
// cuts an arrival from its departure. A visit (an arrival and what follows it, until the departure) of
// which the windows would make more than one thing is one session of the shift whose hours it
// shares most, unless it is longer than a session can be; where shifts touch it is divided at the touch.
//
// Every date must come to the same answer from the punches in its own reach (plan.ts). So what is one
// visit is told by the punches within the longest session of its end, and by nothing before.

import { firstAtOrAfter, type Punch, type PunchKind, type Timeline } from '../facts/punch.js';
import type { DayPlan } from '../roster/plan.js';
import { isTouching, maxSessionSeconds, type PlannedShift } from '../roster/planned-shift.js';
import {
  DEFAULT_MAX_SESSION_SECONDS,
  MAX_THROUGH_SECONDS,
  MAX_UNTYPED_SECONDS,
  type WorkRules,
} from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import { type Division, divisionOf, isEarlier, within } from './division.js';
import { isUntyped, Pairing, readAll } from './pairing.js';

/** A visit that goes on from one shift to the next, which begins as the first ends. */
export interface Passage {
  readonly earlier: PlannedShift;
  readonly later: PlannedShift;
  /** Whether the employee is on a break then. */
  readonly isOnBreak: boolean;
}

/** Whose the punches in a plan's reach are. */
export interface Allotment {
  /** By time. */
  readonly punches: readonly Punch[];
  /** The shift of each; undefined: off shift. */
  readonly shifts: readonly (PlannedShift | undefined)[];
  readonly passages: readonly Passage[];
  /** Those that the windows had torn. */
  readonly visits: readonly WholeVisit[];
}

/** A visit that is sessions of some shifts, which touch, whatever the windows. */
export interface WholeVisit {
  readonly shifts: readonly PlannedShift[];
  readonly start: Instant;
  /** The departure, or what else is last known. */
  readonly end: Instant;
}

const NO_PASSAGES: readonly Passage[] = [];
const NO_VISITS: readonly WholeVisit[] = [];

export function allot(plan: DayPlan, timeline: Timeline): Allotment {
  const { reach, near } = plan;
  if (near.length === 0) return whole(within(timeline, reach.from, reach.to), []);
  const settled = allotSettled(plan, timeline);
  if (settled !== undefined) return settled;
  const punches = inReadingOrder(within(timeline, reach.from, reach.to));
  const shifts = byWindow(near, punches, timeline);
  if (!isAnyTorn(plan, punches, shifts)) return whole(punches, shifts);
  const allotting = new Allotting(plan, punches, shifts);
  allotting.mend();
  return allotting;
}

/** Where no window has torn anything. */
function whole(
  punches: readonly Punch[],
  shifts: readonly (PlannedShift | undefined)[],
): Allotment {
  return { punches, shifts, passages: NO_PASSAGES, visits: NO_VISITS };
}

/**
 * The same of a date as most are: each of its shifts has all of its visits, and nothing is off shift.
 * Nothing but a shorter way to the same answer, as fewer punches are looked at.
 */
function allotSettled(plan: DayPlan, timeline: Timeline): Allotment | undefined {
  const { shifts: own, near, offShiftRange } = plan;
  let { from, to } = offShiftRange;
  for (const { window } of own) {
    if (window.from < from) from = window.from;
    if (window.to > to) to = window.to;
  }
  const punches = within(timeline, from, to);
  if (punches.length === 0) return own.length === 0 ? whole(punches, []) : undefined;
  const shifts = byWindow(near, punches, timeline);
  // Somebody on a break may come back into the first of them.
  const before = timeline[firstAtOrAfter(timeline, from) - 1];
  if (shifts.includes(undefined) || before?.kind === 'BREAK_START') return undefined;
  for (const shift of own) if (!isSettled(shift, punches, shifts)) return undefined;
  return whole(punches, shifts);
}

/** Whether a shift's punches leave nothing open, and nothing that came before them. */
function isSettled(
  shift: PlannedShift,
  punches: readonly Punch[],
  shifts: readonly (PlannedShift | undefined)[],
): boolean {
  const [from, to] = [shifts.indexOf(shift), shifts.lastIndexOf(shift)];
  const [first, last] = [punches[from], punches[to]];
  if (first === undefined || last === undefined) return false;
  const { work } = shift.shift;
  if (mayBeOthers(shift, first.time, last.time)) return false;
  if (!isUntyped(first.kind, work)) {
    if (punches[from - 1]?.kind === 'BREAK_START') return false;
    const isClosed = first.kind === 'IN' && last.kind === 'OUT';
    return isClosed && isAlone(punches, from) && isAlone(punches, to);
  }
  for (let place = from; place <= to; place += 1) {
    const kind = punches[place]?.kind ?? 'IN';
    if (!isUntyped(kind, work) || !isAlone(punches, place)) return false;
  }
  return work.repeatSeconds === 0 && (to - from) % 2 === 1;
}

/** Whether punches of a shift's window may be more than one session of it, or another's. */
function mayBeOthers(
  { shift, contestedBefore, contestedAfter }: PlannedShift,
  first: Instant,
  last: Instant,
): boolean {
  if (shift.maxSessionSeconds !== 0 || shift.work.repeatsAnyKind) return true;
  const isInEarlier = contestedBefore !== undefined && first < contestedBefore.earlierEnd;
  return isInEarlier || (contestedAfter !== undefined && last > contestedAfter.laterStart);
}

/** Of several punches of one instant, which comes first is another question. */
function isAlone(punches: readonly Punch[], place: number): boolean {
  const time = punches[place]?.time;
  return time !== punches[place - 1]?.time && time !== punches[place + 1]?.time;
}

/**
 * Whether something can be torn at all: most people leave each shift, and arrive for the next. May
 * say yes in vain, never no.
 */
function isAnyTorn(
  { near, offShift }: DayPlan,
  punches: readonly Punch[],
  shifts: readonly (PlannedShift | undefined)[],
): boolean {
  for (let place = 1; place < punches.length; place += 1) {
    const [before, punch] = [punches[place - 1], punches[place]];
    const [shift, next] = [shifts[place - 1], shifts[place]];
    if (before === undefined || punch === undefined) break;
    if (shift === next && shift !== undefined && mayBeOthers(shift, before.time, punch.time))
      return true;
    if (shift === next && (shift !== undefined || !isAcross(near, before, punch))) continue;
    if (before.kind === 'BREAK_START') return true;
    if (shift?.shift.work.repeatsAnyKind) return true;
    const isFree = isUntyped(before.kind, shift?.shift.work ?? offShift.work);
    const isNextFree = isUntyped(punch.kind, next?.shift.work ?? offShift.work);
    if (isFree && isNextFree && punch.time - before.time > MAX_UNTYPED_SECONDS * 1000) continue;
    if ((isFree || before.kind !== 'OUT') && (isNextFree || punch.kind !== 'IN')) return true;
  }
  return false;
}

/** Whether the hours of a shift lie between two punches off shift. */
function isAcross(near: readonly PlannedShift[], before: Punch, punch: Punch): boolean {
  return near.some(({ start, end }) => start < punch.time && end > before.time);
}

/** Of those of one instant, first what ends something. */
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

/** The shifts in whose windows punches are, divided where two claim the time. */
function byWindow(
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

/** Whether a punch that two windows take is the earlier shift's. */
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

/** Off-shift punches further from a window than this have no say in what is torn at it. */
const MAX_TOGETHER_MS = DEFAULT_MAX_SESSION_SECONDS * 1000;

/** Punches of one presence, by place; both ends included. */
interface Visit {
  /** The arrival. */
  readonly first: number;
  /** The departure, or what else is last known of it. */
  readonly last: number;
  /** The longest that it can be, whatever its shift says. */
  readonly longestMs: number;
}

class Allotting implements Allotment {
  readonly punches: readonly Punch[];
  readonly shifts: (PlannedShift | undefined)[];
  readonly passages: Passage[] = [];
  readonly visits: WholeVisit[] = [];
  readonly #plan: DayPlan;
  /** As their shifts read them: UNSPECIFIED is what alternates; undefined: a repetition. */
  readonly #kinds: readonly (PunchKind | undefined)[];

  constructor(plan: DayPlan, punches: readonly Punch[], shifts: (PlannedShift | undefined)[]) {
    this.#plan = plan;
    this.punches = punches;
    this.shifts = shifts;
    this.#kinds = this.#readKinds();
  }

  #readKinds(): readonly (PunchKind | undefined)[] {
    let counted: number | undefined;
    return this.punches.map(({ kind, time }, place) => {
      const rules = this.#rulesAt(place);
      if (counted !== undefined && this.shifts[counted] === this.shifts[place]) {
        const isRepeated = time - this.#timeAt(counted) <= rules.repeatSeconds * 1000;
        if (isRepeated && rules.repeatsAnyKind && this.shifts[place] !== undefined)
          return undefined;
      }
      counted = place;
      return isUntyped(kind, rules) ? 'UNSPECIFIED' : kind;
    });
  }

  /** Gives visits that the windows have torn to one shift. */
  mend(): void {
    const visits = [...this.#typedVisits(), ...this.#untypedVisits()];
    const torn = visits.flatMap((visit) => {
      const shifts = this.#shiftsOfTorn(visit);
      return shifts === undefined ? [] : [{ ...visit, shifts }];
    });
    const given = new Set<number>();
    for (const visit of torn) {
      if (given.has(visit.first)) continue;
      given.add(visit.first);
      this.#give(visit, visit.shifts);
    }
  }

  #rulesAt(place: number): WorkRules {
    return this.shifts[place]?.shift.work ?? this.#plan.offShift.work;
  }

  #timeAt(place: number): Instant {
    return this.punches[place]?.time ?? (Infinity as Instant);
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
    visits.push(...this.#openVisits(next, this.punches.length));
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
    return found.findLast((first) => !this.#isTooLong({ first, last, longestMs }));
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
      while (last > first && this.#isTooLong({ first, last, longestMs })) last -= 1;
      if (last > first) yield { first, last, longestMs };
      first = last;
    }
  }

  /** Whether a visit has to do with a shift that cannot have a session so long. */
  #isTooLong(visit: Visit): boolean {
    if (this.#isWhole(visit) || this.#mostShared(visit) === undefined) return false;
    return this.#shiftsOfTorn(visit) === undefined;
  }

  /** Whether it is one session as the windows have it, and of the shift whose hours it shares most. */
  #isWhole(visit: Visit): boolean {
    const [own, other] = [this.shifts[visit.first], this.shifts[visit.last]];
    if (own === undefined || own !== other || this.#mostShared(visit) !== own) return false;
    return this.#areSessions([own], visit);
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
    for (let last = 1; last < this.punches.length; last += 1) {
      const kind = this.#kinds[last];
      if (kind !== 'OUT' && kind !== 'UNSPECIFIED') continue;
      if (this.shifts[last] === this.shifts[last - 1]) continue;
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
    const shift = this.shifts[place];
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
      group.map((place) => this.punches[place]).filter((punch) => punch !== undefined),
    );
    const arrival = pairing.open?.in;
    return group.find((place) => this.#timeAt(place) === arrival && !this.#isBreak(place));
  }

  /** Those of its shift; off shift, those until a pause that begins work anew. None if too far. */
  #together(from: number, step: 1 | -1): readonly number[] {
    const shift = this.shifts[from];
    const gap = this.#plan.offShift.newStretchGapSeconds * 1000;
    const places: number[] = [];
    for (let place = from; place in this.punches && this.shifts[place] === shift; place += step) {
      const pause = Math.abs(this.#timeAt(place) - this.#timeAt(place - step));
      if (shift === undefined && place !== from && pause >= gap) break;
      if (Math.abs(this.#timeAt(place) - this.#timeAt(from)) > MAX_TOGETHER_MS) return [];
      places.push(place);
    }
    return step === 1 ? places : places.reverse();
  }

  /**
   * The shifts that a visit is one session of, where the windows would make more of it: most often
   * one, and those before and after it that touch and that the visit is in too.
   */
  #shiftsOfTorn(visit: Visit): readonly PlannedShift[] | undefined {
    if (this.#isWhole(visit)) return undefined;
    const shift = this.#mostShared(visit);
    if (shift === undefined || this.#lengthOf(visit) > visit.longestMs) return undefined;
    const run = this.#runThrough(shift, visit);
    return [this.#between(run, visit), run].find((shifts) => this.#areSessions(shifts, visit));
  }

  /** Where the windows say which shift its ends are of, no others. */
  #between(run: readonly PlannedShift[], { first, last }: Visit): readonly PlannedShift[] {
    const [own, other] = [this.shifts[first], this.shifts[last]];
    if (own === other) return run;
    const from = own === undefined ? -1 : run.indexOf(own);
    const to = other === undefined ? -1 : run.indexOf(other);
    return run.slice(Math.max(from, 0), to === -1 ? run.length : to + 1);
  }

  #lengthOf({ first, last }: Visit): number {
    return this.#timeAt(last) - this.#timeAt(first);
  }

  /** Whether shifts that touch can each have their part of a visit, and all of them the whole. */
  #areSessions(run: readonly PlannedShift[], visit: Visit): boolean {
    if (run.length === 0) return false;
    if (run.length > 1 && this.#lengthOf(visit) > MAX_THROUGH_SECONDS * 1000) return false;
    const [start, end] = [this.#timeAt(visit.first), this.#timeAt(visit.last)];
    return run.every(({ shift, end: until }, index) => {
      const [from, to] = [run[index - 1]?.end ?? start, index === run.length - 1 ? end : until];
      return to - from <= maxSessionSeconds(shift) * 1000;
    });
  }

  /** The shift most of whose hours a visit has; of equals its arrival's, then its departure's. */
  #mostShared({ first, last }: Visit): PlannedShift | undefined {
    const [own, other] = [this.shifts[first], this.shifts[last]];
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

  #give({ first, last }: Visit, run: readonly PlannedShift[]): void {
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

  /** With all before and after it that touch and that the visit is in too. */
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
}

/** Whether a punch comes after a shift's end. There, a break can still end. */
function isBeyond(shift: PlannedShift | undefined, { time, kind }: Punch): boolean {
  if (shift === undefined) return false;
  return kind === 'BREAK_END' ? time > shift.end : time >= shift.end;
}
