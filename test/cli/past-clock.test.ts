// What people tell a clock afterwards: local times with --zone, punches that were forgotten, and the
// commands that a refusal leads to, none of which may do anything when it is copied as it stands.

import type { Message } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { PunchKind, PunchOutcome, PunchSource } from '../../src/client/index.js';
import { refuse, statusOf } from '../client/grpc-server.js';
import type { StandIn } from './stand-in.js';
import { ran, startStandIn } from './stand-in.js';

const at = (iso: string) => timestampFromDate(new Date(iso));
const BERLIN = ['--zone', 'Europe/Berlin'];

describe('the clock afterwards', () => {
  let service: StandIn;

  beforeEach(async () => {
    service = await startStandIn({
      getClockState: () => ({ clockState: { employeeId: '007', timeZone: 'Europe/Berlin' } }),
    });
  });
  afterEach(() => service.stop());

  const run = (...args: string[]) => ran(service.address, ...args);
  const requestOf = (method: string) =>
    service.calls.find((call) => call.method === method)?.request as
      | (Message & Record<string, unknown>)
      | undefined;

  const TIMES: [string, string[], string | RegExp][] = [
    ['2026-03-02 09:00', BERLIN, '2026-03-02T08:00:00Z'],
    ['2026-07-02T09:00', BERLIN, '2026-07-02T07:00:00Z'],
    ['2026-03-02T09:00Z', BERLIN, '2026-03-02T09:00:00Z'],
    ['2026-03-02T09:00+01:00', [], '2026-03-02T08:00:00Z'],
    ['2026-03-02 09:00', [], /is a local time: give its zone with --zone/],
    ['2026-03-29 02:30', BERLIN, /^No clock in Europe\/Berlin showed/],
    [
      '2026-10-25 02:30',
      BERLIN,
      /twice: say which with 2026-10-25T02:30:00\+02:00 or 2026-10-25T02:30:00\+01:00\.$/m,
    ],
    ['TIME', BERLIN, /It must be a time such as/],
  ];
  for (const [text, zone, means] of TIMES) {
    it(`--at '${text}' ${zone.join(' ')} is ${means}`, async () => {
      const day = { employeeId: '007', date: '2026-03-02' };
      const answer = { punch: { kind: PunchKind.OUT }, attendance: day };
      service.answers.clockOut = () => answer;
      service.answers.replacePunch = () => answer;
      const clocked = await run('clock', 'out', '007', '--at', text, ...zone);
      const args = ['punches', 'replace', '007', '1', '--reason', 'x', '--time', text];
      const replaced = await run(...args, ...zone);
      if (typeof means === 'string') {
        expect([clocked.code, replaced.code]).to.deep.equal([0, 0]);
        for (const method of ['clockOut', 'replacePunch']) {
          expect(requestOf(method)?.time).to.deep.include(at(means));
        }
      } else {
        for (const { code, err } of [clocked, replaced]) {
          expect(code).to.equal(2);
          expect(err).to.match(means);
        }
        expect(service.calls).to.deep.equal([]);
      }
    });
  }

  const TIME = at('2026-03-03T01:00:00Z');
  const NIGHT = {
    employeeId: '007',
    date: '2026-03-02',
    timeZone: 'Europe/Berlin',
    sessions: [{ inTime: at('2026-03-02T21:00:00Z'), breaks: [{ startTime: TIME }] }],
  };

  /** What RecordPunches answers, with the night that it makes. */
  function recorded(outcome: PunchOutcome, voided = false): void {
    service.answers.recordPunches = () => ({ results: [{ outcome, punchId: '12', voided }] });
    service.answers.listAttendance = () => ({ attendances: [NIGHT] });
    service.answers.getAttendance = ({ date }) => {
      expect(date).to.equal('2026-03-02');
      return { attendance: NIGHT };
    };
  }

  const ADD = ['punches', 'add', '007', 'break-start', '2026-03-03 02:00', ...BERLIN];

  it('punches add: one punch, as from a file, and the day it counts for', async () => {
    recorded(PunchOutcome.RECORDED);
    const { code, out, err } = await run(...ADD, '--note', 'told by phone');
    expect(code, err).to.equal(0);
    expect(out)
      .to.match(/^recorded: punch 12 of 007, break start at 02:00 on Tue 3 Mar\nDATE /)
      .and.match(/^2026-03-02 /m)
      .and.match(/, break 02:00 \(Tue 3 Mar\) to -$/m);
    expect((requestOf('recordPunches') as { punches?: object[] }).punches?.[0]).to.deep.include({
      employeeId: '007',
      kind: PunchKind.BREAK_START,
      source: PunchSource.FILE,
      timeZone: 'Europe/Berlin',
      note: 'told by phone',
    });
  });

  it('punches add: of a device where it is said', async () => {
    recorded(PunchOutcome.RECORDED);
    await run(...ADD, '--device', 'gate');
    expect((requestOf('recordPunches') as { punches?: object[] }).punches?.[0]).to.include({
      deviceId: 'gate',
      source: PunchSource.DEVICE,
    });
  });

  it('punches add: says what was there already, and what became of it', async () => {
    recorded(PunchOutcome.DUPLICATE);
    expect((await run(...ADD)).out).to.match(/^duplicate: punch 12 of 007, .* was there already\n/);
    recorded(PunchOutcome.DUPLICATE, true);
    const voided = { actor: 'boss', reason: 'wrong import' };
    service.answers.listPunches = () => ({
      punches: [{ punchId: '11' }, { punchId: '12', voided }],
    });
    expect((await run(...ADD)).out).to.match(
      /^duplicate: .* was there already and does not count\nIt was voided by boss: wrong import\. To make it count again: the same command with --restore\n/,
    );
    expect(requestOf('listPunches')).to.deep.include({ employeeId: '007', includeVoided: true });
    const replaced = { ...voided, replacedByPunchId: '13' };
    service.answers.listPunches = () => ({ punches: [{ punchId: '12', voided: replaced }] });
    expect((await run(...ADD)).out).to.match(
      /\nIt was replaced by punch 13 by boss: wrong import\. .*: attendance punches replace 007 13\n/,
    );
  });

  it('punches add --restore: makes a voided one count again', async () => {
    service.answers.recordPunches = () => ({
      results: [{ outcome: PunchOutcome.RECORDED, punchId: '14', restored: true }],
    });
    expect((await run(...ADD, '--restore')).out).to.match(/^recorded: .*, counts again\n/);
    expect(requestOf('recordPunches')).to.include({ restore: true });
  });

  it('punches add: fails where the punch is rejected', async () => {
    const refusal = { code: status.NOT_FOUND, message: 'nobody', reason: 'EMPLOYEE_NOT_FOUND' };
    service.answers.recordPunches = () => ({
      results: [{ outcome: PunchOutcome.REJECTED, error: statusOf(refusal) }],
    });
    expect(await run(...ADD)).to.deep.equal({
      code: 1,
      out: '',
      err: 'EMPLOYEE_NOT_FOUND: nobody\nWho there is: attendance roster employees --archived\n',
    });
  });

  it('punches list and void tell times of the employee, or of --zone', async () => {
    const punches = [{ punchId: '1', time: TIME }];
    service.answers.listPunches = () => ({ punches });
    service.answers.voidPunch = () => ({ punches });
    const commands = [
      ['punches', 'list', '007', '--from', '2026-03-03'],
      ['punches', 'void', '007', '1', '--reason', 'x'],
    ];
    for (const command of commands) {
      expect((await run(...command)).out).to.match(/^1 +2026-03-03T02:00:00\+01:00 /m);
      expect((await run(...command, '--zone', 'UTC')).out).to.match(/^1 +2026-03-03T01:00:00Z /m);
    }
    const froms = service.calls
      .filter(({ method }) => method === 'listPunches')
      .map(({ request }) => (request as { startTime?: { seconds: bigint } }).startTime?.seconds);
    expect(froms).to.deep.equal([
      at('2026-03-02T23:00:00Z').seconds,
      at('2026-03-03T00:00:00Z').seconds,
    ]);
  });

  const ADD_HINT = /attendance punches add 007 KIND TIME/;
  const REFUSALS: [string, RegExp, boolean][] = [
    [
      'ALREADY_CLOCKED_IN',
      /\nSay when that session of 2026-11-20 ended: attendance clock out 007 --at TIME;/,
      false,
    ],
    ['NOT_CLOCKED_IN', /\nWas the arrival forgotten\? attendance clock in 007 --at TIME/, true],
    ['ALREADY_ON_BREAK', /\nSay when it ended: attendance clock break end 007 --at TIME;/, false],
    ['NOT_ON_BREAK', /attendance clock break start 007 --at TIME/, false],
    [
      'OVERLAPS',
      /day 007 2026-11-20; attendance punches list 007 --from 2026-11-20\nTo correct it: .*replace/,
      true,
    ],
    ['EMPLOYEE_NOT_FOUND', /\nWho there is: attendance roster employees --archived\n$/, false],
    ['EMPLOYEE_ARCHIVED', /^EMPLOYEE_ARCHIVED: so it is\n$/, false],
  ];
  for (const [reason, says, mayBeForgotten] of REFUSALS) {
    it(`${reason} comes with the service's words and the command that leads on`, async () => {
      const refusedAt = async (time: Date) => {
        service.answers.clockIn = () => {
          const info = {
            employee_id: '007',
            session_date: '2026-11-20',
            time: time.toISOString(),
          };
          throw refuse({ code: status.FAILED_PRECONDITION, message: 'so it is', reason, info });
        };
        const { code, out, err } = await run('clock', 'in', '007');
        expect({ code, out }).to.deep.equal({ code: 1, out: '' });
        expect(err)
          .to.match(new RegExp(`^${reason}: so it is\n`))
          .and.match(says);
        return err;
      };
      expect(ADD_HINT.test(await refusedAt(new Date()))).to.equal(false);
      const told = await refusedAt(new Date(Date.now() - 86_400_000));
      expect(ADD_HINT.test(told)).to.equal(mayBeForgotten);
      await expectHarmless(told);
    });
  }

  for (const reason of ['TIME_TOO_OLD', 'TIME_BEFORE_JOIN_DATE', 'TIME_AFTER_LEAVE_DATE']) {
    it(`${reason} of the time comes with the command that records a fact`, async () => {
      service.answers.clockIn = () => {
        const violations = [{ field: 'time', reason, description: 'must be another' }];
        const message = 'time: must be another';
        throw refuse({
          code: status.INVALID_ARGUMENT,
          message,
          reason: 'INVALID_FIELD',
          violations,
        });
      };
      const { code, err } = await run('clock', 'in', '007', '--at', '2026-01-02T08:00Z');
      expect({ code, err }).to.deep.equal({
        code: 1,
        err:
          'time: must be another\n' +
          'If the time is right: attendance punches add EMPLOYEE KIND TIME\n',
      });
      await expectHarmless(err);
    });
  }

  /** No command of a hint, copied as it stands, makes a call that records anything. */
  async function expectHarmless(hint: string): Promise<void> {
    for (const [, command = ''] of hint.matchAll(/attendance ([^;\n,]+)/g)) {
      const before = service.calls.length;
      await run(...command.trim().split(' '));
      const methods = service.calls.slice(before).map(({ method }) => method);
      for (const method of methods) expect(method, command).to.match(/^(get|list)/);
    }
  }
});
