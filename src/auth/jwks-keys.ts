// Keys for tokens from a JWKS_URL. A set that cannot be fetched, at the start or later, ends
// nothing: the keys that are known go on working. Tokens with made-up key ids cause at most one
// request per cooldown.

import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import { AttendanceError } from '../domain/facts/errors.js';
import type { AuthLog } from './auth-log.js';

/** How old a set may be when a token is checked with it; the next one is fetched meanwhile. */
export const REFRESH_AFTER_MS = 5 * 60_000;

/** Between two requests for the set, whatever the tokens say. */
export const COOLDOWN_MS = 10_000;

/** Calls with an unknown key id wait for a request; this is as long as one may take. */
const FETCH_TIMEOUT_MS = 5_000;

/** A set of a hundred large keys has 100 kB. */
const MAX_JWKS_BYTES = 262_144;
const MAX_JWKS_KEYS = 100;

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

export interface JwksOptions {
  readonly url: string;
  readonly log: AuthLog;
  /** Called when the set has changed: what was verified with the keys before is to be forgotten. */
  readonly onChange: () => void;
  /** Milliseconds of a clock that never goes back; tests set it. */
  readonly clock?: () => number;
}

export class JwksKeys {
  readonly #options: JwksOptions;
  readonly #clock: () => number;
  #keys: LocalKeys | undefined;
  /** The set's text, to see whether it has changed. */
  #text = '';
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #hasFailed = false;
  #fetching: Promise<void> | undefined;

  constructor(options: JwksOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** Begins the first request. Never throws: without an answer, calls begin others. */
  start(): void {
    void this.#fetch();
  }

  /** The key of a token, for jose. Throws TOKEN_KEYS_UNAVAILABLE when only a new set could have it. */
  async keyFor(header: JWSHeaderParameters, token: FlattenedJWSInput) {
    if (this.#keys === undefined) await this.#fetch();
    else if (this.#clock() - this.#fetchedAt > REFRESH_AFTER_MS) void this.#fetch();
    const known = await this.#find(header, token);
    if (known !== undefined) return known;
    await this.#fetch();
    const fetched = await this.#find(header, token);
    if (fetched !== undefined) return fetched;
    // The key may be in a set that cannot be had for now: nobody can tell that the token is wrong.
    if (this.#hasFailed) {
      throw new AttendanceError({ kind: 'TOKEN_KEYS_UNAVAILABLE', retryAfterMs: COOLDOWN_MS });
    }
    throw new errors.JWKSNoMatchingKey();
  }

  async #find(header: JWSHeaderParameters, token: FlattenedJWSInput) {
    try {
      return await this.#keys?.(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      throw error;
    }
  }

  /** One request at a time, and one per cooldown. Never rejects. */
  #fetch(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching;
    if (this.#clock() - this.#triedAt < COOLDOWN_MS) return Promise.resolve();
    this.#triedAt = this.#clock();
    this.#fetching = this.#fetchNow().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchNow(): Promise<void> {
    const { log, onChange } = this.#options;
    try {
      const text = await download(this.#options.url);
      const set = keySetOf(text);
      const isNew = text !== this.#text;
      if (isNew) this.#keys = createLocalJWKSet(set);
      if (isNew) log.info({ keys: set.keys.length }, 'the keys for tokens are fetched');
      this.#text = text;
      this.#fetchedAt = this.#clock();
      this.#hasFailed = false;
      if (isNew) onChange();
    } catch (error) {
      this.#hasFailed = true;
      const reason = reasonOf(error).replaceAll(this.#options.url, 'JWKS_URL');
      const message = 'JWKS_URL cannot be fetched: keys that are known stay in force';
      log.warn({ host: new URL(this.#options.url).host, reason }, message);
    }
  }
}

async function download(url: string): Promise<string> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  // No redirects: an open one of the issuer's must not bring the keys of others.
  const response = await fetch(url, {
    signal,
    redirect: 'error',
    headers: { accept: 'application/json' },
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the answer has the status ${response.status}`);
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body) {
    length += piece.length;
    if (length > MAX_JWKS_BYTES) throw new Error(`the answer exceeds ${MAX_JWKS_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function keySetOf(text: string): JSONWebKeySet {
  const found = JSON.parse(text) as JSONWebKeySet | null;
  if (!Array.isArray(found?.keys)) throw new Error('the answer is no JSON Web Key Set');
  // One odd entry must not keep the others from being known.
  const set = { keys: found.keys.filter((key) => typeof key === 'object' && key !== null) };
  // Of a fault, rather than of an issuer who takes all keys away.
  if (set.keys.length === 0) throw new Error('the answer has no keys');
  if (set.keys.length > MAX_JWKS_KEYS) throw new Error(`there are more than ${MAX_JWKS_KEYS} keys`);
  return set;
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'the answer is no JSON';
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
