// Parses an employee's own part of the roster, of a scenario or to be stored. The rules in the
// proto have checked the form of every field; other faults are added to the problems.

import type { FieldMask } from '@bufbuild/protobuf/wkt';
import type {
  DateOverride,
  TimeZoneChange,
  PolicyStart as WirePolicyStart,
} from '../../../gen/attendance/v1/roster_pb.js';
import {
  EmployeeSchema,
  type Employee as WireEmployee,
} from '../../../gen/attendance/v1/roster_service_pb.js';
import type {
  SimulateAttendanceRequest,
  SimulatedEmployee,
} from '../../../gen/attendance/v1/simulation_pb.js';
import type { EmployeeDetail } from '../../app/ports/roster-ports.js';
import { checkAssignment, checkEmployment } from '../../domain/roster/check-roster.js';
import type { PolicyStart } from '../../domain/roster/policy.js';
import {
  byFromDay,
  type EmployeeRoster,
  type Roster,
  type ZoneVersion,
} from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import { findZone } from '../../domain/time/zone.js';
import type { Problems } from '../edge/problems.js';
import { parseName } from '../shared/parse.js';
import { checkRepeatedShifts, dayOf, parseAssignment } from './parse-roster.js';
import { parseZone } from './parse-shift.js';
import { changedFields, type Updatable } from './update-mask.js';

/** Parses the employee's own part of the roster of a scenario. */
export function parseEmployee(
  message: SimulateAttendanceRequest,
  who: SimulatedEmployee,
  roster: Roster,
  problems: Problems,
): EmployeeRoster {
  const employment = parseEmployment(who, 'employee', problems);
  const { defaultShiftId } = who;
  if (defaultShiftId !== '' && !roster.shifts.has(defaultShiftId)) {
    refuseShiftId('employee.default_shift_id', defaultShiftId, problems);
  }
  const assignments = message.assignments.map((one, index) =>
    parseAssignment(one, `assignments[${index}]`, problems),
  );
  problems.addAll(
    assignments.flatMap((one, index) => checkAssignment(one, roster, `assignments[${index}]`)),
  );
  return {
    zones: [
      {
        fromDay: -Infinity,
        zone: parseZone(who.timeZone, 'employee.time_zone', problems) ?? utc(),
      },
      ...parseZoneChanges(who.timeZoneChanges, 'employee', problems),
    ],
    ...employment,
    defaultShiftId: defaultShiftId === '' ? undefined : defaultShiftId,
    calendarId: who.calendarId,
    groupId: who.groupId,
    policies: parseOwnPolicies(who.policies, roster, problems),
    assignments,
    overrides: parseOverrides(message.overrides, roster, problems),
  };
}

function refuseShiftId(field: string, id: string, problems: Problems): void {
  const description = `must be the shift_id of one of the shifts sent; none is ${id}`;
  problems.add(field, 'UNKNOWN_SHIFT', description);
}

/** The employee's own policies in a simulation, which must send every policy. */
function parseOwnPolicies(
  messages: readonly WirePolicyStart[],
  { policies }: Roster,
  problems: Problems,
): PolicyStart[] {
  for (const [index, { policyId }] of messages.entries()) {
    if (policyId === '' || policies.has(policyId)) continue;
    const description = `must be the policy_id of one of the policies sent; none is ${policyId}`;
    problems.add(`employee.policies[${index}].policy_id`, 'UNKNOWN_POLICY', description);
  }
  return parsePolicyStarts(messages, 'employee', problems);
}

/** The employee's own policies, by date. `path` leads to the employee. */
function parsePolicyStarts(
  messages: readonly WirePolicyStart[],
  path: string,
  problems: Problems,
): PolicyStart[] {
  const starts = messages.map(({ startDate, policyId }, index) => {
    if (messages.findIndex((other) => other.startDate === startDate) < index) {
      const description = `must be given once; ${startDate || 'the beginning'} has a policy already`;
      problems.add(`${path}.policies[${index}].start_date`, 'POLICY_START_REPEATED', description);
    }
    const fromDay = dayOf(startDate, 'start_date', -Infinity);
    return { fromDay, policyId: policyId === '' ? undefined : policyId };
  });
  return starts.sort(byFromDay);
}

