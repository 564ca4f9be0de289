// Decides which requests may come from a web page. A page can make a browser call a service that
// only the browser's machine should reach. Either the page's owner points its host name at this
// machine after the page is loaded (DNS rebinding: the page has the same origin, so CORS does not
// apply), or the page sends what browsers send to other origins without asking. Pure; knows nothing
// of methods.

import { isIPv4, isIPv6 } from 'node:net';
import { Code } from '@connectrpc/connect';
import { remembered } from '../support/remembered.js';
import type { Refusal } from '../support/rpc-error.js';

export interface HostRules {
  /** The address or name that the server listens on. */
  readonly host: string;
  /** Further host names of the server, in lower case and without a port. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may write, as browsers write them; `*` allows all. */
  readonly corsOrigins: readonly string[];
}

/** The checked parts of a request, in either version of HTTP. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
}

/** Returns why a request is not served; undefined if it may be. */
export type RefuseOrigin = (request: RequestHead) => Refusal | undefined;

export function createOriginCheck(rules: HostRules): RefuseOrigin {
  const isKnown = remembered(hostCheck(rules));
  const isAnyOrigin = rules.corsOrigins.includes('*');
  const listed = new Set(rules.corsOrigins.map(spelled));
  return (request) => {
    const authorities = authoritiesOf(request);
    if (!authorities.every(isKnown)) return HOST_NOT_ALLOWED;
    const { origin } = request.headers;
    // Reads change nothing, and a browser keeps their answers from pages that are not allowed.
    if (isAnyOrigin || typeof origin !== 'string' || isRead(request.method)) return undefined;
    const isOwn = isSameOrigin(origin, authorities, request.headers);
    return isOwn || listed.has(spelled(origin)) ? undefined : ORIGIN_NOT_ALLOWED;
  };
}

/** Whether a server that listens on `host` can be reached only from this machine. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIPv4(host) && host.startsWith('127.');
}

/**
 * On a loopback address nobody has reason to use names other than those listed. Elsewhere a service
 * has names that it cannot know (`attendance.prod.svc:8080`), so names count only if `allowedHosts`
 * has any.
 */
function hostCheck({ host, allowedHosts }: HostRules): (authority: string) => boolean {
  if (!isLoopback(host) && allowedHosts.length === 0) return () => true;
  const names = new Set([host.toLowerCase(), ...allowedHosts]);
  return (authority) => {
    const name = hostnameOf(authority);
    return name !== undefined && (isUnrebindable(name) || names.has(name));
  };
}

/**
 * Nobody can point an IP address elsewhere: a page of that origin was served from that address. So
 * probes and clients that use addresses need no setting. Nobody can register `localhost` or a name
 * under it (RFC 6761), and clients of Unix sockets use it.
 */
function isUnrebindable(name: string): boolean {
  return isIPv4(name) || isIPv6(name) || name === 'localhost' || name.endsWith('.localhost');
}

/** All host names in a request. Each must be right, whichever is believed later. */
function authoritiesOf({ url, headers }: RequestHead): readonly string[] {
  // A target in absolute form (RFC 9112, 3.2.2), as for a proxy, overrules the header.
  const target = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url ?? '')?.[1];
  // No host, or an empty one, comes from HTTP/1.0 or a probe. Browsers always send it.
  return [target, headers[':authority'], headers.host].flatMap((one) => one || []);
}

/** Undefined if the text is not an authority, or has a user name before the host. */
function hostnameOf(authority: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+(?:%[\w.~%-]+)?)\]|([\w.-]+))(?::\d*)?$/i.exec(authority);
  const [, literal, name] = match ?? [];
  if (literal !== undefined) {
    const address = literal.replace(/%.*/, '').toLowerCase();
    return isIPv6(address) ? address : undefined;
  }
  return name?.toLowerCase().replace(/\.$/, '');
}

function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/**
 * Whether the page is this server's own, as far as the browser sees. If a proxy puts another name
 * into Host, only Sec-Fetch-Site tells, and no page can forge it.
 */
function isSameOrigin(
  origin: string,
  authorities: readonly string[],
  headers: RequestHead['headers'],
): boolean {
  if (headers['sec-fetch-site'] === 'same-origin') return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  // Puts both into one form, because the scheme's default port may be left out.
  const own = (authority: string) => {
    const url = `${protocol}//${authority}`;
    return URL.canParse(url) && new URL(url).host === host;
  };
  return host !== '' && authorities.length > 0 && authorities.every(own);
}

function spelled(origin: string): string {
  return origin.toLowerCase().replace(/\/$/, '');
}

const HOST_NOT_ALLOWED: Refusal = {
  code: Code.PermissionDenied,
  reason: 'HOST_NOT_ALLOWED',
  message:
    'The Host header (HTTP/2: :authority) does not name this service. Call it by its IP address ' +
    'or as localhost, or ask its operator to add the name to ALLOWED_HOSTS.',
};

const ORIGIN_NOT_ALLOWED: Refusal = {
  code: Code.PermissionDenied,
  reason: 'ORIGIN_NOT_ALLOWED',
  message:
    'Web pages of this Origin may not call the service. Its operator can add the origin to ' +
    'CORS_ORIGINS; clients that are not web pages must leave out the header Origin.',
};
