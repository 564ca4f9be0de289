// Tokens and their keys: what a good one comes to, and that keys are fetched when they must be and
// no more often. The keys come over HTTP from a server of the test; the clock is the test's.

import { expect } from 'chai';
import type { JWTPayload } from 'jose';
import { COOLDOWN_MS, JwksKeys } from '../../src/auth/jwks-keys.js';
import { parsePublicKeys } from '../../src/auth/public-keys.js';
import { TokenAuthenticator } from '../../src/auth/token-authenticator.js';
import { AttendanceError } from '../../src/domain/facts/errors.js';
import type { Caller } from '../../src/rpc/edge/caller.js';
import {
  AUDIENCE,
  ISSUER,
  JwksServer,
  jwkOf,
  nowSeconds,
  pemOf,
  type SigningKey,
  sign,
  signingKey,
} from '../support/issuer.js';
import { waitUntil } from '../support/wait-until.js';

const OPTIONS = { issuer: ISSUER, audience: AUDIENCE, employeeClaim: 'sub' };
const MINUTES = 60_000;

const headersOf = (token: string) => new Headers({ authorization: `Bearer ${token}` });

/** The caller, or the kind of the failure. */
async function callerOf(
  authenticator: TokenAuthenticator,
  token: string,
): Promise<Caller | string> {
  try {
    return await authenticator.authenticate(headersOf(token));
  } catch (error) {
    return error instanceof AttendanceError ? error.failure.kind : String(error);
  }
}

async function nameOf(authenticator: TokenAuthenticator, token: string): Promise<string> {
  const caller = await callerOf(authenticator, token);
  return typeof caller === 'string' ? caller : caller.name;
}

function withPem(...keys: readonly SigningKey[]): TokenAuthenticator {
  const parsed = parsePublicKeys(keys.map(pemOf).join(''));
  if ('problem' in parsed) return expect.fail(parsed.problem);
  return new TokenAuthenticator({ ...OPTIONS, keys: parsed });
}

const EC = signingKey('ec');

describe('the claims of a token', () => {
  const cases: readonly [what: string, claims: JWTPayload, part: Partial<Caller>][] = [
    [
      'a scope of OAuth',
      { scope: 'a attendance.read b' },
      { scopes: new Set(['attendance.read']) },
    ],
    [
      'scp as a text',
      { scope: undefined, scp: 'attendance.act' },
      { scopes: new Set(['attendance.act']) },
    ],
    [
      'scp as a list',
      { scope: undefined, scp: ['attendance.act'] },
      { scopes: new Set(['attendance.act']) },
    ],
    [
      'scopes as a list',
      { scopes: ['attendance.write', 7] },
      { scopes: new Set(['attendance.read', 'attendance.write']) },
    ],
    ['no scope', { scope: undefined }, { scopes: new Set() }],
    ['scopes of another form', { scope: { 'attendance.read': true } }, { scopes: new Set() }],
    ['a scope in capitals', { scope: 'ATTENDANCE.READ' }, { scopes: new Set() }],
    ['groups', { attendance_groups: ['kitchen', 7, ''] }, { groups: new Set(['kitchen']) }],
    ['groups of another form', { attendance_groups: { kitchen: 1 } }, { groups: new Set() }],
    ['a subject that is an employee', { sub: '007' }, { name: '007', employeeId: '007' as never }],
    ['a subject that is none', { sub: 'auth0|abc' }, { name: 'auth0|abc', employeeId: undefined }],
  ];
  for (const [what, claims, part] of cases) {
    it(`with ${what}`, async () => {
      expect(await callerOf(withPem(EC), await sign(EC, claims))).to.deep.include(part);
    });
  }

  it('name the employee in another claim', async () => {
    const keys = parsePublicKeys(pemOf(EC));
    if ('problem' in keys) return expect.fail(keys.problem);
    const authenticator = new TokenAuthenticator({ ...OPTIONS, employeeClaim: 'staff', keys });
    expect(await callerOf(authenticator, await sign(EC, { staff: '8' }))).to.deep.include({
      name: 'payroll',
      employeeId: '8',
    });
    for (const staff of [undefined, 8, 'a b', ['8']]) {
      const caller = await callerOf(authenticator, await sign(EC, { staff }));
      expect(caller).to.deep.include({ employeeId: undefined });
    }
  });

  for (const sub of [
    undefined,
    '',
    'anonymous',
    'rebuild',
    'jane doe',
    'payroll for jane',
    'a\u0000b',
    'zoë',
    'x'.repeat(129),
  ]) {
    it(`with the subject ${JSON.stringify(sub)?.slice(0, 30)} are refused`, async () => {
      expect(await callerOf(withPem(EC), await sign(EC, { sub } as JWTPayload))).to.equal(
        'TOKEN_INVALID',
      );
    });
  }

  it('end 30 s later than they say, as clocks differ', async () => {
    const exp = nowSeconds() - 20;
    expect(await callerOf(withPem(EC), await sign(EC, { exp }))).to.deep.include({
      expiresAtMs: (exp + 30) * 1000,
    });
    const past = await sign(EC, { exp: nowSeconds() - 31 });
    expect(await callerOf(withPem(EC), past)).to.equal('TOKEN_EXPIRED');
  });
});

