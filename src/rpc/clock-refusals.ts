// Why the clock refuses a command or a correction, in words: what is in its way and the way out.

import type { ClockRefusal, Failure, SessionConcerned } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';

type Refused = Extract<Failure, { kind: 'CLOCK_REFUSED' }>;

const WORDS: Readonly<Record<ClockRefusal, (who: string, at: string, session: string) => string>> =
  {
    ALREADY_CLOCKED_IN: (who, at, session) =>
      `${who} is clocked in at ${at}${session}: clock out first, or, where a departure was ` +
      'forgotten, say it with ClockOut and its time',
    NOT_CLOCKED_IN: (who, at, session) =>
      session === ''
        ? `${who} is not clocked in at ${at}: say the arrival first, with ClockIn and its time`
        : `${who} is not clocked in at ${at}${lastSession(session)}: a forgotten arrival, say it ` +
          'with ClockIn and its time; a departure of the last session, with ClockOut and its ' +
          'time, or ReplacePunch where it has one; what belongs together, with RecordPunches',
    ALREADY_ON_BREAK: (who, at, session) =>
      `${who} is on a break at ${at}${session}: end that break first`,
    NOT_ON_BREAK: (who, at, session) =>
      `${who} is not on a break at ${at}${session}: start the break first, or say with ` +
      'StartBreak and its time when it began',
    OUT_BEFORE_IN: (who, at, session) =>
      `${at} would end a session of ${who} before it began${session}: send a later time, ` +
      'or correct its beginning first with ReplacePunch',
    OVERLAPS: (who, at, session) =>
      `${at} would change a session of ${who} that was told otherwise${session}: send a time ` +
      'outside it, or correct it first with ReplacePunch or VoidPunch; a break of a finished ' +
      'session, or a whole session before a later one, is told with RecordPunches',
    SESSION_TOO_LONG: (who, at, session) =>
      `with ${at} a session of ${who} would be longer than one may be, or reach out of its ` +
      `shift's window${session}: send a time nearer to its other end, or correct that first`,
  };

/** What a caller is told. */
export function clockRefusalMessage({ refusal, employeeId, time, session }: Refused): string {
  return WORDS[refusal](`employee ${employeeId}`, iso(time), sessionText(session));
}

function sessionText(session: SessionConcerned | undefined): string {
  if (session === undefined) return '';
  const { in: from, out: to, shiftId, date } = session;
  const ends = [from && `from ${iso(from)}`, to && `to ${iso(to)}`].filter(Boolean).join(' ');
  const shift = shiftId === undefined ? 'off shift' : `shift ${shiftId}`;
  return ` (session${ends === '' ? '' : ` ${ends}`}, ${shift}, of ${date})`;
}

function lastSession(text: string): string {
  return text.replace('(session', '(last session');
}

/** Values for programs; what is not known is left out. */
export function clockRefusalMetadata(failure: Refused): Record<string, string> {
  const { employeeId, time, session } = failure;
  const metadata: Record<string, string> = { employee_id: employeeId, time: iso(time) };
  if (session === undefined) return metadata;
  if (session.in !== undefined) metadata.session_in_time = iso(session.in);
  if (session.out !== undefined) metadata.session_out_time = iso(session.out);
  if (session.shiftId !== undefined) metadata.session_shift_id = session.shiftId;
  metadata.session_date = session.date;
  return metadata;
}

/** ISO 8601 in UTC. The caller's times were bounded: each has a form. */
export function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
