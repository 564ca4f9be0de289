// A SimulateAttendanceRequest to a scenario. Everything that is wrong with it is told at once,
// each problem with the path of its field.

import {
  type Punch as WirePunch,
  PunchKind as WirePunchKind,
} from '../../gen/attendance/v1/punch_pb.js';
import type {
  DateOverride,
  Holiday,
  Shift as WireShift,
  TimeZoneChange,
} from '../../gen/attendance/v1/roster_pb.js';
import type {
  SimulateAttendanceRequest,
  SimulatedEmployee,
  SimulatedMark,
} from '../../gen/attendance/v1/simulation_pb.js';
import type { Scenario, ScenarioMark } from '../app/simulate.js';
import { checkAssignment, findOverlaps } from '../domain/check-roster.js';
import { checkOffShiftRules, checkShift } from '../domain/check-shift.js';
import { fromEpochDay } from '../domain/local-date.js';
import { type DayPlan, planDays } from '../domain/plan.js';
import { PUNCH_KINDS, type Punch } from '../domain/punch.js';
import type { EmployeeRoster, Roster, ShiftVersion, ZoneVersion } from '../domain/roster.js';
import type { Instant } from '../domain/time.js';
import { findZone } from '../domain/zone.js';
import { instantOfTimestamp } from './instants.js';
import { parseDate, parseId, parseMarkable, parseName, parsePortion, parseText } from './parse.js';
import { dayOf, parseAssignment, parseOffShiftRules, parseShift, parseZone } from './parse-roster.js';
import { Problems } from './problems.js';
import { findRange, withinCalendar } from './scenario-range.js';

/** Who it is when the caller does not say. */
const NOBODY = 'employee';

/** Shifts of dates this far outside the range can still overlap one inside it. */
const NEIGHBOUR_DAYS = 2;

/** The scenario a request describes; throws INVALID_FIELDS with all that is wrong with it. */
export function parseScenario(message: SimulateAttendanceRequest, callNow: Instant): Scenario {
  const problems = new Problems();
  const who = message.employee;
  // The proto requires it.
  if (who === undefined) throw new Error('a request without an employee passed its rules');
  const roster = parseRoster(message, who, problems);
  const employee = parseEmployee(message, who, roster, problems);
  const punches = message.punches.map(parsePunch);
  const marks = parseMarks(message.marks, problems);
  const now = message.nowTime === undefined ? callNow : instantOfTimestamp(message.nowTime);
  const employeeName = parseEmployeeName(who.employeeName, problems);
  const range = findRange(message, { employee, punches, marks, now }, problems);
  problems.throwIfAny();
  const firstDay = withinCalendar(range.firstDay - NEIGHBOUR_DAYS);
  const lastDay = withinCalendar(range.lastDay + NEIGHBOUR_DAYS);
  refuseOverlaps(planDays(roster, employee, firstDay, lastDay), message, problems);
  problems.throwIfAny();
  const employeeId = parseId(who.employeeId === '' ? NOBODY : who.employeeId, 'employee.');
  return { employeeId, employeeName, roster, employee, punches, marks, ...range, now };
}

function parseEmployeeName(name: string, problems: Problems): string {
  return name === '' ? '' : (problems.try(() => parseName(name, 'employee.')) ?? '');
}

function parseRoster(
  message: SimulateAttendanceRequest,
  who: SimulatedEmployee,
  problems: Problems,
): Roster {
  const offShift = parseOffShiftRules(message.offShiftRules);
  problems.addAll(checkOffShiftRules(offShift, 'off_shift_rules'));
  return {
    shifts: parseShifts(message.shifts, problems),
    calendars: parseHolidays(message.holidays, who.calendarId, problems),
    offShift,
  };
}

