// Requests as bytes, for what no well-behaved client sends; and their answers, decoded.

import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { ConnectError } from '@connectrpc/connect';
import { ConnectError as ErrorClass } from '@connectrpc/connect';
import { endStreamFromJson, errorFromJsonBytes } from '@connectrpc/connect/protocol-connect';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import { trailerParse } from '@connectrpc/connect/protocol-grpc-web';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One POST over HTTP/2 prior knowledge, on a connection of its own. */
export async function post(
  url: string,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array,
): Promise<RawAnswer> {
  const session = connectHttp2(url);
  const failed = once(session, 'error').then(([error]) => Promise.reject(error as Error));
  try {
    return await Promise.race([postOn(session, path, headers, body), failed]);
  } finally {
    session.close();
  }
}

/** One POST on an open connection. */
export function postOn(
  session: ClientHttp2Session,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
    let answer: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
    let trailers: IncomingHttpHeaders = {};
    const pieces: Buffer[] = [];
    stream.once('response', (received) => {
      answer = received;
    });
    stream.once('trailers', (received) => {
      trailers = received;
    });
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.once('error', reject);
    stream.once('close', () => {
      const status = answer[':status'] ?? 0;
      resolve({ status, headers: answer, trailers, body: Buffer.concat(pieces) });
    });
    stream.end(body);
  });
}

/** The error in an answer, whichever protocol it is in. */
export function errorOf({ headers, trailers, body }: RawAnswer): ConnectError | undefined {
  const type = headers['content-type'] ?? '';
  const none = new ErrorClass('not an error');
  if (type.startsWith('application/grpc-web')) {
    const bytes = type.includes('-text') ? decodeSegments(body.toString('latin1')) : body;
    const trailer = envelopes(bytes).find(({ flags }) => (flags & 0x80) !== 0);
    return findTrailerError(trailer ? trailerParse(trailer.data) : web(headers));
  }
  // Trailers-Only has them in its headers.
  if (type.startsWith('application/grpc'))
    return findTrailerError(web({ ...headers, ...trailers }));
  if (type.startsWith('application/connect+')) {
    const end = envelopes(body).find(({ flags }) => (flags & 0x02) !== 0);
    return end && endStreamFromJson(end.data).error;
  }
  return errorFromJsonBytes(body, undefined, none);
}

export function envelope(data: Uint8Array, flags = 0, length = data.byteLength): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, data]);
}

export function envelopes(bytes: Buffer): { flags: number; data: Buffer }[] {
  const found: { flags: number; data: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    found.push({ flags: bytes.readUInt8(at), data: bytes.subarray(at + 5, end) });
    at = end;
  }
  return found;
}

/** Base64 whose padding may stand anywhere. */
export function decodeSegments(text: string): Buffer {
  const groups = text.match(/.{4}/gs) ?? [];
  return Buffer.concat(groups.map((group) => Buffer.from(group, 'base64')));
}

function web(headers: IncomingHttpHeaders): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(':') && typeof value === 'string') result.set(name, value);
  }
  return result;
}

/** A TCP connection whose received text grows in `text()`. */
export interface RawConnection {
  readonly socket: Socket;
  text(): string;
  /** Resolves when the text contains it; rejects when the connection closes before. */
  until(part: string): Promise<void>;
  /** Resolves when the server has closed. */
  readonly closed: Promise<void>;
}

export async function dial(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let received = '';
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (piece) => {
    received += piece.toString('latin1');
    socket.emit('grown');
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  return {
    socket,
    text: () => received,
    closed,
    until: (part) =>
      new Promise((resolve, reject) => {
        const look = () => received.includes(part) && resolve();
        socket.on('grown', look);
        socket.once('close', () => reject(new Error(`closed after: ${received}`)));
        look();
      }),
  };
}
