// CORS: which pages of other origins a browser lets call this server. An origin that is not
// listed gets no header at all, and its browser refuses on its own.

import { cors } from '@connectrpc/connect';

export interface Cors {
  /** True for a browser's question before the request itself. */
  isPreflight(method: string | undefined, headers: RequestHeaders): boolean;
  /** For every answer; empty for origins that are not allowed. */
  headers(requestHeaders: RequestHeaders): Record<string, string>;
  /** For the answer to a preflight. */
  preflightHeaders(requestHeaders: RequestHeaders): Record<string, string>;
}

type RequestHeaders = { readonly [name: string]: string | string[] | undefined };

/** Chromium's upper bound; Firefox takes up to a day. */
const MAX_AGE_SECONDS = 7200;

// Connect lists its own; a browser must also be told of those that people's clients, tracing
// libraries and gateways send. The service may ignore them: a browser asks for all that are sent,
// and one that is not allowed keeps the whole call back.
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
const ALLOWED_METHODS = [...cors.allowedMethods, 'HEAD'];

/**
 * `origins`: as a browser writes them (`https://app.example.com`); `*` allows every one.
 * `moreHeaders`: names that pages may send besides.
 */
export function createCors(origins: readonly string[], moreHeaders: readonly string[] = []): Cors {
  const allowedHeaders = [...ALLOWED_HEADERS, ...moreHeaders].join(', ');
  const isAny = origins.includes('*');
  const listed = new Set(origins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  const headers = (requestHeaders: RequestHeaders): Record<string, string> => {
    // With a list the answer depends on who asks, also for those who are refused.
    const vary = isAny || listed.size === 0 ? {} : { vary: 'Origin' };
    const { origin } = requestHeaders;
    if (typeof origin !== 'string') return vary;
    if (!isAny && !listed.has(origin.toLowerCase())) return vary;
    return {
      ...vary,
      'access-control-allow-origin': isAny ? '*' : origin,
      'access-control-expose-headers': cors.exposedHeaders.join(', '),
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
