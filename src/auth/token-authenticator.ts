// AUTH=jwt: callers by signed tokens. What a token comes to is remembered for a while, so that a
// caller who calls often costs no check of a signature per call.

import type { KeyObject } from 'node:crypto';
import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { AttendanceError } from '../domain/facts/errors.js';
import type { Authenticator, Caller, CallHeaders } from '../rpc/edge/caller.js';
import { bearerToken, digestOf, invalidToken, MAX_HEADER_LENGTH } from './bearer.js';
import { CLOCK_TOLERANCE_SECONDS, callerOf } from './claims.js';
import type { JwksKeys } from './jwks-keys.js';
import { ALGORITHMS, algorithmsOf } from './public-keys.js';

/** Tokens that are remembered; about 1 kB each. */
const MAX_REMEMBERED = 10_000;

/** How long a token is remembered: a key that is no longer trusted counts for so long at most. */
export const REMEMBER_MS = 60_000;

export interface TokenOptions {
  readonly issuer: string;
  readonly audience: string;
  /** The claim with the employee of `attendance.self`. */
  readonly employeeClaim: string;
  readonly keys: JwksKeys | readonly KeyObject[];
}

interface Remembered {
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

export class TokenAuthenticator implements Authenticator {
  readonly #options: TokenOptions;
  /** By digests of headers. */
  readonly #remembered = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });
  readonly #verifyOptions: JWTVerifyOptions;
  /** How often the keys have changed. */
  #generation = 0;

  constructor(options: TokenOptions) {
    this.#options = options;
    this.#verifyOptions = {
      issuer: options.issuer,
      audience: options.audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    };
  }

  authenticate(headers: CallHeaders): Caller | Promise<Caller> {
    // Of the header as it came: to take it apart first would cost more than all the rest.
    const header = headers.get('authorization') ?? '';
    const digest = header.length > MAX_HEADER_LENGTH ? '' : digestOf(header);
    const known = this.#remembered.get(digest);
    if (known !== undefined && known.untilMs > Date.now()) return known.caller;
    return this.#check(bearerToken(header), digest);
  }

  /** Forgets all tokens: the keys have changed. */
  forget(): void {
    this.#generation += 1;
    this.#remembered.clear();
  }

  async #check(token: string, digest: string): Promise<Caller> {
    const generation = this.#generation;
    const caller = callerOf(await this.#verify(token), this.#options.employeeClaim);
    if (generation !== this.#generation) return caller;
    const untilMs = Math.min(Date.now() + REMEMBER_MS, caller.expiresAtMs);
    this.#remembered.set(digest, { caller, untilMs });
    return caller;
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      return await this.#claimsOf(token);
    } catch (error) {
      if (error instanceof AttendanceError) throw error;
      if (error instanceof errors.JWTExpired) throw new AttendanceError({ kind: 'TOKEN_EXPIRED' });
      throw invalidToken(error instanceof Error ? error.message : String(error));
    }
  }

  async #claimsOf(token: string): Promise<JWTPayload> {
    const { keys } = this.#options;
    if (!isList(keys)) {
      const keyFor = keys.keyFor.bind(keys);
      return (await jwtVerify(token, keyFor, this.#verifyOptions)).payload;
    }
    const { alg } = decodeProtectedHeader(token);
    for (const key of keys.filter((each) => algorithmsOf(each).includes(String(alg)))) {
      try {
        return (await jwtVerify(token, key, this.#verifyOptions)).payload;
      } catch (error) {
        // Another key may fit; of a token that fits one of them, the others say nothing.
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function isList(keys: TokenOptions['keys']): keys is readonly KeyObject[] {
  return Array.isArray(keys);
}
