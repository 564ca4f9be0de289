// A process of its own that writes batches over a few employees and tells its parent how many
// changes it was told of. Run by concurrency.test.ts: arguments are the database and a seed.

import { recordFacts } from '../../src/app/write/record-facts.js';
import type { Attendance, MarkableStatus } from '../../src/domain/facts/day.js';
import { openDatabase } from '../../src/store/postgres/database.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { allIn, markOf, testRosters } from './support.js';

const BATCHES = 60;
const LANES = 4;
const STATUSES: readonly MarkableStatus[] = ['PRESENT', 'ABSENT', 'REMOTE', 'ON_LEAVE'];

const [url = '', seed = '0'] = process.argv.slice(2);
const database = openDatabase(url, () => {}, LANES);
const store = createPostgresStore(allIn(database), testRosters(), {
  requireKnownEmployees: false,
});

/** A note of its own makes every mark a change. */
let marks = 0;

function nextMark() {
  marks += 1;
  const pick = (marks * 7919 + Number(seed) * 104729) % 1000;
  const date = `2026-06-${String((pick % 5) + 1).padStart(2, '0')}`;
  const status = STATUSES[pick % STATUSES.length] ?? 'PRESENT';
  return markOf(`feed-${pick % 7}`, date, { status, note: `${seed}/${marks}` });
}

async function lane(): Promise<Attendance[]> {
  const days: Attendance[] = [];
  for (let batch = 0; batch < BATCHES / LANES; batch += 1) {
    const facts = Array.from({ length: 1 + (marks % 9) }, nextMark);
    for (const result of await recordFacts(store, facts)) {
      if (result.failure !== undefined) throw new Error(result.failure.kind);
      days.push(...result.attendances);
    }
  }
  return days;
}

const days = (await Promise.all(Array.from({ length: LANES }, lane))).flat();
await database.close();
process.send?.(days.length);
process.disconnect?.();
