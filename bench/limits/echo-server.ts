// The limit `echo`: a bare @grpc/grpc-js server that answers one message from memory. It neither
// decodes the request nor encodes the answer, so it is as fast as grpc-js can be.

import * as grpc from '@grpc/grpc-js';
import type { LimitReady, LimitRequest } from './messages.js';

process.once('message', ({ path, response }: LimitRequest) => {
  const answer = Buffer.from(response, 'base64');
  const server = new grpc.Server();
  const asIs = (bytes: Buffer): Buffer => bytes;
  server.addService(
    {
      answer: {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    },
    {
      answer: (_call: unknown, callback: grpc.sendUnaryData<Buffer>) => callback(null, answer),
    },
  );
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    const ready: LimitReady = { port };
    process.send?.(ready);
  });
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
