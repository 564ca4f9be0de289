// Overtime and premiums, as a table: the rules, what was worked, and the lines of the sheet. Ids with H
// are cases of the acceptance pages.

import { expect } from 'chai';
import { totalPartsOf, totalsOf } from '../../../src/domain/timesheet/totals.js';
import type { RosterSetup, ShiftSetup } from '../support/scenario.js';
import { rulesOf } from './rule-setup.js';
import { type SheetCase, sayExtra, sheetOf } from './sheet-case.js';

/** The lines of a sheet; the rest of its totals is not looked at. */
type RuleCase = Omit<SheetCase, 'totals'> & {
  readonly lines: readonly string[];
  readonly undertime?: number;
};

/** A Monday. */
const MONDAY = '2026-03-02';
/** 8 h with an hour of lunch by the clock, wherever the punches are. */
const DAY_SHIFT: ShiftSetup = {
  id: 'day',
  hours: '08:00-17:00',
  before: '4:00',
  after: '8:00',
  rules: { breakTypes: [{ id: 'lunch', window: '12:00-13:00', byClock: true }] },
};
const WEEK: RosterSetup = {
  shifts: [DAY_SHIFT],
  assigned: [
    { shifts: ['day'], from: 'D-7', to: 'D-3' },
    { shifts: [], from: 'D-2', to: 'D-1' },
    { shifts: ['day'], from: 'D', to: 'D+4' },
    { shifts: [], from: 'D+5', to: 'D+6' },
    { shifts: ['day'], from: 'D+7', to: 'D+11' },
  ],
};
const FLEXIBLE: RosterSetup = {
  shifts: [{ id: 'any', hours: '06:00-22:00', target: '8:00' }],
  assigned: [{ shifts: ['any'], from: 'D-14' }],
};
const NIGHTS: RosterSetup = {
  zone: 'Europe/Berlin',
  shifts: [{ id: 'night', hours: '22:00-06:00' }],
  assigned: [{ shifts: ['night'], from: 'D-14' }],
};
const BEYOND_PLAN = { '': rulesOf({ overtime: [{ id: 'daily', beyond: 'DAY' }] }) };
const WEEKLY = { '': rulesOf({ overtime: [{ id: 'weekly', beyond: 'WEEK 40:00' }] }) };
const NIGHT = { '': rulesOf({ premiums: [{ id: 'night', at: '22:00-06:00', percent: 25 }] }) };

/** `D` from and to, `08:00-12:00`. */
function worked(day: string, ...spans: readonly string[]): string[] {
  return spans.flatMap((span) => {
    const [start = '', end = ''] = span.split('-');
    const next =
      end <= start ? day.replace(/^D(?:\+(\d+))?$/, (_, n) => `D+${Number(n ?? 0) + 1}`) : day;
    return [`${day} ${start} IN`, `${next} ${end} OUT`];
  });
}

function row(
  id: string,
  title: string,
  rest: Partial<RuleCase> & { readonly lines: readonly string[] },
): RuleCase {
  return { id, title, day: MONDAY, roster: WEEK, rules: BEYOND_PLAN, ...rest };
}

const tolerance = (length: string) => ({
  '': rulesOf({ overtime: [{ id: 'daily', beyond: 'DAY', tolerance: length }] }),
});
const WEEKEND = {
  '': rulesOf({
    overtime: [{ id: 'weekend', beyond: 'ALL_WORK', on: 'sat sun', tolerance: '1:00' }],
  }),
};
const NINE_TEN = [worked('D', '08:00-19:00'), worked('D+1', '08:00-19:00')].flat();

