// Refuses invalid shifts and off-shift rules. Each violation names the field in the names of the
// contract. The rules rely on every bound here. Must answer for any numbers, and never change a
// value to make it fit.

import type { FieldViolation } from '../facts/errors.js';
import { lengthText } from '../time/duration-text.js';
import { checkLength, fieldPath, type LengthBounds } from './check-length.js';
import { checkWorkRules } from './check-work-rules.js';
import { clockSeconds } from './planned-shift.js';
import {
  type CountingRules,
  type Geofence,
  MAX_DAY_START_SECOND,
  MAX_NEW_STRETCH_GAP_SECONDS,
  MAX_SESSION_SECONDS,
  type OffShiftRules,
  type Shift,
  type TimesOfDay,
} from './shift.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** As wide as a country. A wider fence would have no effect. */
const MAX_RADIUS_METERS = 1_000_000;

/** The form of shift and calendar ids, the same as that of employees' ids. */
const ID_FORM = /^[A-Za-z0-9._-]{1,64}$/;
const ID_HELP = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -';

const BELOW_A_DAY: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS - 1 };
const UP_TO_A_DAY: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS };
const TARGET: LengthBounds = { minSeconds: 1, maxSeconds: DAY_SECONDS };
const STRETCH_GAP: LengthBounds = { minSeconds: 0, maxSeconds: MAX_NEW_STRETCH_GAP_SECONDS };
const SESSION_LENGTH: LengthBounds = {
  minSeconds: HOUR_SECONDS,
  maxSeconds: MAX_SESSION_SECONDS,
};

/** The violations of a shift; empty if it is valid. `path` leads to its message. */
export function checkShift(shift: Shift, path: string): FieldViolation[] {
  const at = (name: string) => fieldPath(path, name);
  const { calendarId, geofence } = shift;
  return [
    ...checkId(shift.shiftId, 'SHIFT_ID_INVALID', at('shift_id')),
    ...checkHours(shift, path),
    ...checkLength(shift.lateGraceSeconds, BELOW_A_DAY, at('late_grace')),
    ...checkLength(shift.earlyGraceSeconds, BELOW_A_DAY, at('early_grace')),
    ...checkThresholds(shift, path),
    ...checkHalves(shift, at('half_day_boundary')),
    ...checkFlexible(shift, at('flexible_hours')),
    ...checkWorkRules(shift.work, at('work_rules')),
    ...checkCounting(shift.counting, path),
    ...(calendarId === undefined
      ? []
      : checkId(calendarId, 'CALENDAR_ID_INVALID', at('calendar_id'))),
    ...(geofence === undefined ? [] : checkGeofence(geofence, at('geofence'))),
  ];
}

/** The violations of off-shift rules; empty if they are valid. `path` leads to their message. */
export function checkOffShiftRules(rules: OffShiftRules, path: string): FieldViolation[] {
  const at = (name: string) => fieldPath(path, name);
  return [
    ...checkWorkRules(rules.work, at('work_rules')),
    ...checkNoAutoClose(rules, at('work_rules.auto_close')),
    ...checkLength(rules.newStretchGapSeconds, STRETCH_GAP, at('new_stretch_gap')),
    ...checkLength(rules.maxLengthSeconds, SESSION_LENGTH, at('max_length')),
    ...checkDayStart(rules.dayStartSecond, at('day_start')),
  ];
}

/** The rules close sessions of shifts only: off shift nothing is planned. */
function checkNoAutoClose({ work }: OffShiftRules, field: string): FieldViolation[] {
  if (work.autoClose === undefined) return [];
  const description =
    'must be left out for work off shift, which has no planned end: ' +
    'max_length says when such a session closes';
  return [{ field, reason: 'AUTO_CLOSE_OFF_SHIFT', description }];
}

function checkDayStart(second: number, field: string): FieldViolation[] {
  if (Number.isSafeInteger(second) && second >= 0 && second <= MAX_DAY_START_SECOND) return [];
  const description = 'must be a time of day from 00:00 to 12:00, HH:MM';
  return [{ field, reason: 'DAY_START_INVALID', description }];
}

function checkId(id: string, reason: string, field: string): FieldViolation[] {
  return ID_FORM.test(id) ? [] : [{ field, reason, description: ID_HELP }];
}

function checkHours(shift: Shift, path: string): FieldViolation[] {
  const at = (name: string) => fieldPath(path, name);
  const alone = [
    ...checkTimeOfDay(shift.startSecond, at('start_time_of_day')),
    ...checkTimeOfDay(shift.endSecond, at('end_time_of_day')),
    ...checkLength(shift.beforeSeconds, BELOW_A_DAY, at('accept_before')),
    ...checkLength(shift.afterSeconds, BELOW_A_DAY, at('accept_after')),
    ...(shift.maxSessionSeconds === 0
      ? []
      : checkLength(shift.maxSessionSeconds, SESSION_LENGTH, at('max_session_length'))),
  ];
  // Each value is checked alone first, because invalid times cannot be added up.
  return alone.length > 0 ? alone : checkWindow(shift, path);
}

function checkTimeOfDay(second: number, field: string): FieldViolation[] {
  if (Number.isSafeInteger(second) && second >= 0 && second < DAY_SECONDS) return [];
  const description = 'must be a time of day from 00:00 to 23:59, HH:MM';
  return [{ field, reason: 'TIME_OF_DAY_INVALID', description }];
}

