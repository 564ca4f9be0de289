// Attendance in PostgreSQL, behind the interface that app/ asks for.

import type { AttendanceStore, DependencyHealth } from '../app/ports.js';
import type { Database } from './database.js';
import { isPassing } from './errors.js';
import { listByDate, listByEmployee } from './list-days.js';
import { listRevisions, readDayAsOf, readMonth } from './read-days.js';
import { bytes } from './rows.js';
import { settle } from './settle.js';
import { type WriteOptions, writeBatch } from './write-batch.js';

/** How long PostgreSQL may take to answer before it counts as down. */
const HEALTH_TIMEOUT_MS = 2000;

export function createPostgresStore(database: Database, options: WriteOptions): AttendanceStore {
  // Never changes, so it is read once.
  let key: Uint8Array | undefined;
  return {
    writeBatch: (facts, decide) => writeBatch(database, options, facts, decide),
    readMonth: (employeeId, month) => readMonth(database, employeeId, month),
    readDayAsOf: (employeeId, date, asOf) => readDayAsOf(database, employeeId, date, asOf),
    listByDate: (query) => listByDate(database, query),
    listByEmployee: (query) => listByEmployee(database, query),
    listRevisions: (query) => listRevisions(database, query),
    settle: (wanted) => settle(database, wanted),
    async pageTokenKey() {
      key ??= await pageTokenKey(database);
      return key;
    },
    health: async () => [await health(database)],
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

async function health(database: Database): Promise<DependencyHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DependencyHealth>((resolve) => {
    timer = setTimeout(resolve, HEALTH_TIMEOUT_MS, down('does not answer in time'));
  });
  const asked = database.ping().then(
    (): DependencyHealth => ({ name: 'postgresql', up: true, detail: '' }),
    (error: unknown) => down(isPassing(error) ? 'cannot be reached' : 'refuses to answer'),
  );
  return await Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

function down(detail: string): DependencyHealth {
  return { name: 'postgresql', up: false, detail };
}