const OVERTIME: readonly RuleCase[] = [
  row('H1', 'beyond the schedule of the day', {
    punches: worked('D', '08:00-12:00', '13:00-18:00'),
    lines: ['overtime daily 1:00'],
  }),
  row('H1 open', 'an open session adds nothing', {
    punches: [...worked('D', '08:00-12:00'), 'D 13:00 IN'],
    now: 'D 17:30',
    lines: [],
  }),
  row('H2', 'through lunch and the evening', {
    punches: worked('D', '08:00-20:00'),
    lines: ['overtime daily 3:00'],
  }),
  ...['08:00-17:00', '07:00-16:00', '09:00-18:00'].map((span) =>
    row('H3', `eight hours at other times are no overtime: ${span}`, {
      punches: worked('D', span),
      lines: [],
    }),
  ),
  row('H4', 'all work on a day off is beyond its plan', {
    to: 'D+6',
    punches: worked('D+5', '08:00-11:00'),
    lines: ['overtime daily 3:00'],
  }),
  row('H5 a', 'a Saturday', {
    to: 'D+7',
    punches: worked('D+5', '08:00-19:00'),
    lines: ['overtime daily 11:00'],
  }),
  row('H5 b', 'and a Monday', {
    to: 'D+7',
    punches: [...worked('D+5', '08:00-19:00'), ...worked('D+7', '07:00-17:00')],
    lines: ['overtime daily 12:00'],
  }),
  row('H5 c', 'without the Saturday', {
    to: 'D+7',
    punches: worked('D+7', '07:00-17:00'),
    lines: ['overtime daily 1:00'],
  }),
  row('H6 a', 'as long as the tolerance does not count', {
    rules: tolerance('0:10'),
    punches: worked('D', '07:55-12:00', '13:00-17:05'),
    lines: [],
  }),
  row('H6 b', 'longer than the tolerance counts wholly', {
    rules: tolerance('0:04'),
    punches: worked('D', '07:55-12:00', '13:00-17:05'),
    lines: ['overtime daily 0:10'],
  }),
  row('H9 a', 'several sessions are one day', {
    punches: worked('D', '08:00-12:00', '13:00-19:00', '19:00-20:00', '21:00-23:00'),
    lines: ['overtime daily 5:00'],
  }),
  row('H9 b', 'a shorter last one', {
    punches: worked('D', '08:00-12:00', '13:00-19:00', '19:00-20:00', '21:00-22:30'),
    lines: ['overtime daily 4:30'],
  }),
  row('H9 c', 'the second one gone, the others shorter', {
    punches: worked('D', '08:00-12:00', '13:00-17:00', '21:00-21:30'),
    lines: ['overtime daily 0:30'],
  }),
  row('H11', 'beyond 40 hours of a week of flexible days', {
    roster: FLEXIBLE,
    rules: WEEKLY,
    to: 'D+6',
    punches: [
      ...worked('D', '08:00-16:00'),
      ...worked('D+1', '08:00-18:00'),
      ...worked('D+2', '08:00-13:00'),
      ...worked('D+3', '06:00-21:00'),
      ...worked('D+4', '08:00-20:00'),
    ],
    lines: ['overtime weekly 10:00'],
  }),
  ...(
    [
      ['08:00-08:10', []],
      ['08:00-09:00', []],
      ['08:00-12:00', ['overtime weekend 4:00']],
    ] as const
  ).map(([span, lines]) =>
    row('H15', `a weekend with a tolerance of an hour: ${span}`, {
      rules: WEEKEND,
      to: 'D+6',
      punches: worked('D+5', span),
      lines,
    }),
  ),
  ...(
    [
      ['H19 a', ['07:00-11:00', '12:00-18:00'], ['overtime daily 2:00'], 0],
      ['H19 b', ['07:00-11:30', '12:00-18:00'], ['overtime daily 2:30'], 0],
      ['H19 c', ['07:00-11:00'], [], 4],
    ] as const
  ).map(([id, spans, lines, undertime]) =>
    row(id, `far from UTC: ${spans.join(', ')}`, {
      roster: {
        zone: 'Pacific/Auckland',
        shifts: [{ id: 'any', hours: '06:00-22:00', target: '8:00' }],
        assigned: [{ shifts: ['any'], from: 'D-7' }],
      },
      rules: {
        '': rulesOf({ overtime: [{ id: 'daily', beyond: 'DAY 8:00' }], undertime: '0:00' }),
      },
      punches: worked('D', ...spans),
      lines,
      undertime,
    }),
  ),
  row('OT1', 'undertime within the tolerance is pardoned, above it counts wholly', {
    rules: { '': rulesOf({ undertime: '0:10' }) },
    to: 'D+1',
    punches: [...worked('D', '08:10-17:00'), ...worked('D+1', '08:15-17:00')],
    lines: [],
    undertime: 0.25,
  }),
  row('OT2', 'tiers: the first two hours, then the rest', {
    rules: {
      '': rulesOf({
        overtime: [{ id: 'daily', beyond: 'DAY', tiers: ['first 2:00 125', 'rest - 150'] }],
      }),
    },
    to: 'D+1',
    punches: [...worked('D', '08:00-20:00'), ...worked('D+1', '08:00-18:00')],
    lines: ['overtime daily/first 125% 3:00', 'overtime daily/rest 150% 1:00'],
  }),
  row('OT3', 'tiers of a week go on from day to day', {
    rules: {
      '': rulesOf({
        overtime: [{ id: 'weekly', beyond: 'WEEK 8:00', tiers: ['a 3:00 125', 'b - 150'] }],
      }),
    },
    to: 'D+2',
    punches: [...NINE_TEN, ...worked('D+2', '08:00-12:00')],
    lines: ['overtime weekly/a 125% 3:00', 'overtime weekly/b 150% 13:00'],
  }),
  row('OT4', 'blocks: only whole quarters of an hour', {
    rules: { '': rulesOf({ overtime: [{ id: 'daily', beyond: 'DAY', block: '0:15' }] }) },
    punches: worked('D', '08:00-17:44'),
    lines: ['overtime daily 0:30'],
  }),
  row('OT5', 'a limit, and a rule for what is beyond it', {
    rules: {
      '': rulesOf({
        overtime: [
          { id: 'daily', beyond: 'DAY', limit: '2:00' },
          { id: 'more', beyond: 'DAY' },
        ],
      }),
    },
    punches: worked('D', '08:00-20:00'),
    lines: ['overtime daily 2:00', 'overtime more 1:00'],
  }),
  row('OT6', 'the first rule takes what both would have', {
    rules: {
      '': rulesOf({
        overtime: [
          { id: 'long', beyond: 'DAY 10:00' },
          { id: 'daily', beyond: 'DAY' },
        ],
      }),
    },
    punches: worked('D', '08:00-20:00'),
    lines: ['overtime daily 2:00', 'overtime long 1:00'],
  }),
  row('OT7', 'weekly overtime is beyond what is left after daily overtime', {
    rules: {
      '': rulesOf({
        overtime: [
          { id: 'daily', beyond: 'DAY' },
          { id: 'weekly', beyond: 'WEEK 16:00' },
        ],
      }),
    },
    to: 'D+2',
    punches: [...NINE_TEN, ...worked('D+2', '08:00-12:00')],
    lines: ['overtime daily 4:00', 'overtime weekly 4:00'],
  }),
  row('OT8', 'a Saturday that is overtime already does not fill the week', {
    rules: {
      '': rulesOf({
        overtime: [
          { id: 'saturday', beyond: 'ALL_WORK', on: 'sat' },
          { id: 'weekly', beyond: 'WEEK 8:00' },
        ],
        weekStart: 'sat',
      }),
    },
    from: 'D-2',
    to: 'D+1',
    punches: [
      ...['D-2 08:00 IN', 'D-2 16:00 OUT'],
      ...worked('D', '08:00-17:00'),
      ...worked('D+1', '08:00-10:00'),
    ],
    lines: ['overtime saturday 8:00', 'overtime weekly 2:00'],
  }),
  row('OT9', 'at the edge of a period a week counts from its first date, and shows its own dates', {
    rules: { '': rulesOf({ overtime: [{ id: 'weekly', beyond: 'WEEK 16:00' }] }) },
    from: 'D+2',
    to: 'D+3',
    punches: [
      ...worked('D', '08:00-17:00'),
      ...worked('D+1', '08:00-17:00'),
      ...worked('D+2', '08:00-10:00'),
      ...worked('D+4', '08:00-17:00'),
    ],
    lines: ['overtime weekly 2:00'],
  }),
  row('OT10', 'weeks begin when the policy says', {
    rules: {
      '': rulesOf({ overtime: [{ id: 'weekly', beyond: 'WEEK 8:00' }], weekStart: 'tue' }),
    },
    to: 'D+1',
    punches: [...worked('D', '08:00-17:00'), ...worked('D+1', '08:00-18:00')],
    lines: ['overtime weekly 1:00'],
  }),
  row('OT11', 'a policy that changes in the middle of a week: each date by its own rules', {
    rules: {
      '': rulesOf({ overtime: [{ id: 'weekly', beyond: 'WEEK 10:00' }] }),
      'D+1': rulesOf({ overtime: [{ id: 'weekly', beyond: 'WEEK 16:00' }] }),
    },
    to: 'D+2',
    punches: [
      ...worked('D', '08:00-20:00'),
      ...worked('D+1', '08:00-17:00'),
      ...worked('D+2', '08:00-10:00'),
    ],
    // 1 h on Monday beyond 10; then 18 h regular and 2 h more: 4 h beyond 16.
    lines: ['overtime weekly 5:00'],
  }),
  row('OT12', 'with leave, overtime begins earlier: planned time less what is credited', {
    punches: worked('D', '08:00-17:00'),
    marks: ['D ON_LEAVE SECOND_HALF'],
    lines: ['overtime daily 4:00'],
  }),
  row('OT13', 'without a roster nobody knows what is beyond the plan', {
    roster: {},
    punches: worked('D', '08:00-20:00'),
    lines: [],
  }),
  row('OT14', 'a holiday and days off by rules of their own', {
    roster: { ...WEEK, holidays: ['D'] },
    rules: {
      '': rulesOf({
        overtime: [
          { id: 'holiday', beyond: 'ALL_WORK', on: 'holiday' },
          { id: 'off', beyond: 'ALL_WORK', on: 'off' },
        ],
      }),
    },
    to: 'D+6',
    punches: [
      ...worked('D', '08:00-11:00'),
      ...worked('D+1', '08:00-17:00'),
      ...worked('D+5', '08:00-12:00'),
    ],
    lines: ['overtime holiday 3:00', 'overtime off 4:00'],
  }),
  row('OT15', 'half a holiday is no date for overtime; its plan is the other half', {
    roster: { ...WEEK, holidays: ['D SECOND_HALF'] },
    rules: {
      '': rulesOf({
        overtime: [
          { id: 'holiday', beyond: 'ALL_WORK', on: 'holiday' },
          { id: 'daily', beyond: 'DAY' },
        ],
      }),
    },
    punches: worked('D', '08:00-12:00', '13:00-15:00'),
    lines: ['overtime daily 2:00'],
  }),
  row('OT16', 'what a week leaves within the tolerance comes when it is passed', {
    rules: {
      '': rulesOf({ overtime: [{ id: 'weekly', beyond: 'WEEK 8:00', tolerance: '1:00' }] }),
    },
    to: 'D+2',
    punches: [
      ...worked('D', '08:00-17:50'),
      ...worked('D+1', '08:00-08:20'),
      ...worked('D+2', '08:00-08:10'),
    ],
    lines: ['overtime weekly 1:20'],
  }),
];

