// HTTP/2 connections: their bounds, pings and end. Node's compatibility layer is not used, because
// it does not report reliably when an answer is over, and throws out of events.

import type { OutgoingHttpHeaders } from 'node:http';
import {
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { timeoutMsOf } from '../connect/rpc-call.js';
import type { Connection, Protocol } from '../exchange/connections.js';
import type { RequestHeaders } from '../exchange/exchange.js';
import { createRefusedStreams } from '../load/refused-streams.js';
import { createReadLag, createResetBudget } from '../load/reset-budget.js';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';
import { giveNotice } from './goaway-notice.js';
import { Http2Exchange } from './http2-exchange.js';
import type { RequestHandler } from './request-handler.js';

export interface Http2Sessions {
  /** Takes a connection that speaks HTTP/2. */
  adopt(connection: Connection): void;
  /** Sends GOAWAY: no new calls; calls in flight go on. */
  drain(): void;
}

// A client that breaks the protocol this often is broken.
const MAX_INVALID_FRAMES = 100;
/**
 * After GOAWAY: how many ping intervals without traffic end a connection. Longer than most calls
 * take.
 */
const MAX_SILENT_LOOKS = 3;

/** Refuses a call before an exchange is made for it; undefined to serve it. */
export type RefuseEarly = (
  connection: Connection,
  headers: RequestHeaders,
) => OutgoingHttpHeaders | undefined;

export function createHttp2Sessions(
  handler: RequestHandler,
  refuseEarly: RefuseEarly,
  limits: Limits,
  log: Logger,
): Http2Sessions {
  const sessions = new Map<ServerHttp2Session, Connection>();
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
  const server: Http2Server = createServer(options);
  // Without a listener, either of these errors ends the process.
  server.on('sessionError', (error) => log.debug({ err: error }, 'an HTTP/2 connection failed'));
  server.on('error', (error) => log.debug({ err: error }, 'an HTTP/2 connection failed'));

  const onStreamError = (error: Error) => log.debug({ err: error }, 'an HTTP/2 stream failed');
  const refused = createRefusedStreams();
  const lagMs = createReadLag();

  const begin = (session: ServerHttp2Session, connection: Connection): void => {
    sessions.set(session, connection);
    session.once('close', () => sessions.delete(session));
    session.setLocalWindowSize(limits.sessionWindowBytes);
    connection.protocol = protocolOf(session, connection, limits, log);
    // A peer that ends its side asks nothing more; its calls are still answered. Without this, the
    // service's side would stay open.
    connection.socket.once('end', () => session.close());
    const watchReset = createResetBudget(session, lagMs);
    session.on('stream', (stream, headers) => {
      stream.on('error', onStreamError);
      try {
        const refusal = refuseEarly(connection, headers);
        watchReset(stream, timeoutMsOf(headers));
        if (refusal !== undefined) return refused.answer(stream, refusal, connection);
        serve(stream, headers);
      } catch (error) {
        log.error({ err: error }, 'a request could not be taken in');
        stream.destroy();
      }
    });
    const serve = (stream: ServerHttp2Stream, headers: RequestHeaders): void => {
      if (headers[':path'] === undefined) {
        // CONNECT: this server is no proxy.
        stream.respond({ ':status': 405, allow: 'GET, POST' }, { endStream: true });
        return;
      }
      handler(new Http2Exchange(stream, headers, connection, log));
    };
    if (isDraining) closeAfterFirst(session, limits);
  };

  // Node creates the session and emits this event inside `emit` below.
  let adopted: Connection | undefined;
  server.on('session', (session) => {
    if (adopted !== undefined) begin(session, adopted);
  });
  return {
    adopt(connection) {
      adopted = connection;
      server.emit('connection', connection.socket);
      adopted = undefined;
    },
    drain() {
      isDraining = true;
      for (const [session, { socket }] of sessions) giveNotice(session, socket, limits, log);
    },
  };
}

/** A connection that begins during a drain may ask once: its request is probably on its way. */
function closeAfterFirst(session: ServerHttp2Session, { drainGreetingMs }: Limits): void {
  const timer = setTimeout(() => session.close(), drainGreetingMs);
  session.once('stream', () => {
    clearTimeout(timer);
    session.close();
  });
}

/** Ends the connection at once if the peer is gone, and with GOAWAY if it is idle or old. */
function protocolOf(
  session: ServerHttp2Session,
  connection: Connection,
  limits: Limits,
  log: Logger,
): Protocol {
  let isToldOfAge = false;
  let isAnswered = true;
  let lookedMs = performance.now();
  let exchanged = 0;
  let silentLooks = 0;
  return {
    get isDead() {
      // A session after GOAWAY without open requests is dead too, though its socket may stay open.
      return session.destroyed || (session.closed && connection.openRequests === 0);
    },
    look(nowMs) {
      if (nowMs >= connection.oldAtMs && !isToldOfAge) {
        isToldOfAge = true;
        giveNotice(session, connection.socket, limits, log);
        return;
      }
      if (nowMs - lookedMs < limits.pingIntervalMs) return;
      lookedMs = nowMs;
      const isIdle = connection.openRequests === 0;
      if (session.closed) {
        // Node does not ping after GOAWAY. A peer that exchanges no bytes for this long is gone.
        const { bytesRead, bytesWritten } = connection.socket;
        silentLooks = bytesRead + bytesWritten === exchanged ? silentLooks + 1 : 0;
        exchanged = bytesRead + bytesWritten;
        if (silentLooks >= MAX_SILENT_LOOKS) session.destroy();
        return;
      }
      if (!isAnswered) {
        session.destroy();
      } else if (isIdle && nowMs - connection.idleSinceMs >= limits.sessionIdleTimeoutMs) {
        session.close();
      } else {
        isAnswered = false;
        session.ping((error) => {
          isAnswered = error === null;
        });
      }
    },
  };
}
