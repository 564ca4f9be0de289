// The notations of a roster file, and rows that are wrong.

import { expect } from 'chai';
import fc from 'fast-check';
import { ImportFileError } from '../../../src/cli/csv/csv-file.js';
import {
  breaksText,
  breakTypesText,
  circleText,
  cycleText,
  lengthWord,
  parseBreaks,
  parseBreakTypes,
  parseCircle,
  parseCycle,
  parseGroups,
  parseLength,
  parseOwnPolicy,
  parseRounding,
  parseShifts,
  parseTimeOfDay,
  parseWord,
  parseYesNo,
  ROUNDING_WORDS,
  roundingText,
  WordError,
} from '../../../src/cli/roster/roster-notation.js';
import { parseRosterHeader, parseRosterRow } from '../../../src/cli/roster/roster-row.js';

describe('the notations of a roster', () => {
  const parseHours = (text: string) => parseWord(text, ['every-pair', 'first-in-to-last-out']);
  const timed = (startTimeOfDay: string, endTimeOfDay: string) => ({
    startTimeOfDay,
    endTimeOfDay,
  });
  const REST = {
    breakTypeId: 'rest',
    paid: false,
    byClock: false,
    lengthSeconds: 0,
    ...timed('', ''),
  };
  const READ: [(text: string) => unknown, string, unknown][] = [
    [parseLength, '0', 0],
    [parseLength, '15m', 900],
    [parseLength, '2h', 7200],
    [parseLength, '1h30m', 5400],
    [parseLength, '1h 30m', 5400],
    [parseLength, '1h30m15s', 5415],
    [parseLength, '90s', 90],
    [parseBreaks, '30m', [{ afterSeconds: 0, lengthSeconds: 1800 }]],
    [
      parseBreaks,
      '45m after 9h; 30m after 6h',
      [
        { afterSeconds: 21_600, lengthSeconds: 1800 },
        { afterSeconds: 32_400, lengthSeconds: 2700 },
      ],
    ],
    [
      parseBreakTypes,
      'lunch 12:00-13:00 by-clock; rest unpaid PAID 15m; tea 9:00-9:30',
      [
        { ...REST, breakTypeId: 'lunch', byClock: true, ...timed('12:00', '13:00') },
        { ...REST, paid: true, lengthSeconds: 900 },
        { ...REST, breakTypeId: 'tea', ...timed('09:00', '09:30') },
      ],
    ],
    [parseShifts, 'early', ['early']],
    [parseShifts, 'early+late', ['early', 'late']],
    [parseShifts, 'off', []],
    [parseShifts, '-', []],
    [parseCycle, 'a*2 off', [['a'], ['a'], []]],
    [parseCycle, ' a+b  -*2 ', [['a', 'b'], [], []]],
    [parseTimeOfDay, '6:00', '06:00'],
    [parseTimeOfDay, '23:59', '23:59'],
    [parseRounding, 'Up 15m', { direction: 'up', stepSeconds: 900, graceSeconds: 0 }],
    [
      parseRounding,
      'down  6m grace 90s',
      { direction: 'down', stepSeconds: 360, graceSeconds: 90 },
    ],
    [parseCircle, '52.52 -13 150.5m', { latitude: 52.52, longitude: -13, radiusMeters: 150.5 }],
    [parseHours, 'First in_to last-out', 'first-in-to-last-out'],
    [parseYesNo, 'Yes', true],
    [parseYesNo, 'no', false],
    [parseGroups, 'bakery  office', ['bakery', 'office']],
    [parseOwnPolicy, 'nights', 'nights'],
    [parseOwnPolicy, '(None)', ''],
  ];
  for (const [parse, text, value] of READ) {
    it(`'${text}' is read`, () => expect(parse(text)).to.deep.equal(value));
  }

  const REFUSED: [(text: string) => unknown, string][] = [
    [parseLength, ''],
    [parseLength, '15'],
    [parseLength, '1.5h'],
    [parseLength, '30m2h'],
    [parseBreaks, '30m after'],
    [parseBreaks, '30m after 6h after 7h'],
    [parseBreaks, Array(11).fill('1m').join(';')],
    [parseBreakTypes, 'lunch 12:00'],
    [parseBreakTypes, 'lunch 12:00-13:00-14:00'],
    [parseBreakTypes, 'lunch 12:00-25:00'],
    [parseBreakTypes, 'lunch sometimes'],
    [parseBreakTypes, '; rest'],
    [parseBreakTypes, Array(11).fill('a').join(';')],
    [parseShifts, ''],
    [parseShifts, 'a+'],
    [parseShifts, 'a+off'],
    [parseShifts, 'a/b'],
    [parseShifts, Array(9).fill('a').join('+')],
    [parseCycle, ''],
    [parseCycle, 'a*0'],
    [parseCycle, 'a*2*2'],
    [parseCycle, 'a*x'],
    [parseCycle, 'a*366 off'],
    [parseTimeOfDay, '24:00'],
    [parseTimeOfDay, '6'],
    [parseLength, '5s1m'],
    [parseRounding, '15m'],
    [parseRounding, 'sideways 15m'],
    [parseRounding, 'up 15m grace'],
    [parseCircle, '52.52 13.4'],
    [parseCircle, '52.52 13.4 150'],
    [parseCircle, '52,52 13,4 150m'],
    [parseCircle, '5x 13.4 150m'],
    [parseHours, 'all'],
    [parseYesNo, 'perhaps'],
    [parseGroups, 'a, b'],
    [parseGroups, 'a b a'],
    [parseGroups, Array.from({ length: 201 }, (_, id) => id).join(' ')],
    [parseOwnPolicy, '(nobody)'],
  ];
  for (const [parse, text] of REFUSED) {
    it(`'${text.slice(0, 30)}' is refused by ${parse.name}`, () => {
      expect(() => parse(text)).to.throw(WordError, /^must be/);
    });
  }

  const seconds = fc.integer({ min: 0, max: 86_400 });
  const shiftIds = fc.uniqueArray(fc.constantFrom('a', 'early', 'B.2_-'), { maxLength: 3 });
  const degrees = fc.double({ min: -180, max: 180, noNaN: true }).map((value) => value + 0);
  const WRITTEN: [string, fc.Arbitrary<unknown>, (value: never) => unknown][] = [
    ['a length', seconds, (value) => parseLength(lengthWord(value))],
    [
      'breaks',
      fc
        .uniqueArray(fc.record({ afterSeconds: seconds, lengthSeconds: seconds }), {
          minLength: 1,
          maxLength: 10,
          selector: ({ afterSeconds }) => afterSeconds,
        })
        .map((rules) => rules.toSorted((a, b) => a.afterSeconds - b.afterSeconds)),
      (value) => parseBreaks(breaksText(value)),
    ],
    [
      'types of breaks',
      fc.array(
        fc
          .record({
            breakTypeId: fc.constantFrom('a', 'early', 'B.2_-', '15m', 'paid'),
            paid: fc.boolean(),
            byClock: fc.boolean(),
            lengthSeconds: seconds,
            times: fc.constantFrom(timed('', ''), timed('12:00', '13:00'), timed('23:59', '00:00')),
          })
          .map(({ times, ...type }) => ({ ...type, ...times })),
        { minLength: 1, maxLength: 10 },
      ),
      (value) => parseBreakTypes(breakTypesText(value)),
    ],
    [
      'a cycle',
      fc.array(shiftIds, { minLength: 1, maxLength: 366 }),
      (value) => parseCycle(cycleText(value)),
    ],
    [
      'a rounding',
      fc.record({
        direction: fc.constantFrom(...ROUNDING_WORDS),
        stepSeconds: seconds,
        graceSeconds: seconds,
      }),
      (value) => parseRounding(roundingText(value)),
    ],
    [
      'a circle',
      fc.record({
        latitude: degrees,
        longitude: degrees,
        radiusMeters: fc.double({ min: 1, max: 1e6, noNaN: true }),
      }),
      (value) => parseCircle(circleText(value)),
    ],
  ];
  for (const [what, values, writtenAndRead] of WRITTEN) {
    it(`read ${what} as they write it`, () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(writtenAndRead(value as never)).to.deep.equal(value);
        }),
      );
    });
  }
});

