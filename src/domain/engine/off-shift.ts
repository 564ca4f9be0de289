// Derives work outside every shift's window: all work, for employees without a roster. It groups
// punches into periods of work; off-shift-dates.ts finds the date of each.
//
// A punch's meaning can depend on the punch before it, and so on without end. So that a date can be
// derived from a bounded range of punches, and all dates agree, reading begins anew where that is
// surely right: after a shift's window, after a pause longer than any session, and at an arrival
// long enough after a departure. If punches run through a whole weekly block (plan.ts) without such
// a place, which only clocks without keys can cause, reading begins anew after the longest pause of
// the block: most likely a night's rest.

import type { Finding, Trace } from '../explain/finding.js';
import type { Anomaly } from '../facts/day.js';
import type { Punch, Timeline } from '../facts/punch.js';
import { rulesAt, rulesWithin } from '../roster/off-shift-spans.js';
import { blockStart, type DayPlan, OFF_SHIFT_BLOCK_MS, utcDay } from '../roster/plan.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import { MAX_SESSION_SECONDS, MAX_UNTYPED_SECONDS, type OffShiftRules } from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import type { Allotment } from './allotment.js';
import { type CountedWork, countWork } from './hours.js';
import { isUntyped, MAX_PUNCHES, Pairing, sameInstant } from './pairing.js';

/** A period of work without a shift, from an arrival until a long absence. */
export interface Stretch {
  readonly counted: CountedWork;
  readonly anomalies: ReadonlySet<Anomaly>;
  /** The rules in force when it began. */
  readonly rules: OffShiftRules;
  /** Its first and last known time. */
  readonly start: Instant;
  readonly end: Instant;
  readonly findings: readonly Finding[];
}

/**
 * The last reading of each timeline. The dates of a week without windows need the same one, and a
 * month is derived date by date. Only a faster way to the same answer.
 */
const lastReadings = new WeakMap<Timeline, LastReading>();

interface LastReading {
  readonly plan: DayPlan;
  /** Whether it has findings. They do no harm if not asked for. */
  readonly isTraced: boolean;
  readonly stretches: readonly Stretch[];
}

const NO_STRETCHES: readonly Stretch[] = [];

/** The periods of work near a date, in order. Those on the date are among them, and whole. */
export function stretchesNear(
  plan: DayPlan,
  timeline: Timeline,
  allotment: Allotment,
  trace: Trace,
): readonly Stretch[] {
  const isTraced = trace !== undefined;
  if (allotment.shifts.length > 0 && !allotment.shifts.includes(undefined)) return NO_STRETCHES;
  if (plan.near.length > 0) return readStretches(plan, allotment, isTraced);
  const last = lastReadings.get(timeline);
  if (last !== undefined && isSameReading(last, plan) && (last.isTraced || !isTraced)) {
    return last.stretches;
  }
  const stretches = readStretches(plan, allotment, isTraced);
  lastReadings.set(timeline, { plan, isTraced, stretches });
  return stretches;
}

/** Only plans without windows are kept or asked about. */
function isSameReading({ plan }: LastReading, other: DayPlan): boolean {
  return (
    plan.offShiftRange.from === other.offShiftRange.from &&
    plan.offShiftRange.to === other.offShiftRange.to &&
    plan.zone === other.zone &&
    plan.offShift === other.offShift
  );
}

function readStretches(plan: DayPlan, allotment: Allotment, isTraced: boolean): Stretch[] {
  const { punches, surplus } = offShiftPunches(plan, allotment);
  if (punches.length === 0) return [];
  const reading = new Reading(plan, surplus, isTraced);
  const anew = placesToBeginAnew(plan, punches);
  const departures = nextDepartures(punches, anew);
  for (let index = 0; index < punches.length; ) {
    const departure = departures[index];
    if (punches[index]?.kind === 'IN' && departure !== undefined) {
      reading.beginAnewIfLost(punches[index]?.time ?? plan.start, departure);
    }
    if (anew.has(index)) reading.beginAnew(punches[index]?.time ?? plan.start);
    const together = sameInstant(punches, index, reading.pairing);
    for (const punch of together) reading.read(punch);
    index += together.length;
  }
  reading.beginAnew(plan.offShiftRange.to);
  return reading.stretches;
}