const PREMIUMS: readonly RuleCase[] = [
  row('H13', 'two windows in a row are two lines', {
    roster: {},
    rules: {
      '': rulesOf({
        premiums: [
          { id: 'evening', at: '17:00-21:00' },
          { id: 'late', at: '21:00-00:00' },
        ],
      }),
    },
    punches: worked('D', '17:00-00:00'),
    lines: ['premium evening 4:00', 'premium late 3:00'],
  }),
  ...(
    [
      ['20:00-08:00', ['premium night 25% 8:00']],
      ['23:00-02:00', ['premium night 25% 3:00']],
      ['09:00-17:00', []],
    ] as const
  ).map(([span, lines]) =>
    row('H17', `night work: ${span}`, {
      roster: {},
      rules: NIGHT,
      punches: worked('D', span),
      lines,
    }),
  ),
  row('H17 split', 'split at midnight: two hours on the first date', {
    roster: { offShift: { attribution: 'SPLIT_AT_MIDNIGHT' } },
    rules: NIGHT,
    punches: worked('D', '20:00-08:00'),
    lines: ['premium night 25% 2:00'],
  }),
  row('PR1', 'a night in spring is an hour shorter', {
    day: '2025-03-29',
    roster: NIGHTS,
    rules: NIGHT,
    punches: worked('D', '22:00-06:00'),
    lines: ['premium night 25% 7:00'],
  }),
  row('PR2', 'a night in autumn is an hour longer', {
    day: '2025-10-25',
    roster: NIGHTS,
    rules: NIGHT,
    punches: worked('D', '22:00-06:00'),
    lines: ['premium night 25% 9:00'],
  }),
  row('PR3', 'Sunday is Sunday by the clock, whichever date the night belongs to', {
    day: '2025-03-29',
    roster: NIGHTS,
    rules: {
      '': rulesOf({
        premiums: [
          { id: 'sunday', on: 'sun', percent: 50, added: true },
          { id: 'night', at: '22:00-06:00', percent: 25 },
        ],
      }),
    },
    punches: worked('D', '22:00-06:00'),
    // From 00:00 to 06:00 of the Sunday, less the hour that was skipped.
    lines: ['premium night 25% 7:00', 'premium sunday 50% 5:00'],
  }),
  row('PR4', 'a minute is of the first rule alone, unless a rule is added', {
    day: '2025-03-22',
    roster: NIGHTS,
    rules: {
      '': rulesOf({
        premiums: [
          { id: 'sunday', on: 'sun', percent: 50 },
          { id: 'night', at: '22:00-06:00', percent: 25 },
        ],
      }),
    },
    punches: worked('D', '22:00-06:00'),
    lines: ['premium night 25% 2:00', 'premium sunday 50% 6:00'],
  }),
  row('PR5', 'a night before a holiday, and the night that begins on it', {
    day: '2025-03-17',
    roster: { ...NIGHTS, holidays: ['D+1'] },
    rules: {
      '': rulesOf({
        premiums: [
          { id: 'holiday', on: 'holiday' },
          { id: 'eve', on: 'holiday', at: '22:00-06:00', added: true },
        ],
      }),
    },
    to: 'D+1',
    punches: [...worked('D', '22:00-06:00'), ...worked('D+1', '22:00-06:00')],
    // 6 h and 2 h of the date itself; the window of the holiday begins in its evening.
    lines: ['premium eve 8:00', 'premium holiday 8:00'],
  }),
  row('PR6', 'half a holiday begins at noon', {
    roster: { ...WEEK, holidays: ['D SECOND_HALF'] },
    rules: { '': rulesOf({ premiums: [{ id: 'holiday', on: 'holiday' }] }) },
    punches: worked('D', '08:00-11:30', '12:30-15:00'),
    lines: ['premium holiday 2:30'],
  }),
  row('PR7', 'punched breaks have no premium', {
    roster: NIGHTS,
    rules: NIGHT,
    punches: ['D 22:00 IN', 'D+1 01:00 BREAK', 'D+1 01:45 BACK', 'D+1 06:00 OUT'],
    lines: ['premium night 25% 7:15'],
  }),
  row('PR8', 'a break that nobody punched has no place: at most what counts as worked', {
    roster: {
      ...NIGHTS,
      shifts: [{ id: 'night', hours: '22:00-06:00', rules: { deduct: ['0:30 after 6:00'] } }],
    },
    rules: NIGHT,
    punches: worked('D', '22:00-06:00'),
    lines: ['premium night 25% 7:30'],
  }),
  row('PR9', 'premiums are beside overtime', {
    roster: NIGHTS,
    rules: {
      '': rulesOf({
        overtime: [{ id: 'daily', beyond: 'DAY 7:00' }],
        premiums: [{ id: 'night', at: '22:00-06:00' }],
      }),
    },
    punches: worked('D', '22:00-06:00'),
    lines: ['overtime daily 1:00', 'premium night 8:00'],
  }),
  row('PR10', 'the zone is that of the day: a shop elsewhere', {
    roster: {
      zone: 'Europe/Berlin',
      shifts: [{ id: 'night', hours: '22:00-06:00', zone: 'Pacific/Auckland' }],
      assigned: [{ shifts: ['night'], from: 'D' }],
    },
    rules: NIGHT,
    // 20:00 to 06:00 in Auckland.
    punches: ['D 20:30@Pacific/Auckland IN', 'D+1 06:00@Pacific/Auckland OUT'],
    lines: ['premium night 25% 8:00'],
  }),
  row('PR11', 'a rule that changes its percent has a line for each', {
    roster: NIGHTS,
    rules: {
      ...NIGHT,
      'D+1': rulesOf({ premiums: [{ id: 'night', at: '22:00-06:00', percent: 30 }] }),
    },
    to: 'D+1',
    punches: [...worked('D', '22:00-06:00'), ...worked('D+1', '22:00-04:00')],
    lines: ['premium night 25% 8:00', 'premium night 30% 6:00'],
  }),
];

