// The guarantees of the stream of changes, against the real service, several instances of it, and
// all that goes wrong between: docs/watch.md names each, and the test here that holds it.

import { connect, type IncomingHttpHeaders } from 'node:http2';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-web';
import { expect } from 'chai';
import pg from 'pg';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import {
  type AttendanceChange,
  AttendanceService,
  WatchAttendanceRequestSchema,
  WatchAttendanceResponseSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { type AttendanceClient, createAttendanceClient } from '../../src/client/index.js';
import {
  createTestDatabase,
  type PrivateCluster,
  startPrivateCluster,
  type TestDatabase,
} from '../support/database.js';
import { KeysFile } from '../support/keys-file.js';
import { type ServiceProcess, startMain } from '../support/process.js';
import { addEmployee, startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';
import { textsOf, watch } from '../support/watching.js';

const { PRESENT, ABSENT } = AttendanceStatus;
const DAY = '2026-03-02';

let employees = 0;
const somebody = () => {
  employees += 1;
  return `w-${employees}`;
};
const dateAt = (n: number) =>
  new Date(Date.parse('2020-01-01') + n * 86_400_000).toISOString().slice(0, 10);
const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;

/** The days of a batch of marks, with a note of that length. */
const marksOf = (employeeId: string, from: number, count: number, note = '') =>
  Array.from({ length: count }, (_, n) => ({
    employeeId,
    date: dateAt(from + n),
    status: n % 2 === 0 ? PRESENT : ABSENT,
    note,
  }));

describe('the stream of changes, come what may', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let one: TestService;
  let other: TestService;

  before(async () => {
    database = await createTestDatabase();
    one = await startTestService({ databaseUrl: database.url });
    other = await startTestService({ databaseUrl: database.url });
  });

  after(async () => {
    await one.stop();
    await other.stop();
    await database.drop();
  });

  const mark = (service: TestService, employeeId: string, date = DAY, status = PRESENT) =>
    service.client.markAttendance({ employeeId, date, status });

  const PROTOCOLS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
    gRPC: (baseUrl) => createGrpcTransport({ baseUrl }),
    'gRPC-Web, as browsers send it': (baseUrl) => createGrpcWebTransport({ baseUrl }),
    'Connect in JSON, as browsers send it': (baseUrl) => createConnectTransport({ baseUrl }),
  };
  for (const [name, transportTo] of Object.entries(PROTOCOLS)) {
    it(`tells it over ${name}, and goes on from another protocol's cursor`, async () => {
      const id = somebody();
      const client = createClient(AttendanceService, transportTo(one.baseUrl));
      const watching = await watch(client, { employeeIds: [id] });
      await mark(one, id);
      const [first] = await watching.until(1);
      await mark(one, id, DAY, ABSENT);
      await watching.until(2);
      await watching.close();
      const resumed = await watch(other.client, { employeeIds: [id], cursor: first?.cursor ?? '' });
      expect(textsOf(await resumed.until(1))).to.deep.equal([`${id} ${DAY} ABSENT r2`]);
      await resumed.close();
    });
  }

  it('loses nothing and doubles nothing over random ends, on two instances, while both write', async () => {
    const id = somebody();
    const total = 1200;
    let written = 0;
    const write = async () => {
      for (let n = 0; n < total; n += 60) {
        const service = (n / 60) % 2 === 0 ? one : other;
        await service.client.batchMarkAttendance({ requests: marksOf(id, n, 60) });
        written += 60;
      }
    };
    const begun = await watch(one.client, { employeeIds: [id] });
    let { cursor } = begun;
    await begun.close();
    const writing = write();
    const dates: string[] = [];
    for (let part = 0; dates.length < total; part += 1) {
      const service = part % 2 === 0 ? other : one;
      const request = { employeeIds: [id], cursor };
      const most = 1 + ((part * 37) % 90);
      let taken = 0;
      const stopping = new AbortController();
      const options = { signal: stopping.signal };
      for await (const { changes } of service.client.watchAttendance(request, options)) {
        // Also in the middle of a message: each change has its cursor.
        for (const change of changes.slice(0, most - taken)) {
          dates.push(change.attendance?.date ?? '');
          cursor = change.cursor;
          taken += 1;
        }
        if (taken === most || dates.length === total) break;
      }
      stopping.abort();
    }
    await writing;
    expect(written).to.equal(total);
    expect(dates).to.deep.equal(Array.from({ length: total }, (_, n) => dateAt(n)));
  });

  it('tells what another instance wrote, in one order on both', async () => {
    const ids = [somebody(), somebody()];
    const [here, there] = [
      await watch(one.client, { employeeIds: ids }),
      await watch(other.client, { employeeIds: ids }),
    ];
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        mark(n % 2 === 0 ? one : other, ids[n % 3 === 0 ? 0 : 1] ?? '', dateAt(n)),
      ),
    );
    expect(textsOf(await here.until(40))).to.deep.equal(textsOf(await there.until(40)));
    await here.close();
    await there.close();
  });

  it('tells one employee’s change among those of a busy neighbour, before the neighbour ends', async () => {
    const [quiet, busy] = [somebody(), somebody()];
    const watching = await watch(one.client, { employeeIds: [quiet] });
    const crowd = await Promise.all([1, 2, 3].map(() => watch(one.client, {})));
    let isOver = false;
    const write = async () => {
      for (let n = 0; !isOver; n += 1) {
        const requests = marksOf(busy, (n % 30) * 100, 100, `turn ${n}`);
        await one.client.batchMarkAttendance({ requests });
      }
    };
    const writing = write();
    await mark(one, quiet);
    await watching.until(1);
    isOver = true;
    await writing;
    await watching.close();
    for (const each of crowd) await each.close();
  });

  it('makes a reader who does not read wait for nobody, and tells them all of it afterwards', async () => {
    const id = somebody();
    const session = connect(one.baseUrl, { settings: { initialWindowSize: 65_535 } });
    const path = `/${AttendanceService.typeName}/WatchAttendance`;
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const request = create(WatchAttendanceRequestSchema, { employeeIds: [id] });
    const bytes = toBinary(WatchAttendanceRequestSchema, request);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    stream.end(Buffer.concat([head, bytes]));
    await new Promise<IncomingHttpHeaders>((resolve) => stream.once('response', resolve));
    // It reads nothing from here on. Others go on, with some megabytes in between.
    const reader = await watch(one.client, { employeeIds: [id] });
    const total = 3000;
    for (let n = 0; n < total; n += 500) {
      await one.client.batchMarkAttendance({ requests: marksOf(id, n, 500, 'x'.repeat(900)) });
    }
    await reader.until(total);
    await reader.close();
    let received = 0;
    const dates: string[] = [];
    let rest = Buffer.alloc(0);
    stream.on('data', (data: Buffer) => {
      received += data.length;
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
        const end = 5 + rest.readUInt32BE(1);
        const { changes } = fromBinary(WatchAttendanceResponseSchema, rest.subarray(5, end));
        dates.push(...changes.map(({ attendance }) => attendance?.date ?? ''));
        rest = rest.subarray(end);
      }
    });
    await waitUntil('all is read', () => dates.length >= total, 30_000);
    expect(dates).to.deep.equal(Array.from({ length: total }, (_, n) => dateAt(n)));
    expect(received).to.be.above(total * 900);
    stream.close();
    session.close();
  });

  it('counts its streams, and what it tells', async () => {
    const id = somebody();
    const text = async () => await (await fetch(`${one.baseUrl}/metrics`)).text();
    const open = async () => Number(/^attendance_watch_streams (\d+)$/m.exec(await text())?.[1]);
    await waitUntil('those of before are over', async () => (await open()) === 0);
    const watching = await watch(one.client, { employeeIds: [id] });
    await mark(one, id);
    await watching.until(1);
    expect(await open()).to.equal(1);
    expect(await text()).to.match(/attendance_watch_changes_total [1-9]/);
    expect(await text()).to.match(/attendance_watch_lag_seconds_count [1-9]/);
    await watching.close();
    await waitUntil('it is counted no more', async () => (await open()) === 0);
  });
});

