// AUTH=keys: callers by static keys or client certificates, listed in a file that may change at any
// time. A file that is broken
// or gone leaves the keys that are known in force, and the log says so. Nothing throws out of here
// once it has begun.

import { AttendanceError } from '../domain/facts/errors.js';
import type { Authenticator, Caller, CallHeaders } from '../rpc/edge/caller.js';
import type { Peer } from '../rpc/edge/peer.js';
import type { AuthLog } from './auth-log.js';
import { bearerToken, digestOf, invalidToken } from './bearer.js';
import { FileError, readBounded } from './bounded-file.js';
import { type Keys, KeysFileError, MAX_KEYS_FILE_BYTES, parseKeysFile } from './keys-file.js';
import { WatchedFiles } from './watched-files.js';

export class KeyAuthenticator implements Authenticator {
  readonly #path: string;
  readonly #log: AuthLog;
  readonly #file: WatchedFiles;
  #keys: Keys = new Map();

  constructor(path: string, log: AuthLog) {
    this.#path = path;
    this.#log = log;
    this.#file = new WatchedFiles([path], () => this.#reload());
  }

  /** Reads the file for the first time and looks at it from then on. Throws KeysFileError. */
  async start(): Promise<void> {
    this.#keys = await this.#file.start(() => readKeysFile(this.#path));
    this.#log.info({ keys: this.#keys.size }, 'the keys of callers are read');
  }

  close(): void {
    this.#file.close();
  }

  /** A key counts before a certificate: a proxy has its own, and passes on the keys of others. */
  authenticate(headers: CallHeaders, peer: Peer | undefined): Caller {
    const header = headers.get('authorization') ?? '';
    const caller =
      header === '' && peer !== undefined
        ? this.#certified(peer)
        : this.#keyed(bearerToken(header));
    if (caller.expiresAtMs <= Date.now()) throw new AttendanceError({ kind: 'TOKEN_EXPIRED' });
    return caller;
  }

  #keyed(token: string): Caller {
    const caller = this.#keys.get(digestOf(token));
    if (caller === undefined) throw invalidToken('no key has its digest');
    return caller;
  }

  #certified({ names, expiresAtMs }: Peer): Caller {
    for (const name of names) {
      const caller = this.#keys.get(name);
      if (caller === undefined) continue;
      // A stream ends with the certificate that it began with.
      return { ...caller, expiresAtMs: Math.min(caller.expiresAtMs, expiresAtMs) };
    }
    throw invalidToken('no entry has a name of the client certificate');
  }

  async #reload(): Promise<void> {
    try {
      this.#keys = await readKeysFile(this.#path);
      const keys = this.#keys.size;
      if (keys > 0) this.#log.info({ keys }, 'the keys of callers are read again');
      else this.#log.warn({ keys }, 'AUTH_KEYS_FILE has no keys any more: every caller is refused');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error(
        { reason },
        'AUTH_KEYS_FILE cannot be used: the keys from before stay in force',
      );
    }
  }
}

/** Throws KeysFileError with all that is wrong, also when it cannot be read. */
export async function readKeysFile(path: string): Promise<Keys> {
  const text = await readBounded(path, MAX_KEYS_FILE_BYTES).catch((error: unknown) => {
    throw error instanceof FileError ? new KeysFileError([error.message]) : error;
  });
  return parseKeysFile(text.toString('utf8'));
}
