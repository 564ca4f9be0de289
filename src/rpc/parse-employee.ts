// The employee of a scenario: what in the roster is theirs alone. The form of every field was
// checked by the rules in the proto; what is left to go wrong is added to the problems.

import type { DateOverride, TimeZoneChange } from '../../gen/attendance/v1/roster_pb.js';
import type {
  SimulateAttendanceRequest,
  SimulatedEmployee,
} from '../../gen/attendance/v1/simulation_pb.js';
import { checkAssignment } from '../domain/check-roster.js';
import { fromEpochDay } from '../domain/local-date.js';
import type { EmployeeRoster, Roster, ZoneVersion } from '../domain/roster.js';
import { findZone } from '../domain/zone.js';
import { byFromDay, dayOf, parseAssignment } from './parse-roster.js';
import { parseZone } from './parse-shift.js';
import type { Problems } from './problems.js';

/** The employee's side of the roster. */
export function parseEmployee(
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
