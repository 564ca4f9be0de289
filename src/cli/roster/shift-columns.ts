// The columns of a shift's rules in a roster file, with how to read and to write each. Both are in
// one place, so that an export can express everything that an import can set. Work rules have the
// same columns everywhere.

import type { Message } from '@bufbuild/protobuf';
import { create, equals } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import type {
  AutoClose,
  BreakDeduction,
  BreakType,
  FlexibleHours,
  Geofence,
  Rounding,
  Shift,
  WorkRules,
} from '../../client/index.js';
import {
  AutoCloseSchema,
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
  autoCloseText,
  breaksText,
  breakTypesText,
  circleText,
  lengthWord,
  parseAutoClose,
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

/** A column about a message of type M. */
export interface Column<M> {
  readonly name: string;
  /** How the cell `name` of a row changes the message. An empty cell removes the rule. */
  readonly read: (cells: RowCells, name: string) => (message: M) => void;
  /** The cell that expresses the message's value. */
  readonly write: (message: M) => string;
}

/** How a value is written in a cell. Reading throws WordError. */
interface Notation<T> {
  readonly read: (text: string) => T;
  readonly write: (value: T) => string;
}

/** Where a value is kept. Undefined is the value of an empty cell. */
interface Field<M, T> {
  readonly get: (message: M) => T | undefined;
  readonly set: (message: M, value: T | undefined) => void;
}

export function column<M, T>(name: string, field: Field<M, T>, notation: Notation<T>): Column<M> {
  return {
    name,
    read: (cells, called) => {
      const value = cells.read<T | undefined>(called, undefined, notation.read);
      return (message) => field.set(message, value);
    },
    write: (message) => {
      const value = field.get(message);
      return value === undefined ? '' : notation.write(value);
    },
  };
}

/** The fields of a message. `empty` is the value that means none. */
export function fieldsOf<M>() {
  return <K extends keyof M>(key: K, empty?: M[K]): Field<M, NonNullable<M[K]>> => ({
    get: (message) => {
      const value = message[key];
      const isEmpty = value === empty || (Array.isArray(value) && value.length === 0);
      return isEmpty ? undefined : (value ?? undefined);
    },
    set: (message, value) => {
      Object.assign(message as object, { [key]: value ?? empty });
    },
  });
}

const ofShift = fieldsOf<Shift>();
const ofWork = fieldsOf<WorkRules>();

/**
 * Columns of the message under `key`. It is created if a row has any, and removed when nothing is
 * left.
 */
export function under<K extends string, Inner extends Message>(
  key: K,
  desc: GenMessage<Inner>,
  columns: readonly Column<Inner>[],
): readonly Column<{ [F in K]?: Inner | undefined }>[] {
  return columns.map(({ name, read, write }) => ({
    name,
    read: (cells, called) => {
      const set = read(cells, called);
      const isSaid = cells.text(called) !== '';
      return (message) => {
        if (message[key] === undefined && !isSaid) return;
        const inner = message[key] ?? create(desc);
        set(inner);
        const isLeft = isSaid || !equals(desc, inner, create(desc));
        Object.assign(message, { [key]: isLeft ? inner : undefined });
      };
    },
    write: (message) => {
      const inner = message[key];
      return inner === undefined ? '' : write(inner);
    },
  }));
}

/** The same columns, with a prefix before their names. */
export function prefixed<M>(prefix: string, columns: readonly Column<M>[]): readonly Column<M>[] {
  return columns.map((each) => ({ ...each, name: `${prefix}${each.name}` }));
}

/**
 * The changes of a row, in the columns that its file has; others stay as they are. Removals come
 * first: rules that become empty must not take along what the row sets.
 */
export function readColumns<M>(
  columns: readonly Column<M>[],
  cells: RowCells,
): readonly ((message: M) => void)[] {
  const isSaid = ({ name }: Column<M>) => cells.text(name) !== '';
  return columns
    .filter(({ name }) => cells.has(name))
    .toSorted((one, other) => Number(isSaid(one)) - Number(isSaid(other)))
    .map(({ name, read }) => read(cells, name));
}

/** The cells that express a message. */
export function writeColumns<M>(
  columns: readonly Column<M>[],
  message: M,
): Readonly<Record<string, string>> {
  return Object.fromEntries(columns.map(({ name, write }) => [name, write(message)]));
}

export const LENGTH: Notation<Duration> = {
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
export const TIME_OF_DAY: Notation<string> = { read: parseTimeOfDay, write: String };
const ID: Notation<string> = { read: parseId, write: String };
export const YES: Notation<boolean> = { read: parseYesNo, write: () => 'yes' };

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

/** A field of flexible hours, which are created if needed, and removed when nothing is left. */
function ofFlexible<T>(
  get: (flexible: FlexibleHours) => T | undefined,
  set: (flexible: FlexibleHours, value: T | undefined) => void,
): Field<Shift, T> {
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

const TARGET_FIELD: Field<Shift, Duration> = ofFlexible(
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

const CORE_FIELD: Field<Shift, Times> = ofFlexible(
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

/** The words are in the order of the contract's numbers, which begin at 1. */
export function oneOf<E extends number>(words: readonly string[]): Notation<E> {
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

const AUTO_CLOSE: Notation<AutoClose> = {
  read: (text) => {
    const { field, seconds } = parseAutoClose(text);
    return create(AutoCloseSchema, { rule: { case: field, value: duration(seconds) } });
  },
  write: ({ rule }) =>
    rule.case === undefined
      ? ''
      : autoCloseText({ field: rule.case, seconds: secondsOf(rule.value) }),
};

/** How time counts, for a shift or anything else. */
export const WORK_COLUMNS: readonly Column<WorkRules>[] = [
  column('breaks', ofWork('breakDeductions', []), BREAKS),
  column('deduct_excess_only', ofWork('deductExcessOnly', false), YES),
  column('min_break_length', ofWork('minBreakLength'), LENGTH),
  column('paid_break_limit', ofWork('paidBreakLimit'), LENGTH),
  column('break_types', ofWork('breakTypes', []), BREAK_TYPES),
  column('repeat_window', ofWork('repeatWindow'), LENGTH),
  column('repeat_any_kind', ofWork('repeatAnyKind', false), YES),
  column('pairing', ofWork('pairing', PunchPairing.UNSPECIFIED), PAIRING),
  column('hours_counted', ofWork('hoursCounted', HoursCounted.UNSPECIFIED), HOURS),
  column('round_in', ofWork('roundIn'), ROUNDING),
  column('round_out', ofWork('roundOut'), ROUNDING),
  column('round_breaks', ofWork('roundBreaks'), ROUNDING),
  column('round_worked', ofWork('roundWorked'), ROUNDING),
];

/** The same for shifts, of which a rule can close the sessions. */
export const SHIFT_WORK_COLUMNS: readonly Column<WorkRules>[] = [
  ...WORK_COLUMNS,
  column('auto_close', ofWork('autoClose'), AUTO_CLOSE),
];

/** In the order of an export. */
export const SHIFT_COLUMNS: readonly Column<Shift>[] = [
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
  ...under('workRules', WorkRulesSchema, SHIFT_WORK_COLUMNS),
  column('count_from_start', ofShift('countFromStart', false), YES),
  column('count_to_end', ofShift('countToEnd', false), YES),
  column('min_overtime', ofShift('minOvertime'), LENGTH),
  column('works_on_holidays', ofShift('worksOnHolidays', false), YES),
  column('geofence', ofShift('geofence'), CIRCLE),
];
