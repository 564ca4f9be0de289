// What a refused command is told, word for word: what was tried, what stands against it with its
// times on the employee's clock, and the way out. The reasons are the contract's; the words may
// change, but here on purpose.

import { Code } from '@connectrpc/connect';
import { expect } from 'chai';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import {
  CLOCK_REFUSALS,
  type ClockAttempt,
  type ClockRefusal,
  type SessionConcerned,
} from '../../../src/domain/facts/errors.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { publicError } from '../../../src/rpc/edge/error-table.js';
import { BERLIN } from '../../app/support/any-roster.js';

const employeeId = 'mia' as EmployeeId;
const date = '2026-03-02' as LocalDate;
const at = (text: string) => Date.parse(`2026-03-02T${text}Z`) as Instant;

const OPEN: SessionConcerned = { in: at('08:00:00'), out: undefined, shiftId: 'day', date };
const OVER: SessionConcerned = { ...OPEN, out: at('16:00:30') };
const ALONE: SessionConcerned = { in: undefined, out: at('16:00:00'), shiftId: undefined, date };

interface Told {
  readonly command: ClockAttempt;
  readonly refusal: ClockRefusal;
  readonly session?: SessionConcerned;
  /** Behind `... of employee mia at 2026-03-02 13:15 (Europe/Berlin) is refused because `. */
  readonly says: string;
}

