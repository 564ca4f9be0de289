// The columns of a shift's rules in a roster file, each with how it is read and how it is written.
// Both stand in one place, so that an export says whatever an import can set.

import { create } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import type {
  BreakDeduction,
  BreakType,
  FlexibleHours,
  Geofence,
  Rounding,
  Shift,
  WorkRules,
} from '../../client/index.js';
import {
  BreakDeductionSchema,
  BreakTypeSchema,
  FlexibleHoursSchema,
  GeofenceSchema,
  HoursCounted,
  PunchPairing,
  RoundingSchema,
  WorkRulesSchema,
} from '../../client/index.js';
import {
  breaksText,
  breakTypesText,
  circleText,
  lengthWord,
  parseBreaks,
  parseBreakTypes,
  parseCircle,
  parseLength,
  parseRounding,
  parseTimeOfDay,
  parseTimes,
  parseWord,
  parseYesNo,
  ROUNDING_WORDS,
  roundingText,
} from './roster-notation.js';
import type { RowCells } from './row-cells.js';
import { parseId, parseZone } from './row-cells.js';

export interface ShiftColumn {
  readonly name: string;
  /** What the cell of a row sets: an empty one takes the rule away. */
  readonly read: (cells: RowCells) => (shift: Shift) => void;
  /** The cell that sets what the shift has. */
  readonly write: (shift: Shift) => string;
}

/** How a value stands in a cell. Reading throws WordError. */
interface Notation<T> {
  readonly read: (text: string) => T;
  readonly write: (value: T) => string;
}

/** Where a value is kept. Undefined is the value of an empty cell. */
interface Field<T> {
  readonly get: (shift: Shift) => T | undefined;
  readonly set: (shift: Shift, value: T | undefined) => void;
}

function column<T>(name: string, field: Field<T>, notation: Notation<T>): ShiftColumn {
  return {
    name,
    read: (cells) => {
      const value = cells.read<T | undefined>(name, undefined, notation.read);
      return (shift) => field.set(shift, value);
    },
    write: (shift) => {
      const value = field.get(shift);
      return value === undefined ? '' : notation.write(value);
    },
  };
}

type Value<M, K extends keyof M> = NonNullable<M[K]>;

/** A field of the shift itself; `empty` is how the message says that there is nothing. */
function ofShift<K extends keyof Shift>(key: K, empty?: Shift[K]): Field<Value<Shift, K>> {
  return {
    get: (shift) => (shift[key] === empty ? undefined : (shift[key] ?? undefined)),
    set: (shift, value) => {
      Object.assign(shift, { [key]: value ?? empty });
    },
  };
}

/** A field of the shift's work rules, which are made where there are none. */
function ofWork<K extends keyof WorkRules>(
  key: K,
  empty?: WorkRules[K],
): Field<Value<WorkRules, K>> {
  return {
    get: ({ workRules }) => {
      const value = workRules?.[key];
      return value === empty ? undefined : (value ?? undefined);
    },
    set: (shift, value) => {
      if (value === undefined && shift.workRules === undefined) return;
      shift.workRules ??= create(WorkRulesSchema);
      Object.assign(shift.workRules, { [key]: value ?? empty });
    },
  };
}

const LENGTH: Notation<Duration> = {
  read: (text) => duration(parseLength(text)),
  write: secondsText,
};

function duration(seconds: number): Duration {
  return create(DurationSchema, { seconds: BigInt(seconds) });
}

function secondsText(length: Duration): string {
  return lengthWord(secondsOf(length));
}

function secondsOf(length: Duration | undefined): number {
  return Number(length?.seconds ?? 0n);
}

const ZONE: Notation<string> = { read: parseZone, write: String };
const TIME_OF_DAY: Notation<string> = { read: parseTimeOfDay, write: String };
const ID: Notation<string> = { read: parseId, write: String };
const YES: Notation<boolean> = { read: parseYesNo, write: () => 'yes' };

const BREAKS: Notation<BreakDeduction[]> = {
  read: (text) =>
    parseBreaks(text).map(({ afterSeconds, lengthSeconds }) =>
      create(BreakDeductionSchema, {
        after: duration(afterSeconds),
        length: duration(lengthSeconds),
      }),
    ),
  write: (breaks) =>
    breaksText(
      breaks.map(({ after, length }) => ({
        afterSeconds: secondsOf(after),
        lengthSeconds: secondsOf(length),
      })),
    ),
};

/** An empty list is how the message says that there are none. */
const BREAK_FIELD: Field<BreakDeduction[]> = {
  get: ({ workRules }) => {
    const breaks = workRules?.breakDeductions ?? [];
    return breaks.length === 0 ? undefined : breaks;
  },
  set: (shift, breaks) => ofWork('breakDeductions', []).set(shift, breaks),
};

const BREAK_TYPES: Notation<BreakType[]> = {
  read: (text) =>
    parseBreakTypes(text).map(({ lengthSeconds, ...type }) =>
      create(BreakTypeSchema, {
        ...type,
        ...(lengthSeconds === 0 ? {} : { length: duration(lengthSeconds) }),
      }),
    ),
  write: (types) =>
    breakTypesText(types.map((type) => ({ ...type, lengthSeconds: secondsOf(type.length) }))),
};

