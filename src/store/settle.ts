// Until when the past is settled: no commit can still arrive at or before that time.

import type { RecordTime } from '../domain/time.js';
import type { Database } from './database.js';
import { number } from './rows.js';

export const READ_HEAD = {
  name: 'read_head',
  text: 'select recorded_at from feed_head where id = 1',
};

/**
 * Waits for the transaction that holds the head, if one does; whoever takes it next records at
 * a time after this clock's. The clock must be read behind the lock, hence the subquery.
 */
const WAIT_FOR_HEAD = {
  name: 'wait_for_head',
  text: `
    select clock_timestamp() - interval '1 microsecond' as settled
    from (select id from feed_head where id = 1 for share offset 0) head`,
};

/** See AttendanceStore.settle. */
export async function settle(database: Database, wanted: RecordTime): Promise<RecordTime> {
  const [head] = await database.query(READ_HEAD);
  if (head === undefined) throw new Error('feed_head has lost its row');
  // Times rise with positions, so what is visible at the head is all there is up to its time.
  const recorded = number(head, 'recorded_at');
  if (wanted <= recorded) return recorded as RecordTime;
  const [row] = await database.query(WAIT_FOR_HEAD);
  if (row === undefined) throw new Error('feed_head has lost its row');
  return Math.max(recorded, number(row, 'settled')) as RecordTime;
}
