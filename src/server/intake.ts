// Requests that have come and are not begun. They begin in a turn of the event loop of their own, so
// many at a time, so that a burst of them holds up nobody; and one that was reset in the very bytes
// that brought it, as attackers do by the thousand, is never begun at all.

import type { Exchange } from './exchange.js';
import type { Logger } from './log.js';
import type { RequestHandler } from './request-handler.js';

/** A few milliseconds of work. */
const MAX_A_TURN = 32;

export interface Intake {
  readonly begin: RequestHandler;
  /** Requests that are not begun yet. */
  readonly waiting: number;
}

export function createIntake(handler: RequestHandler, log: Logger): Intake {
  let waiting: Exchange[] = [];
  const beginOne = (exchange: Exchange): void => {
    try {
      handler(exchange);
    } catch (error) {
      log.error({ err: error }, 'a request could not be taken in');
      exchange.cut();
    }
  };
  const beginSome = (): void => {
    let looked = 0;
    for (let begun = 0; begun < MAX_A_TURN && looked < waiting.length; looked += 1) {
      const exchange = waiting[looked];
      if (exchange === undefined || exchange.isOver) continue;
      beginOne(exchange);
      begun += 1;
    }
    waiting = waiting.slice(looked);
    if (waiting.length > 0) setImmediate(beginSome);
  };
  return {
    begin(exchange) {
      waiting.push(exchange);
      if (waiting.length === 1) setImmediate(beginSome);
    },
    get waiting() {
      return waiting.length;
    },
  };
}
