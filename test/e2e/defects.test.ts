// The service that this one replaces had sixteen defects that people met. Each is told here in a
// sentence, and followed by the test that fails if it comes back. Three stand elsewhere: connections
// idle in a transaction (5) and calls failing until a restart after PostgreSQL's own (6) in
// database-faults.test.ts; the image without its parts, run by root (16), in
// ../tooling/image.test.ts.

import { randomUUID } from 'node:crypto';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import pg from 'pg';
import { type Attendance, AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from '../../gen/grpc/health/v1/health_pb.js';
import { WRITE_CONNECTIONS } from '../../src/store/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startMain } from '../support/process.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { refusalOf, startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';
import { countOf, metricsOf, seriesOf } from './support/metrics.js';

const { PRESENT, ABSENT, REMOTE, ON_LEAVE } = AttendanceStatus;
const DAY = '2026-03-02';

let employees = 0;

/** An employee that no other case uses. */
function somebody(): string {
  employees += 1;
  return `d-${employees}`;
}

type AttendanceClient = Client<typeof AttendanceService>;

async function mark(
  client: AttendanceClient,
  employeeId: string,
  more: { status?: AttendanceStatus; date?: string; employeeName?: string; etag?: string } = {},
): Promise<Attendance> {
  const request = { employeeId, date: DAY, status: PRESENT, ...more };
  return (await client.markAttendance(request)).attendance ?? expect.fail('no attendance');
}

async function get(client: AttendanceClient, employeeId: string, date = DAY): Promise<Attendance> {
  const { attendance } = await client.getAttendance({ employeeId, date });
  return attendance ?? expect.fail('no attendance');
}

const cacheEvents = async (running: TestService, event: string): Promise<number> =>
  countOf(await metricsOf(running.baseUrl), 'attendance_cache_events_total', { event });

/** Reads until the answer comes from the cache. */
async function readFromCache(running: TestService, employeeId: string): Promise<Attendance> {
  let day: Attendance | undefined;
  await waitUntil('the day comes from the cache', async () => {
    const before = await cacheEvents(running, 'hit');
    day = await get(running.client, employeeId);
    return (await cacheEvents(running, 'hit')) > before;
  });
  return day ?? expect.fail('nothing was read');
}

interface Readiness {
  readonly http: number;
  readonly status: string;
  readonly dependencies: Record<string, { status: string; detail?: string }>;
}

async function readiness({ baseUrl }: TestService): Promise<Readiness> {
  const response = await fetch(`${baseUrl}/readyz`);
  return { http: response.status, ...((await response.json()) as Omit<Readiness, 'http'>) };
}

async function healthOf({ baseUrl }: TestService, service: string): Promise<Serving> {
  const client = createClient(Health, createGrpcTransport({ baseUrl }));
  return (await client.check({ service })).status;
}

describe('defects of the service before this one', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let redis: TestRedis;
  let running: TestService;
  let client: AttendanceClient;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
    running = await startTestService({
      databaseUrl: database.url,
      env: { REDIS_URL: redis.url },
    });
    client = running.client;
    await waitUntil('Redis is used', async () => (await readiness(running)).status === 'ready');
  });

  after(async () => {
    await running?.stop();
    await redis?.stop();
    await database?.drop();
  });

  it('1: the cache kept answers by path alone, so that a search gave another employee’s record', async () => {
    const [first, second] = [somebody(), somebody()];
    await mark(client, first, { status: ABSENT });
    await mark(client, second, { status: REMOTE });
    await mark(client, first, { status: ON_LEAVE, date: '2026-03-03' });
    expect((await readFromCache(running, first)).status).to.equal(ABSENT);
    const other = await get(client, second);
    expect([other.employeeId, other.status]).to.deep.equal([second, REMOTE]);
    expect((await get(client, first, '2026-03-03')).status).to.equal(ON_LEAVE);
    expect((await get(client, first, '2026-04-02')).revision).to.equal(0);
    const { attendances } = await client.listAttendance({ employeeId: second, startDate: DAY });
    expect(attendances).to.deep.equal([other]);
  });

  it('2: errors were cached, so that one bad request spoilt every later lookup', async () => {
    const id = somebody();
    for (let time = 0; time < 3; time += 1) {
      expect((await refusalOf(get(client, id))).code).to.equal('NotFound');
      expect((await refusalOf(get(client, id, '2023-02-30'))).code).to.equal('InvalidArgument');
      expect((await refusalOf(client.listAttendance({ pageSize: -1 }))).fields).to.deep.equal([
        'page_size',
      ]);
    }
    const marked = await mark(client, id);
    expect(await get(client, id)).to.deep.equal(marked);
    expect((await client.listAttendance({ employeeId: id })).attendances).to.deep.equal([marked]);
  });

  it('3: SQL was put together from strings, and answered whatever it was told to', async () => {
    const injected = "x' UNION SELECT version(), '', '', '";
    const refusal = { code: 'InvalidArgument', reason: 'INVALID_FIELD' };
    const asked = [
      get(client, injected),
      client.listAttendance({ employeeId: injected }),
      client.listAttendanceRevisions({ employeeId: injected, date: DAY }),
      get(client, 'x', "2026-03-02'; drop table mark; --"),
    ];
    for (const call of asked) expect(await refusalOf(call)).to.include(refusal);
    const id = somebody();
    const employeeName = "'); drop table mark; select ('";
    expect((await mark(client, id, { employeeName })).employeeName).to.equal(employeeName);
    await client.clearAttendance({ employeeId: id, date: DAY, reason: "'; rollback; --" });
    const { revisions } = await client.listAttendanceRevisions({ employeeId: id, date: DAY });
    expect(revisions.map(({ reason }) => reason)).to.deep.equal(['', "'; rollback; --"]);
  });

  it('4: a duplicate, a bad date or O’Brien left the connection broken for every later call', async () => {
    const id = somebody();
    const requestId = randomUUID();
    await client.markAttendance({ employeeId: id, date: DAY, status: PRESENT, requestId });
    const offences = [
      () => mark(client, somebody(), { employeeName: "O'Brien" }),
      () => refusalOf(mark(client, id, { etag: '"0"' })),
      () => refusalOf(mark(client, id, { date: '2023-02-30' })),
      () =>
        refusalOf(client.markAttendance({ employeeId: id, date: DAY, status: ABSENT, requestId })),
      () => refusalOf(client.clearAttendance({ employeeId: 'nobody', date: DAY, reason: 'x' })),
    ];
    // Enough at once for every connection of the pool to have met one.
    const many = Array.from({ length: WRITE_CONNECTIONS * 2 }, () => offences).flat();
    await Promise.all(many.map((offence) => offence()));
    const later = Array.from({ length: WRITE_CONNECTIONS * 2 }, () => get(client, id));
    for (const day of await Promise.all(later)) expect(day.revision).to.equal(1);
    expect((await mark(client, id, { status: ABSENT })).revision).to.equal(2);
    expect(await readiness(running)).to.include({ http: 200, status: 'ready' });
    expect(await healthOf(running, '')).to.equal(Serving.SERVING);
  });

  it('4: what PostgreSQL itself refuses fails alone, and spoils no connection', async () => {
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    try {
      await admin.query(`
        create function refuse() returns trigger language plpgsql as
          $$ begin raise exception 'refused: %', new.note using errcode = '23514'; end $$;
        create trigger refuse before insert on mark
          for each row when (new.note = 'poison') execute function refuse()`);
      const poison = { date: DAY, status: PRESENT, note: 'poison' };
      const calls = Array.from({ length: WRITE_CONNECTIONS * 2 }, () =>
        refusalOf(client.markAttendance({ employeeId: somebody(), ...poison })),
      );
      for (const { code, reason } of await Promise.all(calls)) {
        expect([code, reason]).to.deep.equal(['Internal', 'INTERNAL']);
      }
      const [first, poisoned, last] = [somebody(), somebody(), somebody()];
      const { results } = await client.batchMarkAttendance({
        requests: [
          { employeeId: first, date: DAY, status: PRESENT },
          { employeeId: poisoned, ...poison },
          { employeeId: last, date: DAY, status: PRESENT },
        ],
      });
      const cases = results.map(({ result }) => result.case);
      expect(cases).to.deep.equal(['attendance', 'error', 'attendance']);
      const later = Array.from({ length: WRITE_CONNECTIONS * 2 }, () => mark(client, somebody()));
      for (const day of await Promise.all(later)) expect(day.revision).to.equal(1);
      expect((await get(client, last)).status).to.equal(PRESENT);
      expect((await refusalOf(get(client, poisoned))).code).to.equal('NotFound');
      expect(await readiness(running)).to.include({ http: 200, status: 'ready' });
    } finally {
      await admin.query('drop trigger if exists refuse on mark; drop function if exists refuse');
      await admin.end();
    }
  });

  it('7: a created record was missing from the list for 20 seconds', async () => {
    const id = somebody();
    const range = { startDate: '2027-01-01', endDate: '2027-01-31' };
    for (let day = 1; day <= 20; day += 1) {
      const marked = await mark(client, id, {
        date: `2027-01-${String(day).padStart(2, '0')}`,
      });
      const [own, all] = await Promise.all([
        client.listAttendance({ employeeId: id, ...range }),
        client.listAttendance(range),
      ]);
      expect(own.attendances.length).to.equal(day);
      expect(own.attendances.at(-1)).to.deep.equal(marked);
      expect(all.attendances).to.deep.equal(own.attendances);
    }
  });

  it('10: the employee was the key, so that each could have one record, ever', async () => {
    const id = somebody();
    const dates = ['2025-12-31', '2026-01-01', '2026-01-02'];
    for (const date of dates) await mark(client, id, { date });
    await mark(client, id, { date: '2026-01-01', status: ABSENT });
    const { attendances } = await client.listAttendance({ employeeId: id });
    expect(attendances.map(({ date, status }) => [date, status])).to.deep.equal([
      ['2025-12-31', PRESENT],
      ['2026-01-01', ABSENT],
      ['2026-01-02', PRESENT],
    ]);
  });

  describe('11: nonsense was stored, and an unknown employee was a page of HTML with status 500', () => {
    const post = (method: string, body: object) =>
      fetch(`${running.baseUrl}/${AttendanceService.typeName}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const good = { employeeName: 'Mia', date: DAY, status: 'ATTENDANCE_STATUS_PRESENT' };
    const nonsense: readonly [what: string, change: object][] = [
      ['the date infinity', { date: 'infinity' }],
      ['the date 01/02/2023', { date: '01/02/2023' }],
      ['a date that does not exist', { date: '2023-02-29' }],
      ['an empty name', { employeeName: '' }],
      ['the status banana', { status: 'banana' }],
      ['no status', { status: undefined }],
    ];
    for (const [what, change] of nonsense) {
      it(`${what} is refused as JSON, with status 400, and nothing is stored`, async () => {
        const employeeId = somebody();
        const answer = await post('MarkAttendance', { employeeId, ...good, ...change });
        expect(answer.status).to.equal(400);
        expect(answer.headers.get('content-type')).to.equal('application/json');
        expect(await answer.json()).to.include({ code: 'invalid_argument' });
        expect((await refusalOf(get(client, employeeId))).code).to.equal('NotFound');
      });
    }

    it('an employee who does not exist is JSON with status 404', async () => {
      const answer = await post('GetAttendance', { employeeId: somebody(), date: DAY });
      expect(answer.status).to.equal(404);
      expect(answer.headers.get('content-type')).to.equal('application/json');
      expect(await answer.json()).to.include({ code: 'not_found' });
    });
  });

  it('12: dates came back in another form, and ids in an order by accident', async () => {
    const base = somebody();
    // No language's order has these as their bytes are: - . 0 1 9 B Z _ a e
    const ids = ['_', 'a', 'Z', '10', '9', 'B', '-', 'e', '.', '09'].map((end) => `${base}-${end}`);
    const dates = ['1900-01-01', '2024-02-29', '9999-12-31'];
    for (const date of dates) {
      for (const id of ids) expect((await mark(client, id, { date })).date).to.equal(date);
    }
    const sorted = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const date of dates) {
      const range = { startDate: date, endDate: date };
      const { attendances } = await client.listAttendance({ ...range, pageSize: 1000 });
      const own = attendances.filter(({ employeeId }) => employeeId.startsWith(`${base}-`));
      expect(own.map((day) => [day.employeeId, day.date])).to.deep.equal(
        sorted.map((id) => [id, date]),
      );
    }
  });

  it('13: the list had no pages: with many rows it was one answer of megabytes', async () => {
    const rows = 3100;
    const base = somebody();
    const range = { startDate: '2028-01-01', endDate: '2028-01-31' };
    const requests = Array.from({ length: rows }, (_, index) => ({
      employeeId: `${base}-${String(index % 100).padStart(2, '0')}`,
      employeeName: 'Somebody with a name',
      date: `2028-01-${String(1 + Math.floor(index / 100)).padStart(2, '0')}`,
      status: PRESENT,
    }));
    for (let at = 0; at < rows; at += 1000) {
      await client.batchMarkAttendance({ requests: requests.slice(at, at + 1000) });
    }
    expect((await client.listAttendance(range)).attendances.length).to.equal(100);
    const listed: string[] = [];
    let pageToken = '';
    do {
      const asked = { ...range, pageSize: 1_000_000, pageToken };
      const page = await client.listAttendance(asked);
      expect(page.attendances.length).to.be.within(1, 1000);
      listed.push(...page.attendances.map((day) => `${day.employeeId} ${day.date}`));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    const expected = requests.map((day) => `${day.employeeId} ${day.date}`);
    expect(listed).to.deep.equal(expected);
    const streamed: string[] = [];
    for await (const { attendances } of client.streamAttendance(range)) {
      expect(attendances.length).to.be.within(1, 500);
      streamed.push(...attendances.map((day) => `${day.employeeId} ${day.date}`));
    }
    expect(streamed).to.deep.equal([...expected].sort());
  });

  it('14: metrics were labelled by path, so that anybody could make them grow', async () => {
    const unknown = async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(`${running.baseUrl}${path}`, init);
      await answer.arrayBuffer();
      expect(answer.status, path).to.be.within(404, 405);
    };
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const probe = async (word: string) => {
      await unknown(`/${word}`);
      await unknown(`/${word}/${word}?${word}=1`, { method: 'PUT' });
      await unknown(`/${AttendanceService.typeName}/${word}`, json);
      await unknown(`/${word}.v1.Service/Method`, json);
      await unknown(`/healthz`, { method: 'DELETE', headers: { 'x-word': word } });
      await refusalOf(get(client, word));
    };
    await probe('first');
    // Collections of garbage are told by kind, and each kind comes when it comes.
    const series = async () =>
      [...seriesOf(await metricsOf(running.baseUrl)).keys()]
        .filter((name) => !name.includes('_gc_'))
        .sort();
    const before = await series();
    for (let time = 0; time < 50; time += 1) await probe(`w${randomUUID().slice(0, 8)}`);
    expect(await series()).to.deep.equal(before);
  });

  it('14: metrics were one worker’s, whichever happened to be asked', async () => {
    const calls = 60;
    const service = startMain({ WORKERS: '2', DATABASE_URL: database.url, LOG_LEVEL: 'info' });
    try {
      const baseUrl = await service.ready();
      const id = somebody();
      await mark(client, id);
      const url = `${baseUrl}/${AttendanceService.typeName}/GetAttendance`;
      // A connection each: they are dealt to the workers in turn.
      const headers = { 'content-type': 'application/json', connection: 'close' };
      const body = JSON.stringify({ employeeId: id, date: DAY });
      for (let call = 0; call < calls; call += 1) {
        const answer = await fetch(url, { method: 'POST', headers, body });
        expect(answer.status).to.equal(200);
        await answer.arrayBuffer();
      }
      const labels = { method: 'GetAttendance', code: 'OK' };
      for (let scrape = 0; scrape < 6; scrape += 1) {
        const text = await metricsOf(baseUrl);
        const count = countOf(text, 'attendance_rpc_duration_seconds_count', labels);
        expect(count).to.equal(calls);
      }
    } finally {
      service.child.kill('SIGTERM');
      expect((await service.exited).code).to.equal(0);
    }
  });

  describe('15: whoever could write to Redis could run code in the service', () => {
    const key = async (employeeId: string): Promise<string> => {
      const keys = (await redis.cli('KEYS', `attendance:*{${employeeId}}*`)) as string[];
      return keys.length === 1 ? String(keys[0]) : expect.fail(`keys: ${keys.join(' ')}`);
    };
    const field = DAY.slice(0, 7);
    const pickle = Buffer.from('\x80\x04\x95cposix\nsystem\n(S"touch /tmp/owned"\ntR.', 'latin1');
    const cut = `local b = redis.call('HGET', KEYS[1], ARGV[1])
      return redis.call('HSET', KEYS[1], ARGV[1], string.sub(b, 1, -3))`;
    const flip = `local b = redis.call('HGET', KEYS[1], ARGV[1])
      local last = string.char((string.byte(b, -1) + 1) % 256)
      return redis.call('HSET', KEYS[1], ARGV[1], string.sub(b, 1, -2) .. last)`;
    const poisons: readonly [
      what: string,
      poison: (own: string, other: string) => Promise<unknown>,
    ][] = [
      ['a program for the old service', (own) => redis.cli('HSET', own, field, pickle)],
      ['garbage', (own) => redis.cli('HSET', own, field, 'garbage')],
      ['nothing', (own) => redis.cli('HSET', own, field, '')],
      ['an entry cut short', (own) => redis.cli('EVAL', cut, 1, own, field)],
      ['an entry with one byte changed', (own) => redis.cli('EVAL', flip, 1, own, field)],
      ['a version that is none', (own) => redis.cli('HSET', own, 'v', 'many')],
      ['a key of another type', (own) => redis.cli('SET', own, 'a string')],
      ['another employee’s valid entry', (own, other) => redis.cli('COPY', other, own, 'REPLACE')],
      ['an entry that never expires', (own) => redis.cli('PERSIST', own)],
    ];
    for (const [what, poison] of poisons) {
      it(`${what} is a miss`, async () => {
        const [id, other] = [somebody(), somebody()];
        const marked = await mark(client, id, { status: ABSENT });
        await mark(client, other, { status: REMOTE });
        expect(await readFromCache(running, id)).to.deep.equal(marked);
        await readFromCache(running, other);
        await poison(await key(id), await key(other));
        const before = await cacheEvents(running, 'hit');
        expect(await get(client, id)).to.deep.equal(marked);
        expect(await cacheEvents(running, 'hit')).to.equal(before);
        // And it does not stay: the cache works again.
        expect(await readFromCache(running, id)).to.deep.equal(marked);
        expect((await mark(client, id, { status: PRESENT })).revision).to.equal(2);
        expect((await get(client, id)).status).to.equal(PRESENT);
      });
    }
  });
});

describe('defects with Redis: it stopped being used without a word, and health said all was up', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let redis: TestRedis | undefined;
  let running: TestService | undefined;

  before(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await running?.stop();
    await redis?.stop();
    running = undefined;
    redis = undefined;
  });

  after(async () => await database.drop());

  const start = async (REDIS_URL: string): Promise<TestService> => {
    running = await startTestService({ databaseUrl: database.url, env: { REDIS_URL } });
    return running;
  };

  async function expectDegraded(service: TestService, detail: RegExp): Promise<void> {
    await waitUntil('health tells of Redis', async () =>
      detail.test((await readiness(service)).dependencies.redis?.detail ?? ''),
    );
    const ready = await readiness(service);
    expect(ready).to.include({ http: 200, status: 'degraded' });
    expect(ready.dependencies.postgresql?.status).to.equal('up');
    expect(ready.dependencies.redis?.status).to.equal('down');
    expect(await healthOf(service, 'redis')).to.equal(Serving.NOT_SERVING);
    expect(await healthOf(service, 'postgresql')).to.equal(Serving.SERVING);
    expect(await healthOf(service, '')).to.equal(Serving.SERVING);
  }

  async function expectToServe({ client }: TestService): Promise<void> {
    const id = somebody();
    for (const status of [PRESENT, ABSENT, REMOTE]) {
      const marked = await mark(client, id, { status });
      expect(await get(client, id)).to.deep.equal(marked);
    }
  }

  it('8: with the right password the cache is used', async () => {
    redis = await startRedis({ password: 'open-sesame' });
    const service = await start(redis.url);
    await waitUntil('Redis is used', async () => (await readiness(service)).status === 'ready');
    expect(await healthOf(service, 'redis')).to.equal(Serving.SERVING);
    const id = somebody();
    const marked = await mark(service.client, id);
    expect(await readFromCache(service, id)).to.deep.equal(marked);
    await expectToServe(service);
  });

  for (const [what, user, detail] of [
    ['without the password', '', /NOAUTH/],
    ['with a wrong password', ':guess@', /WRONGPASS/],
  ] as const) {
    it(`8: ${what} calls are served from PostgreSQL, and health says why`, async () => {
      redis = await startRedis({ password: 'open-sesame' });
      const service = await start(`redis://${user}127.0.0.1:${redis.port}`);
      await expectToServe(service);
      await expectDegraded(service, detail);
      expect(await cacheEvents(service, 'hit')).to.equal(0);
      const told = JSON.stringify(await readiness(service));
      expect(told).to.not.include('open-sesame').and.not.include('guess');
    });
  }

  it('9: Redis down is degraded, and Redis back is ready', async () => {
    redis = await startRedis();
    const service = await start(redis.url);
    await waitUntil('Redis is used', async () => (await readiness(service)).status === 'ready');
    await redis.kill9();
    await expectDegraded(service, /Redis/);
    await expectToServe(service);
    await redis.start();
    await waitUntil(
      'Redis is used again',
      async () => (await readiness(service)).status === 'ready',
      15_000,
    );
    expect(await healthOf(service, 'redis')).to.equal(Serving.SERVING);
    const id = somebody();
    const marked = await mark(service.client, id);
    expect(await readFromCache(service, id)).to.deep.equal(marked);
  });
});
