// The bell between processes: one rings and the others hear it, also after a connection was lost.

import { expect } from 'chai';
import { createFeedBell, type FeedBell } from '../../../src/store/feed/feed-bell.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { waitUntil } from '../../support/wait-until.js';
import { openStore } from '../support.js';

describe('the bell of the feed', () => {
  let database: TestDatabase;
  const bells: FeedBell[] = [];

  before(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    for (const bell of bells.splice(0)) await bell.close();
  });

  after(async () => {
    await database.drop();
  });

  /** Connected. It rings once by itself then: somebody may have rung before. */
  const connected = async (url = database.url) => {
    const heard = { rings: 0, lost: 0 };
    const bell = createFeedBell({
      url,
      onRing: () => {
        heard.rings += 1;
      },
      onLost: () => {
        heard.lost += 1;
      },
    });
    bells.push(bell);
    bell.start(Promise.resolve());
    await waitUntil('it is connected', () => heard.rings > 0 || heard.lost > 0);
    return { bell, heard };
  };

  it('is heard by the others, and not by who rings', async () => {
    const one = await connected();
    const other = await connected();
    one.bell.ring();
    await waitUntil('it is heard', () => other.heard.rings === 2);
    other.bell.ring();
    await waitUntil('it is heard there', () => one.heard.rings === 2);
    expect(other.heard.rings).to.equal(2);
  });

  it('connects again after its connection was cut, and rings then', async () => {
    const fixture = await openStore();
    const one = await connected(fixture.url);
    const other = await connected(fixture.url);
    const cut = () =>
      fixture.rows(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'attendance-feed' and datname = current_database()`);
    await cut();
    await waitUntil('both are back', () => one.heard.rings >= 2 && other.heard.rings >= 2);
    const { rings } = other.heard;
    one.bell.ring();
    await waitUntil('it is heard', () => other.heard.rings > rings);
    for (const { bell } of [one, other]) await bell.close();
    await fixture.close();
  });

  it('rings for nobody where there is no database, and throws nothing', async () => {
    const { bell, heard } = await connected('postgresql://nobody@127.0.0.1:1/nothing');
    bell.ring();
    expect(heard).to.deep.equal({ rings: 0, lost: 1 });
  });
});
