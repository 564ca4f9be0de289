// Every statement about badges and the quarantine walks indexes from the few rows it was given, on empty,
// young and large tables. Plans are those that the store's own connections make.

import { expect } from 'chai';
import {
  COUNT_WAITING_OF_BADGE,
  LIST_ASTRAY,
  LIST_BADGES,
  LIST_BADGES_OF_BADGE,
  LIST_BADGES_OF_BOTH,
  LIST_BADGES_OF_EMPLOYEE,
  LIST_DUE,
  LIST_UNSETTLED,
  LOCATE_BADGES,
  MARK_SETTLED,
  READ_OPEN_BADGE,
  READ_WAITING,
} from '../../src/store/badges/badge-store.js';
import {
  ADD_BADGES,
  KEEP_BADGE_REQUEST,
  RAISE_BADGE,
  READ_ADDED,
  READ_BADGE_REQUEST,
  READ_HELD,
  SAY_BADGE,
  SUPERSEDE_BADGE,
  TAKE_BADGES,
  UNBLOCK_BADGE,
} from '../../src/store/badges/change-badge.js';
import {
  ADD_IMPORTS,
  COUNT_WAITING,
  DISCARD_QUARANTINED,
  FIND_QUARANTINED,
  KEEP_QUARANTINED,
  LIST_QUARANTINED,
  LIST_QUARANTINED_OF_BADGE,
  LIST_QUARANTINED_OF_IMPORT,
  LOCK_QUARANTINE_HEAD,
  READ_BADGES_OF,
  RESTORE_QUARANTINED,
} from '../../src/store/badges/quarantine.js';
import {
  BLOCK_QUARANTINED,
  LOCK_BADGES,
  LOCK_QUARANTINED,
  QUARANTINE_VOIDED,
  RELEASE_QUARANTINED,
} from '../../src/store/facts/moved-punches.js';
import type { Statement } from '../../src/store/postgres/database.js';
import { explanationOf, fill, LARGE, onOneConnection, textOf } from './plan-support.js';
import { openStore, type StoreFixture } from './support.js';

const ID = 'p-00500';
const BADGE = 'b-00500';
const DATE = '2026-01-15';
const TIME = '2026-01-15T09:00Z';
const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';
const IDENTITY = [`{${BADGE}}`, `{${TIME}}`, '{door}', '{7}', '{2}'];
const PAGE = ['', 0, 0, 'infinity', false, 100];

const STATEMENTS: readonly [Statement, readonly unknown[]][] = [
  [LOCK_BADGES, [`{${BADGE}}`]],
  [LOCK_QUARANTINED, ['{7}']],
  [RELEASE_QUARANTINED, ['{7}']],
  [BLOCK_QUARANTINED, ['{7}', '{x}']],
  [QUARANTINE_VOIDED, [`{${ID}}`, '{1007}']],
  [LOCATE_BADGES, IDENTITY],
  [LIST_BADGES, PAGE],
  [LIST_BADGES_OF_BADGE, [...PAGE, BADGE]],
  [LIST_BADGES_OF_EMPLOYEE, [...PAGE, ID]],
  [LIST_BADGES_OF_BOTH, [...PAGE, ID, BADGE]],
  [READ_OPEN_BADGE, [BADGE]],
  [LIST_ASTRAY, [BADGE, 100]],
  [LIST_DUE, [BADGE, 100]],
  [MARK_SETTLED, [BADGE, 1]],
  [LIST_UNSETTLED, ['', 100]],
  [READ_WAITING, []],
  [COUNT_WAITING_OF_BADGE, [BADGE]],
  [ADD_BADGES, [`{${BADGE}}`]],
  [TAKE_BADGES, [`{${BADGE}}`]],
  [READ_HELD, [BADGE]],
  [READ_ADDED, [ID]],
  [READ_BADGE_REQUEST, [UUID]],
  [SUPERSEDE_BADGE, [BADGE, 1, 1, 'x', 'x']],
  [SAY_BADGE, [BADGE, 1, 2, ID, DATE, 'infinity', 'UTC', TIME, 'infinity', 'x', 'x']],
  [RAISE_BADGE, [BADGE, 'x', 'x']],
  [UNBLOCK_BADGE, [BADGE]],
  [KEEP_BADGE_REQUEST, [UUID, '', BADGE, 1, 1]],
  [FIND_QUARANTINED, IDENTITY],
  [ADD_IMPORTS, ['{march}', '{x}']],
  [LOCK_QUARANTINE_HEAD, []],
  [
    KEEP_QUARANTINED,
    [
      ...[`{${BADGE}}`, `{${TIME}}`, '{2}', '{1}', '{door}', '{x}', '{}', '{null}', '{null}'],
      ...['{0}', '{null}', '{x}', '{0}', '{x}', `{${TIME}}`, '{null}'],
    ],
  ],
  [RESTORE_QUARANTINED, ['{7}']],
  [COUNT_WAITING, [1]],
  [LIST_QUARANTINED, [0, 100]],
  [LIST_QUARANTINED_OF_BADGE, [0, 100, BADGE]],
  [LIST_QUARANTINED_OF_IMPORT, ['march', 100]],
  [READ_BADGES_OF, ['{7}']],
  [DISCARD_QUARANTINED, ['{7}', 'x', 'x']],
];

