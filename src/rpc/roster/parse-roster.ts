// Parses the shared roster: shifts with their versions, calendars, policies. The rules in the proto
// have checked the form of every field, including real dates; other faults are added to the
// problems.

import type { FieldMask } from '@bufbuild/protobuf/wkt';
import {
  type Holiday,
  type OffShiftRules,
  type ShiftAssignment,
  ShiftAssignmentSchema,
  ShiftSchema,
  type Policy as WirePolicy,
  type Shift as WireShift,
} from '../../../gen/attendance/v1/roster_pb.js';
import type { ShiftVersionChange } from '../../app/ports/roster-ports.js';
import { checkBesideOthers, checkPolicy } from '../../domain/roster/check-policy.js';
import { checkOffShiftRules, checkShift } from '../../domain/roster/check-shift.js';
import type { Policies, PolicyVersion } from '../../domain/roster/policy.js';
import {
  type Assignment,
  byFromDay,
  type Holiday as DomainHoliday,
  type Roster,
  type ShiftVersion,
} from '../../domain/roster/roster.js';
import type { CountingRules, Shift } from '../../domain/roster/shift.js';
import { toEpochDay } from '../../domain/time/local-date.js';
import { missing } from '../edge/field-help.js';
import { Problems } from '../edge/problems.js';
import { parseDate, parsePortion } from '../shared/parse.js';
import { parsePolicy } from './parse-policy.js';
import { parseOffShiftRules, parseShift } from './parse-shift.js';
import { changedFields, type Updatable } from './update-mask.js';

/** The messages that make up a roster. */
interface RosterMessages {
  readonly shifts: readonly WireShift[];
  readonly holidays: readonly Holiday[];
  readonly offShiftRules?: OffShiftRules | undefined;
  readonly policies: readonly WirePolicy[];
}

/** The epoch day of a date; `usual` replaces an empty field. */
export function dayOf(date: string, field: string, usual?: number): number {
  return date === '' && usual !== undefined ? usual : toEpochDay(parseDate(date, field));
}

/** The shared roster. Holidays without a calendar belong to `employeeCalendarId`. */
export function parseRoster(
  message: RosterMessages,
  employeeCalendarId: string,
  problems: Problems,
): Roster {
  const offShift = parseOffShiftRules(message.offShiftRules);
  problems.addAll(checkOffShiftRules(offShift, 'off_shift_rules'));
  return {
    shifts: parseShifts(message.shifts, problems),
    calendars: parseHolidays(message.holidays, employeeCalendarId, problems),
    policies: parsePolicies(message.policies, problems),
    offShift,
  };
}

/** Parses a shift version, with all problems of the version alone. `path` leads to it. */
export function parseShiftVersion(
  message: WireShift,
  path: string,
  problems: Problems,
): ShiftVersion {
  const absent = (['startTimeOfDay', 'endTimeOfDay'] as const).filter(
    (name) => message[name] === '',
  );
  for (const name of absent) {
    const field = name === 'startTimeOfDay' ? 'start_time_of_day' : 'end_time_of_day';
    problems.addAll([missing(`${path}.${field}`, field)]);
  }
  const shift = parseShift(message, path, problems);
  if (absent.length === 0) problems.addAll(checkShift(shift, path));
  return { fromDay: dayOf(message.effectiveDate, 'effective_date', -Infinity), shift };
}

const SHIFT_FIELDS: Updatable<Shift> = {
  start_time_of_day: 'startSecond',
  end_time_of_day: 'endSecond',
  time_zone: 'zone',
  accept_before: 'beforeSeconds',
  accept_after: 'afterSeconds',
  max_session_length: 'maxSessionSeconds',
  late_grace: 'lateGraceSeconds',
  early_grace: 'earlyGraceSeconds',
  half_day_threshold: 'halfDayBelowSeconds',
  absent_threshold: 'absentBelowSeconds',
  half_day_boundary: 'halvesMeetSecond',
  flexible_hours: 'flexible',
  work_rules: 'work',
  works_on_holidays: 'worksOnHolidays',
  calendar_id: 'calendarId',
  geofence: 'geofence',
};

const COUNTING_FIELDS: Updatable<CountingRules> = {
  count_from_start: 'fromStart',
  count_to_end: 'toEnd',
  min_overtime: 'minOvertimeSeconds',
};

/** The fields of a shift that an update changes, from a date on. */
export function parseShiftChange(
  message: WireShift,
  mask: FieldMask | undefined,
  problems: Problems,
): ShiftVersionChange {
  const path = 'shift';
  const required = ['start_time_of_day', 'end_time_of_day'];
  const sent = { desc: ShiftSchema, message, path, required };
  const whole = parseShift(message, path, problems);
  const { counting: _, ...changed } = changedFields(whole, SHIFT_FIELDS, sent, mask, problems);
  const counting = changedFields(whole.counting, COUNTING_FIELDS, sent, mask, new Problems());
  const fromDay = dayOf(message.effectiveDate, 'effective_date', -Infinity);
  const followsPolicy = 'work' in changed ? { followsPolicy: whole.followsPolicy } : {};
  const shift = { ...changed, ...followsPolicy, shiftId: message.shiftId, counting };
  return { fromDay, shift };
}

