// HTTP/2 connections: their bounds, their pings, their end. Rapid resets are bounded by
// nghttp2 itself (1,000 at once, then 33 a second; test/server/abuse.test.ts shows it).

import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { Limits } from './limits.js';
import type { Logger } from './log.js';
import type { RequestHandler } from './request-handler.js';

export interface Http2Sessions {
  /** Never listens: sockets are handed to it with the event 'connection'. */
  readonly server: Http2Server;
  /** GOAWAY: no new calls, those begun go on. */
  drain(): void;
}

// A client that breaks the protocol this often is broken.
const MAX_INVALID_FRAMES = 100;

export function createHttp2Sessions(
  handler: RequestHandler,
  limits: Limits,
  log: Logger,
): Http2Sessions {
  const sessions = new Set<ServerHttp2Session>();
  let isDraining = false;
  const options = {
    maxSessionMemory: limits.sessionMemoryMb,
    maxHeaderListPairs: limits.headerCount,
    maxSessionInvalidFrames: MAX_INVALID_FRAMES,
    settings: {
      maxConcurrentStreams: limits.streamsPerConnection,
      maxHeaderListSize: limits.headerBytes,
      initialWindowSize: limits.streamWindowBytes,
      enablePush: false,
    },
  };
  const server = createServer(
    options,
    (request: Http2ServerRequest, response: Http2ServerResponse) => handler(request, response),
  );
  server.on('sessionError', (error) => log.debug({ err: error }, 'an HTTP/2 connection failed'));
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.setLocalWindowSize(limits.sessionWindowBytes);
    watchOver(session, limits);
    if (isDraining) session.close();
  });
  return {
    server,
    drain() {
      isDraining = true;
      for (const session of sessions) session.close();
    },
  };
}

/** Ends the connection when the peer is gone, gently when it only has nothing to say. */
function watchOver(session: ServerHttp2Session, limits: Limits): void {
  let openStreams = 0;
  let idleSinceMs = performance.now();
  session.on('stream', (stream) => {
    openStreams += 1;
    stream.once('close', () => {
      openStreams -= 1;
      idleSinceMs = performance.now();
    });
  });
  let isAnswered = true;
  const timer = setInterval(() => {
    if (!isAnswered) return session.destroy();
    if (openStreams === 0 && performance.now() - idleSinceMs >= limits.sessionIdleTimeoutMs) {
      return session.close();
    }
    isAnswered = false;
    session.ping((error) => {
      isAnswered = error === null;
    });
  }, limits.pingIntervalMs).unref();
  session.once('close', () => clearInterval(timer));
}
