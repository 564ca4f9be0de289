// Many calls about one employee whose lock is held elsewhere: they wait on one connection, everybody
// else is served meanwhile, and each gets the answer that it would have got alone.

import { randomUUID } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { MAX_ROUND_FACTS } from '../../src/app/write/write-round.js';
import { openDatabase } from '../../src/store/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type HeldUp, holdUp } from '../support/hold-up.js';
import { addEmployee, refusalOf, startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

const { PRESENT, ABSENT } = AttendanceStatus;
const DAY = '2026-03-02';
const CALLERS = 200;

describe('many calls about one employee', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let service: TestService;

  before(async () => {
    database = await createTestDatabase();
    service = await startTestService({ databaseUrl: database.url });
  });

  after(async () => {
    await service?.stop();
    await database?.drop();
  });

  const mark = (
    employeeId: string,
    note: string,
    more: { etag?: string; requestId?: string } = {},
  ) => service.client.markAttendance({ employeeId, date: DAY, status: PRESENT, note, ...more });

  /** The employee's lock is held elsewhere, and one call waits for it in the database. */
  async function held(employeeId: string): Promise<{ lock: HeldUp; first: Promise<unknown> }> {
    await mark(employeeId, 'before');
    const lock = await holdUp(database.url, employeeId);
    const first = mark(employeeId, 'first');
    await lock.waiting(1);
    return { lock, first };
  }

  /** That many calls are with the service. */
  async function inFlight(count: number): Promise<void> {
    await waitUntil(`${count} calls are with the service`, async () => {
      const text = await (await fetch(`${service.baseUrl}/metrics`)).text();
      const found = [...text.matchAll(/^attendance_rpc_in_flight(?:\{[^}]*\})? (\d+)$/gm)];
      return found.reduce((sum, [, calls]) => sum + Number(calls), 0) === count;
    });
  }

  async function rows(text: string, ...values: unknown[]) {
    const admin = openDatabase(database.adminUrl, () => {}, 1);
    try {
      return await admin.query({ name: '', text }, ...values);
    } finally {
      await admin.close();
    }
  }

  it('they hold up nobody else, and go together when their turn comes', async () => {
    const { lock, first } = await held('hot');
    const hot = Array.from({ length: CALLERS }, (_, index) => mark('hot', String(index)));
    await inFlight(CALLERS + 1);
    const others = await Promise.all(
      Array.from({ length: 30 }, (_, index) => mark(`other-${index}`, 'served')),
    );
    expect(others.map(({ attendance }) => attendance?.note)).to.deep.equal(
      others.map(() => 'served'),
    );
    const day = await service.client.getAttendance({ employeeId: 'hot', date: DAY });
    expect(day.attendance?.note).to.equal('before');
    await lock.waiting(1);
    await lock.release();
    await first;
    const answers = await Promise.all(hot);
    expect(answers.map(({ attendance }) => attendance?.note)).to.deep.equal(
      answers.map((_, index) => String(index)),
    );
    const revisions = answers.map(({ attendance }) => attendance?.revision ?? 0);
    expect(revisions.toSorted((a, b) => a - b)).to.deep.equal(
      revisions.map((_, index) => index + 3),
    );
    const [sums] = await rows(
      `select count(*)::integer as changes, count(distinct recorded_at)::integer as transactions
       from attendance_change where employee_id = 'hot'`,
    );
    // One before, the first, and the others in as many rounds as they need.
    const transactions = 2 + Math.ceil(CALLERS / MAX_ROUND_FACTS);
    expect(sums).to.deep.equal({ changes: CALLERS + 2, transactions });
  });

  it('each gets its own answer: a repetition the first one, and what is wrong with one is its own', async () => {
    await rows(`alter table mark add constraint poison check (note <> 'poison')`);
    const { lock, first } = await held('mixed');
    const requestId = randomUUID();
    const [repeated, again, reused] = [
      mark('mixed', 'once', { requestId }),
      mark('mixed', 'once', { requestId }),
      refusalOf(mark('mixed', 'other', { requestId })),
    ];
    const refused = [
      refusalOf(mark('mixed', 'poison')),
      refusalOf(mark('mixed', 'late', { etag: '"1"' })),
    ];
    const last = mark('mixed', 'last');
    await inFlight(7);
    await lock.release();
    await first;
    expect((await again).attendance).to.deep.equal((await repeated).attendance);
    expect((await reused).reason).to.equal('REQUEST_ID_REUSED');
    expect((await Promise.all(refused)).map(({ reason }) => reason)).to.deep.equal([
      'INTERNAL',
      'ETAG_MISMATCH',
    ]);
    expect((await last).attendance).to.include({ note: 'last', revision: 4 });
    const marks = await rows(`select note from mark where employee_id = 'mixed' order by sequence`);
    expect(marks.map(({ note }) => note)).to.deep.equal(['before', 'first', 'once', 'last']);
    await rows('alter table mark drop constraint poison');
  });

  it('commands without a time follow each other: each has a moment of its own', async () => {
    const time = timestampFromMs(Date.now() - 60_000);
    await addEmployee(service, 'clock');
    await service.clock.clockIn({ employeeId: 'clock', time });
    const { lock, first } = await held('clock');
    const { startBreak, endBreak } = service.clock;
    const commands = [startBreak, endBreak].map((command) => command({ employeeId: 'clock' }));
    await inFlight(3);
    await lock.release();
    await first;
    const punches = (await Promise.all(commands)).flatMap(({ punch }) => punch ?? []);
    expect(punches.map(({ punchId }) => String(punchId))).to.deep.equal(['5', '6']);
    const [sums] = await rows(
      `select count(distinct recorded_at)::integer as transactions
       from punch where employee_id = 'clock' and sequence >= 4`,
    );
    expect(sums).to.deep.equal({ transactions: commands.length });
  });

  it('who leaves while they wait has recorded nothing', async () => {
    const { lock, first } = await held('left');
    const gone = new AbortController();
    const request = { employeeId: 'left', date: DAY, status: ABSENT, note: 'gone' };
    const left = service.client.markAttendance(request, { signal: gone.signal });
    const late = service.client.markAttendance({ ...request, note: 'late' }, { timeoutMs: 50 });
    const stayed = mark('left', 'stayed');
    const codes = [left, late].map((call) =>
      call.then(
        () => 'recorded',
        (error: unknown) => Code[ConnectError.from(error).code],
      ),
    );
    await codes[1];
    gone.abort();
    expect(await Promise.all(codes)).to.deep.equal(['Canceled', 'DeadlineExceeded']);
    await inFlight(2);
    await lock.release();
    await Promise.all([first, stayed]);
    const marks = await rows(`select note from mark where employee_id = 'left' order by sequence`);
    expect(marks.map(({ note }) => note)).to.deep.equal(['before', 'first', 'stayed']);
  });
});
