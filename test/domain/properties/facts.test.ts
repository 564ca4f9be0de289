// The same facts give the same bytes: whatever the order they came in, however often, with a
// trace or without, before and after storage.

import { expect } from 'chai';
import fc from 'fast-check';
import { derive, sameResult } from '../../../src/domain/engine/derive.js';
import type { Finding } from '../../../src/domain/explain/finding.js';
import type { DayResult, Declaration } from '../../../src/domain/facts/day.js';
import { foldDeclaration } from '../../../src/domain/facts/declaration.js';
import {
  flagEventIdConflicts,
  type Punch,
  type Timeline,
  timelineOf,
} from '../../../src/domain/facts/punch.js';
import { plan } from '../../../src/domain/roster/plan.js';
import { runs } from '../../support/runs.js';
import {
  anyClockRange,
  anyDeclaration,
  type Scenario,
  scenarios,
  text,
} from '../support/arbitraries.js';

/** What every date of a scenario comes to, as it is stored. */
function bytes({ plans }: Scenario, punches: Timeline): string {
  return JSON.stringify(plans.map((each) => derive({ declaration: undefined, punches }, each)));
}

/** Puts what has the lowest number first; what has none keeps to the end. */
function inOrderOf<T>(values: readonly T[], order: readonly number[]): T[] {
  return values
    .map((value, index) => ({ value, rank: order[index] ?? 0.5 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

/** What punches and roster come to, but for how it is judged beside a declaration. */
function workIn({ work }: DayResult): string {
  const { sessions, workedSeconds, onBreakSeconds, status, firstIn, lastOut } = work;
  return JSON.stringify({ sessions, workedSeconds, onBreakSeconds, status, firstIn, lastOut });
}

/** The leave by the hour of a declaration: it decides the status with the punches. */
function leaveIn(declaration: Declaration | undefined): Declaration | undefined {
  if (declaration === undefined || declaration.leaveTimes.length === 0) return undefined;
  return {
    ...declaration,
    status: undefined,
    portion: 'WHOLE_DAY',
    otherHalfStatus: undefined,
  };
}

const anyOrder = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 });

describe('a day from facts', () => {
  it('is the same whatever order they came in, and however often', () => {
    const repeated = fc.array(fc.nat({ max: 999 }), { maxLength: 5 });
    const tellingIds = fc.array(fc.constantFrom('', '1', '2'), { maxLength: 60 });
    fc.assert(
      fc.property(
        scenarios(),
        tellingIds,
        anyOrder,
        repeated,
        (scenario, eventIds, order, again) => {
          const punches = scenario.punches.map(
            (punch, index): Punch => ({ ...punch, eventId: eventIds[index] ?? '' }),
          );
          const more = again.flatMap((index) => punches[index % punches.length] ?? []);
          const shuffled = inOrderOf([...punches, ...more], order);
          const first = flagEventIdConflicts(timelineOf(punches));
          const second = flagEventIdConflicts(timelineOf(shuffled));
          expect(bytes(scenario, second)).to.equal(bytes(scenario, first));
        },
      ),
      { numRuns: runs(500) },
    );
  });

  it('is the same with a trace, and every finding says all of its fields', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const each of plans) {
          const facts = { declaration, punches: timeline };
          const trace: Finding[] = [];
          const traced = derive(facts, each, trace);
          expect(JSON.stringify(traced)).to.equal(JSON.stringify(derive(facts, each)));
          for (const finding of trace) expectDefined(finding);
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('is the same read back from where it was stored', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        const results = plans.map((each) => derive({ declaration, punches: timeline }, each));
        results.forEach((result, index) => {
          const written = JSON.stringify(result);
          const stored = JSON.parse(written) as DayResult;
          expect(sameResult(stored, result)).to.equal(true);
          expect(sameResult(result, stored)).to.equal(true);
          expect(written).to.not.match(/null|NaN|Infinity/);
          const others = [results[index + 1], results[(index * 7) % results.length]];
          for (const other of others) {
            const isEqual = sameResult(result, other);
            expect(sameResult(other, result)).to.equal(isEqual);
            expect(sameResult(stored, other)).to.equal(isEqual);
            expect(JSON.stringify(other) === written).to.equal(isEqual);
          }
        });
      }),
      { numRuns: runs(300) },
    );
  });

  it('has the declared status, and the work of its punches whatever was declared', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const each of plans) {
          const declared = derive({ declaration, punches: timeline }, each);
          const alone = derive({ declaration: leaveIn(declaration), punches: timeline }, each);
          if (declaration === undefined) {
            expect(JSON.stringify(declared)).to.equal(JSON.stringify(alone));
            continue;
          }
          const isUnknown = declared.work.status === 'UNSCHEDULED';
          const beside = isUnknown ? 'ON_LEAVE' : declared.work.status;
          expect(declared.status).to.equal(declaration.status ?? beside);
          expect(declared.origin).to.equal(declaration.status === undefined ? 'DERIVED' : 'MARKED');
          expect(declared.note).to.equal(declaration.note);
          if (declaration.otherHalfStatus !== undefined) {
            expect(declared.otherHalfStatus).to.equal(declaration.otherHalfStatus);
          }
          expect(workIn(declared)).to.equal(workIn(alone));
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('is held to no more with leave by the hour than without, and not excused from more', () => {
    fc.assert(
      fc.property(
        scenarios(),
        anyDeclaration,
        fc.array(anyClockRange, { minLength: 1, maxLength: 4 }),
        ({ plans, timeline }, without, ranges) => {
          const leave = ranges.map((leaveTime) => ({
            kind: 'MARK' as const,
            status: 'ON_LEAVE' as const,
            portion: 'WHOLE_DAY' as const,
            leaveTime,
            leaveTypeId: undefined,
            note: without?.note ?? '',
          }));
          const declaration = leave.reduce<Declaration | undefined>(foldDeclaration, without);
          for (const each of plans) {
            const [more, less] = [without, declaration].map((declared) =>
              derive({ declaration: declared, punches: timeline }, each),
            ) as [DayResult, DayResult];
            for (const [place, shift] of less.work.shifts.entries()) {
              const before = more.work.shifts[place] ?? expect.fail('a shift is gone');
              if ((without?.leaveTimes.length ?? 0) === 0) {
                expect(shift.lateBySeconds).to.be.at.most(before.lateBySeconds);
                expect(shift.earlyBySeconds).to.be.at.most(before.earlyBySeconds);
                expect(shift.shortBySeconds).to.be.at.most(before.shortBySeconds);
              }
              expect(shift.workedSeconds).to.equal(before.workedSeconds);
            }
            const excused = less.leaveTimes.reduce((sum, one) => sum + one.excusedSeconds, 0);
            const hours = less.work.shifts.reduce((sum, { start, end }) => sum + end - start, 0);
            expect(excused).to.be.within(0, hours / 1000);
          }
        },
      ),
      { numRuns: runs(500) },
    );
  });

  it('has the plan that a range of dates gives it', () => {
    fc.assert(
      fc.property(scenarios(), ({ roster, employee, plans }) => {
        for (const each of plans) {
          expect(text(plan(roster, employee, each.epochDay))).to.equal(text(each));
        }
      }),
      { numRuns: runs(100) },
    );
  });
});

/** What does not apply: a shift off shift and of the date, a core time and a target of fixed hours. */
const MAY_LACK = [
  'shiftId',
  'countedOutTime',
  'isCore',
  'coreStartTime',
  'coreEndTime',
  'targetSeconds',
];

function expectDefined(finding: Finding): void {
  for (const [name, value] of Object.entries(finding)) {
    const mayLack = MAY_LACK.includes(name);
    if (value === undefined) expect(mayLack, `${finding.rule}.${name}`).to.equal(true);
    else if (typeof value === 'number') expect(value, `${finding.rule}.${name}`).to.be.finite;
  }
}
