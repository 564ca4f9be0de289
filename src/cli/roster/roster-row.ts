// What one row of a roster file says, or what is wrong with it. Pure. Strict: a column that is not
// known, or that does not belong to the row's type, is an error and not ignored, because what a
// typing error leaves out would give a roster that looks right.

import { create } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import type {
  BreakDeduction,
  CycleDay,
  DateOverride,
  Employee,
  Holiday,
  Shift,
  ShiftAssignment,
  TimeZoneChange,
} from '../../client/index.js';
import { BreakDeductionSchema, CycleDaySchema } from '../../client/index.js';
import { columnNames, ImportFileError, shownColumns } from '../csv/csv-file.js';
import { EMPLOYEE_ID, isIsoDate, shown } from '../text/values.js';
import { isKnownZone } from '../time/local-time.js';
import {
  DAY_OFF_WORDS,
  parseBreaks,
  parseCycle,
  parseLength,
  parseShifts,
  parseTimeOfDay,
  parseYesNo,
  WordError,
} from './roster-notation.js';

export const ROW_TYPES = ['shift', 'holiday', 'employee', 'assignment', 'override'] as const;
export type RowType = (typeof ROW_TYPES)[number];

/** The columns each type has; the first ones, up to REQUIRED, must be filled in. */
export const COLUMNS_OF = {
  shift: [
    ...['shift', 'start', 'end', 'from', 'zone', 'calendar', 'late_grace', 'early_grace'],
    ...['accept_before', 'accept_after', 'half_day_threshold', 'absent_threshold', 'breaks'],
    'works_on_holidays',
  ],
  holiday: ['calendar', 'date', 'name'],
  employee: ['employee', 'name', 'zone', 'group', 'joined', 'left', 'shift', 'calendar', 'from'],
  assignment: ['employee', 'from', 'cycle', 'to', 'anchor'],
  override: ['employee', 'date', 'shift'],
} as const satisfies Record<RowType, readonly string[]>;

const REQUIRED: Readonly<Record<RowType, number>> = {
  shift: 3,
  holiday: 3,
  employee: 1,
  assignment: 3,
  override: 3,
};

/** Other names that columns may have: those of the contract. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['employee_id', 'employee'],
  ['employee_name', 'name'],
  ['shift_id', 'shift'],
  ['group_id', 'group'],
  ['calendar_id', 'calendar'],
  ['time_zone', 'zone'],
]);

/** For whoever keeps the file; never looked at. The first two are those of a rejects file. */
const IGNORED = ['line', 'reason', 'comment'];

/** Fields to set on what there is; one that is undefined is taken away. */
type Patch<M> = { readonly [K in keyof M]?: M[K] | undefined };

/** Another zone from a date on. */
export type ZoneChange = Pick<TimeZoneChange, 'startDate' | 'timeZone'>;

/** What a row says. `key` is what it is about: a second row with it would contradict. */
export type RosterEntry = { readonly line: number; readonly key: string } & (
  | {
      readonly type: 'shift';
      readonly shiftId: string;
      /** Empty: always. */
      readonly effectiveDate: string;
      readonly patch: Patch<Shift>;
      /** Undefined: the breaks stay as they are. */
      readonly breaks: readonly BreakDeduction[] | undefined;
    }
  | { readonly type: 'holiday'; readonly holiday: Omit<Holiday, '$typeName' | '$unknown'> }
  | {
      readonly type: 'employee';
      readonly employeeId: string;
      /** Nothing where the row has a `zoneChange`. */
      readonly patch: Patch<Employee>;
      readonly zoneChange: ZoneChange | undefined;
    }
  | {
      readonly type: 'assignment';
      readonly employeeId: string;
      readonly startDate: string;
      readonly patch: Patch<ShiftAssignment>;
    }
  | {
      readonly type: 'override';
      readonly employeeId: string;
      readonly override: Omit<DateOverride, '$typeName' | '$unknown'>;
    }
);

export type ParsedRosterRow =
  | { readonly kind: 'ENTRY'; readonly entry: RosterEntry }
  | { readonly kind: 'BAD'; readonly problems: readonly string[] };

export interface RosterHeader {
  readonly columns: readonly string[];
  /** In lower case, each by the name that it has here. */
  readonly names: readonly string[];
}

const KNOWN_COLUMNS: ReadonlySet<string> = new Set([
  'type',
  ...Object.values(COLUMNS_OF).flat(),
  ...IGNORED,
]);

/** Throws ImportFileError for a first line that names an unknown column, one twice, or no type. */
export function parseRosterHeader(columns: readonly string[]): RosterHeader {
  const names = columnNames(columns).map((name) => OTHER_NAMES.get(name) ?? name);
  if (!names.includes('type')) {
    throw new ImportFileError(
      `The first line must name the columns, "type" among them (${shownColumns(columns)}). ` +
        'See examples/roster.csv.',
    );
  }
  const unknown = names.find((name) => !KNOWN_COLUMNS.has(name));
  if (unknown !== undefined) {
    throw new ImportFileError(
      `There is no column ${shown(unknown)} in a roster. The columns are: ` +
        `${[...KNOWN_COLUMNS].filter((name) => name !== 'line' && name !== 'reason').join(', ')}.`,
    );
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined && !IGNORED.includes(twice)) {
    throw new ImportFileError(`The column "${twice}" stands in the first line twice.`);
  }
  return { columns, names };
}

