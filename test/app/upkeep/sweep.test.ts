// How the dates of a page of employees are cut into transactions: nothing left out, nothing twice,
// nothing too large, and the cursor never ahead of what was done.

import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_REDERIVED_DAYS } from '../../../src/app/ports/facts.js';
import {
  type ClaimedChange,
  type DaySpan,
  type EmployeeExtent,
  type Lease,
  PUNCH_MARGIN_DAYS,
  type SweepStore,
} from '../../../src/app/ports/sweep-ports.js';
import {
  backlogSeconds,
  batchesOf,
  MAX_CONCERNED,
  MAX_SWEPT_DAYS,
  type SweepBatch,
} from '../../../src/app/upkeep/sweep.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';

const NOW = 1_800_000_000_000 as Instant;

function changeOf(firstDay: number, lastDay: number, reason = ''): ClaimedChange {
  return {
    changeId: 7,
    lease: 0 as Lease,
    recordedAt: 0 as RecordTime,
    actor: 'boss',
    reason,
    employeeId: undefined,
    shiftId: 'early',
    calendarId: undefined,
    firstDay,
    lastDay,
    sweptEmployeeId: '',
    employeesDone: 0,
  };
}

const extents = fc
  .array(
    fc.option(
      fc.record({
        firstDay: fc.integer({ min: 0, max: 3000 }),
        days: fc.integer({ min: 0, max: 800 }),
      }),
      { nil: undefined },
    ),
    { maxLength: MAX_CONCERNED },
  )
  .map((list) =>
    list.map(
      (each, index): EmployeeExtent => ({
        employeeId: `e${String(index).padStart(3, '0')}` as EmployeeId,
        extent: each && { firstDay: each.firstDay, lastDay: each.firstDay + each.days },
      }),
    ),
  );

const changes = fc
  .tuple(
    fc.oneof(fc.constant(-Infinity), fc.integer({ min: 0, max: 3000 })),
    fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 800 })),
  )
  .map(([firstDay, length]) =>
    changeOf(
      firstDay,
      length === Infinity || firstDay === -Infinity ? Infinity : firstDay + length,
    ),
  );

/** `e001 17` for every date of every fact. */
function datesOf(facts: readonly { employeeId: string; firstDay: number; lastDay: number }[]) {
  return facts.flatMap(({ employeeId, firstDay, lastDay }) =>
    Array.from(
      { length: lastDay - firstDay + 1 },
      (_, index) => `${employeeId} ${firstDay + index}`,
    ),
  );
}

/** Facts on every date: there is nothing to leave out. */
const DENSE: Pick<SweepStore, 'listPieces'> = {
  listPieces: async (_employeeId, { firstDay, lastDay }, limit) => {
    const pieces: DaySpan[] = [];
    for (let day = firstDay; day <= lastDay && pieces.length < limit; day += MAX_REDERIVED_DAYS) {
      pieces.push({ firstDay: day, lastDay: Math.min(day + MAX_REDERIVED_DAYS - 1, lastDay) });
    }
    return pieces;
  },
};

async function allBatches(change: ClaimedChange, page: readonly EmployeeExtent[]) {
  const batches: SweepBatch[] = [];
  for await (const batch of batchesOf(change, page, NOW, DENSE)) batches.push(batch);
  return batches;
}

describe('the batches of a sweep', () => {
  it('have every date concerned once, in bounds, and count each employee when they are done', async () => {
    await fc.assert(
      fc.asyncProperty(changes, extents, async (change, page) => {
        const batches = await allBatches(change, page);
        const dates = datesOf(batches.flatMap(({ facts }) => facts));
        const expected = page.flatMap(({ employeeId, extent }) => {
          if (extent === undefined) return [];
          const first = Math.max(extent.firstDay - PUNCH_MARGIN_DAYS, change.firstDay - 30);
          const last = Math.min(extent.lastDay + PUNCH_MARGIN_DAYS, change.lastDay + 30);
          return first > last ? [] : datesOf([{ employeeId, firstDay: first, lastDay: last }]);
        });
        expect(dates).to.deep.equal(expected);
        let done = 0;
        for (const { facts, lastDone, employeesDone } of batches) {
          const days = facts.map(({ firstDay, lastDay }) => lastDay - firstDay + 1);
          expect(Math.max(0, ...days)).to.be.at.most(MAX_REDERIVED_DAYS);
          expect(days.reduce((sum, each) => sum + each, 0)).to.be.at.most(MAX_SWEPT_DAYS);
          done += employeesDone;
          expect(lastDone).to.equal(employeesDone === 0 ? undefined : page[done - 1]?.employeeId);
        }
        expect(done).to.equal(page.length);
      }),
    );
  });

  it('are behind everything of an employee when they count them as done', async () => {
    await fc.assert(
      fc.asyncProperty(changes, extents, async (change, page) => {
        let last = '';
        for (const { facts, lastDone } of await allBatches(change, page)) {
          for (const { employeeId } of facts) expect(employeeId > last).to.equal(true);
          last = lastDone ?? last;
        }
      }),
    );
  });

  it('stay within the calendar', async () => {
    const days = { firstDay: toEpochDay(FIRST_DATE), lastDay: toEpochDay(FIRST_DATE) };
    const end = { firstDay: toEpochDay(LAST_DATE), lastDay: toEpochDay(LAST_DATE) };
    const page = [days, end].map((extent, index) => ({
      employeeId: `e${index}` as EmployeeId,
      extent,
    }));
    const [batch] = await allBatches(changeOf(-Infinity, Infinity), page);
    expect(batch?.facts.map(({ firstDay, lastDay }) => [firstDay, lastDay])).to.deep.equal([
      [days.firstDay, days.firstDay + PUNCH_MARGIN_DAYS],
      [end.lastDay - PUNCH_MARGIN_DAYS, end.lastDay],
    ]);
  });

  it('say in the history whose change it was', async () => {
    const page = [{ employeeId: 'a' as EmployeeId, extent: { firstDay: 1, lastDay: 1 } }];
    const told = await Promise.all(
      ['', 'new hours'].map(async (reason) => {
        const [batch] = await allBatches(changeOf(0, 2, reason), page);
        return batch?.facts.map((fact) => [fact.actor, fact.reason]);
      }),
    );
    expect(told).to.deep.equal([
      [['boss', 'roster change 7']],
      [['boss', 'roster change 7: new hours']],
    ]);
  });
});

describe('the backlog', () => {
  it('is as old as its oldest change', () => {
    expect(
      backlogSeconds({ unfinishedChanges: 0, failures: 0, oldestRecordedAt: undefined }, NOW),
    ).to.equal(0);
    const oldestRecordedAt = ((NOW - 2500) * 1000) as RecordTime;
    expect(backlogSeconds({ unfinishedChanges: 1, failures: 0, oldestRecordedAt }, NOW)).to.equal(
      2.5,
    );
    const ahead = ((NOW + 2500) * 1000) as RecordTime;
    expect(
      backlogSeconds({ unfinishedChanges: 1, failures: 0, oldestRecordedAt: ahead }, NOW),
    ).to.equal(0);
  });
});
