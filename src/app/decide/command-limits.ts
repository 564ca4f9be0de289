// The limits on who may clock, and for which times, whatever sessions exist. Facts from devices and
// files have no such limits, so a refusal names them as the way out.

import type { ClockProblem } from '../../domain/clock/command.js';
import type { DerivedDay } from '../../domain/clock/presence.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { Policy } from '../../domain/roster/policy.js';
import { type EmployeeRoster, policyStepOn } from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { CommandFact } from '../ports/facts.js';
import type { EmployeeState } from './employee-state.js';
import type { PlannedDays } from './planned-days.js';

const DAY_MS = 86_400_000;

/**
 * Refuses an employee who was not added: a typing error would create an employee for ever. `state`
 * is undefined if the employee does not even have a row.
 */
export function refusedAsNotAdded(
  { employeeId, limits }: CommandFact,
  state: EmployeeState | undefined,
): Failure | undefined {
  if (state !== undefined && (state.isAdded || !limits.employedOnly)) return undefined;
  const isKnown = state !== undefined;
  return { kind: 'EMPLOYEE_NOT_ADDED', employeeId, isKnown, nearestId: undefined };
}

/**
 * Refuses a time that is too far back. A command is about now or a recent time, so a time of last
 * year is a typing error. Ask under the lock, after a replay has got its first answer.
 */
export function refusedAsTooOld(
  { isTimeGiven, punch, receivedAt, limits }: CommandFact,
  { plans }: EmployeeState,
): Failure | undefined {
  if (!isTimeGiven) return undefined;
  const maxAgeDays = policyAt(receivedAt, plans)?.maxCommandAgeDays || limits.maxAgeDays;
  const earliest = (receivedAt - maxAgeDays * DAY_MS) as Instant;
  if (punch.time >= earliest) return undefined;
  const bound = `at most ${maxAgeDays} days back, ${isoText(earliest)} or later`;
  return timeRefused(
    'TIME_TOO_OLD',
    `must be ${bound}; it is ${isoText(punch.time)}: record older punches with RecordPunches`,
  );
}

/**
 * Refuses a time before the employee joined or after they left. What counts is the date of the
 * session that would begin, or the clock's date if there is no session to end. An employee who is
 * in may always leave, because the last night ends on the morning after the last date. A command
 * without a time is evidence that the employee is there, whatever the roster says.
 */
export function refusedAsNotEmployed(
  { command, isTimeGiven, limits }: CommandFact,
  problem: ClockProblem | undefined,
  epochDay: number,
  { joinedDay, leftDay }: EmployeeRoster,
): Failure | undefined {
  if (!isTimeGiven || !limits.employedOnly) return undefined;
  if (epochDay >= joinedDay && epochDay <= leftDay) return undefined;
  const isInNoSession =
    problem === undefined ? command === 'CLOCK_IN' : problem.refusal === 'NOT_CLOCKED_IN';
  if (!isInNoSession) return undefined;
  const isEarly = epochDay < joinedDay;
  const [word, field] = isEarly ? ['before', 'join_date'] : ['after', 'leave_date'];
  const bound = fromEpochDay(isEarly ? joinedDay : leftDay);
  return timeRefused(
    isEarly ? 'TIME_BEFORE_JOIN_DATE' : 'TIME_AFTER_LEAVE_DATE',
    `must not be ${word} the employee's ${field}, ${bound}; it counts for ` +
      `${fromEpochDay(epochDay)}: correct the ${field} with UpdateEmployee, or record the punch ` +
      'with RecordPunches',
  );
}

/**
 * Refuses a command from outside the geofence of its shift if the policy of its date asks for that.
 */
export function refusedAsOutside(
  { punch }: CommandFact,
  before: readonly DerivedDay[],
  after: readonly DerivedDay[],
  { plans }: EmployeeState,
): Failure | undefined {
  if (punch.position === undefined) return undefined;
  const isOutside = (days: readonly DerivedDay[], plan: DerivedDay['plan']) =>
    days.find((day) => day.plan === plan)?.result.work.anomalies.includes('OUTSIDE_GEOFENCE');
  const day = after.find(({ plan }) => isOutside(after, plan) && !isOutside(before, plan));
  if (day === undefined) return undefined;
  const { followed } = policyStepOn(plans.roster, plans.employee, day.plan.epochDay) ?? {};
  if (followed?.policy.refusesOutsideGeofence !== true) return undefined;
  const description =
    `must be within the geofence of the shift, as policy ${followed.policy.policyId} requires: ` +
    'clock at the place of work, or have the punch recorded with RecordPunches';
  const violation = { field: 'location', reason: 'OUTSIDE_GEOFENCE', description };
  return { kind: 'INVALID_FIELDS', violations: [violation] };
}

/** The policy that the employee follows on the date of a moment. */
function policyAt(time: Instant, plans: PlannedDays): Policy | undefined {
  return policyStepOn(plans.roster, plans.employee, plans.dateAt(time))?.followed?.policy;
}

function timeRefused(reason: string, description: string): Failure {
  return { kind: 'INVALID_FIELDS', violations: [{ field: 'time', reason, description }] };
}

function isoText(time: Instant): string {
  return new Date(time).toISOString();
}
