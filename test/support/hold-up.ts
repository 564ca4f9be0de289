// Makes calls wait in PostgreSQL, for tests of what happens meanwhile.

import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** A locked employee row. Every writer about the employee waits. */
export interface HeldUp {
  /** Resolves when that many connections of the service wait. The test's timeout bounds it. */
  waiting(count: number): Promise<void>;
  release(): Promise<void>;
}

/** Locks the row of an existing employee. */
export async function holdUp(url: string, employeeId: string): Promise<HeldUp> {
  const holder = new pg.Client({ connectionString: url });
  // Within a transaction, the view of other sessions stays as it was at the first look.
  const watcher = new pg.Client({ connectionString: url });
  await Promise.all([holder.connect(), watcher.connect()]);
  await holder.query('begin');
  await holder.query('select * from employee where employee_id = $1 for update', [employeeId]);
  return {
    async waiting(count) {
      const text = `select count(*)::integer as n from pg_stat_activity
        where wait_event_type = 'Lock' and application_name = 'attendance'
          and datname = current_database()`;
      while ((await watcher.query<{ n: number }>(text)).rows[0]?.n !== count) await delay(20);
    },
    async release() {
      await holder.query('commit');
      await Promise.all([holder.end(), watcher.end()]);
    },
  };
}
