// How much each request counts on its connection, in both versions of HTTP.

import type { Connection } from './connections.js';
import type { Over } from './exchange.js';

/** A generous allowance for a request beside its body: headers, window updates, its end. */
export const REQUEST_BYTES = 4 * 1024;

/**
 * What a client may have sent of a request before it receives the answer. Times the factor in
 * connections.ts, this is a stream's window.
 */
export const REST_BYTES = 64 * 1024;

/** Counts a request as open until it is over. */
export function countRequest(connection: Connection, over: Over): void {
  connection.openRequests += 1;
  connection.usefulBytes += REQUEST_BYTES;
  over.once(() => {
    connection.openRequests -= 1;
    connection.idleSinceMs = performance.now();
  });
}
