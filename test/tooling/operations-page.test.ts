// docs/operations.md tells operators the bounds of the service in numbers: they are the code's.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { MAX_HEADER_LENGTH } from '../../src/auth/bearer.js';
import { CLOCK_TOLERANCE_SECONDS } from '../../src/auth/claims.js';
import { COOLDOWN_MS, REFRESH_AFTER_MS } from '../../src/auth/jwks-keys.js';
import { MAX_KEYS, MAX_KEYS_FILE_BYTES } from '../../src/auth/keys-file.js';
import { MAX_PUBLIC_KEYS } from '../../src/auth/public-keys.js';
import { REMEMBER_MS } from '../../src/auth/token-authenticator.js';
import { STALENESS_BOUND_MS } from '../../src/cache/block-cache.js';
import { MAX_GRID_DATES, MAX_GRID_EMPLOYEES } from '../../src/cli/roster/roster-days.js';
import { DRAIN_GRACE_MS } from '../../src/main.js';
import { MAX_NAMED_EMPLOYEES } from '../../src/rpc/edge/authorize.js';
import {
  DEFAULT_STREAM_DEADLINE_MS,
  DEFAULT_UNARY_DEADLINE_MS,
  MAX_DEADLINE_MS,
} from '../../src/rpc/edge/deadline.js';
import { DEFAULT_LIMITS } from '../../src/server/support/limits.js';
import {
  HEALTH_CONNECTIONS,
  READ_CONNECTIONS,
  SESSION,
  WRITE_CONNECTIONS,
} from '../../src/store/postgres/database.js';
import { ROOT } from './repository.js';

const seconds = (ms: number) => ms / 1000;
const minutes = (ms: number) => seconds(ms) / 60;
const hours = (ms: number) => minutes(ms) / 60;

/** What every connection is set to, in milliseconds. */
function settingMs(name: string): number {
  const [, value] = new RegExp(`set ${name} = (\\d+)`).exec(SESSION) ?? [];
  return Number(value);
}

const CONNECTIONS = WRITE_CONNECTIONS + READ_CONNECTIONS + HEALTH_CONNECTIONS;

/** What the page says of each, with the numbers of the code in it. */
const PHRASES: Readonly<Record<string, string>> = {
  'deadlines that calls do not bring': [
    `deadline when a call brings none | ${seconds(DEFAULT_UNARY_DEADLINE_MS)} s`,
    `streams ${minutes(DEFAULT_STREAM_DEADLINE_MS)} min`,
    `at most ${hours(MAX_DEADLINE_MS)} h`,
  ].join('; '),
  'statements and locks': [
    `database statement, lock wait | ${seconds(settingMs('statement_timeout'))} s`,
    `${seconds(settingMs('lock_timeout'))} s |`,
  ].join(', '),
  'the grace of a stop': `calls in flight are finished (up to ${seconds(DRAIN_GRACE_MS)} s)`,
  'the size of a message': `message, either way | ${DEFAULT_LIMITS.messageBytes / 1024 / 1024} MiB`,
  'database connections': `${CONNECTIONS} database connections at most (${WRITE_CONNECTIONS} to write, ${READ_CONNECTIONS} to read, ${HEALTH_CONNECTIONS} to probe)`,
  'the age of a cached month': `serve it for up to ${seconds(STALENESS_BOUND_MS)} seconds`,
  'the size of a roster grid': `a grid of employees and dates, at most ${MAX_GRID_EMPLOYEES} and ${MAX_GRID_DATES}`,
  'the size of the file of keys': `at most ${MAX_KEYS.toLocaleString('en')} keys and ${MAX_KEYS_FILE_BYTES / 1e6} MB`,
  'the size of a token': `longer than ${MAX_HEADER_LENGTH.toLocaleString('en')} characters`,
  'how far clocks may differ': `Clocks may differ by ${CLOCK_TOLERANCE_SECONDS} s`,
  'when keys are fetched': `every ${minutes(REFRESH_AFTER_MS)} minutes while there are calls`,
  'how seldom keys are fetched': `at most once in ${seconds(COOLDOWN_MS)} s`,
  'how many public keys there are': `up to ${MAX_PUBLIC_KEYS} public keys`,
  'how long a token is remembered': `remembers a token for ${seconds(REMEMBER_MS)} s`,
  'how many employees a manager names': `at most ${MAX_NAMED_EMPLOYEES.toLocaleString('en')} employees in a message`,
  'the age of a health answer': `up to ${seconds(DEFAULT_LIMITS.healthStaleMs)} s old`,
};

describe('docs/operations.md', () => {
  for (const [what, phrase] of Object.entries(PHRASES)) {
    it(`tells ${what} as the code has them`, async () => {
      const page = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
      expect(page.replaceAll(/\s+/g, ' ')).to.include(phrase);
    });
  }
});