describe('a token', () => {
  for (const alg of ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']) {
    it(`may be signed with ${alg}, and its key be one of several`, async () => {
      const key = signingKey('k', alg);
      const token = await sign(key);
      expect(await nameOf(withPem(key), token)).to.equal('payroll');
      expect(await nameOf(withPem(EC, signingKey('ed', 'EdDSA'), key), token)).to.equal('payroll');
      const others = withPem(EC, signingKey('k', alg), signingKey('ed', 'EdDSA'));
      expect(await nameOf(others, token)).to.equal('TOKEN_INVALID');
    });
  }

  it('is checked once, and then known without waiting', async () => {
    const authenticator = withPem(EC);
    const token = await sign(EC);
    const first = authenticator.authenticate(headersOf(token));
    expect(first).to.be.instanceOf(Promise);
    expect(authenticator.authenticate(headersOf(token))).to.be.instanceOf(Promise);
    const caller = await first;
    expect(authenticator.authenticate(headersOf(token))).to.equal(caller);
    authenticator.forget();
    expect(authenticator.authenticate(headersOf(token))).to.be.instanceOf(Promise);
  });

  it('is not remembered if the keys change while it is checked', async () => {
    const authenticator = withPem(EC);
    const token = await sign(EC);
    const checked = authenticator.authenticate(headersOf(token));
    authenticator.forget();
    expect((await checked).name).to.equal('payroll');
    expect(authenticator.authenticate(headersOf(token))).to.be.instanceOf(Promise);
  });

  it('is not looked at if it is too long, however good', async () => {
    const authenticator = withPem(EC);
    const token = await sign(EC, { more: 'x'.repeat(6000) });
    expect(token.length).to.be.above(8192);
    expect(await nameOf(authenticator, token)).to.equal('TOKEN_INVALID');
    const shorter = await sign(EC, { more: 'x'.repeat(5000) });
    expect(await nameOf(authenticator, shorter)).to.equal('payroll');
  });

  it('is not remembered after its end', async () => {
    const authenticator = withPem(EC);
    const token = await sign(EC, { exp: nowSeconds() - 29 });
    expect(await nameOf(authenticator, token)).to.equal('payroll');
    await waitUntil(
      'the token has expired',
      async () => (await nameOf(authenticator, token)) === 'TOKEN_EXPIRED',
    );
  });
});

describe('the keys in PEM', () => {
  const bad: readonly [what: string, pem: string, says: RegExp][] = [
    ['no key', '', /1 to 10 public keys/],
    ['a text', 'secret', /1 to 10 public keys/],
    [
      'a private key',
      String(EC.privateKey.export({ type: 'pkcs8', format: 'pem' })),
      /private key/,
    ],
    ['garbage in PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', /RSA of 2048/],
    ['too many', pemOf(EC).repeat(11), /1 to 10 public keys/],
  ];
  for (const [what, pem, says] of bad) {
    it(`are not ${what}`, () => {
      const parsed = parsePublicKeys(pem);
      expect('problem' in parsed ? parsed.problem : '').to.match(says);
    });
  }

  it('may have their line ends written out, as in a file of settings', () => {
    expect(parsePublicKeys(pemOf(EC).replaceAll('\n', '\\n'))).to.have.length(1);
  });
});