describe('a row of a roster', () => {
  const COLUMNS =
    'type,shift,start,end,late_grace,breaks,employee,name,zone,calendar,from,to,cycle,date,archived,comment,policy,groups,off_shift_gap';
  const HEADER = parseRosterHeader(COLUMNS.split(','));

  function problemsOf(cells: Record<string, string>): readonly string[] {
    const fields = HEADER.names.map((name) => cells[name] ?? '');
    const row = parseRosterRow(fields, 7, HEADER);
    return row.kind === 'BAD' ? row.problems : [];
  }

  const SHIFT = { type: 'shift', shift: 'early', start: '6:00', end: '14:00' };
  const WRONG: [string, Record<string, string>, (string | RegExp)[]][] = [
    [
      'no type',
      {},
      [/^type "" is not one of shift, holiday, policy, employee, assignment, override$/],
    ],
    ['a type that is none', { type: 'rota' }, [/^type "rota"/]],
    [
      'nothing but a type',
      { type: 'shift' },
      [/^shift is empty: this shift needs it/, /^start is empty/, /^end is empty/],
    ],
    ['a shift called off', { ...SHIFT, shift: 'off' }, [/stands for a day off/]],
    [
      'several mistakes',
      { ...SHIFT, start: 'six', late_grace: '5', zone: 'Mars/Olympus' },
      [/^start "six" must be a time/, /^zone "Mars\/Olympus"/, /^late_grace "5" must be a length/],
    ],
    [
      'a cell of another type',
      { ...SHIFT, employee: '007' },
      [/^employee must be empty: it does not belong to a row of type shift$/],
    ],
    [
      'a date that is none',
      { type: 'holiday', calendar: 'b', date: '2026-02-30', name: 'X' },
      [/real date/],
    ],
    ['an archived that is none', { ...SHIFT, archived: 'gone' }, [/^archived "gone" must be yes/]],
    ['a name of two lines', { type: 'employee', employee: '7', name: 'a\nb' }, [/on one line/]],
    [
      'an id that is none',
      { type: 'employee', employee: 'a b' },
      [/^employee "a b" must be 1 to 64/],
    ],
    [
      'an end before its beginning',
      { type: 'assignment', employee: '7', from: '2026-03-02', to: '2026-03-01', cycle: 'a' },
      [/^to 2026-03-01 is before from 2026-03-02$/],
    ],
    [
      'a cycle that is none',
      { type: 'assignment', employee: '7', from: '2026-03-02', cycle: 'a,b' },
      [/^cycle "a,b" must/],
    ],
    [
      'a policy that cannot be read',
      { type: 'policy', policy: 'p q', groups: 'a,b', off_shift_gap: '4', from: 'May' },
      [/^policy "p q" must/, /^from "May" must/, /^groups "a,b" must/, /^off_shift_gap "4" must/],
    ],
    ['no policy', { type: 'policy' }, [/^policy is empty: this policy needs it$/]],
    [
      'an own policy that is none',
      { type: 'employee', employee: '7', policy: 'a b' },
      [/^policy "a b" must be the id of a policy, or \(none\)$/],
    ],
    [
      'a date, but nothing from then on',
      { type: 'employee', employee: '7', from: '2026-03-01' },
      [/^zone and policy are empty: from says since when/],
    ],
  ];
  for (const [what, cells, says] of WRONG) {
    it(`with ${what}`, () => {
      const problems = problemsOf(cells);
      expect(problems).to.have.length(says.length);
      for (const [index, words] of says.entries())
        expect(problems[index]).to.match(new RegExp(words));
    });
  }

  it('with a comment is fine, whatever its type', () => {
    expect(problemsOf({ ...SHIFT, comment: 'the usual' })).to.deep.equal([]);
  });

  const HEADERS: [string, RegExp][] = [
    ['', /"type" among them \(the file is empty\)/],
    ['shift,start,end', /"type" among them \(found: shift, start, end\)/],
    [
      'type,shift,begin',
      /There is no column "begin" in a roster\. The columns are: type, shift, start, /,
    ],
    ['type,shift,Shift', /"shift" stands in the first line twice/],
  ];
  for (const [columns, says] of HEADERS) {
    it(`below '${columns}' is never read`, () => {
      const names = columns === '' ? [] : columns.split(',');
      expect(() => parseRosterHeader(names)).to.throw(ImportFileError, says);
    });
  }
});
