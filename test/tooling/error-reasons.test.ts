// Every reason of the contract's ErrorReason is given somewhere, so that nobody handles one that
// never comes. That nothing else is given, the compiler sees.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ErrorReason } from '../../gen/attendance/v1/error_reason_pb.js';
import { CLOCK_REFUSALS, ROSTER_RESOURCES } from '../../src/domain/facts/errors.js';
import { ROOT } from './repository.js';

/** Those that are put together from a list. */
const BUILT = new Set<string>([
  ...CLOCK_REFUSALS,
  ...ROSTER_RESOURCES.flatMap((resource) => [
    `${resource.toUpperCase()}_NOT_FOUND`,
    `${resource.toUpperCase()}_EXISTS`,
  ]),
]);

describe('the reasons of errors', () => {
  const folders = ['src/rpc', 'src/server'].map((folder) => join(ROOT, folder));
  const sources = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  );

  for (const name of Object.keys(ErrorReason).filter((key) => /^[A-Z]/.test(key))) {
    if (name === 'UNSPECIFIED') continue;
    it(`${name} is given`, () => {
      const isGiven = sources.some((source) => source.includes(`reason: '${name}'`));
      expect(BUILT.has(name) || isGiven).to.equal(true);
    });
  }
});
