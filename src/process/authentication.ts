// The authenticator that the configuration asks for. Files are read and tried before anything is
// started: a mistake names the setting that it is in.

import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AuthLog } from '../auth/auth-log.js';
import { JwksKeys } from '../auth/jwks-keys.js';
import { KeyAuthenticator, readKeysFile } from '../auth/key-authenticator.js';
import { KeysFileError } from '../auth/keys-file.js';
import { parsePublicKeys } from '../auth/public-keys.js';
import { TokenAuthenticator } from '../auth/token-authenticator.js';
import { type Authenticator, NO_AUTHENTICATION } from '../rpc/edge/caller.js';
import type { AuthConfig, TokenKeysConfig } from './auth-config.js';
import { ConfigError } from './config.js';

export interface OpenAuthenticator {
  readonly authenticator: Authenticator;
  close(): void;
}

/** Throws ConfigError when a file that the configuration names cannot be used. */
export async function openAuthenticator(
  config: AuthConfig,
  log: AuthLog,
): Promise<OpenAuthenticator> {
  switch (config.kind) {
    case 'off':
      return { authenticator: NO_AUTHENTICATION, close: () => {} };
    case 'keys': {
      const authenticator = new KeyAuthenticator(config.file, log);
      await orConfigError(authenticator.start());
      return { authenticator, close: () => authenticator.close() };
    }
    case 'jwt':
      return { authenticator: await tokenAuthenticator(config, log), close: () => {} };
  }
}

/** Tries the files that the configuration names; throws ConfigError with what is wrong. */
export async function checkAuthFiles(config: AuthConfig): Promise<void> {
  if (config.kind === 'keys') await orConfigError(readKeysFile(config.file));
  if (config.kind === 'jwt') await publicKeysOf(config.keys);
}

async function orConfigError<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof KeysFileError)) throw error;
    throw new ConfigError(error.problems.map((problem) => `AUTH_KEYS_FILE: ${problem}`));
  }
}

async function tokenAuthenticator(
  config: Extract<AuthConfig, { kind: 'jwt' }>,
  log: AuthLog,
): Promise<Authenticator> {
  const publicKeys = await publicKeysOf(config.keys);
  if (publicKeys !== undefined) return new TokenAuthenticator({ ...config, keys: publicKeys });
  const url = 'jwksUrl' in config.keys ? config.keys.jwksUrl : '';
  const keys = new JwksKeys({ url, log, onChange: () => authenticator.forget() });
  const authenticator = new TokenAuthenticator({ ...config, keys });
  keys.start();
  return authenticator;
}

/** Undefined where the keys come from a JWKS_URL. */
async function publicKeysOf(keys: TokenKeysConfig): Promise<readonly KeyObject[] | undefined> {
  if ('publicKeys' in keys) return keys.publicKeys;
  if ('jwksUrl' in keys) return undefined;
  const { publicKeyFile: file } = keys;
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError([`JWT_PUBLIC_KEY_FILE: the file ${file} cannot be read (${error.code})`]);
  });
  const parsed = parsePublicKeys(text);
  if ('problem' in parsed) throw new ConfigError([`JWT_PUBLIC_KEY_FILE ${parsed.problem}`]);
  return parsed;
}
