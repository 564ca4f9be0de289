// Turns a SimulateAttendanceRequest into a scenario. All its faults are reported together, each
// with the path of its field.

import type {
  SimulateAttendanceRequest,
  SimulatedMark,
} from '../../../gen/attendance/v1/simulation_pb.js';
import type { Scenario, ScenarioMark } from '../../app/read/simulate.js';
import {
  findOverlaps,
  MAX_SHIFTS_PER_DATE,
  type Overlap,
} from '../../domain/roster/check-roster.js';
import { type DayPlan, planDays } from '../../domain/roster/plan.js';
import { FAR_NEIGHBOUR_DAYS } from '../../domain/roster/reach.js';
import { type EmployeeRoster, type Roster, rosterOn } from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import { checkDevice, parsePunch } from '../clock/parse-punch.js';
import { parseMoment } from '../clock/punch-times.js';
import { Problems } from '../edge/problems.js';
import { parseEmployee, parseEmployeeName } from '../roster/parse-employee.js';
import { parseRoster } from '../roster/parse-roster.js';
import {
  parseDate,
  parseId,
  parseLeaveTime,
  parseLeaveTypeId,
  parseMarkable,
  parsePortion,
  parseText,
} from '../shared/parse.js';
import { findRange, withinCalendar } from './scenario-range.js';

/** The employee's id if the caller gives none. */
const NOBODY = 'employee';

/** The scenario of a request; throws INVALID_FIELDS with all its faults. */
export function parseScenario(message: SimulateAttendanceRequest, callNow: Instant): Scenario {
  const problems = new Problems();
  const who = message.employee;
  // The proto requires it.
  if (who === undefined) throw new Error('a request without an employee passed its rules');
  const roster = parseRoster(message, who.calendarId, problems);
  const employee = parseEmployee(message, who, roster, problems);
  const punches = message.punches.flatMap((punch, index) => {
    const path = `punches[${index}].`;
    checkDevice(punch, path, problems);
    return parsePunch(punch, path, problems) ?? [];
  });
  const marks = parseMarks(message.marks, problems);
  const { nowTime } = message;
  const saidNow = nowTime && parseMoment(nowTime, 'now_time', problems);
  const now = saidNow ?? callNow;
  const employeeName = parseEmployeeName(who.employeeName, 'employee', problems);
  const range = findRange(message, { employee, punches, marks, now }, problems);
  problems.throwIfAny();
  const firstDay = withinCalendar(range.firstDay - FAR_NEIGHBOUR_DAYS);
  const lastDay = withinCalendar(range.lastDay + FAR_NEIGHBOUR_DAYS);
  // Checked first, because the time for plans grows with the square of a date's shifts.
  refuseCrowdedDate(roster, employee, { firstDay, lastDay }, problems);
  problems.throwIfAny();
  refuseOverlaps(planDays(roster, employee, firstDay, lastDay), message, problems);
  problems.throwIfAny();
  const employeeId = parseId(who.employeeId === '' ? NOBODY : who.employeeId, 'employee.');
  return { employeeId, employeeName, roster, employee, punches, marks, ...range, now };
}

function parseMarks(messages: readonly SimulatedMark[], problems: Problems): ScenarioMark[] {
  return messages.map((message, index) => {
    const { date, status: wanted, leaveTypeId, note } = message;
    const path = `marks[${index}].`;
    const status = parseMarkable(wanted, path);
    const portion = parsePortion(message.portion, path);
    return {
      date: parseDate(date, 'date', path),
      status,
      portion,
      leaveTime: parseLeaveTime(message.leaveTime, status, portion, path),
      leaveTypeId: parseLeaveTypeId(leaveTypeId, status, path),
      note: problems.try(() => parseText(note, 'note', path)) ?? '',
    };
  });
}

/** Only assignments add up; an override has its own bound. Reports only the first such date. */
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
      `must have at most ${MAX_SHIFTS_PER_DATE} shifts a date, over all assignments; ` +
      `${fromEpochDay(day)} has ${length}`;
    problems.add('assignments', 'TOO_MANY_SHIFTS', description);
    return;
  }
}

/** An employee cannot work two shifts at the same time. */
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

/** The most specific field that put the two shifts there. */
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
