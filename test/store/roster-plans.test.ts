// Every statement on the roster walks indexes from the few rows it was given, whatever the size of the
// tables: but for those that read all of what everybody shares, or count it.

import { expect } from 'chai';
import type { Row, Statement } from '../../src/store/postgres/database.js';
import * as locks from '../../src/store/roster-changes/lock-roster.js';
import * as reads from '../../src/store/roster-changes/read-roster.js';
import * as edits from '../../src/store/roster-changes/roster-statements.js';
import * as users from '../../src/store/roster-changes/shift-users.js';
import * as reader from '../../src/store/rosters/roster-statements.js';
import * as stale from '../../src/store/upkeep/stale-days.js';
import { openStore, type StoreFixture } from './support.js';

const ID = 'p-00500';
const AT = '2026-06-01T00:00:00Z';
const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';
const [FROM, TO] = ['2026-01-01', '2026-12-31'];
const CHANGE = [9999, true, 'x', 'x', 'x', FROM, TO, null, null, null, 0];

/** Every statement with parameters as they come; its literal values do not matter. */
const STATEMENTS: readonly [Statement, readonly unknown[]][] = [
  [reader.SHARED_VERSION_AS_OF, [AT]],
  [reader.EMPLOYEES_AT_CHANGE.details, [`{${ID}}`, '{500}']],
  [reader.EMPLOYEES_AT_CHANGE.assignments, [`{${ID}}`, '{500}']],
  [reader.EMPLOYEES_AT_CHANGE.overrides, [`{${ID}}`, '{500}']],
  [reader.EMPLOYEES_AT_TIME.details, [`{${ID}}`, AT]],
  [reader.EMPLOYEES_AT_TIME.assignments, [`{${ID}}`, AT]],
  [reader.EMPLOYEES_AT_TIME.overrides, [`{${ID}}`, AT]],
  [locks.LOCK_ROSTER_HEAD, []],
  [locks.READ_EARLIER_CHANGES, [`{${UUID}}`]],
  [locks.READ_EARLIER_REQUESTS, [`{${UUID}}`]],
  [locks.READ_OWN_DETAILS, [`{${ID}}`]],
  [reader.READ_OWN_ASSIGNMENTS, [`{${ID}}`]],
  [locks.READ_OWN_OVERRIDES, [`{${ID}}`]],
  [locks.READ_ARCHIVED, ['{s-1}']],
  [locks.READ_SHIFT, ['s-1']],
  [locks.READ_ONE_HOLIDAY, ['c-1', FROM]],
  [locks.READ_POLICY, ['y-1']],
  [users.READ_SHIFT_USERS, ['s-1', ID, 100]],
  [edits.TAKE_ROSTER_TIME, []],
  [edits.SUPERSEDE_DETAIL, [ID]],
  [edits.SUPERSEDE_ASSIGNMENT, [ID, 1]],
  [edits.SUPERSEDE_OVERRIDE, [ID, FROM]],
  [edits.SUPERSEDE_SHIFT_VERSION, ['s-1', FROM]],
  [edits.SUPERSEDE_HOLIDAY, ['c-1', FROM]],
  [edits.INSERT_DETAIL, [ID, 9999, '{}']],
  [edits.INSERT_ASSIGNMENT, [ID, 9, 9999, FROM, TO, FROM, '[]']],
  [edits.INSERT_OVERRIDE, [ID, FROM, 9999, '{}']],
  [edits.INSERT_SHIFT, ['s-1']],
  [edits.INSERT_SHIFT_VERSION, ['s-1', FROM, 9999, '{}']],
  [edits.ARCHIVE_SHIFT, ['s-1', 9999]],
  [edits.INSERT_HOLIDAY, ['c-1', FROM, 9999, 'x', 1]],
  [edits.ADD_SHIFT_USER, ['{s-1}', ID]],
  [edits.ADD_CALENDAR_USER, ['c-1', ID]],
  [edits.SUPERSEDE_POLICY_VERSION, ['y-1', FROM]],
  [edits.INSERT_POLICY_VERSION, ['y-1', FROM, 9999, '{}']],
  [edits.ADD_POLICY_USER, ['{y-1}', ID]],
  [edits.RAISE_ROSTER_VERSION, [ID, 9999, null, null]],
  [edits.MOVE_ROSTER_HEAD, [9999, true]],
  [edits.INSERT_REQUEST, [UUID, '\\x00', '{}']],
  [edits.INSERT_CHANGE_OF_EMPLOYEE, CHANGE],
  [edits.INSERT_CHANGE_OF_SHIFT, CHANGE],
  [edits.INSERT_CHANGE_OF_CALENDAR, CHANGE],
  [edits.INSERT_STALE_OF_EMPLOYEE, [500, ID]],
  [edits.INSERT_STALE_OF_SHIFT, [500, 's-1']],
  [edits.INSERT_STALE_OF_CALENDAR, [500, 'c-1']],
  [reads.GET_EMPLOYEE, [ID, AT]],
  [reads.LIST_EMPLOYEES, [ID, 101]],
  [reads.LIST_GROUP, [ID, 101, 'g-1']],
  [reads.GET_SHIFT, ['s-1', AT]],
  [reads.LIST_SHIFTS, ['s-1', 101, true]],
  [reads.GET_POLICY, ['y-1', AT]],
  [reads.LIST_ASSIGNMENTS, [ID, AT]],
  [reads.LIST_OVERRIDES, [ID, AT, FROM, TO, FROM, 101]],
  [reads.LIST_HOLIDAYS, [AT, FROM, TO, 'c-1', FROM, 101]],
  [reads.LIST_CALENDAR, [AT, FROM, TO, 'c-1', FROM, 101]],
  [reads.GET_CHANGE, [500]],
  [reads.LIST_CHANGES, [500, 101]],
  [reads.LIST_UNFINISHED, [500, 101]],
];

