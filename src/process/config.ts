// The environment, read in one place and turned into a typed value. Opens only files of secrets. All
// errors are reported at once, and no value that may hold a secret is ever shown.

import type { ClockLimits } from '../app/ports/facts.js';
import { findZone, type Zone } from '../domain/time/zone.js';
import { type AuthConfig, readAuthConfig } from './auth-config.js';
import type { CallLinesConfig } from './call-lines.js';
import { readingSecretFiles } from './secret-files.js';

export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  /** The authorities whose client certificates count; undefined: clients are asked for none. */
  readonly clientCaFile: string | undefined;
}

export interface Config {
  /** An address to listen on; `127.0.0.1` unless HOST says otherwise. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly auth: AuthConfig;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Where the embedded PostgreSQL keeps its data; undefined: `data` beside package.json. */
  readonly dataDir: string | undefined;
  /** Whether the service brings the schema up to date itself. */
  readonly migrate: boolean;
  /** Undefined: no Redis. */
  readonly redisUrl: string | undefined;
  /** Of employees for whom nobody gave a zone. */
  readonly defaultZone: Zone;
  /** Whether marks and punches of devices, too, are refused of employees who are not known. */
  readonly requireKnownEmployees: boolean;
  readonly clockLimits: ClockLimits;
  /** Files in PEM; undefined: plaintext. */
  readonly tls: TlsConfig | undefined;
  /** Origins that browsers may call from; `*` for any; none by default. */
  readonly corsOrigins: readonly string[];
  /** Headers that their pages may send besides the usual ones. */
  readonly corsHeaders: readonly string[];
  /** Names that the service is called by, in lower case, besides `localhost` and addresses. */
  readonly allowedHosts: readonly string[];
  /** Processes that serve, 1 to MAX_WORKERS. */
  readonly workers: number;
  /** How long it serves on after a signal to stop, with a readiness that says so. */
  readonly drainDelayMs: number;
  /** Infinity: no bound. */
  readonly connectionAgeMs: number;
  readonly logLevel: LogLevel;
  /** The commit that the image was built from, to be shown; empty if nobody said. */
  readonly buildCommit: string;
  /** Undefined: no call has a line of its own in the log. */
  readonly callLog: CallLinesConfig | undefined;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const CALL_LOGS = ['off', 'sampled', 'all'] as const;
const LOG_EMPLOYEES = ['hash', 'plain', 'off'] as const;
/** A call of a person who waits: most take a hundredth of it. */
const DEFAULT_SLOW_MS = 1000;
const MAX_SLOW_MS = 600_000;

export const DEFAULT_PORT = 8080;
const MAX_WORKERS = 64;

/** There, addresses hear of a stop at the same time as the container, and take a second or two. */
const DRAIN_DELAY_SECONDS_IN_KUBERNETES = 5;
/** Longer than three probes of Kubernetes's default, and as long as it waits for an end. */
const MAX_DRAIN_DELAY_SECONDS = 30;

/** A month: what is told later than that belongs to a pay that is settled. */
const DEFAULT_COMMAND_AGE_DAYS = 31;
/** A year: no device keeps punches so long, and a clock that lost its time shows one years ago. */
const DEFAULT_SKEW_AFTER_DAYS = 366;
/** A hundred years: whoever moves a history with commands, or device by device. */
const MAX_AGE_DAYS = 36_500;

/** Below this, connections cost more than they balance. */
const MIN_AGE_SECONDS = 30;
/** A week. */
const MAX_AGE_SECONDS = 604_800;

/** Every error of a configuration, each naming its variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration has errors:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws ConfigError with all that is wrong. An empty variable counts as not set. */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const plain = (name: string): string | undefined => env[name]?.trim() || undefined;
  const fail = (problem: string): undefined => {
    problems.push(problem);
    return undefined;
  };
  const read = readingSecretFiles(plain, fail);

