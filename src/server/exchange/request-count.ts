// What each request counts for on its connection, whatever the version of HTTP.

import type { Connection } from './connections.js';
import type { Over } from './exchange.js';

/** Of a request beside its body: headers, window updates, its end. Generous. */
export const REQUEST_BYTES = 4 * 1024;

/**
 * What a client may have sent of one request before it hears of the answer: with the factor of the
 * connections' bound, a stream's window.
 */
export const REST_BYTES = 64 * 1024;

/** Counts one in, and out when it is over. */
export function countRequest(connection: Connection, over: Over): void {
  connection.openRequests += 1;
  connection.usefulBytes += REQUEST_BYTES;
  over.once(() => {
    connection.openRequests -= 1;
    connection.idleSinceMs = performance.now();
  });
}
