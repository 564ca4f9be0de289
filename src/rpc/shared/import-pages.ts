// Reads pages of imports, of punches or of marks, the newest first.

import type { PageTokens } from '../../app/ports/attendance-store.js';
import type { ImportCursor } from '../../app/ports/import-reads.js';
import type { RecordTime } from '../../domain/time/time.js';
import { countOfPage, type Size } from './answer-size.js';
import { limitOf, placeOf, tokenOf } from './pages.js';

interface Asked {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** How a page is read. */
interface ImportPages<T extends ImportCursor> {
  /** The name of the method, to which a token is bound. */
  readonly method: string;
  readonly sizeOf: (one: T) => Size;
  /** Reads at most `limit` imports after `after`. */
  readonly read: (query: {
    readonly after: ImportCursor | undefined;
    readonly limit: number;
  }) => Promise<readonly T[]>;
}

export async function readImportPage<T extends ImportCursor>(
  store: PageTokens,
  message: Asked,
  { method, sizeOf, read }: ImportPages<T>,
): Promise<{ readonly items: readonly T[]; readonly nextPageToken: string }> {
  const bound = [method];
  const place = await placeOf(store, bound, message.pageToken);
  const after = place && {
    firstRecordedAt: Number(place[0]) as RecordTime,
    importId: String(place[1]),
  };
  const limit = limitOf(message);
  // One more than asked for shows whether the list goes on.
  const found = await read({ after, limit: limit + 1 });
  const wanted = found.slice(0, limit);
  const items = wanted.slice(0, await countOfPage(wanted, sizeOf));
  const last = items.length < found.length ? items.at(-1) : undefined;
  const next = last && [last.firstRecordedAt, last.importId];
  return { items, nextPageToken: await tokenOf(store, bound, next) };
}
