// Reads one row of a roster file, or says what is wrong with it. Pure. Strict: an unknown column,
// or one that does not belong to the row's type, is an error and not ignored. Otherwise a typing
// error would give a roster that looks right but lacks something.

import { create } from '@bufbuild/protobuf';
import type {
  CycleDay,
  DateOverride,
  Employee,
  Holiday,
  Policy,
  Shift,
  ShiftAssignment,
  TimeZoneChange,
} from '../../client/index.js';
import { CycleDaySchema, DayPortion } from '../../client/index.js';
import { columnNames, ImportFileError, shownColumns } from '../csv/csv-file.js';
import { PORTION_WORDS, portionOf } from '../text/day-options.js';
import { shown } from '../text/values.js';
import { POLICY_COLUMNS } from './policy-columns.js';
import {
  DAY_OFF_WORDS,
  OVERLAP_WORDS,
  type OverlapWord,
  parseCycle,
  parseOwnPolicy,
  parseShifts,
  parseTimeOfDay,
  parseWord,
  parseYesNo,
} from './roster-notation.js';
import { IGNORED_COLUMNS, RowCells } from './row-cells.js';
import { readColumns, SHIFT_COLUMNS } from './shift-columns.js';

export const ROW_TYPES = [
  'shift',
  'holiday',
  'policy',
  'employee',
  'assignment',
  'override',
] as const;
export type RowType = (typeof ROW_TYPES)[number];

/** The columns of each type. The first ones, up to REQUIRED, must be filled in. */
export const COLUMNS_OF: Readonly<Record<RowType, readonly string[]>> = {
  shift: ['shift', 'start', 'end', 'from', ...SHIFT_COLUMNS.map(({ name }) => name), 'archived'],
  holiday: ['calendar', 'date', 'name', 'portion'],
  policy: ['policy', 'from', ...POLICY_COLUMNS.map(({ name }) => name)],
  employee: [
    ...['employee', 'name', 'zone', 'group', 'joined', 'left', 'shift', 'calendar', 'policy'],
    ...['from', 'archived'],
  ],
  assignment: ['employee', 'from', 'cycle', 'to', 'anchor', 'on_overlap'],
  override: ['employee', 'date', 'shift'],
};

const REQUIRED: Readonly<Record<RowType, number>> = {
  shift: 3,
  holiday: 3,
  policy: 1,
  employee: 1,
  assignment: 3,
  override: 3,
};

/** Other names of columns: those of the contract. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['employee_id', 'employee'],
  ['employee_name', 'name'],
  ['shift_id', 'shift'],
  ['group_id', 'group'],
  ['calendar_id', 'calendar'],
  ['time_zone', 'zone'],
  ['policy_id', 'policy'],
  ['policy_name', 'name'],
  ['group_ids', 'groups'],
  ['is_default', 'default'],
]);

/** Fields to set on an existing message. An undefined field is removed. */
type Patch<M> = { readonly [K in keyof M]?: M[K] | undefined };

/** Another zone from a date on. */
export type ZoneChange = Pick<TimeZoneChange, 'startDate' | 'timeZone'>;

/** The employee's own policy from a date on; from the beginning if the date is empty. */
export interface PolicyEdit {
  readonly startDate: string;
  /** Empty: none of their own from then on. Undefined: remove the one that begins on that date. */
  readonly policyId: string | undefined;
}

/**
 * The content of a row. `key` identifies its subject: a second row with the same key would
 * contradict it.
 */
