// Parses shifts and their rules. The rules in the proto have checked the form of every
// field, including real dates; other faults are added to the problems.

import type { Duration } from '@bufbuild/protobuf/wkt';
import {
  DateAttribution as WireAttribution,
  type AutoClose as WireAutoClose,
  type BreakType as WireBreakType,
  type FlexibleHours as WireFlexibleHours,
  type Geofence as WireGeofence,
  HoursCounted as WireHours,
  type OffShiftRules as WireOffShiftRules,
  PunchPairing as WirePairing,
  type Rounding as WireRounding,
  type Shift as WireShift,
  type WorkRules as WireWorkRules,
} from '../../../gen/attendance/v1/roster_pb.js';
import {
  ATTRIBUTIONS,
  type Attribution,
  type AutoClose,
  type BreakType,
  DEFAULT_OFF_SHIFT_RULES,
  type FlexibleHours,
  type Geofence,
  HOURS_COUNTED,
  type HoursCounted,
  type OffShiftRules,
  PAIRINGS,
  type Pairing,
  PLAIN_WORK_RULES,
  ROUNDING_DIRECTIONS,
  type Rounding,
  type Shift,
  type TimesOfDay,
  type WorkRules,
} from '../../domain/roster/shift.js';
import { findZone, type Zone } from '../../domain/time/zone.js';
import { quoted } from '../edge/free-text.js';
import type { Problems } from '../edge/problems.js';
import { secondOfDay } from '../shared/parse.js';

/** How far a shift's window reaches beyond the shift by default. */
const DEFAULT_BEFORE_SECONDS = 2 * 3600;
const DEFAULT_AFTER_SECONDS = 4 * 3600;

/** A length in seconds, with its fraction, which the checks refuse; `usual` if not given. */
export function lengthOf(length: Duration | undefined, usual = 0): number {
  return length === undefined ? usual : Number(length.seconds) + length.nanos / 1e9;
}

/** The zone of that name. Returns undefined, and adds a problem, if there is none. */
export function parseZone(name: string, field: string, problems: Problems): Zone | undefined {
  const zone = findZone(name);
  if (zone === undefined) {
    const description = `must be the exact IANA name of a time zone, such as Europe/Berlin; it is ${quoted(name)}`;
    problems.add(field, 'TIME_ZONE_UNKNOWN', description);
  }
  return zone;
}

/** Parses a shift; checkShift checks its lengths and times. */
export function parseShift(message: WireShift, path: string, problems: Problems): Shift {
  const { timeZone, calendarId, geofence } = message;
  return {
    shiftId: message.shiftId,
    startSecond: secondOfDay(message.startTimeOfDay),
    endSecond: secondOfDay(message.endTimeOfDay),
    zone: timeZone === '' ? undefined : parseZone(timeZone, `${path}.time_zone`, problems),
    beforeSeconds: lengthOf(message.acceptBefore, DEFAULT_BEFORE_SECONDS),
    afterSeconds: lengthOf(message.acceptAfter, DEFAULT_AFTER_SECONDS),
    maxSessionSeconds: lengthOf(message.maxSessionLength),
    lateGraceSeconds: lengthOf(message.lateGrace),
    earlyGraceSeconds: lengthOf(message.earlyGrace),
    halfDayBelowSeconds: lengthOf(message.halfDayThreshold),
    absentBelowSeconds: lengthOf(message.absentThreshold),
    halvesMeetSecond:
      message.halfDayBoundary === '' ? undefined : secondOfDay(message.halfDayBoundary),
    flexible: message.flexibleHours && parseFlexible(message.flexibleHours),
    ...parseShiftWork(message.workRules),
    counting: {
      fromStart: message.countFromStart,
      toEnd: message.countToEnd,
      minOvertimeSeconds: lengthOf(message.minOvertime),
    },
    worksOnHolidays: message.worksOnHolidays,
    calendarId: calendarId === '' ? undefined : calendarId,
    geofence: geofence === undefined ? undefined : parseGeofence(geofence),
  };
}

/** The work rules of a shift. Without any, those of its employee's policy apply. */
function parseShiftWork(message: WireWorkRules | undefined) {
  if (message !== undefined) return { work: parseWorkRules(message) };
  return { work: PLAIN_WORK_RULES, followsPolicy: true as const };
}

function parseGeofence({ latitude, longitude, radiusMeters }: WireGeofence): Geofence {
  // The proto requires both, because 0 is a valid coordinate.
  if (latitude === undefined || longitude === undefined) {
    throw new Error('a geofence without a centre passed its rules');
  }
  return { latitude, longitude, radiusMeters };
}

