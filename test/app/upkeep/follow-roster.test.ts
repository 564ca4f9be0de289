// How stale days are cut into transactions: nothing left out, nothing twice, nothing too large, and
// nobody done before all of theirs is.

import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_REDERIVED_DAYS } from '../../../src/app/ports/facts.js';
import type {
  DaySpan,
  EmployeeExtent,
  StaleDays,
  StaleDaysStore,
} from '../../../src/app/ports/stale-days.js';
import {
  type Batch,
  backlogSeconds,
  batchesOf,
  MAX_BATCH_DAYS,
  MAX_TAKEN,
  subjectsOf,
} from '../../../src/app/upkeep/follow-roster.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { PUNCH_DAYS } from '../../../src/domain/roster/reach.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';

const NOW = 1_800_000_000_000 as Instant;

function idOf(index: number): EmployeeId {
  return `e${String(index).padStart(3, '0')}` as EmployeeId;
}

function staleOf(index: number, span: DaySpan, changeId = 7, reason = ''): StaleDays {
  return { employeeId: idOf(index), changeId, actor: 'boss', reason, tries: 0, ...span };
}

const spans: fc.Arbitrary<DaySpan> = fc
  .tuple(
    fc.oneof(fc.constant(-Infinity), fc.integer({ min: 0, max: 3000 })),
    fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 800 })),
  )
  .map(([firstDay, length]) => ({
    firstDay,
    lastDay: length === Infinity || firstDay === -Infinity ? Infinity : firstDay + length,
  }));

/** Employees: what is stale of each, at least one, and where their facts are. */
const employees = fc.array(
  fc.record({
    stale: fc.array(spans, { minLength: 1, maxLength: 3 }),
    extent: fc.option(
      fc
        .tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 800 }))
        .map(([firstDay, days]) => ({ firstDay, lastDay: firstDay + days })),
      { nil: undefined },
    ),
  }),
  { maxLength: MAX_TAKEN },
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
const DENSE: Pick<StaleDaysStore, 'listPieces'> = {
  listPieces: async (_employeeId, { firstDay, lastDay }, limit) => {
    const pieces: DaySpan[] = [];
    for (let day = firstDay; day <= lastDay && pieces.length < limit; day += MAX_REDERIVED_DAYS) {
      pieces.push({ firstDay: day, lastDay: Math.min(day + MAX_REDERIVED_DAYS - 1, lastDay) });
    }
    return pieces;
  },
};

async function allBatches(stale: readonly StaleDays[], extents: readonly EmployeeExtent[]) {
  const batches: Batch[] = [];
  for await (const batch of batchesOf(subjectsOf(stale), extents, NOW, DENSE)) batches.push(batch);
  return batches;
}

function factsOf(batches: readonly Batch[]) {
  return batches.flatMap(({ work }) => work.map(({ fact }) => fact));
}

describe('the batches that stale days make', () => {
  it('have every date concerned once, in bounds, and nobody done before all of theirs', async () => {
    await fc.assert(
      fc.asyncProperty(employees, async (people) => {
        const stale = people.flatMap((each, index) =>
          each.stale.map((span, nth) => staleOf(index, span, nth + 1)),
        );
        const extents = people.map(({ extent }, index) => ({ employeeId: idOf(index), extent }));
        const batches = await allBatches(stale.toReversed(), extents);
        const expected = people.flatMap(({ stale: theirs, extent }, index) => {
          if (extent === undefined) return [];
          const first = extent.firstDay - PUNCH_DAYS;
          const days = Array.from(
            { length: extent.lastDay + PUNCH_DAYS - first + 1 },
            (_, n) => first + n,
          );
          return days
            .filter((day) => theirs.some((span) => span.firstDay <= day && day <= span.lastDay))
            .map((day) => `${idOf(index)} ${day}`);
        });
        expect(datesOf(factsOf(batches))).to.deep.equal(expected);
        const done = new Set<EmployeeId>();
        for (const batch of batches) {
          const days = batch.work.map(({ fact }) => fact.lastDay - fact.firstDay + 1);
          expect(Math.max(0, ...days)).to.be.at.most(MAX_REDERIVED_DAYS);
          expect(days.reduce((sum, each) => sum + each, 0)).to.be.at.most(MAX_BATCH_DAYS);
          for (const { fact } of batch.work) expect(done.has(fact.employeeId)).to.equal(false);
          for (const { employeeId } of batch.done) done.add(employeeId);
        }
        expect(done.size).to.equal(people.length);
      }),
    );
  });

  it('stay within the calendar', async () => {
    const first = { firstDay: toEpochDay(FIRST_DATE), lastDay: toEpochDay(FIRST_DATE) };
    const end = { firstDay: toEpochDay(LAST_DATE), lastDay: toEpochDay(LAST_DATE) };
    const extents = [first, end].map((extent, index) => ({ employeeId: idOf(index), extent }));
    const all = { firstDay: -Infinity, lastDay: Infinity };
    const batches = await allBatches([staleOf(0, all), staleOf(1, all)], extents);
    expect(factsOf(batches).map(({ firstDay, lastDay }) => [firstDay, lastDay])).to.deep.equal([
      [first.firstDay, first.firstDay + PUNCH_DAYS],
      [end.lastDay - PUNCH_DAYS, end.lastDay],
    ]);
  });

  it('say in the history whose change it was: the latest', async () => {
    const extents = [{ employeeId: idOf(0), extent: { firstDay: 1, lastDay: 1 } }];
    const span = { firstDay: 0, lastDay: 2 };
    const told = async (...stale: readonly StaleDays[]) =>
      factsOf(await allBatches(stale, extents)).map(({ actor, reason }) => [actor, reason]);
    expect(await told(staleOf(0, span))).to.deep.equal([['boss', 'roster change 7']]);
    expect(await told(staleOf(0, span, 9, 'new hours'), staleOf(0, span))).to.deep.equal([
      ['boss', 'roster change 9: new hours'],
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
