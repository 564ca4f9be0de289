// Keys and tokens as operators make them, and the service that they open.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { parseKeysFile } from '../../src/auth/keys-file.js';
import { parsePublicKeys } from '../../src/auth/public-keys.js';
import { TokenAuthenticator } from '../../src/auth/token-authenticator.js';
import { runProgram } from '../../src/cli/commands/program.js';
import { SCOPES as TYPED_SCOPES } from '../../src/cli/tokens/new-key.js';
import { SCOPES } from '../../src/rpc/edge/caller.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';

describe('attendance token', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'attendance-tokens-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function ran(args: readonly string[], env: Record<string, string> = {}) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const onInterrupt = () => () => undefined;
    const stdin = Readable.from([]);
    const code = await runProgram(args, { env, stdin, stdout, stderr, onInterrupt });
    return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
  }

  async function json(...args: readonly string[]): Promise<Record<string, string>> {
    const { code, out, err } = await ran(['--json', 'token', ...args]);
    expect([code, err.match(/error.*/)?.[0]]).to.deep.equal([0, undefined]);
    return JSON.parse(out) as Record<string, string>;
  }

  it('knows the scopes of the service', () => {
    expect(TYPED_SCOPES).to.have.members(SCOPES);
  });

  it('makes keys and the file that the service takes', async () => {
    const all = TYPED_SCOPES.flatMap((scope) => ['--scope', scope]);
    const rights = [...all, '--group', 'kitchen', '--employee', '007'];
    const file = at('made.json');
    await json('key', 'one', ...rights, '--expires', '2027-01-31T00:00Z', '--add-to', file);
    const { key = '' } = await json('key', 'two', '--scope', 'read', '--add-to', file);
    const text = readFileSync(file, 'utf8');
    expect([...parseKeysFile(text).values()].map(({ name }) => name)).to.deep.equal(['one', 'two']);
    expect(key).to.match(/^att_[\w-]{43}$/);
    expect(text).to.not.include(key);
    expect(statSync(file).mode & 0o007, 'others do not read it').to.equal(0);
  });

  const wrong: readonly [what: string, args: readonly string[], says: RegExp][] = [
    ['no scope', ['key', 'a'], /--scope/],
    ['a scope that there is not', ['key', 'a', '--scope', 'all'], /one of read, write/],
    ['a caller with spaces', ['key', 'a b', '--scope', 'read'], /without spaces/],
    ['a caller as the service itself', ['key', 'anonymous', '--scope', 'read'], /service's own/],
    ['a caller as its upkeep', ['key', 'rebuild', '--scope', 'read'], /service's own/],
    ['a caller as its migration', ['key', 'legacy-import', '--scope', 'read'], /service's own/],
    ['manage of no group', ['key', 'a', '--scope', 'manage'], /needs --group/],
    ['self of nobody', ['key', 'a', '--scope', 'self'], /needs --employee/],
    ['an end that is a date', ['key', 'a', '--scope', 'read', '--expires', '2027-01-31'], /in UTC/],
    [
      'a token for another employee than its subject',
      [
        ...['sign', '007', '--private', 'x', '--issuer', 'i', '--audience', 'a'],
        ...['--scope', 'self', '--employee', '008'],
      ],
      /--employee-claim/,
    ],
  ];
  for (const [what, args, says] of wrong) {
    it(`refuses ${what}`, async () => {
      const { code, err } = await ran(['token', ...args]);
      expect(code).to.equal(2);
      expect(err).to.match(says);
    });
  }

  it('adds to no file of something else', async () => {
    writeFileSync(at('other.json'), '[]');
    const args = ['token', 'key', 'a', '--scope', 'read', '--add-to', at('other.json')];
    const { code, err } = await ran(args);
    expect([code, err]).to.deep.equal([
      1,
      `${at('other.json')} is no file of keys: it must be {"keys": [...]}.\n`,
    ]);
    expect(readFileSync(at('other.json'), 'utf8')).to.equal('[]');
  });

  it('makes a pair that is never written over, and signs what the service takes', async () => {
    const pair = await json('pair', at('dev.pem'));
    expect(statSync(at('dev.pem')).mode & 0o777).to.equal(0o600);
    expect((await ran(['token', 'pair', at('dev.pem')])).err).to.include('give another name');
    const keys = parsePublicKeys(readFileSync(pair.public ?? '', 'utf8'));
    if ('problem' in keys) return expect.fail(keys.problem);
    const options = { issuer: 'dev', audience: 'here', employeeClaim: 'staff', keys };
    const authenticator = new TokenAuthenticator(options);
    const { token } = await json(
      ...['sign', 'app', '--private', at('dev.pem'), '--issuer', 'dev', '--audience', 'here'],
      ...['--scope', 'self', '--scope', 'manage', '--group', 'kitchen'],
      ...['--employee', '007', '--employee-claim', 'staff'],
    );
    const headers = new Headers({ authorization: `Bearer ${token}` });
    expect(await authenticator.authenticate(headers)).to.deep.include({
      name: 'app',
      employeeId: '007',
      groups: new Set(['kitchen']),
      scopes: new Set(['attendance.self', 'attendance.manage']),
    });
  });

  describe('opens the service', () => {
    let database: TestDatabase;
    let running: TestService;
    let call: readonly string[];
    let key: string;

    before(async () => {
      const rights = ['--scope', 'read', '--scope', 'write', '--scope', 'admin'];
      key = (await json('key', 'ops', ...rights, '--add-to', at('keys.json'))).key ?? '';
      database = await createTestDatabase();
      const env = { AUTH: 'keys', AUTH_KEYS_FILE: at('keys.json') };
      running = await startTestService({ databaseUrl: database.url, env });
      const { host, port } = running.service;
      call = [
        '--address',
        `${host}:${port}`,
        'mark',
        '007',
        '2026-03-02',
        'present',
        '--name',
        'Mia',
      ];
    });
    after(async () => {
      await running?.stop();
      await database?.drop();
    });

    it('with a token from the environment or a file', async () => {
      writeFileSync(at('token'), `${key}\n`);
      expect((await ran(call, { ATTENDANCE_TOKEN: key })).code).to.equal(0);
      expect((await ran([...call, '--token-file', at('token')])).code).to.equal(0);
    });

    it('and says what is missing', async () => {
      const { code, err } = await ran(call);
      expect(code).to.equal(1);
      expect(err).to.include('TOKEN_MISSING').and.include('--token-file');
      const absent = await ran([...call, '--token-file', at('absent')]);
      expect(absent.err).to.include('given as --token-file: there is no such file');
      writeFileSync(at('empty'), '');
      const empty = await ran([...call, '--token-file', at('empty')]);
      expect(empty.err).to.include('holds no token');
    });
  });
});
