// The id by which callers and operators name one call. A caller may send it; else one is made. It is
// in the answer's headers and in the log.

import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';

/**
 * The ids that are taken: those of UUIDs, load balancers and tracing libraries, 1 to 128 characters.
 * Others would have to be quoted wherever they are written. Headers that came twice are joined with
 * a comma, so they are not taken.
 */
const REQUEST_ID = /^[\w.:=+/@-]{1,128}$/;

/** The id of the call with these headers. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const sent = headers[REQUEST_ID_HEADER];
  return typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID();
}
