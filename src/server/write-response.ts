// Writes a universal response to Node's. connect-node has such a function, but over HTTP/1.1
// it waits for an event that never comes (2.1.2), so its promise cannot tell when a call is
// over, and it waits for a client that does not read for as long as that client likes.

import type { ServerResponse } from 'node:http';
import { constants, type Http2ServerResponse } from 'node:http2';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import { webHeaderToNodeHeaders } from './node-headers.js';
import type { NodeRequest } from './request-body.js';

export type NodeResponse = ServerResponse | Http2ServerResponse;

/** The client is gone, or does not read. Never worth more than a debug line. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

export interface WriteBounds {
  /** How long the client may leave written bytes unread. */
  readonly stallTimeoutMs: number;
  /** How long the rest of an answered request is read. */
  readonly lingerMs: number;
}

/**
 * Resolves when the answer is written or the client is gone, and has then ended the body's
 * iterator. Throws what the body throws, and ClientGoneError.
 */
export async function writeResponse(
  response: UniversalServerResponse,
  target: NodeResponse,
  { stallTimeoutMs, lingerMs }: WriteBounds,
): Promise<void> {
  const pieces = response.body?.[Symbol.asyncIterator]();
  try {
    // Headers go after the first read: until then a handler may still add to them.
    let piece = await pieces?.next();
    if (isGone(target)) throw new ClientGoneError('closed before the answer');
    target.writeHead(response.status, webHeaderToNodeHeaders(response.header));
    for (; piece !== undefined && piece.done !== true; piece = await pieces?.next()) {
      await write(target, piece.value, stallTimeoutMs);
    }
    if (isGone(target)) throw new ClientGoneError('closed during the answer');
    if (response.trailer !== undefined) {
      target.addTrailers(webHeaderToNodeHeaders(response.trailer));
    }
    discardRest(target.req, target, lingerMs);
    await end(target, stallTimeoutMs);
  } finally {
    // Tells the handler that nobody listens any more; it may take its time to stop.
    pieces?.return?.().catch(() => {});
  }
}

/** Http2ServerResponse has no `destroyed`; its stream has. */
export function isGone(target: NodeResponse): boolean {
  if (target.writableEnded) return true;
  return 'stream' in target ? target.stream.destroyed || target.stream.closed : target.destroyed;
}

/**
 * Reads on, for nothing, what the client still sends: closing now would reset the connection
 * and could take the answer with it. Bounded; a client that goes on is cut.
 */
export function discardRest(request: NodeRequest, target: NodeResponse, lingerMs: number): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => {
    if ('stream' in target) target.stream.close(constants.NGHTTP2_NO_ERROR);
    else request.socket.destroy();
  }, lingerMs);
  const stop = () => clearTimeout(timer);
  request.once('end', stop);
  request.once('close', stop);
}

function write(target: NodeResponse, bytes: Uint8Array, timeoutMs: number): Promise<void> {
  if (isGone(target)) return Promise.reject(new ClientGoneError('closed during the answer'));
  // Http2ServerResponse types its pieces as strings; it passes bytes to its stream as they are.
  const flushed = (target as ServerResponse).write(bytes);
  return flushed ? Promise.resolve() : settled(target, 'drain', timeoutMs);
}

function end(target: NodeResponse, timeoutMs: number): Promise<void> {
  const done = settled(target, 'finish', timeoutMs);
  target.end();
  return done;
}

/** Waits for the event; a client that takes nothing for so long is cut off. */
function settled(target: NodeResponse, event: 'drain' | 'finish', timeoutMs: number) {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      cut(target);
      stop(new ClientGoneError(`read nothing for ${timeoutMs} ms`));
    }, timeoutMs);
    const stop = (error?: Error) => {
      clearTimeout(timer);
      target.off(event, onEvent);
      target.off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onEvent = () => stop();
    const onClose = () =>
      stop(target.writableFinished ? undefined : new ClientGoneError('closed during the answer'));
    target.once(event, onEvent);
    target.once('close', onClose);
  });
}

/** Ends the call at once: one stream over HTTP/2, the connection over HTTP/1.1. */
export function cut(target: NodeResponse): void {
  if ('stream' in target) target.stream.close(constants.NGHTTP2_CANCEL);
  else target.destroy();
}
