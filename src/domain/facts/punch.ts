// Punches: one touch of a clock each. A punch is evidence: nothing here changes one.

import { type Instant, wholeSecond } from '../time/time.js';

/** What the employee is doing. UNSPECIFIED: the clock did not ask, so punches alternate. */
export const PUNCH_KINDS = ['UNSPECIFIED', 'IN', 'OUT', 'BREAK_START', 'BREAK_END'] as const;
export type PunchKind = (typeof PUNCH_KINDS)[number];

/** Where a punch was made, according to its device, in WGS 84 degrees. */
export interface Position {
  /** -90 to 90. */
  readonly latitude: number;
  /** -180 to 180. */
  readonly longitude: number;
}

/** What was found about a punch when it was recorded. Days that use it show it. */
export type PunchFlag = 'CLOCK_SKEW' | 'EVENT_ID_CONFLICT';

export interface Punch {
  /** The time on the clock that took it. */
  readonly time: Instant;
  readonly kind: PunchKind;
  /** The clock's id; empty if the punch came from no device. */
  readonly deviceId: string;
  /** The device's own number for it; empty if it gives none. */
  readonly eventId: string;
  /** Undefined if the device did not say. */
  readonly position: Position | undefined;
  /** How far off the position may be, in metres; absent or 0 if the device did not say. */
  readonly accuracyMeters?: number | undefined;
  readonly flags: readonly PunchFlag[];
}

/**
 * Punches of one employee in canonical order, each once, with times in whole seconds: the input of
 * the rules. The same punches give the same timeline, however often and in whatever order they
 * came.
 */
export type Timeline = readonly Punch[] & { readonly __brand: 'Timeline' };

export const NO_PUNCHES = [] as readonly Punch[] as Timeline;

/**
 * Drops fractions of seconds, because lengths are whole seconds. Sorts. Drops repetitions: the same
 * device, event id, second and kind.
 */
export function timelineOf(punches: readonly Punch[]): Timeline {
  const sorted = punches.map(inWholeSeconds).sort(comparePunches);
  const kept = sorted.filter((punch, index) => {
    const before = sorted[index - 1];
    return before === undefined || !isRepetition(before, punch);
  });
  return kept as readonly Punch[] as Timeline;
}

/** Copies only these fields, because most recorded punches have many more that no rule uses. */
function inWholeSeconds(punch: Punch): Punch {
  const time = wholeSecond(punch.time);
  if (time === punch.time) return punch;
  const { kind, deviceId, eventId, position, accuracyMeters, flags } = punch;
  return { time, kind, deviceId, eventId, position, accuracyMeters, flags };
}

function isRepetition(a: Punch, b: Punch): boolean {
  return (
    a.time === b.time && a.kind === b.kind && a.deviceId === b.deviceId && a.eventId === b.eventId
  );
}

/** By instant. The rest makes the order total, so that it cannot depend on arrival. */
function comparePunches(a: Punch, b: Punch): number {
  return (
    a.time - b.time ||
    PUNCH_KINDS.indexOf(a.kind) - PUNCH_KINDS.indexOf(b.kind) ||
    compareText(a.deviceId, b.deviceId) ||
    compareText(a.eventId, b.eventId) ||
    compareText(evidenceOf(a), evidenceOf(b))
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function evidenceOf({ position, accuracyMeters = 0, flags }: Punch): string {
  return JSON.stringify([position?.latitude, position?.longitude, accuracyMeters, flags]);
}

/**
 * The punches, with EVENT_ID_CONFLICT on each that reuses a device's event id for another instant
 * or kind than an earlier one: the device's counter was reset, or two devices share an id.
 */
export function flagEventIdConflicts(punches: Timeline): Timeline {
  const seen = new Set<string>();
  const flagged = punches.map((punch): Punch => {
    if (punch.eventId === '') return punch;
    const key = JSON.stringify([punch.deviceId, punch.eventId]);
    if (!seen.has(key)) {
      seen.add(key);
      return punch;
    }
    return { ...punch, flags: [...new Set([...punch.flags, 'EVENT_ID_CONFLICT' as const])].sort() };
  });
  return flagged as readonly Punch[] as Timeline;
}

/** The index of the first punch at or after `time`; the length if there is none. */
export function firstAtOrAfter(punches: Timeline, time: number): number {
  let low = 0;
  let high = punches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const punch = punches[middle];
    if (punch !== undefined && punch.time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