export function parseWorkRules(message: WireWorkRules | undefined): WorkRules {
  if (message === undefined) return PLAIN_WORK_RULES;
  return {
    pairing: parsePairing(message.pairing),
    hours: parseHours(message.hoursCounted),
    repeatSeconds: lengthOf(message.repeatWindow),
    repeatsAnyKind: message.repeatAnyKind,
    breakDeductions: message.breakDeductions.map(({ after, length }) => ({
      afterSeconds: lengthOf(after),
      breakSeconds: lengthOf(length),
    })),
    deductExcessOnly: message.deductExcessOnly,
    minBreakSeconds: lengthOf(message.minBreakLength),
    paidBreakSeconds: lengthOf(message.paidBreakLimit),
    breakTypes: message.breakTypes.map(parseBreakType),
    roundIn: parseRounding(message.roundIn),
    roundOut: parseRounding(message.roundOut),
    roundBreaks: parseRounding(message.roundBreaks),
    roundWorked: parseRounding(message.roundWorked),
    autoClose: message.autoClose && parseAutoClose(message.autoClose),
  };
}

function parseAutoClose({ rule }: WireAutoClose): AutoClose {
  const seconds = lengthOf(rule.value);
  switch (rule.case) {
    case 'afterPlannedEnd':
      return { by: 'PLANNED_END', seconds };
    case 'afterPlannedWork':
      return { by: 'PLANNED_WORK', seconds };
    case 'afterArrival':
      return { by: 'LENGTH', seconds };
    case undefined:
      throw new Error('an auto_close without a rule passed the rules of the proto');
  }
}

function parseFlexible(message: WireFlexibleHours): FlexibleHours {
  const { target, coreStartTimeOfDay, coreEndTimeOfDay } = message;
  return {
    targetSeconds: lengthOf(target),
    core: parseTimes(coreStartTimeOfDay, coreEndTimeOfDay),
  };
}

/** Undefined without both. A single missing time becomes NaN, which the checks refuse. */
export function parseTimes(start: string, end: string): TimesOfDay | undefined {
  if (start === '' && end === '') return undefined;
  const secondOr = (time: string) => (time === '' ? Number.NaN : secondOfDay(time));
  return { startSecond: secondOr(start), endSecond: secondOr(end) };
}

function parseBreakType(message: WireBreakType): BreakType {
  return {
    breakTypeId: message.breakTypeId,
    isPaid: message.paid,
    lengthSeconds: lengthOf(message.length),
    window: parseTimes(message.startTimeOfDay, message.endTimeOfDay),
    isByClock: message.byClock,
  };
}

function parseRounding(message: WireRounding | undefined): Rounding | undefined {
  if (message === undefined) return undefined;
  return {
    direction: oneOf(ROUNDING_DIRECTIONS, message.direction),
    stepSeconds: lengthOf(message.step),
    graceSeconds: lengthOf(message.grace),
  };
}

/** Parses off-shift rules; checkOffShiftRules checks their lengths. */
export function parseOffShiftRules(message: WireOffShiftRules | undefined): OffShiftRules {
  if (message === undefined) return DEFAULT_OFF_SHIFT_RULES;
  const { newStretchGapSeconds, maxLengthSeconds } = DEFAULT_OFF_SHIFT_RULES;
  return {
    work: parseWorkRules(message.workRules),
    newStretchGapSeconds: lengthOf(message.newStretchGap, newStretchGapSeconds),
    maxLengthSeconds: lengthOf(message.maxLength, maxLengthSeconds),
    attribution: parseAttribution(message.attribution),
    dayStartSecond: message.dayStart === '' ? 0 : secondOfDay(message.dayStart),
  };
}

/** The domain's lists have the order of the contract's numbers, which begin at 1. */
function oneOf<T>(values: readonly T[], number: number): T {
  const value = values[number - 1];
  if (value === undefined) throw new RangeError(`no rule of the proto refused the enum ${number}`);
  return value;
}

function parsePairing(value: WirePairing): Pairing {
  return value === WirePairing.UNSPECIFIED ? 'TYPED' : oneOf(PAIRINGS, value);
}

function parseHours(value: WireHours): HoursCounted {
  return value === WireHours.UNSPECIFIED ? 'EVERY_PAIR' : oneOf(HOURS_COUNTED, value);
}

function parseAttribution(value: WireAttribution): Attribution {
  return value === WireAttribution.UNSPECIFIED ? 'START_DATE' : oneOf(ATTRIBUTIONS, value);
}
