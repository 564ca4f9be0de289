// How callers are authenticated, as the environment says: AUTH and what belongs to it. Pure, like
// config.ts, which reads the rest.

import type { KeyObject } from 'node:crypto';
import { parsePublicKeys } from '../auth/public-keys.js';
import { isLoopback } from '../server/http/allowed-hosts.js';

export type AuthConfig =
  /** Everybody may do everything. */
  | { readonly kind: 'off' }
  /** Static keys, in a file. */
  | { readonly kind: 'keys'; readonly file: string }
  /** Signed tokens. */
  | {
      readonly kind: 'jwt';
      readonly keys: TokenKeysConfig;
      readonly issuer: string;
      readonly audience: string;
      readonly employeeClaim: string;
    };

/** Where the keys are with which signatures are checked. */
export type TokenKeysConfig =
  | { readonly jwksUrl: string }
  | { readonly publicKeyFile: string }
  | { readonly publicKeys: readonly KeyObject[] };

const DEFAULT_EMPLOYEE_CLAIM = 'sub';

const OF_KEYS = ['AUTH_KEYS_FILE'];
const KEY_SOURCES = ['JWKS_URL', 'JWT_PUBLIC_KEY_FILE', 'JWT_PUBLIC_KEY'];
const OF_JWT = [...KEY_SOURCES, 'JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_EMPLOYEE_CLAIM'];

type Read = (name: string) => string | undefined;
type Fail = (problem: string) => undefined;

/** Tells all that is wrong to `fail`; the answer is of no use then. */
export function readAuthConfig(host: string, read: Read, fail: Fail): AuthConfig {
  const auth = read('AUTH') ?? 'off';
  refuseUnused(auth, read, fail);
  const anywhere = read('AUTH_OFF_ANYWHERE');
  if (anywhere !== undefined && anywhere !== 'yes') {
    fail('AUTH_OFF_ANYWHERE must be yes, or not set');
  }
  switch (auth) {
    case 'off':
      if (!isLoopback(host) && anywhere !== 'yes') fail(`HOST ${host} ${REACHABLE}`);
      return { kind: 'off' };
    case 'keys':
      return { kind: 'keys', file: required('AUTH_KEYS_FILE', KEYS_FILE, read, fail) };
    case 'jwt':
      return jwtConfig(read, fail);
    default:
      fail(`AUTH must be off, keys or jwt; it is "${auth}"`);
      return { kind: 'off' };
  }
}

const REACHABLE =
  'can be reached from other machines, and callers are not authenticated: set AUTH=keys or AUTH=jwt, ' +
  'or AUTH_OFF_ANYWHERE=yes if the network around the service keeps strangers out';

const KEYS_FILE = 'the file of keys; `attendance token key` makes its entries';

/** Whoever sets them believes that they have an effect. */
function refuseUnused(auth: string, read: Read, fail: Fail): void {
  const unused = [...(auth === 'keys' ? [] : OF_KEYS), ...(auth === 'jwt' ? [] : OF_JWT)];
  for (const name of unused) {
    if (read(name) === undefined) continue;
    const wanted = OF_KEYS.includes(name) ? 'keys' : 'jwt';
    fail(`${name} has an effect with AUTH=${wanted} only: set that, or take ${name} out`);
  }
}

function jwtConfig(read: Read, fail: Fail): AuthConfig {
  return {
    kind: 'jwt',
    keys: tokenKeys(read, fail),
    issuer: required('JWT_ISSUER', 'the iss of the tokens, exactly as they have it', read, fail),
    audience: required('JWT_AUDIENCE', 'the aud that tokens for this service have', read, fail),
    employeeClaim: read('JWT_EMPLOYEE_CLAIM') ?? DEFAULT_EMPLOYEE_CLAIM,
  };
}

function required(name: string, what: string, read: Read, fail: Fail): string {
  const value = read(name);
  if (value === undefined) fail(`${name} must be set with AUTH=${read('AUTH')}: ${what}`);
  return value ?? '';
}

function tokenKeys(read: Read, fail: Fail): TokenKeysConfig {
  const given = KEY_SOURCES.filter((name) => read(name) !== undefined);
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none is' : `${given.join(' and ')} are`;
    fail(`of ${KEY_SOURCES.join(', ')} one must be set with AUTH=jwt; ${found}`);
    return { publicKeys: [] };
  }
  const jwksUrl = read('JWKS_URL');
  if (jwksUrl !== undefined) return { jwksUrl: checkedUrl(jwksUrl, fail) };
  const publicKeyFile = read('JWT_PUBLIC_KEY_FILE');
  if (publicKeyFile !== undefined) return { publicKeyFile };
  const publicKeys = parsePublicKeys(read('JWT_PUBLIC_KEY') ?? '');
  if (!('problem' in publicKeys)) return { publicKeys };
  fail(`JWT_PUBLIC_KEY ${publicKeys.problem}`);
  return { publicKeys: [] };
}

/** Whoever can change the answer on its way can make tokens. */
function checkedUrl(text: string, fail: Fail): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url !== undefined && `${url.username}${url.password}` !== '') {
    fail(
      'JWKS_URL must be without a user name and a password: key sets are public (it is not shown)',
    );
  } else if (url?.protocol !== 'https:' && !isLocal) {
    fail(
      'JWKS_URL must be an https: URL, or an http: one of this machine, such as ' +
        'https://login.example.com/.well-known/jwks.json (it is not shown: it may hold a password)',
    );
  }
  return text;
}
