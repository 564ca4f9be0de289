// What a failure of Redis means and how it is said. Details are for operators and go into health
// answers: never a host, a port, a password or anything a server wrote freely.

/** Redis answered with something that no script of ours answers. */
export class UnexpectedReplyError extends Error {
  override readonly name = 'UnexpectedReplyError';
}

/** Redis did not answer a request in time. It may still carry it out. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** What is said of a failure that says nothing. */
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

/** The whole server is concerned, not one key: there is no use in asking again at once. */
export function concernsServer(error: unknown): boolean {
  const word = firstWord(error);
  // Out of memory, a server still answers from what it has and still deletes.
  return word !== undefined && word !== 'OOM' && DETAILS.has(word);
}

/** Says what went wrong, for a person who can do something about it. */
export function describeFailure(error: unknown): string {
  const word = firstWord(error);
  const known = word === undefined ? undefined : DETAILS.get(word);
  if (known !== undefined) return known;
  if (isWrongDatabase(error)) return 'Redis refuses the database number of REDIS_URL.';
  if (error instanceof UnexpectedReplyError) return 'What answers at REDIS_URL is not Redis.';
  // The others are ioredis's words: of a command that sets a connection up, and of a silent one.
  // Which of the two is heard of a hanging Redis is a matter of a millisecond.
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

/** Redis has no database of the number asked for. */
export function isWrongDatabase(error: unknown): boolean {
  if (!(error instanceof Error) || !('command' in error)) return false;
  const { command } = error;
  return typeof command === 'object' && command !== null && 'name' in command
    ? command.name === 'select' && error.message.startsWith('ERR ')
    : false;
}

/** The word a Redis error begins with: `WRONGPASS`. */
function firstWord(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return /^([A-Z]{2,20}) /.exec(message)?.[1];
}

/** What Node calls a failure of a socket or of TLS: `ECONNREFUSED`. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[A-Z0-9_]{2,60}$/.test(error.code)
    ? error.code
    : undefined;
}
