// One script of calls through every client there is: the answers and the refusals are the same,
// field by field, whatever the protocol, the version of HTTP, the encoding and the library.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { Client } from 'pg';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { makeCertificate } from '../server/support/certificate.js';
import { envelope, envelopes, post } from '../server/support/raw.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/redis.js';
import { startTestService, type TestService } from '../support/service.js';
import { bufCurl } from './support/buf-curl.js';
import { CLIENTS } from './support/clients.js';
import type { Outcome, ProtocolClient } from './support/outcome.js';
import {
  type Ask,
  CASES,
  type ProtocolCase,
  SHARED,
  SHARED_DAYS,
  SHARED_MESSAGES,
  sharedDays,
} from './support/protocol-cases.js';
import type { Target } from './support/typed-clients.js';

/** HTTP's status by gRPC's code, as Connect's protocol lays it down for unary calls. */
const HTTP_STATUS: Readonly<Record<string, number>> = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** RFC 3339 in UTC, with as many digits as protobuf's JSON allows. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6}|\.\d{9})?Z$/;

/** The outcome with the employee and the times as words. */
function normalise({ messages, failed }: Outcome, id: string): object {
  const text = JSON.stringify({ messages, failed }, (name, value: unknown) =>
    name === 'updateTime' && typeof value === 'string' && TIME.test(value) ? 'TIME' : value,
  );
  return JSON.parse(text.replaceAll(id, 'ID')) as object;
}

