// Which requests may come from a web page. A browser can be made to call a service that only its
// own machine should reach: by a name that its owner points at this machine once the page is
// loaded (DNS rebinding: such a page is of the same origin, and no rule of CORS applies), or by
// what a page may send to other origins without asking. Pure; knows nothing of methods.

import { isIPv4, isIPv6 } from 'node:net';
import { Code } from '@connectrpc/connect';
import type { Refusal } from '../support/rpc-error.js';

export interface HostRules {
  /** What the server listens on: an address, or a name. */
  readonly host: string;
  /** Further names that it is called by, in lower case and without a port. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may write, as browsers write them; `*` for every one. */
  readonly corsOrigins: readonly string[];
}

/** What is looked at of a request, in either version of HTTP. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
}

/** Why a request is not served; undefined when it may be. */
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

/** Callers have a handful of names for this server; attackers have more. */
const MAX_REMEMBERED = 64;

/** The check, asked once about each of the names that pass it. */
function remembered(isKnown: (authority: string) => boolean): (authority: string) => boolean {
  const known = new Set<string>();
  return (authority) => {
    if (known.has(authority)) return true;
    if (!isKnown(authority)) return false;
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.add(authority);
    return true;
  };
}

/** Whether only this machine reaches what listens on it. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIPv4(host) && host.startsWith('127.');
}

/**
 * On a loopback address nobody has reason to use other names than those. Elsewhere a service is
 * called by names that it cannot know (`attendance.prod.svc:8080`), so they count once they are told.
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
 * An IP address is no name that somebody could point elsewhere: a page of that origin was served
 * from that address. So probes and clients by address need no setting. `localhost` and what is
 * under it is nobody's to register (RFC 6761), and what Unix sockets are called by.
 */
function isUnrebindable(name: string): boolean {
  return isIPv4(name) || isIPv6(name) || name === 'localhost' || name.endsWith('.localhost');
}

/** All that a request says of whom it is for: each must be right, whichever is believed later. */
function authoritiesOf({ url, headers }: RequestHead): readonly string[] {
  // A proxy's form of the target (RFC 9112, 3.2.2) overrules the header.
  const target =
    url?.startsWith('/') === true
      ? undefined
      : /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url ?? '')?.[1];
  // None at all, or an empty one: HTTP/1.0, or a probe. Browsers always say it.
  return [target, headers[':authority'], headers.host].flatMap((one) => one || []);
}

/** Undefined for what is no authority: user names before the host are none of a server's. */
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
 * Whether the page is this server's own, as far as the browser sees. Behind a proxy that puts
 * another name into Host only the browser's own word is left, which no page can forge.
 */
function isSameOrigin(
  origin: string,
  authorities: readonly string[],
  headers: RequestHead['headers'],
): boolean {
  if (headers['sec-fetch-site'] === 'same-origin') return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  // Of both in one form: the scheme's own port may be written or not.
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
