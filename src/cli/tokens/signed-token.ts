// Signed tokens for development and for tests of a deployment (AUTH=jwt): a pair of keys, and
// tokens signed with it. For production, an identity provider signs.

import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { EXIT_FAILED, ExitError } from '../terminal/console.js';
import type { Rights } from './new-key.js';

/** Who issues a token, for whom, and for how long. */
export interface TokenTerms {
  readonly issuer: string;
  readonly audience: string;
  readonly lifetimeSeconds: number;
  /** The claim that names the employee (JWT_EMPLOYEE_CLAIM). */
  readonly employeeClaim: string;
}

/** Writes an Ed25519 pair in PEM. Never over a file that is there: tokens of it are in use. */
export function writeKeyPair(privateFile: string, publicFile: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const files = [
    [privateFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600],
    [publicFile, publicKey.export({ type: 'spki', format: 'pem' }), 0o644],
  ] as const;
  for (const [file, pem, mode] of files) {
    try {
      writeFileSync(file, pem, { mode, flag: 'wx' });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === 'EEXIST' ? 'it is there already; give another name' : message;
      throw new ExitError(EXIT_FAILED, `Cannot write ${file}: ${why}.`);
    }
  }
}

export function signedToken(privateFile: string, rights: Rights, terms: TokenTerms): string {
  const { caller, scopes, groups, employee } = rights;
  const { issuer, audience, lifetimeSeconds, employeeClaim } = terms;
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = {
    ...(employee === undefined ? {} : { [employeeClaim]: employee }),
    iss: issuer,
    aud: audience,
    sub: caller,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    scope: scopes.join(' '),
    ...(groups.length === 0 ? {} : { attendance_groups: groups }),
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part(claims)}`;
  const signature = sign(null, Buffer.from(unsigned), readPrivateKey(privateFile));
  return `${unsigned}.${signature.toString('base64url')}`;
}

function readPrivateKey(path: string): KeyObject {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file; make it with: token pair' : message;
    throw new ExitError(EXIT_FAILED, `Cannot read ${path}: ${why}.`);
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below.
  }
  throw new ExitError(EXIT_FAILED, `${path} holds no private Ed25519 key, as token pair makes it.`);
}
