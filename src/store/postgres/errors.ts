// Turns errors of PostgreSQL and its driver into failures. Only this file knows SQLSTATEs.

import pg from 'pg';
import { AttendanceError } from '../../domain/facts/errors.js';

/** How long a caller should wait before a retry while PostgreSQL is unavailable. */
export const STORE_RETRY_AFTER_MS = 500;

/**
 * SQLSTATE classes (two characters) that are temporary: the same statements can succeed later. 08
 * connection, 53 resources, 57 operator intervention (shutdown, cancelled by timeout), 40 rolled
 * back (deadlock, serialization), 28 refused log-in (a password being rotated).
 */
const PASSING_CLASSES = new Set(['08', '28', '40', '53', '57']);

/**
 * 55P03 lock timeout, 25P03 idle transaction ended, 25006 read-only (during a failover), 58030 disk
 * failure, 3D000 no such database and 42P01 no such table (the schema is not there yet).
 */
const PASSING_CODES = new Set(['55P03', '25P03', '25006', '58030', '3D000', '42P01']);

/** SQLSTATEs of a database that answers but accepts no writes, in words for an operator. */
const WRITE_REFUSALS = new Map([
  ['53100', 'its disk is full'],
  ['58030', 'its disk fails'],
  ['25006', 'it is read-only'],
]);

/** Errors of the operating system's sockets. */
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** The driver has no codes for these, so its texts are matched. */
const DRIVER_TEXTS =
  /connection terminated|read timeout|timeout exceeded when trying to connect|not queryable|client was closed|after calling end|the server does not support|server closed/i;

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Whether the connection itself failed, so that statements not yet sent did not run. */
export function isConnectionError(error: unknown): boolean {
  const code = codeOf(error);
  if (code.startsWith('08') || code.startsWith('57P') || SOCKET_CODES.has(code)) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionError);
  return code === '' && error instanceof Error && DRIVER_TEXTS.test(error.message);
}

/** Whether PostgreSQL rolled the transaction back in favour of another: deadlock, serialization. */
export function isRolledBack(error: unknown): boolean {
  return codeOf(error).startsWith('40');
}

/** Classes 22 (data), 23 (constraints) and 54 (limits): the error is in the data sent. */
export function isDataError(error: unknown): boolean {
  return ['22', '23', '54'].includes(codeOf(error).slice(0, 2));
}

/**
 * Whether PostgreSQL refused a statement because of its content, so that its transaction surely
 * failed. Not for temporary reasons, and not if the connection failed, which leaves a commit
 * unknown.
 */
export function isRefusedForGood(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !isPassing(error);
}

/** Whether a later retry can succeed. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return (
    isConnectionError(error) || PASSING_CLASSES.has(code.slice(0, 2)) || PASSING_CODES.has(code)
  );
}

/** Why PostgreSQL accepts no writes at all; undefined if the error does not say so. */
export function writeRefusal(error: unknown): string | undefined {
  return WRITE_REFUSALS.get(codeOf(error));
}

/** STORE_UNAVAILABLE for a temporary error; otherwise the error itself. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof AttendanceError || !isPassing(error)) return error;
  return new AttendanceError(
    { kind: 'STORE_UNAVAILABLE', retryAfterMs: STORE_RETRY_AFTER_MS },
    { cause: error },
  );
}
