// A role that has the rights of docs/operations.md and no others: it can change no schema.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { ROOT } from '../../support/process.js';

const ROLE = 'attendance_service';

/** Runs the page's statements as the owner of the database; returns the URL for the role. */
export async function grantLimitedRole(ownerUrl: string, adminUrl: string): Promise<string> {
  const page = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
  const [, sql] = /```sql\n(grant usage on schema[^`]*)```/.exec(page) ?? [];
  if (sql === undefined) throw new Error('docs/operations.md has no grants');
  await run(adminUrl, [
    `do $$ begin create role ${ROLE} login password 'limited'; exception when duplicate_object then null; end $$`,
  ]);
  await run(ownerUrl, [sql]);
  const url = new URL(ownerUrl);
  url.username = ROLE;
  url.password = 'limited';
  return url.toString();
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
