// Every statement that runs per call is served by indexes, on an empty table, on a young one that
// was never analysed, on a young one that was, and on a large one. Plans are those that the
// store's own connections make.

import { expect } from 'chai';
import type { Statement } from '../../src/store/database.js';
import { PAGES } from '../../src/store/list-days.js';
import { LIST_REVISIONS, READ_DAY_AS_OF, READ_MONTH } from '../../src/store/read-days.js';
import {
  ADD_EMPLOYEES,
  LOCK_EMPLOYEES,
  READ_DAYS,
  READ_EARLIER,
} from '../../src/store/read-under-lock.js';
import { READ_HEAD } from '../../src/store/settle.js';
import {
  APPEND_CHANGES,
  INSERT_MARKS,
  RAISE_VERSIONS,
  UPSERT_DAYS,
} from '../../src/store/write-batch.js';
import { openStore, type StoreFixture } from './support.js';

const ID = 'p-00500';
const DATE = '2026-01-15';
const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';
const PAGE = [DATE, ID, '2026-12-31', 101, '{1,2,3,4,5,6,7}', 101];
const RESULT = ['{1}', '{1}', '{1}', '{null}', '{x}'];
const AS_OF = '2026-06-01T00:00:00Z';

/** Every hot statement with parameters as they come; its literal values do not matter. */
const HOT: readonly [Statement, readonly unknown[]][] = [
  [ADD_EMPLOYEES, [`{${ID}}`, '{x}']],
  [LOCK_EMPLOYEES, [`{${ID}}`]],
  [READ_DAYS, [`{${ID}}`, `{${DATE}}`]],
  [READ_EARLIER, [`{${ID}}`, `{${UUID}}`]],
  [
    INSERT_MARKS,
    [
      `{${ID}}`,
      '{99}',
      `{${DATE}}`,
      '{1}',
      '{1}',
      '{1}',
      '{x}',
      '{x}',
      '{x}',
      `{${AS_OF}}`,
      '{null}',
      '{null}',
      '{1}',
    ],
  ],
  [RAISE_VERSIONS, [`{${ID}}`, '{9}']],
  [APPEND_CHANGES, [`{${ID}}`, `{${DATE}}`, '{99}', '{99}', '{1}', '{x}', '{x}', ...RESULT, 1]],
  [UPSERT_DAYS, [`{${ID}}`, `{${DATE}}`, '{99}', ...RESULT, 1]],
  [READ_MONTH, [ID, '2026-01-01', '2026-01-31']],
  [READ_DAY_AS_OF, [ID, DATE, AS_OF]],
  [LIST_REVISIONS, [ID, DATE, 0, 'infinity', 100]],
  [READ_HEAD, []],
  [PAGES.one, PAGE],
  [PAGES.oneAsOf, [...PAGE, AS_OF]],
  [PAGES.byDate, PAGE],
  [PAGES.byDateAsOf, [...PAGE, AS_OF]],
  [PAGES.byEmployee, [...PAGE, '2026-01-01']],
  [PAGES.byEmployeeAsOf, [...PAGE, '2026-01-01', AS_OF]],
];

/** Feed_head has one row for ever; it may be read in any way. */
const FORBIDDEN = /Seq Scan on (?!feed_head)\w+|Bitmap|Hash Join|Merge Join/;

const ROWS = `
  insert into employee (employee_id, employee_name)
    select 'p-' || lpad(n::text, 5, '0'), 'Person' from generate_series(1, $1) n
    on conflict do nothing;`;

async function fill(fixture: StoreFixture, employees: number, days: number): Promise<void> {
  await fixture.rows(ROWS.replace('$1', String(employees)));
  await fixture.rows(`
    insert into attendance_day (employee_id, date, status, origin, portion, revision, recorded_at,
                                engine_version)
    select employee_id, date '2026-01-01' + n, 1, 1, 1, 1, now(), 1
    from employee, generate_series(0, ${days - 1}) n on conflict do nothing`);
  await fixture.rows(`
    insert into attendance_change (position, recorded_at, employee_id, date, revision, sequence,
                                   cause, actor, status, origin, portion, engine_version)
    select row_number() over (), now(), employee_id, date, 1, 1, 1, 'x', 1, 1, 1, 1
    from attendance_day on conflict do nothing`);
  await fixture.rows(`
    insert into mark (employee_id, sequence, date, kind, status, portion, actor, received_at,
                      revision, request_id, payload_hash)
    select employee_id, date - date '2025-12-31', date, 1, 1, 1, 'x', now(), 1, gen_random_uuid(), ''
    from attendance_day on conflict do nothing`);
}

async function explain(
  fixture: StoreFixture,
  { text }: Statement,
  values: readonly unknown[],
): Promise<string> {
  const literals = values.map((value) => `'${String(value)}'`).join(', ');
  const name = 'explained';
  const lines = await fixture.database.session(async (session) => {
    const run = (statement: string) =>
      session.pipeline([{ statement: { name: '', text: statement }, values: [] }]);
    await run(`prepare ${name} as ${text}`);
    const [rows = []] = await run(
      `explain (costs off) execute ${name}${values.length > 0 ? `(${literals})` : ''}`,
    );
    await run(`deallocate ${name}`);
    return rows;
  });
  return lines.map((line) => Object.values(line).join()).join('\n');
}

describe('plans of the hot statements', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  const stages: readonly [name: string, prepare: () => Promise<unknown>][] = [
    ['empty tables', async () => {}],
    ['young tables, never analysed', async () => await fill(fixture, 20, 3)],
    ['young tables, analysed', async () => await fixture.rows('analyze')],
    ['large tables with the statistics of young ones', async () => await fill(fixture, 1000, 200)],
    ['large tables, analysed', async () => await fixture.rows('analyze')],
  ];
  for (const [name, prepare] of stages) {
    describe(name, () => {
      before(prepare);
      for (const [statement, values] of HOT) {
        it(statement.name, async () => {
          const plan = await explain(fixture, statement, values);
          expect(plan).to.not.match(FORBIDDEN);
        });
      }
    });
  }
});