/** Those that need all of what everybody shares: once per process and change, or per command. */
const WHOLE: readonly [Statement, readonly unknown[]][] = [
  [reader.READ_SHIFT_VERSIONS, [500]],
  [reader.READ_HOLIDAYS, [500]],
  [reader.READ_POLICY_VERSIONS, [500]],
  [reads.LIST_POLICIES, ['y-1', 101]],
  [locks.COUNT_SHIFTS, []],
  [locks.COUNT_HOLIDAYS, []],
];

/** Those that can be about everybody: a policy may be the default. */
const OF_EVERYBODY: readonly [Statement, readonly unknown[]][] = [
  [edits.INSERT_CHANGE_OF_POLICY, CHANGE],
  [edits.INSERT_STALE_OF_POLICY, [500, 'y-1']],
];

/** What workers take, and what they settle. */
const STALE: readonly [Statement, readonly unknown[]][] = [
  [stale.TAKE_STALE, [50]],
  [stale.TAKE_STALE_OF, [`{${ID}}`]],
  [stale.LOCK_CHANGES, ['{500}']],
  [stale.SETTLE_DONE, [`{${ID}}`, '{500}']],
  [stale.SETTLE_FAILED, [`{${ID}}`, '{500}', '{x}', '{1000}']],
  [stale.COUNT_SETTLED, ['{500}', '{1}', '{1}', '{1}']],
  [stale.FINISH_CHANGES, ['{500}']],
];

/** From a calendar straight to the shifts that have it as their own. */
const BY_CALENDAR: readonly Statement[] = [
  edits.INSERT_CHANGE_OF_CALENDAR,
  edits.INSERT_STALE_OF_CALENDAR,
];

/** The heads have one row for ever; they may be read in any way. */
const SCAN = /(?<!Function |Subquery )Scan (Backward )?(using \S+ )?on (?!feed_head|roster_head)/;

async function fill({ rows }: StoreFixture, many: number): Promise<void> {
  const each = `generate_series(1, ${many}) n`;
  const person = `'p-' || lpad(n::text, 5, '0')`;
  await rows(`insert into employee (employee_id, group_id) select ${person}, 'g-' || n % 20
              from ${each} on conflict do nothing`);
  await rows(`insert into roster_change (change_id, recorded_at, actor, employee_id, shift_id)
              select n, timestamptz '2026-01-01' + n * interval '1 s', 'x',
                     case when n % 5 > 0 then ${person} end, case when n % 5 = 0 then 's-1' end
              from ${each} on conflict do nothing`);
  await rows(`insert into shift (shift_id) select 's-' || n from ${each} on conflict do nothing`);
  await rows(`insert into shift_version (shift_id, effective_date, change_id, recorded_at, definition)
              select 's-' || n, '-infinity', n, now(),
                     case when n % 3 = 0 then jsonb_build_object('calendarId', 'c-' || n % 7)
                          else '{}' end
              from ${each} on conflict do nothing`);
  await rows(`insert into holiday (calendar_id, date, change_id, recorded_at, name, portion)
              select 'c-' || n % 5, date '2026-01-01' + n, n, now(), 'x', 1 from ${each}
              on conflict do nothing`);
  await rows(`insert into employee_detail (employee_id, change_id, recorded_at, detail)
              select ${person}, n, now(), '{}' from ${each} on conflict do nothing`);
  await rows(`insert into shift_assignment (employee_id, assignment_id, change_id, recorded_at,
                                            start_date, anchor_date, cycle)
              select ${person}, a, n, now(), '2026-01-01', '2026-01-01', '[[]]'
              from ${each}, generate_series(1, 3) a on conflict do nothing`);
  await rows(`insert into date_override (employee_id, date, change_id, recorded_at, shift_ids)
              select ${person}, date '2026-01-01' + d, n, now(), '{}'
              from ${each}, generate_series(1, 20) d on conflict do nothing`);
  await rows(`insert into shift_user (shift_id, employee_id) select 's-' || n % 7, ${person}
              from ${each} on conflict do nothing`);
  await rows(`insert into policy_version (policy_id, effective_date, change_id, recorded_at, definition)
              select 'y-' || n % 50, date '2026-01-01' + n, n, now(),
                     jsonb_build_object('groupIds', jsonb_build_array('g-' || n % 5), 'isDefault', false)
              from ${each} on conflict do nothing`);
  await rows(`insert into policy_user (policy_id, employee_id) select 'y-' || n % 7, ${person}
              from ${each} on conflict do nothing`);
  await rows(`insert into stale_days (employee_id, change_id, first_date, last_date, since, done_at)
              select ${person}, c, '2026-01-01', '2026-12-31', now(),
                     case when n % 20 = 0 then 'infinity' else now() end
              from ${each}, generate_series(498, 501) c on conflict do nothing`);
  await rows(`insert into calendar_user (calendar_id, employee_id) select 'c-' || n % 7, ${person}
              from ${each} on conflict do nothing`);
}