/** By id, the versions of each by the date from which they apply. */
function parseShifts(messages: readonly WireShift[], problems: Problems): Roster['shifts'] {
  const byId = new Map<string, ShiftVersion[]>();
  for (const [index, message] of messages.entries()) {
    const path = `shifts[${index}]`;
    const shift = parseShift(message, path, problems);
    problems.addAll(checkShift(shift, path));
    const fromDay = dayOf(message.effectiveDate, 'effective_date', -Infinity);
    const versions = byId.get(shift.shiftId) ?? [];
    if (versions.some((version) => version.fromDay === fromDay)) {
      const description =
        `must differ from that of every other version of shift ${shift.shiftId}; ` +
        (fromDay === -Infinity ? 'it is empty again' : `it is ${message.effectiveDate} again`);
      problems.add(`${path}.effective_date`, 'SHIFT_VERSION_REPEATED', description);
    }
    byId.set(shift.shiftId, [...versions, { fromDay, shift }].sort(byFromDay));
  }
  return byId;
}

function byFromDay(a: { readonly fromDay: number }, b: { readonly fromDay: number }): number {
  return a.fromDay < b.fromDay ? -1 : a.fromDay > b.fromDay ? 1 : 0;
}

/** Holidays without a calendar are in the employee's, which may itself have no name. */
function parseHolidays(
  messages: readonly Holiday[],
  employeeCalendarId: string,
  problems: Problems,
): Roster['calendars'] {
  const calendars = new Map<string, Map<number, string>>();
  for (const [index, { calendarId, date, name }] of messages.entries()) {
    const path = `holidays[${index}]`;
    const id = calendarId === '' ? employeeCalendarId : calendarId;
    const holidays = calendars.get(id) ?? new Map<number, string>();
    const day = dayOf(date, 'date');
    if (holidays.has(day)) {
      const description = `must be in its calendar once; ${date} is there already`;
      problems.add(`${path}.date`, 'HOLIDAY_REPEATED', description);
    }
    holidays.set(day, problems.try(() => parseText(name, 'name', `${path}.`)) ?? '');
    calendars.set(id, holidays);
  }
  return calendars;
}

function parseEmployee(
  message: SimulateAttendanceRequest,
  who: SimulatedEmployee,
  roster: Roster,
  problems: Problems,
): EmployeeRoster {
  const joinedDay = dayOf(who.joinDate, 'join_date', -Infinity);
  const leftDay = dayOf(who.leaveDate, 'leave_date', Infinity);
  if (leftDay < joinedDay) {
    const description = `must not be before join_date; ${who.leaveDate} is before ${who.joinDate}`;
    problems.add('employee.leave_date', 'LEAVE_DATE_BEFORE_JOIN_DATE', description);
  }
  const { defaultShiftId } = who;
  if (defaultShiftId !== '' && !roster.shifts.has(defaultShiftId)) {
    refuseShiftId('employee.default_shift_id', defaultShiftId, problems);
  }
  const assignments = message.assignments.map(parseAssignment);
  problems.addAll(
    assignments.flatMap((one, index) => checkAssignment(one, roster, `assignments[${index}]`)),
  );
  return {
    zones: parseZones(who.timeZone, who.timeZoneChanges, problems),
    joinedDay,
    leftDay,
    defaultShiftId: defaultShiftId === '' ? undefined : defaultShiftId,
    calendarId: who.calendarId,
    assignments,
    overrides: parseOverrides(message.overrides, roster, problems),
  };
}

function refuseShiftId(field: string, id: string, problems: Problems): void {
  const description = `must be the shift_id of one of the shifts sent; none is ${id}`;
  problems.add(field, 'UNKNOWN_SHIFT', description);
}

/** In place of an unknown zone while the rest is looked at. */
function utc(): ZoneVersion['zone'] {
  const zone = findZone('UTC');
  if (zone === undefined) throw new Error('the zone data has no UTC');
  return zone;
}

function parseZones(
  first: string,
  changes: readonly TimeZoneChange[],
  problems: Problems,
): ZoneVersion[] {
  const zone = parseZone(first, 'employee.time_zone', problems) ?? utc();
  const later = changes.map(({ startDate, timeZone }, index) => {
    const path = `employee.time_zone_changes[${index}]`;
    const isRepeated = changes.findIndex((other) => other.startDate === startDate) < index;
    if (isRepeated) {
      const description = `must be given once; ${startDate} has a zone already`;
      problems.add(`${path}.start_date`, 'TIME_ZONE_CHANGE_REPEATED', description);
    }
    const changed = parseZone(timeZone, `${path}.time_zone`, problems) ?? utc();
    return { fromDay: dayOf(startDate, 'start_date'), zone: changed };
  });
  return [{ fromDay: -Infinity, zone }, ...later.sort(byFromDay)];
}

