// Why the clock refuses a command or a correction, in words: what was tried, what stands against
// it, with times as the employee's clock shows them, and the way out. For programs the same is in
// the metadata, in UTC. Never says more of a session than the refusal named.

import type {
  ClockAttempt,
  ClockRefusal,
  Failure,
  SessionConcerned,
} from '../../domain/facts/errors.js';
import type { PunchKind } from '../../domain/facts/punch.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import { timeText } from '../../domain/time/local-text.js';
import type { Instant } from '../../domain/time/time.js';
import { epochDayAt, type Zone } from '../../domain/time/zone.js';

type Refused = Extract<Failure, { kind: 'CLOCK_REFUSED' }>;

/** As the contract calls them. */
const CALLS: Readonly<Record<ClockAttempt, string>> = {
  CLOCK_IN: 'ClockIn',
  CLOCK_OUT: 'ClockOut',
  START_BREAK: 'StartBreak',
  END_BREAK: 'EndBreak',
  REPLACE_PUNCH: 'ReplacePunch',
  CORRECT_PUNCHES: 'CorrectPunches',
};

const BREAK_INTO_SHIFT =
  "a break that reaches into the next shift's time is a departure and an arrival: change its " +
  'beginning to OUT with ReplacePunch, or send ClockOut, then ClockIn';

/** What stands against a command, and the way out. */
interface Words {
  readonly against: string;
  readonly wayOut: string;
}

/** `session`: `the session since 2026-03-02 08:00 (shift day)`; undefined where there is none. */
type Say = (command: ClockAttempt, session: string | undefined, about: Refused['session']) => Words;

const WORDS: Readonly<Record<ClockRefusal, Say>> = {
  ALREADY_CLOCKED_IN: (_command, session) => ({
    against: `${session ?? 'a session'} is open`,
    wayOut:
      'clock out first; if the departure was forgotten, send ClockOut with its time; if the ' +
      'arrival is wrong, correct it with ReplacePunch',
  }),
  NOT_CLOCKED_IN: notClockedIn,
  ALREADY_ON_BREAK: (_command, session) => ({
    against: `the employee is on a break of ${session ?? 'a session'}`,
    wayOut: 'end that break first with EndBreak, with its time if that was earlier',
  }),
  NOT_ON_BREAK: (_command, session) => ({
    against: `the employee is not on a break of ${session ?? 'a session'}`,
    wayOut: 'start the break first, with StartBreak and the time when it began',
  }),
  OUT_BEFORE_IN: (command, session) => ({
    against: `${session ?? 'a session'} would not end after it began`,
    wayOut:
      command === 'REPLACE_PUNCH'
        ? 'send a time with which it ends after it began, or correct its other end first'
        : 'send a later time, or correct its beginning first with ReplacePunch',
  }),
  OVERLAPS: overlaps,
  SESSION_TOO_LONG: (_command, session) => ({
    against: `${session ?? 'a session'} would be longer than allowed, or leave its shift's window`,
    wayOut: 'send a time nearer to its other end, or correct that end first',
  }),
};

function notClockedIn(
  command: ClockAttempt,
  session: string | undefined,
  about: Refused['session'],
): Words {
  const arrival = 'if an arrival was forgotten, first send ClockIn with its time';
  const isBreak = command === 'START_BREAK' || command === 'END_BREAK';
  if (session === undefined || about === undefined) {
    return { against: 'the employee is not in', wayOut: arrival };
  }
  if (about.out === undefined) {
    return {
      against:
        about.shiftId === undefined
          ? `${session} has closed, or began before a shift's window opened`
          : `${session} has closed`,
      wayOut:
        `to end it, send ClockOut with a time at which it was open; ${arrival}` +
        (isBreak ? `; record a break of it with RecordPunches; ${BREAK_INTO_SHIFT}` : ''),
    };
  }
  return {
    against: `the employee is not in after ${session}`,
    wayOut: isBreak
      ? `${arrival}; record a break of a finished session with RecordPunches`
      : `${arrival}; correct the end of that session with ReplacePunch`,
  };
}

function overlaps(
  command: ClockAttempt,
  session: string | undefined,
  about: Refused['session'],
): Words {
  const isBreak = command === 'START_BREAK' || command === 'END_BREAK';
  const against = `it would change ${session ?? 'another session'}`;
  const correct = 'first correct the recorded punches with ReplacePunch or VoidPunch';
  if (isBreak && about?.out === undefined) {
    return {
      against,
      wayOut: `${BREAK_INTO_SHIFT}; otherwise send a time after its last punch, or ${correct}`,
    };
  }
  return {
    against,
    wayOut:
      `send a time outside it, or ${correct}; ` +
      (isBreak
        ? 'record a break of a finished session with RecordPunches'
        : 'record a whole session before a later one with RecordPunches'),
  };
}

