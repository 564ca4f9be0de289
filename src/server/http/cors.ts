// CORS: which pages of other origins a browser lets call this server. An origin that is not listed
// gets no header, so the browser itself refuses.

import { cors } from '@connectrpc/connect';

export interface Cors {
  /** True for a preflight: the request with which a browser asks before the real one. */
  isPreflight(method: string | undefined, headers: RequestHeaders): boolean;
  /** Headers for every answer; only Vary, or none, for origins that are not allowed. */
  headers(requestHeaders: RequestHeaders): Record<string, string>;
  /** Headers for the answer to a preflight. */
  preflightHeaders(requestHeaders: RequestHeaders): Record<string, string>;
}

type RequestHeaders = { readonly [name: string]: string | string[] | undefined };

/** Chromium's upper bound; Firefox takes up to a day. */
const MAX_AGE_SECONDS = 7200;

// Connect lists its own headers. The others are sent by callers' clients, tracing libraries and
// gateways; the service may ignore them. A browser asks for every header that it will send, and one
// that is not allowed stops the whole call.
const ALLOWED_HEADERS = [
  ...cors.allowedHeaders,
  'Authorization',
  'Baggage',
  'Traceparent',
  'Tracestate',
  'X-Attendance-Actor',
  'X-Correlation-Id',
  'X-Request-Id',
];
/** What pages may read of an answer: Connect's own, and by which id the service knows the call. */
const EXPOSED_HEADERS = [...cors.exposedHeaders, 'X-Request-Id'];
const ALLOWED_METHODS = [...cors.allowedMethods, 'HEAD'];

/**
 * `origins`: as a browser writes them (`https://app.example.com`); `*` allows all. `moreHeaders`:
 * names of further headers that pages may send.
 */
export function createCors(origins: readonly string[], moreHeaders: readonly string[] = []): Cors {
  const allowedHeaders = [...ALLOWED_HEADERS, ...moreHeaders].join(', ');
  const isAny = origins.includes('*');
  const listed = new Set(origins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  const headers = (requestHeaders: RequestHeaders): Record<string, string> => {
    // With a list, the answer depends on the origin, also for a refused one.
    const vary = isAny || listed.size === 0 ? {} : { vary: 'Origin' };
    const { origin } = requestHeaders;
    if (typeof origin !== 'string') return vary;
    if (!isAny && !listed.has(origin.toLowerCase())) return vary;
    return {
      ...vary,
      'access-control-allow-origin': isAny ? '*' : origin,
      'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
    };
  };
  return {
    isPreflight: (method, requestHeaders) =>
      method === 'OPTIONS' &&
      requestHeaders.origin !== undefined &&
      requestHeaders['access-control-request-method'] !== undefined,
    headers,
    preflightHeaders(requestHeaders) {
      const common = headers(requestHeaders);
      if (common['access-control-allow-origin'] === undefined) return common;
      return {
        ...common,
        'access-control-allow-methods': ALLOWED_METHODS.join(', '),
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': String(MAX_AGE_SECONDS),
      };
    },
  };
}