export type RosterEntry = { readonly line: number; readonly key: string } & (
  | {
      readonly type: 'shift';
      readonly shiftId: string;
      /** Empty: from the beginning. */
      readonly effectiveDate: string;
      readonly startTimeOfDay: string;
      readonly endTimeOfDay: string;
      /** The rules that the file has columns for. Others stay as they are. */
      readonly rules: readonly ((shift: Shift) => void)[];
      /** Undefined if the file has no such column. */
      readonly archived: boolean | undefined;
    }
  | {
      readonly type: 'policy';
      readonly policyId: string;
      /** Empty: from the beginning. */
      readonly effectiveDate: string;
      /** The rules that the file has columns for. Others stay as they are. */
      readonly rules: readonly ((policy: Policy) => void)[];
    }
  /** Its portion is UNSPECIFIED if the file has no such column. */
  | { readonly type: 'holiday'; readonly holiday: Omit<Holiday, '$typeName' | '$unknown'> }
  | {
      readonly type: 'employee';
      readonly employeeId: string;
      /**
       * Set in a row that gives only a zone or policy from then on; empty in the row about the
       * employee.
       */
      readonly startDate: string;
      /** Empty if the row has a `startDate`. */
      readonly patch: Patch<Employee>;
      readonly zoneChange: ZoneChange | undefined;
      readonly policyEdit: PolicyEdit | undefined;
      /** Undefined if the file has no such column, or the row has a `startDate`. */
      readonly archived: boolean | undefined;
    }
  | {
      readonly type: 'assignment';
      readonly employeeId: string;
      readonly startDate: string;
      readonly patch: Patch<ShiftAssignment>;
      /** Undefined if the row does not say it. */
      readonly onOverlap: OverlapWord | undefined;
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
  /** In lower case, with other names replaced. */
  readonly names: readonly string[];
}

const KNOWN_COLUMNS: ReadonlySet<string> = new Set([
  'type',
  ...Object.values(COLUMNS_OF).flat(),
  ...IGNORED_COLUMNS,
]);

/**
 * Throws ImportFileError for a first line with an unknown or repeated column, or without a type.
 */
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
  if (twice !== undefined && !IGNORED_COLUMNS.includes(twice)) {
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
  cells.checkFor(type, { own: COLUMNS_OF[type], required: REQUIRED[type] });
  const entry = READERS[type](cells, line);
  return cells.problems.length > 0
    ? { kind: 'BAD', problems: cells.problems }
    : { kind: 'ENTRY', entry };
}

function parsePortion(text: string): DayPortion {
  return portionOf(parseWord(text, PORTION_WORDS));
}

const READERS: Readonly<Record<RowType, (cells: RowCells, line: number) => RosterEntry>> = {
  shift: readShift,
  holiday: (cells, line) => {
    const holiday = {
      calendarId: cells.id('calendar'),
      date: cells.date('date'),
      name: cells.name('name'),
      portion: cells.has('portion')
        ? cells.read('portion', DayPortion.WHOLE_DAY, parsePortion)
        : DayPortion.UNSPECIFIED,
    };
    const key = `holiday ${holiday.calendarId} ${holiday.date}`;
    return { type: 'holiday', line, key, holiday };
  },
  policy: (cells, line) => {
    const policyId = cells.id('policy');
    const effectiveDate = cells.date('from');
    const key = `policy ${policyId} ${effectiveDate}`;
    const rules = readColumns(POLICY_COLUMNS, cells);
    return { type: 'policy', line, key, policyId, effectiveDate, rules };
  },
  employee: readEmployee,
  assignment: readAssignment,
  override: (cells, line) => {
    const employeeId = cells.id('employee');
    const date = cells.date('date');
    const shiftIds = [...cells.read<readonly string[]>('shift', [], parseShifts)];
    const key = `override ${employeeId} ${date}`;
    return { type: 'override', line, key, employeeId, override: { date, shiftIds } };
  },
};

function readAssignment(cells: RowCells, line: number): RosterEntry {
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
  const onOverlap = cells.read<OverlapWord | undefined>('on_overlap', undefined, (text) =>
    parseWord(text, OVERLAP_WORDS),
  );
  const key = `assignment ${employeeId} ${startDate}`;
  return { type: 'assignment', line, key, employeeId, startDate, patch, onOverlap };
}

function readEmployee(cells: RowCells, line: number): RosterEntry {
  const employeeId = cells.id('employee');
  if (cells.text('from') !== '') return readDatedEmployee(cells, line, employeeId);
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
    startDate: '',
    patch,
    zoneChange: undefined,
    policyEdit: cells.has('policy') ? readPolicyEdit(cells, '') : undefined,
    archived: readArchived(cells),
  };
}

/** The columns of a row about an employee from a date on. */
const DATED: readonly string[] = ['employee', 'from', 'zone', 'policy'];

/** A row of an employee with a date gives only the zone, the policy or both, from that date on. */
function readDatedEmployee(cells: RowCells, line: number, employeeId: string): RosterEntry {
  const startDate = cells.date('from');
  const timeZone = cells.zone('zone');
  const [hasZone, hasPolicy] = [cells.text('zone') !== '', cells.text('policy') !== ''];
  if (!hasZone && !hasPolicy) {
    cells.problems.push(
      'zone and policy are empty: from says since when an employee is in another zone, or has ' +
        'another policy',
    );
  }
  for (const column of COLUMNS_OF.employee) {
    if (DATED.includes(column) || cells.text(column) === '') continue;
    cells.problems.push(
      `${column} must be empty in an employee's row with from, which says only the zone and the ` +
        'policy: put it in a row without from',
    );
  }
  return {
    type: 'employee',
    line,
    key: `employee ${employeeId} from ${startDate}`,
    employeeId,
    startDate,
    patch: {},
    zoneChange: hasZone ? { startDate, timeZone } : undefined,
    policyEdit: hasPolicy ? readPolicyEdit(cells, startDate) : undefined,
    archived: undefined,
  };
}

function readPolicyEdit(cells: RowCells, startDate: string): PolicyEdit {
  const policyId = cells.read<string | undefined>('policy', undefined, parseOwnPolicy);
  return { startDate, policyId };
}

function readArchived(cells: RowCells): boolean | undefined {
  return cells.has('archived') ? cells.read('archived', false, parseYesNo) : undefined;
}

function readShift(cells: RowCells, line: number): RosterEntry {
  const shiftId = cells.id('shift');
  if (DAY_OFF_WORDS.includes(shiftId)) {
    cells.problems.push(`shift "${shiftId}" cannot be a shift's id: it stands for a day off`);
  }
  const effectiveDate = cells.date('from');
  return {
    type: 'shift',
    line,
    key: `shift ${shiftId} ${effectiveDate}`,
    shiftId,
    effectiveDate,
    ...readHours(cells),
    rules: readColumns(SHIFT_COLUMNS, cells),
    archived: readArchived(cells),
  };
}

function readHours(cells: RowCells): Pick<Shift, 'startTimeOfDay' | 'endTimeOfDay'> {
  return {
    startTimeOfDay: cells.read('start', '', parseTimeOfDay),
    endTimeOfDay: cells.read('end', '', parseTimeOfDay),
  };
}

/** The policies that an entry names, besides its subject. */
export function policiesNamedBy(entry: RosterEntry): readonly string[] {
  const policyId = entry.type === 'employee' ? entry.policyEdit?.policyId : undefined;
  return policyId ? [policyId] : [];
}

/** The shifts that an entry names, besides its subject. */
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

/** Grouped by employee, in the order of first appearance. */
export function byEmployee<T extends { readonly employeeId: string }>(
  items: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.employeeId) ?? [];
    group.push(item);
    groups.set(item.employeeId, group);
  }
  return groups;
}
