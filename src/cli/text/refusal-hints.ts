// The commands to type after a refusal. The service names the session and the way out in the words
// of the contract; these hints say the same in the words of this command line. A hint must never
// record something when it is copied unchanged: unknown values are words in capitals, which no
// command accepts.

import type { AttendanceClientError } from '../../client/index.js';
import { shownText } from '../terminal/console.js';
import { EMPLOYEE_ID, isIsoDate } from './values.js';

/** The details of a refusal that a hint can use. */
interface Refused {
  /** EMPLOYEE if it is not known. */
  readonly who: string;
  /** The date of the session in conflict; DATE if it is not known. */
  readonly date: string;
  /** ` of 2026-03-02`; empty if it is not known. */
  readonly ofDate: string;
  /** Whether it was about an earlier moment and not about now. */
  readonly isPast: boolean;
}

type Hint = (refused: Refused) => string;

const AT = '--at TIME';

/** No call takes longer, and no two clocks differ by more, so an older moment is a past one. */
const NOW_MS = 120_000;

/** A finished session takes a forgotten break, or another beginning, as a fact. */
const FORGOTTEN: Hint = ({ who }) =>
  `Forgotten, such as a break of a session that is over: attendance punches add ${who} KIND TIME`;

/** For a time that no command may have. */
const TOLD_AS_FACT: Hint = ({ who }) =>
  `If the time is right: attendance punches add ${who} KIND TIME`;

const CORRECT: Hint = ({ who, date }) => {
  const from = date === 'DATE' ? '' : ` --from ${date}`;
  return (
    `What was recorded: attendance day ${who} ${date}; attendance punches list ${who}${from}\n` +
    'To correct it: attendance punches replace, void or correct'
  );
};

const HINTS: ReadonlyMap<string, Hint> = new Map<string, Hint>([
  [
    'ALREADY_CLOCKED_IN',
    ({ who, ofDate }) =>
      `Say when that session${ofDate} ended: attendance clock out ${who} ${AT}; ` +
      'without --at it ends now',
  ],
  [
    'NOT_CLOCKED_IN',
    (refused) =>
      `Was the arrival forgotten? attendance clock in ${refused.who} ${AT}` +
      (refused.isPast ? `\n${FORGOTTEN(refused)}` : ''),
  ],
  [
    'ALREADY_ON_BREAK',
    ({ who }) =>
      `Say when it ended: attendance clock break end ${who} ${AT}; without --at it ends now`,
  ],
  [
    'NOT_ON_BREAK',
    ({ who }) => `Was its beginning forgotten? attendance clock break start ${who} ${AT}`,
  ],
  ['OUT_BEFORE_IN', CORRECT],
  ['OVERLAPS', (refused) => CORRECT(refused) + (refused.isPast ? `\n${FORGOTTEN(refused)}` : '')],
  ['SESSION_TOO_LONG', CORRECT],
  ['EMPLOYEE_NOT_FOUND', () => 'Who there is: attendance roster employees --archived'],
  ['SHIFT_NOT_FOUND', () => 'Which there are: attendance roster shifts --archived'],
  ['ASSIGNMENT_NOT_FOUND', ({ who }) => `Their ids: attendance roster assignments ${who}`],
  ['HOLIDAY_NOT_FOUND', () => 'Which there are: attendance roster holidays'],
  ['POLICY_NOT_FOUND', () => 'Which there are: attendance roster policies'],
  [
    'LEAVE_TYPE_NOT_FOUND',
    () => 'Which there are: attendance leave-types list; to add one: attendance leave-types set',
  ],
  ['ROSTER_CHANGE_NOT_FOUND', () => 'The latest ones: attendance roster changes'],
  ['TIME_TOO_OLD', TOLD_AS_FACT],
  ['TIME_BEFORE_JOIN_DATE', TOLD_AS_FACT],
  ['TIME_AFTER_LEAVE_DATE', TOLD_AS_FACT],
  ['IMPORT_NOT_FOUND', () => 'Which there are: attendance imports list'],
  ['BADGE_ASSIGNMENT_NOT_FOUND', () => 'Which there are: attendance badges list'],
  ['BADGE_ASSIGNED', () => 'To hand it on: --hand-on; whose it is: attendance badges list'],
  ['QUARANTINE_FULL', () => 'What waits: attendance badges waiting'],
  ['PUNCH_NOT_FOUND', ({ who }) => `Their numbers: attendance punches list ${who}`],
  [
    'TOO_MANY_PUNCHES',
    ({ who }) =>
      `What is there: attendance punches list ${who}; to say what the day was: ` +
      `attendance mark ${who} DATE STATUS`,
  ],
  [
    'PUNCH_VOIDED',
    ({ who }) => `Who took it back, and why: attendance punches list ${who} --voided`,
  ],
]);

/** The methods whose refusals name the session to look at. */
const CORRECTIONS: readonly string[] = ['ReplacePunch', 'CorrectPunches'];

/** The commands for the next step; undefined if the refusal itself says everything. */
export function hintAfter(error: AttendanceClientError): string | undefined {
  const { info, fieldViolations } = error;
  // For refused fields, the reason of the field decides.
  const reason = fieldViolations[0]?.reason ?? error.reason;
  const { employee_id: who = '', session_date: date = '', time = '' } = info;
  // The next action at a clock does not resolve a correction.
  const isCorrection = CORRECTIONS.includes(info.method ?? '');
  const hint = (isCorrection ? CORRECT : HINTS.get(reason))?.({
    who: EMPLOYEE_ID.test(who) ? who : 'EMPLOYEE',
    date: isIsoDate(date) ? date : 'DATE',
    ofDate: isIsoDate(date) ? ` of ${date}` : '',
    isPast: Date.parse(time) < Date.now() - NOW_MS,
  });
  return hint === undefined ? undefined : hint.split('\n').map(shownText).join('\n');
}
