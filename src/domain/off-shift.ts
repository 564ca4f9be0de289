// Work outside every shift's window: of people without a roster, all of it. Punches are taken
// together into stretches of work; stretch-dates.ts says which date a stretch belongs to.
//
// A punch's meaning can depend on the one before it, and that one's on the one before, without
// an end. So that a date can be derived from a bounded range of punches, and all dates agree,
// reading begins anew where it surely may: behind a shift's window, after a pause that is longer
// than any session, at an arrival long enough after a departure. Should punches run through a
// whole block of a week (plan.ts) without such a place, as only clocks without keys can bring
// about, it begins anew behind the longest pause of the block: most likely a night's rest.

import type { Anomaly } from './day.js';
import type { Finding, Trace } from './finding.js';
import { type CountedWork, countWork } from './hours.js';
import { MAX_PUNCHES, Pairing, sameInstant, wholeSecond } from './pairing.js';
import { blockStart, type DayPlan, OFF_SHIFT_BLOCK_MS, type Window } from './plan.js';
import { firstAtOrAfter, type Punch, type Timeline } from './punch.js';
import type { OffShiftRules } from './shift.js';
import type { Instant } from './time.js';

const DAY_MS = 86_400_000;

/** Work without a shift, from an arrival until a long pause. */
export interface Stretch {
  readonly counted: CountedWork;
  readonly anomalies: ReadonlySet<Anomaly>;
  /** The first and the last time that is known of it. */
  readonly start: Instant;
  readonly end: Instant;
  readonly findings: readonly Finding[];
}

/**
 * The last reading of a timeline. The dates of a week without windows need the very same one, and
 * a month is derived date by date. Nothing but a shorter way to the same answer.
 */
const lastReadings = new WeakMap<Timeline, { readonly plan: DayPlan; readonly read: Stretch[] }>();

/** The stretches near a date, in order; those on it are among them, and whole. */
export function stretchesNear(plan: DayPlan, timeline: Timeline, trace: Trace): readonly Stretch[] {
  if (trace !== undefined || plan.windows.length > 0) return readStretches(plan, timeline, trace);
  const last = lastReadings.get(timeline);
  if (last !== undefined && isSameReading(last.plan, plan)) return last.read;
  const read = readStretches(plan, timeline, trace);
  lastReadings.set(timeline, { plan, read });
  return read;
}

/** Both plans are without windows. */
function isSameReading(a: DayPlan, b: DayPlan): boolean {
  return (
    a.reach.from === b.reach.from &&
    a.reach.to === b.reach.to &&
    a.zone === b.zone &&
    a.offShift === b.offShift &&
    a.windows.length === 0
  );
}

function readStretches(plan: DayPlan, timeline: Timeline, trace: Trace): Stretch[] {
  const punches = offShiftPunches(plan, timeline);
  if (punches.length === 0) return [];
  const reading = new Reading(plan, trace !== undefined);
  const anew = placesToBeginAnew(plan, punches);
  for (let index = 0; index < punches.length; ) {
    if (anew.has(index)) reading.beginAnew(wholeSecond(punches[index]?.time ?? plan.start));
    const together = sameInstant(punches, index, reading.isOpen);
    for (const punch of together) reading.read(punch);
    index += together.length;
  }
  reading.beginAnew(plan.reach.to);
  return reading.stretches;
}

/**
 * The punches of the plan's reach that are in no window: of a stuck clock's, the first of each
 * day of UTC, with the one that shows that there are more.
 */
function offShiftPunches({ reach, windows }: DayPlan, timeline: Timeline): readonly Punch[] {
  const first = firstAtOrAfter(timeline, reach.from);
  const kept: Punch[] = [];
  let window = 0;
  let day = -Infinity;
  let count = 0;
  for (let index = first; index < timeline.length; index += 1) {
    const punch = timeline[index];
    if (punch === undefined || punch.time >= reach.to + 1000) break;
    const time = wholeSecond(punch.time);
    while (windows[window] !== undefined && (windows[window]?.to ?? 0) < time) window += 1;
    if ((windows[window]?.from ?? Infinity) <= time) continue;
    const itsDay = Math.floor(time / DAY_MS);
    count = itsDay === day ? count + 1 : 1;
    day = itsDay;
    if (count <= MAX_PUNCHES + 1) kept.push(punch);
  }
  return kept;
}

/** The indices of punches that no earlier one has a say in. */
function placesToBeginAnew(plan: DayPlan, punches: readonly Punch[]): ReadonlySet<number> {
  const anew = new Set<number>();
  let block = -Infinity;
  let longest = { index: 0, pause: Infinity };
  punches.forEach((punch, index) => {
    const time = wholeSecond(punch.time);
    const before = punches[index - 1];
    const pause = before === undefined ? Infinity : time - wholeSecond(before.time);
    // Several punches of one instant can have left somebody inside.
    const isAlone = before?.time !== punches[index - 2]?.time;
    const isSure = before === undefined || isSurelyAnew(plan, before, isAlone, punch, pause);
    if (isSure) anew.add(index);
    if (blockStart(time) !== block) {
      // Punches that run on into the next block without such a place ran through all of this one.
      if (!isSure && !hasWindow(plan.windows, block)) anew.add(longest.index);
      block = blockStart(time);
      longest = { index, pause: -1 };
    }
    // A sure place is as long a pause as can be: then nothing is added for the block.
    const length = isSure ? Infinity : pause;
    if (length > longest.pause) longest = { index, pause: length };
  });
  return anew;
}

