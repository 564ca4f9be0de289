// A static key for AUTH=keys and its entry of the service's file. The entry has the key's digest
// only, so the file is no key.

import { createHash, randomBytes } from 'node:crypto';

/** The scopes that tokens can have, as the contract's documentation lists them. */
export const SCOPES = [
  'attendance.read',
  'attendance.write',
  'attendance.admin',
  'attendance.punch',
  'attendance.self',
  'attendance.manage',
  'attendance.act',
];

/** Nobody guesses 256 random bits. */
const KEY_BYTES = 32;

/** By which people and scanners recognise a key that lies somewhere. */
const PREFIX = 'att_';

/** What a key, or a token, allows. */
export interface Rights {
  readonly caller: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly employee: string | undefined;
}

export interface NewKey {
  readonly key: string;
  readonly entry: Readonly<Record<string, unknown>>;
}

export function newKey(
  { caller, scopes, groups, employee }: Rights,
  expires: string | undefined,
): NewKey {
  const key = `${PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  const entry = {
    caller,
    sha256,
    scopes,
    ...(groups.length === 0 ? {} : { groups }),
    ...(employee === undefined ? {} : { employee }),
    ...(expires === undefined ? {} : { expires }),
  };
  return { key, entry };
}
