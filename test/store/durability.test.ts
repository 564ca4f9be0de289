// What is acknowledged is on the disk: asked for by every session, whatever the database's default.

import { expect } from 'chai';
import pg from 'pg';
import { openDatabase } from '../../src/store/postgres/database.js';
import { serverFacts } from '../../src/store/postgres/migrate.js';
import { createTestDatabase, startPrivateCluster, type TestDatabase } from '../support/database.js';

describe('the durability of a commit', () => {
  let test: TestDatabase;

  before(async () => {
    test = await createTestDatabase();
  });

  after(async () => await test.drop());

  const rows = [
    ['off', 'on'],
    ['local', 'on'],
    ['on', 'on'],
    ['remote_write', 'remote_write'],
    ['remote_apply', 'remote_apply'],
  ] as const;
  for (const [configured, used] of rows) {
    it(`where synchronous_commit is ${configured} by default, it is ${used}`, async () => {
      const admin = new pg.Client({ connectionString: test.adminUrl });
      await admin.connect();
      const { rows: names } = await admin.query('select current_database() as name');
      await admin.query(`alter database ${names[0].name} set synchronous_commit = ${configured}`);
      await admin.end();
      const database = openDatabase(test.url, () => {}, 1);
      try {
        const text = `select current_setting('synchronous_commit') as value`;
        expect(await database.query({ name: '', text })).to.deep.equal([{ value: used }]);
      } finally {
        await database.close();
      }
    });
  }

  it('settings of the server that make it worth nothing are known by name', async () => {
    // As every cluster of the tests but private ones.
    expect((await serverFacts(test.url)).unsafeSettings).to.deep.equal(['fsync']);
    const torn = await startPrivateCluster({ full_page_writes: 'off' });
    try {
      expect((await serverFacts(torn.url)).unsafeSettings).to.deep.equal(['full_page_writes']);
    } finally {
      await torn.dispose();
    }
  }).timeout(30_000);
});