/** Reads one row. */
export function parseRosterRow(
  fields: readonly string[],
  line: number,
  header: RosterHeader,
): ParsedRosterRow {
  if (fields.length !== header.names.length) {
    const found = `${fields.length} field${fields.length === 1 ? '' : 's'}`;
    return {
      kind: 'BAD',
      problems: [
        `has ${found}, not ${header.names.length}; put quotes around a field that contains a comma`,
      ],
    };
  }
  const cells = new RowCells(header.names, fields);
  const type = ROW_TYPES.find((each) => each === cells.text('type').toLowerCase());
  if (type === undefined) {
    const given = shown(cells.text('type'));
    return { kind: 'BAD', problems: [`type ${given} is not one of ${ROW_TYPES.join(', ')}`] };
  }
  cells.checkFor(type);
  const entry = READERS[type](cells, line);
  return cells.problems.length > 0
    ? { kind: 'BAD', problems: cells.problems }
    : { kind: 'ENTRY', entry };
}

/** The cells of a row, with what was found wrong in reading them. */
class RowCells {
  readonly problems: string[] = [];
  readonly #cells: ReadonlyMap<string, string>;

  constructor(names: readonly string[], fields: readonly string[]) {
    this.#cells = new Map(names.map((name, index) => [name, (fields[index] ?? '').trim()]));
  }

  has(column: string): boolean {
    return this.#cells.has(column);
  }

  text(column: string): string {
    return this.#cells.get(column) ?? '';
  }

  checkFor(type: RowType): void {
    const own: readonly string[] = COLUMNS_OF[type];
    for (const column of own.slice(0, REQUIRED[type])) {
      if (this.text(column) === '') this.problems.push(`${column} is empty: this ${type} needs it`);
    }
    for (const [column, text] of this.#cells) {
      const isForeign = !own.includes(column) && column !== 'type' && !IGNORED.includes(column);
      if (isForeign && text !== '') {
        this.problems.push(`${column} must be empty: it does not belong to a row of type ${type}`);
      }
    }
  }

  /** The cell as `parse` reads it; `empty` for one that is empty or cannot be read. */
  read<T>(column: string, empty: T, parse: (text: string) => T): T {
    const text = this.text(column);
    if (text === '') return empty;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof WordError)) throw error;
      this.problems.push(`${column} ${shown(text)} ${error.message}`);
      return empty;
    }
  }

  id(column: string): string {
    return this.read(column, '', (text) => checked(text, EMPLOYEE_ID.test(text), ID_IS));
  }

  date(column: string): string {
    return this.read(column, '', (text) => checked(text, isIsoDate(text), DATE_IS));
  }

  zone(column: string): string {
    return this.read(column, '', (text) => checked(text, isKnownZone(text), ZONE_IS));
  }

  name(column: string): string {
    return this.read(column, '', (text) => checked(text, isName(text), NAME_IS));
  }

  length(column: string): Duration | undefined {
    return this.read<Duration | undefined>(column, undefined, (text) =>
      duration(parseLength(text)),
    );
  }

  /** `{ field: value }` where the file has the column: without it the field stays as it is. */
  patch<K extends string, V>(column: string, field: K, value: () => V): { [F in K]?: V } {
    return (this.has(column) ? { [field]: value() } : {}) as { [F in K]?: V };
  }
}

const ID_IS = 'must be 1 to 64 of A-Z a-z 0-9 . _ -';
const DATE_IS = 'must be a real date written YYYY-MM-DD';
const ZONE_IS = 'must be the name of a time zone, such as Europe/Berlin';
const NAME_IS = 'must be at most 200 characters, on one line';
const MAX_NAME_CHARACTERS = 200;

function isName(text: string): boolean {
  return [...text].length <= MAX_NAME_CHARACTERS && !/\p{Cc}|\u2028|\u2029/u.test(text);
}

function checked(text: string, isRight: boolean, otherwise: string): string {
  if (!isRight) throw new WordError(otherwise);
  return text;
}

function duration(seconds: number): Duration {
  return create(DurationSchema, { seconds: BigInt(seconds) });
}

