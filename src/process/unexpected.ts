// Handles errors that nothing caught, out of a timer, an event or a promise. Nobody knows what they
// left half done, so the process has to end. But the calls in flight are not at fault, so it ends
// in order. This file must never throw, log without end, or let the process stay for ever.

import type { Logger } from 'pino';

/** The most errors logged: an error that recurs with every timer must not fill the disk. */
const MAX_LOGGED = 20;

/**
 * The longest orderly end, in ms. After such an error nothing is certain to work, so beyond this
 * the process just ends. Above the sum of the waits of an orderly end: the delay, the grace, and
 * the embedded database.
 */
const END_WITHIN_MS = 90_000;

/** The process ends because of uncaught errors, which the log already has. */
export class UnexpectedEnd extends Error {
  override readonly name = 'UnexpectedEnd';

  constructor() {
    super('ended after an unexpected error; the calls in flight were given their time');
  }
}

/**
 * From now on, an uncaught error is logged and does not end the process. At the first one the
 * promise resolves, and its waiter stops the service. `end` is called if that takes too long.
 */
export function unexpectedError(log: Logger, end: () => void): Promise<UnexpectedEnd> {
  // The reader of the output may go away. Without a listener, the stream's error would be fatal.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return new Promise((resolve) => {
    let count = 0;
    // Unhandled rejections arrive here too, with their origin.
    process.on('uncaughtException', (error: unknown, origin) => {
      count += 1;
      if (count <= MAX_LOGGED) logFatal(log, error, { origin, count });
      if (count > 1) return;
      resolve(new UnexpectedEnd());
      setTimeout(end, END_WITHIN_MS).unref();
    });
  });
}

/** Anything can be thrown, even a value that cannot be logged. */
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
