// A change of the feed in the form of an answer. What is shown depends on the change alone, and not
// on when somebody reads it: so every stream tells the same, also after it was resumed.

import { present } from '../../domain/engine/present.js';
import type { Attendance, DayResult } from '../../domain/facts/day.js';
import type { DayReads } from '../ports/day-reads.js';
import type { FeedEntry, FeedPage } from '../ports/feed.js';
import { TURNS } from '../ports/turns.js';

/** A change, and the day as it became, as seen at that moment. */
export interface ShownEntry {
  readonly entry: FeedEntry;
  readonly attendance: Attendance;
}

/** The changes of a page as they are shown. */
export async function showEntries(
  store: Pick<DayReads, 'readDayAsOf'>,
  { entries }: FeedPage,
  caller?: AbortSignal,
): Promise<readonly ShownEntry[]> {
  const withdrawn = new Map<FeedEntry, DayResult | undefined>();
  for (const entry of entries) {
    if (entry.day.result === undefined) {
      withdrawn.set(entry, await expectedThen(store, entry, caller));
    }
  }
  return await TURNS.map(entries, (entry) => show(entry, withdrawn.get(entry)), caller);
}

function show(entry: FeedEntry, expected: DayResult | undefined): ShownEntry {
  const { employeeId, employeeName, day, at } = entry;
  const { date, revision, recordedAt } = day;
  const result = day.result ?? expected;
  const known = result && {
    result,
    revision,
    recordedAt: revision === 0 ? undefined : recordedAt,
  };
  return { entry, attendance: present({ employeeId, employeeName, date }, known, at) };
}

/** What the roster known then expected of a day whose facts were withdrawn. */
async function expectedThen(
  store: Pick<DayReads, 'readDayAsOf'>,
  { employeeId, day, recordedAt }: FeedEntry,
  caller: AbortSignal | undefined,
): Promise<DayResult | undefined> {
  const found = await store.readDayAsOf(employeeId, day.date, recordedAt, caller);
  return found?.day.result;
}
