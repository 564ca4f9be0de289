// The limit `copy`: COPY writes all the rows that some work left into tables with the same indexes,
// in one transaction.

import { join } from 'node:path';
import { Client } from 'pg';
import type { Database } from './database.js';

const STATEMENT_TIMEOUT_MS = 300_000;
const SCHEMA = 'bench_copy';

/**
 * Seconds per round. The files are in the database's own folder and read by the server itself, so
 * COPY is as fast as it can be.
 */
export async function measureCopy(
  database: Database,
  folder: string,
  tables: readonly string[],
  rounds: number,
): Promise<readonly number[]> {
  const client = new Client({
    connectionString: database.superuserUrl,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  await client.connect();
  const fileOf = (table: string): string => join(folder, 'data', 'pgdata', `${table}.copy`);
  try {
    await client.query(`create schema ${SCHEMA}`);
    for (const table of tables) {
      await client.query(`create table ${SCHEMA}.${table} (like ${table} including all)`);
      await client.query(`copy ${table} to '${fileOf(table)}'`);
    }
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await client.query(`truncate ${tables.map((table) => `${SCHEMA}.${table}`).join(', ')}`);
      await client.query('checkpoint');
      const startedAt = performance.now();
      await client.query('begin');
      for (const table of tables) {
        await client.query(`copy ${SCHEMA}.${table} from '${fileOf(table)}'`);
      }
      await client.query('commit');
      seconds.push((performance.now() - startedAt) / 1000);
    }
    return seconds;
  } finally {
    await client.end();
  }
}
