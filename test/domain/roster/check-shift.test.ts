import { expect } from 'chai';
import fc from 'fast-check';
import type { FieldViolation } from '../../../src/domain/facts/errors.js';
import { checkOffShiftRules, checkShift } from '../../../src/domain/roster/check-shift.js';
import {
  AUTO_CLOSE_RULES,
  type BreakType,
  DEFAULT_OFF_SHIFT_RULES,
  type OffShiftRules,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  ROUNDING_DIRECTIONS,
  type Rounding,
  type RoundingDirection,
  type Shift,
  type WorkRules,
} from '../../../src/domain/roster/shift.js';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const SHIFT: Shift = {
  shiftId: 'day',
  startSecond: 8 * HOUR,
  endSecond: 16 * HOUR,
  zone: undefined,
  beforeSeconds: HOUR,
  afterSeconds: HOUR,
  maxSessionSeconds: 0,
  lateGraceSeconds: 0,
  earlyGraceSeconds: 0,
  halfDayBelowSeconds: 0,
  absentBelowSeconds: 0,
  work: PLAIN_WORK_RULES,
  halvesMeetSecond: undefined,
  flexible: undefined,
  counting: PLAIN_COUNTING,
  worksOnHolidays: false,
  calendarId: undefined,
  geofence: undefined,
};

/** `field reason` of each violation, the field without the path that leads to the message. */
function saidOf(violations: readonly FieldViolation[], path: string): string[] {
  return violations.map(({ field, reason }) => {
    expect(field.startsWith(`${path}.`)).to.equal(true, field);
    return `${field.slice(path.length + 1)} ${reason}`;
  });
}

function shiftSays(change: Partial<Shift>): string[] {
  return saidOf(checkShift({ ...SHIFT, ...change }, 'shifts[0]'), 'shifts[0]');
}

function workSays(change: Partial<WorkRules>): string[] {
  return shiftSays({ work: { ...PLAIN_WORK_RULES, ...change } }).map((said) =>
    said.replace(/^work_rules\./, ''),
  );
}

/** Rows of a change and what is said of it; nothing when it is right. */
type Rows<T> = readonly (readonly [change: Partial<T>, said?: string | readonly string[]])[];

function checkRows<T>(rows: Rows<T>, says: (change: Partial<T>) => string[]): void {
  for (const [change, said = []] of rows) {
    const shown = JSON.stringify(change, (_, value) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    );
    it(`${shown} is ${said.length === 0 ? 'right' : said}`, () => {
      expect(says(change)).to.deep.equal([said].flat());
    });
  }
}

describe('the hours of a shift', () => {
  checkRows<Shift>(
    [
      [{}],
      [{ startSecond: 0, endSecond: DAY - 1, beforeSeconds: 0, afterSeconds: 0 }],
      [{ startSecond: 22 * HOUR, endSecond: 6 * HOUR }],
      // A38: 08:00 to 08:00, and a shift whose margins fill the day.
      [{ endSecond: 8 * HOUR }, 'end_time_of_day START_EQUALS_END'],
      [{ endSecond: 8 * HOUR, beforeSeconds: 0, afterSeconds: 0 }],
      [{ beforeSeconds: 8 * HOUR, afterSeconds: 8 * HOUR }, 'accept_after WINDOW_TOO_LONG'],
      [{ beforeSeconds: 8 * HOUR, afterSeconds: 8 * HOUR - 1 }],
      [{ beforeSeconds: 15 * HOUR, afterSeconds: HOUR }, 'accept_before WINDOW_TOO_LONG'],
      [{ startSecond: 22 * HOUR, endSecond: 6 * HOUR, beforeSeconds: 6 * HOUR }],
      [{ startSecond: 22 * HOUR, endSecond: 21 * HOUR }, 'accept_after WINDOW_TOO_LONG'],
      [{ startSecond: -1 }, 'start_time_of_day TIME_OF_DAY_INVALID'],
      [{ startSecond: DAY }, 'start_time_of_day TIME_OF_DAY_INVALID'],
      [{ endSecond: DAY }, 'end_time_of_day TIME_OF_DAY_INVALID'],
      [{ endSecond: Number.NaN }, 'end_time_of_day TIME_OF_DAY_INVALID'],
      [{ endSecond: 0.5 }, 'end_time_of_day TIME_OF_DAY_INVALID'],
      [{ beforeSeconds: -1 }, 'accept_before LENGTH_NEGATIVE'],
      [{ beforeSeconds: DAY }, 'accept_before LENGTH_TOO_LONG'],
      [{ afterSeconds: 0.5 }, 'accept_after NOT_WHOLE_SECONDS'],
      [{ afterSeconds: Number.POSITIVE_INFINITY }, 'accept_after NOT_WHOLE_SECONDS'],
    ],
    shiftSays,
  );
});

