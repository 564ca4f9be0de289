// The pages of a list: how long they are, and the tokens that lead from one to the next.

import type { PageTokens } from '../../app/ports/attendance-store.js';
import { decodePageToken, encodePageToken, type Place } from './page-token.js';
import { pageSizeOf } from './parse.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/** The most items that a page of this request has. */
export function limitOf({ pageSize }: { readonly pageSize: number }): number {
  return pageSizeOf(pageSize, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
}

/**
 * The place that a request's token stands for; undefined at the first page. `bound` is everything
 * that the token must come back with. Throws INVALID_FIELDS when it is not one of this request's.
 */
export async function placeOf(
  store: PageTokens,
  bound: readonly unknown[],
  token: string,
): Promise<Place | undefined> {
  return token === '' ? undefined : decodePageToken(await store.pageTokenKey(), bound, token);
}

/** The token of a place; empty where the list ends. */
export async function tokenOf(
  store: PageTokens,
  bound: readonly unknown[],
  place: Place | undefined,
): Promise<string> {
  return place === undefined ? '' : encodePageToken(await store.pageTokenKey(), bound, place);
}
