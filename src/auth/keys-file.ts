// The file of static keys (AUTH_KEYS_FILE), from its text to what each key allows. The file has
// digests of keys only, so whoever reads it has no key. Strict: a name that is mistyped must not
// make a key that never expires.

import { parseEmployeeId } from '../domain/facts/employee-id.js';
import { type Caller, isCallerName, NAME_RULE, SCOPES, type Scope } from '../rpc/edge/caller.js';

/** The most keys that are in force at a time: of a few hundred services, each with two or three. */
export const MAX_KEYS = 1000;

/** The largest file: MAX_KEYS entries of a thousand characters each. */
export const MAX_KEYS_FILE_BYTES = 1_000_000;

const MAX_GROUPS = 100;
/** Of the mistakes in a file, as many are told at once. */
const MAX_PROBLEMS = 10;

/** A kind of name and the name, as they stand in the certificate. */
const CERTIFICATE_NAME = /^(?:URI|DNS|CN):[!-~](?:[ -~]{0,1022}[!-~])?$/;
const DIGEST = /^[0-9a-f]{64}$/;
const GROUP_ID = /^[A-Za-z0-9._-]{1,64}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$/;
const FIELDS = [
  'caller',
  'sha256',
  'certificate',
  'scopes',
  'groups',
  'employee',
  'expires',
  'note',
];

/** Callers by the digests of their keys, and by names in their certificates. */
export type Keys = ReadonlyMap<string, Caller>;

/** What is wrong with a file, with the place and the way out. No digest is told. */
export class KeysFileError extends Error {
  override readonly name = 'KeysFileError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

type Fail = (problem: string) => undefined;

/** Throws KeysFileError with all that is wrong. */
export function parseKeysFile(text: string): Keys {
  const problems: string[] = [];
  const fail: Fail = (problem) => {
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
    return undefined;
  };
  const keys = new Map<string, Caller>();
  entriesOf(text, fail).forEach((entry, index) => {
    const caller = isObject(entry) ? entry.caller : undefined;
    const place = `keys[${index}]${isCallerName(caller) ? ` (${caller})` : ''}`;
    const failHere: Fail = (problem) => fail(`${place}: ${problem}`);
    const key = keyOf(entry, failHere);
    if (key === undefined) return;
    if (keys.has(key.proof))
      failHere('sha256 or certificate is that of an entry before: give each one entry');
    keys.set(key.proof, key.caller);
  });
  if (problems.length > 0) throw new KeysFileError(problems);
  return keys;
}

function entriesOf(text: string, fail: Fail): readonly unknown[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    // The parser's own message would quote the file.
    fail('the file must be JSON: {"keys": [...]}');
    return [];
  }
  const entries = isObject(file) ? file.keys : undefined;
  if (!Array.isArray(entries) || !isObject(file) || Object.keys(file).length !== 1) {
    fail('the file must be {"keys": [...]}, without other fields');
    return [];
  }
  if (entries.length > MAX_KEYS) {
    fail(`there may be ${MAX_KEYS} keys; there are ${entries.length}: take out those not in use`);
    return [];
  }
  return entries;
}

interface Key {
  /** What proves who calls: a digest, or a name in a certificate. */
  readonly proof: string;
  readonly caller: Caller;
}

function keyOf(entry: unknown, fail: Fail): Key | undefined {
  if (!isObject(entry))
    return fail('must be an object with caller, scopes, and sha256 or certificate');
  for (const name of Object.keys(entry)) {
    if (!FIELDS.includes(name)) fail(`has no field "${name}": known are ${FIELDS.join(', ')}`);
  }
  const { caller: name } = entry;
  if (!isCallerName(name)) fail(`caller ${NAME_RULE}`);
  const proof = proofOf(entry, fail);
  const scopes = scopesOf(entry.scopes, fail);
  const groups = groupsOf(entry.groups, fail);
  const employeeId = employeeOf(entry.employee, fail);
  const expiresAtMs = expiryOf(entry.expires, fail);
  if (scopes.has('attendance.manage') && groups.size === 0) {
    fail('attendance.manage needs groups: ["..."], the groups whose employees it is for');
  }
  if (scopes.has('attendance.self') && employeeId === undefined) {
    fail('attendance.self needs employee: "...", the employee whom it is for');
  }
  if (!isCallerName(name) || proof === undefined) return undefined;
  return { proof, caller: { name, scopes, employeeId, groups, expiresAtMs } };
}

function proofOf(entry: Readonly<Record<string, unknown>>, fail: Fail): string | undefined {
  const { sha256, certificate } = entry;
  if ((sha256 === undefined) === (certificate === undefined)) {
    return fail('must have either sha256 or certificate');
  }
  if (certificate !== undefined) {
    const isName = typeof certificate === 'string' && CERTIFICATE_NAME.test(certificate);
    if (isName) return certificate;
    return fail('certificate must be a name of a client certificate: URI:..., DNS:... or CN:...');
  }
  if (typeof sha256 === 'string' && DIGEST.test(sha256)) return sha256;
  return fail('sha256 must be the SHA-256 of the key, 64 lower-case hexadecimal digits');
}

function scopesOf(value: unknown, fail: Fail): ReadonlySet<Scope> {
  const scopes = Array.isArray(value) ? value : [];
  const known = scopes.filter(isScope);
  if (known.length === 0 || known.length < scopes.length) {
    fail(`scopes must be a list of one or more of ${SCOPES.join(', ')}`);
  }
  return new Set(known);
}

function groupsOf(value: unknown, fail: Fail): ReadonlySet<string> {
  if (value === undefined) return new Set();
  const isList = Array.isArray(value) && value.length <= MAX_GROUPS;
  if (isList && value.every((id) => typeof id === 'string' && GROUP_ID.test(id))) {
    return new Set(value as string[]);
  }
  fail(`groups must be a list of up to ${MAX_GROUPS} ids of groups`);
  return new Set();
}

function employeeOf(value: unknown, fail: Fail) {
  if (value === undefined) return undefined;
  const employeeId = typeof value === 'string' ? parseEmployeeId(value) : undefined;
  return employeeId ?? fail('employee must be the id of an employee');
}

/** Infinity without one. */
function expiryOf(value: unknown, fail: Fail): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  const isForm = typeof value === 'string' && INSTANT.test(value);
  const time = isForm ? Date.parse(value) : Number.NaN;
  // The language takes 31 February for 3 March.
  const isReal =
    isForm && !Number.isNaN(time) && new Date(time).toISOString().startsWith(value.slice(0, 16));
  if (!isReal) fail('expires must be an instant in UTC, such as 2027-01-31T00:00:00Z');
  return time;
}

export function isScope(value: unknown): value is Scope {
  return SCOPES.some((scope) => scope === value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
