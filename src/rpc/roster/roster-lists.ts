// Reads pages of the roster, with as many items as a message holds.

import { type DescMessage, type MessageShape, toJsonString } from '@bufbuild/protobuf';
import type { PageTokens } from '../../app/ports/attendance-store.js';
import type { RosterPage } from '../../app/ports/roster-ports.js';
import { TURNS } from '../../app/ports/turns.js';
import { countThatFits } from '../shared/answer-size.js';
import { limitOf, placeOf, tokenOf } from '../shared/pages.js';

interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

interface Page {
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

/**
 * Reads a page as messages. `bound`: the parts of the request to which its token is bound. A page
 * that is too large for a message is read again with fewer items, because only the store knows
 * where the shorter page continues.
 */
export async function readPage<T, Desc extends DescMessage>(
  store: PageTokens,
  request: PageRequest,
  bound: readonly unknown[],
  { desc, toMessage }: { readonly desc: Desc; readonly toMessage: (item: T) => MessageShape<Desc> },
  read: (page: Page) => Promise<RosterPage<T>>,
): Promise<{ items: MessageShape<Desc>[]; nextPageToken: string }> {
  const place = await placeOf(store, bound, request.pageToken);
  const after = place?.map(String);
  const whole = await read({ after, limit: limitOf(request) });
  let items = await TURNS.map(whole.items, toMessage);
  let { next } = whole;
  // JSON is the largest of the encodings.
  const sizes = await TURNS.map(items, (item) => Buffer.byteLength(toJsonString(desc, item)) + 1);
  const fit = countThatFits(sizes, (size) => size);
  if (fit < items.length) {
    const shorter = await read({ after, limit: fit });
    items = await TURNS.map(shorter.items, toMessage);
    next = shorter.next;
  }
  return { items, nextPageToken: await tokenOf(store, bound, next) };
}
