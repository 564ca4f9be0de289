// Every statement of a read walks indexes from the few rows it was given, on an empty table, on a
// young one that was never analysed, on a young one that was, and on a large one. Plans are
// those that the store's own connections make.

import { expect } from 'chai';
import { KEYS, NEXT_DATE, NEXT_DATE_OF, STEPS } from '../../src/store/days/derived-list-step.js';
import { LOOK_THROUGH } from '../../src/store/days/filtered-lists.js';
import {
  PAGES,
  STALE_EMPLOYEE,
  STALE_EMPLOYEE_AS_OF,
  STALE_EMPLOYEES,
  STALE_EMPLOYEES_AS_OF,
} from '../../src/store/days/list-days.js';
import { LIST_REVISIONS, READ_DAY_AS_OF, READ_RANGE } from '../../src/store/days/read-days.js';
import { READ_STANDING } from '../../src/store/days/resolve-days.js';
import { READ_SIMILAR_IDS } from '../../src/store/days/similar-ids.js';
import { MARK_IMPORTS, PUNCH_IMPORTS } from '../../src/store/facts/imports.js';
import { LIST_LEAVE_TYPE_HISTORY, LIST_LEAVE_TYPES } from '../../src/store/facts/leave-types.js';
import { LIST_PUNCHES } from '../../src/store/facts/list-punches.js';
import { HOLDS_PLACE, READ_FEED, READ_FEED_HEAD } from '../../src/store/feed/read-feed.js';
import {
  CHANGED_SINCE,
  LEASE,
  LOCK_TOLD,
  ROSTER_CHANGE,
} from '../../src/store/feed/transitions.js';
import type { Statement } from '../../src/store/postgres/database.js';
import { explanationOf, fill, LARGE, onOneConnection, STAGES, textOf } from './plan-support.js';
import { openStore, type StoreFixture } from './support.js';

const ID = 'p-00500';
const DATE = '2026-01-15';
const LAST = '2026-01-31';
const AS_OF = '2026-06-01T00:00:00Z';
const PAGE = [DATE, ID, '2026-12-31', 101, '{1,2,3,4,5,6,7}', 101, AS_OF, 1];

const LOOK = [ID, 100, DATE, LAST, 1, AS_OF, true, '{2}', '{1,2}', 0, '-infinity'];

/** Every statement with parameters as they come; its literal values do not matter. */
const READS: readonly [Statement, readonly unknown[]][] = [
  [READ_RANGE, [ID, '2026-01-01', LAST]],
  [READ_DAY_AS_OF, [ID, DATE, AS_OF]],
  [READ_SIMILAR_IDS, [ID, `{p-00501,p-0500}`]],
  [LIST_REVISIONS, [ID, DATE, 0, 'infinity', 100]],
  [READ_FEED, [100, `{${ID}}`, '']],
  [READ_FEED_HEAD, []],
  [HOLDS_PLACE, [100, AS_OF]],
  [LEASE, ['a', 1000]],
  [LOCK_TOLD, []],
  [ROSTER_CHANGE, []],
  [CHANGED_SINCE, [100]],
  [READ_STANDING, [`{${ID}}`, '{2026-01-01}', '{2026-02-01}', AS_OF]],
  [LIST_PUNCHES, [ID, '-infinity', 0, 'infinity', false, 100, 5000]],
  [PUNCH_IMPORTS.list, [AS_OF, 'march', 100]],
  [PUNCH_IMPORTS.read, ['march']],
  [MARK_IMPORTS.list, [AS_OF, 'march', 100]],
  [MARK_IMPORTS.read, ['march']],
  [MARK_IMPORTS.listStanding, ['march', 1000]],
  [LIST_LEAVE_TYPES, ['sick', 1, 101]],
  [LIST_LEAVE_TYPE_HISTORY, ['sick', 1, 101]],
  [PUNCH_IMPORTS.listStanding, ['march', 1000]],
  [STALE_EMPLOYEES, [DATE, LAST]],
  [STALE_EMPLOYEES_AS_OF, [DATE, LAST, AS_OF]],
  [STALE_EMPLOYEE, [DATE, LAST, ID]],
  [STALE_EMPLOYEE_AS_OF, [DATE, LAST, ID, AS_OF]],
  [NEXT_DATE, [DATE]],
  [NEXT_DATE_OF, [ID, DATE]],
  [STEPS.date, [ID, 100, DATE, '']],
  [STEPS.dateAsOf, [ID, 100, DATE, '', AS_OF]],
  [STEPS.employees, [ID, 100, DATE, LAST, 'g']],
  [STEPS.employeesAsOf, [ID, 100, DATE, LAST, 'g', AS_OF]],
  [STEPS.employee, [ID, 1, DATE, LAST]],
  [STEPS.employeeAsOf, [ID, 1, DATE, LAST, AS_OF]],
  [STEPS.open, [ID, 100, DATE, LAST, AS_OF, 1]],
  [STEPS.openInGroup, [ID, 100, DATE, LAST, AS_OF, 1, 'g']],
  [STEPS.named, [`{${ID}}`, DATE, LAST]],
  [STEPS.namedAsOf, [`{${ID}}`, DATE, LAST, AS_OF]],
  [STEPS.everybody, [ID, 100, DATE, LAST]],
  [STEPS.everybodyAsOf, [ID, 100, DATE, LAST, AS_OF]],
  [STEPS.members, [ID, 100, DATE, LAST, 'g']],
  [STEPS.membersAsOf, [ID, 100, DATE, LAST, 'g', AS_OF]],
  [KEYS, [`{${ID}}`, `{${DATE}}`]],
  [LOOK_THROUGH.everybody, LOOK],
  [LOOK_THROUGH.group, [...LOOK, 'g']],
  [PAGES.one, PAGE],
  [PAGES.oneAsOf, [...PAGE, AS_OF]],
  [PAGES.byDate, PAGE],
  [PAGES.byDateAsOf, [...PAGE, AS_OF]],
  [PAGES.byEmployee, [...PAGE, '2026-01-01']],
  [PAGES.byEmployeeAsOf, [...PAGE, '2026-01-01', AS_OF]],
];

