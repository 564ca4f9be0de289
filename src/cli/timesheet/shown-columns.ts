// The columns of a table of timesheets: the totals that somebody has, and those of rules.

import type { TimesheetTotals } from '../../client/index.js';
import { extraColumnsOf } from './extra-columns.js';
import { amountOf, TOTAL_COLUMNS, type TotalColumn } from './total-columns.js';

/** Those that somebody has, and those that are always shown. */
export function columnsFor(all: readonly TimesheetTotals[]): readonly TotalColumn[] {
  const plain = TOTAL_COLUMNS.filter(
    ({ isAlways, of }) => isAlways || all.some((totals) => amountOf(of(totals)) !== 0),
  );
  return [...plain, ...ruleColumnsOf(all)];
}

/** A column for each rule, tier and percent that anybody has. */
export function ruleColumnsOf(all: readonly TimesheetTotals[]): readonly TotalColumn[] {
  return extraColumnsOf(all).map(({ heading, word, name, secondsIn }) => ({
    heading,
    word,
    name,
    isAlways: false,
    of: (totals) => ({ unit: 'TIME', seconds: secondsIn(totals) }),
  }));
}