const TABLE: readonly Told[] = [
  {
    command: 'CLOCK_IN',
    refusal: 'ALREADY_CLOCKED_IN',
    session: OPEN,
    says:
      'the session since 2026-03-02 09:00 (shift day) is open: clock out first; if the departure ' +
      'was forgotten, send ClockOut with its time; if the arrival is wrong, correct it with ' +
      'ReplacePunch',
  },
  {
    command: 'CLOCK_IN',
    refusal: 'OVERLAPS',
    session: OVER,
    says:
      'it would change the session from 2026-03-02 09:00 to 2026-03-02 17:00:30 (shift day): send ' +
      'a time outside it, or first correct the recorded punches with ReplacePunch or VoidPunch; ' +
      'record a whole session before a later one with RecordPunches',
  },
  {
    command: 'CLOCK_OUT',
    refusal: 'NOT_CLOCKED_IN',
    says: 'the employee is not in: if an arrival was forgotten, first send ClockIn with its time',
  },
  {
    command: 'CLOCK_OUT',
    refusal: 'NOT_CLOCKED_IN',
    session: OPEN,
    says:
      'the session since 2026-03-02 09:00 (shift day) has closed: to end it, send ClockOut with a ' +
      'time at which it was open; if an arrival was forgotten, first send ClockIn with its time',
  },
  {
    command: 'CLOCK_OUT',
    refusal: 'NOT_CLOCKED_IN',
    session: ALONE,
    says:
      'the employee is not in after the session without an arrival until 2026-03-02 17:00 (off ' +
      'shift): if an arrival was forgotten, first send ClockIn with its time; correct the end of ' +
      'that session with ReplacePunch',
  },
  {
    command: 'CLOCK_OUT',
    refusal: 'OUT_BEFORE_IN',
    session: OPEN,
    says:
      'the session since 2026-03-02 09:00 (shift day) would not end after it began: ' +
      'send a later time, or correct its beginning first with ReplacePunch',
  },
  {
    command: 'CLOCK_OUT',
    refusal: 'ALREADY_ON_BREAK',
    session: OPEN,
    says:
      'the employee is on a break of the session since 2026-03-02 09:00 (shift day): end that ' +
      'break first with EndBreak, with its time if that was earlier',
  },
  {
    command: 'START_BREAK',
    refusal: 'NOT_CLOCKED_IN',
    session: OVER,
    says:
      'the employee is not in after the session from 2026-03-02 09:00 to 2026-03-02 17:00:30 ' +
      '(shift day): if an arrival was forgotten, first send ClockIn with its time; record a break ' +
      'of a finished session with RecordPunches',
  },
  {
    command: 'END_BREAK',
    refusal: 'NOT_CLOCKED_IN',
    session: OPEN,
    says:
      'the session since 2026-03-02 09:00 (shift day) has closed: to end it, send ClockOut with a ' +
      'time at which it was open; if an arrival was forgotten, first send ClockIn with its time; ' +
      'record a break of it with RecordPunches; ' +
      "a break that reaches into the next shift's time is a departure and an arrival: change " +
      'its beginning to OUT with ReplacePunch, or send ClockOut, then ClockIn',
  },
  {
    command: 'START_BREAK',
    refusal: 'NOT_CLOCKED_IN',
    session: { ...OPEN, shiftId: undefined },
    says:
      'the session since 2026-03-02 09:00 (off shift) has closed, or began before a ' +
      "shift's window opened: to end it, send ClockOut with a time at which it was " +
      'open; if an arrival was forgotten, first send ClockIn with its time; record a break of it ' +
      "with RecordPunches; a break that reaches into the next shift's time is a departure and an " +
      'arrival: change its beginning to OUT with ReplacePunch, or send ClockOut, then ClockIn',
  },
  {
    command: 'END_BREAK',
    refusal: 'NOT_ON_BREAK',
    session: OPEN,
    says:
      'the employee is not on a break of the session since 2026-03-02 09:00 (shift day): start the break ' +
      'first, with StartBreak and the time when it began',
  },
  {
    command: 'START_BREAK',
    refusal: 'OVERLAPS',
    session: OPEN,
    says:
      'it would change the session since 2026-03-02 09:00 (shift day): a ' +
      "break that reaches into the next shift's time is a departure and an arrival: change its " +
      'beginning to OUT with ReplacePunch, or send ClockOut, then ClockIn; otherwise send ' +
      'a time after its last punch, or first correct the recorded punches with ReplacePunch ' +
      'or VoidPunch',
  },
  {
    command: 'END_BREAK',
    refusal: 'OVERLAPS',
    session: OVER,
    says:
      'it would change the session from 2026-03-02 09:00 to 2026-03-02 17:00:30 (shift day): send ' +
      'a time outside it, or first correct the recorded punches with ReplacePunch or VoidPunch; ' +
      'record a break of a finished session with RecordPunches',
  },
  {
    command: 'REPLACE_PUNCH',
    refusal: 'OUT_BEFORE_IN',
    session: OVER,
    says:
      'the session from 2026-03-02 09:00 to 2026-03-02 17:00:30 (shift day) would not end after ' +
      'it began: send a time with which it ends after it began, or correct its other end first',
  },
  {
    command: 'REPLACE_PUNCH',
    refusal: 'SESSION_TOO_LONG',
    session: OVER,
    says:
      'the session from 2026-03-02 09:00 to 2026-03-02 17:00:30 (shift day) would be longer than ' +
      "allowed, or leave its shift's window: send a time nearer to its other end, or correct " +
      'that end first',
  },
];

const CALLS: Readonly<Record<ClockAttempt, string>> = {
  CLOCK_IN: 'ClockIn',
  CLOCK_OUT: 'ClockOut',
  START_BREAK: 'StartBreak',
  END_BREAK: 'EndBreak',
  REPLACE_PUNCH: 'ReplacePunch',
  CORRECT_PUNCHES: 'CorrectPunches',
};

