// Writes times and dates for readers in a zone. Computed from the zone's offset: the same text on
// every machine, whatever its language, zone or ICU version.

import { type LocalDate, toEpochDay } from './local-date.js';
import type { Instant } from './time.js';
import { instantAt, offsetAt, type Zone } from './zone.js';

const DAY_MS = 86_400_000;

/** Begins with the weekday of 1970-01-01. */
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'] as const;
const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** The zone's clock at an instant, in whole seconds. Drops fractions. */
interface WallTime {
  readonly epochDay: number;
  readonly secondOfDay: number;
}

function wallTimeOf(zone: Zone, instant: Instant): WallTime {
  const local = instant + offsetAt(zone, instant);
  const epochDay = Math.floor(local / DAY_MS);
  return { epochDay, secondOfDay: Math.floor((local - epochDay * DAY_MS) / 1000) };
}

/** `Sun 30 Mar`. */
export function dateText(date: LocalDate): string {
  return epochDayText(toEpochDay(date));
}

function epochDayText(epochDay: number): string {
  const date = new Date(epochDay * DAY_MS);
  const weekday = WEEKDAYS[((epochDay % 7) + 7) % 7];
  return `${weekday} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** `06:00`, `06:00:30`, or `02:30 (second time)` in the hour that is repeated in autumn. */
export function timeText(zone: Zone, instant: Instant): string {
  return textOf(zone, instant, wallTimeOf(zone, instant), false);
}

/** `06:00 (Sun 30 Mar)`. */
export function datedTimeText(zone: Zone, instant: Instant): string {
  return textOf(zone, instant, wallTimeOf(zone, instant), true);
}

/** A time that is read after another one: with its date if the dates differ. */
export function laterTimeText(zone: Zone, instant: Instant, reference: Instant): string {
  const wall = wallTimeOf(zone, instant);
  return textOf(zone, instant, wall, wall.epochDay !== wallTimeOf(zone, reference).epochDay);
}

/** Writes a time for the reader of a day. */
export type TimeTeller = (time: Instant) => string;

/** A time of a day: with its date if it is another. */
export function timeTextOn(zone: Zone, instant: Instant, date: LocalDate): string {
  const wall = wallTimeOf(zone, instant);
  return textOf(zone, instant, wall, wall.epochDay !== toEpochDay(date));
}

function textOf(zone: Zone, instant: Instant, wall: WallTime, isDated: boolean): string {
  const details = [
    ...(isDated ? [epochDayText(wall.epochDay)] : []),
    ...(isSecondTime(zone, instant, wall) ? ['second time'] : []),
  ];
  const time = secondOfDayText(wall.secondOfDay);
  return details.length === 0 ? time : `${time} (${details.join(', ')})`;
}

/** Whether the clock showed the same time before, because it was set back since. */
function isSecondTime(zone: Zone, instant: Instant, wall: WallTime): boolean {
  return instantAt(zone, wall.epochDay, wall.secondOfDay) < instant - 999;
}

function secondOfDayText(secondOfDay: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const clock = `${two(Math.floor(secondOfDay / 3600))}:${two(Math.floor(secondOfDay / 60) % 60)}`;
  return secondOfDay % 60 === 0 ? clock : `${clock}:${two(secondOfDay % 60)}`;
}
