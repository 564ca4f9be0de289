// The row `derive`: the engine alone, from punches to days. No server, no load, no database.

import { scenarios } from '../engine/scenarios.js';
import { computeEngine } from '../engine/start.js';
import { WORK_NAMES, type WorkName, workOf } from '../engine/works.js';
import type { Computed } from '../support/compute.js';
import { computeFigures, ratesOf, rightEveryTime } from '../support/compute-figures.js';
import type { Comparison, Figures, Row } from '../support/row.js';
import { median, ratioOf } from '../support/statistics.js';

/** Deriving a day must cost no more than moving the same facts as JSON. */
const GOAL_OF_JSON = 1.0;
/** Ten microseconds a day, whatever it is compared with. */
const DAYS_PER_SECOND = 100_000;

export const derive: Row = {
  name: 'derive',
  work: 'the engine alone, from punches to days: months of 31 dates, 22 of them worked',
  async run(context) {
    const computed = await computeEngine(context);
    const names = scenarios().map(({ name }) => name);
    return {
      ...computeFigures('days', computed),
      table: tableOf(computed, names),
      comparisons: [
        ...names.map((name) => againstJson(computed, name)),
        slowestOf(names.map((name) => againstRate(computed, name))),
      ],
      checks: rightEveryTime(computed),
      notes: ['`write` is counted by punches: three days planned and derived for each'],
      postgres: undefined,
      commit: undefined,
    };
  },
};

/** One line for each month. */
function tableOf(computed: readonly Computed[], names: readonly string[]): Figures['table'] {
  const head = ['', ...WORK_NAMES.map((work) => `${work} us`)];
  const cell = (name: string, work: WorkName): string =>
    (1e6 / median(ratesOf(computed, workOf(name, work)))).toFixed(2);
  return [head, ...names.map((name) => [name, ...WORK_NAMES.map((work) => cell(name, work))])];
}

function againstJson(computed: readonly Computed[], name: string): Comparison {
  const of = workOf(name, 'derive');
  const ratio = ratioOf(ratesOf(computed, of), ratesOf(computed, workOf(name, 'json')));
  return { of, against: 'json', ratio, goal: GOAL_OF_JSON };
}

function againstRate(computed: readonly Computed[], name: string): Comparison {
  const of = workOf(name, 'derive');
  const rates = ratesOf(computed, of);
  const ratio = ratioOf(
    rates,
    rates.map(() => DAYS_PER_SECOND),
  );
  return { of, against: `${DAYS_PER_SECOND} days/s`, ratio, goal: 1 };
}

/** If the goal holds for the slowest, it holds for all. */
function slowestOf(comparisons: readonly Comparison[]): Comparison {
  return comparisons.reduce((a, b) => (b.ratio.median < a.ratio.median ? b : a));
}
