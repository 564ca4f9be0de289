// The clock on the command line, who is in, the day, and punches listed and corrected: what is asked
// of the service, and what people are told.

import { type Message, toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  Anomaly,
  AttendanceOrigin,
  AttendanceStatus,
  ClockStatus,
  type CorrectPunchesRequest,
  CorrectPunchesRequestSchema,
  PunchKind,
  PunchSource,
} from '../../../src/client/index.js';
import { refuse } from '../../client/grpc-server.js';
import type { StandIn } from '../stand-in.js';
import { ran, startStandIn } from '../stand-in.js';

const at = (iso: string) => timestampFromDate(new Date(iso));
const seconds = (count: number) => ({ seconds: BigInt(count) });

const IN_TIME = at('2026-03-02T07:58:00Z');
const DAY = {
  employeeId: '007',
  employeeName: "Mia O'Brien",
  date: '2026-03-02',
  timeZone: 'Europe/Berlin',
  status: AttendanceStatus.PRESENT,
  workedDuration: seconds(0),
  firstInTime: IN_TIME,
  nextTransitionTime: at('2026-03-02T17:00:00Z'),
  sessions: [{ inTime: IN_TIME, shiftId: 'early', workedDuration: seconds(0) }],
};
const CLOCK_STATE = { clockState: { employeeId: '007', timeZone: 'Europe/Berlin' } };
const DAY_LINES =
  'DATE        STATUS   STANDS       WORKED  IN     OUT  ZONE           ANOMALIES\n' +
  '2026-03-02  present  until 18:00  0:00    08:58  -    Europe/Berlin  -\n';