describe('the graces and thresholds of a shift', () => {
  checkRows<Shift>(
    [
      [{ lateGraceSeconds: DAY - 1, earlyGraceSeconds: DAY - 1 }],
      [{ lateGraceSeconds: DAY }, 'late_grace LENGTH_TOO_LONG'],
      [{ lateGraceSeconds: -MINUTE }, 'late_grace LENGTH_NEGATIVE'],
      [{ earlyGraceSeconds: DAY }, 'early_grace LENGTH_TOO_LONG'],
      [{ earlyGraceSeconds: Number.NaN }, 'early_grace NOT_WHOLE_SECONDS'],
      [{ halfDayBelowSeconds: DAY }],
      [{ absentBelowSeconds: DAY }],
      [{ halvesMeetSecond: SHIFT.startSecond + 1 }],
      [{ halvesMeetSecond: DAY }, 'half_day_boundary TIME_OF_DAY_INVALID'],
      [
        { halvesMeetSecond: SHIFT.startSecond },
        'half_day_boundary HALF_DAY_BOUNDARY_OUTSIDE_SHIFT',
      ],
      [{ halvesMeetSecond: SHIFT.endSecond }, 'half_day_boundary HALF_DAY_BOUNDARY_OUTSIDE_SHIFT'],
      [{ halfDayBelowSeconds: DAY + 1 }, 'half_day_threshold LENGTH_TOO_LONG'],
      [{ absentBelowSeconds: DAY + 1 }, 'absent_threshold LENGTH_TOO_LONG'],
      // A8's thresholds, then equal and crossed ones: HALF_DAY could never happen.
      [{ halfDayBelowSeconds: 2 * HOUR, absentBelowSeconds: HOUR }],
      [
        { halfDayBelowSeconds: HOUR, absentBelowSeconds: HOUR },
        'absent_threshold ABSENT_NOT_BELOW_HALF_DAY',
      ],
      [
        { halfDayBelowSeconds: HOUR, absentBelowSeconds: 2 * HOUR },
        'absent_threshold ABSENT_NOT_BELOW_HALF_DAY',
      ],
    ],
    shiftSays,
  );
});

describe('flexible hours', () => {
  const flexible = (targetHours: number, core?: readonly [number, number]) => ({
    flexible: {
      targetSeconds: targetHours * HOUR,
      core: core && { startSecond: core[0] * HOUR, endSecond: core[1] * HOUR },
    },
  });
  const night = { startSecond: 22 * HOUR, endSecond: 6 * HOUR };
  const end = 'flexible_hours.core_end_time_of_day';
  checkRows<Shift>(
    [
      [flexible(8)],
      [flexible(8, [8, 16])],
      [flexible(6, [10, 15])],
      [{ ...night, ...flexible(8, [23, 2]) }],
      [{ ...night, ...flexible(8, [22, 6]) }],
      [flexible(0), 'flexible_hours.target LENGTH_TOO_SHORT'],
      [flexible(8.5), 'flexible_hours.target TARGET_TOO_LONG'],
      [flexible(8, [10, 10]), `${end} CORE_TIME_OUTSIDE_SHIFT`],
      [flexible(8, [15, 10]), `${end} CORE_TIME_OUTSIDE_SHIFT`],
      [flexible(8, [7, 15]), `${end} CORE_TIME_OUTSIDE_SHIFT`],
      [flexible(8, [10, 17]), `${end} CORE_TIME_OUTSIDE_SHIFT`],
      [{ ...night, ...flexible(8, [2, 23]) }, `${end} CORE_TIME_OUTSIDE_SHIFT`],
      [flexible(8, [10, Number.NaN]), `${end} TIME_OF_DAY_INVALID`],
    ],
    shiftSays,
  );
});

