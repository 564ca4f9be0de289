// HTTP/1.1 connections: an http.Server that never listens itself, with its timeouts armed.

import { createServer } from 'node:http';
import type { Connection, Connections } from '../exchange/connections.js';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';
import { Http1Exchange } from './http1-exchange.js';
import type { RequestHandler } from './request-handler.js';

/**
 * How often timeouts are checked at least. One second is precise enough for the shortest (10 s).
 */
const MAX_CHECK_INTERVAL_MS = 1_000;

/** How soon a connection that becomes idle during a drain is closed. */
const SWEEP_INTERVAL_MS = 50;

export interface Http1Server {
  /** Takes a connection that speaks HTTP/1.1. */
  adopt(connection: Connection): void;
  /** From now on each answer tells its client to make a new connection for the next request. */
  letGo(): void;
  /** Closes idle connections now and the others when they become idle, until `close`. */
  drain(): void;
  close(): void;
}

export function createHttp1Server(
  handler: RequestHandler,
  connections: Connections,
  limits: Limits,
  log: Logger,
): Http1Server {
  /** Exchanges that are not over. */
  const exchanges = new Map<Connection, Set<Http1Exchange>>();
  let isLettingGo = false;
  let sweep: NodeJS.Timeout | undefined;
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      // Bodies have bounds where they are read; a streamed body may take longer than any bound.
      requestTimeout: 0,
      keepAliveTimeout: limits.idleTimeoutMs,
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, MAX_CHECK_INTERVAL_MS),
    },
    (request, response) => {
      const connection = connections.of(request.socket);
      const isOld = connection !== undefined && performance.now() >= connection.oldAtMs;
      if (isLettingGo || isOld) response.setHeader('connection', 'close');
      // Nobody needs to pipeline further; each request waits in memory for those before it.
      if (connection === undefined || connection.openRequests >= limits.pipelinedRequests) {
        request.socket.destroy();
        return;
      }
      try {
        const exchange = new Http1Exchange(request, response, connection, limits.lingerMs);
        const open = exchanges.get(connection) ?? new Set();
        exchanges.set(connection, open.add(exchange));
        exchange.onceOver(() => {
          open.delete(exchange);
          if (open.size === 0) exchanges.delete(connection);
        });
        handler(exchange);
      } catch (error) {
        log.error({ err: error }, 'a request could not be taken in');
        request.socket.destroy();
      }
    },
  );
  server.maxHeadersCount = limits.headerCount;
  // Node arms the header timeout when the server begins to listen. This event has no other
  // listener; if that ever changes, the test of slow headers fails.
  server.emit('listening');
  return {
    adopt(connection) {
      connection.protocol = { look: () => {}, isDead: false };
      connection.socket.once('close', () => {
        for (const exchange of exchanges.get(connection) ?? []) exchange.abandon();
      });
      server.emit('connection', connection.socket);
    },
    letGo() {
      isLettingGo = true;
      for (const open of exchanges.values()) {
        for (const exchange of open) exchange.setHeader('connection', 'close');
      }
    },
    drain() {
      server.closeIdleConnections();
      sweep ??= setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
    },
    close() {
      clearInterval(sweep);
      server.close();
    },
  };
}
