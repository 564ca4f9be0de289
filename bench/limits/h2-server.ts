// The limit `h2`: bare node:http2 that answers the same bytes, headers and trailers as a gRPC
// server. It shows what Node itself can do.

import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { grpcFrame } from '../load/template.js';
import type { LimitReady, LimitRequest } from './messages.js';

const RESPONSE_HEADERS = { ':status': 200, 'content-type': 'application/grpc' };
const TRAILERS = { 'grpc-status': '0' };

process.once('message', ({ response }: LimitRequest) => {
  const frame = grpcFrame(Buffer.from(response, 'base64'));
  const server = http2.createServer();
  server.on('stream', (stream) => {
    // The caller may reset a call at any moment, which is no reason to stop.
    stream.on('error', () => undefined);
    stream.on('end', () => {
      stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(TRAILERS));
      stream.end(frame);
    });
    stream.resume();
  });
  server.listen(0, '127.0.0.1', () => {
    const ready: LimitReady = { port: (server.address() as AddressInfo).port };
    process.send?.(ready);
  });
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
