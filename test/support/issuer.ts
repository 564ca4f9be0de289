// Who issues tokens in tests: keys, a JWKS over HTTP, and signatures of every kind, wrong ones too.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JWTPayload, SignJWT } from 'jose';

export const ISSUER = 'https://login.example';
export const AUDIENCE = 'attendance';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** An EC key unless another algorithm is named. */
export function signingKey(kid: string, alg = 'ES256'): SigningKey {
  return { kid, alg, ...pairOf(alg) };
}

function pairOf(alg: string) {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (alg === 'ES512') return generateKeyPairSync('ec', { namedCurve: 'P-521' });
  if (alg === 'ES384') return generateKeyPairSync('ec', { namedCurve: 'P-384' });
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

export function pemOf({ publicKey }: SigningKey): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Good claims, and those that a test changes; undefined leaves one out. */
export function claimsOf(changed: JWTPayload = {}): JWTPayload {
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'payroll',
    iat: nowSeconds(),
    exp: nowSeconds() + 600,
    scope: 'openid attendance.read',
    ...changed,
  };
  return JSON.parse(JSON.stringify(claims)) as JWTPayload;
}

export async function sign(
  { alg, kid, privateKey }: SigningKey,
  changed: JWTPayload = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const protectedHeader = { alg, kid, ...header };
  return await new SignJWT(claimsOf(changed)).setProtectedHeader(protectedHeader).sign(privateKey);
}

/** A token with any header and any signature, as text. */
export function tokenOf(header: object, claims: object, signature = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${signature}`;
}

/** A JWKS over HTTP, which counts who asks. */
/** A key as an entry of a JWKS. */
export function jwkOf({ kid, alg, publicKey }: SigningKey): object {
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

export class JwksServer {
  keys: readonly SigningKey[];
  /** The answer instead of the keys. */
  answer:
    | { readonly status: number; readonly body: string; readonly location?: string }
    | undefined;
  asked = 0;
  readonly #server: Server;

  constructor(...keys: readonly SigningKey[]) {
    this.keys = keys;
    this.#server = createServer((_request, response) => {
      this.asked += 1;
      const { status, body, location } = this.answer ?? { status: 200, body: this.#set() };
      response.writeHead(status, location === undefined ? {} : { location });
      response.end(body);
    });
  }

  async start(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/keys`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #set(): string {
    return JSON.stringify({ keys: this.keys.map(jwkOf) });
  }
}
