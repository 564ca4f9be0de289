// What a simulation is refused for, one table for the form of its fields and one for their
// meaning: each problem names the path of its field, and all of a kind are told at once.

import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import {
  type SimulateAttendanceRequest,
  SimulateAttendanceRequestSchema,
} from '../../../gen/attendance/v1/simulation_pb.js';
import { type Scenario, simulate } from '../../../src/app/read/simulate.js';
import { AttendanceError, type FieldViolation } from '../../../src/domain/facts/errors.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
} from '../../../src/domain/roster/shift.js';
import { fromEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { violationsOf } from '../../../src/rpc/edge/validate.js';
import { parseScenario } from '../../../src/rpc/simulate/parse-scenario.js';

const NOW = Date.parse('2026-03-04T23:30:00Z') as Instant;
const BERLIN: JsonObject = { timeZone: 'Europe/Berlin' };
const DAY: JsonObject = { shiftId: 'D', startTimeOfDay: '08:00', endTimeOfDay: '16:00' };
const NIGHT: JsonObject = { shiftId: 'N', startTimeOfDay: '22:00', endTimeOfDay: '06:00' };

/** A request by its JSON; who it is about goes without saying. */
function requestOf(json: JsonObject): SimulateAttendanceRequest {
  return fromJson(SimulateAttendanceRequestSchema, { employee: BERLIN, ...json });
}

function formOf(json: JsonObject): readonly FieldViolation[] {
  return violationsOf(SimulateAttendanceRequestSchema, requestOf(json), '');
}

/** Undefined: it is refused for its meaning, by these. */
function meaningOf(json: JsonObject): readonly FieldViolation[] {
  expect(formOf(json), 'the form').to.deep.equal([]);
  try {
    parseScenario(requestOf(json), NOW);
  } catch (error) {
    if (!(error instanceof AttendanceError) || error.failure.kind !== 'INVALID_FIELDS') throw error;
    return error.failure.violations;
  }
  return expect.fail('it was taken');
}

function parsed(json: JsonObject): Scenario {
  expect(formOf(json), 'the form').to.deep.equal([]);
  return parseScenario(requestOf(json), NOW);
}

/** How a row's problems are written: the field, then the reason. */
function told(violations: readonly FieldViolation[]): string[] {
  for (const { description } of violations) expect(description).to.match(/^must /);
  return violations.map(({ field, reason }) => `${field} ${reason}`);
}

const employee = (more: JsonObject): JsonObject => ({ employee: { ...BERLIN, ...more } });
const shift = (more: JsonObject): JsonObject => ({ shifts: [{ ...DAY, ...more }] });
const third = (more: JsonObject): JsonObject => ({ shifts: [DAY, NIGHT, { ...DAY, ...more }] });
const rules = (workRules: JsonObject): JsonObject => shift({ workRules });
const punch = (more: JsonObject): JsonObject => ({
  punches: [{ time: '2026-03-02T07:00:00Z' }, { time: '2026-03-02T15:00:00Z', ...more }],
});
const mark = (more: JsonObject): JsonObject => ({
  marks: [{ date: '2026-03-02', status: 'ATTENDANCE_STATUS_ON_LEAVE', ...more }],
});
const assigned = (more: JsonObject): JsonObject => ({
  shifts: [DAY, NIGHT],
  assignments: [{ startDate: '2026-03-02', cycle: [{ shiftIds: ['D'] }], ...more }],
});

/** Less than an hour each, one after the other. */
const NINE = Array.from({ length: 9 }, (_, n) => ({
  shiftId: `H${n}`,
  startTimeOfDay: `0${n}:00`,
  endTimeOfDay: `0${n}:59`,
}));

type Row = readonly [what: string, json: JsonObject, problems: readonly string[]];

const FORM: readonly Row[] = [
  ['an employee without a zone', { employee: {} }, ['employee.time_zone TIME_ZONE_REQUIRED']],
  [
    'an id with a space',
    employee({ employeeId: 'a b' }),
    ['employee.employee_id EMPLOYEE_ID_INVALID'],
  ],
  [
    'an unreal joining',
    employee({ joinDate: '2026-02-30' }),
    ['employee.join_date JOIN_DATE_INVALID'],
  ],
  [
    'an unreal leaving',
    employee({ leaveDate: '2026-13-01' }),
    ['employee.leave_date LEAVE_DATE_INVALID'],
  ],
  [
    'a change of zone without a date and a zone',
    employee({ timeZoneChanges: [{}] }),
    [
      'employee.time_zone_changes[0].start_date START_DATE_REQUIRED',
      'employee.time_zone_changes[0].time_zone TIME_ZONE_REQUIRED',
    ],
  ],
  ['a shift without an id', third({ shiftId: '' }), ['shifts[2].shift_id SHIFT_ID_REQUIRED']],
  [
    'a start at 24:00',
    third({ startTimeOfDay: '24:00' }),
    ['shifts[2].start_time_of_day START_TIME_OF_DAY_INVALID'],
  ],
  [
    'an end at 9:00',
    third({ endTimeOfDay: '9:00' }),
    ['shifts[2].end_time_of_day END_TIME_OF_DAY_INVALID'],
  ],
  [
    'an end with seconds',
    third({ endTimeOfDay: '09:00:00' }),
    ['shifts[2].end_time_of_day END_TIME_OF_DAY_INVALID'],
  ],
  ['a negative grace', third({ lateGrace: '-1s' }), ['shifts[2].late_grace LATE_GRACE_INVALID']],
  [
    'a margin of a day',
    third({ acceptAfter: '86400s' }),
    ['shifts[2].accept_after ACCEPT_AFTER_INVALID'],
  ],
  [
    'an unreal beginning of a version',
    third({ effectiveDate: '2026-02-29' }),
    ['shifts[2].effective_date EFFECTIVE_DATE_INVALID'],
  ],
  ['an unknown pairing', rules({ pairing: 9 }), ['shifts[0].work_rules.pairing PAIRING_INVALID']],
  [
    'rounding without a direction and a step',
    rules({ roundIn: {} }),
    [
      'shifts[0].work_rules.round_in.direction DIRECTION_INVALID',
      'shifts[0].work_rules.round_in.step STEP_REQUIRED',
    ],
  ],
  [
    'a deduction without a length',
    rules({ breakDeductions: [{ after: '60s' }] }),
    ['shifts[0].work_rules.break_deductions[0].length LENGTH_REQUIRED'],
  ],
  [
    'a fence off the earth and without a radius',
    shift({ geofence: { latitude: -91, longitude: 181 } }),
    [
      'shifts[0].geofence.latitude LATITUDE_INVALID',
      'shifts[0].geofence.longitude LONGITUDE_INVALID',
      'shifts[0].geofence.radius_meters RADIUS_METERS_INVALID',
    ],
  ],
  [
    'a fence around nowhere',
    shift({ geofence: { radiusMeters: 500 } }),
    [
      'shifts[0].geofence.latitude LATITUDE_REQUIRED',
      'shifts[0].geofence.longitude LONGITUDE_REQUIRED',
    ],
  ],
  [
    'off-shift sessions of 37 hours',
    { offShiftRules: { maxLength: '133200s' } },
    ['off_shift_rules.max_length MAX_LENGTH_INVALID'],
  ],
  [
    'nine shifts on a day of a cycle',
    assigned({ cycle: [{}, { shiftIds: Array.from({ length: 9 }, (_, n) => `S${n}`) }] }),
    ['assignments[0].cycle[1].shift_ids SHIFT_IDS_INVALID'],
  ],
  [
    'a shift id of a cycle that is none',
    assigned({ cycle: [{}, { shiftIds: ['D', '?'] }] }),
    ['assignments[0].cycle[1].shift_ids[1] SHIFT_IDS_INVALID'],
  ],
  [
    'an unreal anchor',
    assigned({ anchorDate: '2026-04-31' }),
    ['assignments[0].anchor_date ANCHOR_DATE_INVALID'],
  ],
  ['an override without a date', { overrides: [{}] }, ['overrides[0].date DATE_REQUIRED']],
  ['a holiday without a date', { holidays: [{ name: 'Eid' }] }, ['holidays[0].date DATE_REQUIRED']],
  ['a punch without a time', { punches: [{}] }, ['punches[0].time TIME_REQUIRED']],
  ['an unknown kind', punch({ kind: 5 }), ['punches[1].kind KIND_INVALID']],
  [
    'a place without a position',
    punch({ location: { accuracyMeters: 20 } }),
    [
      'punches[1].location.latitude LATITUDE_REQUIRED',
      'punches[1].location.longitude LONGITUDE_REQUIRED',
    ],
  ],
  [
    'half a position',
    punch({ location: { latitude: 0 } }),
    ['punches[1].location.longitude LONGITUDE_REQUIRED'],
  ],
  [
    'a place off the earth',
    punch({ location: { latitude: 90.1, longitude: 0 } }),
    ['punches[1].location.latitude LATITUDE_INVALID'],
  ],
  [
    'no number for a place',
    punch({ location: { latitude: 0, longitude: 'NaN' } }),
    ['punches[1].location.longitude LONGITUDE_INVALID'],
  ],
  [
    'a long event id',
    punch({ eventId: 'x'.repeat(129) }),
    ['punches[1].event_id EVENT_ID_INVALID'],
  ],
  [
    'a mark that cannot be made',
    mark({ status: 'ATTENDANCE_STATUS_SCHEDULED' }),
    ['marks[0].status STATUS_INVALID'],
  ],
  ['an unreal date of a mark', mark({ date: '2026-02-30' }), ['marks[0].date DATE_INVALID']],
  ['a long note', mark({ note: 'x'.repeat(1001) }), ['marks[0].note NOTE_INVALID']],
  [
    'unreal dates to work out',
    { startDate: '2026-02-29', endDate: '2026-02-30' },
    ['start_date START_DATE_INVALID', 'end_date END_DATE_INVALID'],
  ],
  [
    'too many shifts',
    { shifts: Array.from({ length: 101 }, (_, n) => ({ ...DAY, shiftId: `S${n}` })) },
    ['shifts SHIFTS_INVALID'],
  ],
  [
    'too many punches',
    { punches: Array.from({ length: 10_001 }, () => ({ time: '2026-03-02T07:00:00Z' })) },
    ['punches PUNCHES_INVALID'],
  ],
];

const MEANING: readonly Row[] = [
  [
    'a holiday without a name',
    { holidays: [{ date: '2026-03-02', name: ' ' }] },
    ['holidays[0].name NAME_REQUIRED'],
  ],
  [
    'an unknown zone',
    employee({ timeZone: 'Mars/Olympus' }),
    ['employee.time_zone TIME_ZONE_UNKNOWN'],
  ],
  [
    'an offset for a zone',
    employee({ timeZone: '+01:00' }),
    ['employee.time_zone TIME_ZONE_UNKNOWN'],
  ],
  [
    'changes of zone: one unknown, one twice',
    employee({
      timeZoneChanges: [
        { startDate: '2026-01-01', timeZone: 'UTC' },
        { startDate: '2026-02-01', timeZone: 'utc' },
        { startDate: '2026-01-01', timeZone: 'Asia/Tokyo' },
      ],
    }),
    [
      'employee.time_zone_changes[1].time_zone TIME_ZONE_UNKNOWN',
      'employee.time_zone_changes[2].start_date TIME_ZONE_CHANGE_REPEATED',
    ],
  ],
  [
    'a name of two lines',
    employee({ employeeName: 'a\nb' }),
    ['employee.employee_name EMPLOYEE_NAME_INVALID'],
  ],
  [
    'left before joined',
    employee({ joinDate: '2026-03-02', leaveDate: '2026-03-01' }),
    ['employee.leave_date LEAVE_DATE_BEFORE_JOIN_DATE'],
  ],
  [
    'an unknown default shift',
    { ...shift({}), ...employee({ defaultShiftId: 'd' }) },
    ['employee.default_shift_id UNKNOWN_SHIFT'],
  ],
  [
    'A38: start = end',
    third({ endTimeOfDay: '08:00' }),
    [
      'shifts[2].end_time_of_day START_EQUALS_END',
      'shifts[2].effective_date SHIFT_VERSION_REPEATED',
    ],
  ],
  [
    'A38: a window of 24 hours',
    shift({ acceptBefore: '28800s', acceptAfter: '28800s' }),
    ['shifts[0].accept_after WINDOW_TOO_LONG'],
  ],
  ['a zone of a shift', shift({ timeZone: 'Berlin' }), ['shifts[0].time_zone TIME_ZONE_UNKNOWN']],
  ['half a second', shift({ lateGrace: '0.5s' }), ['shifts[0].late_grace NOT_WHOLE_SECONDS']],
  [
    'a step of seven minutes',
    rules({ roundOut: { direction: 'ROUNDING_DIRECTION_UP', step: '420s' } }),
    ['shifts[0].work_rules.round_out.step STEP_DOES_NOT_DIVIDE_AN_HOUR'],
  ],
  [
    'a version twice',
    {
      shifts: [
        DAY,
        { ...DAY, effectiveDate: '2026-03-01' },
        { ...DAY, effectiveDate: '2026-03-01' },
      ],
    },
    ['shifts[2].effective_date SHIFT_VERSION_REPEATED'],
  ],
  [
    'an assignment of unknown shifts that ends first',
    assigned({ endDate: '2026-03-01', cycle: [{}, { shiftIds: ['D', 'X'] }] }),
    [
      'assignments[0].end_date END_BEFORE_START',
      'assignments[0].cycle[1].shift_ids[1] UNKNOWN_SHIFT',
    ],
  ],
  [
    'overrides: a shift twice, an unknown one, one too early, a date twice',
    {
      shifts: [DAY, { ...NIGHT, effectiveDate: '2026-03-10' }],
      overrides: [
        { date: '2026-03-02', shiftIds: ['D', 'D', 'X', 'N'] },
        { date: '2026-03-03' },
        { date: '2026-03-02' },
      ],
    },
    [
      'overrides[0].shift_ids[1] SHIFT_REPEATED',
      'overrides[0].shift_ids[2] UNKNOWN_SHIFT',
      'overrides[0].shift_ids[3] SHIFT_NOT_IN_EFFECT',
      'overrides[2].date OVERRIDE_REPEATED',
    ],
  ],
  [
    'a holiday twice in one calendar',
    {
      ...employee({ calendarId: 'C' }),
      holidays: [
        { date: '2026-03-02', name: 'one' },
        { date: '2026-03-02', name: 'other', calendarId: 'B' },
        { date: '2026-03-02', name: 'again', calendarId: 'C' },
      ],
    },
    ['holidays[2].date HOLIDAY_REPEATED'],
  ],
  [
    'punches on the rim of the calendar, that are on no date in some zone',
    {
      punches: [
        { time: '1900-01-01T23:59:59.999Z' },
        { time: '0001-01-01T00:00:00Z' },
        { time: '9999-12-31T00:00:00Z' },
      ],
    },
    [
      'punches[0].time TIME_INVALID',
      'punches[1].time TIME_INVALID',
      'punches[2].time TIME_INVALID',
    ],
  ],
  ['a note with NUL', mark({ note: 'a\u0000' }), ['marks[0].note NOTE_INVALID']],
  ['now before 1900', { nowTime: '0001-01-01T00:00:00Z' }, ['now_time NOW_TIME_INVALID']],
  [
    'an end before the start',
    { startDate: '2026-03-02', endDate: '2026-03-01' },
    ['end_date END_DATE_BEFORE_START_DATE'],
  ],
  ['367 dates', { startDate: '2026-03-01', endDate: '2027-03-02' }, ['end_date RANGE_TOO_LONG']],
  [
    'a start too long ago for the facts',
    { ...punch({}), startDate: '2025-01-01' },
    ['end_date RANGE_TOO_LONG'],
  ],
  [
    'an end too late for the facts',
    { ...punch({}), endDate: '2027-12-31' },
    ['start_date RANGE_TOO_LONG'],
  ],
  [
    'facts of several years',
    { punches: [{ time: '2020-01-01T00:00:00Z' }, { time: '2026-01-01T00:00:00Z' }] },
    ['end_date RANGE_TOO_LONG'],
  ],
  [
    'shifts of one assignment that overlap',
    {
      ...assigned({ cycle: [{ shiftIds: ['D', 'E'] }], endDate: '2026-03-02' }),
      shifts: [DAY, { ...DAY, shiftId: 'E' }],
      startDate: '2026-03-02',
    },
    ['assignments SHIFTS_OVERLAP'],
  ],
  [
    'an override that overlaps the night before',
    {
      ...employee({ defaultShiftId: 'N' }),
      shifts: [NIGHT, { shiftId: 'E', startTimeOfDay: '05:00', endTimeOfDay: '12:00' }],
      overrides: [{ date: '2026-03-20' }, { date: '2026-03-05', shiftIds: ['E'] }],
      startDate: '2026-03-05',
    },
    ['overrides[1].shift_ids SHIFTS_OVERLAP'],
  ],
];

describe('a simulation is refused', () => {
  describe('for its form', () => {
    for (const [what, json, problems] of FORM) {
      it(what, () => expect(told(formOf(json))).to.deep.equal(problems));
    }
  });

  describe('for its meaning', () => {
    for (const [what, json, problems] of MEANING) {
      it(what, () => expect(told(meaningOf(json))).to.deep.equal(problems));
    }
  });

  it('with what was sent, deep inside too', () => {
    const [time] = formOf(third({ startTimeOfDay: '24:00' }));
    expect(time?.description).to.match(/; it is "24:00"$/);
    const [grace] = formOf(third({ lateGrace: '-90s' }));
    expect(grace?.description).to.match(/; it is -1 min 30 s$/);
    const [status] = formOf(mark({ status: 'ATTENDANCE_STATUS_UNSCHEDULED' }));
    expect(status?.description).to.match(/; it is "ATTENDANCE_STATUS_UNSCHEDULED"$/);
  });
});

describe('the shifts of several assignments', () => {
  const together = (first: number, startDate: string) => ({
    shifts: NINE,
    assignments: [
      { startDate: '2026-03-02', cycle: [{ shiftIds: ['H0', 'H1', 'H2', 'H3', 'H4'] }] },
      { startDate, cycle: [{ shiftIds: NINE.slice(first).map(({ shiftId }) => shiftId) }] },
    ],
    startDate: '2026-03-01',
    endDate: '2026-03-04',
  });

  it('are refused by the first date that has more than eight', () => {
    const [violation] = meaningOf(together(5, '2026-03-03'));
    expect(violation?.description).to.equal(
      'must have at most 8 shifts a date, over all assignments; 2026-03-03 has 9',
    );
  });

  it('may be eight, and one that two of them name is one', () => {
    expect(parsed(together(6, '2026-03-03')).employee.assignments.length).to.equal(2);
    const named = { ...together(6, '2026-03-03') };
    named.assignments[1]?.cycle[0]?.shiftIds.push('H0');
    expect(parsed(named).employee.assignments.length).to.equal(2);
  });
});

describe('a punch at the rim of the calendar', () => {
  const ZONES = ['Etc/GMT+12', 'Pacific/Kiritimati', 'America/New_York'] as const;
  for (const timeZone of ZONES) {
    for (const time of ['1900-01-02T00:00:00Z', '9999-12-30T23:59:59.999Z']) {
      it(`counts for a date: ${time}, ${timeZone}`, () => {
        const scenario = parsed({ employee: { timeZone }, punches: [{ time }] });
        const days = [...simulate(scenario)].flat();
        expect(days.map(({ attendance }) => attendance.origin)).to.deep.equal(['DERIVED']);
      });
    }
  }
});

describe('a scenario', () => {
  it('has the defaults of what is not given', () => {
    const { employeeId, employeeName, roster, employee: who, now } = parsed(shift({}));
    expect([employeeId, employeeName, now]).to.deep.equal(['employee', '', NOW]);
    expect(roster.offShift).to.deep.equal(DEFAULT_OFF_SHIFT_RULES);
    expect([who.joinedDay, who.leftDay]).to.deep.equal([-Infinity, Infinity]);
    expect(roster.shifts.get('D')).to.deep.equal([
      {
        fromDay: -Infinity,
        shift: {
          shiftId: 'D',
          startSecond: 8 * 3600,
          endSecond: 16 * 3600,
          zone: undefined,
          beforeSeconds: 2 * 3600,
          afterSeconds: 4 * 3600,
          maxSessionSeconds: 0,
          lateGraceSeconds: 0,
          earlyGraceSeconds: 0,
          halfDayBelowSeconds: 0,
          absentBelowSeconds: 0,
          work: PLAIN_WORK_RULES,
          halvesMeetSecond: undefined,
          followsPolicy: true,
          flexible: undefined,
          counting: PLAIN_COUNTING,
          worksOnHolidays: false,
          calendarId: undefined,
          geofence: undefined,
        },
      },
    ]);
  });

  it('has no margin where it is said to be none', () => {
    const { roster } = parsed(shift({ acceptBefore: '0s', acceptAfter: '0s' }));
    const [version] = roster.shifts.get('D') ?? [];
    expect([version?.shift.beforeSeconds, version?.shift.afterSeconds]).to.deep.equal([0, 0]);
  });

  it('takes 0 degrees for a place as any other', () => {
    const nowhere = { latitude: 0, longitude: 0 };
    const { roster, punches } = parsed({
      ...shift({ geofence: { ...nowhere, radiusMeters: 500 } }),
      ...punch({ location: nowhere }),
    });
    expect(punches.map(({ position }) => position)).to.deep.equal([undefined, nowhere]);
    const [version] = roster.shifts.get('D') ?? [];
    expect(version?.shift.geofence).to.deep.equal({ ...nowhere, radiusMeters: 500 });
  });

  it('has the versions of a shift by date, in whatever order they are sent', () => {
    const dates = ['2026-03-01', '', '2025-03-01'];
    const { roster } = parsed({
      shifts: dates.map((effectiveDate) => ({ ...DAY, effectiveDate })),
    });
    const days = roster.shifts.get('D')?.map(({ fromDay }) => fromDay);
    expect(days).to.deep.equal([...(days ?? [])].sort((a, b) => (a < b ? -1 : 1)));
    expect(days?.[0]).to.equal(-Infinity);
  });

  it('gives holidays without a calendar to the employee, whether theirs has a name or not', () => {
    for (const calendarId of ['', 'C']) {
      const holidays = [{ date: '2026-03-02', name: 'x' }];
      const { roster, employee: who } = parsed({ ...employee({ calendarId }), holidays });
      const own = roster.calendars.get(who.calendarId ?? 'none');
      expect([...(own?.values() ?? [])]).to.deep.equal([{ name: 'x', portion: 'WHOLE_DAY' }]);
    }
  });

  const RANGES: readonly [what: string, json: JsonObject, from: string, to: string][] = [
    ['both dates', { startDate: '2026-01-01', endDate: '2026-12-31' }, '2026-01-01', '2026-12-31'],
    ['nothing: today where the employee is', {}, '2026-03-05', '2026-03-05'],
    ['a start: that date', { startDate: '2026-03-01' }, '2026-03-01', '2026-03-01'],
    ['an end to come: from today', { endDate: '2026-03-07' }, '2026-03-05', '2026-03-07'],
    ['an end in the past: that date', { endDate: '2026-03-01' }, '2026-03-01', '2026-03-01'],
    ['punches: all dates they can count for', punch({}), '2026-02-26', '2026-03-06'],
    ['punches from a start', { ...punch({}), startDate: '2026-03-01' }, '2026-03-01', '2026-03-06'],
    ['punches after the end', { ...punch({}), endDate: '2026-02-01' }, '2026-01-28', '2026-02-01'],
    ['the first of all dates', mark({ date: '1900-01-01' }), '1900-01-01', '1900-01-05'],
    ['the last of all dates', mark({ date: '9999-12-31' }), '9999-12-27', '9999-12-31'],
  ];
  for (const [what, json, from, to] of RANGES) {
    it(`is looked at by ${what}`, () => {
      const { firstDay, lastDay } = parsed(json);
      expect([fromEpochDay(firstDay), fromEpochDay(lastDay)]).to.deep.equal([from, to]);
    });
  }
});
