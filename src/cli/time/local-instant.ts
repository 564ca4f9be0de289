// Converts wall clock times to instants. Twice a year that is not one instant: an hour is skipped
// in spring and happens twice in autumn. Never guesses silently, but says which it was.

import { offsetMsAt } from './local-time.js';

const DAY_MS = 86_400_000;

/** A local date and time of day, or an instant, as written. */
export type WrittenTime =
  | { readonly kind: 'INSTANT'; readonly epochMs: number; readonly nanos: number }
  | { readonly kind: 'LOCAL'; readonly wallMs: number; readonly nanos: number };

const WRITTEN =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads `2026-03-02T09:00:00Z`, `2026-03-02 09:00:00+01:00` (instants), `2026-03-02 09:00` (local).
 * `epochMs` and `wallMs` are whole seconds in milliseconds; `nanos` is the rest. Undefined for
 * anything else, and for times that do not exist: 30 February, 24:00.
 */
export function parseWrittenTime(text: string): WrittenTime | undefined {
  const match = WRITTEN.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as number[];
  const [fraction = '', zone] = match.slice(7);
  const date = `${match[1]}-${match[2]}-${match[3]}`;
  if (hour === undefined || minute === undefined || hour > 23 || minute > 59) return undefined;
  const seconds = match[6] === undefined ? 0 : (second ?? 0);
  if (seconds > 59 || year === undefined || month === undefined || day === undefined) {
    return undefined;
  }
  const midnightMs = Date.UTC(year, month - 1, day);
  if (year < 1900 || new Date(midnightMs).toISOString().slice(0, 10) !== date) return undefined;
  const wallMs = midnightMs + ((hour * 60 + minute) * 60 + seconds) * 1000;
  const nanos = Number(fraction.padEnd(9, '0'));
  if (zone === undefined) return { kind: 'LOCAL', wallMs, nanos };
  const offsetMs = offsetOf(zone);
  return offsetMs === undefined
    ? undefined
    : { kind: 'INSTANT', epochMs: wallMs - offsetMs, nanos };
}

/** Whether the notation is right, for a text that `parseWrittenTime` rejects. */
export function isWrittenLikeTime(text: string): boolean {
  return WRITTEN.test(text);
}

function offsetOf(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/**
 * The offsets of days on which a zone's clocks are not changed, by day and zone. These are nearly
 * all days, and a lookup costs about 25 us. Undefined: the clocks change on that day, or near it.
 */
const calmDays = new Map<string, number | undefined>();
/** 30 years of one zone, or a month of every zone. */
const MAX_CALM_DAYS = 11_000;

/**
 * The instants at which the zone's clocks showed it, earliest first: one, two if they were set
 * back, none if they were set forward. `wallMs` is the local time as if it were UTC. Exact for
 * every zone whose clocks change at most once within three days, as all have done.
 */
export function instantsOfWallTime(wallMs: number, zone: string): readonly number[] {
  const calmOffsetMs = calmOffsetOf(Math.floor(wallMs / DAY_MS), zone);
  if (calmOffsetMs !== undefined) return [wallMs - calmOffsetMs];
  const offsets = new Set([offsetMsAt(wallMs - DAY_MS, zone), offsetMsAt(wallMs + DAY_MS, zone)]);
  return [...offsets]
    .map((offsetMs) => ({ offsetMs, epochMs: wallMs - offsetMs }))
    .filter(({ offsetMs, epochMs }) => offsetMsAt(epochMs, zone) === offsetMs)
    .map(({ epochMs }) => epochMs)
    .sort((a, b) => a - b);
}

/** The offset of a local day, if the days before and after have the same one. */
function calmOffsetOf(epochDay: number, zone: string): number | undefined {
  const key = `${epochDay} ${zone}`;
  if (calmDays.has(key)) return calmDays.get(key);
  const before = offsetMsAt((epochDay - 1) * DAY_MS, zone);
  const after = offsetMsAt((epochDay + 2) * DAY_MS, zone);
  const offsetMs = before === after ? before : undefined;
  if (calmDays.size >= MAX_CALM_DAYS) calmDays.clear();
  calmDays.set(key, offsetMs);
  return offsetMs;
}
