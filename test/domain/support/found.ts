// A roster and punches written down in a few words, for single cases.

import { derive } from '../../../src/domain/engine/derive.js';
import type { DayResult } from '../../../src/domain/facts/day.js';
import {
  PUNCH_KINDS,
  type Punch,
  type Timeline,
  timelineOf,
} from '../../../src/domain/facts/punch.js';
import { type DayPlan, plan } from '../../../src/domain/roster/plan.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  type OffShiftRules,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  type Shift,
  type WorkRules,
} from '../../../src/domain/roster/shift.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { day, zoneNamed } from './arbitraries.js';

export interface Found {
  /** The employee's; UTC unless given. */
  readonly zone?: string;
  /** From dates on; after `zone`. */
  readonly moves?: Readonly<Record<string, string>>;
  readonly shifts?: Readonly<
    Record<
      string,
      {
        /** `HH:MM-HH:MM`. */
        readonly hours: string;
        readonly zone?: string;
        readonly before?: number;
        readonly after?: number;
      }
    >
  >;
  /** Every day; nothing: no roster. */
  readonly works?: readonly string[];
  readonly overrides?: Readonly<Record<string, readonly string[]>>;
  readonly offShift?: Partial<OffShiftRules>;
  /** Of the off-shift work. */
  readonly work?: Partial<WorkRules>;
  readonly dates: readonly string[];
  /** `YYYY-MM-DD: HH:MM:SS KIND device, ...; YYYY-MM-DD: ...` in UTC. */
  readonly punches: string;
}

function secondOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 3600 + minutes * 60;
}

function shiftOf(id: string, found: NonNullable<Found['shifts']>[string]): Shift {
  const [start = '', end = ''] = found.hours.split('-');
  return {
    shiftId: id,
    startSecond: secondOf(start),
    endSecond: secondOf(end),
    zone: found.zone === undefined ? undefined : zoneNamed(found.zone),
    beforeSeconds: found.before ?? 0,
    afterSeconds: found.after ?? 0,
    maxSessionSeconds: 0,
    lateGraceSeconds: 0,
    earlyGraceSeconds: 0,
    halfDayBelowSeconds: 0,
    absentBelowSeconds: 0,
    work: PLAIN_WORK_RULES,
    halvesMeetSecond: undefined,
    flexible: undefined,
    counting: PLAIN_COUNTING,
    worksOnHolidays: false,
    calendarId: undefined,
    geofence: undefined,
  };
}

export function punchesIn(text: string): Timeline {
  const punches = text.split('; ').flatMap((line) => {
    const [date = '', rest = ''] = line.split(': ');
    return rest.split(', ').map((one): Punch => {
      const [clock = '', name = '', deviceId = ''] = one.split(' ');
      const kind = PUNCH_KINDS.find((each) => each === name);
      if (kind === undefined) throw new RangeError(`${name} is no kind of punch`);
      const time = Date.parse(`${date}T${clock}Z`) as Instant;
      return { time, kind, deviceId, eventId: '', position: undefined, flags: [] };
    });
  });
  return timelineOf(punches);
}

export function plansOf(found: Found): DayPlan[] {
  const { shifts = {}, works = [], moves = {}, overrides = {} } = found;
  const roster = {
    shifts: new Map(
      Object.entries(shifts).map(
        ([id, shift]) => [id, [{ fromDay: -Infinity, shift: shiftOf(id, shift) }]] as const,
      ),
    ),
    calendars: new Map(),
    policies: new Map(),
    offShift: {
      ...DEFAULT_OFF_SHIFT_RULES,
      ...found.offShift,
      work: { ...PLAIN_WORK_RULES, ...found.work },
    },
  };
  const always = { fromDay: -Infinity, toDay: Infinity, anchorDay: 0, cycle: [works] };
  const employee = {
    zones: [
      { fromDay: -Infinity, zone: zoneNamed(found.zone ?? 'UTC') },
      ...Object.entries(moves).map(([date, zone]) => ({
        fromDay: day(date),
        zone: zoneNamed(zone),
      })),
    ],
    joinedDay: -Infinity,
    leftDay: Infinity,
    defaultShiftId: undefined,
    calendarId: undefined,
    assignments: works.length === 0 ? [] : [always],
    overrides: new Map(Object.entries(overrides).map(([date, ids]) => [day(date), ids] as const)),
  };
  return found.dates.map((date) => plan(roster, employee, day(date)));
}

/** One result for each of the dates, from the punches that its plan asks for. */
export function resultsOf(found: Found): DayResult[] {
  const punches = punchesIn(found.punches);
  return plansOf(found).map((each) => {
    const { from, to } = each.reach;
    const near = timelineOf(punches.filter(({ time }) => time >= from && time < to + 1000));
    return derive({ declaration: undefined, punches: near }, each);
  });
}