  const host = read('HOST') ?? '127.0.0.1';
  const auth = readAuthConfig(host, read, fail);
  const isOpen = auth.kind === 'off' && read('AUTH_OFF_ANYWHERE') !== 'yes';
  const days = (name: string, usual: number): number =>
    wholeNumber(name, read(name), usual, 1, MAX_AGE_DAYS, fail);
  const known = knownEmployees(read('REQUIRE_KNOWN_EMPLOYEES'), fail);
  const config: Config = {
    host,
    port: wholeNumber('PORT', read('PORT'), DEFAULT_PORT, 0, 65_535, fail),
    auth,
    databaseUrl: url('DATABASE_URL', read('DATABASE_URL'), ['postgres:', 'postgresql:'], fail),
    dataDir: read('DATA_DIR'),
    migrate: oneOf('MIGRATE', read('MIGRATE'), ['on', 'off'], 'on', fail) === 'on',
    redisUrl: url('REDIS_URL', read('REDIS_URL'), ['redis:', 'rediss:'], fail),
    defaultZone: timeZone('DEFAULT_TIME_ZONE', read('DEFAULT_TIME_ZONE'), fail),
    requireKnownEmployees: known === 'ON',
    clockLimits: {
      employedOnly: known !== 'OFF',
      maxAgeDays: days('MAX_COMMAND_AGE_DAYS', DEFAULT_COMMAND_AGE_DAYS),
      skewAfterDays: days('CLOCK_SKEW_AFTER_DAYS', DEFAULT_SKEW_AFTER_DAYS),
    },
    tls: tlsFiles(read, auth, fail),
    corsOrigins: origins(read('CORS_ORIGINS'), !isOpen, fail),
    corsHeaders: list('CORS_HEADERS', read('CORS_HEADERS'), HEADER_NAME, HEADER_HELP, fail),
    allowedHosts: list('ALLOWED_HOSTS', read('ALLOWED_HOSTS'), HOST_NAME, HOST_HELP, fail).map(
      (name) => name.toLowerCase(),
    ),
    workers: wholeNumber('WORKERS', read('WORKERS'), 1, 1, MAX_WORKERS, fail),
    connectionAgeMs: connectionAgeMs(read('MAX_CONNECTION_AGE_SECONDS'), fail),
    drainDelayMs: 1000 * drainDelaySeconds(read, fail),
    logLevel: oneOf('LOG_LEVEL', read('LOG_LEVEL'), LOG_LEVELS, 'info', fail),
    buildCommit: buildCommit(read('BUILD_COMMIT'), fail),
    callLog: callLog(read, fail),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

type Read = (name: string) => string | undefined;
type Fail = (problem: string) => undefined;

function wholeNumber(
  name: string,
  text: string | undefined,
  usual: number,
  least: number,
  most: number,
  fail: Fail,
): number {
  if (text === undefined) return usual;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  fail(`${name} must be a whole number from ${least} to ${most}; it is "${text}"`);
  return usual;
}

function connectionAgeMs(text: string | undefined, fail: Fail): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const name = 'MAX_CONNECTION_AGE_SECONDS';
  return 1000 * wholeNumber(name, text, 0, MIN_AGE_SECONDS, MAX_AGE_SECONDS, fail);
}

function drainDelaySeconds(read: Read, fail: Fail): number {
  const text = read('DRAIN_DELAY_SECONDS');
  // Kubernetes sets this variable in every container.
  const isInKubernetes = read('KUBERNETES_SERVICE_HOST') !== undefined;
  const usual = isInKubernetes ? DRAIN_DELAY_SECONDS_IN_KUBERNETES : 0;
  return wholeNumber('DRAIN_DELAY_SECONDS', text, usual, 0, MAX_DRAIN_DELAY_SECONDS, fail);
}

function url(
  name: string,
  text: string | undefined,
  schemes: readonly string[],
  fail: Fail,
): string | undefined {
  if (text === undefined) return undefined;
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed !== undefined && schemes.includes(parsed.protocol)) return text;
  const [scheme = ''] = schemes;
  return fail(
    `${name} must be a URL such as ${scheme}//user:password@host:port/name (it is not shown: it may ` +
      'hold a password)',
  );
}

function timeZone(name: string, text: string | undefined, fail: Fail): Zone {
  const zone = text === undefined ? undefined : findZone(text);
  if (zone !== undefined) return zone;
  if (text !== undefined) {
    fail(
      `${name} must be the IANA name of a time zone, such as Europe/Berlin, in its own spelling; ` +
        `it is "${text}"`,
    );
  }
  const utc = findZone('UTC');
  if (utc === undefined) throw new Error('the zone data of this runtime has no UTC');
  return utc;
}