const READERS: Readonly<Record<RowType, (cells: RowCells, line: number) => RosterEntry>> = {
  shift: readShift,
  holiday: (cells, line) => {
    const holiday = {
      calendarId: cells.id('calendar'),
      date: cells.date('date'),
      name: cells.name('name'),
    };
    const key = `holiday ${holiday.calendarId} ${holiday.date}`;
    return { type: 'holiday', line, key, holiday };
  },
  employee: readEmployee,
  assignment: (cells, line) => {
    const employeeId = cells.id('employee');
    const startDate = cells.date('from');
    const endDate = cells.date('to');
    if (startDate !== '' && endDate !== '' && endDate < startDate) {
      cells.problems.push(`to ${endDate} is before from ${startDate}`);
    }
    const patch = {
      startDate,
      cycle: cells.read<CycleDay[]>('cycle', [], (text) =>
        parseCycle(text).map((shiftIds) => create(CycleDaySchema, { shiftIds: [...shiftIds] })),
      ),
      ...cells.patch('to', 'endDate', () => endDate),
      ...cells.patch('anchor', 'anchorDate', () => cells.date('anchor')),
    };
    const key = `assignment ${employeeId} ${startDate}`;
    return { type: 'assignment', line, key, employeeId, startDate, patch };
  },
  override: (cells, line) => {
    const employeeId = cells.id('employee');
    const date = cells.date('date');
    const shiftIds = [...cells.read<readonly string[]>('shift', [], parseShifts)];
    const key = `override ${employeeId} ${date}`;
    return { type: 'override', line, key, employeeId, override: { date, shiftIds } };
  },
};

function readEmployee(cells: RowCells, line: number): RosterEntry {
  const employeeId = cells.id('employee');
  if (cells.text('from') !== '') return readZoneChange(cells, line, employeeId);
  const patch = {
    ...cells.patch('name', 'employeeName', () => cells.name('name')),
    ...cells.patch('zone', 'timeZone', () => cells.zone('zone')),
    ...cells.patch('group', 'groupId', () => cells.id('group')),
    ...cells.patch('joined', 'joinDate', () => cells.date('joined')),
    ...cells.patch('left', 'leaveDate', () => cells.date('left')),
    ...cells.patch('shift', 'defaultShiftId', () => cells.id('shift')),
    ...cells.patch('calendar', 'calendarId', () => cells.id('calendar')),
  };
  return {
    type: 'employee',
    line,
    key: `employee ${employeeId}`,
    employeeId,
    patch,
    zoneChange: undefined,
  };
}

/** A row of an employee with a date says only which zone holds from it on. */
function readZoneChange(cells: RowCells, line: number, employeeId: string): RosterEntry {
  const zoneChange = { startDate: cells.date('from'), timeZone: cells.zone('zone') };
  if (cells.text('zone') === '') {
    cells.problems.push('zone is empty: from says since when an employee is in another zone');
  }
  for (const column of COLUMNS_OF.employee) {
    if (['employee', 'zone', 'from'].includes(column) || cells.text(column) === '') continue;
    cells.problems.push(
      `${column} must be empty in an employee's row with from, which says only the zone: ` +
        'put it in a row without from',
    );
  }
  const key = `employee ${employeeId} from ${zoneChange.startDate}`;
  return { type: 'employee', line, key, employeeId, patch: {}, zoneChange };
}

function readShift(cells: RowCells, line: number): RosterEntry {
  const shiftId = cells.id('shift');
  if (DAY_OFF_WORDS.includes(shiftId)) {
    cells.problems.push(`shift "${shiftId}" cannot be a shift's id: it stands for a day off`);
  }
  const startTime = cells.read('start', '', parseTimeOfDay);
  const endTime = cells.read('end', '', parseTimeOfDay);
  if (startTime !== '' && startTime === endTime) {
    cells.problems.push('end must differ from start');
  }
  const effectiveDate = cells.date('from');
  const patch = {
    startTimeOfDay: startTime,
    endTimeOfDay: endTime,
    ...cells.patch('zone', 'timeZone', () => cells.zone('zone')),
    ...cells.patch('calendar', 'calendarId', () => cells.id('calendar')),
    ...cells.patch('late_grace', 'lateGrace', () => cells.length('late_grace')),
    ...cells.patch('early_grace', 'earlyGrace', () => cells.length('early_grace')),
    ...cells.patch('accept_before', 'acceptBefore', () => cells.length('accept_before')),
    ...cells.patch('accept_after', 'acceptAfter', () => cells.length('accept_after')),
    ...cells.patch('half_day_threshold', 'halfDayThreshold', () =>
      cells.length('half_day_threshold'),
    ),
    ...cells.patch('absent_threshold', 'absentThreshold', () => cells.length('absent_threshold')),
    ...cells.patch('works_on_holidays', 'worksOnHolidays', () =>
      cells.read('works_on_holidays', false, parseYesNo),
    ),
  };
  const breaks = cells.has('breaks')
    ? cells.read<BreakDeduction[]>('breaks', [], (text) =>
        parseBreaks(text).map(({ afterSeconds, lengthSeconds }) =>
          create(BreakDeductionSchema, {
            after: duration(afterSeconds),
            length: duration(lengthSeconds),
          }),
        ),
      )
    : undefined;
  const key = `shift ${shiftId} ${effectiveDate}`;
  return { type: 'shift', line, key, shiftId, effectiveDate, patch, breaks };
}

/** The shifts that an entry names, beside the one it is about. */
export function shiftsNamedBy(entry: RosterEntry): readonly string[] {
  switch (entry.type) {
    case 'employee':
      return entry.patch.defaultShiftId ? [entry.patch.defaultShiftId] : [];
    case 'assignment':
      return [...new Set((entry.patch.cycle ?? []).flatMap(({ shiftIds }) => shiftIds))];
    case 'override':
      return entry.override.shiftIds;
    default:
      return [];
  }
}
