// Finds until when the past is settled: no commit can still be recorded at or before that time.

import type { RecordTime } from '../../domain/time/time.js';
import type { Database } from '../postgres/database.js';
import { number } from '../postgres/rows.js';

export const READ_HEAD = {
  name: 'read_head',
  text: 'select recorded_at from feed_head where id = 1',
};

/**
 * Moves the head's time to now, after waiting for the transaction that holds the head. Later
 * transactions are recorded after that time, even if the clock goes back. Reading the clock alone
 * is not enough: a transaction that waits for the head has read its clock before, and reads it
 * again only if the row was changed meanwhile.
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
  // Times rise with positions, so what is visible at the head is everything up to its time.
  const recorded = number(head, 'recorded_at');
  if (wanted <= recorded) return recorded as RecordTime;
  const moved = await moveHead(database);
  // After a rollback of the transaction waited for, the clock was read before the wait, so move
  // again.
  return wanted <= moved ? moved : await moveHead(database);
}

async function moveHead(database: Database): Promise<RecordTime> {
  const [head] = await database.query(MOVE_HEAD);
  if (head === undefined) throw new Error('feed_head has lost its row');
  return number(head, 'recorded_at') as RecordTime;
}
