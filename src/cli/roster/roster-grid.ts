// Draws a roster as people hang it on a wall: a row for each employee, a column for each date, and
// a legend for the cells. Pure.

import type { Attendance, Holiday, ShiftResult } from '../../client/index.js';
import { AttendanceOrigin, AttendanceStatus, DayPortion } from '../../client/index.js';
import { shownText, table } from '../terminal/console.js';
import { dateWords } from '../text/calendar-dates.js';
import { localTimeText, shownZone } from '../time/local-time.js';

/** Dates side by side: a week fits into 100 columns. */
const DATES_PER_BLOCK = 7;
/** A longer name is cut. The id before it identifies the employee. */
const MAX_NAME = 16;
/** A longer shift id is cut to a label, which the legend explains. */
const MAX_LABEL = 8;

export interface GridRow {
  readonly employeeId: string;
  readonly employeeName: string;
  /** One per date of the grid, in order. */
  readonly days: readonly Attendance[];
}

export interface Grid {
  readonly dates: readonly string[];
  readonly rows: readonly GridRow[];
  /** The holidays of the employees' calendars on these dates. */
  readonly holidays: readonly Holiday[];
}

/** The grid, one week below the other, and its legend. */
export function gridLines({ dates, rows, holidays }: Grid): readonly string[] {
  const labels = labelsOf(rows);
  const blocks: string[] = [];
  for (let at = 0; at < dates.length; at += DATES_PER_BLOCK) {
    if (at > 0) blocks.push('');
    blocks.push(...blockLines(dates.slice(at, at + DATES_PER_BLOCK), rows, at, labels));
  }
  return [titleOf(dates, rows), ...blocks, '', ...legendLines(rows, holidays, labels)];
}

/** Only the title has the year, because the columns have no room for it. */
function titleOf(dates: readonly string[], rows: readonly GridRow[]): string {
  const zones = new Set(allDays(rows).map(({ timeZone }) => shownZone(timeZone || 'UTC')));
  const zone = zones.size === 1 ? [...zones].join('') : "each shift's or employee's own zone";
  return `${dates.at(0)} to ${dates.at(-1)}, times in ${zone}`;
}

type Labels = ReadonlyMap<string, string>;

function blockLines(
  dates: readonly string[],
  rows: readonly GridRow[],
  from: number,
  labels: Labels,
): readonly string[] {
  const words = dates.map(dateWords);
  const body = rows.flatMap(({ employeeId, employeeName, days }) => {
    const cells = days.slice(from, from + dates.length).map((day) => cellLines(day, labels));
    return stacked([[employeeId], [nameOf(employeeName)], ...cells]);
  });
  return table(
    ['EMPLOYEE', 'NAME', ...words.map(([weekday]) => weekday)],
    [['', '', ...words.map(([, date]) => date)], ...body],
  );
}

function nameOf(name: string): string {
  const characters = [...name];
  return characters.length > MAX_NAME ? `${characters.slice(0, MAX_NAME - 2).join('')}..` : name;
}

/** Turns cells of several lines into rows of single lines. */
function stacked(cells: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ''));
}

const WORDS: Readonly<Record<AttendanceStatus, string>> = {
  [AttendanceStatus.UNSPECIFIED]: '-',
  [AttendanceStatus.PRESENT]: 'present',
  [AttendanceStatus.ABSENT]: 'absent',
  [AttendanceStatus.HALF_DAY]: 'half day',
  [AttendanceStatus.ON_LEAVE]: 'leave',
  [AttendanceStatus.REMOTE]: 'remote',
  [AttendanceStatus.HOLIDAY]: 'holiday',
  [AttendanceStatus.DAY_OFF]: 'off',
  [AttendanceStatus.SCHEDULED]: '-',
  [AttendanceStatus.UNSCHEDULED]: '-',
};

/** Statuses without work, whatever is planned. */
const NO_WORK: ReadonlySet<AttendanceStatus> = new Set([
  AttendanceStatus.HOLIDAY,
  AttendanceStatus.ON_LEAVE,
  AttendanceStatus.DAY_OFF,
]);

/** Statuses that only a mark can cause, also as the status of the other half. */
const MARKS_ALONE: ReadonlySet<AttendanceStatus> = new Set([
  AttendanceStatus.ON_LEAVE,
  AttendanceStatus.REMOTE,
]);

/**
 * What the cell of a day shows, in lines: its shifts, and its marks. A shift that a holiday or a
 * mark cancels is in parentheses.
 */
export function cellLines(day: Attendance, labels: Labels): readonly string[] {
  const shifts = day.shifts.map((shift) => {
    const label = labels.get(shift.shiftId) ?? shift.shiftId;
    return isTakenAway(shift, day) ? `(${label})` : label;
  });
  const words = day.origin === AttendanceOrigin.MARKED ? markWords(day) : planWords(day);
  const isInstead = day.shifts.some((shift) => isTakenAway(shift, day));
  const lines = isInstead ? [...words, ...shifts] : [...shifts, ...words];
  return lines.length === 0 ? ['-'] : lines;
}