/** Those that list everybody's days by date; all others are about employees. */
const BY_DATE: readonly Statement[] = [PAGES.byDate, PAGES.byDateAsOf, NEXT_DATE];

/** Those that look at a bounded number of positions or numbers, and leave out what is of others. */
const BOUNDED: readonly Statement[] = [READ_FEED, CHANGED_SINCE];

/** Heads have one row for ever; they may be read in any way. */
const FORBIDDEN =
  /Seq Scan on (?!feed_head|roster_head|transition_head)\w+|Bitmap|Hash Join|Merge Join/;

/** An index scan and what it is told, until the next node. */
const SCAN = /Index (?:Only )?Scan using (\w+) on [^\n]*\n((?:(?! *->).*(?:\n|$))*)/g;

/** What a row may be left out for once it was found: never whose it is, or when it was. */
const LEFT_OUT = /Filter: .*\b(employee_id|time|date)\b [<>=]/;

function expectGood(statement: Statement, plan: string): void {
  expect(plan).to.not.match(FORBIDDEN);
  if (BY_DATE.includes(statement)) expect(plan).to.contain('attendance_day_by_date');
  else expect(plan).to.not.contain('attendance_day_by_date');
  for (const [scan, index = '', told = ''] of plan.matchAll(SCAN)) {
    expect(told, `${plan}\n${scan}`).to.contain('Index Cond');
    if (BOUNDED.includes(statement)) continue;
    expect(told, `${plan}\n${scan}`).to.not.match(LEFT_OUT);
    expect(index, plan).to.not.match(/^roster_change/);
  }
}

describe('plans of the reads', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  for (const [name, prepare] of STAGES) {
    describe(name, () => {
      before(async () => await prepare(fixture));
      for (const [statement, values] of READS) {
        it(statement.name, async () => {
          const rows = await onOneConnection(fixture, async (run) => {
            await run(`prepare now as ${statement.text}`);
            const explanation = await run(explanationOf('now', values));
            await run('deallocate now');
            return explanation;
          });
          expectGood(statement, textOf(rows));
        });
      }
    });
  }

  it('a plan made on young, analysed tables and kept while they grow stays right', async () => {
    const growing = await openStore();
    try {
      await fill(growing, 20, 3);
      await growing.rows('analyze');
      await onOneConnection(growing, async (run) => {
        for (const [statement, values] of READS) {
          await run(`prepare kept_${statement.name} as ${statement.text}`);
          await run(explanationOf(`kept_${statement.name}`, values));
        }
        await fill(growing, ...LARGE);
        for (const [statement, values] of READS) {
          const plan = textOf(await run(explanationOf(`kept_${statement.name}`, values)));
          expectGood(statement, plan);
        }
      });
    } finally {
      await growing.close();
    }
  });
});
