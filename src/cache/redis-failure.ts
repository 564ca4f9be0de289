// Classifies failures of Redis and describes them. Details are for operators and appear in health
// answers, so they never contain a host, a port, a password or free text from a server.

/** Redis answered with something that none of our scripts answers. */
export class UnexpectedReplyError extends Error {
  override readonly name = 'UnexpectedReplyError';
}

/** Redis did not answer a request in time. It may still carry it out. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** The description of an unknown failure. */
export const UNKNOWN_FAILURE = 'Redis fails.';

const DETAILS = new Map([
  ['NOAUTH', 'Redis asks for a password (NOAUTH): put it into REDIS_URL.'],
  ['WRONGPASS', 'Redis refuses the user or password of REDIS_URL (WRONGPASS).'],
  ['NOPERM', 'The user of REDIS_URL may not run scripts on attendance:* (NOPERM).'],
  ['READONLY', 'This Redis is a read-only replica (READONLY): REDIS_URL must name the primary.'],
  ['OOM', 'Redis is out of memory (OOM): raise maxmemory or let maxmemory-policy evict.'],
  ['LOADING', 'Redis is loading its data (LOADING).'],
  ['MASTERDOWN', 'This Redis is a replica without its primary (MASTERDOWN).'],
  ['MISCONF', 'Redis refuses writes since it cannot save to disk (MISCONF).'],
  ['NOREPLICAS', 'Redis refuses writes since too few replicas follow it (NOREPLICAS).'],
  ['BUSY', "Redis is busy with somebody's script (BUSY)."],
  ['MOVED', 'This Redis is a cluster node (MOVED): REDIS_URL must name a single Redis.'],
  ['CLUSTERDOWN', 'The Redis cluster is down (CLUSTERDOWN).'],
]);

/** Whether the whole server is affected, not one key, so that an immediate retry is useless. */
export function concernsServer(error: unknown): boolean {
  const word = firstWord(error);
  // When out of memory, a server still answers from what it has and still deletes.
  return word !== undefined && word !== 'OOM' && DETAILS.has(word);
}

/** Describes the failure for a person who can act on it. */
export function describeFailure(error: unknown): string {
  const word = firstWord(error);
  const known = word === undefined ? undefined : DETAILS.get(word);
  if (known !== undefined) return known;
  if (isWrongDatabase(error)) return 'Redis refuses the database number of REDIS_URL.';
  if (error instanceof UnexpectedReplyError) return 'What answers at REDIS_URL is not Redis.';
  // The other texts are ioredis's: a setup command that timed out, and a silent connection. With a
  // hanging Redis, it is a matter of a millisecond which of them comes first.
  if (
    error instanceof TimeoutError ||
    (error instanceof Error && /^(Command timed out$|Socket timeout\. )/.test(error.message))
  ) {
    return 'Redis does not answer in time.';
  }
  const code = codeOf(error);
  if (code !== undefined) return `Redis cannot be reached (${code}).`;
  return word === undefined ? UNKNOWN_FAILURE : `Redis answers with an error (${word}).`;
}

/** Whether Redis does not have the requested database number. */
export function isWrongDatabase(error: unknown): boolean {
  if (!(error instanceof Error) || !('command' in error)) return false;
  const { command } = error;
  return typeof command === 'object' && command !== null && 'name' in command
    ? command.name === 'select' && error.message.startsWith('ERR ')
    : false;
}

/** The first word of a Redis error: `WRONGPASS`. */
function firstWord(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return /^([A-Z]{2,20}) /.exec(message)?.[1];
}

/** Node's code for a failure of a socket or of TLS: `ECONNREFUSED`. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[A-Z0-9_]{2,60}$/.test(error.code)
    ? error.code
    : undefined;
}
