// The signed token that every call of the bench carries, and the settings with which the service
// checks it. Servers that are limits get the same headers, and do not look at the token.

import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import type { RequestTemplate } from '../load/template.js';

const ISSUER = 'https://bench.invalid';
const AUDIENCE = 'attendance';
const SCOPE = 'attendance.read attendance.write attendance.admin';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const token = await new SignJWT({ scope: SCOPE })
  .setProtectedHeader({ alg: 'ES256' })
  .setIssuer(ISSUER)
  .setAudience(AUDIENCE)
  .setSubject('bench')
  .setIssuedAt()
  .setExpirationTime('1d')
  .sign(privateKey);

/** The header of each call. */
export const AUTHORIZATION = `Bearer ${token}`;

/** The same request with the token. */
export function signed(request: RequestTemplate): RequestTemplate {
  return { ...request, authorization: AUTHORIZATION };
}

/** For the environment of the service. */
export const TOKEN_SETTINGS = {
  AUTH: 'jwt',
  JWT_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  JWT_ISSUER: ISSUER,
  JWT_AUDIENCE: AUDIENCE,
};
