// Turns an HTTP request into a call for Connect's universal handlers: its URL, its headers with a
// bounded timeout, and a signal that aborts when its caller is gone.

import type { IncomingHttpHeaders } from 'node:http';
import { Code, type ContextValues, createContextValues } from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';
import { type CallTrail, TRAIL } from '../../rpc/edge/call-trail.js';
import { PEER } from '../../rpc/edge/peer.js';
import type { Exchange } from '../exchange/exchange.js';
import { remembered } from '../support/remembered.js';
import type { Refusal } from '../support/rpc-error.js';

/** A call in the form that Connect's handlers take. */
export type Call = UniversalServerRequest & {
  readonly body: AsyncIterable<Uint8Array>;
  readonly contextValues: ContextValues;
};

/** The longest delay of setTimeout, about 24.8 days. A longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_GRPC_TIMEOUT = `${Math.floor(MAX_TIMER_MS / 1000)}S`;

/** Undefined if the request's path and authority do not make a URL. */
export function callOf(
  exchange: Exchange,
  isEncrypted: boolean,
  signal: AbortSignal,
  trail: CallTrail,
): Call | undefined {
  const { httpVersion, method, target, authority } = exchange;
  const base = `${isEncrypted ? 'https' : 'http'}://${authority}`;
  if (authority === undefined || !URL.canParse(target, base)) return undefined;
  const header = webHeaders(exchange.headers);
  withoutParameters(header);
  capTimeout(header);
  return {
    httpVersion,
    method,
    url: new URL(target, base).toString(),
    header,
    body: nothing(),
    signal,
    contextValues: createContextValues().set(PEER, exchange.connection.peer).set(TRAIL, trail),
  };
}

const makesUrl = remembered((authority) => URL.canParse('/', `http://${authority}`));

/** Whether an authority makes a URL. */
export function isAuthority(authority: string | undefined): boolean {
  return authority !== undefined && makesUrl(authority);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function webHeaders(headers: IncomingHttpHeaders): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    for (const one of typeof value === 'string' ? [value] : value) result.append(name, one);
  }
  return result;
}

/** Parameters of gRPC's content types mean nothing, and Connect's library refuses them. */
function withoutParameters(header: Headers): void {
  const [type = '', ...parameters] = (header.get('content-type') ?? '').split(';');
  if (parameters.length > 0 && /^application\/grpc/i.test(type)) {
    header.set('content-type', type.trim());
  }
}

const UNIT_MS = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

const GRPC_TIMEOUT = /^(\d{1,8})([HMSmun])$/;

/** Whether the value is a valid grpc-timeout. */
export function isTimeout(value: string | string[]): boolean {
  return GRPC_TIMEOUT.test(String(value));
}

/** The timeout that the caller sent, in ms; undefined if there is none or it is invalid. */
export function timeoutMsOf(headers: IncomingHttpHeaders): number | undefined {
  const grpc = GRPC_TIMEOUT.exec(String(headers['grpc-timeout'] ?? ''));
  if (grpc !== null) return Number(grpc[1]) * UNIT_MS[grpc[2] as keyof typeof UNIT_MS];
  const connect = String(headers['connect-timeout-ms'] ?? '');
  return /^\d{1,10}$/.test(connect) ? Number(connect) : undefined;
}

/** A timeout that is too long for a timer means "very long", so it becomes the longest one. */
function capTimeout(header: Headers): void {
  const grpc = /^(\d{1,8})([HMS])$/.exec(header.get('grpc-timeout') ?? '');
  if (grpc !== null) {
    const timeoutMs = Number(grpc[1]) * UNIT_MS[grpc[2] as 'H' | 'M' | 'S'];
    if (timeoutMs > MAX_TIMER_MS) header.set('grpc-timeout', MAX_GRPC_TIMEOUT);
  }
  const connect = header.get('connect-timeout-ms') ?? '';
  if (/^\d{1,10}$/.test(connect) && Number(connect) > MAX_TIMER_MS) {
    header.set('connect-timeout-ms', String(MAX_TIMER_MS));
  }
}

export const BAD_TARGET: Refusal = {
  code: Code.InvalidArgument,
  reason: 'MALFORMED_REQUEST',
  message: 'The request needs a valid Host header (HTTP/1.1) or :authority (HTTP/2).',
};
