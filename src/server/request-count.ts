// What each request counts for on its connection, whatever the version of HTTP.

import type { Connection } from './connections.js';

/** Of a request beside its body: headers, window updates, its end. Generous. */
export const REQUEST_BYTES = 4 * 1024;

/** `onceClosed` registers what is to happen when the request and its answer are over. */
export function countRequest(
  connection: Connection,
  onceClosed: (listener: () => void) => void,
): void {
  connection.openRequests += 1;
  connection.usefulBytes += REQUEST_BYTES;
  onceClosed(() => {
    connection.openRequests -= 1;
    connection.idleSinceMs = performance.now();
  });
}
