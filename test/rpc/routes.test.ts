// The routes on the real server, called over the wire by this project's own client, and by hand:
// logs that are sent bit by bit, on all of their way.

import { create, fromJson, toJsonString } from '@bufbuild/protobuf';
import { expect } from 'chai';
import {
  type AttendanceClient,
  AttendanceClientError,
  createAttendanceClient,
  ImportPunchesRequestSchema,
} from '../../src/client/index.js';
import type { Instant } from '../../src/domain/time/time.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { DETAIL_FILE } from '../../src/rpc/edge/error-table.js';
import type { PipelineContext } from '../../src/rpc/edge/pipeline.js';
import { registerRoutes, SERVICES } from '../../src/rpc/routes.js';
import { type AttendanceServer, createServer } from '../../src/server/server.js';
import { NO_LIMITS } from '../app/support/facts.js';
import { waitUntil } from '../support/wait-until.js';
import { MemoryStore, NO_OTHER_STORES } from './support/memory-store.js';
import { OPEN_ACCESS } from './support/open-access.js';

const NOW = Date.parse('2026-03-02T12:00:00Z') as Instant;
const PUNCH = { employeeId: 'mia', time: { seconds: 1_772_409_600n } };
/** About 200 kB of the same punch: recorded once, and a duplicate from then on. */
const FULL = { punches: new Array(200).fill({ ...PUNCH, note: 'x'.repeat(1000) }) };

describe('the routes', () => {
  let store: MemoryStore;
  let server: AttendanceServer;
  let client: AttendanceClient;
  let port: number;
  let codes: number[];

  beforeEach(async () => {
    store = new MemoryStore();
    codes = [];
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const context: PipelineContext = {
      ...OPEN_ACCESS,
      now: () => NOW,
      observe: (_method, code) => codes.push(code),
      unexpected: (_method, _incident, error) => expect.fail(String(error)),
      failed: () => {},
    };
    server = createServer({
      host: '127.0.0.1',
      port: 0,
      corsOrigins: [],
      registerRoutes: registerRoutes(
        context,
        { store: store.asStore, ...NO_OTHER_STORES },
        NO_LIMITS,
      ),
      services: SERVICES,
      health: async () => [{ name: 'postgresql', up: true, detail: '' }],
      metrics: createMetrics(),
      log,
    });
    ({ port } = await server.listen());
    client = createAttendanceClient({ address: `127.0.0.1:${port}` });
  });

  afterEach(async () => {
    client.close();
    await server.drain(0);
  });

  it('record a log that is sent bit by bit, and count it', async () => {
    async function* log() {
      for (let minute = 0; minute < 30; minute += 1) {
        const seconds = PUNCH.time.seconds + BigInt(60 * minute);
        yield { punches: [{ ...PUNCH, time: { seconds } }, { employeeId: 'mia' }, PUNCH] };
      }
    }
    const answer = await client.importPunches(log());
    expect(answer).to.include({ recordedCount: 30n, duplicateCount: 30n, rejectedCount: 30n });
    expect(answer.rejections.map(({ index }) => index).slice(0, 3)).to.deep.equal([1n, 4n, 7n]);
    expect(codes).to.deep.equal([0]);
  });

  it('read no further while a chunk is being committed', async () => {
    let commit: () => void = () => {};
    const mayCommit = new Promise<void>((resolve) => {
      commit = resolve;
    });
    store.beforeCommit = () => mayCommit;
    let asked = 0;
    async function* log() {
      for (; asked < 150; asked += 1) yield FULL;
    }
    const answered = client.importPunches(log());
    let before = -1;
    await waitUntil('the sender waits', () => {
      const isStill = store.batches.length > 0 && asked > 0 && asked === before;
      before = asked;
      return isStill;
    });
    expect(store.batches).to.have.length(1);
    expect(asked, '200 kB each').to.be.below(40);
    commit();
    expect((await answered).duplicateCount).to.equal(29_999n);
  }).timeout(30_000);

  it('end at a chunk that breaks a rule, and what was before it stays', async () => {
    const tooLong = { punches: new Array(1001).fill(PUNCH) };
    const error = await client.importPunches([{ punches: [PUNCH] }, tooLong]).then(
      () => expect.fail('it was taken'),
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(AttendanceClientError);
    const { fieldViolations, reason } = error as AttendanceClientError;
    expect([reason, fieldViolations[0]?.field]).to.deep.equal(['INVALID_FIELD', '[1].punches']);
    expect(store.batches).to.have.length(1);
  });

  /** Connect's envelope of one message. */
  function envelope(json: string): Buffer {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(Buffer.byteLength(json), 1);
    return Buffer.concat([head, Buffer.from(json)]);
  }

  async function sendByHand(...messages: readonly string[]): Promise<string> {
    const response = await fetch(
      `http://127.0.0.1:${port}/attendance.v1.ClockService/ImportPunches`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/connect+json' },
        body: Buffer.concat(messages.map(envelope)),
      },
    );
    return Buffer.from(await response.arrayBuffer()).toString('latin1');
  }

  const GOOD = toJsonString(
    ImportPunchesRequestSchema,
    create(ImportPunchesRequestSchema, { punches: [PUNCH] }),
  );

  it('take a log over HTTP/1.1 too', async () => {
    expect(await sendByHand(GOOD, GOOD)).to.match(/"recordedCount":"1","duplicateCount":"1"/);
  });

  it('tell what is no message in the middle of a log, with a reason', async () => {
    const answer = await sendByHand(GOOD, '{"punches":5}');
    expect(answer).to.match(/"code":"invalid_argument"/);
    expect(answer).to.include('google.rpc.ErrorInfo');
    expect(store.batches).to.have.length(1);
    expect(codes).to.deep.equal([3]);
  });

  it('name their services, and all types that their answers can carry', () => {
    expect(SERVICES.map(({ typeName }) => typeName)).to.deep.equal([
      'attendance.v1.AttendanceService',
      'attendance.v1.ClockService',
      'attendance.v1.RosterService',
      'attendance.v1.TimesheetService',
    ]);
    expect(DETAIL_FILE.messages.map(({ name }) => name)).to.include('ErrorInfo');
    expect(() => fromJson(ImportPunchesRequestSchema, JSON.parse(GOOD))).to.not.throw();
  });
});