describe('the keys of a JWKS', () => {
  let server: JwksServer;
  let now: number;
  let lines: string[];
  let authenticator: TokenAuthenticator;
  const first = signingKey('first');
  const second = signingKey('second', 'EdDSA');

  beforeEach(async () => {
    server = new JwksServer(first);
    begin(await server.start());
  });

  afterEach(() => server.stop());

  function begin(url: string): void {
    now = 0;
    lines = [];
    const log = {
      info: (_fields: object, message: string) => lines.push(message),
      warn: (fields: object) => lines.push(JSON.stringify(fields)),
      error: () => {},
    };
    const onChange = () => authenticator.forget();
    const keys = new JwksKeys({ url, log, onChange, clock: () => now });
    authenticator = new TokenAuthenticator({ ...OPTIONS, keys });
  }

  it('are fetched once for many calls at once', async () => {
    const token = await sign(first);
    const names = await Promise.all(Array.from({ length: 20 }, () => nameOf(authenticator, token)));
    expect(new Set(names)).to.deep.equal(new Set(['payroll']));
    expect(server.asked).to.equal(1);
  });

  it('are fetched again for a key that is new, once per cooldown', async () => {
    const old = await sign(first);
    expect(await nameOf(authenticator, old)).to.equal('payroll');
    server.keys = [second];
    const token = await sign(second);
    expect(await nameOf(authenticator, token), 'so soon').to.equal('TOKEN_INVALID');
    now += COOLDOWN_MS;
    expect(await nameOf(authenticator, token), 'later').to.equal('payroll');
    expect(server.asked).to.equal(2);
    expect(await nameOf(authenticator, old), 'of a key that is gone').to.equal('TOKEN_INVALID');
  });

  it('are not fetched for a flood of key ids that there are not', async () => {
    expect(await nameOf(authenticator, await sign(first))).to.equal('payroll');
    for (let minute = 0; minute < 3; minute += 1) {
      now += COOLDOWN_MS;
      const flood = Array.from({ length: 50 }, async (_, index) =>
        nameOf(authenticator, await sign({ ...second, kid: `made-up-${index}` })),
      );
      expect(new Set(await Promise.all(flood))).to.deep.equal(new Set(['TOKEN_INVALID']));
    }
    expect(server.asked).to.equal(4);
    expect(await nameOf(authenticator, await sign(first))).to.equal('payroll');
  });

  it('are fetched again after a while, without a call that waits; one that is gone is forgotten', async () => {
    const token = await sign(first);
    expect(await nameOf(authenticator, token)).to.equal('payroll');
    server.keys = [second];
    now += 6 * MINUTES;
    // Another token of the key: the first one is remembered.
    expect(await nameOf(authenticator, await sign(first, { jti: '2' }))).to.equal('payroll');
    await waitUntil('the set is fetched', () => lines.length === 2);
    expect(await nameOf(authenticator, token)).to.equal('TOKEN_INVALID');
  });

  it('stay in force while the set cannot be fetched', async () => {
    expect(await nameOf(authenticator, await sign(first))).to.equal('payroll');
    server.stop();
    for (let time = 0; time < 5; time += 1) {
      now += 6 * MINUTES;
      const token = await sign(first, { jti: String(time) });
      expect(await nameOf(authenticator, token)).to.equal('payroll');
      await waitUntil('the failure is logged', () => lines.length === 2 + time);
    }
    expect(lines[1]).to.include('127.0.0.1').and.include('reason');
    const unknown = await sign(second);
    expect(await nameOf(authenticator, unknown)).to.equal('TOKEN_KEYS_UNAVAILABLE');
  });

  it('are known beside entries that are none', async () => {
    const token = await sign(second);
    server.answer = {
      status: 200,
      body: JSON.stringify({ keys: [null, 5, 'x', {}, jwkOf(second)] }),
    };
    expect(await nameOf(authenticator, token)).to.equal('payroll');
  });

  it('are fetched by a URL that no log has', async () => {
    const secret = 'http://u:secret@127.0.0.1:1/keys';
    begin(secret);
    expect(await nameOf(authenticator, await sign(first))).to.equal('TOKEN_KEYS_UNAVAILABLE');
    expect(lines.join()).to.include('reason').and.not.include('secret');
  });

  it('may come later than the service', async () => {
    server.stop();
    const token = await sign(first);
    expect(await nameOf(authenticator, token)).to.equal('TOKEN_KEYS_UNAVAILABLE');
    expect(await nameOf(authenticator, token)).to.equal('TOKEN_KEYS_UNAVAILABLE');
    expect(lines).to.have.length(1);
    server = new JwksServer(first);
    const url = await server.start();
    begin(url);
    expect(await nameOf(authenticator, token)).to.equal('payroll');
  });

  it('are for the algorithms of the service, whatever else an issuer has', async () => {
    const other = signingKey('other', 'ES512');
    server.keys = [first, other];
    expect(await nameOf(authenticator, await sign(other))).to.equal('TOKEN_INVALID');
    expect(await nameOf(authenticator, await sign(first))).to.equal('payroll');
  });

  const good = { ...first.publicKey.export({ format: 'jwk' }), kid: 'first' };
  const broken: readonly [what: string, status: number, body: string][] = [
    ['an error', 500, '{"keys": []}'],
    ['nothing', 204, ''],
    ['a page', 200, '<html>'],
    ['another thing', 200, '{"key": 1}'],
    ['null', 200, 'null'],
    ['no keys', 200, '{"keys": []}'],
    ['an endless answer', 200, JSON.stringify({ keys: [good], x: 'x'.repeat(300_000) })],
    ['too many keys', 200, JSON.stringify({ keys: [good, ...new Array(100).fill({ kty: 'EC' })] })],
    ['a key that is none', 200, '{"keys": [7]}'],
  ];
  for (const [what, status, body] of broken) {
    it(`are not taken from ${what}, and come later`, async () => {
      const token = await sign(first);
      server.answer = { status, body };
      expect(await nameOf(authenticator, token)).to.equal('TOKEN_KEYS_UNAVAILABLE');
      server.answer = undefined;
      now += COOLDOWN_MS;
      expect(await nameOf(authenticator, token)).to.equal('payroll');
    });
  }

  it('are not secrets', async () => {
    const keys = [{ kty: 'oct', k: 'c2VjcmV0', kid: 'first' }];
    server.answer = { status: 200, body: JSON.stringify({ keys }) };
    expect(await nameOf(authenticator, await sign(first))).to.equal('TOKEN_INVALID');
  });

  it('are not taken from where a redirect leads', async () => {
    const other = new JwksServer(second);
    const location = await other.start();
    server.answer = { status: 302, body: '', location };
    expect(await nameOf(authenticator, await sign(second))).to.equal('TOKEN_KEYS_UNAVAILABLE');
    expect(other.asked).to.equal(0);
    other.stop();
  });
});
