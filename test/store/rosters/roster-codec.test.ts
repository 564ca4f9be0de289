// What is stored of the roster can be read by every later release: the texts here are what the first
// one wrote, and must never be changed to make a test pass.

import { expect } from 'chai';
import fc from 'fast-check';
import { EVERY_DATE, type ExtraTimeRules } from '../../../src/domain/roster/extra-time.js';
import { PLAIN_WORK_RULES } from '../../../src/domain/roster/shift.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../../src/domain/time/local-date.js';
import { decodeExtraTime, encodeExtraTime } from '../../../src/store/rosters/extra-time-codec.js';
import {
  boundedDateOf,
  dateOf,
  decodeDetail,
  decodePolicy,
  decodeShift,
  encodeDetail,
  encodePolicy,
  encodeShift,
  epochDayOf,
} from '../../../src/store/rosters/roster-codec.js';
import { PLAIN_POLICY } from '../../domain/support/arbitraries.js';
import { anyExtraTimeRules } from '../../domain/support/extra-time-arbitraries.js';
import { day, detailOf, shiftOf, zoneOf } from '../roster-support.js';

const SHIFT = shiftOf('s', 6, 14, {
  zone: zoneOf('Asia/Tokyo'),
  lateGraceSeconds: 300,
  earlyGraceSeconds: 60,
  halfDayBelowSeconds: 14_400,
  absentBelowSeconds: 7200,
  work: {
    ...PLAIN_WORK_RULES,
    pairing: 'ALTERNATING',
    hours: 'FIRST_IN_TO_LAST_OUT',
    repeatSeconds: 30,
    breakDeductions: [{ afterSeconds: 21_600, breakSeconds: 1800 }],
    paidBreakSeconds: 900,
    breakTypes: [
      {
        breakTypeId: 'lunch',
        isPaid: false,
        lengthSeconds: 1800,
        window: { startSecond: 43_200, endSecond: 46_800 },
        isByClock: true,
      },
    ],
    roundIn: { direction: 'UP', stepSeconds: 900, graceSeconds: 60 },
  },
  flexible: { targetSeconds: 28_800, core: { startSecond: 36_000, endSecond: 54_000 } },
  worksOnHolidays: true,
  calendarId: 'plant',
  geofence: { latitude: 52.5, longitude: -13.25, radiusMeters: 100 },
});

const SHIFT_TEXT =
  '{"form":1,"startSecond":21600,"endSecond":50400,"zone":"Asia/Tokyo","beforeSeconds":3600,' +
  '"afterSeconds":3600,"maxSessionSeconds":0,"lateGraceSeconds":300,"earlyGraceSeconds":60,"halfDayBelowSeconds":14400,' +
  '"absentBelowSeconds":7200,"flexible":{"targetSeconds":28800,"core":{"startSecond":36000,' +
  '"endSecond":54000}},"work":{"pairing":"ALTERNATING","hours":"FIRST_IN_TO_LAST_OUT",' +
  '"repeatSeconds":30,"breakDeductions":[{"afterSeconds":21600,"breakSeconds":1800}],' +
  '"paidBreakSeconds":900,"breakTypes":[{"breakTypeId":"lunch","isPaid":false,' +
  '"lengthSeconds":1800,"window":{"startSecond":43200,"endSecond":46800},"isByClock":true}],"roundIn":{"direction":"UP","stepSeconds":900,"graceSeconds":60}},' +
  '"worksOnHolidays":true,"calendarId":"plant",' +
  '"geofence":{"latitude":52.5,"longitude":-13.25,"radiusMeters":100}}';

const DETAIL = detailOf('Ann', {
  zone: zoneOf('Europe/Berlin'),
  zoneChanges: [{ fromDay: day('2026-05-01'), zone: zoneOf('UTC') }],
  groupId: 'g',
  joinedDay: day('2026-01-01'),
  defaultShiftId: 's',
  calendarId: 'plant',
});

const DETAIL_TEXT =
  '{"form":1,"employeeName":"Ann","zone":"Europe/Berlin",' +
  '"zoneChanges":[{"date":"2026-05-01","zone":"UTC"}],"groupId":"g","joinDate":"2026-01-01",' +
  '"leaveDate":"infinity","defaultShiftId":"s","calendarId":"plant"}';

