// Which command to type after a refusal. The service names the session and the way out in the words
// of the contract; here are the same ways in the words of this command line.

import type { AttendanceClientError } from '../client/index.js';
import { shownText } from './console.js';

const AT = '--at 2026-03-02T09:00+01:00';

type Hint = (employeeId: string, date: string) => string;

const CORRECT: Hint = (employeeId, date) =>
  `What was recorded: attendance day ${employeeId} ${date}; attendance punches list ${employeeId}\n` +
  'To correct it: attendance punches replace, attendance punches void';

const HINTS: ReadonlyMap<string, Hint> = new Map([
  [
    'ALREADY_CLOCKED_IN',
    (employeeId) =>
      `End that session: attendance clock out ${employeeId}; ended earlier: with ${AT}`,
  ],
  [
    'NOT_CLOCKED_IN',
    (employeeId) => `Was the arrival forgotten? attendance clock in ${employeeId} ${AT}`,
  ],
  ['ALREADY_ON_BREAK', (employeeId) => `End it: attendance clock break end ${employeeId}`],
  [
    'NOT_ON_BREAK',
    (employeeId) => `Was its beginning forgotten? attendance clock break start ${employeeId} ${AT}`,
  ],
  ['OUT_BEFORE_IN', CORRECT],
  ['OVERLAPS', CORRECT],
  ['SESSION_TOO_LONG', CORRECT],
  ['PUNCH_NOT_FOUND', (employeeId) => `Their numbers: attendance punches list ${employeeId}`],
  [
    'PUNCH_VOIDED',
    (employeeId) => `Who took it back, and why: attendance punches list ${employeeId} --voided`,
  ],
]);

/** The commands that lead on; undefined for refusals that say everything themselves. */
export function hintAfter({ reason, info }: AttendanceClientError): string | undefined {
  const employeeId = shownText(info.employee_id ?? 'EMPLOYEE');
  return HINTS.get(reason)?.(employeeId, shownText(info.session_date ?? 'DATE'));
}
