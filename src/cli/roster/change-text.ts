// Describes a roster change in few words: only the differences, before and after. Pure.

import type { DescMessage, JsonValue, MessageShape } from '@bufbuild/protobuf';
import { toJson } from '@bufbuild/protobuf';
import type {
  EmployeeAssignment,
  Holiday,
  PolicyHistory,
  RosterChange,
  RosterPart,
  ShiftHistory,
} from '../../client/index.js';
import { DayPortion, EmployeeSchema, PolicySchema, ShiftSchema } from '../../client/index.js';
import { escapedText } from '../terminal/console.js';
import { portionWord } from '../text/day-options.js';
import { cycleText, shiftsText } from './roster-notation.js';
import { versionOn } from './shift-version.js';

const NONE = 'none';

/** Fields that identify the thing, or follow from the change itself. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'etag',
  'update_time',
  'effective_date',
  'shift_id',
  'employee_id',
  'policy_id',
]);

/** `assignment 7: early from 2026-01-05 -> early from 2026-01-05 to 2026-03-01`, one line each. */
export function changeLines({ before, after }: RosterChange): readonly string[] {
  return [
    ...employeeLines(before, after),
    ...shiftLines(before?.shift, after?.shift),
    ...assignmentLines(before?.assignments ?? [], after?.assignments ?? []),
    ...overrideLines(before, after),
    ...holidayLines(before, after),
    ...policyLines(before?.policy, after?.policy),
  ].map(escapedText);
}

type Part = RosterPart | undefined;

function employeeLines(before: Part, after: Part): string[] {
  const employeeId = (after ?? before)?.employee?.employeeId;
  if (employeeId === undefined) return [];
  return fieldLines(`employee ${employeeId}`, EmployeeSchema, [before?.employee, after?.employee]);
}

/** Compares a new version with the one that was in effect on its first date. */
function shiftLines(before: ShiftHistory | undefined, after: ShiftHistory | undefined): string[] {
  if (after === undefined) return [];
  const what = `shift ${after.shiftId}`;
  const lines = after.versions.flatMap((version) => {
    const { effectiveDate } = version;
    const since = effectiveDate === '' ? what : `${what} from ${effectiveDate}`;
    return fieldLines(since, ShiftSchema, [versionOn(before?.versions, effectiveDate), version]);
  });
  if (before?.archived === after.archived || !after.archived) return lines;
  return [...lines, `${what}: archived no -> yes`];
}

/** The same for a policy, whose versions can also be deleted. */
function policyLines(
  before: PolicyHistory | undefined,
  after: PolicyHistory | undefined,
): string[] {
  const dates = [before, after].flatMap((side) => side?.versions ?? []).map((v) => v.effectiveDate);
  const what = `policy ${(after ?? before)?.policyId}`;
  return [...new Set(dates)].sort().flatMap((date) => {
    const since = date === '' ? what : `${what} from ${date}`;
    const version = after?.versions.find(({ effectiveDate }) => effectiveDate === date);
    return fieldLines(since, PolicySchema, [versionOn(before?.versions, date), version]);
  });
}

/** The fields that differ, by their names in the contract. */
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
  const allOf = (side: typeof before) =>
    differing.map((name) => `${name} ${textOf(side?.[name])}`).join(', ');
  if (sides[0] === undefined) return [`${what}: ${NONE} -> ${allOf(after)}`];
  if (sides[1] === undefined) return [`${what}: ${allOf(before)} -> ${NONE}`];
  return differing.map(
    (name) => `${what}: ${name} ${textOf(before?.[name])} -> ${textOf(after?.[name])}`,
  );
}

function fieldsOf<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc> | undefined,
): Readonly<Record<string, JsonValue>> {
  if (message === undefined) return {};
  const fields = toJson(desc, message, { useProtoFieldName: true }) as Record<string, JsonValue>;
  return Object.fromEntries(Object.entries(fields).flatMap(rulesApart));
}

/** `work_rules.pairing`: splits rules into single ones. */
function rulesApart([name, value]: [string, JsonValue]): [string, JsonValue][] {
  const isRules = name.endsWith('_rules') && typeof value === 'object' && value !== null;
  if (!isRules) return [[name, value]];
  return Object.entries(value).flatMap(([rule, said]: [string, JsonValue]) =>
    rulesApart([rule, said]).map(([inner, each]): [string, JsonValue] => [
      `${name}.${inner}`,
      each,
    ]),
  );
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