describe('the ids and the geofence of a shift', () => {
  const fence = { latitude: 24, longitude: 72, radiusMeters: 500 };
  checkRows<Shift>(
    [
      [{ shiftId: 'A.b_9-'.repeat(10) }],
      [{ shiftId: '' }, 'shift_id SHIFT_ID_INVALID'],
      [{ shiftId: 'x'.repeat(65) }, 'shift_id SHIFT_ID_INVALID'],
      [{ shiftId: 'night\n' }, 'shift_id SHIFT_ID_INVALID'],
      [{ calendarId: 'berlin' }],
      [{ calendarId: 'b rlin' }, 'calendar_id CALENDAR_ID_INVALID'],
      [{ geofence: fence }],
      [{ geofence: { latitude: -90, longitude: 180, radiusMeters: 1 } }],
      [{ geofence: { ...fence, radiusMeters: 1_000_000 } }],
      [{ geofence: { ...fence, latitude: 90.001 } }, 'geofence.latitude LATITUDE_OUT_OF_RANGE'],
      [{ geofence: { ...fence, latitude: Number.NaN } }, 'geofence.latitude LATITUDE_OUT_OF_RANGE'],
      [{ geofence: { ...fence, longitude: -181 } }, 'geofence.longitude LONGITUDE_OUT_OF_RANGE'],
      [
        { geofence: { ...fence, longitude: Number.NEGATIVE_INFINITY } },
        'geofence.longitude LONGITUDE_OUT_OF_RANGE',
      ],
      [{ geofence: { ...fence, radiusMeters: 0 } }, 'geofence.radius_meters RADIUS_OUT_OF_RANGE'],
      [
        { geofence: { ...fence, radiusMeters: 1_000_001 } },
        'geofence.radius_meters RADIUS_OUT_OF_RANGE',
      ],
    ],
    shiftSays,
  );
});

describe('work rules', () => {
  const breaks = (...pairs: readonly (readonly [number, number])[]) => ({
    breakDeductions: pairs.map(([afterSeconds, breakSeconds]) => ({ afterSeconds, breakSeconds })),
  });
  const eleven = Array.from({ length: 11 }, (_, index) => [index * HOUR, MINUTE] as const);
  checkRows<WorkRules>(
    [
      [{ repeatSeconds: HOUR, paidBreakSeconds: DAY }],
      [{ repeatSeconds: HOUR + 1 }, 'repeat_window LENGTH_TOO_LONG'],
      [{ repeatSeconds: -1 }, 'repeat_window LENGTH_NEGATIVE'],
      [{ repeatSeconds: MINUTE, repeatsAnyKind: true }],
      [{ repeatsAnyKind: true }, 'repeat_any_kind REPEAT_ANY_KIND_WITHOUT_WINDOW'],
      [{ minBreakSeconds: HOUR }],
      [{ minBreakSeconds: HOUR + 1 }, 'min_break_length LENGTH_TOO_LONG'],
      [{ paidBreakSeconds: DAY + 1 }, 'paid_break_limit LENGTH_TOO_LONG'],
      [{ paidBreakSeconds: 1.5 }, 'paid_break_limit NOT_WHOLE_SECONDS'],
      // The German working time law: 30 min after 6 h, 45 min after 9 h.
      [breaks([6 * HOUR, 30 * MINUTE], [9 * HOUR, 45 * MINUTE])],
      [breaks([0, 1], [DAY, DAY])],
      [breaks([6 * HOUR, 30 * MINUTE], [9 * HOUR, 30 * MINUTE])],
      [breaks(...eleven.slice(0, 10))],
      [breaks(...eleven), 'break_deductions TOO_MANY_DEDUCTIONS'],
      [breaks([-1, MINUTE]), 'break_deductions[0].after LENGTH_NEGATIVE'],
      [breaks([DAY + 1, MINUTE]), 'break_deductions[0].after LENGTH_TOO_LONG'],
      [breaks([HOUR, 0]), 'break_deductions[0].length LENGTH_TOO_SHORT'],
      [breaks([HOUR, DAY + 1]), 'break_deductions[0].length LENGTH_TOO_LONG'],
      [breaks([HOUR, 60], [HOUR, 90]), 'break_deductions[1].after DEDUCTION_REPEATED'],
      [
        breaks([2 * HOUR, 60], [4 * HOUR, 60], [2 * HOUR, 60]),
        'break_deductions[2].after DEDUCTION_REPEATED',
      ],
      [breaks([2 * HOUR, 60], [HOUR, 90]), 'break_deductions[1].after DEDUCTIONS_OUT_OF_ORDER'],
      [breaks([HOUR, 90], [2 * HOUR, 60]), 'break_deductions[1].length DEDUCTION_FALLS'],
    ],
    workSays,
  );
});