const BREAK_TYPE_FIELD: Field<BreakType[]> = {
  get: ({ workRules }) => {
    const types = workRules?.breakTypes ?? [];
    return types.length === 0 ? undefined : types;
  },
  set: (shift, types) => ofWork('breakTypes', []).set(shift, types),
};

/** Of flexible hours, which are made where there are none; without anything, they are taken away. */
function ofFlexible<T>(
  get: (flexible: FlexibleHours) => T | undefined,
  set: (flexible: FlexibleHours, value: T | undefined) => void,
): Field<T> {
  return {
    get: ({ flexibleHours }) => flexibleHours && get(flexibleHours),
    set: (shift, value) => {
      if (value === undefined && shift.flexibleHours === undefined) return;
      const flexible = shift.flexibleHours ?? create(FlexibleHoursSchema);
      set(flexible, value);
      if (flexible.target === undefined && flexible.coreStartTimeOfDay === '') {
        delete shift.flexibleHours;
      } else shift.flexibleHours = flexible;
    },
  };
}

const TARGET_FIELD: Field<Duration> = ofFlexible(
  ({ target }) => target,
  (flexible, target) => {
    if (target === undefined) delete flexible.target;
    else flexible.target = target;
  },
);

interface Times {
  readonly start: string;
  readonly end: string;
}

const CORE_FIELD: Field<Times> = ofFlexible(
  ({ coreStartTimeOfDay: start, coreEndTimeOfDay: end }) =>
    start === '' ? undefined : { start, end },
  (flexible, core) => {
    flexible.coreStartTimeOfDay = core?.start ?? '';
    flexible.coreEndTimeOfDay = core?.end ?? '';
  },
);

const TIMES: Notation<Times> = {
  read: parseTimes,
  write: ({ start, end }) => `${start}-${end}`,
};

/** The words in the order of the contract's numbers, which begin at 1. */
function oneOf<E extends number>(words: readonly string[]): Notation<E> {
  return {
    read: (text) => (words.indexOf(parseWord(text, words)) + 1) as E,
    write: (value) => words[value - 1] ?? '',
  };
}

const PAIRING = oneOf<PunchPairing>(['typed', 'alternating']);
const HOURS = oneOf<HoursCounted>(['every-pair', 'first-in-to-last-out']);

const ROUNDING: Notation<Rounding> = {
  read: (text) => {
    const { direction, stepSeconds, graceSeconds } = parseRounding(text);
    return create(RoundingSchema, {
      direction: ROUNDING_WORDS.indexOf(direction) + 1,
      step: duration(stepSeconds),
      ...(graceSeconds === 0 ? {} : { grace: duration(graceSeconds) }),
    });
  },
  write: ({ direction, step, grace }) =>
    roundingText({
      direction: ROUNDING_WORDS[direction - 1] ?? 'nearest',
      stepSeconds: secondsOf(step),
      graceSeconds: secondsOf(grace),
    }),
};

const CIRCLE: Notation<Geofence> = {
  read: (text) => create(GeofenceSchema, parseCircle(text)),
  write: ({ latitude = 0, longitude = 0, radiusMeters }) =>
    circleText({ latitude, longitude, radiusMeters }),
};

/** In the order in which an export has them. */
export const SHIFT_COLUMNS: readonly ShiftColumn[] = [
  column('zone', ofShift('timeZone', ''), ZONE),
  column('calendar', ofShift('calendarId', ''), ID),
  column('late_grace', ofShift('lateGrace'), LENGTH),
  column('early_grace', ofShift('earlyGrace'), LENGTH),
  column('accept_before', ofShift('acceptBefore'), LENGTH),
  column('accept_after', ofShift('acceptAfter'), LENGTH),
  column('max_session_length', ofShift('maxSessionLength'), LENGTH),
  column('half_day_threshold', ofShift('halfDayThreshold'), LENGTH),
  column('absent_threshold', ofShift('absentThreshold'), LENGTH),
  column('half_day_boundary', ofShift('halfDayBoundary', ''), TIME_OF_DAY),
  column('target', TARGET_FIELD, LENGTH),
  column('core', CORE_FIELD, TIMES),
  column('breaks', BREAK_FIELD, BREAKS),
  column('deduct_excess_only', ofWork('deductExcessOnly', false), YES),
  column('min_break_length', ofWork('minBreakLength'), LENGTH),
  column('paid_break_limit', ofWork('paidBreakLimit'), LENGTH),
  column('break_types', BREAK_TYPE_FIELD, BREAK_TYPES),
  column('repeat_window', ofWork('repeatWindow'), LENGTH),
  column('repeat_any_kind', ofWork('repeatAnyKind', false), YES),
  column('pairing', ofWork('pairing', PunchPairing.UNSPECIFIED), PAIRING),
  column('hours_counted', ofWork('hoursCounted', HoursCounted.UNSPECIFIED), HOURS),
  column('round_in', ofWork('roundIn'), ROUNDING),
  column('round_out', ofWork('roundOut'), ROUNDING),
  column('round_breaks', ofWork('roundBreaks'), ROUNDING),
  column('round_worked', ofWork('roundWorked'), ROUNDING),
  column('count_from_start', ofShift('countFromStart', false), YES),
  column('count_to_end', ofShift('countToEnd', false), YES),
  column('min_overtime', ofShift('minOvertime'), LENGTH),
  column('works_on_holidays', ofShift('worksOnHolidays', false), YES),
  column('geofence', ofShift('geofence'), CIRCLE),
];
