import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findZone } from '../../src/domain/time/zone.js';
import { ConfigError, readConfig } from '../../src/process/config.js';
import { temporaryFolder } from '../tooling/repository.js';

/** The problems of an environment, or none. */
function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const KEYS = { AUTH: 'keys', AUTH_KEYS_FILE: '/etc/keys.json' };
const JWT = {
  AUTH: 'jwt',
  JWKS_URL: 'https://login.example/keys',
  JWT_ISSUER: 'https://login.example',
  JWT_AUDIENCE: 'attendance',
};

describe('the configuration', () => {
  it('has defaults for everything', () => {
    expect(readConfig({})).to.deep.equal({
      host: '127.0.0.1',
      port: 8080,
      auth: { kind: 'off' },
      databaseUrl: undefined,
      dataDir: undefined,
      migrate: true,
      redisUrl: undefined,
      defaultZone: findZone('UTC'),
      requireKnownEmployees: false,
      clockLimits: { employedOnly: true, maxAgeDays: 31, skewAfterDays: 366 },
      tls: undefined,
      corsOrigins: [],
      corsHeaders: [],
      allowedHosts: [],
      workers: 1,
      drainDelayMs: 0,
      connectionAgeMs: Number.POSITIVE_INFINITY,
      logLevel: 'info',
      buildCommit: '',
      callLog: { calls: 'sampled', employees: 'hash', slowMs: 1000 },
    });
    expect(readConfig({ CALL_LOG: 'off' }).callLog).to.equal(undefined);
  });

  it('gives the load balancers of Kubernetes time', () => {
    const kubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    expect(readConfig(kubernetes).drainDelayMs).to.equal(5_000);
    expect(readConfig({ ...kubernetes, DRAIN_DELAY_SECONDS: '0' }).drainDelayMs).to.equal(0);
  });

  it('takes an empty variable as not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ', WORKERS: '' }).port).to.equal(8080);
  });

  it('reads a secret from its file, without the end of its line', () => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'url');
    writeFileSync(file, 'postgres://u:p@h/d\n');
    expect(readConfig({ DATABASE_URL_FILE: file }).databaseUrl).to.equal('postgres://u:p@h/d');
    writeFileSync(file, 'a secret that is no URL');
    expect(problemsOf({ DATABASE_URL_FILE: file }).join()).to.not.include('a secret');
    writeFileSync(file, ' ');
    expect(problemsOf({ DATABASE_URL_FILE: file }).join()).to.include('DATABASE_URL_FILE');
    folder.remove();
  });

  const good: readonly [name: string, env: Record<string, string>][] = [
    ['a free port', { PORT: '0' }],
    ['IPv6 loopback', { HOST: '::1' }],
    ['all of 127', { HOST: '127.8.9.1' }],
    ['anywhere, said aloud', { HOST: '0.0.0.0', AUTH_OFF_ANYWHERE: 'yes' }],
    ['both schemes of PostgreSQL', { DATABASE_URL: 'postgresql://u:p@h:1/d?sslmode=require' }],
    ['Redis over TLS', { REDIS_URL: 'rediss://:p@h:6380/2' }],
    ['any origin of callers who are known', { CORS_ORIGINS: '*', ...JWT }],
    ['anywhere for callers who are known', { HOST: '0.0.0.0', ...JWT }],
    ['static keys', { AUTH: 'keys', AUTH_KEYS_FILE: '/etc/keys.json' }],
    ['tokens by a file of keys', { ...JWT, JWKS_URL: '', JWT_PUBLIC_KEY_FILE: '/k.pem' }],
    ['keys from this machine', { ...JWT, JWKS_URL: 'http://[::1]:9000/keys' }],
    ['any origin, said aloud', { CORS_ORIGINS: '*', AUTH_OFF_ANYWHERE: 'yes' }],
    ['headers of pages', { CORS_HEADERS: "x-tenant, Sentry-Trace,a!#$%&'*+-.^_`|~9" }],
    [
      'names it is called by',
      { ALLOWED_HOSTS: 'attendance, my_service, a.prod.svc.cluster.local' },
    ],
    ['several origins', { CORS_ORIGINS: 'https://a.example, http://localhost:3000' }],
    ['TLS', { TLS_CERT_FILE: 'a', TLS_KEY_FILE: 'b' }],
    [
      'client certificates',
      { TLS_CERT_FILE: 'a', TLS_KEY_FILE: 'b', TLS_CLIENT_CA_FILE: 'c', ...KEYS },
    ],
    ['a time zone', { DEFAULT_TIME_ZONE: 'America/Argentina/Buenos_Aires' }],
    ['time for load balancers', { DRAIN_DELAY_SECONDS: '30' }],
    ['connections of half an hour', { MAX_CONNECTION_AGE_SECONDS: '1800' }],
    ['a hundred years of commands', { MAX_COMMAND_AGE_DAYS: '36500' }],
    ['devices that keep a day', { CLOCK_SKEW_AFTER_DAYS: '1' }],
    ['a flag in words', { REQUIRE_KNOWN_EMPLOYEES: 'on' }],
    ['a line for every call', { CALL_LOG: 'all', CALL_LOG_SLOW_MS: '1', LOG_EMPLOYEES: 'plain' }],
  ];
  for (const [name, env] of good) {
    it(`allows ${name}`, () => expect(problemsOf(env)).to.deep.equal([]));
  }

  const bad: readonly [name: string, env: Record<string, string>, names: string][] = [
    ['a port above 65,535', { PORT: '65536' }, 'PORT'],
    ['schema changes by another word', { MIGRATE: 'later' }, 'MIGRATE'],
    [
      'a secret twice',
      { REDIS_URL: 'redis://h', REDIS_URL_FILE: '/r' },
      'REDIS_URL and REDIS_URL_FILE',
    ],
    ['a secret in no file', { DATABASE_URL_FILE: '/nowhere/at/all' }, 'DATABASE_URL_FILE'],
    ['a secret in a folder', { DATABASE_URL_FILE: '/' }, 'DATABASE_URL_FILE'],
    ['calls in the log by another word', { CALL_LOG: 'some' }, 'CALL_LOG'],
    ['no time that is slow', { CALL_LOG_SLOW_MS: '0' }, 'CALL_LOG_SLOW_MS'],
    ['employees by another word', { LOG_EMPLOYEES: 'name' }, 'LOG_EMPLOYEES'],
    ['a port that is no number', { PORT: '8080x' }, 'PORT'],
    ['too much time for them', { DRAIN_DELAY_SECONDS: '31' }, 'DRAIN_DELAY_SECONDS'],
    ['connections of a moment', { MAX_CONNECTION_AGE_SECONDS: '1' }, 'MAX_CONNECTION_AGE_SECONDS'],
    ['a negative port', { PORT: '-1' }, 'PORT'],
    ['anywhere without saying so', { HOST: '0.0.0.0' }, 'AUTH_OFF_ANYWHERE'],
    ['a name that only looks like loopback', { HOST: '127.0.0.1.example.com' }, 'HOST'],
    ['authentication of a kind that there is not', { AUTH: 'basic' }, 'AUTH'],
    ['keys without their file', { AUTH: 'keys' }, 'AUTH_KEYS_FILE'],
    ['keys of a file that nobody reads', { AUTH_KEYS_FILE: '/k.json' }, 'AUTH=keys'],
    ['tokens that nobody checks', { JWT_ISSUER: 'https://login.example' }, 'AUTH=jwt'],
    ['tokens without their keys', { ...JWT, JWKS_URL: '' }, 'JWKS_URL, JWT_PUBLIC_KEY_FILE'],
    ['two places of keys', { ...JWT, JWT_PUBLIC_KEY_FILE: '/k.pem' }, 'JWT_PUBLIC_KEY_FILE are'],
    ['tokens of anybody', { ...JWT, JWT_ISSUER: '' }, 'JWT_ISSUER'],
    ['tokens for anybody', { ...JWT, JWT_AUDIENCE: '' }, 'JWT_AUDIENCE'],
    [
      'keys over a network in plaintext',
      { ...JWT, JWKS_URL: 'http://login.example/k' },
      'JWKS_URL',
    ],
    ['keys at no URL', { ...JWT, JWKS_URL: 'login.example' }, 'JWKS_URL'],
    [
      'keys behind a password',
      { ...JWT, JWKS_URL: 'https://u:secret@login.example/k' },
      'JWKS_URL',
    ],
    ['a key that is none', { ...JWT, JWKS_URL: '', JWT_PUBLIC_KEY: 'secret' }, 'JWT_PUBLIC_KEY'],
    ['a flag of AUTH in other words', { AUTH_OFF_ANYWHERE: 'true' }, 'AUTH_OFF_ANYWHERE'],
    ['a database of another kind', { DATABASE_URL: 'mysql://h/d' }, 'DATABASE_URL'],
    ['a cache that is no URL', { REDIS_URL: 'localhost:6379' }, 'REDIS_URL'],
    ['client certificates without TLS', { TLS_CLIENT_CA_FILE: 'ca', ...KEYS }, 'TLS_CERT_FILE'],
    [
      'client certificates of nobody',
      { TLS_CLIENT_CA_FILE: 'ca', TLS_CERT_FILE: 'a', TLS_KEY_FILE: 'b' },
      'AUTH=keys',
    ],
    ['half of TLS', { TLS_KEY_FILE: 'b' }, 'TLS_CERT_FILE'],
    ['an origin with a path', { CORS_ORIGINS: 'https://a.example/x' }, 'CORS_ORIGINS'],
    ['any origin without saying so', { CORS_ORIGINS: '*' }, 'AUTH_OFF_ANYWHERE'],
    ['any origin among others', { CORS_ORIGINS: 'https://a.example,*' }, 'AUTH_OFF_ANYWHERE'],
    ['a header name with a space', { CORS_HEADERS: 'x tenant' }, 'CORS_HEADERS'],
    ['a header name with its value', { CORS_HEADERS: 'x-a: 1' }, 'CORS_HEADERS'],
    ['any header', { CORS_HEADERS: '*' }, 'CORS_HEADERS'],
    ['a header name that is empty', { CORS_HEADERS: 'x-a,,x-b' }, 'CORS_HEADERS'],
    ['a host with its port', { ALLOWED_HOSTS: 'attendance:8080' }, 'ALLOWED_HOSTS'],
    ['a host with its scheme', { ALLOWED_HOSTS: 'https://attendance' }, 'ALLOWED_HOSTS'],
    ['any host', { ALLOWED_HOSTS: '*' }, 'ALLOWED_HOSTS'],
    ['a host that begins with a dot', { ALLOWED_HOSTS: '.example.com' }, 'ALLOWED_HOSTS'],
    ['a time zone that is none', { DEFAULT_TIME_ZONE: 'Mars/Olympus' }, 'DEFAULT_TIME_ZONE'],
    [
      'a time zone in another spelling',
      { DEFAULT_TIME_ZONE: 'europe/berlin' },
      'DEFAULT_TIME_ZONE',
    ],
    ['an offset for a time zone', { DEFAULT_TIME_ZONE: '+02:00' }, 'DEFAULT_TIME_ZONE'],
    ['no workers', { WORKERS: '0' }, 'WORKERS'],
    ['a flag that is none', { REQUIRE_KNOWN_EMPLOYEES: 'maybe' }, 'REQUIRE_KNOWN_EMPLOYEES'],
    ['commands of no day', { MAX_COMMAND_AGE_DAYS: '0' }, 'MAX_COMMAND_AGE_DAYS'],
    ['punches that are odd at once', { CLOCK_SKEW_AFTER_DAYS: '0' }, 'CLOCK_SKEW_AFTER_DAYS'],
    ['commands of any age', { MAX_COMMAND_AGE_DAYS: '36501' }, 'MAX_COMMAND_AGE_DAYS'],
    ['an unknown log level', { LOG_LEVEL: 'verbose' }, 'LOG_LEVEL'],
  ];
  for (const [name, env, variable] of bad) {
    it(`refuses ${name}, by name`, () => {
      const problems = problemsOf(env);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.contain(variable);
    });
  }

  const known: readonly [value: string, requireKnownEmployees: boolean, employedOnly: boolean][] = [
    ['', false, true],
    ['commands', false, true],
    ['off', false, false],
    ['no', false, false],
    ['on', true, true],
    ['1', true, true],
  ];
  for (const [value, requireKnownEmployees, employedOnly] of known) {
    it(`takes ${value || 'nothing'} for REQUIRE_KNOWN_EMPLOYEES`, () => {
      const config = readConfig({ REQUIRE_KNOWN_EMPLOYEES: value });
      expect(config.requireKnownEmployees).to.equal(requireKnownEmployees);
      expect(config.clockLimits.employedOnly).to.equal(employedOnly);
    });
  }

  it('takes names of hosts as they are compared', () => {
    expect(readConfig({ ALLOWED_HOSTS: 'Attendance, B.example' }).allowedHosts).to.deep.equal([
      'attendance',
      'b.example',
    ]);
  });

  it('takes the zone of employees without one', () => {
    expect(readConfig({ DEFAULT_TIME_ZONE: 'Asia/Tokyo' }).defaultZone).to.equal(
      findZone('Asia/Tokyo'),
    );
  });

  it('never shows what may hold a secret', () => {
    const problems = problemsOf({ DATABASE_URL: 'mysql://u:hunter2@h/d', REDIS_URL: 'x:hunter2@' });
    expect(problems).to.have.length(2);
    expect(problems.join()).to.not.contain('hunter2');
  });
});