describe('types of breaks', () => {
  const PLAIN: BreakType = {
    breakTypeId: 'rest',
    isPaid: false,
    lengthSeconds: 0,
    window: undefined,
    isByClock: false,
  };
  const at = (from: number, to: number) => ({ startSecond: from * HOUR, endSecond: to * HOUR });
  const types = (...changes: readonly Partial<BreakType>[]) => ({
    breakTypes: changes.map((change) => ({ ...PLAIN, ...change })),
  });
  const lunch = { breakTypeId: 'lunch', window: at(12, 13), isByClock: true } as const;
  const eleven = Array.from({ length: 11 }, (_, hour) => ({
    breakTypeId: `t${hour}`,
    window: at(hour, hour + 1),
  }));
  checkRows<WorkRules>(
    [
      [types(lunch, { isPaid: true, lengthSeconds: 15 * MINUTE })],
      [types({ ...lunch, window: at(23, 1) }, { ...lunch, breakTypeId: 'b', window: at(1, 2) })],
      [types(...eleven.slice(1))],
      [types(...eleven), 'break_types TOO_MANY_BREAK_TYPES'],
      [types({ breakTypeId: '' }), 'break_types[0].break_type_id BREAK_TYPE_ID_INVALID'],
      [types({ lengthSeconds: DAY + 1 }), 'break_types[0].length LENGTH_TOO_LONG'],
      [
        types({ window: at(12, Number.NaN) }),
        'break_types[0].end_time_of_day BREAK_WINDOW_INCOMPLETE',
      ],
      [
        types({ window: at(Number.NaN, 12) }),
        'break_types[0].start_time_of_day BREAK_WINDOW_INCOMPLETE',
      ],
      [types({ window: at(12, 12) }), 'break_types[0].end_time_of_day BREAK_WINDOW_EMPTY'],
      [types({ isByClock: true }), 'break_types[0].by_clock BREAK_BY_CLOCK_WITHOUT_WINDOW'],
      [types({ ...lunch, isPaid: true }), 'break_types[0].paid PAID_BREAK_BY_CLOCK'],
      [types(lunch, lunch), 'break_types[1].break_type_id BREAK_TYPE_REPEATED'],
      [types({}, { breakTypeId: 'b' }), 'break_types[1].start_time_of_day BREAK_WINDOW_REQUIRED'],
      [
        types({ ...lunch, window: at(23, 1) }, { ...lunch, breakTypeId: 'b', window: at(0, 2) }),
        'break_types[1].start_time_of_day BREAK_WINDOWS_OVERLAP',
      ],
      [types({ ...lunch, isByClock: false }, { ...lunch, breakTypeId: 'b' })],
    ],
    workSays,
  );
});

