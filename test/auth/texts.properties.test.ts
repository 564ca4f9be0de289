// Whatever somebody sends or writes: it is taken, or refused in the one way there is for it.

import { expect } from 'chai';
import fc from 'fast-check';
import { bearerToken } from '../../src/auth/bearer.js';
import { callerOf } from '../../src/auth/claims.js';
import { KeysFileError, parseKeysFile } from '../../src/auth/keys-file.js';
import { parsePublicKeys } from '../../src/auth/public-keys.js';
import { AttendanceError } from '../../src/domain/facts/errors.js';
import { actorOf } from '../../src/rpc/edge/actor.js';
import { ANONYMOUS, type Caller } from '../../src/rpc/edge/caller.js';
import { runs } from '../support/runs.js';

/** Of a failure that is not one of these, the test fails. */
function orRefused<T>(run: () => T, refusal: new (...args: never[]) => Error): T | undefined {
  try {
    return run();
  } catch (error) {
    expect(error).to.be.instanceOf(refusal);
    return undefined;
  }
}

const SCOPED: Caller = { ...ANONYMOUS, name: 'payroll' };

describe('texts of callers', () => {
  it('as a header, are a token without spaces and commas, or refused', () => {
    const header = fc.oneof(
      fc.string(),
      fc.string().map((text) => `Bearer ${text}`),
    );
    fc.assert(
      fc.property(header, (text) => {
        const token = orRefused(() => bearerToken(text), AttendanceError);
        if (token !== undefined) expect(token).to.match(/^[^\s,]+$/);
      }),
      { numRuns: runs(200) },
    );
  });

  it('as whom they act for, are recorded on one line behind their own name, or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const headers = { get: () => text };
        const actor = orRefused(() => actorOf(SCOPED, headers), AttendanceError);
        if (actor === undefined) return;
        expect(actor).to.match(/^payroll for [ -~]{1,128}$/);
        expect(actor.slice('payroll for '.length)).to.equal(text);
      }),
      { numRuns: runs(200) },
    );
  });

  it('as claims, are a caller with a name and known scopes, or refused', () => {
    const claims = fc.dictionary(
      fc.constantFrom('sub', 'exp', 'scope', 'scp', 'scopes', 'attendance_groups', '__proto__'),
      fc.oneof(fc.jsonValue(), fc.constantFrom('attendance.read', 'a', 1_900_000_000)),
    );
    fc.assert(
      fc.property(claims, (given) => {
        const caller = orRefused(() => callerOf(given as never, 'sub'), AttendanceError);
        if (caller === undefined) return;
        expect(caller.name).to.match(/^[!-~]{1,128}$/);
        for (const scope of caller.scopes) expect(scope).to.match(/^attendance\.[a-z]+$/);
        for (const group of caller.groups) expect(group).to.be.a('string');
      }),
      { numRuns: runs(200) },
    );
  });

  it('as files, are keys, or refused in words', () => {
    const file = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ keys: [value] })),
      fc
        .record({ caller: fc.jsonValue(), sha256: fc.jsonValue(), scopes: fc.jsonValue() })
        .map((entry) => JSON.stringify({ keys: [entry] })),
    );
    fc.assert(
      fc.property(file, (text) => {
        orRefused(() => parseKeysFile(text), KeysFileError);
        expect(parsePublicKeys(text)).to.have.property('problem');
      }),
      { numRuns: runs(200) },
    );
  });
});
