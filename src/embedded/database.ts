// Sets up a running server: the role that the service connects as, and the database that it owns.
// The role is no superuser, because the service does not need one.

import { Client, DatabaseError } from 'pg';

import { EmbeddedPostgresError, messageOf } from './error.js';
import { passwordOf, type RoleName } from './secret.js';

export const SERVICE_ROLE = 'attendance';
export const SERVICE_DATABASE = 'attendance';

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;

/** A URL for one role and one database of the server on this port. */
export function connectionUrl(
  port: number,
  role: RoleName,
  secret: string,
  database: string,
): string {
  return `postgresql://${role}:${passwordOf(role, secret)}@127.0.0.1:${port}/${database}`;
}

/** Ensures that the role, its password and its database exist. Idempotent. */
export async function ensureDatabase(port: number, secret: string): Promise<void> {
  const client = new Client({
    connectionString: connectionUrl(port, 'postgres', secret, 'postgres'),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // If the server dies now, the current statement fails. Without a listener, the event would end
  // us.
  client.on('error', () => {});
  try {
    await client.connect();
    await ensureRole(client, secret);
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      SERVICE_DATABASE,
    ]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${SERVICE_DATABASE} OWNER ${SERVICE_ROLE}`);
    }
  } catch (error) {
    throw explain(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureRole(client: Client, secret: string): Promise<void> {
  const found = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [SERVICE_ROLE]);
  const verb = found.rowCount === 0 ? 'CREATE' : 'ALTER';
  const password = passwordOf(SERVICE_ROLE, secret);
  await client.query(`${verb} ROLE ${SERVICE_ROLE} LOGIN PASSWORD '${password}'`);
}

function explain(error: unknown): EmbeddedPostgresError {
  const wrongPassword = error instanceof DatabaseError && error.code === '28P01';
  const wayOut = wrongPassword
    ? ' The file "password" in the data folder is not the one this database was made with. Put ' +
      'the right one back, or delete it: the next start sets a new password.'
    : '';
  return new EmbeddedPostgresError(
    'START_FAILED',
    `PostgreSQL runs, but its database could not be made ready: ${messageOf(error)}.${wayOut}`,
    { cause: error },
  );
}