describe('rounding', () => {
  const step = (direction: RoundingDirection, stepSeconds: number, graceSeconds = 0): Rounding => ({
    direction,
    stepSeconds,
    graceSeconds,
  });
  const wrongStep = 'round_in.step STEP_DOES_NOT_DIVIDE_AN_HOUR';
  checkRows<WorkRules>(
    [
      // F10: up and down 5 min with 3 min of grace.
      [{ roundIn: step('UP', 300, 180), roundOut: step('DOWN', 300, 180) }],
      [{ roundBreaks: step('NEAREST', 3600), roundWorked: step('NEAREST', 1) }],
      [{ roundIn: step('UP', 0) }, wrongStep],
      [{ roundIn: step('UP', -300) }, wrongStep],
      [{ roundIn: step('UP', 7 * MINUTE) }, wrongStep],
      [{ roundIn: step('UP', 7200) }, wrongStep],
      [{ roundIn: step('UP', 0.5) }, wrongStep],
      [{ roundIn: step('UP', Number.NaN) }, wrongStep],
      [{ roundIn: step('UP', 7, -1) }, [wrongStep, 'round_in.grace LENGTH_NEGATIVE']],
      [{ roundOut: step('DOWN', 300, 300) }, 'round_out.grace GRACE_TOO_LONG'],
      [{ roundOut: step('DOWN', 300, DAY) }, 'round_out.grace GRACE_TOO_LONG'],
      [{ roundOut: step('DOWN', 300, 1.5) }, 'round_out.grace NOT_WHOLE_SECONDS'],
      [{ roundBreaks: step('UP', 300, -1) }, 'round_breaks.grace LENGTH_NEGATIVE'],
      [{ roundWorked: step('NEAREST', 300, 1) }, 'round_worked.grace GRACE_WITH_NEAREST'],
    ],
    workSays,
  );

  it('takes exactly the 45 steps that divide an hour', () => {
    const taken = Array.from({ length: 4000 }, (_, stepSeconds) => stepSeconds).filter(
      (stepSeconds) => workSays({ roundIn: step('UP', stepSeconds) }).length === 0,
    );
    expect(taken).to.have.length(45);
    expect(taken.every((stepSeconds) => 3600 % stepSeconds === 0)).to.equal(true);
  });
});

describe('off-shift rules', () => {
  const says = (change: Partial<OffShiftRules>) =>
    saidOf(checkOffShiftRules({ ...DEFAULT_OFF_SHIFT_RULES, ...change }, 'off_shift'), 'off_shift');
  checkRows<OffShiftRules>(
    [
      [{}],
      [{ newStretchGapSeconds: 0, maxLengthSeconds: HOUR }],
      [{ newStretchGapSeconds: DAY, maxLengthSeconds: 36 * HOUR }],
      [{ newStretchGapSeconds: -1 }, 'new_stretch_gap LENGTH_NEGATIVE'],
      [{ newStretchGapSeconds: DAY + 1 }, 'new_stretch_gap LENGTH_TOO_LONG'],
      [{ maxLengthSeconds: HOUR - 1 }, 'max_length LENGTH_TOO_SHORT'],
      [{ maxLengthSeconds: 36 * HOUR + 1 }, 'max_length LENGTH_TOO_LONG'],
      [
        { work: { ...PLAIN_WORK_RULES, repeatSeconds: -1 } },
        'work_rules.repeat_window LENGTH_NEGATIVE',
      ],
    ],
    says,
  );
});