interface Following {
  readonly changes: AttendanceChange[];
  messages: number;
  broken: number;
  stop(): Promise<void>;
}

/** Reads with the client, which goes on by itself. */
function follow(client: AttendanceClient, employeeId: string): Following {
  const stopping = new AbortController();
  const onBroken = () => {
    following.broken += 1;
  };
  const read = async () => {
    const options = { signal: stopping.signal, onBroken };
    for await (const message of client.watch({ employeeIds: [employeeId] }, options)) {
      following.changes.push(...message.changes);
      following.messages += 1;
    }
  };
  const following: Following = {
    changes: [],
    messages: 0,
    broken: 0,
    async stop() {
      stopping.abort();
      await reading.catch(() => {});
    },
  };
  const reading = read();
  // Whoever waits for changes sees that there are none.
  reading.catch(() => {});
  return following;
}

describe('the end of a stream of changes', function () {
  this.timeout(120_000);
  let cluster: PrivateCluster;
  let running: TestService | undefined;

  before(async () => {
    cluster = await startPrivateCluster();
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  after(async () => await cluster.dispose());

  it('comes with DRAINING when the instance stops, at once', async () => {
    running = await startTestService({ databaseUrl: cluster.url });
    const watching = await watch(running.client, { employeeIds: [somebody()] });
    const stopped = running.stop();
    const error = await watching.ended;
    await stopped;
    expect([Code[error.code], reasonOf(error)]).to.deep.equal(['Unavailable', 'DRAINING']);
  });

  it('comes when the caller’s token ends, and a new token goes on', async () => {
    const endMs = Math.ceil((Date.now() + 2000) / 1000) * 1000;
    const expires = new Date(endMs).toISOString().replace('.000', '');
    const keys = new KeysFile(
      { caller: 'brief', scopes: ['attendance.read'], expires },
      { caller: 'lasting', scopes: ['attendance.read', 'attendance.write'] },
    );
    running = await startTestService({
      databaseUrl: cluster.url,
      env: { AUTH: 'keys', AUTH_KEYS_FILE: keys.path },
    });
    const as = (caller: string) => ({ authorization: `Bearer ${caller}-key` });
    const id = somebody();
    const watching = await watch(running.client, { employeeIds: [id] }, as('brief'));
    const error = await watching.ended;
    expect(reasonOf(error)).to.equal('TOKEN_EXPIRED');
    expect(Date.now()).to.be.at.least(Date.parse(expires));
    const request = { employeeId: id, date: DAY, status: PRESENT };
    await running.client.markAttendance(request, { headers: as('lasting') });
    const { cursor } = watching;
    const resumed = await watch(running.client, { employeeIds: [id], cursor }, as('lasting'));
    expect(textsOf(await resumed.until(1))).to.deep.equal([`${id} ${DAY} PRESENT r1`]);
    await resumed.close();
    keys.remove();
  });

  it('is not seen by who uses the client, though PostgreSQL goes and comes back', async () => {
    running = await startTestService({ databaseUrl: cluster.url });
    const client = createAttendanceClient({ address: new URL(running.baseUrl).host });
    const id = somebody();
    const following = follow(client, id);
    await waitUntil('the stream is open', () => following.messages > 0, 20_000);
    for (const status of [PRESENT, ABSENT]) {
      await client.markAttendance({ employeeId: id, date: DAY, status });
      await cluster.stop();
      await cluster.start();
    }
    await client.markAttendance({ employeeId: id, date: DAY, status: PRESENT });
    await waitUntil('all is told', () => following.changes.length >= 3, 30_000);
    expect(textsOf(following.changes)).to.deep.equal([
      `${id} ${DAY} PRESENT r1`,
      `${id} ${DAY} ABSENT r2`,
      `${id} ${DAY} PRESENT r3`,
    ]);
    await following.stop();
    client.close();
  });

  it('is not seen by who uses the client, though the service is killed again and again', async () => {
    let service: ServiceProcess = startMain({ DATABASE_URL: cluster.url });
    const url = new URL(await service.ready());
    const client = createAttendanceClient({ address: url.host });
    const restart = async () => {
      service.child.kill('SIGKILL');
      await service.exited;
      service = startMain({ DATABASE_URL: cluster.url, PORT: url.port });
      await service.ready();
    };
    const id = somebody();
    const following = follow(client, id);
    await waitUntil('the stream is open', () => following.messages > 0, 20_000);
    const total = 90;
    for (let n = 0; n < total; n += 1) {
      if (n === 30 || n === 60) await restart();
      await client.markAttendance({ employeeId: id, date: dateAt(n), status: PRESENT });
    }
    await waitUntil('all is told', () => following.changes.length >= total, 30_000);
    const dates = following.changes.map(({ attendance }) => attendance?.date);
    expect(dates).to.deep.equal(Array.from({ length: total }, (_, n) => dateAt(n)));
    expect(following.broken).to.be.at.least(1);
    await following.stop();
    client.close();
    service.child.kill('SIGKILL');
    await service.exited;
  });

  it('is clear where the feed does not hold what the cursor names, as after a restore', async () => {
    running = await startTestService({ databaseUrl: cluster.url });
    const id = await addEmployee(running, somebody());
    const watching = await watch(running.client, { employeeIds: [id] });
    await running.client.markAttendance({ employeeId: id, date: DAY, status: PRESENT });
    const [change] = await watching.until(1);
    await watching.close();
    const admin = new pg.Client({ connectionString: cluster.url });
    await admin.connect();
    // As a backup of before, with other facts since.
    await admin.query(`update attendance_change set recorded_at = recorded_at + interval '1 second'
      where employee_id = '${id}'`);
    await admin.end();
    const again = await watch(running.client, {
      employeeIds: [id],
      cursor: change?.cursor ?? '',
    }).catch((error: unknown) => error);
    const error = ConnectError.from(again);
    const told = [Code[error.code], reasonOf(error)];
    expect(told).to.deep.equal(['OutOfRange', 'CURSOR_OUT_OF_RANGE']);
  });
});
