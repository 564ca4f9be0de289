// The follower of a process, over real PostgreSQL: woken or by its timer it finishes what there is, it
// outlives a database that fails, and it never holds up the end of the process.

import { expect } from 'chai';
import { pino } from 'pino';
import type { RosterStore } from '../../src/app/ports/roster-ports.js';
import type { StaleDaysStore } from '../../src/app/ports/stale-days.js';
import { recordFacts } from '../../src/app/write/record-facts.js';
import type { Instant } from '../../src/domain/time/time.js';
import { findZone } from '../../src/domain/time/zone.js';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.js';
import {
  createFollower,
  type Follower,
  type FollowerOptions,
  wakingRoster,
} from '../../src/process/follower.js';
import { type Database, openDatabase } from '../../src/store/postgres/database.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { createRosterReader } from '../../src/store/rosters/roster-reader.js';
import { createStaleDaysStore } from '../../src/store/upkeep/stale-days.js';
import { markOf } from '../store/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { holdUp } from '../support/hold-up.js';
import { waitUntil } from '../support/wait-until.js';

describe('the follower', function () {
  this.timeout(30_000);
  let test: TestDatabase;
  let database: Database;
  let stale: StaleDaysStore;
  let metrics: Metrics;
  let follower: Follower;
  let options: FollowerOptions;
  let lines: Record<string, unknown>[];

  beforeEach(async () => {
    test = await createTestDatabase();
    database = openDatabase(test.url, () => {}, 4);
    stale = createStaleDaysStore(database);
    const defaultZone = findZone('UTC');
    if (defaultZone === undefined) throw new Error('no UTC');
    const rosters = createRosterReader({ defaultZone });
    const databases = { writes: database, reads: database, health: database };
    const store = createPostgresStore(databases, rosters, { requireKnownEmployees: false });
    await recordFacts(store, [markOf('a', '2026-03-02'), markOf('b', '2026-03-02')]);
    metrics = createMetrics();
    lines = [];
    const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
    const ports = { stale, store, now: () => Date.now() as Instant };
    options = { ports, log: pino({ level: 'info' }, { write }), metrics };
    // What it does then is not for its timer.
    follower = createFollower({ ...options, lookEveryMs: 3_600_000 });
  });

  afterEach(async () => {
    await follower.stop();
    await database.close();
    await test.drop();
  });

  const run = (text: string, ...values: unknown[]) => database.query({ name: '', text }, ...values);

  async function addChange(changeId: number, employeeId: string): Promise<void> {
    await run(
      `insert into roster_change (change_id, recorded_at, actor, employee_id)
       values ($1, now(), 'boss', $2)`,
      changeId,
      employeeId,
    );
    await run(
      `insert into stale_days (employee_id, change_id, first_date, last_date, since)
       values ($2, $1, '-infinity', 'infinity', now())`,
      changeId,
      employeeId,
    );
  }

  async function isFinished(changeId: number): Promise<boolean> {
    const text = 'select finished_at from roster_change where change_id = $1';
    return (await run(text, changeId))[0]?.finished_at !== null;
  }

  it('finishes what it finds when it starts, and what it is woken for at once', async () => {
    await addChange(1, 'a');
    follower.start(Promise.resolve());
    await waitUntil('the first is finished', () => isFinished(1));
    await waitUntil('it is told', () => lines.length === 1);
    expect(lines[0]).to.include({ level: 30, employees: 1 });
    await addChange(2, 'b');
    follower.wake();
    await waitUntil('the second is finished', () => isFinished(2));
    const { text } = await metrics.render();
    expect(text).to.match(/^attendance_stale_days_derived_total [1-9]/m);
    expect(text).to.match(/^attendance_roster_changes_unfinished 0$/m);
  });

  it('finds by its timer what nobody woke it for', async () => {
    follower = createFollower({ ...options, lookEveryMs: 20 });
    await addChange(1, 'a');
    follower.start(Promise.resolve());
    await waitUntil('the first is finished', () => isFinished(1));
    await addChange(2, 'b');
    await waitUntil('the second is finished', () => isFinished(2), 10_000);
  });

  it('shows how much is waiting, and leaves the figure out when it cannot be had', async () => {
    await addChange(1, 'a');
    await addChange(2, 'b');
    expect((await metrics.render()).text).to.match(/^attendance_roster_changes_unfinished 2$/m);
    expect((await metrics.render()).text).to.match(
      /^attendance_roster_changes_waiting_seconds [0-9]/m,
    );
    await run('alter table roster_change rename to gone');
    const { text } = await metrics.render();
    expect(text).to.not.match(/^attendance_roster_changes_unfinished [0-9]/m);
    await run('alter table gone rename to roster_change');
  });

  it('does nothing before it is ready, and nothing at all if that fails', async () => {
    await addChange(1, 'a');
    follower.start(Promise.reject(new Error('no schema')));
    follower.wake();
    await follower.stop();
    expect(await isFinished(1)).to.equal(false);
    expect(lines).to.deep.equal([]);
  });

  it('tells of failures, and goes on when they pass', async () => {
    await addChange(1, 'a');
    await run('alter table roster_change rename to gone');
    follower.start(Promise.resolve());
    await waitUntil('it is told', () => lines.length > 0);
    expect(lines[0]).to.include({ level: 40, retryInMs: 1000 });
    await run('alter table gone rename to roster_change');
    await waitUntil('it is finished', () => isFinished(1), 10_000);
  });

  it('stops within its bound though a writer holds it up, and its stale days are done later', async () => {
    await addChange(1, 'a');
    const writer = await holdUp(test.url, 'a');
    follower.start(Promise.resolve());
    await writer.waiting(1);
    // The writer lets go only afterwards: whoever waited for it would wait for ever.
    await follower.stop();
    expect(await isFinished(1)).to.equal(false);
    await writer.release();
    // It gave back what it had taken when it came to its end.
    await waitUntil('the stale days can be taken', async () => {
      return (await stale.settle(1, async () => [])) === 1;
    });
  });

  it('is woken by changes that are not finished, and by those only', async () => {
    let woken = 0;
    const outcomes = [undefined, 1, undefined];
    const roster = wakingRoster(
      {
        changeRoster: async () => {
          const finishedAt = outcomes.shift();
          return { answer: undefined, change: outcomes.length === 2 ? undefined : { finishedAt } };
        },
      } as unknown as RosterStore,
      () => {
        woken += 1;
      },
    );
    const command = {} as Parameters<RosterStore['changeRoster']>[0];
    await roster.changeRoster(command);
    expect(woken).to.equal(0);
    await roster.changeRoster(command);
    expect(woken).to.equal(0);
    await roster.changeRoster(command);
    expect(woken).to.equal(1);
  });
});
