// The token of a call, from its header, and its digest. Tokens are kept nowhere: what has to be
// remembered of one goes by its digest.

import { hash } from 'node:crypto';
import { AttendanceError } from '../domain/facts/errors.js';

/** The longest header that is looked at, in characters: what proxies usually let through at most. */
export const MAX_HEADER_LENGTH = 8192;

const SCHEME = /^bearer +/i;
/** RFC 6750's form of a token. It has no comma: two headers that were joined are none. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * The token in an `authorization` header; empty: there is none. Throws TOKEN_MISSING without one, and
 * TOKEN_INVALID for what cannot be one.
 */
export function bearerToken(header: string): string {
  if (header === '') throw new AttendanceError({ kind: 'TOKEN_MISSING' });
  if (header.length > MAX_HEADER_LENGTH) throw invalidToken('it is too long');
  const scheme = SCHEME.exec(header);
  if (scheme === null) throw invalidToken('its scheme is not Bearer');
  const token = header.slice(scheme[0].length);
  if (!TOKEN.test(token)) throw invalidToken('it has characters that no token has');
  return token;
}

/** SHA-256 in hexadecimal. */
export function digestOf(text: string): string {
  return hash('sha256', text);
}

/** `why` is for the log, and must not contain the token. */
export function invalidToken(why: string): AttendanceError {
  return new AttendanceError({ kind: 'TOKEN_INVALID' }, { cause: new Error(`token: ${why}`) });
}
