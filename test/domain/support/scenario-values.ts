// An acceptance case as the engine's own values.

import {
  type ClockRange,
  isMarkable,
  type MarkableStatus,
  type Portion,
  STATUSES,
} from '../../../src/domain/facts/day.js';
import type { Punch } from '../../../src/domain/facts/punch.js';
import type {
  EmployeeRoster,
  Holiday,
  Roster,
  ShiftVersion,
} from '../../../src/domain/roster/roster.js';
import {
  AUTO_CLOSE_RULES,
  type AutoClose,
  type BreakType,
  DEFAULT_OFF_SHIFT_RULES,
  type OffShiftRules,
  PLAIN_WORK_RULES,
  ROUNDING_DIRECTIONS,
  type Rounding,
  type Shift,
  type TimesOfDay,
  type WorkRules,
} from '../../../src/domain/roster/shift.js';
import { type LocalDate, parseLocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone, type Zone } from '../../../src/domain/time/zone.js';
import { deductionOf, Notation, roundingOf, secondsOf } from './notation.js';
import {
  type BreakTypeSetup,
  CALENDAR,
  type Case,
  DEFAULT_MARGIN,
  type OffShiftSetup,
  type RulesSetup,
  type ShiftSetup,
} from './scenario.js';

export interface CaseValues {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  readonly punches: readonly Punch[];
  /** The oldest first. */
  readonly marks: readonly {
    readonly date: LocalDate;
    readonly status: MarkableStatus;
    readonly portion: Portion;
    readonly leaveTime: ClockRange | undefined;
  }[];
  readonly now: Instant;
}

export function valuesOf(row: Case): CaseValues {
  const notation = new Notation(row);
  const { roster: setup } = row;
  const shifts = new Map(
    (setup.shifts ?? []).map((shift): [string, ShiftVersion[]] => [
      shift.id,
      [{ fromDay: Number.NEGATIVE_INFINITY, shift: shiftOf(shift) }],
    ]),
  );
  const holidays = (setup.holidays ?? []).map((text): [number, Holiday] => {
    const { date, portion } = notation.holiday(text);
    return [toEpochDay(dateOf(date)), { name: 'a holiday', portion }];
  });
  return {
    roster: {
      shifts,
      calendars: new Map([[CALENDAR, new Map(holidays)]]),
      policies: new Map(),
      offShift: offShiftOf(setup.offShift ?? {}),
    },
    employee: employeeOf(row, notation),
    punches: (row.punches ?? []).map((text): Punch => {
      const punch = notation.punch(text);
      return { ...punch, time: punch.time as Instant, flags: [] };
    }),
    marks: (row.marks ?? []).map((text) => {
      const { date, status, portion, leaveTime } = notation.mark(text);
      return { date: dateOf(date), status: markableOf(status), portion, leaveTime };
    }),
    now: notation.now(row.now) as Instant,
  };
}

function employeeOf({ roster: setup }: Case, notation: Notation): EmployeeRoster {
  const dayOr = (text: string | undefined, otherwise: number) =>
    text === undefined ? otherwise : notation.epochDay(text);
  return {
    zones: [{ fromDay: Number.NEGATIVE_INFINITY, zone: zoneNamed(notation.zone) }],
    joinedDay: dayOr(setup.joined, Number.NEGATIVE_INFINITY),
    leftDay: dayOr(setup.left, Number.POSITIVE_INFINITY),
    defaultShiftId: setup.defaultShift,
    calendarId: CALENDAR,
    assignments: (setup.assigned ?? []).map(({ shifts, from, to }) => ({
      fromDay: notation.epochDay(from),
      toDay: dayOr(to, Number.POSITIVE_INFINITY),
      anchorDay: notation.epochDay(from),
      cycle: [shifts],
    })),
    overrides: new Map(),
  };
}

/** The engine's own value, for the checks of definitions too. */
export function shiftOf(setup: ShiftSetup): Shift {
  const [start = '', end = ''] = setup.hours.split('-');
  return {
    shiftId: setup.id,
    startSecond: secondsOf(start),
    endSecond: secondsOf(end),
    zone: setup.zone === undefined ? undefined : zoneNamed(setup.zone),
    beforeSeconds: secondsOf(setup.before ?? DEFAULT_MARGIN),
    afterSeconds: secondsOf(setup.after ?? DEFAULT_MARGIN),
    maxSessionSeconds: secondsOf(setup.maxSession),
    lateGraceSeconds: secondsOf(setup.lateGrace),
    earlyGraceSeconds: secondsOf(setup.earlyGrace),
    halfDayBelowSeconds: secondsOf(setup.halfDayThreshold),
    absentBelowSeconds: secondsOf(setup.absentThreshold),
    work: workRulesOf(setup.rules ?? {}),
    halvesMeetSecond: setup.halvesMeet === undefined ? undefined : secondsOf(setup.halvesMeet),
    flexible:
      setup.target === undefined
        ? undefined
        : {
            targetSeconds: secondsOf(setup.target),
            core: setup.core === undefined ? undefined : timesOf(setup.core),
          },
    counting: {
      fromStart: setup.countFromStart ?? false,
      toEnd: setup.countToEnd ?? false,
      minOvertimeSeconds: secondsOf(setup.minOvertime),
    },
    worksOnHolidays: setup.worksOnHolidays ?? false,
    calendarId: setup.calendar,
    geofence: setup.geofence,
  };
}

