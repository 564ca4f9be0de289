// Any rules for overtime and premiums.

import fc from 'fast-check';
import {
  EVERY_DATE,
  type ExtraTimeRules,
  type OvertimeRule,
  type PremiumRule,
  type RuleDates,
  type Weekday,
} from '../../../src/domain/roster/extra-time.js';

const HOUR = 3600;
const weekday = fc.integer({ min: 1, max: 7 }) as fc.Arbitrary<Weekday>;
const anyDates: fc.Arbitrary<RuleDates> = fc.record({
  weekdays: fc.uniqueArray(weekday, { maxLength: 2 }),
  holidays: fc.boolean(),
  daysOff: fc.boolean(),
});

const anyOvertime: fc.Arbitrary<Omit<OvertimeRule, 'ruleId'>> = fc
  .record({
    basis: fc.constantFrom('DAY', 'WEEK', 'ALL_WORK' as const),
    after: fc.option(fc.integer({ min: 0, max: 12 * HOUR }), { nil: undefined }),
    dates: anyDates,
    toleranceSeconds: fc.constantFrom(0, 0, 600, HOUR),
    blockSeconds: fc.constantFrom(0, 0, 900),
    limitSeconds: fc.constantFrom(0, 0, HOUR),
    first: fc.option(fc.integer({ min: 1, max: 3 * HOUR }), { nil: undefined }),
  })
  .map(({ basis, after, dates, first, ...rule }) => ({
    ...rule,
    basis,
    afterSeconds: basis === 'DAY' ? after : basis === 'WEEK' ? (after ?? 0) : undefined,
    dates: basis === 'WEEK' ? EVERY_DATE : dates,
    tiers:
      first === undefined
        ? []
        : [
            { label: 'first', lengthSeconds: first, percent: 125 },
            { label: 'rest', lengthSeconds: undefined, percent: 150 },
          ],
  }));

const second = fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 900);
const anyPremium: fc.Arbitrary<Omit<PremiumRule, 'ruleId'>> = fc.record({
  percent: fc.constantFrom(0, 25),
  dates: anyDates,
  window: fc.option(fc.record({ startSecond: second, endSecond: second }), { nil: undefined }),
  isAdded: fc.boolean(),
});

function named<R>(rules: readonly R[]): (R & { ruleId: string })[] {
  return rules.map((rule, place) => ({ ...rule, ruleId: `r${place}` }));
}

/** Any that the checks let through. */
export const anyExtraTimeRules: fc.Arbitrary<ExtraTimeRules> = fc
  .record({
    overtime: fc.array(anyOvertime, { maxLength: 3 }),
    premiums: fc.array(anyPremium, { maxLength: 3 }),
    weekStart: weekday,
    undertimeToleranceSeconds: fc.constantFrom(undefined, 0, 600),
  })
  .map(({ overtime, premiums, ...rules }) => ({
    ...rules,
    overtime: named(overtime),
    premiums: named(premiums),
  }));
