// Requests that have come and are not begun. They begin in a turn of the event loop of their own, so
// many at a time, so that a burst of them holds up nobody; and one that was reset in the very bytes
// that brought it, as attackers do by the thousand, is never begun at all. Connections take turns:
// who sends a thousand requests at once delays nobody else's.

import type { Connection } from '../exchange/connections.js';
import type { Exchange } from '../exchange/exchange.js';
import type { Logger } from '../support/log.js';
import type { RequestHandler } from './request-handler.js';

/** A few milliseconds of work. */
const MAX_A_TURN = 32;
/** Of a line that is never empty, so many that are begun are forgotten together. */
const FORGOTTEN_TOGETHER = 64;

export interface Intake {
  readonly begin: RequestHandler;
  /** How many requests may begin before one that comes now on this connection, of whatever kind. */
  ahead(connection: Connection): number;
}

/** One connection's, in order; those before `at` are begun. */
interface Line {
  exchanges: Exchange[];
  at: number;
}

export function createIntake(handler: RequestHandler, log: Logger): Intake {
  /** In the order of their turns. */
  const lines = new Map<Connection, Line>();
  let waiting = 0;

  const beginOne = (exchange: Exchange): void => {
    try {
      handler(exchange);
    } catch (error) {
      log.error({ err: error }, 'a request could not be taken in');
      exchange.cut();
    }
  };
  const beginSome = (): void => {
    let begun = 0;
    // What is put at the end of a map that is walked through is come to as well.
    for (const [connection, line] of lines) {
      lines.delete(connection);
      const exchange = nextOf(line);
      if (line.at < line.exchanges.length) lines.set(connection, line);
      if (exchange !== undefined) {
        beginOne(exchange);
        begun += 1;
      }
      if (begun >= MAX_A_TURN) break;
    }
    if (lines.size > 0) setImmediate(beginSome);
  };
  /** The first one that is not over; what is over is passed by. */
  const nextOf = (line: Line): Exchange | undefined => {
    while (line.at < line.exchanges.length) {
      const exchange = line.exchanges[line.at];
      line.at += 1;
      waiting -= 1;
      if (line.at >= FORGOTTEN_TOGETHER) {
        line.exchanges = line.exchanges.slice(line.at);
        line.at = 0;
      }
      if (exchange !== undefined && !exchange.isOver) return exchange;
    }
    return undefined;
  };

  return {
    begin(exchange) {
      if (lines.size === 0) setImmediate(beginSome);
      const line = lines.get(exchange.connection) ?? { exchanges: [], at: 0 };
      line.exchanges.push(exchange);
      lines.set(exchange.connection, line);
      waiting += 1;
    },
    ahead(connection) {
      const line = lines.get(connection);
      const own = line === undefined ? 0 : line.exchanges.length - line.at;
      return Math.min(waiting, (own + 1) * lines.size);
    },
  };
}
