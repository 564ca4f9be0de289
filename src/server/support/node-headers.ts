// Converts web headers to Node's. Handlers set names and values, which are not checked here.

import type { OutgoingHttpHeaders } from 'node:http';

/** An object for writeHead and addTrailers; several Set-Cookie stay apart. */
export function webHeaderToNodeHeaders(headers: Headers | undefined): OutgoingHttpHeaders {
  const result: OutgoingHttpHeaders = {};
  headers?.forEach((value, name) => {
    const before = result[name];
    result[name] = before === undefined ? value : [before, value].flat().map(String);
  });
  return result;
}
