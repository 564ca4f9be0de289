// What sessions may never be, whatever was punched: in two places at once, longer than allowed,
// or worth more time than passed.

import { expect } from 'chai';
import fc from 'fast-check';
import { derive } from '../../../src/domain/engine/derive.js';
import type { DayResult, Session } from '../../../src/domain/facts/day.js';
import { rulesWithin } from '../../../src/domain/roster/off-shift-spans.js';
import { maxSessionSeconds } from '../../../src/domain/roster/planned-shift.js';
import { runs } from '../../support/runs.js';
import { exactWorkRules, HOUR, type Scenario, scenarios } from '../support/arbitraries.js';

function resultsOf({ plans, timeline: punches }: Scenario): DayResult[] {
  return plans.map((each) => derive({ declaration: undefined, punches }, each));
}

/** Half-open, as far as both ends are known; what has one end is an instant. */
function span({ in: start, out }: Session): readonly [number, number] {
  const known = start ?? out ?? Number.NaN;
  return [known, out ?? known];
}

function overlap(a: Session, b: Session): boolean {
  const [startA, endA] = span(a);
  const [startB, endB] = span(b);
  return Math.max(startA, startB) < Math.min(endA, endB);
}

function isAscending(times: readonly number[]): boolean {
  return times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time));
}

describe('sessions', () => {
  it('of one employee never overlap, and stand in order', () => {
    fc.assert(
      fc.property(scenarios(), (scenario) => {
        const days = resultsOf(scenario).map(({ work }) => work.sessions);
        for (const sessions of days) {
          const starts = sessions.map((session) => span(session)[0]);
          expect(isAscending(starts)).to.equal(true);
        }
        const all = days.flat().sort((a, b) => span(a)[0] - span(b)[0] || span(a)[1] - span(b)[1]);
        all.forEach((session, index) => {
          const next = all[index + 1];
          if (next !== undefined) expect(overlap(session, next)).to.equal(false);
        });
      }),
      { numRuns: runs(600) },
    );
  });

  it('are never longer than their shift allows, or than allowed off shift', () => {
    fc.assert(
      fc.property(scenarios(), (scenario) => {
        resultsOf(scenario).forEach(({ work }, index) => {
          const plan = scenario.plans[index];
          for (const { shiftId, in: start, out: departure, closesAt } of work.sessions) {
            const out = departure ?? closesAt;
            if (start === undefined || out === undefined) continue;
            if (departure !== undefined) expect(departure).to.be.above(start);
            const planned = plan?.shifts.find(({ shift }) => shift.shiftId === shiftId);
            // Under the rules of its stretch, which began at most that long before.
            const rules = plan && rulesWithin(plan.offShift, start - 72 * HOUR * 1000, start);
            const offShift = Math.max(
              ...(rules ?? []).map(({ maxLengthSeconds }) => maxLengthSeconds),
            );
            const longest = planned ? maxSessionSeconds(planned.shift) : offShift;
            expect((out - start) / 1000).to.be.at.most(longest);
            if (planned === undefined) continue;
            const isOutside =
              start < planned.window.from || (departure ?? -Infinity) > planned.window.to;
            if (isOutside) {
              expect(work.anomalies).to.include.oneOf([
                'ARRIVED_BEFORE_WINDOW',
                'LEFT_AFTER_WINDOW',
              ]);
            }
          }
        });
      }),
      { numRuns: runs(600) },
    );
  });

  it('hold their breaks, in order, and are worth what is left', () => {
    fc.assert(
      fc.property(scenarios(), (scenario) => {
        for (const { work } of resultsOf(scenario)) {
          for (const { in: start, out, breaks, workedSeconds, closesAt } of work.sessions) {
            expect(closesAt === undefined).to.equal(out !== undefined);
            let last: number = start ?? Infinity;
            let onBreak = 0;
            for (const pause of breaks) {
              expect(pause.start).to.be.at.least(last);
              last = pause.end ?? pause.start;
              expect(last).to.be.at.least(pause.start);
              onBreak += (last - pause.start) / 1000;
            }
            if (out !== undefined && breaks.length > 0) expect(last).to.be.at.most(out);
            const known =
              start === undefined || out === undefined ? 0 : (out - start) / 1000 - onBreak;
            expect(workedSeconds).to.equal(known);
          }
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('add up to no more than the time between the first punch and the last', () => {
    fc.assert(
      fc.property(scenarios({ work: exactWorkRules }), (scenario) => {
        const { timeline } = scenario;
        const first = timeline[0]?.time ?? 0;
        const last = timeline.at(-1)?.time ?? 0;
        let total = 0;
        for (const { work } of resultsOf(scenario)) {
          const exact = work.sessions.reduce((sum, { workedSeconds }) => sum + workedSeconds, 0);
          expect(work.workedSeconds).to.equal(exact);
          total += work.workedSeconds;
        }
        expect(total).to.be.at.most(Math.floor(last / 1000) - Math.floor(first / 1000));
      }),
      { numRuns: runs(600) },
    );
  });

  it('never come to less than nothing, whatever is rounded, deducted or paid', () => {
    fc.assert(
      fc.property(scenarios(), (scenario) => {
        for (const { work } of resultsOf(scenario)) {
          expect(work.workedSeconds).to.be.at.least(0);
          for (const shift of work.shifts) {
            expect(shift.workedSeconds).to.be.at.least(0);
            expect(shift.lateBySeconds).to.be.at.least(0);
            expect(shift.earlyBySeconds).to.be.at.least(0);
          }
        }
      }),
      { numRuns: runs(500) },
    );
  });
});
