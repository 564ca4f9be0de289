// today, yesterday, -7d and +7d for every date that a command takes: in --zone, or in the zone of
// the employee, which is asked for only then.

import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { refuse } from '../../client/grpc-server.js';
import type { StandIn } from '../stand-in.js';
import { ran, startStandIn } from '../stand-in.js';

const DAY_MS = 86_400_000;
/** Never the same date at the same time. */
const [EAST, WEST] = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'];
const DAY = { attendance: { employeeId: '007', date: '2026-03-02' } };

function today(zone: string, days = 0): string {
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(Date.now());
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

describe('dates from today in commands', () => {
  let service: StandIn;

  beforeEach(async () => {
    service = await startStandIn({
      getClockState: () => ({ clockState: { employeeId: '007', timeZone: EAST } }),
      getAttendance: () => DAY,
      markAttendance: () => DAY,
      clearAttendance: () => DAY,
      listAttendance: () => ({}),
      listAttendanceRevisions: () => ({}),
      listPunches: () => ({}),
    });
  });
  afterEach(() => service.stop());

  const run = (...args: string[]) => ran(service.address, ...args);
  const methods = () => service.calls.map(({ method }) => method);
  const sent = (method: string) =>
    service.calls.find((call) => call.method === method)?.request as unknown as
      | Record<string, unknown>
      | undefined;

  const ONE: readonly [id: string, args: readonly string[], method: string, days: number][] = [
    ['E1', ['get', '007', 'today'], 'getAttendance', 0],
    ['E2', ['get', '007', '-7d'], 'getAttendance', -7],
    ['E3', ['get', '007', '--json', '-7d'], 'getAttendance', -7],
    ['E4', ['day', '007', 'yesterday'], 'getAttendance', -1],
    ['E5', ['mark', '007', '+7d', 'on-leave'], 'markAttendance', 7],
    ['E6', ['mark', '007', '-1d', 'present', '--note', '-7d'], 'markAttendance', -1],
    ['E7', ['clear', '007', 'yesterday', '--reason', 'x'], 'clearAttendance', -1],
    ['E8', ['revisions', '007', 'today'], 'listAttendanceRevisions', 0],
  ];
  for (const [id, args, method, days] of ONE) {
    it(`${id} ${args.join(' ')}: in the employee's zone`, async () => {
      const before = today(EAST, days);
      const { code, err } = await run(...args);
      expect(code, err).to.equal(0);
      expect([before, today(EAST, days)]).to.include(sent(method)?.date);
    });

    it(`${id} ${args.join(' ')}: in --zone, without asking`, async () => {
      const before = today(WEST, days);
      expect((await run(...args, '--zone', WEST)).code).to.equal(0);
      expect([before, today(WEST, days)]).to.include(sent(method)?.date);
      expect(methods()).to.deep.equal([method]);
    });
  }

  it('E9 a date as such asks for no zone', async () => {
    await run('get', '007', '2026-03-02');
    expect(methods()).to.deep.equal(['getAttendance']);
    expect(sent('getAttendance')?.date).to.equal('2026-03-02');
  });

  it('E10 a note is sent as it is', async () => {
    await run('mark', '007', '2026-03-02', 'present', '--note', '-7d');
    expect(sent('markAttendance')?.note).to.equal('-7d');
  });

  it('E11 list: in the zone of --employee', async () => {
    const before = [today(EAST, -7), today(EAST)];
    await run('list', '--employee', '007', '--from', '-7d', '--to', 'today');
    const { startDate, endDate } = sent('listAttendance') ?? {};
    expect([before, [today(EAST, -7), today(EAST)]]).to.deep.include([startDate, endDate]);
  });

  it('E12 list of several employees: in --zone, and never guessed', async () => {
    const before = [today(WEST, -7), today(WEST, -1)];
    const range = ['list', '--from', '-7d', '--to', 'yesterday'];
    const refused = await run(...range);
    expect([refused.code, refused.err]).to.deep.equal([
      2,
      '-7d is a date in a zone: give it with --zone, or give --employee.\n',
    ]);
    expect(methods()).to.deep.equal([]);
    await run(...range, '--zone', WEST);
    const { startDate, endDate } = sent('listAttendance') ?? {};
    expect([before, [today(WEST, -7), today(WEST, -1)]]).to.deep.include([startDate, endDate]);
  });

  it('E13 punches list: from the first midnight to the last', async () => {
    const before = today(EAST, -7);
    await run('punches', 'list', '007', '--from', '-7d', '--to', 'today');
    const after = today(EAST, -7);
    const { startTime, endTime } = sent('listPunches') as Record<string, { seconds: bigint }>;
    const midnights = [before, after].map((date) =>
      BigInt(Date.parse(`${date}T00:00+14:00`) / 1000),
    );
    expect(midnights).to.include(startTime?.seconds);
    expect((endTime?.seconds ?? 0n) - (startTime?.seconds ?? 0n)).to.equal(8n * 86_400n);
  });

  it('E14 of an employee who is not known, the zone is not guessed', async () => {
    service.answers.getClockState = () => {
      throw refuse({ code: status.NOT_FOUND, message: 'nobody', reason: 'EMPLOYEE_NOT_FOUND' });
    };
    expect(await run('mark', '007', 'today', 'present')).to.deep.equal({
      code: 2,
      out: '',
      err: 'today is a date in a zone, and there is no employee 007: give --zone.\n',
    });
    expect(methods()).to.deep.equal(['getClockState']);
  });

  it('E15 nor where the service cannot say', async () => {
    service.answers.getClockState = () => {
      throw refuse({ code: status.INTERNAL, message: 'broken', reason: 'INTERNAL' });
    };
    expect((await run('get', '007', 'today')).err).to.match(/^INTERNAL: broken/);
    expect(methods()).to.deep.equal(['getClockState']);
  });

  it('E16 the help of each says so', async () => {
    for (const command of ['get', 'day', 'mark', 'clear', 'revisions', 'list', 'rebuild']) {
      expect((await run(command, '--help')).out.replaceAll(/\s+/g, ' '), command).to.contain(
        'YYYY-MM-DD, today, yesterday, -7d or +7d',
      );
    }
  });
});