/** For each punch, the time of the next departure, if reading does not begin anew before it. */
function nextDepartures(
  punches: readonly Punch[],
  anew: ReadonlySet<number>,
): readonly (Instant | undefined)[] {
  const departures: (Instant | undefined)[] = [];
  let next: Instant | undefined;
  for (let index = punches.length - 1; index >= 0; index -= 1) {
    const punch = punches[index];
    departures[index] = next;
    if (punch?.kind === 'OUT') next = punch.time;
    // Whether it is a departure depends on the punches before.
    if (punch?.kind === 'UNSPECIFIED') next = undefined;
    if (anew.has(index)) next = undefined;
  }
  return departures;
}

interface OffShiftPunches {
  readonly punches: readonly Punch[];
  /** The punches beyond the bound. Each shows that there are more. */
  readonly surplus: ReadonlySet<Punch>;
}

/**
 * The punches of no shift. Of a stuck clock's punches, only the first of each UTC day, with one
 * that shows that there are more. Counting begins anew after a window, because another date's range
 * begins there and must have the same result.
 */
function offShiftPunches({ offShiftRange, near }: DayPlan, allotment: Allotment): OffShiftPunches {
  const punches: Punch[] = [];
  const surplus = new Set<Punch>();
  let window = 0;
  let day = -Infinity;
  let count = 0;
  allotment.punches.forEach((punch, place) => {
    const { time } = punch;
    if (time < offShiftRange.from || time > offShiftRange.to) return;
    if (allotment.shifts[place] !== undefined) return;
    while ((near[window]?.window.to ?? Infinity) < time) {
      window += 1;
      count = 0;
    }
    const itsDay = utcDay(time);
    count = itsDay === day ? count + 1 : 1;
    day = itsDay;
    if (count > MAX_PUNCHES + 1) return;
    punches.push(punch);
    if (count > MAX_PUNCHES) surplus.add(punch);
  });
  return { punches, surplus };
}

/** The indices of punches whose meaning no earlier punch affects. */
function placesToBeginAnew(plan: DayPlan, punches: readonly Punch[]): ReadonlySet<number> {
  const anew = new Set<number>();
  let block = -Infinity;
  let longest = { index: 0, pause: Infinity };
  punches.forEach((punch, index) => {
    const { time } = punch;
    const before = punches[index - 1];
    const pause = before === undefined ? Infinity : time - before.time;
    // Several punches of one instant can have left the employee inside.
    const isAlone = before?.time !== punches[index - 2]?.time;
    const isSure = before === undefined || isSurelyAnew(plan, before, isAlone, punch, pause);
    if (isSure) anew.add(index);
    if (blockStart(time) !== block) {
      // Punches that continue into the next block without such a place ran through all of this one.
      if (!isSure && !hasWindow(plan.near, block)) anew.add(longest.index);
      block = blockStart(time);
      longest = { index, pause: -1 };
    }
    // A sure place counts as the longest possible pause, so the block needs no other.
    const length = isSure ? Infinity : pause;
    if (length > longest.pause) longest = { index, pause: length };
  });
  return anew;
}

/** Whether no session and no period can still be open when the second of two punches comes. */
function isSurelyAnew(
  plan: DayPlan,
  before: Punch,
  isBeforeAlone: boolean,
  punch: Punch,
  pauseMs: number,
): boolean {
  // The first punch's period began before it, but not long before. This must hold under all its
  // rules.
  const since = before.time - 2 * MAX_SESSION_SECONDS * 1000;
  const isAnew = rulesWithin(plan.offShift, since, punch.time).every((rules) =>
    isAnewUnder(rules, before, isBeforeAlone, punch, pauseMs),
  );
  return isAnew || isWindowBetween(plan.near, before.time, punch.time);
}

function isAnewUnder(
  { newStretchGapSeconds, maxLengthSeconds, work }: OffShiftRules,
  before: Punch,
  isBeforeAlone: boolean,
  punch: Punch,
  pauseMs: number,
): boolean {
  const longest = isUntyped(punch.kind, work)
    ? Math.min(maxLengthSeconds, MAX_UNTYPED_SECONDS)
    : maxLengthSeconds;
  if (pauseMs > Math.max(newStretchGapSeconds, longest) * 1000) return true;
  const isDeparture = before.kind === 'OUT' && isBeforeAlone && work.pairing === 'TYPED';
  return isDeparture && punch.kind === 'IN' && pauseMs >= newStretchGapSeconds * 1000;
}