/** The heads have one row for ever; they may be read in any way. */
const FORBIDDEN = /Seq Scan on (?!feed_head|quarantine_head)\w+|Bitmap|Hash Join|Merge Join/;

async function fillBadges(fixture: StoreFixture, employees: number, days: number): Promise<void> {
  await fill(fixture, employees, days);
  await fixture.rows(`
    insert into badge (badge_id, version, settled_version)
    select replace(employee_id, 'p', 'b'), 1, case when random() < 0.99 then 1 else 0 end
    from employee on conflict do nothing`);
  await fixture.rows(`
    insert into badge_assignment (badge_id, assignment_id, revision, employee_id, start_date,
                                  time_zone, start_time, actor, recorded_at)
    select replace(employee_id, 'p', 'b'), row_number() over (), 1, employee_id, '2026-01-01',
           'UTC', '2026-01-01', 'x', now()
    from employee on conflict do nothing`);
  await fixture.rows(`
    update punch set badge_id = replace(employee_id, 'p', 'b') where badge_id is null
    and random() < 0.5`);
  await fixture.rows(`
    insert into quarantined_punch (badge_id, time, kind, source, device_id, event_id, actor,
                                   received_at, quarantined_at, import_id, discarded_at)
    select replace(employee_id, 'p', 'b'), time - interval '1 year', 2, 2, 'door', event_id, 'x',
           now(), now(), 'march', case when random() < 0.5 then now() end
    from punch on conflict do nothing`);
}

const STAGES: readonly [string, (fixture: StoreFixture) => Promise<unknown>][] = [
  ['empty tables', async () => {}],
  [
    'young tables, analysed',
    async (fixture) => {
      await fillBadges(fixture, 20, 3);
      await fixture.rows('analyze');
    },
  ],
  ['large tables with the statistics of young ones', (fixture) => fillBadges(fixture, ...LARGE)],
  ['large tables, analysed', (fixture) => fixture.rows('analyze')],
];

describe('plans of statements about badges', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture?.close());

  for (const [name, prepare] of STAGES) {
    describe(name, () => {
      before(async () => {
        await prepare(fixture);
      });
      for (const [statement, values] of STATEMENTS) {
        it(statement.name, async () => {
          const rows = await onOneConnection(fixture, async (run) => {
            await run(`prepare now as ${statement.text}`);
            const explanation = await run(explanationOf('now', values));
            await run('deallocate now');
            return explanation;
          });
          const plan = textOf(rows);
          expect(plan).to.not.match(FORBIDDEN);
          // Whose it is belongs into the index condition: a filter has walked past others.
          expect(plan).to.not.match(/Filter: .*\b(badge_id|quarantine_id)\b = /);
        });
      }
    });
  }
});
