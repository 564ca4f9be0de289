// Writes and reads roster definitions as jsonb: shifts and employees' own data. Every field is
// written by name, so that a later release can read this one's data. A field may be added (absent:
// the value until then); none may change its meaning.

import type { EmployeeDetail } from '../../app/ports/roster-ports.js';
import { PORTIONS, type Portion } from '../../domain/facts/day.js';
import { NO_EXTRA_TIME_RULES } from '../../domain/roster/extra-time.js';
import type { Policy } from '../../domain/roster/policy.js';
import {
  ATTRIBUTIONS,
  AUTO_CLOSE_RULES,
  type AutoClose,
  type BreakDeduction,
  type BreakType,
  type CountingRules,
  type FlexibleHours,
  type Geofence,
  HOURS_COUNTED,
  type OffShiftRules,
  PAIRINGS,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  ROUNDING_DIRECTIONS,
  type Rounding,
  type Shift,
  type TimesOfDay,
  type WorkRules,
} from '../../domain/roster/shift.js';
import {
  FIRST_DATE,
  fromEpochDay,
  LAST_DATE,
  type LocalDate,
  toEpochDay,
} from '../../domain/time/local-date.js';
import { findZone, type Zone } from '../../domain/time/zone.js';
import { decodeExtraTime, encodeExtraTime } from './extra-time-codec.js';
import {
  type Fields,
  fieldsOf,
  listOf,
  numberIn,
  numberOf,
  numberOrNone,
  optional,
  textOf,
  wordIn,
} from './stored-fields.js';

/** The form that this release writes. Readers refuse an unknown form. */
const FORM = 1;

/** The stored number of a portion: the contract's, from 1. */
export function codeOfPortion(portion: Portion): number {
  return PORTIONS.indexOf(portion) + 1;
}

/** Throws for a value that no release wrote. */
export function portionOfCode(code: unknown): Portion {
  const portion = typeof code === 'number' ? PORTIONS[code - 1] : undefined;
  if (portion !== undefined) return portion;
  throw new Error(`the roster has the portion ${String(code)}, unknown here`);
}

/** The epoch day of a date as PostgreSQL writes it, also infinite. */
export function epochDayOf(date: string): number {
  if (date === 'infinity') return Infinity;
  if (date === '-infinity') return -Infinity;
  return toEpochDay(date as LocalDate);
}

/** The date of an epoch day as PostgreSQL reads it, also infinite. */
export function dateOf(epochDay: number): string {
  if (epochDay === Infinity) return 'infinity';
  return epochDay === -Infinity ? '-infinity' : fromEpochDay(epochDay);
}

/** Like `dateOf`, but dates outside the existing range become infinite. */
export function boundedDateOf(epochDay: number): string {
  if (epochDay < toEpochDay(FIRST_DATE)) return '-infinity';
  return epochDay > toEpochDay(LAST_DATE) ? 'infinity' : dateOf(epochDay);
}

/** The definition of a shift as jsonb. Its id and date are columns. */
export function encodeShift(shift: Shift): Fields {
  return {
    form: FORM,
    startSecond: shift.startSecond,
    endSecond: shift.endSecond,
    zone: shift.zone?.name,
    beforeSeconds: shift.beforeSeconds,
    afterSeconds: shift.afterSeconds,
    maxSessionSeconds: shift.maxSessionSeconds,
    lateGraceSeconds: shift.lateGraceSeconds,
    earlyGraceSeconds: shift.earlyGraceSeconds,
    halfDayBelowSeconds: shift.halfDayBelowSeconds,
    absentBelowSeconds: shift.absentBelowSeconds,
    halvesMeetSecond: shift.halvesMeetSecond,
    flexible: shift.flexible,
    work: shift.followsPolicy ? undefined : encodeWorkRules(shift.work),
    counting: encodeCounting(shift.counting),
    worksOnHolidays: shift.worksOnHolidays,
    calendarId: shift.calendarId,
    geofence: shift.geofence,
  };
}

function encodeWorkRules(rules: WorkRules): Fields {
  return {
    pairing: rules.pairing,
    hours: rules.hours,
    repeatSeconds: rules.repeatSeconds,
    repeatsAnyKind: rules.repeatsAnyKind || undefined,
    breakDeductions: rules.breakDeductions,
    deductExcessOnly: rules.deductExcessOnly || undefined,
    minBreakSeconds: rules.minBreakSeconds || undefined,
    paidBreakSeconds: rules.paidBreakSeconds,
    breakTypes: rules.breakTypes.length === 0 ? undefined : rules.breakTypes,
    roundIn: rules.roundIn,
    roundOut: rules.roundOut,
    roundBreaks: rules.roundBreaks,
    roundWorked: rules.roundWorked,
    autoClose: rules.autoClose,
  };
}

