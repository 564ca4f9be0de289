// How much each request counts on its connection, in both versions of HTTP.

import type { Connection } from './connections.js';
import type { Over } from './exchange.js';

/** A generous allowance for a request beside its body: headers, window updates, its end. */
export const REQUEST_BYTES = 4 * 1024;

/**
 * The bytes that a client may have sent of one request before it learns of the answer. Multiplied by
 * the factor of the connections' bound, this is two windows of a stream: one that was open, and one
 * that was opened while the request was read.
 */
export const REST_BYTES = 128 * 1024;

/** Counts a request as open until it is over. */
export function countRequest(connection: Connection, over: Over): void {
  connection.openRequests += 1;
  connection.usefulBytes += REQUEST_BYTES;
  over.once(() => {
    connection.openRequests -= 1;
    connection.idleSinceMs = performance.now();
  });
}
