// One request listener for every connection and both versions of HTTP: decides what a request
// is (a preflight, a call, a plain page, nothing known) and who answers it. Never throws.

import { Code } from '@connectrpc/connect';
import type { RefuseOrigin } from './allowed-hosts.js';
import { answerRefusal } from './answer-refusal.js';
import type { Cors } from './cors.js';
import type { Limits } from './limits.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics.js';
import type { PlainAnswer, PlainEndpoints } from './plain-endpoints.js';
import type { NodeRequest } from './request-body.js';
import { isRpcContentType, methodNotFound, type RpcEndpoint } from './rpc-endpoint.js';
import type { Refusal } from './rpc-error.js';
import { cut, discardRest, type NodeResponse } from './write-response.js';

export interface RequestHandlerOptions {
  readonly rpc: RpcEndpoint;
  readonly plain: PlainEndpoints;
  readonly cors: Cors;
  readonly refuseOrigin: RefuseOrigin;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export type RequestHandler = (request: NodeRequest, response: NodeResponse) => void;

export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const { rpc, cors, refuseOrigin, limits, metrics, log } = options;
  return (request, response) => {
    const fail = (error: unknown) => {
      log.debug({ err: error }, 'a request could not be answered');
      cut(response);
    };
    // Their failures are seen where they are read and written; unheard, they end the process.
    request.on('error', () => {});
    response.on('error', () => {});
    for (const [name, value] of Object.entries(cors.headers(request.headers))) {
      response.setHeader(name, value);
    }
    const refusal = refuseOrigin(request);
    if (refusal !== undefined) {
      if (isRpcContentType(request.headers['content-type'] ?? '')) {
        metrics.observeRpc(undefined, refusal.code, 0);
      }
      answerRefusal(request, response, refusal, limits).catch(fail);
      return;
    }
    const path = request.url?.split('?', 1)[0] ?? '';
    if (cors.isPreflight(request.method, request.headers)) {
      response.writeHead(204, cors.preflightHeaders(request.headers));
      discardRest(request, response, limits.lingerMs);
      response.end();
      return;
    }
    if (rpc.handle(path, request, response)) return;
    answerOther(path, request, response, options).catch(fail);
  };
}

async function answerOther(
  path: string,
  request: NodeRequest,
  response: NodeResponse,
  options: RequestHandlerOptions,
): Promise<void> {
  const { plain, limits, metrics } = options;
  const page = plain.get(path);
  if (page === undefined) {
    if (!isRpcContentType(request.headers['content-type'] ?? '')) {
      return await answerRefusal(request, response, NOTHING_HERE, limits, { status: 404 });
    }
    metrics.observeRpc(undefined, Code.Unimplemented, 0);
    return await answerRefusal(request, response, methodNotFound(path), limits);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const header = new Headers({ allow: 'GET, HEAD' });
    return await answerRefusal(request, response, ONLY_READ, limits, { status: 405, header });
  }
  send(await page(), request, response, limits);
}

function send(
  { status, contentType, body, headers }: PlainAnswer,
  request: NodeRequest,
  response: NodeResponse,
  limits: Limits,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  discardRest(request, response, limits.lingerMs);
  response.end(request.method === 'HEAD' ? '' : body);
}

const NOTHING_HERE: Refusal = {
  code: Code.NotFound,
  reason: 'NOT_FOUND',
  message: 'Nothing is here; GET / says what this server answers.',
};

const ONLY_READ: Refusal = {
  code: Code.Unimplemented,
  reason: 'HTTP_METHOD_NOT_ALLOWED',
  message: 'This page is only read, with GET or HEAD.',
};
