// Errors that nobody caught, out of a timer, an event or a promise. What they left half done nobody
// knows, so the process has to go; but the calls in flight have nothing to do with it, so it goes
// in order. Must never throw itself, log without end, or let the process stay for ever.

import type { Logger } from 'pino';

/** What is logged of them in all: one that comes back with every timer must not fill the disk. */
const MAX_LOGGED = 20;

/**
 * What keeps its promise after such an error is not known: beyond this the process just ends. Above
 * the sum of what is waited for in order: the delay, the grace, and the embedded database.
 */
const END_WITHIN_MS = 90_000;

/** That the process ends because of errors nobody caught; each is in the log already. */
export class UnexpectedEnd extends Error {
  override readonly name = 'UnexpectedEnd';

  constructor() {
    super('ended after an unexpected error; the calls in flight were given their time');
  }
}

/**
 * From now on such an error does not end the process but is logged; at the first one the promise
 * resolves, and whoever waits for it stops what runs. `end` is called if that takes too long.
 */
export function unexpectedError(log: Logger, end: () => void): Promise<UnexpectedEnd> {
  // Whoever reads our output may go away; the stream says so with an event that is fatal unheard.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return new Promise((resolve) => {
    let count = 0;
    // Rejections that nobody handles come here too, with their origin.
    process.on('uncaughtException', (error: unknown, origin) => {
      count += 1;
      if (count <= MAX_LOGGED) logFatal(log, error, { origin, count });
      if (count > 1) return;
      resolve(new UnexpectedEnd());
      setTimeout(end, END_WITHIN_MS).unref();
    });
  });
}

/** Anything can be thrown, also what cannot be told. */
function logFatal(log: Logger, err: unknown, fields: { origin: string; count: number }): void {
  const isFirst = fields.count === 1;
  const first = 'an unexpected error: the service finishes what is in flight, then ends';
  const further = `another unexpected error; of ${MAX_LOGGED} at most each is logged`;
  const message = isFirst ? first : further;
  try {
    log.fatal({ err, ...fields }, message);
  } catch {
    log.fatal(fields, message);
  }
}