function parseOverrides(
  messages: readonly DateOverride[],
  roster: Roster,
  problems: Problems,
): EmployeeRoster['overrides'] {
  const overrides = new Map<number, readonly string[]>();
  for (const [index, { date, shiftIds }] of messages.entries()) {
    const path = `overrides[${index}]`;
    const day = dayOf(date, 'date');
    if (overrides.has(day)) {
      const description = `must be given once, with all of its shifts; ${date} is there already`;
      problems.add(`${path}.date`, 'OVERRIDE_REPEATED', description);
    }
    for (const [at, id] of shiftIds.entries()) {
      const field = `${path}.shift_ids[${at}]`;
      if (shiftIds.indexOf(id) < at) {
        problems.add(field, 'SHIFT_REPEATED', `must name each shift once; it is ${id} again`);
      } else {
        checkOverrideShift(id, day, roster, field, problems);
      }
    }
    overrides.set(day, shiftIds);
  }
  return overrides;
}

function checkOverrideShift(
  id: string,
  day: number,
  roster: Roster,
  field: string,
  problems: Problems,
): void {
  const versions = roster.shifts.get(id);
  if (versions === undefined) {
    refuseShiftId(field, id, problems);
  } else if (!versions.some(({ fromDay }) => fromDay <= day)) {
    const description = `must be a shift in effect on ${fromEpochDay(day)}; ${id} begins later`;
    problems.add(field, 'SHIFT_NOT_IN_EFFECT', description);
  }
}

function parsePunch({ time, kind, deviceId, eventId, location }: WirePunch): Punch {
  if (time === undefined) throw new Error('a punch without a time passed its rules');
  return {
    time: instantOfTimestamp(time),
    kind: kindOf(kind),
    deviceId,
    eventId,
    position: location && { latitude: location.latitude, longitude: location.longitude },
    flags: [],
  };
}

/** The domain's list is in the order of the contract's numbers, which begin at 0 here. */
function kindOf(value: WirePunchKind): Punch['kind'] {
  const kind = PUNCH_KINDS[value];
  if (kind === undefined) throw new RangeError(`no rule of the proto refused the kind ${value}`);
  return kind;
}

function parseMarks(messages: readonly SimulatedMark[], problems: Problems): ScenarioMark[] {
  return messages.map(({ date, status, portion, note }, index) => {
    const path = `marks[${index}].`;
    return {
      date: parseDate(date, 'date', path),
      status: parseMarkable(status, path),
      portion: parsePortion(portion, path),
      note: problems.try(() => parseText(note, 'note', path)) ?? '',
    };
  });
}

/** Which field put the shifts of a date there. */
function fieldOfDay(plan: DayPlan | undefined, message: SimulateAttendanceRequest): string {
  switch (plan?.source) {
    case 'OVERRIDE': {
      const index = message.overrides.findIndex(({ date }) => date === plan.date);
      return `overrides[${index}].shift_ids`;
    }
    case 'DEFAULT_SHIFT':
      return 'employee.default_shift_id';
    default:
      return 'assignments';
  }
}

/** Nobody can work two shifts at a time. */
function refuseOverlaps(
  plans: readonly DayPlan[],
  message: SimulateAttendanceRequest,
  problems: Problems,
): void {
  for (const { epochDay, shiftId, otherEpochDay, otherShiftId } of findOverlaps(plans)) {
    const plan = plans.find((candidate) => candidate.epochDay === otherEpochDay);
    const description =
      `must not have shifts that overlap: ${otherShiftId} of ${fromEpochDay(otherEpochDay)} begins ` +
      `before ${shiftId} of ${fromEpochDay(epochDay)} ends`;
    problems.add(fieldOfDay(plan, message), 'SHIFTS_OVERLAP', description);
  }
}
