// Implements the port for attendance over PostgreSQL.

import type { AttendanceStore } from '../app/ports/attendance-store.js';
import { listOpenDays } from './days/list-clocked-in.js';
import { listByDate, listByEmployee } from './days/list-days.js';
import { listPeriods } from './days/list-periods.js';
import {
  listRevisions,
  readDayAsOf,
  readDayFacts,
  readDaysAround,
  readMonth,
} from './days/read-days.js';
import { listSimilarIds } from './days/similar-ids.js';
import { settle } from './facts/feed-head.js';
import { importReads, MARK_IMPORTS, PUNCH_IMPORTS } from './facts/imports.js';
import { listLeaveTypes, setLeaveType } from './facts/leave-types.js';
import { listPunches } from './facts/list-punches.js';
import type { WriteOptions } from './facts/lock-and-read.js';
import { writeBatch } from './facts/write-batch.js';
import { holdsPlace, readFeed, readFeedHead } from './feed/read-feed.js';
import { beginTelling } from './feed/transitions.js';
import { type Database, forCaller } from './postgres/database.js';
import { health } from './postgres/health.js';
import { bytes } from './postgres/rows.js';
import type { RosterReader } from './rosters/roster-reader.js';

/** The same database through separate pools. */
export interface Databases {
  readonly writes: Database;
  readonly reads: Database;
  readonly health: Database;
}

export function createPostgresStore(
  { writes, reads, health: probe }: Databases,
  rosters: RosterReader,
  options: WriteOptions,
): AttendanceStore {
  // Never changes, so it is read once.
  let key: Uint8Array | undefined;
  let isTold = false;
  return {
    writeBatch: (facts, rules, caller, patience) =>
      writeBatch(forCaller(writes, caller), rosters, { facts, rules, options, patience }),
    readMonth: (employeeId, month, caller) =>
      readMonth(forCaller(reads, caller), rosters, employeeId, month),
    readDayAsOf: (employeeId, date, asOf, caller) =>
      readDayAsOf(forCaller(reads, caller), rosters, employeeId, date, asOf),
    readDayFacts: (employeeId, date, asOf, caller) =>
      readDayFacts(forCaller(reads, caller), rosters, employeeId, date, asOf),
    readDaysAround: (employeeId, now, caller) =>
      readDaysAround(forCaller(reads, caller), rosters, employeeId, now),
    listPunches: (query, caller) => listPunches(forCaller(reads, caller), query),
    punchImports: importReads(PUNCH_IMPORTS, (caller) => forCaller(reads, caller)),
    markImports: importReads(MARK_IMPORTS, (caller) => forCaller(reads, caller)),
    leaveTypes: {
      set: (change, caller) => setLeaveType(forCaller(writes, caller), change),
      list: (query, caller) => listLeaveTypes(forCaller(reads, caller), query),
    },
    listSimilarIds: (employeeId, others, caller) =>
      listSimilarIds(forCaller(reads, caller), employeeId, others),
    listByDate: (query, caller) => listByDate(forCaller(reads, caller), rosters, query),
    listByEmployee: (query, caller) => listByEmployee(forCaller(reads, caller), rosters, query),
    listPeriods: (query, caller) => listPeriods(forCaller(reads, caller), rosters, query),
    listOpenDays: (query, caller) => listOpenDays(forCaller(reads, caller), rosters, query),
    listRevisions: (query, caller) => listRevisions(forCaller(reads, caller), query),
    settle: (wanted, caller) => settle(forCaller(reads, caller), wanted),
    readFeed: (after, filter, caller) => readFeed(forCaller(reads, caller), after, filter),
    readFeedHead: (caller) => readFeedHead(forCaller(reads, caller)),
    async beginTelling(caller) {
      // Once it has begun, it goes on for ever.
      if (!isTold) await beginTelling(forCaller(writes, caller));
      isTold = true;
    },
    holdsPlace: (place, caller) => holdsPlace(forCaller(reads, caller), place),
    async pageTokenKey() {
      key ??= await pageTokenKey(reads);
      return key;
    },
    health: async () => [await health(probe, writes)],
  };
}

async function pageTokenKey(database: Database): Promise<Uint8Array> {
  const [row] = await database.query({
    name: 'page_token_key',
    text: 'select key from page_token_key where id = 1',
  });
  if (row === undefined) throw new Error('page_token_key has lost its row');
  return bytes(row, 'key');
}
