// Every statement of a write, and of what every call asks, is served by indexes, on an empty table, on a young one that
// was never analysed, on a young one that was, and on a large one. Plans are those that the
// store's own connections make.

import { expect } from 'chai';
import { MOVE_HEAD, READ_HEAD } from '../../src/store/facts/feed-head.js';
import {
  COUNT_IMPORTED,
  INSERT_CORRECTIONS,
  INSERT_MARKS,
  INSERT_PUNCHES,
  REFLAG_PUNCHES,
  VOID_PUNCHES,
} from '../../src/store/facts/insert-facts.js';
import {
  ADD_EMPLOYEES,
  LOCK_EMPLOYEES,
  LOCK_FREE_EMPLOYEES,
  READ_KNOWN_EMPLOYEES,
  READ_ROSTER_HEAD,
} from '../../src/store/facts/lock-and-read.js';
import {
  COUNT_MARKED,
  INSERT_MARK_VOIDS,
  READ_MARKS_OF_DATE,
  VOID_MARKS,
} from '../../src/store/facts/mark-imports.js';
import {
  READ_FIRST_USES,
  READ_NAMED_PUNCHES,
  READ_NEXT_USES,
} from '../../src/store/facts/named-punches.js';
import { READ_DAYS, READ_PUNCHES } from '../../src/store/facts/read-needs.js';
import { READ_EARLIER, READ_EARLIER_PUNCHES } from '../../src/store/facts/repeated-requests.js';
import { APPEND_CHANGES, RESTAMP_DAYS, UPSERT_DAYS } from '../../src/store/facts/upsert-days.js';
import { FORGET_EMPLOYEES, RAISE_VERSIONS } from '../../src/store/facts/write-batch.js';
import type { Statement } from '../../src/store/postgres/database.js';
import { explanationOf, fill, LARGE, onOneConnection, STAGES, textOf } from './plan-support.js';
import { openStore, type StoreFixture } from './support.js';

const ID = 'p-00500';
const DATE = '2026-01-15';
const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';
const AS_OF = '2026-06-01T00:00:00Z';
const RESULT = [
  '{1}',
  '{1}',
  '{1}',
  '{null}',
  '{null}',
  '{null}',
  '{null}',
  '{x}',
  '{x}',
  '{0}',
  `{${AS_OF}}`,
];

