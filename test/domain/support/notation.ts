// Reads and writes the notation of the acceptance cases (scenario.ts). Uses Temporal and not the
// engine's own zone tables, so that the two check each other.

import { Temporal } from 'temporal-polyfill';
import { type ClockRange, PORTIONS, type Portion } from '../../../src/domain/facts/day.js';
import type { PunchKind } from '../../../src/domain/facts/punch.js';
import { type Case, DEFAULT_DAY, DEFAULT_NOW, DEFAULT_ZONE } from './scenario.js';

export interface PunchText {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly kind: PunchKind;
  readonly deviceId: string;
  readonly eventId: string;
  readonly position: { readonly latitude: number; readonly longitude: number } | undefined;
  readonly accuracyMeters: number;
}

export interface MarkText {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly status: string;
  readonly portion: Portion;
  /** Leave by the hour. */
  readonly leaveTime?: ClockRange;
}

export interface RoundingParts {
  readonly direction: string;
  readonly stepSeconds: number;
  readonly graceSeconds: number;
}

const KINDS: Readonly<Record<string, PunchKind>> = {
  P: 'UNSPECIFIED',
  IN: 'IN',
  OUT: 'OUT',
  BREAK: 'BREAK_START',
  BACK: 'BREAK_END',
};

const DATE = /^D([+-]\d+)?$/;
const LENGTH = /^(\d+):([0-5]\d)(?::([0-5]\d))?$/;
const MOMENT = /^(D(?:[+-]\d+)?) (\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d|@[\w/]+)?$/;
const PUNCH =
  /^(D\S* \S+) (P|IN|OUT|BREAK|BACK)(?: by ([\w-]+)(?:#(\w+))?)?(?: at ([\d.-]+),([\d.-]+)(?: within (\d+))?)?$/;

/** A text that is not the notation is a mistake in a row: the row cannot be meant as it stands. */
function notRead(what: string, text: string): never {
  throw new Error(`not ${what} of a case: "${text}"`);
}

export class Notation {
  readonly zone: string;
  readonly #day: Temporal.PlainDate;

  constructor(row: Pick<Case, 'day' | 'roster'>) {
    this.zone = row.roster.zone ?? DEFAULT_ZONE;
    this.#day = Temporal.PlainDate.from(row.day ?? DEFAULT_DAY);
  }

  /** `D+1` as `YYYY-MM-DD`. */
  date(text: string): string {
    const match = DATE.exec(text) ?? notRead('a date', text);
    return this.#day.add({ days: Number(match[1] ?? 0) }).toString();
  }

  /** `D+1` as days since 1970. */
  epochDay(text: string): number {
    return Date.parse(this.date(text)) / 86_400_000;
  }

  /** `D 08:00` as milliseconds since 1970. */
  moment(text: string): number {
    const match = MOMENT.exec(text) ?? notRead('a moment', text);
    const [, day = '', time = '', where = ''] = match;
    const local = `${this.date(day)}T${time}`;
    if (where === 'Z' || /^[+-]/.test(where)) {
      return Temporal.Instant.from(`${local}${where}`).epochMilliseconds;
    }
    const zone = where === '' ? this.zone : where.slice(1);
    return Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
  }

  /** Milliseconds since 1970 as `D 08:00`, in the employee's zone. */
  say(instant: number): string {
    const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(this.zone);
    const time = local.toPlainTime().toString({ smallestUnit: 'millisecond' });
    return `${this.sayDate(local.toPlainDate().toString())} ${time.replace(/(:00)?\.000$/, '')}`;
  }

  /** `YYYY-MM-DD` as `D+1`. */
  sayDate(date: string): string {
    const { days } = this.#day.until(date, { largestUnit: 'days' });
    return days === 0 ? 'D' : days > 0 ? `D+${days}` : `D${days}`;
  }

  punch(text: string): PunchText {
    const match = PUNCH.exec(text) ?? notRead('a punch', text);
    const [, moment = '', kind = '', deviceId = '', eventId = '', ...place] = match;
    const [latitude, longitude, within = '0'] = place;
    return {
      time: this.moment(moment),
      kind: KINDS[kind] ?? notRead('a punch', text),
      deviceId,
      eventId,
      position:
        latitude === undefined
          ? undefined
          : { latitude: Number(latitude), longitude: Number(longitude) },
      accuracyMeters: Number(within),
    };
  }

  /** `D`, or half of it: `D SECOND_HALF`. */
  holiday(text: string): Pick<MarkText, 'date' | 'portion'> {
    const [day = '', half = 'WHOLE_DAY'] = text.split(' ');
    return this.mark(`${day} HOLIDAY ${half}`);
  }

  mark(text: string): MarkText {
    const [day = '', status = '', portion = 'WHOLE_DAY', ...rest] = text.split(' ');
    const hours = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(portion);
    if (hours !== null) {
      const [startSecond = 0, end = 0] = [1, 3].map(
        (at) => Number(hours[at]) * 3600 + Number(hours[at + 1]) * 60,
      );
      const endSecond = end + (end < startSecond ? 86_400 : 0);
      return {
        date: this.date(day),
        status,
        portion: 'WHOLE_DAY',
        leaveTime: { startSecond, endSecond },
      };
    }
    const known = PORTIONS.find((each) => each === portion);
    if (known === undefined || status === '' || rest.length > 0) notRead('a mark', text);
    return { date: this.date(day), status, portion: known };
  }

  now(text: string | undefined): number {
    return this.moment(text ?? DEFAULT_NOW);
  }
}

/** `4:00` as seconds; 0 when left out. */
export function secondsOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, hours, minutes, seconds = '0'] = LENGTH.exec(text) ?? notRead('a length', text);
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Seconds as `4:00`. */
export function sayLength(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? minutes : `${minutes}:${two(seconds % 60)}`;
}

/** `UP 0:05 grace 0:03`. */
export function roundingOf(text: string): RoundingParts {
  const [direction = '', step, , grace] = text.split(' ');
  return { direction, stepSeconds: secondsOf(step), graceSeconds: secondsOf(grace) };
}

/** `0:15 after 6:00`. */
export function deductionOf(text: string): { afterSeconds: number; breakSeconds: number } {
  const [length, , after] = text.split(' ');
  return { afterSeconds: secondsOf(after), breakSeconds: secondsOf(length) };
}
