// Attackers' calls that keep to the rules of HTTP: with Node's own clients, over a bout's own
// connections. Their answers are counted by kind.

import { type IncomingHttpHeaders, request as requestHttp1 } from 'node:http';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  type Settings,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Bout } from './bout.js';

export interface SessionOptions {
  readonly settings?: Settings;
  readonly socket?: Duplex;
}

/** An HTTP/2 session that ends with the bout. */
export function openSession(bout: Bout, options: SessionOptions = {}): ClientHttp2Session {
  const socket = options.socket ?? bout.dial();
  const settings = { enablePush: false, ...options.settings };
  const session = connectHttp2('http://127.0.0.1', { createConnection: () => socket, settings });
  session.on('error', (error: NodeJS.ErrnoException) => {
    if (!bout.isOver) bout.saw(error.code ?? error.message);
  });
  session.on('goaway', (code) => {
    if (!bout.isOver) bout.saw(`GOAWAY ${code}`);
  });
  bout.onEnd(() => session.destroy());
  return session;
}

/** A gRPC call whose body is up to the caller; undefined when the session takes none any more. */
export function openCall(
  bout: Bout,
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): ClientHttp2Stream | undefined {
  if (session.destroyed || session.closed || bout.isOver) return undefined;
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  stream.on('error', () => undefined);
  return stream;
}

/** How a call ended, which is counted; reads the answer and keeps none of it. */
export function endOf(bout: Bout, stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => {
    let kind: string | undefined;
    const hear = (headers: IncomingHttpHeaders) => {
      const grpcStatus = headers['grpc-status'];
      if (grpcStatus !== undefined) kind = `gRPC ${String(grpcStatus)}`;
      else if (headers[':status'] !== undefined) kind = `HTTP ${String(headers[':status'])}`;
    };
    stream.on('response', hear);
    stream.on('trailers', hear);
    stream.once('close', () => {
      const end = kind ?? `RST_STREAM ${stream.rstCode}`;
      if (!bout.isOver) bout.saw(end);
      resolve(end);
    });
    stream.resume();
  });
}

export interface PlainRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** One request over HTTP/1.1 and a connection of its own. Resolves at its end, however that is. */
export function plainRequest(bout: Bout, { method, path, headers, body }: PlainRequest) {
  return new Promise<void>((resolve) => {
    const request = requestHttp1({
      method,
      path,
      headers: { host: '127.0.0.1', ...headers },
      createConnection: () => bout.dial(),
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (!bout.isOver) bout.saw(error.code ?? error.message);
    });
    request.on('response', (response) => {
      bout.saw(`HTTP ${response.statusCode}`);
      response.on('error', () => undefined);
      response.resume();
    });
    request.once('close', resolve);
    void bout.over.then(resolve);
    request.end(body);
  });
}
