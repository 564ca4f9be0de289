// The certificate and its key, read and tried before anything is started: a mistake names the
// variable it is in.

import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { type Config, ConfigError } from './config.js';

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Undefined without TLS. Throws ConfigError when the files are not a pair that can be used. */
export async function readTls(files: Config['tls']): Promise<TlsMaterial | undefined> {
  if (files === undefined) return undefined;
  const problems: string[] = [];
  const read = async (variable: string, file: string): Promise<Buffer> => {
    try {
      return await readFile(file);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      problems.push(`${variable}: the file ${file} cannot be read${code}`);
      return Buffer.alloc(0);
    }
  };
  const cert = await read('TLS_CERT_FILE', files.certFile);
  const key = await read('TLS_KEY_FILE', files.keyFile);
  if (problems.length === 0) problems.push(...flawsOf(cert, key));
  if (problems.length > 0) throw new ConfigError(problems);
  return { cert, key };
}

function flawsOf(cert: Buffer, key: Buffer): string[] {
  const isUsable = (options: { cert?: Buffer; key?: Buffer }): boolean => {
    try {
      createSecureContext(options);
      return true;
    } catch {
      return false;
    }
  };
  if (!isUsable({ cert })) return ['TLS_CERT_FILE must be a certificate in PEM form'];
  if (!isUsable({ key })) return ['TLS_KEY_FILE must be an unencrypted private key in PEM form'];
  if (!isUsable({ cert, key })) {
    return [
      'TLS_CERT_FILE and TLS_KEY_FILE must belong together: the key is of another certificate',
    ];
  }
  return [];
}
