// The row `derive`: its months are what they say, and a work that goes wrong does not go unseen.

import { expect } from 'chai';
import { FIRST_DAY, LAST_DAY, scenarios, WORKED_DAYS } from '../../bench/engine/scenarios.js';
import { WORK_NAMES, workOf, worksOf } from '../../bench/engine/works.js';
import { computeInTurns, type Work } from '../../bench/support/compute.js';
import { computeFigures, ratesOf, rightEveryTime } from '../../bench/support/compute-figures.js';
import { derive } from '../../src/domain/engine/derive.js';
import type { Finding } from '../../src/domain/explain/finding.js';
import { planDays } from '../../src/domain/roster/plan.js';

const LAYOUT = { rounds: 3, windowMs: 20, warmUpMs: 10 };

describe('the row derive', () => {
  for (const scenario of scenarios()) {
    const { name, roster, employee, punches, workedSeconds } = scenario;

    it(`${name}: every weekday is worked as reckoned by hand, no other day is`, () => {
      const days = planDays(roster, employee, FIRST_DAY, LAST_DAY).map((plan) =>
        derive({ declaration: undefined, punches }, plan),
      );
      const worked = days.filter(({ origin }) => origin === 'DERIVED');
      expect(worked).to.have.lengthOf(WORKED_DAYS);
      for (const { status, work } of worked) {
        expect(status).to.equal('PRESENT');
        expect(work.workedSeconds).to.equal(workedSeconds);
        expect(work.anomalies).to.deep.equal([]);
      }
      expect(days.reduce((sum, { work }) => sum + work.workedSeconds, 0)).to.equal(
        WORKED_DAYS * workedSeconds,
      );
    });

    it(`${name}: every work gives what it must, each time`, () => {
      const works = worksOf(scenario);
      expect(works.map((work) => work.name)).to.deep.equal(
        WORK_NAMES.map((work) => workOf(name, work)),
      );
      for (const { run, expected } of works) {
        expect(run()).to.equal(expected);
        expect(run()).to.equal(expected);
      }
    });
  }

  it('has a month in which lateness, early leaving and every rounding are found', () => {
    const ruled = scenarios().find(({ name }) => name === 'all rules');
    if (ruled === undefined) throw new Error('there is no such month');
    const [, monday] = planDays(ruled.roster, ruled.employee, FIRST_DAY, FIRST_DAY + 1);
    if (monday === undefined) throw new Error('there is no such day');
    const trace: Finding[] = [];
    const facts = { declaration: undefined, punches: ruled.punches };
    const [shift] = derive(facts, monday, trace).work.shifts;
    expect(shift?.lateBySeconds).to.equal(12 * 60);
    expect(shift?.earlyBySeconds).to.equal(12 * 60);
    expect(trace.map(({ rule }) => rule)).to.include.members([
      'ARRIVAL_ROUNDED',
      'DEPARTURE_ROUNDED',
      'BREAKS_ROUNDED',
      'BREAK_DEDUCTED',
      'BREAK_PAID',
      'WORKED_ROUNDED',
    ]);
  });
});

describe('works in alternating rounds', () => {
  it('runs them in turns and counts their items', async () => {
    const order: string[] = [];
    const work = (name: string, items: number): Work => ({
      name,
      items,
      expected: 1,
      run: () => {
        if (order.at(-1) !== name) order.push(name);
        return spin();
      },
    });
    const computed = await computeInTurns([work('a', 1), work('b', 10)], LAYOUT);
    expect(order.join('')).to.match(/^(ab){5,}$/);
    for (const { rounds, wrong } of computed) {
      expect(rounds).to.have.lengthOf(LAYOUT.rounds);
      expect(wrong).to.equal(0);
      for (const { windowMs } of rounds) expect(windowMs).to.be.at.least(LAYOUT.windowMs / 2);
    }
    const [a, b] = computed;
    expect(a?.rounds.every(({ items }) => items > 0)).to.equal(true);
    expect(b?.rounds.every(({ items }) => items > 0 && items % 10 === 0)).to.equal(true);
    expect(rightEveryTime(computed).map(({ holds }) => holds)).to.deep.equal([true]);
    expect(ratesOf(computed, 'b')).to.have.lengthOf(LAYOUT.rounds);
    expect(() => ratesOf(computed, 'c')).to.throw('c was not measured');
  });

  it('breaks a check when a single run gives something else', async () => {
    let runs = 0;
    const run = (): number => {
      runs += 1;
      return runs === 2 ? Number.NaN : spin();
    };
    const computed = await computeInTurns([{ name: 'a', items: 1, expected: 1, run }], LAYOUT);
    const [check, ...others] = rightEveryTime(computed);
    expect(others).to.deep.equal([]);
    expect(check?.holds).to.equal(false);
    expect(check?.found).to.equal(`1 of ${runs} did not; NaN instead of 1`);
  });

  it('turns processor time into figures, and says when the core was taken away', () => {
    const round = { items: 500, windowMs: 10, processorMs: 5 };
    const computed = {
      name: 'a',
      expected: 1,
      rounds: [round, { ...round, items: 400 }, { ...round, items: 9_000 }],
      warm: false,
      runs: 3,
      wrong: 0,
      lastWrong: undefined,
    };
    const { figures, doubts } = computeFigures('days', [computed]);
    expect(figures).to.deep.equal([{ name: 'a', perSecond: 100_000, microsEach: 10 }]);
    expect(doubts).to.deep.equal([
      "something else took 50 % of the process's core",
      'the works were still getting faster',
    ]);
    const quiet = { ...computed, warm: true, rounds: [{ ...round, processorMs: 10 }] };
    expect(computeFigures('days', [quiet]).doubts).to.deep.equal([]);
  });
});

/** A little processor time, so that a window holds many runs and none is free. */
function spin(): number {
  let sum = 0;
  for (let index = 0; index < 20_000; index += 1) sum = (sum + index) % 7;
  return sum === -1 ? 0 : 1;
}
