// Whatever happened in whatever order, against the real database: the days are those of one clean
// pass, nothing that is stored differs from what follows from the facts, and every answer as of a
// past moment is the one that was given then. fast-check prints the seed of a life that fails.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Attendance } from '../../gen/attendance/v1/attendance_pb.js';
import { Asking } from '../contract/asking.js';
import { runs } from '../support/runs.js';
import { momentBehind, waitUntil } from '../support/wait-until.js';
import { DAYS, dateOf, Living, MARGIN_DAYS, someLife } from './support/lived.js';
import { expectRebuilt } from './support/rebuilt.js';
import { describeVariants } from './support/variants.js';

/** More of them by hand: PROPERTY_RUNS=500. */
const RUNS = runs(8);
const TIMEOUT_MS = 20_000 * RUNS;
/** The life that failed, with its seed and path: CLOCK_SEED=1916190179 CLOCK_PATH=5. */
const AGAIN =
  process.env.CLOCK_SEED === undefined
    ? {}
    : { seed: Number(process.env.CLOCK_SEED), path: process.env.CLOCK_PATH ?? '' };
/** Every so many deeds the answers are remembered. */
const REMEMBER_EVERY = 5;

const FIRST_DATE = dateOf(-MARGIN_DAYS);
const LAST_DATE = dateOf(DAYS - 1 + MARGIN_DAYS);

describeVariants('lives of employees', (serviceOf, databaseOf) => {
  const asking = new Asking(serviceOf);
  let lives = 0;

  const daysOf = async (employeeId: string, asOfTime?: Timestamp): Promise<Attendance[]> => {
    const range = { employeeId, startDate: FIRST_DATE, endDate: LAST_DATE };
    const then = asOfTime === undefined ? {} : { asOfTime };
    const listed = await asking.list({ ...range, ...then });
    const streamed = await asking.stream({ ...range, ...then });
    expect(streamed.map(timeless)).to.deep.equal(listed.map(timeless));
    return listed;
  };

  it(`${RUNS} lives end in the days of one clean pass, and stay as they were told`, async function () {
    this.timeout(TIMEOUT_MS);
    await fc.assert(
      fc.asyncProperty(someLife, async (life) => {
        lives += 1;
        const living = new Living(asking, `life-${lives}`);
        await living.begin();
        const told: { asOfTime: Timestamp; days: Attendance[] }[] = [];
        for (const [index, deed] of life.entries()) {
          await living.do(deed);
          if (index % REMEMBER_EVERY !== 0) continue;
          const asOfTime = await momentBehind();
          told.push({ asOfTime, days: await daysOf(living.employeeId, asOfTime) });
        }
        const days = await daysOf(living.employeeId);
        await living.repeatCleanly();
        const clean = await daysOf(living.cleanId);
        expect(days.map(untold)).to.deep.equal(clean.map(untold));
        for (const { asOfTime, days: then } of told) {
          expect(await daysOf(living.employeeId, asOfTime)).to.deep.equal(then);
        }
        await allSwept();
        expect((await daysOf(living.employeeId)).map(timeless)).to.deep.equal(days.map(timeless));
        await expectRebuilt(databaseOf(), [living.employeeId, living.cleanId]);
      }),
      { numRuns: RUNS, endOnFailure: RUNS < 100, ...AGAIN },
    );
  });

  async function allSwept(): Promise<void> {
    await waitUntil(
      'the stored days have followed the roster',
      async () => {
        const { rosterChanges } = await serviceOf().roster.listRosterChanges({
          unfinishedOnly: true,
        });
        return rosterChanges.length === 0;
      },
      20_000,
    );
  }
});

/** Without how often and when it came to be so. */
function timeless(day: Attendance) {
  return { ...day, revision: 0, etag: '', updateTime: undefined };
}

/** Nor of whom. */
function untold(day: Attendance) {
  return { ...timeless(day), employeeId: '' };
}
