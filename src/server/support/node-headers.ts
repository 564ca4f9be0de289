// Web headers to Node's. Names and values come from handlers and are not judged here.

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
