// The notation of rules for overtime and premiums in a roster file.

import { create, toJson } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  overtimeText,
  parseOvertime,
  parsePremiums,
  parseWeekday,
  premiumsText,
} from '../../../src/cli/roster/extra-time/extra-time-notation.js';
import { WordError } from '../../../src/cli/roster/roster-notation.js';
import { OvertimeRuleSchema, PolicySchema, PremiumRuleSchema } from '../../../src/client/index.js';
import { extraTimeFields } from '../../../src/rpc/roster/extra-time-to-proto.js';
import { anyExtraTimeRules } from '../../domain/support/extra-time-arbitraries.js';

const overtime = (text: string) =>
  parseOvertime(text).map((rule) => toJson(OvertimeRuleSchema, rule));
const premiums = (text: string) =>
  parsePremiums(text).map((rule) => toJson(PremiumRuleSchema, rule));

describe('rules for overtime and premiums in a roster file', () => {
  const READ: readonly [read: (text: string) => unknown, text: string, value: unknown][] = [
    [overtime, 'daily day', [{ ruleId: 'daily', basis: 'OVERTIME_BASIS_DAY' }]],
    [
      overtime,
      'd DAY after 8h on Sat+holiday  tolerance 10m block 15m limit 2h a:1h:125 :: ; w week after 40h ::150%',
      [
        {
          ruleId: 'd',
          basis: 'OVERTIME_BASIS_DAY',
          after: '28800s',
          dates: { weekdays: ['WEEKDAY_SATURDAY'], holidays: true },
          tolerance: '600s',
          block: '900s',
          limit: '7200s',
          tiers: [{ label: 'a', length: '3600s', percent: 125 }, {}],
        },
        {
          ruleId: 'w',
          basis: 'OVERTIME_BASIS_WEEK',
          after: '144000s',
          tiers: [{ percent: 150 }],
        },
      ],
    ],
    [
      overtime,
      'f all on off',
      [{ ruleId: 'f', basis: 'OVERTIME_BASIS_ALL_WORK', dates: { daysOff: true } }],
    ],
    [
      premiums,
      'night 22:00-6:00 25%; sunday 50% on sun added',
      [
        { ruleId: 'night', startTimeOfDay: '22:00', endTimeOfDay: '06:00', percent: 25 },
        { ruleId: 'sunday', percent: 50, dates: { weekdays: ['WEEKDAY_SUNDAY'] }, added: true },
      ],
    ],
    [parseWeekday, 'Sun', 7],
  ];
  for (const [read, text, value] of READ) {
    it(`'${text}' is read`, () => expect(read(text)).to.deep.equal(value));
  }

  const REFUSED: readonly [read: (text: string) => unknown, text: string][] = [
    [overtime, 'daily'],
    [overtime, 'daily month'],
    [overtime, 'daily day sometimes 8h'],
    [overtime, 'daily day after'],
    [overtime, 'daily day on someday'],
    [overtime, 'daily day a:1h:x'],
    [overtime, 'daily day a:1h'],
    [overtime, 'daily day; '],
    [overtime, `daily day ${'a:1h: '.repeat(6)}`],
    [overtime, Array(11).fill('a day').join(';')],
    [premiums, Array(21).fill('a 5%').join(';')],
    [premiums, 'night 22:00'],
    [premiums, 'night 25'],
    [premiums, 'night on'],
    [premiums, '; night'],
    [parseWeekday, 'someday'],
  ];
  for (const [read, text] of REFUSED) {
    it(`'${text}' is refused`, () => expect(() => read(text)).to.throw(WordError));
  }

  it('are written so that they are read back', () => {
    fc.assert(
      fc.property(anyExtraTimeRules, (rules) => {
        const { overtimeRules, premiumRules } = create(PolicySchema, extraTimeFields(rules));
        if (overtimeRules.length > 0) {
          expect(parseOvertime(overtimeText(overtimeRules))).to.deep.equal(overtimeRules);
        }
        if (premiumRules.length > 0) {
          expect(parsePremiums(premiumsText(premiumRules))).to.deep.equal(premiumRules);
        }
      }),
    );
  });
});
