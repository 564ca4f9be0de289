// The options that all commands share, and the client made from them.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { AttendanceClient } from '../../client/index.js';
import { createAttendanceClient, DEFAULT_DEADLINE_MS } from '../../client/index.js';
import type { Surroundings } from './console.js';
import { EXIT_FAILED, ExitError } from './console.js';

const DEFAULT_ADDRESS = '127.0.0.1:8080';

/** A mistyped address is reported within two seconds. Imports have their own patience. */
const MAX_ATTEMPTS = 5;

export interface SharedOptions {
  readonly address: string;
  readonly json: boolean;
  /** In seconds. */
  readonly timeout: number;
  readonly tls: boolean;
  readonly ca?: string;
  readonly tokenFile?: string;
}

/** Adds the shared options to the program. */
export function addSharedOptions(program: Command, env: NodeJS.ProcessEnv): void {
  program
    .option(
      '--address <host:port>',
      'the service, also ATTENDANCE_ADDRESS',
      env.ATTENDANCE_ADDRESS || DEFAULT_ADDRESS,
    )
    .option('--json', 'print JSON, one object per line, instead of tables', false)
    .addOption(
      new Option('--timeout <seconds>', 'how long a call may take')
        .default(DEFAULT_DEADLINE_MS / 1000)
        .argParser(positiveNumber),
    )
    .option('--tls', 'encrypt, trusting the authorities of the system', false)
    .option('--ca <file>', 'encrypt, trusting the authorities in this PEM file')
    .option('--token-file <file>', 'the file with the token to call with; else ATTENDANCE_TOKEN');
}

/**
 * A client for these options. Its token comes from a file or from ATTENDANCE_TOKEN, never from the
 * arguments, which other users of the machine can see.
 */
function connect(options: SharedOptions, { env }: Surroundings): AttendanceClient {
  const { address, timeout, tls, ca, tokenFile } = options;
  // Read for every call: a long import outlives a token that somebody renews.
  const token = tokenFile === undefined ? env.ATTENDANCE_TOKEN : () => readToken(tokenFile);
  return createAttendanceClient({
    address,
    tls: ca === undefined ? tls : { rootCertificates: readAuthorities(ca) },
    defaultDeadlineMs: timeout * 1000,
    retry: { maxAttempts: MAX_ATTEMPTS },
    ...(token ? { token } : {}),
  });
}

function readToken(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new ExitError(EXIT_FAILED, `Cannot read ${path}, given as --token-file: ${why}.`);
  }
  if (TOKEN.test(text)) return text;
  throw new ExitError(EXIT_FAILED, `${path}, given as --token-file, holds no token.`);
}

/** One line of visible characters. */
const TOKEN = /^[!-~]{1,8192}$/;

/** The PEM file of --ca. Checks its first certificate, because gRPC accepts any text. */
function readAuthorities(path: string): Buffer {
  let pem: Buffer;
  try {
    pem = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new ExitError(EXIT_FAILED, `Cannot read ${path}, given as --ca: ${why}.`);
  }
  try {
    new X509Certificate(pem.toString());
  } catch {
    throw new ExitError(EXIT_FAILED, `${path}, given as --ca, holds no certificate in PEM form.`);
  }
  return pem;
}

/** Runs `use` with a client and closes the client afterwards. */
export async function withClient<T>(
  options: SharedOptions,
  surroundings: Surroundings,
  use: (client: AttendanceClient) => Promise<T>,
): Promise<T> {
  const client = connect(options, surroundings);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1e6)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value > 0)) {
    throw new InvalidArgumentError('It must be a whole number above 0.');
  }
  return value;
}
