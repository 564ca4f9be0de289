// AUTH=keys: callers by static keys from a file that may change at any time. A file that is broken
// or gone leaves the keys that are known in force, and the log says so. Nothing throws out of here
// once it has begun.

import { constants, open, stat } from 'node:fs/promises';
import { AttendanceError } from '../domain/facts/errors.js';
import type { Authenticator, Caller, CallHeaders } from '../rpc/edge/caller.js';
import type { AuthLog } from './auth-log.js';
import { bearerToken, digestOf, invalidToken } from './bearer.js';
import { type Keys, KeysFileError, MAX_KEYS_FILE_BYTES, parseKeysFile } from './keys-file.js';

/**
 * How often the file is looked at. Looking works where telling does not: on mounted secrets and
 * network file systems.
 */
const LOOK_EVERY_MS = 1000;

export class KeyAuthenticator implements Authenticator {
  readonly #path: string;
  readonly #log: AuthLog;
  #keys: Keys = new Map();
  /** What the file looked like when it was last read. */
  #seen = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, log: AuthLog) {
    this.#path = path;
    this.#log = log;
  }

  /** Reads the file for the first time and looks at it from then on. Throws KeysFileError. */
  async start(): Promise<void> {
    this.#seen = await this.#look();
    this.#keys = await readKeysFile(this.#path);
    this.#log.info({ keys: this.#keys.size }, 'the keys of callers are read');
    this.#lookAgain();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  authenticate(headers: CallHeaders): Caller {
    const caller = this.#keys.get(digestOf(bearerToken(headers.get('authorization') ?? '')));
    if (caller === undefined) throw invalidToken('no key has its digest');
    if (caller.expiresAtMs <= Date.now()) throw new AttendanceError({ kind: 'TOKEN_EXPIRED' });
    return caller;
  }

  #lookAgain(): void {
    const timer = setTimeout(async () => {
      await this.#reload();
      if (this.#timer === timer) this.#lookAgain();
    }, LOOK_EVERY_MS);
    timer.unref();
    this.#timer = timer;
  }

  async #reload(): Promise<void> {
    const found = await this.#look();
    if (found === this.#seen) return;
    // Remembered before it is read: what is written meanwhile is another state.
    this.#seen = found;
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

  /** A text that differs when the file does; never rejects. */
  async #look(): Promise<string> {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(this.#path, { bigint: true });
      return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    } catch (error) {
      return codeOf(error);
    }
  }
}

/** Throws KeysFileError with all that is wrong, also when it cannot be read. */
export async function readKeysFile(path: string): Promise<Keys> {
  return parseKeysFile(await readBounded(path));
}

async function readBounded(path: string): Promise<string> {
  // Without O_NONBLOCK, opening a pipe waits for its writer: for ever, and the process with it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw new KeysFileError([`the file ${path} cannot be read (${codeOf(error)})`]);
    },
  );
  try {
    if (!(await file.stat()).isFile()) throw new KeysFileError([`${path} must be a regular file`]);
    const buffer = Buffer.alloc(MAX_KEYS_FILE_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length <= MAX_KEYS_FILE_BYTES) return buffer.toString('utf8', 0, length);
    throw new KeysFileError([`the file ${path} must not exceed ${MAX_KEYS_FILE_BYTES} bytes`]);
  } catch (error) {
    if (error instanceof KeysFileError) throw error;
    throw new KeysFileError([`the file ${path} cannot be read (${codeOf(error)})`]);
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
}