function explanationOf(name: string, values: readonly unknown[]): string {
  const literals = values.map((value) => (value === null ? 'null' : `'${String(value)}'`));
  const list = literals.length > 0 ? `(${literals.join(', ')})` : '';
  return `explain (costs off) execute ${name}${list}`;
}

async function planOf(fixture: StoreFixture, statement: Statement, values: readonly unknown[]) {
  return await fixture.database.session(async (session) => {
    const run = async (text: string): Promise<Row[]> => {
      const [rows = []] = await session.pipeline([{ statement: { name: '', text }, values: [] }]);
      return rows;
    };
    await run(`prepare now as ${statement.text}`);
    const rows = await run(explanationOf('now', values));
    await run('deallocate now');
    return rows.map((row) => Object.values(row).join());
  });
}

/** Every scan is by an index and goes straight to its rows. */
function expectDirect(plan: readonly string[]): void {
  const all = plan.join('\n');
  expect(all).to.not.match(/Bitmap|Hash Join|Merge Join/);
  for (const [index, line] of plan.entries()) {
    if (!SCAN.test(line)) continue;
    expect(line, all).to.match(/Index (Only )?Scan/);
    const way = 'a scan without Index Cond: give the statement a start and a limit';
    expect(plan[index + 1], `${way}\n${all}`).to.contain('Index Cond');
  }
}

describe('plans of the statements on the roster', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  const stages: readonly [name: string, prepare: () => Promise<unknown>][] = [
    ['empty tables', async () => {}],
    [
      'young tables, analysed',
      async () => {
        await fill(fixture, 20);
        await fixture.rows('analyze');
      },
    ],
    ['large tables with the statistics of young ones', async () => await fill(fixture, 3000)],
    ['large tables, analysed', async () => await fixture.rows('analyze')],
  ];
  for (const [name, prepare] of stages) {
    describe(name, () => {
      before(prepare);
      for (const [statement, values] of [...STATEMENTS, ...STALE]) {
        it(statement.name, async () => {
          const plan = await planOf(fixture, statement, values);
          expectDirect(plan);
          if (!BY_CALENDAR.includes(statement)) return;
          expect(plan.join('\n')).to.match(
            /using shift_version_by_calendar on[^\n]*\n *Index Cond/,
          );
        });
      }
      for (const [statement, values] of OF_EVERYBODY) {
        it(`${statement.name} reads nobody's facts and days`, async () => {
          const plan = (await planOf(fixture, statement, values)).join('\n');
          expect(plan).to.not.match(/on (punch|attendance_\w+|mark)\b/);
        });
      }
      for (const [statement, values] of WHOLE) {
        it(`${statement.name} reads no table but those of the roster`, async () => {
          const plan = (await planOf(fixture, statement, values)).join('\n');
          expect(plan).to.not.match(/on (employee|punch|attendance_\w+|mark)\b/);
        });
      }
    });
  }

  it('covers every statement there is', () => {
    const known = new Set(
      [...STATEMENTS, ...WHOLE, ...OF_EVERYBODY].map(([statement]) => statement.name),
    );
    const employee = [reader.EMPLOYEES_AT_CHANGE, reader.EMPLOYEES_AT_TIME];
    const all = [reader, locks, edits, reads, users, ...employee].flatMap((room) =>
      Object.values<unknown>({ ...room }).filter(isStatement),
    );
    expect(all.map(({ name }) => name).filter((name) => !known.has(name))).to.deep.equal([]);
    expect(known.size).to.equal(all.length);
  });
});

function isStatement(value: unknown): value is Statement {
  return typeof value === 'object' && value !== null && 'name' in value && 'text' in value;
}
