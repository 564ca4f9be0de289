// The months for the row `derive`: ordinary ways of working, the same on every weekday, and the
// result of each worked day, calculated by hand. Must not ask the engine for any of it.

import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import {
  type Punch,
  type PunchKind,
  type Timeline,
  timelineOf,
} from '../../src/domain/facts/punch.js';
import type { EmployeeRoster, Roster } from '../../src/domain/roster/roster.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  type Shift,
} from '../../src/domain/roster/shift.js';
import { type LocalDate, toEpochDay } from '../../src/domain/time/local-date.js';
import { findZone, instantAt, type Zone } from '../../src/domain/time/zone.js';

/** One employee's month. */
export interface Scenario {
  readonly name: string;
  readonly employeeId: EmployeeId;
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** The month's punches, including those on the morning after the last night. */
  readonly punches: Timeline;
  /** The date of each punch, in the order of `punches`. */
  readonly punchDays: readonly number[];
  /** For each day that was worked, after all rules. */
  readonly workedSeconds: number;
  /** What the roster plans for such a day. */
  readonly plannedSeconds: number;
}

/** A month in which clocks are set forward, on a Sunday. */
const FIRST_DATE = '2026-03-01' as LocalDate;
export const FIRST_DAY = toEpochDay(FIRST_DATE);
export const LAST_DAY = FIRST_DAY + 30;
/** The month's Mondays to Fridays. */
export const WORKED_DAYS = 22;
/** The month's first Monday. */
const MONDAY = FIRST_DAY + 1;
const WEEK = 7;
const WORKING_WEEK = 5;

const MARGIN_SECONDS = 3600;
const QUARTER_SECONDS = 15 * 60;

/** Punches of one day: `17:02 OUT`. From 24:00 on they are on the next morning. */
type PunchText = `${string} ${PunchKind}`;

const DAY_PUNCHES: readonly PunchText[] = ['07:55 IN', '12:00 OUT', '12:30 IN', '17:02 OUT'];
const UNTYPED_PUNCHES: readonly PunchText[] = [
  '07:55 UNSPECIFIED',
  '12:00 UNSPECIFIED',
  '12:30 UNSPECIFIED',
  '17:02 UNSPECIFIED',
];
/** 4:05 before noon and 4:32 after it. */
const DAY_WORKED = seconds('08:37');

const DAY_SHIFT = shift('day', '08:00', '17:00');

/** Every rule has an effect: late, early, a break that is too short and rounded, rounded times. */
const RULED_SHIFT: Shift = {
  ...DAY_SHIFT,
  maxSessionSeconds: 0,
  lateGraceSeconds: 300,
  earlyGraceSeconds: 300,
  halfDayBelowSeconds: seconds('05:00'),
  absentBelowSeconds: seconds('02:00'),
  work: {
    ...PLAIN_WORK_RULES,
    repeatSeconds: 60,
    breakDeductions: [
      { afterSeconds: seconds('06:00'), breakSeconds: 30 * 60 },
      { afterSeconds: seconds('07:30'), breakSeconds: 45 * 60 },
    ],
    paidBreakSeconds: 10 * 60,
    roundIn: { direction: 'UP', stepSeconds: QUARTER_SECONDS, graceSeconds: 0 },
    roundOut: { direction: 'DOWN', stepSeconds: QUARTER_SECONDS, graceSeconds: 0 },
    roundBreaks: { direction: 'UP', stepSeconds: QUARTER_SECONDS, graceSeconds: 0 },
    roundWorked: { direction: 'DOWN', stepSeconds: 10 * 60, graceSeconds: 0 },
  },
};

