// Until when the past is settled: no commit can still arrive at or before that time.

import type { RecordTime } from '../../domain/time/time.js';
import type { Database } from '../postgres/database.js';
import { number } from '../postgres/rows.js';

export const READ_HEAD = {
  name: 'read_head',
  text: 'select recorded_at from feed_head where id = 1',
};

/**
 * Moves the head's time up to now, behind whoever holds the head. Later transactions are recorded
 * after it, also when the clock goes back. Only looking at the clock would not do: a
 * transaction that waits for the head has read its clock before, and reads it again only when the
 * row was changed in the meantime.
 */
export const MOVE_HEAD = {
  name: 'move_head',
  text: `
    update feed_head set recorded_at = greatest(clock_timestamp(), recorded_at)
    where id = 1
    returning recorded_at`,
};

/** See Moments.settle. */
export async function settle(database: Database, wanted: RecordTime): Promise<RecordTime> {
  const [head] = await database.query(READ_HEAD);
  if (head === undefined) throw new Error('feed_head has lost its row');
  // Times rise with positions, so what is visible at the head is all there is up to its time.
  const recorded = number(head, 'recorded_at');
  if (wanted <= recorded) return recorded as RecordTime;
  const moved = await moveHead(database);
  // Behind a transaction that was rolled back, the clock read is the one from before the wait.
  return wanted <= moved ? moved : await moveHead(database);
}

async function moveHead(database: Database): Promise<RecordTime> {
  const [head] = await database.query(MOVE_HEAD);
  if (head === undefined) throw new Error('feed_head has lost its row');
  return number(head, 'recorded_at') as RecordTime;
}