/** JSON has no undefined: an absent field and an undefined one are the same in an expectation. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('every client is told the same', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let admin: Client;
  let folder: string;
  let [service, secured, down]: (TestService | undefined)[] = [];
  const { cert, key } = makeCertificate();
  const references = new Map<string, readonly Outcome[]>();

  const targetOf = (running: TestService | undefined): Target => {
    if (running === undefined) throw new Error('the service has not been started');
    const { port } = running.service;
    return running.config.tls === undefined
      ? { url: running.baseUrl, ca: undefined }
      : { url: `https://localhost:${port}`, ca: cert };
  };

  before(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'attendance-e2e-'));
    const [TLS_CERT_FILE, TLS_KEY_FILE] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await writeFile(TLS_CERT_FILE, cert);
    await writeFile(TLS_KEY_FILE, key);
    service = await startTestService({ databaseUrl: database.url });
    secured = await startTestService({
      databaseUrl: database.url,
      env: { TLS_CERT_FILE, TLS_KEY_FILE },
    });
    const nobody = `postgresql://nobody@127.0.0.1:${await freePort()}/nothing`;
    down = await startTestService({ databaseUrl: nobody, early: true });
    admin = new Client({ connectionString: database.adminUrl });
    await admin.connect();
    const post = CLIENTS.find(({ name }) => name === 'fetch: JSON')?.open(targetOf(service));
    for (let at = 0; at < SHARED_DAYS; at += 1000) {
      const requests = sharedDays().slice(at, at + 1000);
      const stored = await post?.call('BatchMarkAttendance', { requests });
      expect(stored?.failed).to.equal(undefined);
    }
  });

  after(async () => {
    await Promise.all([service?.stop(), secured?.stop(), down?.stop()]);
    await admin?.end();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function whileLocked(id: string, run: () => Promise<Outcome>): Promise<Outcome> {
    await admin.query('begin');
    try {
      await admin.query('select 1 from employee where employee_id = $1 for update', [id]);
      return await run();
    } finally {
      await admin.query('rollback');
    }
  }

  function check(example: ProtocolCase, outcomes: readonly Outcome[], id: string): void {
    for (const { failed, httpStatus } of outcomes) {
      if (httpStatus === undefined) continue;
      const usual = failed === undefined ? 200 : HTTP_STATUS[failed.code];
      expect(httpStatus).to.equal(example.httpStatus ?? usual);
    }
    if (example.expected === 'same') {
      const first = references.get(example.name) ?? outcomes;
      references.set(example.name, first);
      const all = ({ messages, failed }: Outcome) => ({ messages, failed });
      expect(outcomes.map(all)).to.deep.equal(first.map(all));
      expect(outcomes.length + (outcomes[0]?.messages.length ?? 0)).to.be.greaterThan(2);
    } else if (example.compare === undefined) {
      const said = outcomes.map((outcome) => normalise(outcome, id));
      expect(said).to.deep.equal(plain(example.expected));
    } else {
      const said = outcomes.map(({ failed }) => ({
        code: failed?.code,
        ...(example.compare === 'code' ? {} : { reason: failed?.reason }),
      }));
      expect(said).to.deep.equal(example.expected);
    }
  }

  CLIENTS.forEach(({ name, tls, can, open }, clientIndex) => {
    describe(name, () => {
      let client: ProtocolClient;
      let downClient: ProtocolClient;

      before(() => {
        client = open(targetOf(tls ? secured : service));
        downClient = open(targetOf(tls ? secured : down));
      });

      after(() => {
        client.close();
        downClient.close();
      });

      CASES.forEach((example, caseIndex) => {
        const able = (example.needs ?? []).every((ability) => can.has(ability));
        if (!able || (example.down && tls)) return;
        it(example.name, async () => {
          const id = `client-${clientIndex}.case-${caseIndex}.`;
          const ask: Ask = (...call) => client.call(...call);
          const outcomes = await example.run(ask, {
            id,
            whileLocked: (run) => whileLocked(id, run),
            askDown: (...call) => downClient.call(...call),
          });
          check(example, outcomes, id);
        });
      });
    });
  });

  describe('the same port', () => {
    it('what they were told alike is what was stored', () => {
      const days = (outcomes: readonly Outcome[] | undefined) =>
        (outcomes ?? []).flatMap(({ messages }) =>
          messages.flatMap((message) => (message as { attendances: object[] }).attendances),
        );
      const listed = days(references.get('pages of a list, by their tokens'));
      const streamed = references.get('a stream of several messages');
      expect(listed.length).to.equal(SHARED_DAYS);
      expect(days(streamed)).to.deep.equal(listed);
      expect(streamed?.[0]?.messages.length).to.equal(SHARED_MESSAGES);
      const stored = sharedDays().map(({ date, note }) =>
        note === '' ? { date } : { date, note },
      );
      const read = listed as { date: string; note?: string }[];
      expect(
        read.map(({ date, note }) => (note === undefined ? { date } : { date, note })),
      ).to.deep.equal(stored);
    });

    const LIST = `/${AttendanceService.typeName}/ListAttendance`;
    const PAGE = JSON.stringify({ employeeId: SHARED, pageSize: 100 });

    it('compresses large answers for whoever accepts it, in every protocol', async () => {
      const { url } = targetOf(service);
      const headers = { 'content-type': 'application/json', 'accept-encoding': 'gzip' };
      const answer = await fetch(`${url}${LIST}`, { method: 'POST', headers, body: PAGE });
      expect(answer.headers.get('content-encoding')).to.equal('gzip');
      const plainly = { 'content-type': 'application/json', 'accept-encoding': 'identity' };
      const other = await fetch(`${url}${LIST}`, { method: 'POST', headers: plainly, body: PAGE });
      expect(other.headers.get('content-encoding')).to.equal(null);
      expect(await answer.json()).to.deep.equal(await other.json());
      for (const type of ['application/grpc+json', 'application/grpc-web+json']) {
        const asked = { 'content-type': type, te: 'trailers', 'grpc-accept-encoding': 'gzip' };
        const framed = await post(url, LIST, asked, envelope(Buffer.from(PAGE)));
        expect(framed.headers['grpc-encoding'], type).to.equal('gzip');
        expect(envelopes(framed.body)[0]?.flags, type).to.equal(1);
      }
    });

    it('agrees on HTTP/2 and on HTTP/1.1 under TLS', async () => {
      const { port } = new URL(targetOf(secured).url);
      const negotiate = (protocols: string[]) =>
        new Promise<string | false | null>((resolve, reject) => {
          const options = { host: 'localhost', port: Number(port), ca: cert };
          const socket = connectTls({ ...options, ALPNProtocols: protocols }, () => {
            resolve(socket.alpnProtocol);
            socket.destroy();
          });
          socket.once('error', reject);
        });
      expect(await negotiate(['h2', 'http/1.1'])).to.equal('h2');
      expect(await negotiate(['http/1.1'])).to.equal('http/1.1');
    });

    for (const protocol of ['grpc', 'grpcweb', 'connect']) {
      it(`tells buf curl its services and methods, over ${protocol}`, async () => {
        const { url } = targetOf(service);
        const flags = ['--protocol', protocol, '--http2-prior-knowledge'];
        const services = await bufCurl([...flags, '--list-services', url]);
        expect(services.stdout.trim().split('\n')).to.include.members([
          AttendanceService.typeName,
          'grpc.health.v1.Health',
          'grpc.reflection.v1.ServerReflection',
        ]);
        const methods = await bufCurl([...flags, '--list-methods', url]);
        expect(methods.stdout.trim().split('\n')).to.include.members(
          AttendanceService.methods.map(({ name }) => `${AttendanceService.typeName}/${name}`),
        );
      });
    }
  });
});
