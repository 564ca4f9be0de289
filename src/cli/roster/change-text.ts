// What a change of the roster did, in few words: only what differs, as it was and as it is. Pure.

import type { DescMessage, JsonValue, MessageShape } from '@bufbuild/protobuf';
import { toJson } from '@bufbuild/protobuf';
import type {
  EmployeeAssignment,
  Holiday,
  RosterChange,
  RosterPart,
  Shift,
  ShiftHistory,
} from '../../client/index.js';
import { DayPortion, EmployeeSchema, ShiftSchema } from '../../client/index.js';
import { escapedText } from '../terminal/console.js';
import { portionWord } from '../text/day-options.js';
import { cycleText, shiftsText } from './roster-notation.js';

const NONE = 'none';

/** Those that say which it is, or follow from the change itself. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'etag',
  'update_time',
  'effective_date',
  'shift_id',
  'employee_id',
]);

/** `assignment 7: early from 2026-01-05 -> early from 2026-01-05 to 2026-03-01`, one line each. */
export function changeLines({ before, after }: RosterChange): readonly string[] {
  return [
    ...employeeLines(before, after),
    ...shiftLines(before?.shift, after?.shift),
    ...assignmentLines(before?.assignments ?? [], after?.assignments ?? []),
    ...overrideLines(before, after),
    ...holidayLines(before, after),
  ].map(escapedText);
}

type Part = RosterPart | undefined;

function employeeLines(before: Part, after: Part): string[] {
  const employeeId = (after ?? before)?.employee?.employeeId;
  if (employeeId === undefined) return [];
  return fieldLines(`employee ${employeeId}`, EmployeeSchema, [before?.employee, after?.employee]);
}

/** A new version is compared with the one that was in effect on its first date. */
function shiftLines(before: ShiftHistory | undefined, after: ShiftHistory | undefined): string[] {
  if (after === undefined) return [];
  const what = `shift ${after.shiftId}`;
  const lines = after.versions.flatMap((version) => {
    const { effectiveDate } = version;
    const since = effectiveDate === '' ? what : `${what} from ${effectiveDate}`;
    return fieldLines(since, ShiftSchema, [versionOn(before, effectiveDate), version]);
  });
  if (before?.archived === after.archived || !after.archived) return lines;
  return [...lines, `${what}: archived no -> yes`];
}

function versionOn(history: ShiftHistory | undefined, date: string): Shift | undefined {
  return history?.versions.findLast(({ effectiveDate }) => effectiveDate <= date);
}

/** The fields that differ, by the names that the contract gives them. */
function fieldLines<Desc extends DescMessage>(
  what: string,
  desc: Desc,
  sides: readonly [MessageShape<Desc> | undefined, MessageShape<Desc> | undefined],
): string[] {
  const [before, after] = sides.map((side) => fieldsOf(desc, side));
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const differing = names
    .filter((name) => textOf(before?.[name]) !== textOf(after?.[name]))
    .filter((name) => !LEFT_OUT.has(name));
  if (sides[0] === undefined) {
    const all = differing.map((name) => `${name} ${textOf(after?.[name])}`);
    return [`${what}: ${NONE} -> ${all.join(', ')}`];
  }
  return differing.map(
    (name) => `${what}: ${name} ${textOf(before?.[name])} -> ${textOf(after?.[name])}`,
  );
}

function fieldsOf<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc> | undefined,
): Readonly<Record<string, JsonValue>> {
  if (message === undefined) return {};
  return toJson(desc, message, { useProtoFieldName: true }) as Record<string, JsonValue>;
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return NONE;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function assignmentLines(
  before: readonly EmployeeAssignment[],
  after: readonly EmployeeAssignment[],
): string[] {
  const ids = new Set([...before, ...after].map(({ assignmentId }) => assignmentId));
  const textIn = (some: readonly EmployeeAssignment[], id: string) =>
    patternText(some.find(({ assignmentId }) => assignmentId === id));
  return [...ids].map((id) => `assignment ${id}: ${textIn(before, id)} -> ${textIn(after, id)}`);
}

function patternText(one: EmployeeAssignment | undefined): string {
  if (one?.assignment === undefined) return NONE;
  const { startDate, endDate, anchorDate, cycle } = one.assignment;
  const anchor = anchorDate === startDate || cycle.length === 1 ? '' : ` anchored ${anchorDate}`;
  const end = endDate === '' ? '' : ` to ${endDate}`;
  return `${cycleText(cycle.map(({ shiftIds }) => shiftIds))} from ${startDate}${end}${anchor}`;
}

function overrideLines(before: Part, after: Part): string[] {
  const date = (after ?? before)?.override?.date;
  if (date === undefined) return [];
  const [was, is] = [before, after].map((part) =>
    part?.override === undefined ? NONE : shiftsText(part.override.shiftIds),
  );
  return [`override of ${date}: ${was} -> ${is}`];
}

function holidayLines(before: Part, after: Part): string[] {
  const holiday = (after ?? before)?.holiday;
  if (holiday === undefined) return [];
  const [was, is] = [before, after].map((part) => holidayText(part?.holiday));
  return [`holiday ${holiday.calendarId} ${holiday.date}: ${was} -> ${is}`];
}

function holidayText(holiday: Holiday | undefined): string {
  if (holiday === undefined) return NONE;
  const { name, portion } = holiday;
  const isHalf = portion === DayPortion.FIRST_HALF || portion === DayPortion.SECOND_HALF;
  return isHalf ? `${name} (${portionWord(portion)} half)` : name;
}