describe('refused shifts', () => {
  it('say everything at once, in the contract order, and the way out', () => {
    const work = { ...PLAIN_WORK_RULES, repeatSeconds: 2 * HOUR };
    const shift = { ...SHIFT, endSecond: 8 * HOUR, lateGraceSeconds: 25 * HOUR, work };
    expect(checkShift(shift, '')).to.deep.equal([
      {
        field: 'end_time_of_day',
        reason: 'START_EQUALS_END',
        description:
          'must differ from start_time_of_day, or accept_before and accept_after must be 0s: ' +
          'a shift of 24 hours has no room for a wider window',
      },
      {
        field: 'late_grace',
        reason: 'LENGTH_TOO_LONG',
        description: 'must be 0 min to 23 h 59 min 59 s; it is 25 h',
      },
      {
        field: 'work_rules.repeat_window',
        reason: 'LENGTH_TOO_LONG',
        description: 'must be 0 min to 1 h; it is 2 h',
      },
    ]);
  });

  const anyNumber = fc.oneof(
    fc.integer({ min: -10, max: 2 * DAY }),
    fc.double(),
    fc.constantFrom(0, -0, DAY, HOUR, Number.NaN, Number.POSITIVE_INFINITY),
  );
  const anyRounding = fc.option(
    fc.record({
      direction: fc.constantFrom(...ROUNDING_DIRECTIONS),
      stepSeconds: anyNumber,
      graceSeconds: anyNumber,
    }),
    { nil: undefined },
  );
  const anyShift: fc.Arbitrary<Shift> = fc.record({
    shiftId: fc.string(),
    startSecond: anyNumber,
    endSecond: anyNumber,
    zone: fc.constant(undefined),
    beforeSeconds: anyNumber,
    afterSeconds: anyNumber,
    maxSessionSeconds: anyNumber,
    lateGraceSeconds: anyNumber,
    earlyGraceSeconds: anyNumber,
    halfDayBelowSeconds: anyNumber,
    absentBelowSeconds: anyNumber,
    work: fc.record({
      pairing: fc.constant('TYPED' as const),
      hours: fc.constant('EVERY_PAIR' as const),
      repeatSeconds: anyNumber,
      repeatsAnyKind: fc.boolean(),
      breakDeductions: fc.array(fc.record({ afterSeconds: anyNumber, breakSeconds: anyNumber })),
      deductExcessOnly: fc.boolean(),
      minBreakSeconds: anyNumber,
      paidBreakSeconds: anyNumber,
      breakTypes: fc.array(
        fc.record({
          breakTypeId: fc.constantFrom('a', 'b', ''),
          isPaid: fc.boolean(),
          lengthSeconds: anyNumber,
          window: fc.option(fc.record({ startSecond: anyNumber, endSecond: anyNumber }), {
            nil: undefined,
          }),
          isByClock: fc.boolean(),
        }),
      ),
      roundIn: anyRounding,
      roundOut: anyRounding,
      roundBreaks: anyRounding,
      roundWorked: anyRounding,
      autoClose: fc.option(
        fc.record({ by: fc.constantFrom(...AUTO_CLOSE_RULES), seconds: anyNumber }),
        { nil: undefined },
      ),
    }),
    halvesMeetSecond: fc.option(anyNumber, { nil: undefined }),
    flexible: fc.option(
      fc.record({
        targetSeconds: anyNumber,
        core: fc.option(fc.record({ startSecond: anyNumber, endSecond: anyNumber }), {
          nil: undefined,
        }),
      }),
      { nil: undefined },
    ),
    counting: fc.record({
      fromStart: fc.boolean(),
      toEnd: fc.boolean(),
      minOvertimeSeconds: anyNumber,
    }),
    worksOnHolidays: fc.boolean(),
    calendarId: fc.option(fc.string(), { nil: undefined }),
    geofence: fc.option(
      fc.record({ latitude: anyNumber, longitude: anyNumber, radiusMeters: anyNumber }),
      { nil: undefined },
    ),
  });

  it('are answered whatever the numbers are, each field once', () => {
    fc.assert(
      fc.property(anyShift, (shift) => {
        const violations = checkShift(shift, 'shift');
        const fields = violations.map(({ field }) => field);
        expect(new Set(fields).size).to.equal(fields.length);
        for (const { reason, description } of violations) {
          expect(reason).to.match(/^[A-Z]+(_[A-Z]+)*$/);
          expect(description).to.match(/^must /);
        }
      }),
    );
  });
});