function workRulesOf(setup: RulesSetup): WorkRules {
  return {
    pairing: setup.pairing ?? PLAIN_WORK_RULES.pairing,
    hours: setup.hours ?? PLAIN_WORK_RULES.hours,
    repeatSeconds: secondsOf(setup.repeat),
    repeatsAnyKind: setup.repeatsAnyKind ?? false,
    breakDeductions: (setup.deduct ?? []).map(deductionOf),
    deductExcessOnly: setup.deductExcessOnly ?? false,
    minBreakSeconds: secondsOf(setup.minBreak),
    paidBreakSeconds: secondsOf(setup.paidBreaks),
    breakTypes: (setup.breakTypes ?? []).map(breakTypeOf),
    roundIn: roundingValue(setup.roundIn),
    roundOut: roundingValue(setup.roundOut),
    roundBreaks: roundingValue(setup.roundBreaks),
    roundWorked: roundingValue(setup.roundWorked),
    autoClose: autoCloseOf(setup.autoClose),
  };
}

function autoCloseOf(text: string | undefined): AutoClose | undefined {
  if (text === undefined) return undefined;
  const [rule, length] = text.split(' ');
  const by = AUTO_CLOSE_RULES.find((each) => each === rule);
  if (by === undefined) throw new Error(`no rule to close sessions: "${text}"`);
  return { by, seconds: secondsOf(length) };
}

function breakTypeOf({ id, paid, length, window, byClock }: BreakTypeSetup): BreakType {
  return {
    breakTypeId: id,
    isPaid: paid ?? false,
    lengthSeconds: secondsOf(length),
    window: window === undefined ? undefined : timesOf(window),
    isByClock: byClock ?? false,
  };
}

/** `12:00-13:00`. */
function timesOf(text: string): TimesOfDay {
  const [start = '', end = ''] = text.split('-');
  return { startSecond: secondsOf(start), endSecond: secondsOf(end) };
}

function roundingValue(text: string | undefined): Rounding | undefined {
  if (text === undefined) return undefined;
  const parts = roundingOf(text);
  const direction = ROUNDING_DIRECTIONS.find((each) => each === parts.direction);
  if (direction === undefined) throw new Error(`not a rounding: "${text}"`);
  return { ...parts, direction };
}

function offShiftOf({
  gap,
  maxLength,
  attribution,
  dayStart,
  rules,
}: OffShiftSetup): OffShiftRules {
  const plain = DEFAULT_OFF_SHIFT_RULES;
  return {
    work: workRulesOf(rules ?? {}),
    newStretchGapSeconds: gap === undefined ? plain.newStretchGapSeconds : secondsOf(gap),
    maxLengthSeconds: maxLength === undefined ? plain.maxLengthSeconds : secondsOf(maxLength),
    attribution: attribution ?? plain.attribution,
    dayStartSecond: secondsOf(dayStart ?? '0:00'),
  };
}

function zoneNamed(name: string): Zone {
  const zone = findZone(name);
  if (zone === undefined) throw new Error(`no such zone: ${name}`);
  return zone;
}

function dateOf(text: string): LocalDate {
  const date = parseLocalDate(text);
  if (date === undefined) throw new Error(`no such date: ${text}`);
  return date;
}

function markableOf(text: string): MarkableStatus {
  const status = STATUSES.find((each) => each === text);
  if (status === undefined || !isMarkable(status)) throw new Error(`cannot be marked: ${text}`);
  return status;
}

/** The dates to work out: all that a row speaks of, and two on either side of them. */
export function datesOf(row: Case): { readonly firstDay: number; readonly lastDay: number } {
  const notation = new Notation(row);
  const days = Object.keys(row.days).map((day) => notation.epochDay(day));
  const punched = (row.punches ?? []).map((text) =>
    Math.floor(notation.punch(text).time / 86_400_000),
  );
  const marked = (row.marks ?? []).map((text) => toEpochDay(dateOf(notation.mark(text).date)));
  const all = [...days, ...punched, ...marked];
  return { firstDay: Math.min(...all) - 2, lastDay: Math.max(...all) + 2 };
}
