// A bare HTTP/2 server that answers calls as a test says, and a request to it.

import * as http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { grpcFrame, type RequestTemplate } from '../../../bench/load/template.js';

/** The message's first four characters are the call's number. */
const MARKER = '####';
export const DIGITS_AT = 5;
export const REQUEST: RequestTemplate = {
  path: '/a.B/C',
  frame: grpcFrame(Buffer.from(`${MARKER} and more`)).toString('base64'),
  fields: [{ kind: 'NUMBER', offset: DIGITS_AT, width: 4, every: 1, modulo: 10_000 }],
  answered: { offset: DIGITS_AT, width: 4 },
};

/** Answers call `count`, whose request has come whole. */
export type Answer = (
  stream: http2.ServerHttp2Stream,
  body: Buffer,
  count: number,
  headers: http2.IncomingHttpHeaders,
) => void;

export interface TestServer {
  readonly port: number;
  readonly sessions: readonly http2.ServerHttp2Session[];
  /** Ends all connections without a word. */
  cut(): void;
  close(): Promise<void>;
}

export async function serve(answer: Answer, settings: http2.Settings = {}): Promise<TestServer> {
  const server = http2.createServer({ settings });
  const sessions: http2.ServerHttp2Session[] = [];
  const sockets: Socket[] = [];
  let count = 0;
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      // A stream that was reset ends too, and has nobody to answer.
      if (stream.aborted) return;
      count += 1;
      answer(stream, Buffer.concat(chunks), count, headers);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy();
        server.close(() => resolve());
      }),
  };
}

export function respond(stream: http2.ServerHttp2Stream, status: string, body: Buffer): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
  stream.end(body);
}