/** The months. Each employee's number is the index of the scenario. */
export function scenarios(): readonly Scenario[] {
  return [
    month('day shift', [DAY_SHIFT], DAY_PUNCHES, DAY_WORKED),
    // 4:06 before the break and 3:34 after it.
    month(
      'night shift',
      [shift('night', '22:00', '06:00')],
      ['21:54 IN', '26:00 OUT', '26:30 IN', '30:04 OUT'],
      seconds('07:40'),
    ),
    // Their windows meet at noon. 4:08 and 4:06.
    month(
      'two shifts a day',
      [shift('morning', '08:00', '12:00'), shift('afternoon', '13:00', '17:00')],
      ['07:55 IN', '12:03 OUT', '12:56 IN', '17:02 OUT'],
      seconds('08:14'),
    ),
    // Counted from 08:15 to 16:45; 20 minutes of break count as 30, 45 are required, 10 are
    // paid: 7:55, rounded down to 7:50.
    month(
      'all rules',
      [RULED_SHIFT],
      ['08:12 IN', '12:00 BREAK_START', '12:20 BREAK_END', '16:48 OUT'],
      seconds('07:50'),
    ),
    month('untyped on a shift', [DAY_SHIFT], UNTYPED_PUNCHES, DAY_WORKED),
    month('typed without roster', [], DAY_PUNCHES, DAY_WORKED),
    month('untyped without roster', [], UNTYPED_PUNCHES, DAY_WORKED),
  ];
}

function month(
  name: string,
  shifts: readonly Shift[],
  punchTexts: readonly PunchText[],
  workedSeconds: number,
): Scenario {
  const zone = findZone('Europe/Berlin');
  if (zone === undefined) throw new Error('this Node has no time zones');
  const punches: Punch[] = [];
  const punchDays: number[] = [];
  for (let day = MONDAY; day <= LAST_DAY; day += 1) {
    if ((day - MONDAY) % WEEK >= WORKING_WEEK) continue;
    for (const text of punchTexts) {
      punches.push(punch(zone, day, text, punches.length + 1));
      punchDays.push(day);
    }
  }
  return {
    name,
    employeeId: 'bench-00000001' as EmployeeId,
    roster: {
      shifts: new Map(shifts.map((each) => [each.shiftId, [{ fromDay: -Infinity, shift: each }]])),
      calendars: new Map(),
      policies: new Map(),
      offShift: DEFAULT_OFF_SHIFT_RULES,
    },
    employee: employeeOf(zone, shifts),
    punches: timelineOf(punches),
    punchDays,
    workedSeconds,
    plannedSeconds: shifts.reduce((sum, each) => sum + lengthOf(each), 0),
  };
}

function employeeOf(zone: Zone, shifts: readonly Shift[]): EmployeeRoster {
  const ids = shifts.map(({ shiftId }) => shiftId);
  const cycle = Array.from({ length: WEEK }, (_, day) => (day < WORKING_WEEK ? ids : []));
  const weeks = { fromDay: -Infinity, toDay: Infinity, anchorDay: MONDAY, cycle };
  return {
    zones: [{ fromDay: -Infinity, zone }],
    joinedDay: -Infinity,
    leftDay: Infinity,
    defaultShiftId: undefined,
    calendarId: undefined,
    assignments: shifts.length === 0 ? [] : [weeks],
    overrides: new Map(),
  };
}

function shift(shiftId: string, start: string, end: string): Shift {
  return {
    shiftId,
    startSecond: seconds(start),
    endSecond: seconds(end),
    zone: undefined,
    beforeSeconds: MARGIN_SECONDS,
    afterSeconds: MARGIN_SECONDS,
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

function lengthOf({ startSecond, endSecond }: Shift): number {
  const length = endSecond - startSecond;
  return length > 0 ? length : length + seconds('24:00');
}

function punch(zone: Zone, day: number, text: PunchText, eventNumber: number): Punch {
  const [clock = '', kind] = text.split(' ');
  const second = seconds(clock);
  const midnight = seconds('24:00');
  const isNextMorning = second >= midnight;
  return {
    time: instantAt(zone, day + (isNextMorning ? 1 : 0), second % midnight),
    kind: kind as PunchKind,
    deviceId: 'gate-1',
    eventId: String(eventNumber),
    position: undefined,
    flags: [],
  };
}

/** The seconds of a time of day or a length, `hh:mm`. */
function seconds(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60;
}