describe('overtime of a timesheet', () => {
  for (const each of [...OVERTIME, ...PREMIUMS]) {
    it(`${each.id} ${each.title}`, () => {
      const totals = totalsOf(sheetOf({ now: 'D+30 00:00', ...each, totals: [] }));
      expect(sayExtra(totals)).to.deep.equal(each.lines);
      expect(totals.seconds.UNDERTIME).to.equal((each.undertime ?? 0) * 3600);
    });
  }

  it('OT20 says of which dates overtime and premiums are', () => {
    const rules = rulesOf({
      overtime: [{ id: 'daily', beyond: 'DAY', tiers: ['first 1:00 125', 'rest - 150'] }],
      premiums: [{ id: 'evening', at: '18:00-22:00' }],
    });
    const told = { ...row('', '', { lines: [] }), to: 'D+1', totals: [], rules: { '': rules } };
    const punches = [...worked('D', '08:00-19:00'), ...worked('D+1', '08:00-18:00')];
    const parts = totalPartsOf(sheetOf({ ...told, punches, now: 'D+9 00:00' }));
    const said = parts.flatMap(({ key, parts: dates }) =>
      key.kind === 'OVERTIME' || key.kind === 'PREMIUM'
        ? dates.map(
            ({ date, amount }) =>
              `${key.ruleId} ${'label' in key ? key.label : ''} ${date} ${amount}`,
          )
        : [],
    );
    expect(said).to.deep.equal([
      'daily first 2026-03-02 3600',
      'daily first 2026-03-03 3600',
      'daily rest 2026-03-02 3600',
      'evening  2026-03-02 3600',
    ]);
  });
});
