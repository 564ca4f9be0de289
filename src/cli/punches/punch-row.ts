// Reads one row of a device's log, or says why it is unusable. Pure, except for the machine's own
// zone data. Strict about employee and time; the kind may be left open.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { PunchKind } from '../../client/index.js';
import { columnNames, ImportFileError, shownColumns } from '../csv/csv-file.js';
import { parseKind } from '../text/punch-kind.js';
import { BADGE_ID, EMPLOYEE_ID, shown } from '../text/values.js';
import { instantsOfWallTime, isWrittenLikeTime, parseWrittenTime } from '../time/local-instant.js';
import { isKnownZone } from '../time/local-time.js';

/** The columns of a log, each with the names it may have. */
const COLUMNS = {
  employee: ['employee', 'employee_id'],
  badge: ['badge', 'badge_id'],
  time: ['time', 'timestamp'],
  date: ['date'],
  kind: ['kind', 'state'],
  zone: ['zone', 'time_zone'],
  fold: ['fold'],
  device: ['device', 'device_id'],
  event: ['event_id', 'event'],
} as const;
export type PunchColumn = keyof typeof COLUMNS;
/** At least one column of each list is required. */
const REQUIRED: readonly (readonly PunchColumn[])[] = [['employee', 'badge'], ['time']];

/** The positions of a log's columns; undefined for a column that it does not have. */
export interface PunchHeader {
  /** The columns as the file names them. */
  readonly columns: readonly string[];
  readonly places: Readonly<Record<PunchColumn, number | undefined>>;
}

/** Defaults for rows that do not say it themselves. */
export interface RowDefaults {
  /** An IANA name that this machine knows; undefined: local times need a column. */
  readonly zone: string | undefined;
  readonly deviceId: string;
}

/** A row to send: a Punch of the contract. */
export interface LoggedPunch {
  /** Empty if the log names a badge. */
  readonly employeeId: string;
  readonly badgeId?: string;
  readonly time: Pick<Timestamp, 'seconds' | 'nanos'>;
  readonly kind: PunchKind;
  readonly deviceId: string;
  readonly eventId: string;
  readonly timeZone: string;
}

/** Decisions made in reading a row that a person may want to know. */
export interface RowRemarks {
  /** The cell for an unknown kind: empty, or an unknown word or code. */
  readonly openKind: string | undefined;
  /** The local time happened twice, the row did not say which, and the earlier was taken. */
  readonly tookEarlier: boolean;
}

type ProblemCode =
  | 'BAD_ROW'
  | 'BAD_EMPLOYEE'
  | 'BAD_BADGE'
  | 'BAD_TIME'
  | 'BAD_ZONE'
  | 'NO_ZONE'
  | 'SKIPPED_TIME'
  | 'BAD_FOLD'
  | 'BAD_DEVICE'
  | 'BAD_EVENT_ID';

export type ParsedPunchRow =
  | { readonly kind: 'PUNCH'; readonly punch: LoggedPunch; readonly remarks: RowRemarks }
  | { readonly kind: 'BAD'; readonly code: ProblemCode; readonly description: string };

const MAX_DEVICE_TEXT = 128;
const TIME_OF_DAY = /^\d{1,2}:\d{2}/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

const LATER_FOLDS: ReadonlyMap<string, boolean> = new Map([
  ['0', false],
  ['earlier', false],
  ['first', false],
  ['1', true],
  ['later', true],
  ['second', true],
]);

/** Finds the columns. Throws ImportFileError for a first line without the required ones. */
export function parsePunchHeader(columns: readonly string[]): PunchHeader {
  const names = columnNames(columns);
  const place = (column: PunchColumn): number | undefined => {
    const wanted: readonly string[] = COLUMNS[column];
    const found = names.flatMap((name, index) => (wanted.includes(name) ? [index] : []));
    if (found.length > 1) {
      throw new ImportFileError(
        `The first line names more than one column for the ${column}: ` +
          `${found.map((index) => names[index]).join(', ')}. Rename all but one of them.`,
      );
    }
    return found[0];
  };
  const places = Object.fromEntries(
    (Object.keys(COLUMNS) as PunchColumn[]).map((column) => [column, place(column)]),
  ) as PunchHeader['places'];
  for (const wanted of REQUIRED) {
    if (wanted.some((column) => places[column] !== undefined)) continue;
    throw new ImportFileError(
      'The first line must name the columns employee (or badge) and time, separated by commas; ' +
        `"${wanted[0]}" is missing (${shownColumns(columns)}).`,
    );
  }
  return { columns, places };
}