/** Stands in for an unknown zone while the rest is checked. */
function utc(): ZoneVersion['zone'] {
  const zone = findZone('UTC');
  if (zone === undefined) throw new Error('the zone data has no UTC');
  return zone;
}

/** Later zones, by date. `path` leads to the employee. */
function parseZoneChanges(
  changes: readonly TimeZoneChange[],
  path: string,
  problems: Problems,
): ZoneVersion[] {
  const later = changes.map(({ startDate, timeZone }, index) => {
    const field = `${path}.time_zone_changes[${index}]`;
    const isRepeated = changes.findIndex((other) => other.startDate === startDate) < index;
    if (isRepeated) {
      const description = `must be given once; ${startDate} has a zone already`;
      problems.add(`${field}.start_date`, 'TIME_ZONE_CHANGE_REPEATED', description);
    }
    const zone = parseZone(timeZone, `${field}.time_zone`, problems) ?? utc();
    return { fromDay: dayOf(startDate, 'start_date'), zone };
  });
  return later.sort(byFromDay);
}

/** The first and last day of employment, both included; infinite if not given. */
function parseEmployment(
  { joinDate, leaveDate }: { readonly joinDate: string; readonly leaveDate: string },
  path: string,
  problems: Problems,
): { readonly joinedDay: number; readonly leftDay: number } {
  const joinedDay = dayOf(joinDate, 'join_date', -Infinity);
  const leftDay = dayOf(leaveDate, 'leave_date', Infinity);
  problems.addAll(checkEmployment({ joinedDay, leftDay }, path));
  return { joinedDay, leftDay };
}

/** An employee's name; empty if it is not given or is refused. */
export function parseEmployeeName(name: string, path: string, problems: Problems): string {
  return name === '' ? '' : (problems.try(() => parseName(name, `${path}.`)) ?? '');
}

/**
 * Parses an employee to be stored. The store checks that the shift exists. Output-only fields are
 * ignored: an employee that is written is not archived.
 */
export function parseDetail(
  message: WireEmployee,
  path: string,
  problems: Problems,
): EmployeeDetail {
  const { timeZone, groupId, defaultShiftId, calendarId } = message;
  return {
    employeeName: parseEmployeeName(message.employeeName, path, problems),
    zone: timeZone === '' ? undefined : parseZone(timeZone, `${path}.time_zone`, problems),
    zoneChanges: parseZoneChanges(message.timeZoneChanges, path, problems),
    groupId,
    ...parseEmployment(message, path, problems),
    defaultShiftId: defaultShiftId === '' ? undefined : defaultShiftId,
    calendarId: calendarId === '' ? undefined : calendarId,
    archivedDay: undefined,
    policies: parsePolicyStarts(message.policies, path, problems),
  };
}

const DETAIL_FIELDS: Updatable<EmployeeDetail> = {
  employee_name: 'employeeName',
  time_zone: 'zone',
  time_zone_changes: 'zoneChanges',
  group_id: 'groupId',
  join_date: 'joinedDay',
  leave_date: 'leftDay',
  default_shift_id: 'defaultShiftId',
  calendar_id: 'calendarId',
  policies: 'policies',
};

/** The fields of an employee that an update changes. */
export function parseDetailChange(
  message: WireEmployee,
  mask: FieldMask | undefined,
  problems: Problems,
): Partial<EmployeeDetail> {
  const path = 'employee';
  if (message.archived) {
    const description =
      'must be left out or false: ArchiveEmployee archives, and an update brings the employee back';
    problems.add(`${path}.archived`, 'ARCHIVED_NOT_UPDATABLE', description);
  }
  const sent = { desc: EmployeeSchema, message, path };
  const whole = parseDetail(message, path, problems);
  return changedFields(whole, DETAIL_FIELDS, sent, mask, problems);
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
    checkRepeatedShifts(shiftIds, path, problems);
    for (const [at, id] of shiftIds.entries()) {
      if (shiftIds.indexOf(id) < at) continue;
      checkOverrideShift(id, day, roster, `${path}.shift_ids[${at}]`, problems);
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
