// Time zones: converts a local date and time to an instant, and an instant to a local date. Every
// lookup after a decade's first compares a few numbers (zone-table.ts). Must never read the time or
// the machine's own zone.

import { Temporal } from 'temporal-polyfill';
import type { Instant } from './time.js';
import { ZoneTable } from './zone-table.js';

/** A time zone of the IANA database. There is one object for each name, so compare with ===. */
export interface Zone {
  /** The requested name: `Asia/Calcutta` stays so. */
  readonly name: string;
  /** For the functions of this file. */
  readonly table: ZoneTable;
}

/** The runtime's zone data as a number below 2^16, 2025b as 2025 - 1970 and 2; 0: unknown. */
export const ZONE_DATA_VERSION = zoneDataVersion(process.versions.tz ?? '');

function zoneDataVersion(release: string): number {
  const [, year, letter = ''] = /^(\d{4})([a-z])$/.exec(release) ?? [];
  return year === undefined ? 0 : (Number(year) - 1970) * 32 + letter.charCodeAt(0) - 96;
}

/** Twice the longest name (America/Argentina/ComodRivadavia has 32). */
const LONGEST_NAME = 64;
/** Begins with a letter, because an offset such as +05:30 says nothing about summer time. */
const NAME_FORM = /^[A-Za-z][A-Za-z0-9_+/-]*$/;
/** ICU's own names, which were never meant for people and have left the IANA database. */
const NOT_IANA = /^SYSTEMV\//;

const DAY_MS = 86_400_000;

/** Both grow only by names that the runtime knows, about 600. Refused names are not kept. */
const zones = new Map<string, Zone>();
const spellings = new Map<string, string>();

/**
 * The zone of an IANA name, links included (`US/Pacific`), spelled exactly as IANA does.
 * Undefined for anything else: unknown names, other case, offsets (`+05:30`), empty text.
 */
export function findZone(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (name.length > LONGEST_NAME || !NAME_FORM.test(name) || spellingOf(name) !== name) {
    return undefined;
  }
  const zone: Zone = Object.freeze({ name, table: new ZoneTable(name) });
  zones.set(name, zone);
  return zone;
}

/**
 * IANA's spelling of a name in any case. Asks Temporal with capitals only, because the polyfill
 * keeps every text it was ever given, and a name has a thousand ways to mix its case.
 */
function spellingOf(name: string): string | undefined {
  const capitals = name.toUpperCase();
  const known = spellings.get(capitals);
  if (known !== undefined || NOT_IANA.test(capitals)) return known;
  try {
    const spelling = new Temporal.ZonedDateTime(0n, capitals).timeZoneId;
    spellings.set(capitals, spelling);
    return spelling;
  } catch {
    return undefined;
  }
}

/**
 * Milliseconds to add to UTC to get the zone's local time at an instant. Exact to the second
 * from 1890 to the end of 9999 and beyond; before 1890 it is the offset of 1890.
 */
export function offsetAt(zone: Zone, instant: Instant): number {
  return zone.table.offsetAt(instant);
}

/**
 * The instant of a local date (days since 1970-01-01) and time of day (seconds, 0 to 86400, as on
 * the wall clock; 86400 is the next date's 00:00). If clocks are set back and the time exists
 * twice, it is the first of the two. If clocks are set forward and the time never exists, it is
 * read with the offset before the change, and so moves forward by the gap: 02:30 becomes 03:30.
 * This is RFC 5545's rule and Temporal's `compatible`.
 */
export function instantAt(zone: Zone, epochDay: number, secondOfDay: number): Instant {
  return zone.table.instantAt(epochDay * DAY_MS + secondOfDay * 1000) as Instant;
}

/**
 * The first instant at which the zone's clocks show a local date (days since 1970-01-01) and time
 * of day (seconds, 0 to 86400) or a later one. Like instantAt, but a skipped time is the moment at
 * which the clocks skip it. So later times never come earlier.
 */
export function instantReached(zone: Zone, epochDay: number, secondOfDay: number): Instant {
  return zone.table.reached(epochDay * DAY_MS + secondOfDay * 1000) as Instant;
}

/**
 * The first instant of a local date (days since 1970-01-01): its midnight, or the next time if the
 * clocks skip midnight. A date that the zone left out (Pacific/Apia 2011-12-30) begins with the
 * next one: its length is 0. Never decreases from one date to the next.
 */
export function startOfDay(zone: Zone, epochDay: number): Instant {
  return zone.table.reached(epochDay * DAY_MS) as Instant;
}

/**
 * The local date of an instant, as days since 1970-01-01: the largest one whose startOfDay is not
 * after it, so that every instant has exactly one date. If clocks are set back across midnight
 * (America/St_Johns until 2011, 00:01 to 23:01), the new date has begun and keeps the repeated
 * evening, although the clock shows the old date again.
 */
export function epochDayAt(zone: Zone, instant: Instant): number {
  return Math.floor(zone.table.latestShown(instant) / DAY_MS);
}