/** What is said of a new punch that would not do what it says: several are corrected at once. */
function undoneWords(refusal: ClockRefusal, session: string | undefined): Words {
  const there = session ?? 'no session';
  switch (refusal) {
    case 'NOT_CLOCKED_IN':
      return {
        against: 'the employee would not be in then',
        wayOut: 'add the arrival that is missing, or send a time at which they were in',
      };
    case 'NOT_ON_BREAK':
      return {
        against: `it would end no break of ${there}`,
        wayOut:
          'add the beginning of that break too; one that is no longer than the repeat window of ' +
          'the rules counts as pressed twice',
      };
    case 'ALREADY_ON_BREAK':
      return {
        against: `it would begin no break of ${there}`,
        wayOut: 'also void or replace the punch that began the break which is there',
      };
    case 'OUT_BEFORE_IN':
      return {
        against: `${there} would not end after it began`,
        wayOut: 'send a later time, or correct its beginning too',
      };
    case 'SESSION_TOO_LONG':
      return {
        against: `${there} would be longer than allowed`,
        wayOut: 'send a time nearer to its arrival, or correct that too',
      };
    default:
      return session === undefined
        ? {
            against: 'it would begin and end nothing',
            wayOut: 'look with ListPunches for what is there: of very many punches not all count',
          }
        : {
            against: `it would not do in ${session} what it says`,
            wayOut:
              'also void or replace the punches of that session that are wrong, or add what ' +
              'belongs to it, such as the end of a break',
          };
  }
}

/** What would become of what is not corrected. */
function lossWords({ refusal, robbed, zone }: Refused, session: string | undefined): Words {
  const there = session ?? 'a session';
  const isMoved = refusal === 'OUT_BEFORE_IN' || refusal === 'SESSION_TOO_LONG';
  if (isMoved) return undoneWords(refusal, there);
  const wayOut =
    'correct that too, in the same call; VoidPunch takes punches back whatever is left of a day';
  if (robbed === undefined) {
    return { against: `${there} would be left without one of its ends`, wayOut };
  }
  const punch = `the ${KIND_WORDS[robbed.kind]} at ${whenText(zone, robbed.time)}`;
  return { against: `${punch} would no longer do what it does in ${there}`, wayOut };
}

const KIND_WORDS: Readonly<Record<PunchKind, string>> = {
  UNSPECIFIED: 'punch',
  IN: 'arrival',
  OUT: 'departure',
  BREAK_START: 'beginning of a break',
  BREAK_END: 'end of a break',
};

/** What a caller is told. */
export function clockRefusalMessage(refused: Refused): string {
  const { refusal, command, employeeId, time, zone, session, correction } = refused;
  const about = session && sessionText(session, zone);
  const call = `${CALLS[command]} of employee ${employeeId}`;
  if (command === 'CORRECT_PUNCHES' && correction === undefined) {
    const { against, wayOut } = lossWords(refused, about);
    return `${call} (${zone.name}) is refused because ${against}: ${wayOut}`;
  }
  const { against, wayOut } =
    command === 'CORRECT_PUNCHES'
      ? undoneWords(refusal, about)
      : WORDS[refusal](command, about, session);
  const place = correction === undefined ? '' : `, corrections[${correction}]`;
  const tried = `${call}${place} at ${whenText(zone, time)}`;
  return `${tried} (${zone.name}) is refused because ${against}: ${wayOut}`;
}

function sessionText({ in: start, out, shiftId }: SessionConcerned, zone: Zone): string {
  const shift = shiftId === undefined ? 'off shift' : `shift ${shiftId}`;
  return `the session ${endsText(start, out, zone)} (${shift})`;
}

function endsText(start: Instant | undefined, out: Instant | undefined, zone: Zone): string {
  if (start === undefined) {
    return out === undefined ? 'without an end' : `without an arrival until ${whenText(zone, out)}`;
  }
  const since = whenText(zone, start);
  return out === undefined ? `since ${since}` : `from ${since} to ${whenText(zone, out)}`;
}

/** `2026-03-02 08:00`. */
function whenText(zone: Zone, time: Instant): string {
  return `${fromEpochDay(epochDayAt(zone, time))} ${timeText(zone, time)}`;
}

/** Values for programs; what is not known is left out. */
export function clockRefusalMetadata(failure: Refused): Record<string, string> {
  const { command, employeeId, time, session, correction } = failure;
  const metadata: Record<string, string> = {
    method: CALLS[command],
    employee_id: employeeId,
    time: iso(time),
  };
  if (correction !== undefined) metadata.correction_index = String(correction);
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
