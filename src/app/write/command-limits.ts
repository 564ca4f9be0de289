// Who may clock, and about which times: what is refused whatever sessions there are. Facts of
// devices and files have no such limits, so a refusal names them as the way out.

import type { ClockProblem } from '../../domain/clock/command.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { EmployeeRoster } from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { CommandFact } from '../ports/facts.js';
import type { EmployeeState } from './employee-state.js';

const DAY_MS = 86_400_000;

/**
 * Refuses an employee whom nobody added: a typing error would make an employee for ever. `state`
 * is undefined when there is not even a row.
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
 * Refuses a time that is too far back: a command is about now or lately, and one of last year is a
 * typing error. Asked under the lock, after a repeated request has got its first answer.
 */
export function refusedAsTooOld({
  isTimeGiven,
  punch,
  receivedAt,
  limits,
}: CommandFact): Failure | undefined {
  const earliest = (receivedAt - limits.maxAgeDays * DAY_MS) as Instant;
  if (!isTimeGiven || punch.time >= earliest) return undefined;
  const bound = `at most ${limits.maxAgeDays} days back, ${isoText(earliest)} or later`;
  return timeRefused(
    'TIME_TOO_OLD',
    `must be ${bound}; it is ${isoText(punch.time)}: record older punches with RecordPunches`,
  );
}

/**
 * Refuses a time before the employee joined or after they left, by the date that it counts for:
 * that of a session which would begin, or the clocks' where there is none to end. Whoever is in
 * may leave: the last night ends on the morning after the last date. A command without a time is
 * evidence that the employee is there, whatever the roster says.
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

function timeRefused(reason: string, description: string): Failure {
  return { kind: 'INVALID_FIELDS', violations: [{ field: 'time', reason, description }] };
}

function isoText(time: Instant): string {
  return new Date(time).toISOString();
}
