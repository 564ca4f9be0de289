// The pages of a list: their lengths, and the tokens that lead from one page to the next.

import type { PageTokens } from '../../app/ports/attendance-store.js';
import { decodePageToken, encodePageToken, type Place } from './page-token.js';
import { pageSizeOf } from './parse.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/** The most items on a page of this request. */
export function limitOf({ pageSize }: { readonly pageSize: number }): number {
  return pageSizeOf(pageSize, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
}

/**
 * The place of a request's token; undefined for the first page. `bound`: the parts of the request
 * to which the token is bound. Throws INVALID_FIELDS if it does not belong to this request.
 */
export async function placeOf(
  store: PageTokens,
  bound: readonly unknown[],
  token: string,
): Promise<Place | undefined> {
  return token === '' ? undefined : decodePageToken(await store.pageTokenKey(), bound, token);
}

/** The token of a place; empty at the end of the list. */
export async function tokenOf(
  store: PageTokens,
  bound: readonly unknown[],
  place: Place | undefined,
): Promise<string> {
  return place === undefined ? '' : encodePageToken(await store.pageTokenKey(), bound, place);
}