/** Of whom to refuse what: of unknown employees nothing, commands, or marks and punches too. */
function knownEmployees(text: string | undefined, fail: Fail): 'OFF' | 'COMMANDS' | 'ON' {
  if (text === undefined || text === 'commands') return 'COMMANDS';
  if (['off', 'no', 'false', '0'].includes(text)) return 'OFF';
  if (['on', 'yes', 'true', '1'].includes(text)) return 'ON';
  fail(`REQUIRE_KNOWN_EMPLOYEES must be commands, on or off; it is "${text}"`);
  return 'COMMANDS';
}

function tlsFiles(read: Read, auth: AuthConfig, fail: Fail): TlsConfig | undefined {
  const certFile = read('TLS_CERT_FILE');
  const keyFile = read('TLS_KEY_FILE');
  const clientCaFile = read('TLS_CLIENT_CA_FILE');
  if (clientCaFile !== undefined && (certFile === undefined || auth.kind !== 'keys')) {
    fail(
      'TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and AUTH=keys: AUTH_KEYS_FILE says which certificate ' +
        'is whose',
    );
  }
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, clientCaFile };
  if (certFile === undefined && keyFile === undefined) return undefined;
  return fail('TLS_CERT_FILE and TLS_KEY_FILE go together: set both, or neither');
}

function origins(text: string | undefined, isAnyAllowed: boolean, fail: Fail): readonly string[] {
  const given = listed(text);
  for (const origin of given) {
    const good = origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin);
    if (!good) {
      fail(
        `CORS_ORIGINS must be origins such as https://app.example.com, by commas, or *; ` +
          `one is "${origin}"`,
      );
    }
  }
  if (given.includes('*') && !isAnyAllowed) {
    fail(
      'CORS_ORIGINS=* lets every web page that somebody opens read and write, and callers are not ' +
        'authenticated: name the origins, set AUTH, or set AUTH_OFF_ANYWHERE=yes if that is meant',
    );
  }
  return given;
}

/** A token of RFC 9110; not `*`, which browsers take for a name once there are credentials. */
const HEADER_NAME = /^(?!\*$)[\w!#$%&'*+.^`|~-]{1,100}$/;
const HEADER_HELP = 'names of headers such as x-tenant, by commas';

const HOST_NAME = /^(?=.{1,253}$)\w(?:[\w-]{0,61}\w)?(?:\.\w(?:[\w-]{0,61}\w)?)*$/;
const HOST_HELP =
  'host names such as attendance.example.com, by commas, without a port; addresses and localhost ' +
  'need not be named';

function list(
  name: string,
  text: string | undefined,
  form: RegExp,
  help: string,
  fail: Fail,
): readonly string[] {
  const given = listed(text);
  for (const one of given) {
    if (!form.test(one)) fail(`${name} must be ${help}; one is "${one}"`);
  }
  return given;
}

function listed(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',').map((one) => one.trim());
}

function buildCommit(text: string | undefined, fail: Fail): string {
  if (text === undefined || /^[\w.-]{1,64}$/.test(text)) return text ?? '';
  fail('BUILD_COMMIT must be the id of a commit: 1 to 64 letters, digits, dots, - or _');
  return '';
}

function callLog(read: Read, fail: Fail): CallLinesConfig | undefined {
  const calls = oneOf('CALL_LOG', read('CALL_LOG'), CALL_LOGS, 'sampled', fail);
  const employees = oneOf('LOG_EMPLOYEES', read('LOG_EMPLOYEES'), LOG_EMPLOYEES, 'hash', fail);
  const slow = read('CALL_LOG_SLOW_MS');
  const slowMs = wholeNumber('CALL_LOG_SLOW_MS', slow, DEFAULT_SLOW_MS, 1, MAX_SLOW_MS, fail);
  return calls === 'off' ? undefined : { calls, employees, slowMs };
}

function oneOf<T extends string>(
  name: string,
  text: string | undefined,
  words: readonly T[],
  usual: T,
  fail: Fail,
): T {
  if (text === undefined) return usual;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  fail(`${name} must be one of ${words.join(', ')}; it is "${text}"`);
  return usual;
}
