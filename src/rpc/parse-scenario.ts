// A SimulateAttendanceRequest to a scenario. Everything that is wrong with it is told at once,
// each problem with the path of its field.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type {
  Location,
  Punch as WirePunch,
  PunchKind as WirePunchKind,
} from '../../gen/attendance/v1/punch_pb.js';
import type {
  SimulateAttendanceRequest,
  SimulatedMark,
} from '../../gen/attendance/v1/simulation_pb.js';
import type { Scenario, ScenarioMark } from '../app/simulate.js';
import { findOverlaps, MAX_SHIFTS_PER_DATE, type Overlap } from '../domain/check-roster.js';
import { FIRST_DATE, fromEpochDay, LAST_DATE, toEpochDay } from '../domain/local-date.js';
import { type DayPlan, planDays } from '../domain/plan.js';
import type { Window } from '../domain/planned-shift.js';
import { PUNCH_KINDS, type Punch } from '../domain/punch.js';
import { type EmployeeRoster, type Roster, rosterOn } from '../domain/roster.js';
import type { Instant } from '../domain/time.js';
import { TIME_HELP } from './field-help.js';
import { instantOfTimestamp } from './instants.js';
import { parseDate, parseId, parseMarkable, parseName, parsePortion, parseText } from './parse.js';
import { parseEmployee } from './parse-employee.js';
import { parseRoster } from './parse-roster.js';
import { Problems } from './problems.js';
import { findRange, withinCalendar } from './scenario-range.js';

/** Who it is when the caller does not say. */
const NOBODY = 'employee';

/** Shifts of dates this far outside the range can still overlap one inside it. */
const NEIGHBOUR_DAYS = 3;

const DAY_MS = 86_400_000;

/** The scenario a request describes; throws INVALID_FIELDS with all that is wrong with it. */
export function parseScenario(message: SimulateAttendanceRequest, callNow: Instant): Scenario {
  const problems = new Problems();
  const who = message.employee;
  // The proto requires it.
  if (who === undefined) throw new Error('a request without an employee passed its rules');
  const roster = parseRoster(message, who.calendarId, problems);
  const employee = parseEmployee(message, who, roster, problems);
  const punches = message.punches.flatMap(
    (punch, index) => parsePunch(punch, `punches[${index}].`, problems) ?? [],
  );
  const marks = parseMarks(message.marks, problems);
  const { nowTime } = message;
  const saidNow = nowTime && parseNow(nowTime, problems);
  const now = saidNow ?? callNow;
  const employeeName = parseEmployeeName(who.employeeName, problems);
  const range = findRange(message, { employee, punches, marks, now }, problems);
  problems.throwIfAny();
  const firstDay = withinCalendar(range.firstDay - NEIGHBOUR_DAYS);
  const lastDay = withinCalendar(range.lastDay + NEIGHBOUR_DAYS);
  // First: plans take time that grows with the square of a date's shifts.
  refuseCrowdedDate(roster, employee, { firstDay, lastDay }, problems);
  problems.throwIfAny();
  refuseOverlaps(planDays(roster, employee, firstDay, lastDay), message, problems);
  problems.throwIfAny();
  const employeeId = parseId(who.employeeId === '' ? NOBODY : who.employeeId, 'employee.');
  return { employeeId, employeeName, roster, employee, punches, marks, ...range, now };
}

function parseEmployeeName(name: string, problems: Problems): string {
  return name === '' ? '' : (problems.try(() => parseName(name, 'employee.')) ?? '');
}

/** The times that have a date in the contract, 1900-01-01 to 9999-12-31, in UTC. */
const TIMES: Window = {
  from: (toEpochDay(FIRST_DATE) * DAY_MS) as Instant,
  to: ((toEpochDay(LAST_DATE) + 1) * DAY_MS - 1) as Instant,
};

/** The times that have one in every zone: a punch that belongs to no date would go unnoticed. */
const PUNCH_TIMES: Window = {
  from: (TIMES.from + DAY_MS) as Instant,
  to: (TIMES.to - DAY_MS) as Instant,
};