const EXTRA_TIME: ExtraTimeRules = {
  overtime: [
    {
      ruleId: 'weekly',
      basis: 'WEEK',
      afterSeconds: 144_000,
      dates: EVERY_DATE,
      toleranceSeconds: 600,
      blockSeconds: 900,
      limitSeconds: 36_000,
      tiers: [
        { label: 'first', lengthSeconds: 7200, percent: 125 },
        { label: 'rest', lengthSeconds: undefined, percent: 150 },
      ],
    },
  ],
  premiums: [
    {
      ruleId: 'night',
      percent: 25,
      dates: { weekdays: [6, 7], holidays: true, daysOff: true },
      window: { startSecond: 79_200, endSecond: 21_600 },
      isAdded: true,
    },
  ],
  weekStart: 7,
  undertimeToleranceSeconds: 0,
};

const EXTRA_TIME_TEXT =
  '{"overtime":[{"ruleId":"weekly","basis":"WEEK","afterSeconds":144000,"dates":{"weekdays":[],' +
  '"holidays":false,"daysOff":false},"toleranceSeconds":600,"blockSeconds":900,"limitSeconds":36000,' +
  '"tiers":[{"label":"first","lengthSeconds":7200,"percent":125},{"label":"rest","percent":150}]}],' +
  '"premiums":[{"ruleId":"night","percent":25,"dates":{"weekdays":[6,7],"holidays":true,' +
  '"daysOff":true},"window":{"startSecond":79200,"endSecond":21600},"isAdded":true}],' +
  '"weekStart":7,"undertimeToleranceSeconds":0}';

describe('what is stored of the roster', () => {
  it('of a shift is written so, and read back', () => {
    expect(JSON.stringify(encodeShift(SHIFT))).to.equal(SHIFT_TEXT);
    expect(decodeShift('s', JSON.parse(SHIFT_TEXT))).to.deep.equal(SHIFT);
    const plain = shiftOf('p', 22, 6);
    expect(decodeShift('p', JSON.parse(JSON.stringify(encodeShift(plain))))).to.deep.equal(plain);
  });

  it('of an employee is written so, and read back', () => {
    expect(JSON.stringify(encodeDetail(DETAIL))).to.equal(DETAIL_TEXT);
    expect(decodeDetail(JSON.parse(DETAIL_TEXT))).to.deep.equal(DETAIL);
    const plain = detailOf('');
    expect(decodeDetail(JSON.parse(JSON.stringify(encodeDetail(plain))))).to.deep.equal(plain);
  });

  it('of rules for overtime and premiums is written so, and read back', () => {
    expect(JSON.stringify(encodeExtraTime(EXTRA_TIME))).to.equal(EXTRA_TIME_TEXT);
    expect(decodeExtraTime(JSON.parse(EXTRA_TIME_TEXT))).to.deep.equal(EXTRA_TIME);
    fc.assert(
      fc.property(anyExtraTimeRules, (extraTime) => {
        const policy = { ...PLAIN_POLICY, extraTime };
        const stored = JSON.parse(JSON.stringify(encodePolicy(policy)));
        expect(decodePolicy(policy.policyId, stored)).to.deep.equal(policy);
      }),
    );
    const { extraTime: _, ...older } = encodePolicy(PLAIN_POLICY);
    expect(decodePolicy('plain', JSON.parse(JSON.stringify(older)))).to.deep.equal(PLAIN_POLICY);
  });

  const unreadable: readonly [name: string, text: string, says: string][] = [
    ['a form of a later release', SHIFT_TEXT.replace('"form":1', '"form":2'), 'has the form 2'],
    ['a word of a later release', SHIFT_TEXT.replace('ALTERNATING', 'X'), 'the word X'],
    ['a zone that the runtime lacks', SHIFT_TEXT.replace('Asia/Tokyo', 'Asia/No'), 'Asia/No'],
    ['a number that is missing', SHIFT_TEXT.replace('"startSecond":21600,', ''), 'startSecond'],
    ['no object', '[]', 'no object'],
  ];
  for (const [name, text, says] of unreadable) {
    it(`is refused by name rather than guessed: ${name}`, () => {
      expect(() => decodeShift('s', JSON.parse(text))).to.throw(says);
    });
  }

  it('has dates as PostgreSQL has them, endless ones too', () => {
    const days = fc.integer({ min: toEpochDay(FIRST_DATE), max: toEpochDay(LAST_DATE) });
    fc.assert(
      fc.property(fc.oneof(days, fc.constantFrom(Infinity, -Infinity)), (epochDay) => {
        expect(epochDayOf(dateOf(epochDay))).to.equal(epochDay);
      }),
    );
    expect(boundedDateOf(toEpochDay(FIRST_DATE) - 1)).to.equal('-infinity');
    expect(boundedDateOf(toEpochDay(LAST_DATE) + 1)).to.equal('infinity');
  });
});