function isWholeMark({ origin, portion }: Attendance): boolean {
  return origin === AttendanceOrigin.MARKED && !HALVES.has(portion);
}

function isTakenAway(shift: ShiftResult, day: Attendance): boolean {
  if (isWholeMark(day)) return NO_WORK.has(day.status);
  return shift.status === AttendanceStatus.HOLIDAY;
}

/** The number of a half, and of the other one. */
const HALVES: ReadonlyMap<DayPortion, readonly [string, string]> = new Map([
  [DayPortion.FIRST_HALF, ['1st', '2nd']],
  [DayPortion.SECOND_HALF, ['2nd', '1st']],
]);

function markWords({ status, portion, otherHalfStatus }: Attendance): readonly string[] {
  const [half, other] = HALVES.get(portion) ?? [];
  if (half === undefined) return [WORDS[status]];
  const own = `${WORDS[status]} ${half}`;
  return MARKS_ALONE.has(otherHalfStatus) ? [own, `${WORDS[otherHalfStatus]} ${other}`] : [own];
}

/** The words in the place of shifts on a day without a mark. */
function planWords(day: Attendance): readonly string[] {
  if (day.shifts.some((shift) => isTakenAway(shift, day))) return ['holiday'];
  return day.shifts.length === 0 && NO_WORK.has(day.status) ? [WORDS[day.status]] : [];
}

function allDays(rows: readonly GridRow[]): readonly Attendance[] {
  return rows.flatMap(({ days }) => days);
}

/** The name of each shift in the cells: its id, or a label if the id is too long. */
function labelsOf(rows: readonly GridRow[]): Labels {
  const ids = allDays(rows).flatMap(({ shifts }) => shifts.map(({ shiftId }) => shiftId));
  const labels = new Map<string, string>();
  for (const id of [...new Set(ids)].sort()) {
    const number = `~${labels.size + 1}`;
    const short = `${id.slice(0, MAX_LABEL - number.length)}${number}`;
    labels.set(id, id.length > MAX_LABEL ? short : id);
  }
  return labels;
}

function legendLines(
  rows: readonly GridRow[],
  holidays: readonly Holiday[],
  labels: Labels,
): readonly string[] {
  const days = allDays(rows);
  const cells = new Set(days.flatMap((day) => cellLines(day, labels)));
  const has = (pattern: RegExp) => [...cells].some((cell) => pattern.test(cell));
  const notes: [string, string][] = [...hoursOf(days, labels)];
  const isShown = ({ portion }: Holiday) => cells.has('holiday') || HALVES.has(portion);
  notes.push(...holidayNotes(holidays.filter(isShown)));
  if (has(/^\(/)) notes.push(['(...)', 'planned, but not to be worked that day']);
  if (has(/ (1st|2nd)$/)) notes.push(['1st, 2nd', 'in the first, in the second half of the day']);
  if (has(/^-$/)) notes.push(['-', 'nothing planned']);
  const width = Math.max(0, ...notes.map(([word]) => word.length));
  return notes.map(([word, says]) => shownText(`${word.padEnd(width)}  ${says}`));
}

/** Only these notes show half a holiday; no cell does. */
function holidayNotes(holidays: readonly Holiday[]): [string, string][] {
  return holidays.map(({ date, name, calendarId, portion }) => {
    const [half] = HALVES.get(portion) ?? [];
    const part = half === undefined ? '' : `, ${half} half of the day`;
    return ['holiday', `${dateWords(date).join(' ')}: ${name} (${calendarId})${part}`];
  });
}

/** The hours of each shift; with dates if a shift has several. */
function hoursOf(days: readonly Attendance[], labels: Labels): readonly [string, string][] {
  const hours = new Map<string, Map<string, string[]>>();
  for (const day of days) {
    for (const shift of day.shifts) {
      const own = hours.get(shift.shiftId) ?? new Map<string, string[]>();
      hours.set(shift.shiftId, own);
      const text = hoursText(shift, shownZone(day.timeZone));
      own.set(text, [...(own.get(text) ?? []), day.date]);
    }
  }
  return [...labels].map(([id, label]) => {
    const text = variantsText(hours.get(id) ?? new Map());
    return [label, label === id ? text : `${id}, ${text}`];
  });
}

function variantsText(variants: ReadonlyMap<string, readonly string[]>): string {
  if (variants.size === 1) return [...variants.keys()].join('');
  return [...variants]
    .map(([hours, dates]) => {
      const [first = '', last = ''] = [dates.toSorted().at(0), dates.toSorted().at(-1)];
      return first === last ? `${hours} on ${first}` : `${hours} from ${first} to ${last}`;
    })
    .join(', ');
}

/** `22:00-06:00`, on the clocks of the zone. */
function hoursText(shift: ShiftResult, zone: string): string {
  const ends = [shift.scheduledStartTime, shift.scheduledEndTime];
  return ends
    .map((time) => {
      // Without the date after the time: that it is on the next date is obvious.
      const [clock = ''] = localTimeText(Number(time?.seconds ?? 0n) * 1000, zone, '').split(' ');
      return clock;
    })
    .join('-');
}