const PUNCH_TIME_HELP =
  'must be a time such as 2026-03-02T08:00:00Z, ' +
  'from 1900-01-02T00:00:00Z and before 9999-12-31T00:00:00Z';

/** Checked here: a rule of the proto for it would take ten times as long as all the others. */
function parsePunchTime(time: Timestamp, path: string, problems: Problems): Instant | undefined {
  const instant = instantOfTimestamp(time);
  if (instant >= PUNCH_TIMES.from && instant <= PUNCH_TIMES.to) return instant;
  problems.add(`${path}time`, 'TIME_INVALID', PUNCH_TIME_HELP);
  return undefined;
}

function parseNow(time: Timestamp, problems: Problems): Instant | undefined {
  const instant = instantOfTimestamp(time);
  if (instant >= TIMES.from && instant <= TIMES.to) return instant;
  problems.add('now_time', 'NOW_TIME_INVALID', TIME_HELP);
  return undefined;
}

function parsePunch(message: WirePunch, path: string, problems: Problems): Punch | undefined {
  const { kind, deviceId, eventId, location } = message;
  // The proto requires it.
  if (message.time === undefined) throw new Error('a punch without a time passed its rules');
  const time = parsePunchTime(message.time, path, problems);
  if (time === undefined) return undefined;
  return {
    time,
    kind: kindOf(kind),
    deviceId,
    eventId,
    position: location && parsePosition(location),
    flags: [],
  };
}

function parsePosition({ latitude, longitude }: Location): NonNullable<Punch['position']> {
  // The proto requires both: 0 is a place as any other.
  if (latitude === undefined || longitude === undefined) {
    throw new Error('a location without a position passed its rules');
  }
  return { latitude, longitude };
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

/** Only assignments add up; an override has a bound of its own. The first such date is told. */
function refuseCrowdedDate(
  roster: Roster,
  employee: EmployeeRoster,
  { firstDay, lastDay }: { readonly firstDay: number; readonly lastDay: number },
  problems: Problems,
): void {
  for (let day = firstDay; day <= lastDay; day += 1) {
    const { length } = rosterOn(roster, employee, day).shifts;
    if (length <= MAX_SHIFTS_PER_DATE) continue;
    const description =
      `must have at most ${MAX_SHIFTS_PER_DATE} shifts a date, all together; ` +
      `${fromEpochDay(day)} has ${length}`;
    problems.add('assignments', 'TOO_MANY_SHIFTS', description);
    return;
  }
}

/** Nobody can work two shifts at a time. */
function refuseOverlaps(
  plans: readonly DayPlan[],
  message: SimulateAttendanceRequest,
  problems: Problems,
): void {
  for (const overlap of findOverlaps(plans)) {
    const { epochDay, shiftId, otherEpochDay, otherShiftId } = overlap;
    const description =
      `must not have shifts that overlap: ${otherShiftId} of ${fromEpochDay(otherEpochDay)} begins ` +
      `before ${shiftId} of ${fromEpochDay(epochDay)} ends`;
    problems.add(fieldOfOverlap(overlap, plans, message), 'SHIFTS_OVERLAP', description);
  }
}

/** The most particular of the fields that put the two shifts there. */
function fieldOfOverlap(
  { epochDay, otherEpochDay }: Overlap,
  plans: readonly DayPlan[],
  { overrides }: SimulateAttendanceRequest,
): string {
  const both = plans.filter((plan) => [epochDay, otherEpochDay].includes(plan.epochDay));
  const overridden = both.findLast(({ source }) => source === 'OVERRIDE');
  if (overridden !== undefined) {
    const index = overrides.findIndex(({ date }) => date === overridden.date);
    return `overrides[${index}].shift_ids`;
  }
  const isAssigned = both.some(({ source }) => source === 'ASSIGNMENT');
  return isAssigned ? 'assignments' : 'employee.default_shift_id';
}