describe('the clock on the command line', () => {
  let service: StandIn;

  beforeEach(async () => {
    service = await startStandIn({
      getAttendance: () => ({ attendance: DAY }),
      getClockState: () => CLOCK_STATE,
    });
  });
  afterEach(() => service.stop());

  const run = (...args: string[]) => ran(service.address, ...args);
  const requestOf = (method: string) =>
    service.calls.find((call) => call.method === method)?.request as
      | (Message & Record<string, unknown>)
      | undefined;

  it('clocks in: a sentence and the day, in local time', async () => {
    const punch = { employeeId: '007', time: IN_TIME, kind: PunchKind.IN };
    service.answers.clockIn = () => ({ punch, attendance: DAY });
    service.answers.getClockState = () => ({
      clockState: {
        employeeId: '007',
        timeZone: 'Europe/Berlin',
        status: ClockStatus.IN,
        sinceTime: IN_TIME,
        session: { shiftId: 'early' },
        attendance: DAY,
      },
    });
    const done = await run(
      ...['clock', 'in', '007', '--at', '2026-03-02T08:58+01:00', '--note', 'bus was late'],
      ...['--label', 'job=4711', '--label', 'cost=a=b', '--device', 'desk'],
    );
    expect(done).to.deep.equal({
      code: 0,
      out:
        "007 Mia O'Brien, recorded: in at 08:58 on Mon 2 Mar, on shift early.\n" +
        `007 Mia O'Brien is in since 08:58, on shift early.\n${DAY_LINES}`,
      err: '',
    });
    expect(requestOf('clockIn')).to.deep.include({
      employeeId: '007',
      note: 'bus was late',
      labels: { job: '4711', cost: 'a=b' },
      deviceId: 'desk',
    });
    expect(requestOf('clockIn')?.time).to.deep.include({ seconds: IN_TIME.seconds, nanos: 0 });
    expect(requestOf('clockIn')?.requestId).to.match(/^[0-9a-f-]{36}$/);
    expect(service.calls.map(({ method }) => method)).to.deep.equal(['clockIn', 'getClockState']);
  });

  it('leaves the time to the service unless it is given', async () => {
    service.answers.clockIn = () => ({ punch: { time: IN_TIME }, attendance: DAY });
    await run('clock', 'in', '007');
    expect(requestOf('clockIn')).to.not.have.property('time');
  });

  const OUT_TIME = at('2026-03-02T16:00:00Z');
  const BREAK = { startTime: at('2026-03-02T11:00:00Z'), endTime: at('2026-03-02T11:30:00Z') };
  const CLOSED = {
    ...DAY,
    sessions: [
      {
        inTime: IN_TIME,
        outTime: OUT_TIME,
        shiftId: '',
        workedDuration: seconds(27_120),
        breaks: [BREAK],
      },
    ],
  };
  const DEEDS: [
    string[],
    'clockOut' | 'startBreak' | 'endBreak',
    PunchKind,
    typeof OUT_TIME,
    string,
  ][] = [
    [
      ['out'],
      'clockOut',
      PunchKind.OUT,
      OUT_TIME,
      'is out since 17:00: in from 08:58, 7:32 not counting breaks.',
    ],
    [
      ['break', 'start'],
      'startBreak',
      PunchKind.BREAK_START,
      BREAK.startTime,
      'is on break since 12:00.',
    ],
    [
      ['break', 'end'],
      'endBreak',
      PunchKind.BREAK_END,
      BREAK.endTime,
      'is back since 12:30, after a break of 0:30.',
    ],
  ];
  for (const [words, method, kind, time, says] of DEEDS) {
    it(`clock ${words.join(' ')}`, async () => {
      service.answers[method] = () => ({ punch: { time, kind }, attendance: CLOSED });
      const { code, out } = await run('clock', ...words, '007');
      expect(code).to.equal(0);
      expect(out.split('\n')[0]).to.equal(`007 Mia O'Brien ${says}`);
    });
  }

  it('tells times in UTC where the zone cannot be asked any more', async () => {
    service.answers = {
      clockIn: () => ({ punch: { time: IN_TIME, kind: PunchKind.IN }, attendance: DAY }),
    };
    const { code, out } = await run('clock', 'in', '007');
    expect(code).to.equal(0);
    expect(out).to.match(/^007 Mia O'Brien is in since 07:58, on shift early\.\n/);
  });

  it('prints the answer as JSON, and asks nothing more', async () => {
    service.answers.clockIn = () => ({ punch: { time: IN_TIME }, attendance: DAY });
    const { out } = await run('--json', 'clock', 'in', '007');
    expect(JSON.parse(out)).to.have.nested.property('attendance.date', '2026-03-02');
    expect(service.calls.map(({ method }) => method)).to.deep.equal(['clockIn']);
  });

  const session = DAY.sessions[0];
  const STATES: [string, object, string][] = [
    [
      'in',
      {
        status: ClockStatus.IN,
        sinceTime: IN_TIME,
        session,
        closeTime: at('2026-03-02T17:00:00Z'),
      },
      'is in since 08:58, on shift early. Not ended, it is over at 18:00.',
    ],
    [
      'on break',
      { status: ClockStatus.ON_BREAK, sinceTime: BREAK.startTime, session },
      'is on break since 12:00, on shift early.',
    ],
    ['out', { status: ClockStatus.OUT, sinceTime: OUT_TIME }, 'is out since 17:00.'],
    [
      'out without having left',
      { status: ClockStatus.OUT, sinceTime: at('2026-03-02T20:00:00Z') },
      'is out (no departure recorded; the session was over at 21:00 on Mon 2 Mar).',
    ],
    ['never seen', { status: ClockStatus.OUT }, 'is out.'],
  ];
  for (const [what, state, says] of STATES) {
    it(`clock state of who is ${what}`, async () => {
      service.answers.listAttendance = ({ startDate, endDate }) => {
        expect([startDate, endDate]).to.deep.equal(['2026-02-28', '2026-03-04']);
        return { attendances: [CLOSED] };
      };
      const timeZone = 'Europe/Berlin';
      service.answers.getClockState = () => ({
        clockState: { ...state, attendance: DAY, timeZone },
      });
      expect((await run('clock', 'state', '007')).out).to.equal(
        `007 Mia O'Brien ${says}\n${DAY_LINES}`,
      );
      // Of somebody who is out: whether since then they left.
      const isAsked = what.startsWith('out');
      expect(service.calls.map(({ method }) => method)).to.deep.equal([
        'getClockState',
        ...(isAsked ? ['listAttendance'] : []),
      ]);
    });
  }

  it('who: a table over all pages, with one heading', async () => {
    const one = (employeeId: string, clockStatus: ClockStatus) => ({
      employeeId,
      status: clockStatus,
      sinceTime: IN_TIME,
      session: { shiftId: 'early' },
      attendance: { date: '2026-03-02' },
    });
    service.answers.listClockedIn = ({ pageToken, groupId }) => {
      expect(groupId).to.equal('bakery');
      if (pageToken === '') return { clockStates: [], nextPageToken: 'a' };
      if (pageToken === 'a') return { clockStates: [one('7', ClockStatus.IN)], nextPageToken: 'b' };
      return { clockStates: [one('8', ClockStatus.ON_BREAK)] };
    };
    const { out, err } = await run('who', '--group', 'bakery', '--zone', 'Europe/Berlin');
    expect(err).to.equal('');
    expect(out.replaceAll(/ +/g, ' ')).to.equal(
      'EMPLOYEE NAME IS SINCE SHIFT DATE OVER AT\n' +
        '7 - in 2026-03-02T08:58:00+01:00 early 2026-03-02 -\n' +
        '8 - on break 2026-03-02T08:58:00+01:00 early 2026-03-02 -\n',
    );
  });

  it('who: tells the times of each in their own zone, unless in one for all', async () => {
    const one = (employeeId: string, timeZone: string) => ({
      employeeId,
      timeZone,
      status: ClockStatus.IN,
      sinceTime: IN_TIME,
    });
    // The second is of a zone that this machine's data does not have.
    const clockStates = [one('7', 'Asia/Tokyo'), one('8', 'Moon/Tycho'), one('9', '')];
    service.answers.listClockedIn = () => ({ clockStates });
    const times = async (...args: string[]) =>
      (await run('who', ...args)).out.match(/2026-03-02T\S+/g);
    expect(await times()).to.deep.equal([
      '2026-03-02T16:58:00+09:00',
      '2026-03-02T07:58:00Z',
      '2026-03-02T07:58:00Z',
    ]);
    const berlin = '2026-03-02T08:58:00+01:00';
    expect(await times('--zone', 'Europe/Berlin')).to.deep.equal([berlin, berlin, berlin]);
    expect(service.calls.map(({ method }) => method)).to.deep.equal(Array(2).fill('listClockedIn'));
  });

  it('who: says when nobody is', async () => {
    service.answers.listClockedIn = () => ({});
    expect(await run('who')).to.deep.equal({ code: 0, out: '', err: 'Nobody is in.\n' });
  });

  it('day: times, sessions, and on request the reasons', async () => {
    const explanations = [{ rule: 'A', text: 'Present from 08:58.' }];
    service.answers.getAttendance = () => ({ attendance: CLOSED, explanations });
    expect((await run('day', '007', '2026-03-02')).out).to.equal(
      `007 Mia O'Brien\n${DAY_LINES}  08:58 to 17:00, 7:32, off shift, break 12:00 to 12:30\n`,
    );
    const explained = await run(
      'day',
      '007',
      '2026-03-02',
      '--explain',
      '--as-of',
      '2026-03-03T00:00Z',
    );
    expect(explained.out).to.equal(`007 Mia O'Brien\n${DAY_LINES}  Present from 08:58.\n`);
    const asOf = service.calls.at(-1)?.request as unknown as { asOfTime?: { seconds: bigint } };
    expect(asOf.asOfTime?.seconds).to.equal(at('2026-03-03T00:00:00Z').seconds);
  });

  const LISTS: [string[], boolean, boolean][] = [
    [['--from', '2026-03-01', '--to', '2026-03-31', '--status', 'absent'], false, false],
    [['--from', '2026-03-01', '--to', '2026-03-31', '--stored'], true, false],
    [['--from', '2026-03-01', '--status', 'absent'], false, true],
    [['--from', '2026-03-01', '--status', 'absent', '--stored'], true, false],
    [['--employee', '007'], false, false],
  ];
  for (const [args, isStored, hints] of LISTS) {
    it(`list ${args.join(' ')} asks for ${isStored ? 'recorded days' : 'all'}`, async () => {
      service.answers.listAttendance = () => ({});
      const { code, err } = await run('list', ...args);
      expect(code, err).to.equal(0);
      const recorded = [AttendanceOrigin.MARKED, AttendanceOrigin.DERIVED];
      expect(requestOf('listAttendance')?.origins).to.deep.equal(isStored ? recorded : []);
      expect(err).to.match(hints ? /^Only recorded days\. With --from and --to / : /^$/);
    });
  }

  const PUNCHES = [
    {
      punchId: '12',
      time: IN_TIME,
      kind: PunchKind.IN,
      source: PunchSource.DEVICE,
      deviceId: 'gate',
      eventId: '17',
      anomalies: [Anomaly.CLOCK_SKEW],
      labels: { job: '4711' },
    },
    {
      punchId: '13',
      time: OUT_TIME,
      source: PunchSource.CORRECTION,
      voided: { actor: 'ann', reason: 'wrong card', replacedByPunchId: '14' },
    },
  ];

  it('punches list: with local times, and what is to be said of each', async () => {
    service.answers.listPunches = () => ({ punches: PUNCHES });
    const dates = ['--from', '2026-03-02', '--to', '2026-03-02'];
    const { out } = await run('punches', 'list', '007', ...dates, '--zone', 'Europe/Berlin');
    expect(out.replaceAll(/ +/g, ' ')).to.equal(
      'ID TIME KIND SOURCE DEVICE EVENT REMARKS\n' +
        '12 2026-03-02T08:58:00+01:00 in device gate 17 clock skew; job=4711\n' +
        '13 2026-03-02T17:00:00+01:00 by turns correction - - replaced by 14 by ann: wrong card\n',
    );
    const { startTime, endTime } = requestOf('listPunches') as unknown as Record<
      string,
      { seconds: bigint }
    >;
    expect(startTime?.seconds).to.equal(at('2026-03-01T23:00:00Z').seconds);
    expect(endTime?.seconds).to.equal(at('2026-03-02T23:00:00Z').seconds);
  });

  it('punches list: up to the limit, and says when there may be more', async () => {
    service.answers.listPunches = () => ({ punches: PUNCHES, nextPageToken: 'more' });
    const { out, err } = await run('punches', 'list', '007', '--limit', '3', '--json');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).punchId),
    ).to.deep.equal(['12', '13', '12']);
    expect(err).to.match(/more than 3 punches/);
  });

  it('punches void: all that are named, with the reason', async () => {
    service.answers.voidPunch = () => ({ punches: PUNCHES });
    const { code, out } = await run('punches', 'void', '007', '12', '13', '--reason', 'wrong card');
    expect(code).to.equal(0);
    expect(out).to.match(/replaced by 14 by ann: wrong card$/m);
    const request = { employeeId: '007', punchIds: ['12', '13'], reason: 'wrong card' };
    expect(requestOf('voidPunch')).to.deep.include(request);
  });

  it('punches replace: only what is given', async () => {
    service.answers.replacePunch = () => ({ punch: PUNCHES[0], attendance: DAY });
    const args = ['punches', 'replace', '007', '12', '--reason', 'wrong key'];
    const { out } = await run(...args, '--kind', 'break-start');
    expect(out)
      .to.match(/^12 +2026-03-02T08:58:00\+01:00 +in/m)
      .and.include(DAY_LINES);
    expect(requestOf('replacePunch')).to.deep.include({
      punchId: '12',
      kind: PunchKind.BREAK_START,
      reason: 'wrong key',
    });
    expect(requestOf('replacePunch')).to.not.have.property('time');
    expect((await run(...args)).code).to.equal(2);
  });

  describe('punches correct', () => {
    const args = ['punches', 'correct', '007', '--reason', 'one break', '--zone', 'Europe/Berlin'];

    it('sends what is taken back, replaced and added in one call, and shows the days', async () => {
      service.answers.correctPunches = () => ({ punches: PUNCHES, attendances: [DAY] });
      const { code, out } = await run(
        ...args,
        ...['--void', '12', '--void', '13'],
        ...['--replace', '14=break-start', '--replace', '15=2026-03-02T17:00'],
        ...['--replace', '16=out@2026-03-02T18:00+02:00', '--add', 'in@2026-03-02T08:00'],
      );
      expect(code).to.equal(0);
      expect(out).to.match(/^12 +2026-03-02T08:58:00\+01:00 +in/m);
      expect(out).to.include(DAY_LINES);
      const sent = requestOf('correctPunches') as unknown as CorrectPunchesRequest;
      expect(toJson(CorrectPunchesRequestSchema, sent)).to.deep.include({
        employeeId: '007',
        corrections: [
          { void: { punchId: '12' } },
          { void: { punchId: '13' } },
          { replace: { punchId: '14', kind: 'PUNCH_KIND_BREAK_START' } },
          { replace: { punchId: '15', time: '2026-03-02T16:00:00Z' } },
          { replace: { punchId: '16', kind: 'PUNCH_KIND_OUT', time: '2026-03-02T16:00:00Z' } },
          { add: { kind: 'PUNCH_KIND_IN', time: '2026-03-02T07:00:00Z' } },
        ],
        reason: 'one break',
      });
    });

    it('--dry-run only says what would be', async () => {
      service.answers.correctPunches = () => ({ punches: PUNCHES, attendances: [DAY] });
      const { out } = await run(...args, '--void', '12', '--dry-run');
      expect(requestOf('correctPunches')).to.deep.include({ validateOnly: true });
      expect(out)
        .to.match(/^Nothing was done; this day would be:\n/)
        .and.include(DAY_LINES);
      expect(out).to.not.include('gate');
    });

    it('says of what was typed what the service says of a correction', async () => {
      const message = 'CorrectPunches of employee 007, corrections[1] is refused';
      service.answers.correctPunches = () => {
        const info = { method: 'CorrectPunches', employee_id: '007' };
        throw refuse({ code: status.FAILED_PRECONDITION, message, reason: 'NOT_CLOCKED_IN', info });
      };
      const { err } = await run(...args, '--add', 'out@2026-03-02T08:00', '--void', '12');
      expect(err).to.include('employee 007, --add out@2026-03-02T08:00 is refused');
      expect(err).to.match(/To correct it: attendance punches replace, void or correct$/m);
      expect(err).to.not.include('attendance clock in');
    });

    it('says that no day changed', async () => {
      service.answers.correctPunches = () => ({ punches: PUNCHES });
      expect((await run(...args, '--void', '12')).out).to.match(/^No day changed\.$/m);
    });

    const BAD: readonly (readonly string[])[] = [
      [],
      ['--void', 'x'],
      ['--replace', '14'],
      ['--replace', '14='],
      ['--replace', 'x=in'],
      ['--replace', '14=lunch'],
      ['--replace', '14=in@noon'],
      ['--add', 'in'],
      ['--add', '2026-03-02T08:00'],
      ['--add', 'in@2026-03-29T02:30'],
    ];
    for (const bad of BAD) {
      it(`asks for what is missing or wrong: ${bad.join(' ')}`, async () => {
        expect((await run(...args, ...bad)).code).to.equal(2);
      });
    }
  });
});
