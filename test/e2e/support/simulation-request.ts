// An acceptance case as a SimulateAttendanceRequest, in protobuf's JSON form: what any client
// could write by hand. The parts are exported for whoever stores the same case instead
// (stage.ts).

import { fromJson, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import {
  type SimulateAttendanceRequest,
  SimulateAttendanceRequestSchema,
} from '../../../gen/attendance/v1/simulation_pb.js';
import type { ClockRange } from '../../../src/domain/facts/day.js';
import { timeOfDayText } from '../../../src/domain/time/duration-text.js';
import { deductionOf, Notation, roundingOf, secondsOf } from '../../domain/support/notation.js';
import {
  type AssignedSetup,
  type Case,
  DEFAULT_MARGIN,
  EMPLOYEE,
  type RosterSetup,
  type RulesSetup,
  type ShiftSetup,
} from '../../domain/support/scenario.js';
import { datesOf } from '../../domain/support/scenario-values.js';

const DAY_MS = 86_400_000;

export function simulationRequestOf(row: Case): SimulateAttendanceRequest {
  return fromJson(SimulateAttendanceRequestSchema, jsonOf(row));
}

function jsonOf(row: Case): JsonObject {
  const notation = new Notation(row);
  const { roster } = row;
  const { firstDay, lastDay } = datesOf(row);
  return given({
    employee: employeeJson(roster, notation),
    shifts: (roster.shifts ?? []).map(shiftJson),
    assignments: (roster.assigned ?? []).map((assigned) => assignmentJson(assigned, notation)),
    holidays: (roster.holidays ?? []).map((text) => holidayJson(text, notation)),
    offShiftRules: offShiftJson(roster),
    punches: (row.punches ?? []).map((text) => punchJson(text, notation)),
    marks: (row.marks ?? []).map((text) => markJson(text, notation)),
    startDate: isoDate(firstDay),
    endDate: isoDate(lastDay),
    nowTime: isoTime(notation.now(row.now)),
  });
}

export function employeeJson(roster: RosterSetup, notation: Notation): JsonObject {
  return given({
    employeeId: EMPLOYEE,
    timeZone: notation.zone,
    joinDate: roster.joined === undefined ? undefined : notation.date(roster.joined),
    leaveDate: roster.left === undefined ? undefined : notation.date(roster.left),
    defaultShiftId: roster.defaultShift,
  });
}

export function shiftJson(shift: ShiftSetup): JsonObject {
  const [startTime, endTime] = shift.hours.split('-');
  return given({
    shiftId: shift.id,
    startTimeOfDay: startTime,
    endTimeOfDay: endTime,
    timeZone: shift.zone,
    acceptBefore: length(shift.before ?? DEFAULT_MARGIN),
    acceptAfter: length(shift.after ?? DEFAULT_MARGIN),
    maxSessionLength: length(shift.maxSession),
    lateGrace: length(shift.lateGrace),
    earlyGrace: length(shift.earlyGrace),
    halfDayThreshold: length(shift.halfDayThreshold),
    absentThreshold: length(shift.absentThreshold),
    workRules: rulesOf(shift.rules),
    halfDayBoundary: shift.halvesMeet,
    flexibleHours: flexibleOf(shift),
    countFromStart: shift.countFromStart,
    countToEnd: shift.countToEnd,
    minOvertime: length(shift.minOvertime),
    worksOnHolidays: shift.worksOnHolidays,
    calendarId: shift.calendar,
    geofence: shift.geofence && { ...shift.geofence },
  });
}

function flexibleOf({ target, core }: ShiftSetup): JsonObject | undefined {
  if (target === undefined) return undefined;
  const [coreStartTimeOfDay, coreEndTimeOfDay] = core?.split('-') ?? [];
  return given({ target: length(target), coreStartTimeOfDay, coreEndTimeOfDay });
}

/** Of the employee's own calendar. */
export function holidayJson(text: string, notation: Notation): JsonObject {
  const { date, portion } = notation.holiday(text);
  return { date, name: 'a holiday', portion: `DAY_PORTION_${portion}` };
}

export function assignmentJson(
  { shifts, from, to }: AssignedSetup,
  notation: Notation,
): JsonObject {
  return given({
    startDate: notation.date(from),
    endDate: to === undefined ? undefined : notation.date(to),
    cycle: [{ shiftIds: [...shifts] }],
  });
}

export function offShiftJson({ offShift }: RosterSetup): JsonObject | undefined {
  if (offShift === undefined) return undefined;
  const { gap, maxLength, attribution, dayStart, rules } = offShift;
  return given({
    workRules: rulesOf(rules),
    newStretchGap: length(gap),
    maxLength: length(maxLength),
    attribution: attribution && `DATE_ATTRIBUTION_${attribution}`,
    dayStart: dayStart?.padStart(5, '0'),
  });
}

function rulesOf(rules: RulesSetup | undefined): JsonObject | undefined {
  if (rules === undefined) return undefined;
  return given({
    pairing: rules.pairing && `PUNCH_PAIRING_${rules.pairing}`,
    hoursCounted: rules.hours && `HOURS_COUNTED_${rules.hours}`,
    repeatWindow: length(rules.repeat),
    repeatAnyKind: rules.repeatsAnyKind,
    breakDeductions: (rules.deduct ?? []).map((text) => {
      const { afterSeconds, breakSeconds } = deductionOf(text);
      return { after: `${afterSeconds}s`, length: `${breakSeconds}s` };
    }),
    deductExcessOnly: rules.deductExcessOnly,
    minBreakLength: length(rules.minBreak),
    paidBreakLimit: length(rules.paidBreaks),
    breakTypes: (rules.breakTypes ?? []).map((type) => {
      const [startTimeOfDay, endTimeOfDay] = type.window?.split('-') ?? [];
      return given({
        breakTypeId: type.id,
        paid: type.paid,
        length: length(type.length),
        startTimeOfDay,
        endTimeOfDay,
        byClock: type.byClock,
      });
    }),
    roundIn: roundingJson(rules.roundIn),
    roundOut: roundingJson(rules.roundOut),
    roundBreaks: roundingJson(rules.roundBreaks),
    roundWorked: roundingJson(rules.roundWorked),
    autoClose: autoCloseJson(rules.autoClose),
  });
}

const AUTO_CLOSE_FIELDS: Readonly<Record<string, string>> = {
  PLANNED_END: 'afterPlannedEnd',
  PLANNED_WORK: 'afterPlannedWork',
  LENGTH: 'afterArrival',
};

function autoCloseJson(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const [rule = '', seconds] = text.split(' ');
  return { [AUTO_CLOSE_FIELDS[rule] ?? rule]: length(seconds) ?? '0s' };
}

function roundingJson(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  const { direction, stepSeconds, graceSeconds } = roundingOf(text);
  return {
    direction: `ROUNDING_DIRECTION_${direction}`,
    step: `${stepSeconds}s`,
    grace: `${graceSeconds}s`,
  };
}

export function punchJson(text: string, notation: Notation): JsonObject {
  const { time, kind, deviceId, eventId, position, accuracyMeters } = notation.punch(text);
  return given({
    time: isoTime(time),
    kind: `PUNCH_KIND_${kind}`,
    deviceId,
    eventId,
    location: position && { ...position, accuracyMeters },
  });
}

function markJson(text: string, notation: Notation): JsonObject {
  const { date, status, portion, leaveTime } = notation.mark(text);
  return given({
    date,
    status: `ATTENDANCE_STATUS_${status}`,
    portion: `DAY_PORTION_${portion}`,
    leaveTime: leaveTime && rangeOf(leaveTime),
  });
}

/** Hours of leave as requests say them. */
export function rangeOf({ startSecond, endSecond }: ClockRange) {
  return { startTimeOfDay: timeOfDayText(startSecond), endTimeOfDay: timeOfDayText(endSecond) };
}

function length(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${secondsOf(text)}s`;
}

function isoTime(instant: number): string {
  return new Date(instant).toISOString();
}

function isoDate(epochDay: number): string {
  return isoTime(epochDay * DAY_MS).slice(0, 10);
}

/** What is not given is left out: the contract says what that means. */
function given(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const object: JsonObject = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) object[name] = value;
  }
  return object;
}
