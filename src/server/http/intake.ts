// A queue of requests that have arrived but not started. Each event-loop turn starts a bounded
// number of them, so a burst holds up nobody. A request that is reset in the same bytes that
// brought it, as attackers send by the thousand, is never started. Connections take turns, so a
// caller that sends a thousand requests at once delays only itself.

import type { Connection } from '../exchange/connections.js';
import type { Exchange } from '../exchange/exchange.js';
import type { Logger } from '../support/log.js';
import type { RequestHandler } from './request-handler.js';

/** Requests started in one event-loop turn: a few milliseconds of work. */
const MAX_A_TURN = 32;
/** How many started requests are dropped together from a line that never becomes empty. */
const FORGOTTEN_TOGETHER = 64;

export interface Intake {
  readonly begin: RequestHandler;
  /** The most requests of any kind that may start before a new one of this connection. */
  ahead(connection: Connection): number;
}

/** The requests of one connection, in order. Those before `at` have started. */
interface Line {
  exchanges: Exchange[];
  at: number;
}

export function createIntake(handler: RequestHandler, log: Logger): Intake {
  /** Lines in the order of their turns. */
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
    // A Map's iterator also visits entries that are added during the loop.
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
  /** The next request that is not over; skips those that are. */
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
