// Lists of punches of which many were taken back: every page looks at a bounded number of rows and
// says where to go on, and none looks at more than it needs.

import { expect } from 'chai';
import type { PunchCursor, PunchPage } from '../../../src/app/ports/punch-reads.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { LIST_PUNCHES, MAX_PUNCHES_SCANNED } from '../../../src/store/facts/list-punches.js';
import { explanationOf, onOneConnection, textOf } from '../plan-support.js';
import { openStore, type StoreFixture } from '../support.js';

const START = Date.parse('2026-03-02T00:00:00Z');

/** Punch n, from 1, of second n; those up to `voided` were taken back by the fact behind all. */
const PUNCHES = `
  insert into punch (employee_id, sequence, time, kind, source, actor, received_at, recorded_at,
                     voided_by, voided_at)
  select $1, n, timestamptz '2026-03-02T00:00:00Z' + make_interval(secs => n), 2, 2, 'x', now(),
         now(), case when n <= $2 then 1000000 end, case when n <= $2 then now() end
  from generate_series(1, $3::integer) n`;
const VOID = `
  insert into punch_correction (employee_id, sequence, punches, reason, actor, received_at, recorded_at)
  values ($1, 1000000, '{1}', 'never were', 'x', now(), now())`;

describe('lists of punches', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  async function punches(employeeId: string, voided: number, all: number): Promise<void> {
    await fixture.rows("insert into employee values ($1, 'Person')", employeeId);
    await fixture.rows(PUNCHES, employeeId, voided, all);
    await fixture.rows(VOID, employeeId);
  }

  async function pagesOf(
    employeeId: string,
    limit: number,
    includeVoided = false,
  ): Promise<number[][]> {
    const pages: number[][] = [];
    let after: PunchCursor | undefined;
    do {
      const page: PunchPage | undefined = await fixture.store.listPunches({
        employeeId: employeeId as EmployeeId,
        startTime: undefined,
        endTime: undefined,
        includeVoided,
        after,
        limit,
      });
      if (page === undefined) throw new Error('not known');
      pages.push(page.punches.map(({ punchId }) => punchId));
      after = page.next;
    } while (after !== undefined);
    return pages;
  }

  const S = MAX_PUNCHES_SCANNED;

  const CASES: readonly [voided: number, all: number, limit: number, pages: number[][]][] = [
    [0, 0, 3, [[]]],
    [0, 3, 3, [[1, 2, 3]]],
    [0, 4, 3, [[1, 2, 3], [4]]],
    [3, 3, 3, [[]]],
    [2, 5, 3, [[3, 4, 5]]],
    // The last row looked at is where to go on, whatever it is and whatever comes behind it.
    [S - 1, S - 1, 3, [[]]],
    [S, S, 3, [[], []]],
    [S - 1, S, 3, [[S], []]],
    [S, S + 2, 3, [[], [S + 1, S + 2]]],
    [
      S - 2,
      S + 2,
      2,
      [
        [S - 1, S],
        [S + 1, S + 2],
      ],
    ],
    [S - 1, S + 2, 2, [[S], [S + 1, S + 2]]],
  ];

  CASES.forEach(([voided, all, limit, pages], index) => {
    it(`${voided} of ${all} taken back, ${limit} a page`, async () => {
      const employeeId = `case-${index}`;
      await punches(employeeId, voided, all);
      expect(await pagesOf(employeeId, limit)).to.deep.equal(pages);
      const every = (await pagesOf(employeeId, 1000, true)).flat();
      expect(every).to.deep.equal(Array.from({ length: all }, (_, place) => place + 1));
    });
  });

  it('the last row looked at is shown only when it is wanted', async () => {
    await punches('edge', S + 1, S + 2);
    const page = await fixture.store.listPunches({
      employeeId: 'edge' as EmployeeId,
      startTime: undefined,
      endTime: undefined,
      includeVoided: false,
      after: undefined,
      limit: 10,
    });
    const time = (START + S * 1000) as Instant;
    expect(page).to.deep.equal({ punches: [], next: { time, punchId: S } });
  });

  const SCANS: readonly [title: string, voided: number, rows: number][] = [
    ['one that is full, at no more rows than it has', 0, 11],
    ['one that finds nothing, at no more than the bound', S + 1000, S],
  ];
  for (const [title, voided, rows] of SCANS) {
    it(`a page looks at few rows: ${title}`, async () => {
      const employeeId = `scan-${voided}`;
      await punches(employeeId, voided, S + 1000);
      const values = [employeeId, '-infinity', 0, 'infinity', false, 11, S];
      const plan = await onOneConnection(fixture, async (run) => {
        await run(`prepare now as ${LIST_PUNCHES.text}`);
        const explain = explanationOf('now', values).replace('costs off', 'analyze, timing off');
        const explained = await run(explain);
        await run('deallocate now');
        return textOf(explained);
      });
      const scan = /Index Scan using punch_by_time .*actual rows=(\d+)/.exec(plan);
      expect(Number(scan?.[1]), plan).to.equal(rows);
    });
  }
});
