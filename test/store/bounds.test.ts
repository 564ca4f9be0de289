// What bounds a statement on the server: every connection of the service brings the bounds along, and
// a statement that meets one ends in the failure that is documented for it.

import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { recordFacts } from '../../src/app/write/record-facts.js';
import { AttendanceError } from '../../src/domain/facts/errors.js';
import { type Database, openDatabase, SESSION } from '../../src/store/postgres/database.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { holdUp } from '../support/hold-up.js';
import { allIn, markOf, openStore, type StoreFixture, testRosters } from './support.js';

const DAY = '2026-03-02';

/** As docs/operations.md tells them, in milliseconds; test/tooling/operations-page.test.ts holds it. */
const BOUNDS = {
  idle_in_transaction_session_timeout: '10000',
  lock_timeout: '10000',
  statement_timeout: '15000',
};

async function failureOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  return error instanceof AttendanceError ? error.failure.kind : expect.fail(String(error));
}

describe('the bounds of statements', () => {
  let fixture: StoreFixture;
  let short: Database;

  before(async () => {
    fixture = await openStore();
    // The same, but for how long it takes to meet them.
    const shorter = [SESSION, 'set statement_timeout = 300', 'set lock_timeout = 50'].join(';');
    short = openDatabase(fixture.url, () => {}, 2, shorter);
  });

  after(async () => {
    await short.close();
    await fixture.close();
  });

  it('are those of the connection, whatever the database says', async () => {
    const rows = await fixture.rows(
      `select name, setting, source from pg_settings
        where name = any($1) and unit = 'ms' order by name`,
      Object.keys(BOUNDS),
    );
    const wanted = Object.entries(BOUNDS).map(([name, setting]) => ({
      name,
      setting,
      source: 'session',
    }));
    expect(rows).to.deep.equal(wanted);
  });

  it('a write that waits too long for a lock fails as one that can be tried again', async () => {
    await recordFacts(fixture.store, [markOf('locked', DAY)]);
    const store = createPostgresStore(allIn(short), testRosters(), {
      requireKnownEmployees: false,
    });
    const held = await holdUp(fixture.url, 'locked');
    const fact = markOf('locked', DAY, { status: 'ABSENT', requestId: randomUUID() });
    const failed = failureOf(recordFacts(store, [fact]));
    expect(await failed).to.equal('STORE_UNAVAILABLE');
    await held.release();
    const [result] = await recordFacts(store, [fact]);
    expect(result).to.have.property('duplicate', false);
  });

  it('so does a statement that runs too long', async () => {
    const endless = { name: '', text: 'select pg_sleep(3600)' };
    expect(await failureOf(short.query(endless))).to.equal('STORE_UNAVAILABLE');
    // The connection is given up, the pool goes on.
    expect(await short.query({ name: '', text: 'select 1 as n' })).to.deep.equal([{ n: 1 }]);
  });
});
