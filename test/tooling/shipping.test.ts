// What deploy/ sets exists in the service, and leaves it the time that a drain takes.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { DRAIN_GRACE_MS } from '../../src/main.js';
import { SECRET_SETTINGS } from '../../src/process/secret-files.js';
import { ROOT } from './repository.js';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Composed {
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
}

const COMPOSE = parse(read('deploy/compose/compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Composed>>;
  readonly secrets: Readonly<Record<string, unknown>>;
};
const UNIT = read('deploy/systemd/attendance.service');
const UNIT_ENVIRONMENT = Object.fromEntries(
  [...UNIT.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]),
);

/** The settings that the service reads, and those of Node. */
const SETTINGS = new Set([
  'NODE_ENV',
  ...SECRET_SETTINGS.flatMap((name) => [name, `${name}_FILE`]),
  ...['config.ts', 'auth-config.ts'].flatMap((file) =>
    [...read(`src/process/${file}`).matchAll(/'([A-Z][A-Z_]+)'/g)].map(([, name = '']) => name),
  ),
]);

const DRAIN_SECONDS = DRAIN_GRACE_MS / 1000;

describe('what the service is shipped with', () => {
  const given: readonly [what: string, environment: Readonly<Record<string, string>>][] = [
    ['compose.yaml', COMPOSE.services.attendance?.environment ?? {}],
    ['compose.yaml, for the migrations', COMPOSE.services.migrate?.environment ?? {}],
    ['attendance.service', UNIT_ENVIRONMENT],
  ];
  for (const [what, environment] of given) {
    it(`sets only what the service reads: ${what}`, () => {
      expect(Object.keys(environment)).to.not.be.empty;
      for (const name of Object.keys(environment)) expect([...SETTINGS]).to.include(name);
    });
  }

  it('leaves a drain its time', () => {
    const { environment, stop_grace_period = '' } = COMPOSE.services.attendance ?? {};
    const delay = Number(environment?.DRAIN_DELAY_SECONDS);
    expect(Number.parseInt(stop_grace_period, 10)).to.be.above(delay + DRAIN_SECONDS);
    const [, stop] = /^TimeoutStopSec=(\d+)$/m.exec(UNIT) ?? [];
    // The longest delay that may be set is 30 s.
    expect(Number(stop)).to.be.above(30 + DRAIN_SECONDS);
  });

  it('has every secret and file that it names', () => {
    const named = Object.values(COMPOSE.services).flatMap(({ secrets = [] }) => secrets);
    for (const secret of named) expect(Object.keys(COMPOSE.secrets)).to.include(secret);
    const mounted = Object.values(COMPOSE.services)
      .flatMap(({ volumes = [] }) => volumes)
      .filter((volume) => volume.startsWith('.'))
      .map((volume) => volume.split(':')[0] ?? '');
    expect(mounted).to.not.be.empty;
    for (const path of mounted)
      expect(existsSync(join(ROOT, 'deploy/compose', path)), path).to.equal(true);
  });
});
