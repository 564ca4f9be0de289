// Single calls beside the load: to fill a database, or to get an example of an answer.

import * as grpc from '@grpc/grpc-js';
import { AUTHORIZATION } from './token.js';

const CALL_TIMEOUT_MS = 30_000;

/** Calls with encoded messages. Throws the service's error. */
export interface UnaryClient {
  call(path: string, request: Uint8Array): Promise<Buffer>;
}

/** Runs `use` with a client for the server on this port. */
export async function withClient<T>(
  port: number,
  use: (client: UnaryClient) => Promise<T>,
): Promise<T> {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const asIs = (bytes: Buffer): Buffer => bytes;
  const call = (path: string, request: Uint8Array): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + CALL_TIMEOUT_MS };
      const metadata = new grpc.Metadata();
      metadata.set('authorization', AUTHORIZATION);
      const bytes = Buffer.from(request);
      client.makeUnaryRequest(path, asIs, asIs, bytes, metadata, options, (error, answer) => {
        if (error !== null) reject(new Error(`${path}: ${error.message}`));
        else if (answer === undefined) reject(new Error(`${path}: no answer`));
        else resolve(answer);
      });
    });
  try {
    return await use({ call });
  } finally {
    client.close();
  }
}
