// Callers who prove who they are by a client certificate, over every protocol.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { Health } from '../../gen/grpc/health/v1/health_pb.js';
import { createAttendanceClient } from '../../src/client/index.js';
import { alternativeNames } from '../../src/server/http/client-certificate.js';
import { Authority, type Issued } from '../server/support/authority.js';
import { makeCertificate } from '../server/support/certificate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';

const DAY = { employeeId: 'ann', date: '2026-03-02' };
const READ = ['attendance.read'];
const KEY = 'gateway-key';
const DIGEST = createHash('sha256').update(KEY).digest('hex');

describe('client certificates', () => {
  const [authority, stranger] = [new Authority(), new Authority()];
  const folder = mkdtempSync(join(tmpdir(), 'attendance-mtls-'));
  let database: TestDatabase;
  let running: TestService;
  let baseUrl: string;

  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  before(async () => {
    database = await createTestDatabase();
    const { cert, key } = makeCertificate();
    const keys = [
      { caller: 'payroll', certificate: 'URI:spiffe://company/payroll', scopes: READ },
      { caller: 'door', certificate: 'DNS:door.internal', scopes: ['attendance.write'] },
      { caller: 'old-door', certificate: 'CN:old door', scopes: READ },
      { caller: 'late', certificate: 'CN:late', scopes: READ, expires: '2026-01-01T00:00:00Z' },
      { caller: 'gateway', sha256: DIGEST, scopes: [...READ, 'attendance.write'] },
    ];
    running = await startTestService({
      databaseUrl: database.url,
      env: {
        TLS_CERT_FILE: file('cert.pem', cert),
        TLS_KEY_FILE: file('key.pem', key),
        TLS_CLIENT_CA_FILE: file('ca.pem', authority.ca),
        AUTH: 'keys',
        AUTH_KEYS_FILE: file('keys.json', JSON.stringify({ keys })),
      },
    });
    baseUrl = `https://localhost:${running.service.port}`;
    const [transport] = transportsOf(undefined);
    const day = { ...DAY, status: AttendanceStatus.ABSENT };
    const headers = { authorization: `Bearer ${KEY}` };
    await createClient(AttendanceService, transport).markAttendance(day, { headers });
  });

  after(async () => {
    await running?.stop();
    await database?.drop();
    rmSync(folder, { recursive: true });
    authority.remove();
    stranger.remove();
  });

  function transportsOf(shown: Issued | undefined): readonly [Transport, ...Transport[]] {
    const nodeOptions = { ca: makeCertificate().cert, ...shown };
    return [
      createGrpcTransport({ baseUrl, nodeOptions }),
      createGrpcWebTransport({ baseUrl, nodeOptions, httpVersion: '1.1' }),
      createConnectTransport({ baseUrl, nodeOptions, httpVersion: '1.1' }),
      createConnectTransport({ baseUrl, nodeOptions, httpVersion: '2', useHttpGet: true }),
    ];
  }

  /** How a read ends on every protocol: 'ANSWERED', or the reason of its failure. */
  async function outcomeOf(shown: Issued | undefined, headers = {}): Promise<string> {
    const outcomes = transportsOf(shown).flatMap((transport) => {
      const client = createClient(AttendanceService, transport);
      const stream = async () => {
        for await (const _ of client.streamAttendance({ employeeId: 'ann' }, { headers })) break;
      };
      return [client.getAttendance(DAY, { headers }), stream()].map((ended) =>
        ended.then(() => 'ANSWERED', reasonOf),
      );
    });
    const all = new Set(await Promise.all(outcomes));
    expect(all.size, [...all].join()).to.equal(1);
    return [...all].join();
  }

  function reasonOf(error: unknown): string {
    return ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason ?? String(error);
  }

  const CASES: readonly [
    what: string,
    shown: () => Issued | undefined,
    ends: string,
    headers?: Record<string, string>,
  ][] = [
    ['a URI', () => authority.issue('x', 'URI:spiffe://company/payroll'), 'ANSWERED'],
    ['a common name', () => authority.issue('old door'), 'ANSWERED'],
    [
      'one of several names',
      () => authority.issue('x', 'DNS:a.example,URI:spiffe://company/payroll'),
      'ANSWERED',
    ],
    [
      'a name that may only write',
      () => authority.issue('x', 'DNS:door.internal'),
      'SCOPE_REQUIRED',
    ],
    [
      'a name without an entry',
      () => authority.issue('x', 'URI:spiffe://company/pay'),
      'TOKEN_INVALID',
    ],
    ['a name of another kind', () => authority.issue('payroll', 'DNS:payroll'), 'TOKEN_INVALID'],
    ['an entry that has expired', () => authority.issue('late'), 'TOKEN_EXPIRED'],
    [
      'the authority of somebody else',
      () => stranger.issue('x', 'URI:spiffe://company/payroll'),
      'TOKEN_MISSING',
    ],
    ['nothing', () => undefined, 'TOKEN_MISSING'],
    [
      'a key beside a certificate without rights',
      () => authority.issue('proxy'),
      'ANSWERED',
      { authorization: `Bearer ${KEY}` },
    ],
    [
      'a wrong key beside a good certificate',
      () => authority.issue('x', 'URI:spiffe://company/payroll'),
      'TOKEN_INVALID',
      { authorization: 'Bearer made-up' },
    ],
  ];
  for (const [what, shown, ends, headers] of CASES) {
    it(`with ${what}: ${ends}`, async () => {
      expect(await outcomeOf(shown(), headers)).to.equal(ends);
    });
  }

  it('name whoever wrote, also with the package’s own client', async () => {
    const { cert, key } = authority.issue('x', 'DNS:door.internal');
    const client = createAttendanceClient({
      address: `localhost:${running.service.port}`,
      tls: {
        rootCertificates: Buffer.from(makeCertificate().cert),
        privateKey: Buffer.from(key),
        certificate: Buffer.from(cert),
      },
    });
    await client.markAttendance({ ...DAY, status: AttendanceStatus.PRESENT });
    client.close();
    const payroll = authority.issue('x', 'URI:spiffe://company/payroll');
    const [transport] = transportsOf(payroll);
    const { revisions } = await createClient(AttendanceService, transport).listAttendanceRevisions(
      DAY,
    );
    expect(revisions.map(({ actor }) => actor)).to.have.members(['gateway', 'door']);
  });

  it('are not needed by probes', async () => {
    for (const transport of transportsOf(undefined).slice(0, 2)) {
      const { status } = await createClient(Health, transport).check({});
      expect(status).to.equal(1);
    }
  });

  it('are told apart in the refusal by nothing', async () => {
    const messages = [authority.issue('x', 'DNS:nobody'), authority.issue('nobody')].map(
      async (shown) => {
        const [transport] = transportsOf(shown);
        return await createClient(AttendanceService, transport)
          .getAttendance(DAY)
          .catch(ConnectError.from);
      },
    );
    for (const told of await Promise.all(messages)) {
      expect(told).to.have.property('code', Code.Unauthenticated);
      expect(String(told)).to.not.include('nobody');
    }
  });
});

describe('the names in a certificate', () => {
  const CASES: readonly [text: string, names: readonly string[]][] = [
    ['', []],
    ['DNS:a.example', ['DNS:a.example']],
    ['DNS:a.example, URI:spiffe://x/y', ['DNS:a.example', 'URI:spiffe://x/y']],
    ['IP Address:127.0.0.1, email:a@b.c, DNS:a', ['DNS:a']],
    // What has special characters stands in quotes, and must not be taken for another name.
    ['URI:"https://x/, DNS:payroll", DNS:b', ['DNS:b']],
    ['DNS:"a\\", DNS:payroll", DNS:b', ['DNS:b']],
    ['DNS:"a', []],
    ['DNS:, DNS:b', ['DNS:b']],
    ['othername:<unsupported>, DNS:b', ['DNS:b']],
  ];
  for (const [text, names] of CASES) {
    it(`are read from ${text || 'nothing'}`, () => {
      expect(alternativeNames(text)).to.deep.equal(names);
    });
  }
});
