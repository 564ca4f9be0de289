// The certificate and its key, read and tried before anything is started: a mistake names the
// variable it is in. Later they are read again whenever their files change.

import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { readBounded } from '../auth/bounded-file.js';
import { WatchedFiles } from '../auth/watched-files.js';
import { type Config, ConfigError } from './config.js';

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Undefined where clients are asked for no certificate. */
  readonly clientCa: Buffer | undefined;
}

/** A chain of a few hundred certificates. */
const MAX_PEM_BYTES = 1_000_000;

/** Undefined without TLS. Throws ConfigError when the files are not a pair that can be used. */
export async function readTls(files: Config['tls']): Promise<TlsMaterial | undefined> {
  if (files === undefined) return undefined;
  const problems: string[] = [];
  const read = async (variable: string, file: string): Promise<Buffer> => {
    try {
      return await readBounded(file, MAX_PEM_BYTES);
    } catch (error) {
      problems.push(`${variable}: ${error instanceof Error ? error.message : String(error)}`);
      return Buffer.alloc(0);
    }
  };
  const cert = await read('TLS_CERT_FILE', files.certFile);
  const key = await read('TLS_KEY_FILE', files.keyFile);
  const { clientCaFile } = files;
  const clientCa =
    clientCaFile === undefined ? undefined : await read('TLS_CLIENT_CA_FILE', clientCaFile);
  if (problems.length === 0) problems.push(...flawsOf(cert, key, clientCa));
  if (problems.length > 0) throw new ConfigError(problems);
  return { cert, key, clientCa };
}

/**
 * Gives `use` the certificate now and after each change of its files. Files that are no pair, such as
 * when only one of them is written yet, change nothing; the log says so. Never rejects.
 */
export async function followCertificate(
  files: NonNullable<Config['tls']>,
  use: (material: TlsMaterial) => void,
  log: Logger,
): Promise<WatchedFiles> {
  const read = async (): Promise<void> => {
    try {
      const material = await readTls(files);
      if (material === undefined) return;
      use(material);
      const { validTo } = new X509Certificate(material.cert);
      log.info({ validTo }, 'new connections get the certificate as its file is now');
    } catch (error) {
      const reason = error instanceof ConfigError ? error.problems.join('; ') : String(error);
      log.error({ reason }, 'the certificate cannot be used: the one from before stays');
    }
  };
  const { certFile, keyFile, clientCaFile } = files;
  const watched = new WatchedFiles(
    clientCaFile === undefined ? [certFile, keyFile] : [certFile, keyFile, clientCaFile],
    read,
  );
  await watched.start(read);
  return watched;
}

function flawsOf(cert: Buffer, key: Buffer, clientCa: Buffer | undefined): string[] {
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
  if (clientCa !== undefined && !isCertificate(clientCa)) {
    return ['TLS_CLIENT_CA_FILE must be certificates in PEM form'];
  }
  return [];
}

/** Node takes any text for authorities, and then trusts none. */
function isCertificate(pem: Buffer): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}
