// What a frontend imports as attendance/web: browsers can load it, and with it the transports of
// Connect for browsers read every answer, a batch with failed items too.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-web';
import { expect } from 'chai';
import {
  AttendanceService,
  AttendanceStatus,
  ClockService,
  detailsOfStatus,
  errorDetailTypes,
  PunchOutcome,
} from '../../src/client/web.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ROOT } from '../support/process.js';
import { startTestService, type TestService } from '../support/service.js';

/** In compiled code, where an import is on one line. */
const IMPORTED = /^(?:import|export)\b.*["']([^"']+)["'];$/gm;

const DAY = { employeeId: '007', date: '2026-03-02' };

const TRANSPORTS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  'Connect in JSON, its default, with errorDetailTypes': (baseUrl) =>
    createConnectTransport({ baseUrl, jsonOptions: { registry: errorDetailTypes } }),
  'Connect in binary, as it comes': (baseUrl) =>
    createConnectTransport({ baseUrl, useBinaryFormat: true }),
  'gRPC-Web, as it comes': (baseUrl) => createGrpcWebTransport({ baseUrl }),
};

describe('attendance/web', () => {
  let database: TestDatabase;
  let service: TestService;

  before(async () => {
    database = await createTestDatabase();
    service = await startTestService({ databaseUrl: database.url });
  });

  after(async () => {
    await service.stop();
    await database.drop();
  });

  for (const [name, transportTo] of Object.entries(TRANSPORTS)) {
    describe(`over ${name}`, () => {
      it('reads a batch of marks of which one failed', async () => {
        const client = createClient(AttendanceService, transportTo(service.baseUrl));
        const good = { ...DAY, status: AttendanceStatus.PRESENT };
        const { results } = await client.batchMarkAttendance({
          requests: [good, { ...good, date: '02/03/2026' }, { ...good, etag: '"99"' }],
        });
        const [marked, wrong, stale] = results.map(({ result }) => result);
        expect(marked?.case === 'attendance' && marked.value.employeeId).to.equal('007');
        if (wrong?.case !== 'error' || stale?.case !== 'error') throw new Error('not refused');
        const { reason, domain, fieldViolations } = detailsOfStatus(wrong.value);
        expect({ reason, domain }).to.deep.equal({
          reason: 'INVALID_FIELD',
          domain: 'attendance.v1',
        });
        expect(fieldViolations.map(({ field }) => field)).to.deep.equal(['requests[1].date']);
        expect(detailsOfStatus(stale.value)).to.include({ reason: 'ETAG_MISMATCH' });
        expect(detailsOfStatus(stale.value).info).to.include({ sent_etag: '"99"' });
      });

      it('reads a log of punches of which one was rejected', async () => {
        const client = createClient(ClockService, transportTo(service.baseUrl));
        const { results } = await client.recordPunches({ punches: [{ employeeId: 'no one!' }] });
        const [rejected] = results;
        expect(rejected?.outcome).to.equal(PunchOutcome.REJECTED);
        const details = rejected?.error && detailsOfStatus(rejected.error);
        const fields = details?.fieldViolations.map(({ field }) => field);
        expect(fields).to.include('punches[0].employee_id');
      });
    });
  }

  it('knows the type of every detail that an error has', () => {
    for (const name of ['ErrorInfo', 'BadRequest', 'RetryInfo', 'LocalizedMessage', 'Help']) {
      expect(errorDetailTypes.getMessage(`google.rpc.${name}`), name).to.not.equal(undefined);
    }
  });

  it('is made of nothing that a browser lacks', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const waiting = [join(ROOT, 'dist/src/client/web.js')];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORTED)) {
        if (name.startsWith('.')) waiting.push(join(dirname(file), name));
        else packages.add(name);
      }
    }
    expect(seen.size).to.be.above(5);
    for (const name of packages)
      expect(name).to.match(/^@bufbuild\/(protobuf|protovalidate\/gen)\b/);
  });
});