/** Parses a policy version, with all problems of the version alone. `path` leads to it. */
export function parsePolicyVersion(
  message: WirePolicy,
  path: string,
  problems: Problems,
): PolicyVersion {
  const policy = parsePolicy(message);
  if (policy.name !== '') problems.addText(policy.name, `${path}.policy_name`, 'line');
  problems.addAll(checkPolicy(policy, path));
  return { fromDay: dayOf(message.effectiveDate, 'effective_date', -Infinity), policy };
}

/** The policies by id, with their versions in the order of their effective dates. */
function parsePolicies(messages: readonly WirePolicy[], problems: Problems): Policies {
  const byId = new Map<string, PolicyVersion[]>();
  const parsed: PolicyVersion[] = [];
  for (const [index, message] of messages.entries()) {
    const path = `policies[${index}]`;
    const version = parsePolicyVersion(message, path, problems);
    const { policyId } = message;
    const versions = byId.get(policyId) ?? [];
    if (versions.some(({ fromDay }) => fromDay === version.fromDay)) {
      const description = `must differ from that of every other version of policy ${policyId}`;
      problems.add(`${path}.effective_date`, 'POLICY_VERSION_REPEATED', description);
    }
    byId.set(policyId, [...versions, version].sort(byFromDay));
    parsed.push(version);
  }
  for (const [index, version] of parsed.entries()) {
    const versions = byId.get(version.policy.policyId) ?? [];
    problems.addAll(checkBesideOthers(version, versions, byId, `policies[${index}]`));
  }
  return byId;
}

/** The shifts by id, with their versions in the order of their effective dates. */
function parseShifts(messages: readonly WireShift[], problems: Problems): Roster['shifts'] {
  const byId = new Map<string, ShiftVersion[]>();
  for (const [index, message] of messages.entries()) {
    const path = `shifts[${index}]`;
    const { shift, fromDay } = parseShiftVersion(message, path, problems);
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

/** A holiday without a calendar goes to the employee's calendar, which may have no id. */
function parseHolidays(
  messages: readonly Holiday[],
  employeeCalendarId: string,
  problems: Problems,
): Roster['calendars'] {
  const calendars = new Map<string, Map<number, DomainHoliday>>();
  for (const [index, { calendarId, date, name, portion }] of messages.entries()) {
    const path = `holidays[${index}]`;
    const id = calendarId === '' ? employeeCalendarId : calendarId;
    const holidays = calendars.get(id) ?? new Map<number, DomainHoliday>();
    const day = dayOf(date, 'date');
    if (holidays.has(day)) {
      const description = `must be in its calendar once; ${date} is there already`;
      problems.add(`${path}.date`, 'HOLIDAY_REPEATED', description);
    }
    holidays.set(day, {
      name: parseHolidayName(name, path, problems),
      portion: parsePortion(portion, `${path}.`),
    });
    calendars.set(id, holidays);
  }
  return calendars;
}

/** A holiday's name. Adds a problem if there is none, or it cannot be stored. */
export function parseHolidayName(sent: string, path: string, problems: Problems): string {
  const name = sent.trim();
  if (name === '') problems.addAll([missing(`${path}.name`, 'name')]);
  problems.addText(name, `${path}.name`, 'line');
  return name;
}

/** Refuses a shift that is named twice for one date. */
export function checkRepeatedShifts(
  shiftIds: readonly string[],
  path: string,
  problems: Problems,
): void {
  for (const [at, id] of shiftIds.entries()) {
    if (shiftIds.indexOf(id) === at) continue;
    const description = `must name each shift once; it is ${id} again`;
    problems.add(`${path}.shift_ids[${at}]`, 'SHIFT_REPEATED', description);
  }
}

/** Parses an assignment; checkAssignment checks its dates and shifts. */
export function parseAssignment(
  message: ShiftAssignment,
  path: string,
  problems: Problems,
): Assignment {
  if (message.startDate === '') {
    problems.addAll([missing(`${path}.start_date`, 'start_date')]);
  }
  return assignmentOf(message);
}

const ASSIGNMENT_FIELDS: Updatable<Assignment> = {
  start_date: 'fromDay',
  end_date: 'toDay',
  anchor_date: 'anchorDay',
  cycle: 'cycle',
};

/** The fields of an assignment that an update changes. */
export function parseAssignmentChange(
  message: ShiftAssignment,
  mask: FieldMask | undefined,
  problems: Problems,
): Partial<Assignment> {
  // An empty anchor means the start date, so it needs one.
  const required = message.startDate === '' ? ['start_date', 'anchor_date'] : ['start_date'];
  const path = 'assignment.assignment';
  const sent = { desc: ShiftAssignmentSchema, message, path, within: 'assignment.', required };
  return changedFields(assignmentOf(message), ASSIGNMENT_FIELDS, sent, mask, problems);
}

function assignmentOf(message: ShiftAssignment): Assignment {
  const fromDay = dayOf(message.startDate, 'start_date', 0);
  return {
    fromDay,
    toDay: dayOf(message.endDate, 'end_date', Infinity),
    anchorDay: dayOf(message.anchorDate, 'anchor_date', fromDay),
    cycle: message.cycle.map(({ shiftIds }) => shiftIds),
  };
}