/** Whether nothing can be open any more, or going on, when the second of two punches comes. */
function isSurelyAnew(
  plan: DayPlan,
  before: Punch,
  isBeforeAlone: boolean,
  punch: Punch,
  pauseMs: number,
): boolean {
  const { newStretchGapSeconds, maxLengthSeconds, work } = plan.offShift;
  if (pauseMs > Math.max(newStretchGapSeconds, maxLengthSeconds) * 1000) return true;
  const isDeparture = before.kind === 'OUT' && isBeforeAlone && work.pairing === 'TYPED';
  if (isDeparture && punch.kind === 'IN' && pauseMs >= newStretchGapSeconds * 1000) return true;
  return isWindowBetween(plan.windows, before.time, punch.time);
}

function hasWindow(windows: readonly Window[], block: number): boolean {
  return windows.some(({ from, to }) => from < block + OFF_SHIFT_BLOCK_MS && to >= block);
}

function isWindowBetween(windows: readonly Window[], from: number, to: number): boolean {
  return windows.some((window) => window.from > from && window.to < to);
}

/** Reads off-shift punches in order and keeps the stretches they make. */
class Reading {
  readonly stretches: Stretch[] = [];
  readonly #plan: DayPlan;
  readonly #rules: OffShiftRules;
  readonly #isTraced: boolean;
  #pairing: Pairing | undefined;
  #findings: Finding[] = [];
  #start = 0 as Instant;
  #day = -Infinity;
  #dayCount = 0;

  constructor(plan: DayPlan, isTraced: boolean) {
    this.#plan = plan;
    this.#rules = plan.offShift;
    this.#isTraced = isTraced;
  }

  get isOpen(): boolean {
    return this.#pairing?.open !== undefined;
  }

  read(punch: Punch): void {
    const time = wholeSecond(punch.time);
    if (this.#isOver(punch, time)) this.beginAnew(time);
    if (this.#pairing === undefined) {
      this.#findings = [];
      const trace = this.#isTraced ? this.#findings : undefined;
      this.#pairing = new Pairing(this.#rules.work, undefined, trace);
      this.#start = time;
    }
    if (this.#isTooMany(time)) this.#pairing.tooMany(punch);
    else this.#pairing.read(punch);
  }

  /** Whether a punch comes too late for the stretch that is being read. */
  #isOver(punch: Punch, time: Instant): boolean {
    const pairing = this.#pairing;
    if (pairing === undefined) return false;
    const { maxLengthSeconds, newStretchGapSeconds, work } = this.#rules;
    const open = pairing.open?.in;
    if (open !== undefined) return time > this.#latestDeparture(open);
    const away = time - pairing.lastTime;
    const isRepeat = punch.kind !== 'IN' && away <= work.repeatSeconds * 1000;
    const isAway = away >= newStretchGapSeconds * 1000 && !isRepeat;
    return isAway || time - this.#start >= maxLengthSeconds * 1000;
  }

  /** A session of the first arrival to the last departure begins where the stretch does. */
  #latestDeparture(arrival: Instant): number {
    const { maxLengthSeconds, work } = this.#rules;
    const start = work.hours === 'EVERY_PAIR' ? arrival : this.#start;
    return start + maxLengthSeconds * 1000;
  }

  #isTooMany(time: Instant): boolean {
    const day = Math.floor(time / DAY_MS);
    this.#dayCount = day === this.#day ? this.#dayCount + 1 : 1;
    this.#day = day;
    return this.#dayCount > MAX_PUNCHES;
  }

  /** Ends the stretch that is being read: from `time` on, nothing belongs to it. */
  beginAnew(time: Instant): void {
    const pairing = this.#pairing;
    if (pairing === undefined) return;
    this.#pairing = undefined;
    const { zone, windows } = this.#plan;
    const open = pairing.open?.in ?? this.#start;
    const window = windows.find(({ from }) => from > open)?.from ?? Infinity;
    const closesAt = Math.min(this.#latestDeparture(open), window, time) as Instant;
    const trace = this.#isTraced ? this.#findings : undefined;
    const counted = countWork(pairing, this.#rules.work, closesAt, zone, trace);
    const last = counted.sessions.at(-1);
    this.stretches.push({
      counted,
      anomalies: pairing.anomalies,
      start: this.#start,
      end: last?.out ?? last?.in ?? this.#start,
      findings: this.#findings,
    });
  }
}
