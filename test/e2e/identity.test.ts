// Who calls, against the real service: tokens that are wrong in every way, told alike on every
// protocol; streams that outlive their token; keys that come and go; and the names that are stored.

import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { dialHttp2, END_STREAM, frame, post, TYPE } from '../server/support/frames.js';
import { dial } from '../server/support/raw.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  claimsOf,
  JwksServer,
  nowSeconds,
  pemOf,
  sign,
  signingKey,
  tokenOf,
} from '../support/issuer.js';
import { KeysFile, keysText } from '../support/keys-file.js';
import { startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

const DAY = '2026-03-02';
const GET = '/attendance.v1.AttendanceService/GetAttendance';
const REQUEST = { employeeId: 'ann', date: DAY };

interface Told {
  readonly code: Code;
  readonly reason: string | undefined;
  readonly message: string;
}

function told(error: unknown): Told {
  const failure = ConnectError.from(error);
  const reason = failure.findDetails(ErrorInfoSchema)[0]?.reason;
  return { code: failure.code, reason, message: failure.rawMessage };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** How a call with this header ends: 'ANSWERED', or its failure. */
async function outcomeOf(
  transport: Transport,
  headers: Record<string, string>,
): Promise<'ANSWERED' | Told> {
  try {
    await createClient(AttendanceService, transport).getAttendance(REQUEST, { headers });
    return 'ANSWERED';
  } catch (error) {
    return told(error);
  }
}

function transportsOf({ baseUrl }: TestService): Readonly<Record<string, Transport>> {
  return {
    gRPC: createGrpcTransport({ baseUrl }),
    'gRPC-Web': createGrpcWebTransport({ baseUrl, httpVersion: '1.1' }),
    Connect: createConnectTransport({ baseUrl, httpVersion: '1.1' }),
    'Connect by GET': createConnectTransport({ baseUrl, httpVersion: '2', useHttpGet: true }),
  };
}

describe('signed tokens', () => {
  const key = signingKey('current');
  const stranger = signingKey('current');
  const issuer = new JwksServer(key);
  let database: TestDatabase;
  let running: TestService;
  let lines: Record<string, unknown>[];

  before(async () => {
    database = await createTestDatabase();
    lines = [];
    running = await startTestService({
      databaseUrl: database.url,
      env: {
        AUTH: 'jwt',
        JWKS_URL: await issuer.start(),
        JWT_ISSUER: 'https://login.example',
        JWT_AUDIENCE: 'attendance',
      },
      onLog: (line) => lines.push(line),
    });
    const admin = bearer(await sign(key, { scope: 'attendance.admin' }));
    const roster = createClient(RosterService, createGrpcTransport(running));
    await roster.createEmployee({ employee: { employeeId: 'ann' } }, admin);
  });

  after(async () => {
    await running?.stop();
    issuer.stop();
    await database?.drop();
  });

  async function onAllProtocols(authorization: string | undefined): Promise<'ANSWERED' | Told> {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const all = await Promise.all(
      Object.entries(transportsOf(running)).map(async ([name, transport]) => ({
        name,
        outcome: await outcomeOf(transport, headers),
      })),
    );
    const [first] = all;
    for (const { name, outcome } of all) expect(outcome, name).to.deep.equal(first?.outcome);
    return first?.outcome ?? expect.fail('no protocol');
  }

  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  ']) {
    it(`are taken after "${scheme}"`, async () => {
      expect(await onAllProtocols(`${scheme} ${await sign(key)}`)).to.equal('ANSWERED');
    });
  }

  const header = { alg: 'ES256', kid: 'current' };
  const hmacOf = (secret: string) => {
    const unsigned = tokenOf({ ...header, alg: 'HS256' }, claimsOf()).slice(0, -1);
    return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
  };
  const wrong: readonly [what: string, token: () => string | Promise<string>][] = [
    ['garbage', () => 'garbage'],
    ['three parts of garbage', () => 'a.b.c'],
    ['five parts', () => 'a.b.c.d.e'],
    ['no signature', () => tokenOf(header, claimsOf())],
    ['a signature of garbage', () => tokenOf(header, claimsOf(), 'AAAA')],
    ['the algorithm none', () => tokenOf({ ...header, alg: 'none' }, claimsOf())],
    ['the algorithm None', () => tokenOf({ ...header, alg: 'None' }, claimsOf())],
    ['no algorithm', () => tokenOf({ kid: 'current' }, claimsOf())],
    ['HS256 with the public key in PEM', () => hmacOf(pemOf(key))],
    [
      'HS256 with the public key in JWK',
      () => hmacOf(JSON.stringify(key.publicKey.export({ format: 'jwk' }))),
    ],
    ['HS256 with nothing', () => hmacOf('')],
    ['another algorithm than its key', () => sign(signingKey('current', 'EdDSA'))],
    ['a key of a stranger under a known id', () => sign(stranger)],
    [
      'a key of a stranger in its header',
      () => sign(stranger, {}, { jwk: stranger.publicKey.export({ format: 'jwk' }) }),
    ],
    [
      'a key of a stranger by its address',
      () => sign(stranger, {}, { jku: 'http://127.0.0.1:1/k' }),
    ],
    ['a key id that there is not', () => sign({ ...key, kid: 'made-up' })],
    ['a key id that is a path', () => sign({ ...key, kid: '../../../dev/null' })],
    [
      'a header that must be understood',
      () => tokenOf({ ...header, crit: ['b64'], b64: false }, claimsOf(), 'AAAA'),
    ],
    ['another issuer', () => sign(key, { iss: 'https://evil.example' })],
    ['no issuer', () => sign(key, { iss: undefined } as never)],
    ['another audience', () => sign(key, { aud: 'payroll' })],
    ['no audience', () => sign(key, { aud: undefined } as never)],
    ['no end', () => sign(key, { exp: undefined } as never)],
    ['an end in words', () => sign(key, { exp: 'tomorrow' } as never)],
    ['a beginning to come', () => sign(key, { nbf: nowSeconds() + 300 })],
    ['no subject', () => sign(key, { sub: undefined } as never)],
    ['a subject that looks like two', () => sign(key, { sub: 'payroll for jane' })],
    [
      'claims of another token',
      async () => {
        const [head, , signature] = (await sign(key)).split('.');
        const [, claims] = (await sign(key, { scope: 'attendance.admin' })).split('.');
        return `${head}.${claims}.${signature}`;
      },
    ],
    ['more characters than a token may have', () => 'x'.repeat(8200)],
    ['characters that no token has', () => 'a"b'],
    ['two tokens', async () => `${await sign(key)}, Bearer ${await sign(key)}`],
    ['nothing', () => ''],
  ];
  for (const [what, token] of wrong) {
    it(`with ${what} are refused, alike on every protocol`, async () => {
      const outcome = await onAllProtocols(`Bearer ${await token()}`);
      expect(outcome).to.deep.include({ code: Code.Unauthenticated, reason: 'TOKEN_INVALID' });
    });
  }

  it('of another scheme are refused', async () => {
    const outcome = await onAllProtocols('Basic YW5uOnNlY3JldA==');
    expect(outcome).to.deep.include({ code: Code.Unauthenticated, reason: 'TOKEN_INVALID' });
  });

  it('are asked for', async () => {
    expect(await onAllProtocols(undefined)).to.deep.include({
      code: Code.Unauthenticated,
      reason: 'TOKEN_MISSING',
    });
  });

  it('that have expired are told so, only to who had a good one', async () => {
    const past = { exp: nowSeconds() - 60 };
    const good = await onAllProtocols(`Bearer ${await sign(key, past)}`);
    expect(good).to.deep.include({ code: Code.Unauthenticated, reason: 'TOKEN_EXPIRED' });
    const bad = await onAllProtocols(`Bearer ${await sign(stranger, past)}`);
    expect(bad).to.deep.include({ code: Code.Unauthenticated, reason: 'TOKEN_INVALID' });
  });

  it('without a scope are refused everything', async () => {
    const outcome = await onAllProtocols(`Bearer ${await sign(key, { scope: 'openid' })}`);
    expect(outcome).to.deep.include({ code: Code.PermissionDenied, reason: 'SCOPE_REQUIRED' });
  });

  it('are answered 401 over plain HTTP, with what to send', async () => {
    const response = await fetch(`${running.baseUrl}${GET}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(REQUEST),
    });
    expect(response.status).to.equal(401);
    expect(response.headers.get('www-authenticate')).to.equal('Bearer');
  });

  it('never come into the log, and what was wrong does', () => {
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const reasons = lines.filter(({ failure }) => failure === 'TOKEN_INVALID');
    expect(reasons.length).to.be.above(0);
    for (const { reason } of reasons) expect(reason).to.match(/^token: ./);
    expect(text).to.not.include('eyJ');
  });

  it('end a stream when they do', async () => {
    const clock = createClient(ClockService, createGrpcTransport(running));
    const exp = nowSeconds() - 29;
    const token = await sign(key, { scope: 'attendance.punch', exp });
    const gone = new AbortController();
    async function* log() {
      yield { punches: [] };
      await once(gone.signal, 'abort');
    }
    const failure = await clock
      .importPunches(log(), { ...bearer(token), timeoutMs: 20_000 })
      .then(() => expect.fail('it was answered'), told);
    gone.abort();
    expect(failure).to.deep.include({ code: Code.Unauthenticated, reason: 'TOKEN_EXPIRED' });
  });
});

describe('an issuer whose keys cannot be fetched', () => {
  it('holds no start up; calls are told to come again', async () => {
    const database = await createTestDatabase();
    const running = await startTestService({
      databaseUrl: database.url,
      env: {
        AUTH: 'jwt',
        JWKS_URL: 'http://127.0.0.1:1/keys',
        JWT_ISSUER: 'https://login.example',
        JWT_AUDIENCE: 'attendance',
      },
    });
    expect((await fetch(`${running.baseUrl}/readyz`)).status).to.equal(200);
    const headers = { authorization: `Bearer ${await sign(signingKey('any'))}` };
    expect(await outcomeOf(createGrpcTransport(running), headers)).to.deep.include({
      code: Code.Unavailable,
      reason: 'TOKEN_KEYS_UNAVAILABLE',
    });
    await running.stop();
    await database.drop();
  });
});

describe('static keys', () => {
  let database: TestDatabase;
  let keys: KeysFile;
  let running: TestService;
  let lines: Record<string, unknown>[];
  let transport: Transport;
  const SCOPES = ['read', 'write', 'admin', 'act'].map((name) => `attendance.${name}`);
  const ALL = { caller: 'payroll', scopes: SCOPES };

  before(async () => {
    database = await createTestDatabase();
    lines = [];
    keys = new KeysFile(
      ALL,
      { caller: 'reader', scopes: ['attendance.read'] },
      { caller: 'past', scopes: SCOPES, expires: '2026-01-01T00:00:00Z' },
    );
    running = await startTestService({
      databaseUrl: database.url,
      env: { AUTH: 'keys', AUTH_KEYS_FILE: keys.path },
      onLog: (line) => lines.push(line),
    });
    transport = createGrpcTransport(running);
    const roster = createClient(RosterService, transport);
    await roster.createEmployee({ employee: { employeeId: 'ann' } }, bearer('payroll-key'));
  });

  after(async () => {
    await running?.stop();
    keys?.remove();
    await database?.drop();
  });

  const reasonWith = async (headers: Record<string, string>) => {
    const outcome = await outcomeOf(transport, headers);
    return outcome === 'ANSWERED' ? outcome : outcome.reason;
  };
  const reasonOf = (key: string) => reasonWith(bearer(key).headers);

  it('are no digests, and end when they are told to', async () => {
    const { keys: entries } = JSON.parse(keysText([ALL])) as { keys: { sha256: string }[] };
    expect(await reasonOf('payroll-key')).to.equal('ANSWERED');
    expect(await reasonOf(entries[0]?.sha256 ?? '')).to.equal('TOKEN_INVALID');
    expect(await reasonOf('past-key')).to.equal('TOKEN_EXPIRED');
  });

  const body = JSON.stringify(REQUEST);
  const overHttp1 = async (lines: readonly string[]) => {
    const { socket, until, text } = await dial(running.service.port);
    socket.write(
      `POST ${GET} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\n${lines.map((line) => `authorization: ${line}\r\n`).join('')}\r\n${body}`,
    );
    await until('}');
    socket.destroy();
    return text();
  };
  const overHttp2 = async (lines: readonly string[]) => {
    const connection = await dialHttp2(running.service.port);
    const authorization = lines.map((line) => ['authorization', line] as const);
    connection.send(
      post(1, GET, [['content-type', 'application/json'], ...authorization]),
      frame(TYPE.DATA, END_STREAM, 1, Buffer.from(body)),
    );
    const answer = await connection.until(
      ({ type, payload }) => type === TYPE.DATA && payload.length > 0,
    );
    connection.socket.destroy();
    return answer.payload.toString();
  };
  for (const [protocol, send] of [
    ['HTTP/1.1', overHttp1],
    ['HTTP/2', overHttp2],
  ] as const) {
    it(`in two headers: the first counts, over ${protocol}`, async () => {
      expect(await send(['Bearer payroll-key', 'Bearer garbage'])).to.include('"attendance"');
      expect(await send(['Bearer garbage', 'Bearer payroll-key'])).to.include('TOKEN_INVALID');
      expect(await send(['', 'Bearer payroll-key'])).to.include('TOKEN_MISSING');
    });
  }

  it('come and go with their file, and a broken file changes nothing', async () => {
    keys.write(keysText([ALL, { ...ALL, key: 'second-key' }]));
    const until = (key: string, reason: string) =>
      waitUntil(`${key}: ${reason}`, async () => (await reasonOf(key)) === reason);
    await until('second-key', 'ANSWERED');
    expect(await reasonOf('payroll-key')).to.equal('ANSWERED');
    const broken = () => lines.filter(({ msg }) => String(msg).includes('AUTH_KEYS_FILE'));
    keys.write('{"keys": [{"caller": "payroll"}]}');
    await waitUntil('the broken file is told', () => broken().length === 1);
    expect(String(broken()[0]?.reason)).to.include(
      'keys[0] (payroll): must have either sha256 or certificate',
    );
    expect(await reasonOf('second-key')).to.equal('ANSWERED');
    keys.write(keysText([{ ...ALL, key: 'second-key' }]));
    await until('payroll-key', 'TOKEN_INVALID');
    expect(await reasonOf('second-key')).to.equal('ANSWERED');
    keys.write(keysText([ALL, { caller: 'reader', scopes: ['attendance.read'] }]));
    await until('payroll-key', 'ANSWERED');
  });

  it('stay in force while something else than a file is at their path', async () => {
    const logged = () => lines.filter(({ msg }) => String(msg).includes('AUTH_KEYS_FILE')).length;
    for (const put of [
      (path: string) => execFileSync('mkfifo', [path]),
      (path: string) => mkdirSync(path),
    ]) {
      const before = logged();
      rmSync(keys.path);
      put(keys.path);
      await waitUntil('the odd file is told', () => logged() > before);
      expect(await reasonOf('payroll-key')).to.equal('ANSWERED');
      rmSync(keys.path, { recursive: true });
      keys.write(keysText([ALL]));
    }
    keys.write(keysText([ALL, { caller: 'late', scopes: ['attendance.read'] }]));
    await waitUntil(
      'the file is read again',
      async () => (await reasonOf('late-key')) === 'ANSWERED',
    );
    keys.write(keysText([ALL, { caller: 'reader', scopes: ['attendance.read'] }]));
    await waitUntil('the key is gone', async () => (await reasonOf('late-key')) !== 'ANSWERED');
  });

  const acting = (actor: string, key = 'payroll-key') => ({
    headers: { ...bearer(key).headers, 'x-attendance-actor': actor },
  });

  it('record who acts for whom, with days, punches and the roster', async () => {
    const [days, clock, roster] = [
      createClient(AttendanceService, transport),
      createClient(ClockService, transport),
      createClient(RosterService, transport),
    ];
    const reader = bearer('reader-key');
    const punch = { employeeId: 'ann', time: { seconds: 1_772_438_400n } };
    await days.markAttendance({ employeeId: 'ann', date: DAY, status: 1 }, acting('jane'));
    await clock.recordPunches({ punches: [punch] }, acting('Jane Doe'));
    await roster.updateEmployee(
      { employee: { employeeId: 'ann', groupId: 'g' }, updateMask: { paths: ['group_id'] } },
      bearer('payroll-key'),
    );
    const { revisions } = await days.listAttendanceRevisions(
      { employeeId: 'ann', date: DAY },
      reader,
    );
    expect(revisions[0]?.actor).to.equal('payroll for jane');
    const { punches } = await clock.listPunches({ employeeId: 'ann' }, reader);
    expect(punches.map(({ actor }) => actor)).to.deep.equal(['payroll for Jane Doe']);
    const { rosterChanges } = await roster.listRosterChanges({}, reader);
    expect(rosterChanges[0]?.actor).to.equal('payroll');
  });

  const names: readonly [what: string, name: string, reason: string][] = [
    ['a name', 'jane.doe+x@example.com', 'ANSWERED'],
    ['a name of 128 characters', 'x'.repeat(128), 'ANSWERED'],
    ['a name that is longer', 'x'.repeat(129), 'INVALID_FIELD'],
    ['two names', 'jane, bob', 'INVALID_FIELD'],
    ['no name', '', 'INVALID_FIELD'],
    ['a name with a tabulator', 'jane\tdoe', 'INVALID_FIELD'],
    ['a name with letters that headers do not have', 'zo\u00eb', 'INVALID_FIELD'],
  ];
  for (const [what, name, reason] of names) {
    it(`${reason === 'ANSWERED' ? 'may' : 'may not'} act for ${what}`, async () => {
      expect(await reasonWith(acting(name).headers)).to.equal(reason);
    });
  }

  const MARK = '/attendance.v1.AttendanceService/MarkAttendance';

  describe('of a request that has not arrived yet', () => {
    const ended: readonly [key: string, path: string, reason: string][] = [
      ['garbage', GET, 'TOKEN_INVALID'],
      ['', GET, 'TOKEN_MISSING'],
      ['reader-key', MARK, 'SCOPE_REQUIRED'],
    ];
    for (const [key, path, reason] of ended) {
      it(`are looked at first: ${reason}, without waiting for the rest`, async () => {
        const header = key === '' ? '' : `Bearer ${key}`;
        const http2 = await dialHttp2(running.service.port);
        const asked = { 'content-type': 'application/json', authorization: header };
        http2.send(post(1, path, asked));
        const told = await http2.until(
          ({ type, payload }) => type === TYPE.DATA && payload.length > 0,
        );
        expect(told.payload.toString()).to.include(reason);
        http2.socket.destroy();
        const http1 = await dial(running.service.port);
        const lines = [
          'Host: localhost',
          'Content-Type: application/json',
          'Content-Length: 2000000',
        ];
        const sent = [`POST ${path} HTTP/1.1`, ...lines, `Authorization: ${header}`, '', '{'];
        http1.socket.write(sent.join('\r\n'));
        await http1.until(reason);
        http1.socket.destroy();
      });
    }

    it('let the request come if they are good', async () => {
      const http2 = await dialHttp2(running.service.port);
      const type = { 'content-type': 'application/json' };
      http2.send(post(1, GET, { ...type, authorization: 'Bearer reader-key' }));
      // Another call on the connection, so that the first one is known to have waited.
      http2.send(
        post(3, GET, { ...type, authorization: 'Bearer garbage' }),
        frame(TYPE.DATA, END_STREAM, 3, Buffer.from('{}')),
      );
      await http2.until((one) => one.type === TYPE.DATA && one.stream === 3);
      http2.send(frame(TYPE.DATA, END_STREAM, 1, Buffer.from(JSON.stringify(REQUEST))));
      const told = await http2.until((one) => one.type === TYPE.DATA && one.stream === 1);
      expect(told.payload.toString()).to.include('"attendance"');
      http2.socket.destroy();
    });
  });

  it('act for nobody without the scope', async () => {
    expect(await reasonWith(acting('jane', 'reader-key').headers)).to.equal('SCOPE_REQUIRED');
  });
});

describe('callers who are not authenticated', () => {
  it('act for nobody: what anybody can make up is not recorded', async () => {
    const database = await createTestDatabase();
    const running = await startTestService({ databaseUrl: database.url });
    const headers = { 'x-attendance-actor': 'jane', authorization: 'Bearer anything' };
    const mark = { employeeId: 'ann', employeeName: 'Ann', date: DAY, status: 1 };
    await running.client.markAttendance(mark, { headers });
    const { revisions } = await running.client.listAttendanceRevisions(REQUEST);
    expect(revisions.map(({ actor }) => actor)).to.deep.equal(['anonymous']);
    await running.stop();
    await database.drop();
  });
});