/** Reads one row. */
export function parsePunchRow(
  fields: readonly string[],
  header: PunchHeader,
  defaults: RowDefaults,
): ParsedPunchRow {
  if (fields.length !== header.columns.length) {
    const found = `${fields.length} field${fields.length === 1 ? '' : 's'}`;
    const wanted = header.columns.length;
    return bad(
      'BAD_ROW',
      `has ${found}, not ${wanted}; put quotes around a field that contains a comma`,
    );
  }
  const field = (column: PunchColumn): string => {
    const place = header.places[column];
    return place === undefined ? '' : (fields[place] ?? '').trim();
  };
  const employeeId = field('employee');
  const badgeId = field('badge');
  if (employeeId !== '' && badgeId !== '') {
    return bad('BAD_BADGE', 'names an employee and a badge; leave one of them empty');
  }
  if (badgeId === '' && !EMPLOYEE_ID.test(employeeId)) {
    return bad('BAD_EMPLOYEE', `employee ${shown(employeeId)} is not 1 to 64 of A-Z a-z 0-9 . _ -`);
  }
  if (badgeId !== '' && !BADGE_ID.test(badgeId)) {
    return bad('BAD_BADGE', `badge ${shown(badgeId)} is not 1 to 64 of A-Z a-z 0-9 . _ : -`);
  }
  const deviceId = field('device') || defaults.deviceId;
  const eventId = field('event');
  const deviceProblem = problemOfText('device', deviceId);
  if (deviceProblem !== undefined) return bad('BAD_DEVICE', deviceProblem);
  const eventProblem = problemOfText('event_id', eventId);
  if (eventProblem !== undefined) return bad('BAD_EVENT_ID', eventProblem);
  const zone = field('zone') || defaults.zone;
  const when = momentOf(field, zone);
  if (when.kind === 'BAD') return when;
  const spelling = field('kind');
  const kind = parseKind(spelling);
  return {
    kind: 'PUNCH',
    punch: {
      employeeId,
      ...(badgeId === '' ? {} : { badgeId }),
      time: when.time,
      kind: kind ?? PunchKind.UNSPECIFIED,
      deviceId,
      eventId,
      timeZone: zone ?? '',
    },
    remarks: {
      openKind: kind === undefined ? spelling : undefined,
      tookEarlier: when.tookEarlier,
    },
  };
}

type Bad = Extract<ParsedPunchRow, { kind: 'BAD' }>;
interface Moment {
  readonly kind: 'MOMENT';
  readonly time: LoggedPunch['time'];
  readonly tookEarlier: boolean;
}

function momentOf(field: (column: PunchColumn) => string, zone: string | undefined): Moment | Bad {
  if (zone !== undefined && !isKnownZone(zone)) {
    return bad('BAD_ZONE', `zone ${shown(zone)} is not the name of a time zone: Europe/Berlin is`);
  }
  const isInTwo = field('date') !== '' && TIME_OF_DAY.test(field('time'));
  const text = isInTwo ? `${field('date')} ${field('time')}` : field('time');
  const written = parseWrittenTime(text);
  if (written === undefined) {
    const why = isWrittenLikeTime(text)
      ? 'is no time that a calendar and a clock show from 1900 to 9999'
      : 'is neither like 2026-03-02T09:00:00+01:00 nor like 2026-03-02 09:00';
    return bad('BAD_TIME', `time ${shown(text)} ${why}`);
  }
  if (written.kind === 'INSTANT') return moment(text, written.epochMs, written.nanos, false);
  if (zone === undefined) {
    return bad('NO_ZONE', `time ${shown(text)} is local: give --zone, or a column zone`);
  }
  const fold = field('fold').toLowerCase();
  if (fold !== '' && !LATER_FOLDS.has(fold)) {
    return bad('BAD_FOLD', `fold ${shown(fold)} is neither 0 (the earlier) nor 1 (the later)`);
  }
  const [earlier, later] = instantsOfWallTime(written.wallMs, zone);
  if (earlier === undefined) {
    return bad(
      'SKIPPED_TIME',
      `no clock in ${zone} showed ${shown(text)}: they were set forward over it; ` +
        'give the time with its offset, such as +02:00',
    );
  }
  const isLater = later !== undefined && LATER_FOLDS.get(fold) === true;
  const tookEarlier = later !== undefined && fold === '';
  return moment(text, isLater ? later : earlier, written.nanos, tookEarlier);
}

/** The range that the service accepts: every instant that has a date in every zone. */
const FIRST_MS = Date.parse('1900-01-02T00:00:00Z');
const END_MS = Date.parse('9999-12-31T00:00:00Z');

function moment(text: string, epochMs: number, nanos: number, tookEarlier: boolean): Moment | Bad {
  if (epochMs < FIRST_MS || epochMs >= END_MS) {
    return bad('BAD_TIME', `time ${shown(text)} is not from 1900-01-02 to 9999-12-30 (UTC)`);
  }
  return { kind: 'MOMENT', time: { seconds: BigInt(epochMs / 1000), nanos }, tookEarlier };
}

function problemOfText(column: string, text: string): string | undefined {
  if ([...text].length > MAX_DEVICE_TEXT) {
    return `${column} is longer than ${MAX_DEVICE_TEXT} characters`;
  }
  if (CONTROL_CHARACTERS.test(text)) {
    return `${column} contains a line break or a control character; look for a quote never closed`;
  }
  return undefined;
}

function bad(code: ProblemCode, description: string): Bad {
  return { kind: 'BAD', code, description };
}
