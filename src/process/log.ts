// The log: JSON lines, one event each, or short plain lines on a terminal. It must never contain a
// caller's URL, header or message, because they can hold secrets.

import { type Logger, pino } from 'pino';
import type { LogLevel } from './config.js';
import { LogWriter } from './log-writer.js';

/** The most causes of an error that are logged, because causes can form a circle. */
const MAX_CAUSES = 5;

/** How long the end of the process waits for the last lines of the log. */
const LAST_LINES_MS = 1000;

/**
 * The logged parts of an error. Not the driver's `detail`, `where` and `query`: they quote rows.
 */
function describeError(error: unknown, causesLeft = MAX_CAUSES): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? { code: error.code } : {};
  const told = cause === undefined || causesLeft === 0;
  return {
    name,
    message,
    ...code,
    stack,
    ...(told ? {} : { cause: describeError(cause, causesLeft - 1) }),
  };
}

export function createLogger(level: LogLevel): Logger {
  const options = {
    level,
    serializers: { err: (error: unknown) => describeError(error) },
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, { write: (line) => output.write(asShown(line)) });
}

/** Resolves when the lines logged so far are written, or cannot be written. */
export async function logWritten(): Promise<void> {
  await output.written(LAST_LINES_MS);
}

/** One output for all loggers of a process, so that their lines stay in order. */
const output = new LogWriter(1, (lines) => {
  const time = new Date().toISOString();
  const msg = 'lines of the log were lost: nobody took them, or there was no room for them';
  const event = { level: pino.levels.values.warn, time, pid: process.pid, lines, msg };
  return asShown(`${JSON.stringify(event)}\n`);
});

function asShown(line: string): string {
  return process.stdout.isTTY === true ? plain(line) : line;
}

const NOT_SHOWN = new Set(['level', 'time', 'pid', 'msg', 'err']);

/** `12:13:16 warn   waiting for PostgreSQL  host=... reason=...` */
function plain(line: string): string {
  const event = JSON.parse(line) as Record<string, unknown>;
  const time = String(event.time).slice(11, 19);
  const level = pino.levels.labels[Number(event.level)] ?? '';
  const fields = Object.entries(event)
    .filter(([name]) => !NOT_SHOWN.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const error = event.err as { stack?: string } | undefined;
  const text = [`${time} ${level.padEnd(5)} ${String(event.msg)}`, ...fields].join('  ');
  return error?.stack === undefined ? `${text}\n` : `${text}\n${error.stack}\n`;
}
