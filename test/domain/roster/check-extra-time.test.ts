// Which rules for overtime and premiums are refused, each naming its field.

import { expect } from 'chai';
import fc from 'fast-check';
import { checkExtraTime } from '../../../src/domain/roster/check-extra-time.js';
import {
  EVERY_DATE,
  type ExtraTimeRules,
  NO_EXTRA_TIME_RULES,
  type OvertimeRule,
  type PremiumRule,
} from '../../../src/domain/roster/extra-time.js';
import { anyExtraTimeRules } from '../support/extra-time-arbitraries.js';

const DAILY: OvertimeRule = {
  ruleId: 'daily',
  basis: 'DAY',
  afterSeconds: undefined,
  dates: EVERY_DATE,
  toleranceSeconds: 0,
  blockSeconds: 0,
  limitSeconds: 0,
  tiers: [],
};
const WEEKLY: OvertimeRule = { ...DAILY, ruleId: 'weekly', basis: 'WEEK', afterSeconds: 144_000 };
const NIGHT: PremiumRule = {
  ruleId: 'night',
  percent: 25,
  dates: EVERY_DATE,
  window: { startSecond: 79_200, endSecond: 21_600 },
  isAdded: false,
};
const tier = { label: 'a', lengthSeconds: 3600, percent: 125 };
const rest = { label: 'b', lengthSeconds: undefined, percent: 150 };

function overtime(...rules: readonly Partial<OvertimeRule>[]): ExtraTimeRules {
  return { ...NO_EXTRA_TIME_RULES, overtime: rules.map((rule) => ({ ...DAILY, ...rule })) };
}

function premium(...rules: readonly Partial<PremiumRule>[]): ExtraTimeRules {
  return { ...NO_EXTRA_TIME_RULES, premiums: rules.map((rule) => ({ ...NIGHT, ...rule })) };
}

const REFUSED: readonly [title: string, rules: ExtraTimeRules, violation: string][] = [
  [
    'too many rules',
    overtime(...Array.from({ length: 11 }, (_, n) => ({ ruleId: `r${n}` }))),
    'overtime_rules TOO_MANY_RULES',
  ],
  ['an id twice', overtime({}, {}), 'overtime_rules[1].rule_id RULE_ID_REPEATED'],
  ['no id', overtime({ ruleId: '' }), 'overtime_rules[0].rule_id RULE_ID_INVALID'],
  [
    'a week without a length',
    overtime({ ...WEEKLY, afterSeconds: undefined }),
    'overtime_rules[0].after AFTER_REQUIRED',
  ],
  [
    'all work beyond a length',
    overtime({ basis: 'ALL_WORK', afterSeconds: 1 }),
    'overtime_rules[0].after AFTER_WITH_ALL_WORK',
  ],
  [
    'more than a day',
    overtime({ afterSeconds: 86_401 }),
    'overtime_rules[0].after LENGTH_TOO_LONG',
  ],
  [
    'more than a week',
    overtime({ ...WEEKLY, afterSeconds: 604_801 }),
    'overtime_rules[0].after LENGTH_TOO_LONG',
  ],
  [
    'a fraction of a second',
    overtime({ toleranceSeconds: 0.5 }),
    'overtime_rules[0].tolerance NOT_WHOLE_SECONDS',
  ],
  [
    'a week of some dates',
    overtime({ ...WEEKLY, dates: { ...EVERY_DATE, holidays: true } }),
    'overtime_rules[0].dates DATES_WITH_WEEK',
  ],
  [
    'a day of the week twice',
    overtime({ dates: { ...EVERY_DATE, weekdays: [6, 6] } }),
    'overtime_rules[0].dates.weekdays[1] WEEKDAY_REPEATED',
  ],
  ['a long block', overtime({ blockSeconds: 3601 }), 'overtime_rules[0].block LENGTH_TOO_LONG'],
  [
    'a limit below nothing',
    overtime({ limitSeconds: -1 }),
    'overtime_rules[0].limit LENGTH_NEGATIVE',
  ],
  [
    'too many tiers',
    overtime({ tiers: [tier, tier, tier, tier, tier, rest] }),
    'overtime_rules[0].tiers TOO_MANY_TIERS',
  ],
  [
    'a tier without a length',
    overtime({ tiers: [rest, { ...rest, label: 'c' }] }),
    'overtime_rules[0].tiers[0].length TIER_LENGTH_REQUIRED',
  ],
  [
    'a last tier with a length',
    overtime({ tiers: [tier] }),
    'overtime_rules[0].tiers[0].length LAST_TIER_WITH_LENGTH',
  ],
  [
    'a label twice',
    overtime({ tiers: [tier, { ...rest, label: 'a' }] }),
    'overtime_rules[0].tiers[1].label TIER_LABEL_REPEATED',
  ],
  [
    'a label with a space',
    overtime({ tiers: [{ ...rest, label: 'a b' }] }),
    'overtime_rules[0].tiers[0].label TIER_LABEL_INVALID',
  ],
  [
    'a high percent',
    overtime({ tiers: [{ ...rest, percent: 1001 }] }),
    'overtime_rules[0].tiers[0].percent PERCENT_OUT_OF_RANGE',
  ],
  [
    'a premium below nothing',
    premium({ percent: -1 }),
    'premium_rules[0].percent PERCENT_OUT_OF_RANGE',
  ],
  ['a premium id twice', premium({}, {}), 'premium_rules[1].rule_id RULE_ID_REPEATED'],
  [
    'half a window',
    premium({ window: { startSecond: 0, endSecond: Number.NaN } }),
    'premium_rules[0].end_time_of_day PREMIUM_WINDOW_INCOMPLETE',
  ],
  [
    'the other half',
    premium({ window: { startSecond: Number.NaN, endSecond: 0 } }),
    'premium_rules[0].start_time_of_day PREMIUM_WINDOW_INCOMPLETE',
  ],
  [
    'an empty window',
    premium({ window: { startSecond: 0, endSecond: 0 } }),
    'premium_rules[0].end_time_of_day PREMIUM_WINDOW_EMPTY',
  ],
  [
    'a long tolerance',
    { ...NO_EXTRA_TIME_RULES, undertimeToleranceSeconds: 86_401 },
    'undertime_tolerance LENGTH_TOO_LONG',
  ],
];

describe('rules for overtime and premiums', () => {
  for (const [title, rules, violation] of REFUSED) {
    it(`are refused: ${title}`, () => {
      const found = checkExtraTime(rules, 'policy');
      expect(found.map(({ field, reason }) => `${field} ${reason}`)).to.deep.equal([
        `policy.${violation}`,
      ]);
    });
  }

  it('are let through otherwise', () => {
    fc.assert(
      fc.property(anyExtraTimeRules, (rules) => {
        expect(checkExtraTime(rules, 'policy')).to.deep.equal([]);
      }),
    );
  });
});
