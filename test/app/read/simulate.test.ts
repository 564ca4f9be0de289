// Days from a scenario: only what is sent counts, in whatever order the punches come.

import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Scenario,
  type ScenarioMark,
  type SimulatedDay,
  simulate,
} from '../../../src/app/read/simulate.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { Punch, PunchKind } from '../../../src/domain/facts/punch.js';
import { DEFAULT_OFF_SHIFT_RULES } from '../../../src/domain/roster/shift.js';
import { type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone } from '../../../src/domain/time/zone.js';

const UTC = findZone('UTC') ?? expect.fail('there is no UTC');

function punchAt(time: string, kind: PunchKind = 'UNSPECIFIED', eventId = ''): Punch {
  const instant = Date.parse(time) as Instant;
  return { time: instant, kind, deviceId: '', eventId, position: undefined, flags: [] };
}

/** Work without a roster, in UTC, between two dates. */
function scenarioOf(from: string, to: string, more: Partial<Scenario> = {}): Scenario {
  return {
    employeeId: 'e' as EmployeeId,
    employeeName: '',
    roster: {
      shifts: new Map(),
      calendars: new Map(),
      policies: new Map(),
      offShift: DEFAULT_OFF_SHIFT_RULES,
    },
    employee: {
      zones: [{ fromDay: -Infinity, zone: UTC }],
      joinedDay: -Infinity,
      leftDay: Infinity,
      defaultShiftId: undefined,
      calendarId: undefined,
      assignments: [],
      overrides: new Map(),
    },
    punches: [],
    marks: [],
    firstDay: toEpochDay(from as LocalDate),
    lastDay: toEpochDay(to as LocalDate),
    now: Date.parse('2026-04-01T00:00:00Z') as Instant,
    ...more,
  };
}

const daysOf = (scenario: Scenario): SimulatedDay[] => [...simulate(scenario)].flat();

const datesOf = (scenario: Scenario) => daysOf(scenario).map(({ attendance }) => attendance.date);

const PUNCHES: readonly Punch[] = [
  punchAt('2026-03-03T08:00:00Z', 'IN', '1'),
  punchAt('2026-03-03T12:00:00Z', 'BREAK_START', '2'),
  punchAt('2026-03-03T12:30:00Z', 'BREAK_END', '3'),
  punchAt('2026-03-03T17:00:00Z', 'OUT', '3'),
  punchAt('2026-03-05T22:00:00Z'),
  punchAt('2026-03-06T04:00:00Z'),
];

const MARK: ScenarioMark = {
  date: '2026-03-08' as LocalDate,
  status: 'ON_LEAVE',
  portion: 'WHOLE_DAY',
  leaveTypeId: 'vacation',
  note: '',
};

describe('a simulation', () => {
  it('gives the same days whatever order the punches come in, and however often', () => {
    const expected = daysOf(scenarioOf('2026-03-02', '2026-03-07', { punches: PUNCHES }));
    const order = fc
      .array(fc.constantFrom(...PUNCHES), { maxLength: 6 })
      .chain((again) =>
        fc.shuffledSubarray([...PUNCHES, ...again], { minLength: PUNCHES.length + again.length }),
      );
    fc.assert(
      fc.property(order, (punches) => {
        const days = daysOf(scenarioOf('2026-03-02', '2026-03-07', { punches }));
        expect(days).to.deep.equal(expected);
      }),
    );
  });

  it('flags a device number that is used again', () => {
    const [day] = daysOf(scenarioOf('2026-03-03', '2026-03-03', { punches: PUNCHES }));
    expect(day?.attendance.anomalies).to.deep.equal(['EVENT_ID_CONFLICT']);
    expect(day?.attendance.workedSeconds).to.equal(8.5 * 3600);
  });

  const facts = { punches: PUNCHES, marks: [MARK] };
  const ENDS: readonly [start: boolean, end: boolean, first: string, last: string][] = [
    [false, false, '2026-03-01', '2026-03-12'],
    [true, false, '2026-03-03', '2026-03-12'],
    [false, true, '2026-03-01', '2026-03-08'],
    [true, true, '2026-03-03', '2026-03-08'],
  ];
  for (const [start, end, first, last] of ENDS) {
    it(`leaves out days without facts: ${start} at the start, ${end} at the end`, () => {
      const dates = datesOf(
        scenarioOf('2026-03-01', '2026-03-12', { ...facts, trim: { start, end } }),
      );
      expect([dates[0], dates.at(-1)]).to.deep.equal([first, last]);
      expect(dates.length).to.equal(
        toEpochDay(last as LocalDate) - toEpochDay(first as LocalDate) + 1,
      );
    });
  }

  const NO_FACTS: readonly [start: boolean, end: boolean, dates: readonly string[]][] = [
    [true, false, ['2026-03-12']],
    [false, true, ['2026-03-10']],
    [true, true, ['2026-03-12']],
  ];
  for (const [start, end, dates] of NO_FACTS) {
    it(`keeps a day when none has facts: ${start} at the start, ${end} at the end`, () => {
      const trim = { start, end };
      expect(datesOf(scenarioOf('2026-03-10', '2026-03-12', { ...facts, trim }))).to.eql(dates);
    });
  }

  it('lets a later mark replace an earlier one for the same part of the day', () => {
    const half = { ...MARK, status: 'REMOTE' as const, portion: 'FIRST_HALF' as const };
    const marks = [MARK, half, { ...half, status: 'ABSENT' as const }];
    const [day] = daysOf(scenarioOf(MARK.date, MARK.date, { marks }));
    expect(day?.attendance).to.include({
      status: 'ABSENT',
      portion: 'FIRST_HALF',
      otherHalfStatus: 'ON_LEAVE',
      origin: 'MARKED',
    });
  });
});
