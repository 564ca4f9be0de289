// MIGRATE=off: the service waits for the schema, says what is missing, and changes none.

import { expect } from 'chai';
import pg from 'pg';
import { migrateUp } from '../../src/store/postgres/migrate.js';
import { grantLimitedRole } from '../e2e/support/limited-role.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

describe('a service that may not change the schema', () => {
  let database: TestDatabase | undefined;
  let running: TestService | undefined;

  afterEach(async () => {
    await running?.stop();
    await database?.drop();
    running = undefined;
    database = undefined;
  });

  it('waits for the schema, and says what is missing', async () => {
    database = await createEmptyDatabase();
    const told: unknown[] = [];
    const service = await startTestService({
      ...{ databaseUrl: database.url, env: { MIGRATE: 'off' }, early: true },
      onLog: ({ pending }) => told.push(pending),
    });
    running = service;
    const all = ['0001_schema.sql', '0002_import_legacy_records.sql'];
    await waitUntil('the log tells it', () => told.some((names) => names !== undefined));
    expect(told.find((names) => names !== undefined)).to.include.members(all);
    let readiness = '';
    await waitUntil('the probe tells it', async () => {
      readiness = await (await fetch(`${service.baseUrl}/readyz`)).text();
      return readiness.includes('attendance migrate up');
    });
    expect(readiness).to.include(all[0]);
    await migrateUp(database.url);
    await service.service.ready;
    expect((await fetch(`${service.baseUrl}/readyz`)).status).to.equal(200);
  });

  it('needs no more than the rights that the page grants, which are none to change it', async () => {
    database = await createTestDatabase();
    const client = new pg.Client({
      connectionString: await grantLimitedRole(database.url, database.adminUrl),
    });
    await client.connect();
    const refused: string[] = [];
    for (const statement of [
      'create table further (id integer)',
      'alter table mark add further integer',
      'drop table mark',
      'delete from schema_migration',
    ]) {
      await client.query(statement).catch(({ code }: { code: string }) => refused.push(code));
    }
    await client.end();
    expect(refused).to.deep.equal(['42501', '42501', '42501', '42501']);
  });
});
