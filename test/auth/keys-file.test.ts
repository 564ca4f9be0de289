// What a file of keys may say, and what is told of one that says something else.

import { expect } from 'chai';
import { KeysFileError, MAX_KEYS, parseKeysFile } from '../../src/auth/keys-file.js';
import { keysText } from '../support/keys-file.js';

const DIGEST = 'a'.repeat(64);
const ENTRY = { caller: 'payroll', sha256: DIGEST, scopes: ['attendance.read'] };
const other = (digit: string) => ({ ...ENTRY, sha256: digit.repeat(64) });

const fileOf = (...keys: readonly unknown[]) => JSON.stringify({ keys });

function problemsOf(text: string): readonly string[] {
  try {
    parseKeysFile(text);
    return [];
  } catch (error) {
    if (error instanceof KeysFileError) return error.problems;
    throw error;
  }
}

describe('the file of keys', () => {
  it('says what each key allows', () => {
    const keys = parseKeysFile(
      fileOf(ENTRY, {
        caller: 'kiosk',
        sha256: 'b'.repeat(64),
        scopes: ['attendance.self', 'attendance.manage'],
        groups: ['kitchen', 'bakery'],
        employee: '007',
        expires: '2027-01-31T00:00:00Z',
        note: 'at the door',
      }),
    );
    expect(keys.get(DIGEST)).to.deep.equal({
      name: 'payroll',
      scopes: new Set(['attendance.read']),
      employeeId: undefined,
      groups: new Set(),
      expiresAtMs: Number.POSITIVE_INFINITY,
    });
    expect(keys.get('b'.repeat(64))).to.deep.equal({
      name: 'kiosk',
      scopes: new Set(['attendance.self', 'attendance.manage']),
      employeeId: '007',
      groups: new Set(['kitchen', 'bakery']),
      expiresAtMs: Date.UTC(2027, 0, 31),
    });
  });

  it('may have no keys, and several of one caller', () => {
    expect(parseKeysFile(fileOf()).size).to.equal(0);
    expect(parseKeysFile(fileOf(other('a'), other('b'))).size).to.equal(2);
  });

  const bad: readonly [what: string, text: string, says: RegExp][] = [
    ['is empty', '', /must be JSON/],
    ['is no JSON', '{"keys": [}', /must be JSON/],
    ['is a list', '[]', /\{"keys": \[\.\.\.\]\}/],
    ['is nothing', 'null', /\{"keys": \[\.\.\.\]\}/],
    ['has other fields', '{"keys": [], "key": []}', /without other fields/],
    ['has keys that are no list', '{"keys": {}}', /\{"keys": \[\.\.\.\]\}/],
    ['has an entry that is a text', fileOf('x'), /^keys\[0\]: must be an object/],
    ['has an entry that is a list', fileOf([]), /^keys\[0\]: must be an object/],
    [
      'mistypes a field',
      fileOf({ ...ENTRY, expire: 'x' }),
      /^keys\[0\] \(payroll\): has no field "expire"/,
    ],
    ['names no caller', fileOf({ ...ENTRY, caller: '' }), /^keys\[0\]: caller must be/],
    ['names a caller with a space', fileOf({ ...ENTRY, caller: 'a for b' }), /caller must be/],
    [
      'names a caller as the service itself',
      fileOf({ ...ENTRY, caller: 'rebuild' }),
      /caller must be/,
    ],
    ['names a caller with a line end', fileOf({ ...ENTRY, caller: 'a\nb' }), /caller must be/],
    ['names a caller at length', fileOf({ ...ENTRY, caller: 'x'.repeat(129) }), /caller must be/],
    ['has a key in place of its digest', fileOf({ ...ENTRY, sha256: 'att_x' }), /sha256 must be/],
    ['has no digest', fileOf({ ...ENTRY, sha256: undefined }), /either sha256 or certificate/],
    [
      'has a digest and a name',
      fileOf({ ...ENTRY, certificate: 'CN:payroll' }),
      /either sha256 or certificate/,
    ],
    [
      'has a name of no kind',
      fileOf({ ...ENTRY, sha256: undefined, certificate: 'payroll' }),
      /certificate must be a name/,
    ],
    [
      'has a name as a list',
      fileOf({ ...ENTRY, sha256: undefined, certificate: ['CN:a'] }),
      /certificate must be a name/,
    ],
    [
      'has a digest twice',
      fileOf(ENTRY, ENTRY),
      /^keys\[1\] \(payroll\): sha256 or certificate is that of/,
    ],
    ['has no scopes', fileOf({ ...ENTRY, scopes: [] }), /scopes must be/],
    ['has a scope as a text', fileOf({ ...ENTRY, scopes: 'attendance.read' }), /scopes must be/],
    ['has a scope that there is not', fileOf({ ...ENTRY, scopes: ['read'] }), /scopes must be/],
    [
      'has one such scope among others',
      fileOf({ ...ENTRY, scopes: ['attendance.read', 'attendance.reed'] }),
      /scopes must be/,
    ],
    ['manages nobody', fileOf({ ...ENTRY, scopes: ['attendance.manage'] }), /needs groups/],
    ['is self of nobody', fileOf({ ...ENTRY, scopes: ['attendance.self'] }), /needs employee/],
    ['has a group as a text', fileOf({ ...ENTRY, groups: 'kitchen' }), /groups must be/],
    ['has a group that is none', fileOf({ ...ENTRY, groups: ['a b'] }), /groups must be/],
    ['has an employee who is none', fileOf({ ...ENTRY, employee: 'a b' }), /employee must be/],
    ['ends on a date', fileOf({ ...ENTRY, expires: '2027-01-31' }), /expires must be/],
    ['ends on no date', fileOf({ ...ENTRY, expires: '2027-13-31T00:00:00Z' }), /expires must be/],
    ['ends in February', fileOf({ ...ENTRY, expires: '2027-02-31T00:00:00Z' }), /expires must be/],
    ['ends never', fileOf({ ...ENTRY, expires: null }), /expires must be/],
    [
      'has too many keys',
      fileOf(...new Array(MAX_KEYS + 1).fill(ENTRY)),
      /^there may be 1000 keys; there are 1001/,
    ],
  ];
  for (const [what, text, says] of bad) {
    it(`that ${what} is refused, in words`, () => {
      const problems = problemsOf(text);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.match(says);
      expect(problems[0], 'no digest').to.not.include(DIGEST);
    });
  }

  it('tells its mistakes at once, but not without end', () => {
    const text = fileOf({ ...ENTRY, caller: '' }, { ...ENTRY, scopes: [] });
    expect(problemsOf(text)).to.have.length(2);
    expect(problemsOf(fileOf(...new Array(100).fill({})))).to.have.length(10);
  });

  it('does not know names of objects for fields', () => {
    expect(problemsOf('{"__proto__": {"keys": []}}')).to.have.length(1);
    expect(keysText([{ caller: 'a', scopes: ['attendance.read'] }])).to.match(
      /"sha256":"[0-9a-f]{64}"/,
    );
  });
});