/** By the wall clock: a window of a whole day would claim the punches of its own next one. */
function checkWindow(shift: Shift, path: string): FieldViolation[] {
  const { startSecond, endSecond, beforeSeconds, afterSeconds } = shift;
  if (startSecond === endSecond) {
    // Its window is the shift itself: arrivals before it and departures after it still belong to
    // it.
    if (beforeSeconds + afterSeconds === 0) return [];
    const description =
      'must differ from start_time_of_day, or accept_before and accept_after must be 0s: ' +
      'a shift of 24 hours has no room for a wider window';
    return [{ field: fieldPath(path, 'end_time_of_day'), reason: 'START_EQUALS_END', description }];
  }
  const length = clockSeconds(shift);
  const window = length + beforeSeconds + afterSeconds;
  if (window < DAY_SECONDS) return [];
  const name = beforeSeconds > afterSeconds ? 'accept_before' : 'accept_after';
  const description =
    `must be shorter: the shift (${lengthText(length)}), accept_before ` +
    `(${lengthText(beforeSeconds)}) and accept_after (${lengthText(afterSeconds)}) together ` +
    `must stay below 24 h; they are ${lengthText(window)}`;
  return [{ field: fieldPath(path, name), reason: 'WINDOW_TOO_LONG', description }];
}

function checkThresholds(shift: Shift, path: string): FieldViolation[] {
  const { halfDayBelowSeconds: half, absentBelowSeconds: absent } = shift;
  const field = fieldPath(path, 'absent_threshold');
  const alone = [
    ...checkLength(half, UP_TO_A_DAY, fieldPath(path, 'half_day_threshold')),
    ...checkLength(absent, UP_TO_A_DAY, field),
  ];
  if (alone.length > 0 || half === 0 || absent < half) return alone;
  const description =
    `must be less than half_day_threshold, ${lengthText(half)}: ABSENT is tested first, so no day ` +
    `would be HALF_DAY; it is ${lengthText(absent)}`;
  return [{ field, reason: 'ABSENT_NOT_BELOW_HALF_DAY', description }];
}

function checkHalves({ halvesMeetSecond, ...shift }: Shift, field: string): FieldViolation[] {
  if (halvesMeetSecond === undefined) return [];
  const alone = checkTimeOfDay(halvesMeetSecond, field);
  if (alone.length > 0) return alone;
  const after = (halvesMeetSecond - shift.startSecond + DAY_SECONDS) % DAY_SECONDS;
  if (after > 0 && after < clockSeconds({ halvesMeetSecond, ...shift })) return [];
  const description = 'must be after start_time_of_day and before end_time_of_day';
  return [{ field, reason: 'HALF_DAY_BOUNDARY_OUTSIDE_SHIFT', description }];
}

function checkFlexible(shift: Shift, path: string): FieldViolation[] {
  const { flexible } = shift;
  if (flexible === undefined) return [];
  const { targetSeconds, core } = flexible;
  const field = `${path}.target`;
  const alone = checkLength(targetSeconds, TARGET, field);
  if (core !== undefined) alone.push(...checkCore(core, shift, path));
  const lasts = clockSeconds(shift);
  if (alone.length > 0 || !(targetSeconds > lasts)) return alone;
  const description =
    `must be at most as long as the shift, ${lengthText(lasts)}; ` +
    `it is ${lengthText(targetSeconds)}`;
  return [{ field, reason: 'TARGET_TOO_LONG', description }];
}

function checkCore(core: TimesOfDay, shift: Shift, path: string): FieldViolation[] {
  const [start, end] = [`${path}.core_start_time_of_day`, `${path}.core_end_time_of_day`];
  const alone = [
    ...checkTimeOfDay(core.startSecond, start),
    ...checkTimeOfDay(core.endSecond, end),
  ];
  if (alone.length > 0) return alone;
  const lasts = clockSeconds(shift);
  const into = (second: number) => (second - shift.startSecond + DAY_SECONDS) % DAY_SECONDS;
  const from = into(core.startSecond);
  // A start at the very end means the end, not the next date's start.
  const to = core.endSecond === shift.endSecond ? lasts : into(core.endSecond);
  if (from < to && to <= lasts) return [];
  const description = 'must be after core_start_time_of_day, and both within the shift';
  return [{ field: end, reason: 'CORE_TIME_OUTSIDE_SHIFT', description }];
}

function checkCounting(
  { toEnd, minOvertimeSeconds }: CountingRules,
  path: string,
): FieldViolation[] {
  const field = fieldPath(path, 'min_overtime');
  const alone = checkLength(minOvertimeSeconds, BELOW_A_DAY, field);
  if (alone.length > 0 || !toEnd || minOvertimeSeconds === 0) return alone;
  const description =
    'must be left out with count_to_end: no time after the end counts, however long it is; ' +
    `it is ${lengthText(minOvertimeSeconds)}`;
  return [{ field, reason: 'MIN_OVERTIME_WITH_COUNT_TO_END', description }];
}

function checkGeofence({ latitude, longitude, radiusMeters }: Geofence, path: string) {
  return [
    ...checkNumber(latitude, -90, 90, 'degrees', 'LATITUDE_OUT_OF_RANGE', `${path}.latitude`),
    ...checkNumber(longitude, -180, 180, 'degrees', 'LONGITUDE_OUT_OF_RANGE', `${path}.longitude`),
    ...checkNumber(
      radiusMeters,
      1,
      MAX_RADIUS_METERS,
      'meters',
      'RADIUS_OUT_OF_RANGE',
      `${path}.radius_meters`,
    ),
  ];
}

/** Written so that it refuses NaN, which compares with nothing. */
function checkNumber(
  value: number,
  min: number,
  max: number,
  unit: string,
  reason: string,
  field: string,
): FieldViolation[] {
  if (value >= min && value <= max) return [];
  return [{ field, reason, description: `must be ${min} to ${max} ${unit}; it is ${value}` }];
}
