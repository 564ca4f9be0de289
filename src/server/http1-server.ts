// HTTP/1.1 connections: an http.Server that never listens itself, with its timeouts armed.

import { createServer, type Server } from 'node:http';
import type { Limits } from './limits.js';
import type { RequestHandler } from './request-handler.js';

/** A tenth of the shortest timeout would do; a second is precise enough and costs nothing. */
const MAX_CHECK_INTERVAL_MS = 1_000;

/** Sockets are handed to it with the event 'connection'. */
export function createHttp1Server(handler: RequestHandler, limits: Limits): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.idleTimeoutMs,
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, MAX_CHECK_INTERVAL_MS),
    },
    handler,
  );
  server.maxHeadersCount = limits.headerCount;
  // Node arms the header and request timeouts when the server begins to listen; this event
  // has no other listener, and the test of slow headers fails if that ever changes.
  server.emit('listening');
  return server;
}