function hasWindow(near: readonly PlannedShift[], block: number): boolean {
  return near.some(({ window }) => window.from < block + OFF_SHIFT_BLOCK_MS && window.to >= block);
}

function isWindowBetween(near: readonly PlannedShift[], from: number, to: number): boolean {
  return near.some(({ window }) => window.from > from && window.to < to);
}

/** Reads off-shift punches in order and collects the periods of work. */
class Reading {
  readonly stretches: Stretch[] = [];
  readonly #plan: DayPlan;
  /** The rules of the current period. */
  #rules: OffShiftRules;
  readonly #surplus: ReadonlySet<Punch>;
  readonly #isTraced: boolean;
  #pairing: Pairing | undefined;
  #findings: Finding[] = [];
  #start = 0 as Instant;

  constructor(plan: DayPlan, surplus: ReadonlySet<Punch>, isTraced: boolean) {
    this.#plan = plan;
    this.#surplus = surplus;
    this.#rules = plan.offShift[0].rules;
    this.#isTraced = isTraced;
  }

  get pairing(): Pairing | undefined {
    return this.#pairing;
  }

  read(punch: Punch): void {
    const { time } = punch;
    if (this.#isOver(punch, time)) this.beginAnew(time);
    if (this.#pairing === undefined) {
      this.#findings = [];
      this.#rules = rulesAt(this.#plan.offShift, time);
      const trace = this.#isTraced ? this.#findings : undefined;
      this.#pairing = new Pairing(this.#rules.work, undefined, Infinity, trace);
      this.#start = time;
    }
    if (this.#surplus.has(punch)) this.#pairing.tooMany(punch);
    else this.#pairing.read(punch);
  }

  /**
   * An arrival while the employee is in is ignored, because the first one counts. But if the next
   * departure is too late for the first and not for this one, the first has lost its departure.
   */
  beginAnewIfLost(arrival: Instant, departure: Instant): void {
    const open = this.#pairing?.open;
    if (open?.in === undefined || this.#rules.work.pairing !== 'TYPED') return;
    const longest = this.#rules.maxLengthSeconds * 1000;
    const isLost = departure > this.#latestDeparture(open.in, false);
    if (isLost && departure <= arrival + longest && arrival > open.in) this.beginAnew(arrival);
  }

  /** Whether a punch comes too late for the current period. */
  #isOver(punch: Punch, time: Instant): boolean {
    const pairing = this.#pairing;
    if (pairing === undefined) return false;
    const open = pairing.open?.in;
    if (open !== undefined)
      return time > this.#latestDeparture(open, isUntyped(punch.kind, this.#rules.work));
    if (pairing.isRepeatedDeparture(punch.kind, time)) return false;
    const { maxLengthSeconds, newStretchGapSeconds } = this.#rules;
    const isAway = time - pairing.lastTime >= newStretchGapSeconds * 1000;
    return isAway || time - this.#start >= maxLengthSeconds * 1000;
  }

  /** With hours from first arrival to last departure, a session begins when its period does. */
  #latestDeparture(arrival: Instant, isUntyped: boolean): number {
    const { maxLengthSeconds, work } = this.#rules;
    const start = work.hours === 'EVERY_PAIR' ? arrival : this.#start;
    const longest = isUntyped ? Math.min(maxLengthSeconds, MAX_UNTYPED_SECONDS) : maxLengthSeconds;
    return start + longest * 1000;
  }

  /** Ends the current period: punches from `time` on do not belong to it. */
  beginAnew(time: Instant): void {
    const pairing = this.#pairing;
    if (pairing === undefined) return;
    this.#pairing = undefined;
    const { zone, near } = this.#plan;
    const open = pairing.open?.in ?? this.#start;
    const window = near.find((shift) => shift.window.from > open)?.window.from ?? Infinity;
    // If the keys are not trusted, the missing departure would have no kind, like all others.
    const isEndUntyped = isUntyped('OUT', this.#rules.work);
    const latest = this.#latestDeparture(open, isEndUntyped);
    const closesAt = Math.min(latest, window, time) as Instant;
    const trace = this.#isTraced ? this.#findings : undefined;
    const counted = countWork(pairing, this.#rules.work, () => closesAt, zone, undefined, trace);
    const last = counted.sessions.at(-1);
    this.stretches.push({
      counted,
      anomalies: pairing.anomalies,
      rules: this.#rules,
      start: this.#start,
      end: last?.out ?? last?.in ?? this.#start,
      findings: this.#findings,
    });
  }
}
