// The lines of calls in the log of the real service: who called, about whom and how it ended, on every
// protocol; and never what a caller sent in confidence.

import { createClient } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { expect } from 'chai';
import pg from 'pg';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { holdUp } from '../support/hold-up.js';
import { KeysFile } from '../support/keys-file.js';
import { startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

const DAY = '2026-03-02';
const SERVICE = AttendanceService.typeName;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
/** What must never be in the log. */
const SECRETS = {
  token: 'payroll-key',
  wrong: 'guessed-key',
  note: 'at the doctor',
  name: 'Ann Lee',
};

type Line = Record<string, unknown>;

describe('the log of the service', () => {
  let database: TestDatabase;
  let running: TestService;
  let keys: KeysFile;
  const lines: Line[] = [];

  before(async () => {
    database = await createTestDatabase();
    const scopes = ['attendance.read', 'attendance.write', 'attendance.act'];
    keys = new KeysFile({ caller: 'payroll', scopes });
    const env = { AUTH: 'keys', AUTH_KEYS_FILE: keys.path, CALL_LOG: 'all' };
    const onLog = (line: Line) => lines.push(line);
    running = await startTestService({ databaseUrl: database.url, env, onLog });
  });
  after(async () => {
    await running?.stop();
    keys?.remove();
    await database?.drop();
  });

  /** The line of the call with this id, without what differs from call to call. */
  async function lineOf(requestId: string): Promise<Line> {
    const find = () => lines.find((line) => line.msg === 'call' && line.requestId === requestId);
    await waitUntil(`the line of ${requestId}`, () => find() !== undefined);
    const { time: _, pid: __, hostname: ___, durationMs, level, ...told } = find() ?? {};
    expect(durationMs).to.be.at.least(0);
    return { ...told, level: Number(level) };
  }

  const authorized = (requestId: string) => ({
    authorization: `Bearer ${SECRETS.token}`,
    'x-attendance-actor': 'jane',
    'x-request-id': requestId,
    traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
  });

  const transports = {
    grpc: (baseUrl: string) => createGrpcTransport({ baseUrl }),
    'grpc-web': (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: '2' }),
    connect: (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: '2' }),
  };
  for (const [protocol, transport] of Object.entries(transports)) {
    it(`tells of a call and of a stream: ${protocol}`, async () => {
      const client = createClient(AttendanceService, transport(running.baseUrl));
      const ids = [`${protocol}-mark`, `${protocol}-stream`, `${protocol}-none`] as const;
      const fact = { date: DAY, status: AttendanceStatus.PRESENT, note: SECRETS.note };
      await client.markAttendance(
        { ...fact, employeeId: 'ann', employeeName: SECRETS.name },
        { headers: authorized(ids[0]) },
      );
      const range = { startDate: DAY, endDate: DAY };
      const stream = client.streamAttendance(range, { headers: authorized(ids[1]) });
      for await (const _ of stream);
      await client.getAttendance({ employeeId: 'ann' }, { headers: authorized(ids[2]) }).then(
        () => expect.fail('a day without a date was answered'),
        () => {},
      );
      const common = { msg: 'call', service: SERVICE, protocol, level: 30, traceId: TRACE };
      const who = { ...common, caller: 'payroll', actor: 'payroll for jane' };
      const { employee, ...marked } = await lineOf(ids[0]);
      expect(marked).to.deep.equal({
        ...{ ...who, requestId: ids[0], method: 'MarkAttendance', code: 'OK' },
      });
      expect(await lineOf(ids[1])).to.deep.equal({
        ...{ ...who, requestId: ids[1], method: 'StreamAttendance', code: 'OK' },
      });
      expect(await lineOf(ids[2])).to.deep.equal({
        ...{ ...who, requestId: ids[2], method: 'GetAttendance', employee },
        ...{ code: 'INVALID_ARGUMENT', reason: 'INVALID_FIELD' },
      });
    });

    it(`tells of a caller without a good token: ${protocol}`, async () => {
      const client = createClient(AttendanceService, transport(running.baseUrl));
      const requestId = `${protocol}-guess`;
      const headers = { authorization: `Bearer ${SECRETS.wrong}`, 'x-request-id': requestId };
      await client.getAttendance({ employeeId: 'ann', date: DAY }, { headers }).then(
        () => expect.fail('a wrong key was taken'),
        () => {},
      );
      expect(await lineOf(requestId)).to.deep.equal({
        ...{ msg: 'call', service: SERVICE, protocol, level: 30, requestId },
        ...{ method: 'GetAttendance', code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' },
      });
    });
  }

  it('tells of a call that was given up by its caller', async () => {
    const held = await holdUp(database.url, 'ann');
    const client = createClient(AttendanceService, transports.grpc(running.baseUrl));
    const leaving = new AbortController();
    const marking = client.markAttendance(
      { employeeId: 'ann', date: DAY, status: AttendanceStatus.ON_LEAVE },
      { headers: authorized('given-up'), signal: leaving.signal },
    );
    await held.waiting(1);
    leaving.abort();
    await marking.catch(() => {});
    const { code, answered } = await lineOf('given-up');
    expect([code, answered]).to.deep.equal(['CANCELLED', false]);
    await held.release();
  });

  it('lets who may read the database find the lines of an employee', async () => {
    const { employee } = await lineOf('grpc-mark');
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    // As docs/operations.md has it.
    const { rows } = await client.query(
      `select left(encode(sha256(key || 'log:101'::bytea), 'hex'), 16) as other,
         left(encode(sha256(key || 'log:ann'::bytea), 'hex'), 16) as employee from page_token_key`,
    );
    await client.end();
    expect(rows[0]).to.include({ employee });
    expect(rows[0]?.other).to.not.equal(employee);
  });

  it('has no token, note, name or id of an employee', () => {
    const text = JSON.stringify(lines.filter(({ msg }) => msg === 'call'));
    for (const secret of [...Object.values(SECRETS), '"ann"']) expect(text).to.not.include(secret);
  });
});