/** Undefined if all time counts, as in data from before these rules. */
function encodeCounting(counting: CountingRules): Fields | undefined {
  const { fromStart, toEnd, minOvertimeSeconds } = counting;
  if (!fromStart && !toEnd && minOvertimeSeconds === 0) return undefined;
  return { fromStart, toEnd, minOvertimeSeconds };
}

/** Throws for data that no release wrote. */
export function decodeShift(shiftId: string, stored: unknown): Shift {
  const fields = formed(stored);
  return {
    shiftId,
    startSecond: numberIn(fields, 'startSecond'),
    endSecond: numberIn(fields, 'endSecond'),
    zone: optional(fields.zone, zoneNamed),
    beforeSeconds: numberIn(fields, 'beforeSeconds'),
    afterSeconds: numberIn(fields, 'afterSeconds'),
    maxSessionSeconds: numberOrNone(fields, 'maxSessionSeconds'),
    lateGraceSeconds: numberIn(fields, 'lateGraceSeconds'),
    earlyGraceSeconds: numberIn(fields, 'earlyGraceSeconds'),
    halfDayBelowSeconds: numberIn(fields, 'halfDayBelowSeconds'),
    absentBelowSeconds: numberIn(fields, 'absentBelowSeconds'),
    halvesMeetSecond: optional(fields.halvesMeetSecond, numberOf),
    flexible: optional(fields.flexible, decodeFlexible),
    ...(fields.work === undefined
      ? { work: PLAIN_WORK_RULES, followsPolicy: true as const }
      : { work: decodeWorkRules(fieldsOf(fields.work)) }),
    counting: optional(fields.counting, decodeCounting) ?? PLAIN_COUNTING,
    worksOnHolidays: fields.worksOnHolidays === true,
    calendarId: optional(fields.calendarId, textOf),
    geofence: optional(fields.geofence, decodeGeofence),
  };
}

function decodeWorkRules(fields: Fields): WorkRules {
  return {
    pairing: wordIn(PAIRINGS, fields.pairing),
    hours: wordIn(HOURS_COUNTED, fields.hours),
    repeatSeconds: numberIn(fields, 'repeatSeconds'),
    repeatsAnyKind: fields.repeatsAnyKind === true,
    breakDeductions: listOf(fields.breakDeductions).map(decodeDeduction),
    deductExcessOnly: fields.deductExcessOnly === true,
    minBreakSeconds: numberOrNone(fields, 'minBreakSeconds'),
    paidBreakSeconds: numberIn(fields, 'paidBreakSeconds'),
    breakTypes: listOf(fields.breakTypes ?? []).map(decodeBreakType),
    roundIn: optional(fields.roundIn, decodeRounding),
    roundOut: optional(fields.roundOut, decodeRounding),
    roundBreaks: optional(fields.roundBreaks, decodeRounding),
    roundWorked: optional(fields.roundWorked, decodeRounding),
    autoClose: optional(fields.autoClose, decodeAutoClose),
  };
}

function decodeAutoClose(stored: unknown): AutoClose {
  const fields = fieldsOf(stored);
  return { by: wordIn(AUTO_CLOSE_RULES, fields.by), seconds: numberIn(fields, 'seconds') };
}

function decodeCounting(stored: unknown): CountingRules {
  const fields = fieldsOf(stored);
  return {
    fromStart: fields.fromStart === true,
    toEnd: fields.toEnd === true,
    minOvertimeSeconds: numberOrNone(fields, 'minOvertimeSeconds'),
  };
}

function decodeFlexible(stored: unknown): FlexibleHours {
  const fields = fieldsOf(stored);
  return {
    targetSeconds: numberIn(fields, 'targetSeconds'),
    core: optional(fields.core, decodeTimes),
  };
}

function decodeDeduction(stored: unknown): BreakDeduction {
  const fields = fieldsOf(stored);
  return {
    afterSeconds: numberIn(fields, 'afterSeconds'),
    breakSeconds: numberIn(fields, 'breakSeconds'),
  };
}

function decodeBreakType(stored: unknown): BreakType {
  const fields = fieldsOf(stored);
  return {
    breakTypeId: textOf(fields.breakTypeId),
    isPaid: fields.isPaid === true,
    lengthSeconds: numberIn(fields, 'lengthSeconds'),
    window: optional(fields.window, decodeTimes),
    isByClock: fields.isByClock === true,
  };
}

function decodeTimes(stored: unknown): TimesOfDay {
  const fields = fieldsOf(stored);
  return { startSecond: numberIn(fields, 'startSecond'), endSecond: numberIn(fields, 'endSecond') };
}

function decodeRounding(stored: unknown): Rounding {
  const fields = fieldsOf(stored);
  return {
    direction: wordIn(ROUNDING_DIRECTIONS, fields.direction),
    stepSeconds: numberIn(fields, 'stepSeconds'),
    graceSeconds: numberIn(fields, 'graceSeconds'),
  };
}

