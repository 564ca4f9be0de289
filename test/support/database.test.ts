// The tests' own databases: fresh, separate, with servers that stop when told.

import { expect } from 'chai';

import { query } from '../embedded/folder.js';
import { createEmptyDatabase, createTestDatabase, startPrivateCluster } from './database.js';

describe('databases for tests', () => {
  it('are fresh and apart', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await query(one.url, 'CREATE TABLE mine (n int)');
    expect(await query(other.url, "SELECT to_regclass('mine') AS found")).to.deep.equal([
      { found: null },
    ]);
    await one.drop();
    const error = await query(one.url, 'SELECT 1').catch((reason: unknown) => reason);
    expect(error).to.have.property('code', '3D000');
    await other.drop();
  });

  it('have the schema unless an empty one is asked for, and each a key of its own', async () => {
    const databases = [await createTestDatabase(), await createTestDatabase()];
    const keys = databases.map(({ url }) => query(url, 'SELECT key FROM page_token_key'));
    const [one, other] = await Promise.all(keys);
    expect(one).to.have.length(1);
    expect(one).to.not.deep.equal(other);
    const empty = await createEmptyDatabase();
    const none = "SELECT to_regclass('page_token_key') AS found";
    expect(await query(empty.url, none)).to.deep.equal([{ found: null }]);
    for (const database of [...databases, empty]) await database.drop();
  });

  it('can be on a server of their own, to be stopped, killed and started', async () => {
    const cluster = await startPrivateCluster();
    await query(cluster.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    await cluster.kill9();
    await refusesConnections(cluster.url);
    await cluster.start();
    await cluster.restart();
    expect(await query(cluster.url, 'SELECT n FROM kept')).to.deep.equal([{ n: 1 }]);
    await cluster.stop();
    await refusesConnections(cluster.url);
    await cluster.dispose();
  });
});

async function refusesConnections(url: string): Promise<void> {
  const error = await query(url, 'SELECT 1').catch((reason: unknown) => reason);
  expect(error).to.have.property('code', 'ECONNREFUSED');
}
