// The log: JSON lines, one event each; short plain lines where a person is watching. Nobody may
// put a URL, a header or a message of a caller in it: they can hold secrets.

import { type Logger, pino } from 'pino';
import type { LogLevel } from './config.js';

/** What is kept of an error. Not the driver's `detail`, `where` and `query`: they quote rows. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: error.code } : {};
  return {
    name,
    message,
    ...code,
    stack,
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}

export function createLogger(level: LogLevel): Logger {
  const serializers = { err: describeError };
  const options = {
    level,
    serializers,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return process.stdout.isTTY === true ? pino(options, { write: writePlain }) : pino(options);
}

const NOT_SHOWN = new Set(['level', 'time', 'pid', 'msg', 'err']);

/** `12:13:16 warn   waiting for PostgreSQL  host=... reason=...` */
function writePlain(line: string): void {
  const event = JSON.parse(line) as Record<string, unknown>;
  const time = String(event.time).slice(11, 19);
  const level = pino.levels.labels[Number(event.level)] ?? '';
  const fields = Object.entries(event)
    .filter(([name]) => !NOT_SHOWN.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const error = event.err as { stack?: string } | undefined;
  const text = [`${time} ${level.padEnd(5)} ${String(event.msg)}`, ...fields].join('  ');
  process.stdout.write(error?.stack === undefined ? `${text}\n` : `${text}\n${error.stack}\n`);
}
