// The request listener for every connection and both versions of HTTP. It decides what a request is
// (a preflight, a call, a plain page or unknown) and who answers it.

import { Code } from '@connectrpc/connect';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import type { Metrics } from '../../metrics/metrics.js';
import { type CallTrail, noteError, startTrail } from '../../rpc/edge/call-trail.js';
import { isRpcContentType, methodNotFound, type RpcEndpoint } from '../connect/rpc-endpoint.js';
import { answerRefusal } from '../exchange/answer-refusal.js';
import type { Exchange } from '../exchange/exchange.js';
import { type WriteBounds, writeResponse } from '../exchange/write-response.js';
import type { OnCallEnd } from '../support/ended-call.js';
import type { Logger } from '../support/log.js';
import { inPieces } from '../support/pieces.js';
import { REQUEST_ID_HEADER, requestIdOf } from '../support/request-id.js';
import { type Refusal, refusalError } from '../support/rpc-error.js';
import type { RefuseOrigin } from './allowed-hosts.js';
import type { Cors } from './cors.js';
import type { PlainAnswer, PlainEndpoints } from './plain-endpoints.js';

export interface RequestHandlerOptions {
  readonly rpc: RpcEndpoint;
  readonly plain: PlainEndpoints;
  readonly cors: Cors;
  readonly refuseOrigin: RefuseOrigin;
  readonly bounds: WriteBounds;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Undefined: nobody wants to know. */
  readonly onCallEnd?: OnCallEnd | undefined;
}

export type RequestHandler = (exchange: Exchange) => void;

export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const { rpc, cors, refuseOrigin, bounds, log } = options;
  return (exchange) => {
    const fail = (error: unknown) => {
      log.debug({ err: error }, 'a request could not be answered');
      exchange.cut();
    };
    for (const [name, value] of Object.entries(cors.headers(exchange.headers))) {
      exchange.setHeader(name, value);
    }
    const { method, target: url, headers } = exchange;
    const trail = startTrail(requestIdOf(headers));
    exchange.setHeader(REQUEST_ID_HEADER, trail.requestId);
    const refusal = refuseOrigin({ method, url, headers });
    if (refusal !== undefined) {
      if (isRpcContentType(headers['content-type'] ?? '')) {
        tellRefused(refusal, exchange, trail, options);
      }
      answerRefusal(exchange, refusalError(refusal), bounds).catch(fail);
      return;
    }
    const path = exchange.target.split('?', 1)[0] ?? '';
    if (cors.isPreflight(exchange.method, exchange.headers)) {
      return exchange.respondAll(204, cors.preflightHeaders(exchange.headers));
    }
    if (rpc.handle(path, exchange, trail)) return;
    answerOther(path, exchange, trail, options).catch(fail);
  };
}

/** Counts and logs a call that no method was asked for. */
function tellRefused(
  refusal: Refusal,
  { headers }: Exchange,
  trail: CallTrail,
  { metrics, onCallEnd }: RequestHandlerOptions,
): void {
  metrics.observeRpc(undefined, refusal.code, 0);
  noteError(trail, refusalError(refusal));
  onCallEnd?.({ method: undefined, headers, trail, durationMs: 0, isAnswered: true });
}

async function answerOther(
  path: string,
  exchange: Exchange,
  trail: CallTrail,
  options: RequestHandlerOptions,
): Promise<void> {
  const { plain, bounds } = options;
  const page = plain.get(path);
  if (page === undefined) {
    if (!isRpcContentType(exchange.headers['content-type'] ?? '')) {
      return await answerRefusal(exchange, refusalError(NOTHING_HERE), bounds, { status: 404 });
    }
    const refusal = methodNotFound(path);
    tellRefused(refusal, exchange, trail, options);
    return await answerRefusal(exchange, refusalError(refusal), bounds);
  }
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    const header = new Headers({ allow: 'GET, HEAD' });
    return await answerRefusal(exchange, refusalError(ONLY_READ), bounds, { status: 405, header });
  }
  await writeResponse(pageResponse(await page(), exchange), exchange, bounds);
}

function pageResponse(
  { status, contentType, body, headers }: PlainAnswer,
  { method }: Exchange,
): UniversalServerResponse {
  const bytes = Buffer.from(body);
  const header = new Headers({
    'content-type': contentType,
    'content-length': String(bytes.length),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  return { status, header, ...(method === 'HEAD' ? {} : { body: inPieces([bytes]) }) };
}

const NOTHING_HERE: Refusal = {
  code: Code.NotFound,
  reason: 'NOT_FOUND',
  message: 'Nothing is at this path; GET / lists the paths.',
};

const ONLY_READ: Refusal = {
  code: Code.Unimplemented,
  reason: 'HTTP_METHOD_NOT_ALLOWED',
  message: 'Use GET or HEAD for this page.',
};