/** Every hot statement with parameters as they come; its literal values do not matter. */
const HOT: readonly [Statement, readonly unknown[]][] = [
  [ADD_EMPLOYEES, [`{${ID}}`, '{x}']],
  [LOCK_EMPLOYEES, [`{${ID}}`]],
  [LOCK_FREE_EMPLOYEES, [`{${ID}}`]],
  [READ_KNOWN_EMPLOYEES, [`{${ID}}`]],
  [READ_ROSTER_HEAD, []],
  [READ_DAYS, [`{${ID}}`, `{${DATE}}`, '{2026-01-20}']],
  [READ_PUNCHES, [`{${ID}}`, '{2026-01-15T00:00Z}', '{2026-01-20T00:00Z}']],
  [READ_NAMED_PUNCHES, [`{${ID}}`, '{7}']],
  [READ_NEXT_USES, [`{${ID}}`, '{7}']],
  [READ_FIRST_USES, [`{${ID}}`, '{door}', '{7}']],
  [READ_EARLIER, [`{${ID}}`, `{${UUID}}`]],
  [READ_EARLIER_PUNCHES, [`{${ID}}`, `{${UUID}}`]],
  [
    INSERT_MARKS,
    [
      `{${ID}}`,
      '{99}',
      `{${DATE}}`,
      '{1}',
      '{1}',
      '{1}',
      '{null}',
      '{36000}',
      '{43200}',
      '{x}',
      '{x}',
      '{x}',
      `{${AS_OF}}`,
      '{null}',
      '{null}',
      '{1}',
      '{null}',
    ],
  ],
  [
    INSERT_PUNCHES,
    [
      `{${ID}}`,
      '{9999}',
      `{${AS_OF}}`,
      '{2}',
      '{1}',
      '{door}',
      '{x}',
      '{}',
      '{1.5}',
      '{1.5}',
      '{0}',
      '{null}',
      '{x}',
      '{0}',
      '{x}',
      `{${AS_OF}}`,
      '{null}',
      '{x}',
      '{null}',
      '{null}',
      '{null}',
      `{${DATE}}`,
      '{1}',
      '{x}',
    ],
  ],
  [
    INSERT_CORRECTIONS,
    [
      `{${ID}}`,
      '{9999}',
      '{"{1,2}"}',
      `{"{${DATE}}"}`,
      '{"{1}"}',
      '{x}',
      '{x}',
      `{${AS_OF}}`,
      '{null}',
      '{null}',
    ],
  ],
  [READ_MARKS_OF_DATE, [`{${ID}}`, `{${DATE}}`, '{march}']],
  [COUNT_MARKED, ['{march}', '{x}', '{1}']],
  [
    INSERT_MARK_VOIDS,
    [`{${ID}}`, '{9999}', `{${DATE}}`, '{x}', '{"{1,2}"}', '{x}', '{x}', `{${AS_OF}}`],
  ],
  [VOID_MARKS, [`{${ID}}`, '{7}', '{9999}']],
  [COUNT_IMPORTED, ['{march}', '{x}', '{1}']],
  [VOID_PUNCHES, [`{${ID}}`, '{7}', '{9999}', '{false}']],
  [REFLAG_PUNCHES, [`{${ID}}`, '{7}', '{2}']],
  [RAISE_VERSIONS, [`{${ID}}`, '{9}']],
  [APPEND_CHANGES, [`{${ID}}`, `{${DATE}}`, '{99}', '{99}', '{1}', '{x}', '{x}', ...RESULT, 1]],
  [UPSERT_DAYS, [`{${ID}}`, `{${DATE}}`, '{99}', ...RESULT, 1]],
  [RESTAMP_DAYS, [`{${ID}}`, `{${DATE}}`, ...RESULT, 1]],
  [READ_HEAD, []],
  [MOVE_HEAD, []],
  [FORGET_EMPLOYEES, [`{${ID}}`]],
];

/** Those that look for a range of time; all others find punches by number or by identity. */
const BY_TIME: readonly Statement[] = [READ_PUNCHES];

/** Those that look for event ids. */
const IN_USES: readonly Statement[] = [READ_FIRST_USES, READ_NEXT_USES];

/** Those that choose among the few marks of one employee's date, which the index leads to. */
const ON_ONE_DATE: readonly Statement[] = [READ_MARKS_OF_DATE];

/** What rows are found by belongs into the index condition: a filter has walked past others. */
const WALKED_PAST = /Filter: .*\b(employee_id|sequence|request_id|event_id|time)\b.* =/;

/** A scan of an index that goes from its first entry to its last. */
const WHOLE_INDEX = /Index (Only )?Scan.*(?!\n *Index Cond)(\n|$)/;

/** Feed_head has one row for ever; it may be read in any way. */
const FORBIDDEN = /Seq Scan on (?!feed_head)\w+|Bitmap|Hash Join|Merge Join/;

/** No way but indexes, and of the two on days the one that leads straight to the rows. */
function expectGood(statement: Statement, plan: string): void {
  expect(plan).to.not.match(FORBIDDEN);
  if (!ON_ONE_DATE.includes(statement)) expect(plan).to.not.match(WALKED_PAST);
  expect(plan).to.not.match(WHOLE_INDEX);
  if (!BY_TIME.includes(statement)) expect(plan).to.not.contain('punch_by_time');
  expect(plan).to.not.contain('punch_of_import');
  if (IN_USES.includes(statement)) expect(plan).to.contain('punch_identity');
  expect(plan).to.not.contain('attendance_day_by_date');
}

describe('plans of the hot statements', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  for (const [name, prepare] of STAGES) {
    describe(name, () => {
      before(async () => await prepare(fixture));
      for (const [statement, values] of HOT) {
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
        for (const [statement, values] of HOT) {
          await run(`prepare kept_${statement.name} as ${statement.text}`);
          await run(explanationOf(`kept_${statement.name}`, values));
        }
        await fill(growing, ...LARGE);
        for (const [statement, values] of HOT) {
          const plan = textOf(await run(explanationOf(`kept_${statement.name}`, values)));
          expectGood(statement, plan);
        }
      });
    } finally {
      await growing.close();
    }
  });
});