function decodeGeofence(stored: unknown): Geofence {
  const fields = fieldsOf(stored);
  return {
    latitude: numberIn(fields, 'latitude'),
    longitude: numberIn(fields, 'longitude'),
    radiusMeters: numberIn(fields, 'radiusMeters'),
  };
}

/** The definition of a policy as jsonb. Its id and date are columns. */
export function encodePolicy(policy: Policy): Fields {
  const { name, groupIds, isDefault, offShift, work, maxCommandAgeDays } = policy;
  return {
    form: FORM,
    name,
    groupIds,
    isDefault,
    offShift: { ...offShift, work: encodeWorkRules(offShift.work) },
    work: work && encodeWorkRules(work),
    maxCommandAgeDays,
    refusesOutsideGeofence: policy.refusesOutsideGeofence,
    extraTime: encodeExtraTime(policy.extraTime),
  };
}

/** Throws for data that no release wrote. */
export function decodePolicy(policyId: string, stored: unknown): Policy {
  const fields = formed(stored);
  return {
    policyId,
    name: textOf(fields.name),
    groupIds: listOf(fields.groupIds).map(textOf),
    isDefault: fields.isDefault === true,
    offShift: decodeOffShift(fieldsOf(fields.offShift)),
    work: optional(fields.work, (work) => decodeWorkRules(fieldsOf(work))),
    maxCommandAgeDays: numberOrNone(fields, 'maxCommandAgeDays'),
    refusesOutsideGeofence: fields.refusesOutsideGeofence === true,
    extraTime: optional(fields.extraTime, decodeExtraTime) ?? NO_EXTRA_TIME_RULES,
  };
}

function decodeOffShift(fields: Fields): OffShiftRules {
  return {
    work: decodeWorkRules(fieldsOf(fields.work)),
    newStretchGapSeconds: numberIn(fields, 'newStretchGapSeconds'),
    maxLengthSeconds: numberIn(fields, 'maxLengthSeconds'),
    attribution: wordIn(ATTRIBUTIONS, fields.attribution),
    dayStartSecond: numberIn(fields, 'dayStartSecond'),
  };
}

/** An employee's own detail as jsonb. */
export function encodeDetail(detail: EmployeeDetail): Fields {
  return {
    form: FORM,
    employeeName: detail.employeeName,
    zone: detail.zone?.name,
    zoneChanges: detail.zoneChanges.map(({ fromDay, zone }) => ({
      date: dateOf(fromDay),
      zone: zone.name,
    })),
    groupId: detail.groupId,
    joinDate: dateOf(detail.joinedDay),
    leaveDate: dateOf(detail.leftDay),
    defaultShiftId: detail.defaultShiftId,
    calendarId: detail.calendarId,
    archivedDate: detail.archivedDay === undefined ? undefined : dateOf(detail.archivedDay),
    policies: encodeStarts(detail.policies),
  };
}

/** Undefined if there are none, as in data from before policies. */
function encodeStarts(policies: EmployeeDetail['policies']): readonly Fields[] | undefined {
  if (policies.length === 0) return undefined;
  return policies.map(({ fromDay, policyId }) => ({ date: dateOf(fromDay), policyId }));
}

/** Throws for data that no release wrote. */
export function decodeDetail(stored: unknown): EmployeeDetail {
  const fields = formed(stored);
  return {
    employeeName: textOf(fields.employeeName),
    zone: optional(fields.zone, zoneNamed),
    zoneChanges: listOf(fields.zoneChanges).map((change) => {
      const { date, zone } = fieldsOf(change);
      return { fromDay: epochDayOf(textOf(date)), zone: zoneNamed(zone) };
    }),
    groupId: textOf(fields.groupId),
    joinedDay: epochDayOf(textOf(fields.joinDate)),
    leftDay: epochDayOf(textOf(fields.leaveDate)),
    defaultShiftId: optional(fields.defaultShiftId, textOf),
    calendarId: optional(fields.calendarId, textOf),
    archivedDay: optional(fields.archivedDate, (date) => epochDayOf(textOf(date))),
    policies: (optional(fields.policies, listOf) ?? []).map((start) => {
      const { date, policyId } = fieldsOf(start);
      return { fromDay: epochDayOf(textOf(date)), policyId: optional(policyId, textOf) };
    }),
  };
}

/** The days of a cycle as lists of shift ids. */
export function decodeCycle(stored: unknown): readonly (readonly string[])[] {
  return listOf(stored).map((ids) => listOf(ids).map(textOf));
}

function formed(stored: unknown): Fields {
  const fields = fieldsOf(stored);
  if (fields.form === FORM) return fields;
  throw new Error(`a definition in the roster has the form ${String(fields.form)}, unknown here`);
}

/** The zone was known when it was stored. Only a runtime with older zone data can lack it. */
function zoneNamed(stored: unknown): Zone {
  const zone = findZone(textOf(stored));
  if (zone !== undefined) return zone;
  throw new Error(`the roster names the zone ${String(stored)}, which this runtime does not know`);
}