describe('why the clock refuses', () => {
  for (const { command, refusal, session, says } of TABLE) {
    const about = session === undefined ? 'nobody' : session.out === undefined ? 'open' : 'over';
    it(`${command}: ${refusal}, ${session === ALONE ? 'without an arrival' : about}`, () => {
      const time = at('12:15:00');
      const kind = 'CLOCK_REFUSED';
      const told = { kind, refusal, command, employeeId, time, zone: BERLIN, session } as const;
      const error = publicError(told);
      expect(error).to.include({ code: Code.FailedPrecondition, reason: refusal });
      const tried = `${CALLS[command]} of employee mia at 2026-03-02 13:15 (Europe/Berlin)`;
      expect(error.message).to.equal(`${tried} is refused because ${says}`);
      expect(error.metadata).to.deep.equal({
        method: CALLS[command],
        employee_id: 'mia',
        time: '2026-03-02T12:15:00.000Z',
        ...(session?.in && { session_in_time: new Date(session.in).toISOString() }),
        ...(session?.out && { session_out_time: new Date(session.out).toISOString() }),
        ...(session?.shiftId && { session_shift_id: session.shiftId }),
        ...(session && { session_date: '2026-03-02' }),
      });
    });
  }

  const together = (refusal: ClockRefusal, correction: number | undefined) =>
    publicError({
      kind: 'CLOCK_REFUSED',
      refusal,
      command: 'CORRECT_PUNCHES',
      employeeId,
      time: at('12:15:00'),
      correction,
      zone: BERLIN,
      session: OVER,
    });

  it('of several corrections says which one, and what to correct with it', () => {
    const said = CLOCK_REFUSALS.map((refusal) => together(refusal, 2));
    for (const { message, metadata } of said) {
      const tried = 'CorrectPunches of employee mia, corrections[2] at 2026-03-02 13:15';
      expect(message)
        .to.match(/ is refused because .*: \w/)
        .and.include(tried);
      expect(metadata?.correction_index).to.equal('2');
    }
    expect(together('NOT_ON_BREAK', 0).message).to.equal(
      'CorrectPunches of employee mia, corrections[0] at 2026-03-02 13:15 (Europe/Berlin) is refused ' +
        'because it would end no break of the session from 2026-03-02 09:00 to 2026-03-02 17:00:30 ' +
        '(shift day): add the beginning of that break too; one that is no longer than the repeat ' +
        'window of the rules counts as pressed twice',
    );
  });

  it('or, where another punch would lose what it did, that one', () => {
    const failure = {
      kind: 'CLOCK_REFUSED',
      command: 'CORRECT_PUNCHES',
      employeeId,
      time: at('12:15:00'),
      zone: BERLIN,
      session: OVER,
    } as const;
    const session = 'the session from 2026-03-02 09:00 to 2026-03-02 17:00:30 (shift day)';
    const because = 'CorrectPunches of employee mia (Europe/Berlin) is refused because ';
    const robbed = { kind: 'OUT', time: at('16:00:30') } as const;
    const { message, metadata } = publicError({ ...failure, refusal: 'OVERLAPS', robbed });
    expect(message).to.equal(
      `${because}the departure at 2026-03-02 17:00:30 would no longer do what it does in ${session}: ` +
        'correct that too, in the same call; VoidPunch takes punches back whatever is left of a day',
    );
    expect(metadata).to.not.have.property('correction_index');
    expect(publicError({ ...failure, refusal: 'OVERLAPS' }).message).to.match(
      /is refused because the session from .* would be left without one of its ends: correct/,
    );
    expect(publicError({ ...failure, refusal: 'OUT_BEFORE_IN', robbed }).message).to.match(
      /is refused because the session from .* would not end after it began: send a later time/,
    );
  });

  it('has words for every refusal, whatever was tried and whether or not a session is named', () => {
    expect(new Set(TABLE.map(({ refusal }) => refusal))).to.have.all.keys(CLOCK_REFUSALS);
    for (const refusal of CLOCK_REFUSALS) {
      const command = 'REPLACE_PUNCH';
      const [kind, time] = ['CLOCK_REFUSED', at('12:15:00')] as const;
      const told = { kind, refusal, command, employeeId, time, zone: BERLIN } as const;
      const { message } = publicError({ ...told, session: undefined });
      expect(message).to.match(/^ReplacePunch of employee mia at .* is refused because .*: \w/);
      expect(message).to.not.include('undefined');
    }
  });
});
