// SimulateAttendance over the wire, on a service whose PostgreSQL is away: nothing stored is
// looked at. Every protocol is told the same; a definition that cannot be meant is refused.

import { fromJson, type JsonObject, toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import {
  SimulateAttendanceRequestSchema,
  SimulateAttendanceResponseSchema,
} from '../../gen/attendance/v1/simulation_pb.js';
import { createAttendanceClient } from '../../src/client/index.js';
import { freePort } from '../support/redis.js';
import { startTestService, type TestService } from '../support/service.js';
import { CLIENTS } from './support/clients.js';
import type { Outcome } from './support/outcome.js';

const NIGHT: JsonObject = {
  shiftId: 'N',
  startTimeOfDay: '22:00',
  endTimeOfDay: '06:00',
  lateGrace: '300s',
  workRules: { breakDeductions: [{ after: '21600s', length: '1800s' }] },
};

/** The night of 28 to 29 March 2026, in which Berlin's clocks go forward at 02:00. */
const SPRING: JsonObject = {
  employee: { employeeName: 'Zoë Ünal', timeZone: 'Europe/Berlin', defaultShiftId: 'N' },
  shifts: [NIGHT],
  punches: [
    {
      time: '2026-03-28T22:10:00+01:00',
      kind: 'PUNCH_KIND_IN',
      location: { latitude: 52.5, longitude: 0 },
    },
    { time: '2026-03-29T06:00:00+02:00', kind: 'PUNCH_KIND_OUT', deviceId: 'gate', eventId: '7' },
    { time: '2026-03-29T06:00:00+02:00', kind: 'PUNCH_KIND_OUT', deviceId: 'gate', eventId: '7' },
  ],
  nowTime: '2026-03-29T12:00:00Z',
};

const SPRING_DAY = {
  employeeId: 'employee',
  employeeName: 'Zoë Ünal',
  date: '2026-03-28',
  timeZone: 'Europe/Berlin',
  status: 'ATTENDANCE_STATUS_PRESENT',
  origin: 'ATTENDANCE_ORIGIN_DERIVED',
  portion: 'DAY_PORTION_WHOLE_DAY',
  shifts: [
    {
      shiftId: 'N',
      scheduledStartTime: '2026-03-28T21:00:00Z',
      scheduledEndTime: '2026-03-29T04:00:00Z',
      status: 'ATTENDANCE_STATUS_PRESENT',
      firstInTime: '2026-03-28T21:10:00Z',
      lastOutTime: '2026-03-29T04:00:00Z',
      workedDuration: '22800s',
      lateDuration: '600s',
      earlyDuration: '0s',
    },
  ],
  sessions: [
    {
      inTime: '2026-03-28T21:10:00Z',
      outTime: '2026-03-29T04:00:00Z',
      shiftId: 'N',
      workedDuration: '24600s',
    },
  ],
  firstInTime: '2026-03-28T21:10:00Z',
  lastOutTime: '2026-03-29T04:00:00Z',
  plannedDuration: '23400s',
  workedDuration: '22800s',
  breakDuration: '0s',
  lateDuration: '600s',
  earlyDuration: '0s',
  anomalies: ['ANOMALY_LATE_IN'],
  final: true,
  etag: '"0"',
};

const REFUSED: JsonObject = {
  employee: { timeZone: 'Europe/Berlin' },
  shifts: [NIGHT, { ...NIGHT, shiftId: 'S', endTimeOfDay: '22:00' }],
  assignments: [{ startDate: '2026-03-01', cycle: [{}, { shiftIds: ['X'] }] }],
};

/** As much work as a request may ask for: eight shifts on each of 366 dates, each with punches. */
const HEAVIEST: JsonObject = {
  employee: { timeZone: 'Europe/Berlin' },
  shifts: Array.from({ length: 8 }, (_, n) => ({
    shiftId: `S${n}`,
    startTimeOfDay: `${String(2 * n).padStart(2, '0')}:00`,
    endTimeOfDay: `${String(2 * n + 2).padStart(2, '0')}:00`,
    acceptBefore: '36000s',
    acceptAfter: '36000s',
  })),
  assignments: [
    {
      startDate: '2026-01-01',
      cycle: [{ shiftIds: Array.from({ length: 8 }, (_, n) => `S${n}`) }],
    },
  ],
  punches: Array.from({ length: 9_882 }, (_, n) => {
    const time = Date.UTC(2026, 0, 1 + Math.floor(n / 27)) + (n % 27) * 2_000_000;
    return { time: new Date(time).toISOString() };
  }),
  startDate: '2026-01-01',
  endDate: '2027-01-01',
};

interface Day {
  readonly attendance: JsonObject;
  readonly explanations: readonly { rule: string; text: string; inputs?: readonly object[] }[];
}

function daysOf({ messages, failed }: Outcome): readonly Day[] {
  expect(failed).to.equal(undefined);
  const [answer] = messages;
  return (answer as unknown as { days: Day[] }).days;
}

const PROTOCOLS: readonly string[] = [
  'our own client (gRPC)',
  'connect-node: gRPC, HTTP/2',
  'connect-node: gRPC-Web, HTTP/1.1',
  'connect-web: gRPC-Web',
  'fetch: gRPC-Web-text',
  'connect-web: Connect, binary, GET for reads',
  'fetch: JSON',
  'fetch: JSON, GET for reads',
];

describe('SimulateAttendance over the wire', function () {
  this.timeout(20_000);
  let running: TestService;

  before(async () => {
    const databaseUrl = `postgresql://nobody@127.0.0.1:${await freePort()}/nothing`;
    running = await startTestService({ databaseUrl, early: true });
  });

  after(() => running?.stop());

  async function ask(name: string, request: JsonObject): Promise<Outcome> {
    const row = CLIENTS.find((candidate) => candidate.name === name);
    const client = row?.open({ url: running.baseUrl, ca: undefined }) ?? expect.fail(name);
    try {
      return await client.call('SimulateAttendance', request);
    } finally {
      client.close();
    }
  }

  it('works out a night shift across the spring change: seven hours by the clock, not eight', async () => {
    const days = daysOf(await ask('fetch: JSON', SPRING));
    expect(days.map(({ attendance }) => attendance)).to.deep.equal([SPRING_DAY]);
    const [{ explanations }] = days as [Day];
    expect(explanations.map(({ rule }) => rule)).to.include.members([
      'SHIFT_PLANNED',
      'CLOCKS_CHANGE',
      'SESSION',
      'BREAK_DEDUCTED',
      'LATE',
    ]);
    const change = explanations.find(({ rule }) => rule === 'CLOCKS_CHANGE');
    expect(change?.inputs).to.deep.equal([
      { name: 'shift_id', text: 'N' },
      { name: 'zone', text: 'Europe/Berlin' },
      { name: 'clock', length: '28800s' },
      { name: 'length', length: '25200s' },
    ]);
  });

  it('names the zone of each day: of its shifts, else of the employee on the date', async () => {
    const shift = { startTimeOfDay: '09:00', endTimeOfDay: '10:00' };
    const cycle = [{}, { shiftIds: ['T'] }, { shiftIds: ['T', 'B'] }, { shiftIds: ['B'] }];
    const days = daysOf(
      await ask('fetch: JSON', {
        employee: {
          timeZone: 'Europe/London',
          timeZoneChanges: [{ startDate: '2026-03-04', timeZone: 'Europe/Paris' }],
        },
        shifts: [
          { ...shift, shiftId: 'T', timeZone: 'Asia/Tokyo' },
          { ...shift, shiftId: 'B', timeZone: 'Europe/Berlin' },
        ],
        assignments: [{ startDate: '2026-03-02', cycle }],
        startDate: '2026-03-02',
        endDate: '2026-03-06',
        nowTime: '2026-03-01T00:00:00Z',
      }),
    );
    expect(days.map(({ attendance }) => attendance.timeZone)).to.deep.equal([
      'Europe/London',
      'Asia/Tokyo',
      'Europe/Paris',
      'Europe/Berlin',
      'Europe/Paris',
    ]);
  });

  for (const name of PROTOCOLS) {
    it(`tells the same to ${name}`, async () => {
      const said = await ask(name, SPRING);
      expect(said.messages).to.deep.equal((await ask('fetch: JSON', SPRING)).messages);
      const refused = await ask(name, REFUSED);
      expect(refused.failed?.code).to.equal('INVALID_ARGUMENT');
      expect(refused.failed?.reason).to.equal('INVALID_FIELD');
      expect(refused.failed?.violations.map(({ field, reason }) => `${field} ${reason}`)).to.eql([
        'shifts[1].end_time_of_day START_EQUALS_END',
        'assignments[0].cycle[1].shift_ids[0] UNKNOWN_SHIFT',
      ]);
      expect(refused.failed).to.deep.equal((await ask('fetch: JSON', REFUSED)).failed);
    });
  }

  it('looks from the moment it is given', async () => {
    const open = { ...SPRING, punches: [{ time: '2026-03-28T21:10:00Z', kind: 'PUNCH_KIND_IN' }] };
    const [during] = daysOf(await ask('fetch: JSON', { ...open, nowTime: '2026-03-29T00:00:00Z' }));
    expect(during?.attendance).to.include({
      status: 'ATTENDANCE_STATUS_PRESENT',
      nextTransitionTime: '2026-03-29T08:00:00Z',
    });
    const [after] = daysOf(await ask('fetch: JSON', { ...open, nowTime: '2026-03-29T08:00:00Z' }));
    expect(after?.attendance).to.deep.include({
      final: true,
      anomalies: ['ANOMALY_MISSING_OUT', 'ANOMALY_LATE_IN'],
    });
  });

  it('gives exactly the dates asked for, each once', async () => {
    const request = { ...SPRING, startDate: '2026-03-27', endDate: '2026-04-02' };
    const days = daysOf(await ask('fetch: JSON', request));
    expect(days.map(({ attendance }) => attendance.date)).to.deep.equal([
      '2026-03-27',
      '2026-03-28',
      '2026-03-29',
      '2026-03-30',
      '2026-03-31',
      '2026-04-01',
      '2026-04-02',
    ]);
  });

  it('tells what lies past the end of 9999 as that end', async () => {
    const last = {
      ...SPRING,
      punches: [],
      startDate: '9999-12-31',
      nowTime: '9999-12-31T12:00:00Z',
    };
    const [day] = daysOf(await ask('fetch: JSON', last)) as [Day];
    expect((day.attendance.shifts as object[])[0]).to.deep.include({
      scheduledStartTime: '9999-12-31T21:00:00Z',
      scheduledEndTime: '9999-12-31T23:59:59.999Z',
    });
    const other = daysOf(await ask('connect-node: gRPC, HTTP/2', last));
    expect(other.map(({ attendance }) => attendance)).to.deep.equal([day.attendance]);
  });

  it('folds marks in their order, and keeps what the punches say', async () => {
    const marks = [
      { date: '2026-03-28', status: 'ATTENDANCE_STATUS_ABSENT' },
      { date: '2026-03-28', status: 'ATTENDANCE_STATUS_ON_LEAVE', note: 'sea' },
    ];
    const [day] = daysOf(await ask('fetch: JSON', { ...SPRING, marks }));
    expect(day?.attendance).to.deep.include({
      status: 'ATTENDANCE_STATUS_ON_LEAVE',
      origin: 'ATTENDANCE_ORIGIN_MARKED',
      note: 'sea',
      workedDuration: '22800s',
      anomalies: ['ANOMALY_WORKED_ON_LEAVE'],
    });
  });

  it('refuses a field it does not know, in JSON', async () => {
    const { failed, httpStatus } = await ask('fetch: JSON', { ...SPRING, shift: [] });
    expect([httpStatus, failed?.code]).to.deep.equal([400, 'INVALID_ARGUMENT']);
  });

  it('names at most ten refused fields, and how many more there are', async () => {
    const punches = Array.from({ length: 10_000 }, () => ({}));
    const { failed } = await ask('our own client (gRPC)', { ...SPRING, punches });
    expect(failed?.violations.length).to.equal(10);
    expect(failed?.message).to.match(/; and 9990 more: /);
  });

  it('refuses what would not fit into an answer, and says how much does', async () => {
    const employee = { timeZone: 'UTC', defaultShiftId: 'D' };
    const shifts = [{ shiftId: 'D', startTimeOfDay: '08:00', endTimeOfDay: '20:00' }];
    const first = Date.parse('2025-01-01T08:00:00Z');
    const times = Array.from({ length: 10_000 }, (_, n) =>
      new Date(first + Math.floor(n / 27) * 86_400_000 + (n % 27) * 1_200_000).toISOString(),
    );
    const punches = times.map((time) => ({ time }));
    const scenario = { employee, shifts, punches, startDate: '2025-01-01' };
    const whole = await ask('fetch: JSON', { ...scenario, endDate: '2025-12-31' });
    const [violation] = whole.failed?.violations ?? [];
    expect([violation?.field, violation?.reason]).to.deep.equal(['end_date', 'ANSWER_TOO_LARGE']);
    const fit = Number(/at most (\d+) days/.exec(violation?.description ?? '')?.[1]);
    const endDate = new Date(first + (fit - 1) * 86_400_000).toISOString().slice(0, 10);
    const part = daysOf(await ask('our own client (gRPC)', { ...scenario, endDate }));
    expect(part.length).to.equal(fit);
  });

  const post = (request: JsonObject, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${running.baseUrl}/attendance.v1.AttendanceService/SimulateAttendance`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(request),
    });

  it('lets other calls be answered while it computes, for several callers too', async () => {
    const callers = 12;
    // Little to read, and the more to work out: reading a request is done in one piece.
    const long = { ...HEAVIEST, punches: [] };
    const ask = async () => (await post(long)).text();
    let isDone = false;
    const heavy = Promise.all(Array.from({ length: callers }, ask)).finally(() => {
      isDone = true;
    });
    let answered = 0;
    for (; !isDone; answered += 1) {
      expect(await (await fetch(`${running.baseUrl}/healthz`)).text()).not.to.equal('');
    }
    for (const text of await heavy) expect(text).to.include('ANSWER_TOO_LARGE');
    // One after the other. Were each of the long ones done in one piece, or in turns of its own
    // beside those of the rest, there would be about one a piece, and a few while they come in.
    expect(answered).to.be.at.least(3 * callers);
  });

  it('ends at the deadline, in the middle of its work', async () => {
    const response = await post(HEAVIEST, { 'connect-timeout-ms': '50' });
    expect(response.status).to.equal(504);
    const { code, details } = (await response.json()) as { code: string; details: object[] };
    expect(code).to.equal('deadline_exceeded');
    expect(details[0]).to.deep.nested.include({ 'debug.reason': 'DEADLINE_EXCEEDED' });
  });

  it('is a method of the typed client', async () => {
    const { host, port } = running.service;
    const client = createAttendanceClient({ address: `${host}:${port}` });
    try {
      const request = fromJson(SimulateAttendanceRequestSchema, SPRING);
      const answer = await client.simulateAttendance(request);
      const json = toJson(SimulateAttendanceResponseSchema, answer) as unknown as { days: Day[] };
      expect(json.days[0]?.attendance).to.deep.equal(SPRING_DAY);
    } finally {
      client.close();
    }
  });
});
