// Turns the roster into messages. A sent value comes back with its meaning unchanged, plus what the
// service added.

import { create } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import {
  AutoCloseSchema,
  BreakDeductionSchema,
  BreakTypeSchema,
  CycleDaySchema,
  type DateOverride,
  DateOverrideSchema,
  FlexibleHoursSchema,
  GeofenceSchema,
  type Holiday,
  HolidaySchema,
  OffShiftRulesSchema,
  PolicySchema,
  RoundingSchema,
  ShiftAssignmentSchema,
  ShiftSchema,
  type DateAttribution as WireAttribution,
  type AutoClose as WireAutoClose,
  type RoundingDirection as WireDirection,
  type HoursCounted as WireHours,
  type OffShiftRules as WireOffShiftRules,
  PunchPairing as WirePairing,
  type Policy as WirePolicy,
  type Rounding as WireRounding,
  type Shift as WireShift,
  type WorkRules as WireWorkRules,
  WorkRulesSchema,
} from '../../../gen/attendance/v1/roster_pb.js';
import {
  type Employee,
  type EmployeeAssignment,
  EmployeeAssignmentSchema,
  EmployeeSchema,
  type PolicyHistory,
  PolicyHistorySchema,
  type RosterChange,
  RosterChangeSchema,
  RosterPartSchema,
  type ShiftHistory,
  ShiftHistorySchema,
  type RosterPart as WireRosterPart,
} from '../../../gen/attendance/v1/roster_service_pb.js';
import type {
  AssignmentRecord,
  EmployeeRecord,
  HolidayRecord,
  OverrideRecord,
  PolicyRecord,
  RosterChangeRecord,
  ShiftRecord,
} from '../../app/ports/roster-ports.js';
import type { RosterPart } from '../../app/roster/changed-part.js';
import { etagOf } from '../../domain/facts/day.js';
import type { PolicyVersion } from '../../domain/roster/policy.js';
import type { ShiftVersion } from '../../domain/roster/roster.js';
import {
  ATTRIBUTIONS,
  type AutoClose,
  type BreakType,
  type FlexibleHours,
  HOURS_COUNTED,
  type OffShiftRules,
  PAIRINGS,
  PLAIN_WORK_RULES,
  ROUNDING_DIRECTIONS,
  type Rounding,
  type WorkRules,
} from '../../domain/roster/shift.js';
import { timeOfDayText } from '../../domain/time/duration-text.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import { durationOf, timestampOfRecord } from '../edge/instants.js';
import { portionNumber } from '../shared/to-proto.js';
import { extraTimeFields } from './extra-time-to-proto.js';

/** Empty for a day at infinity. */
function dateText(day: number): string {
  return Number.isFinite(day) ? fromEpochDay(day) : '';
}

/** Empty for a record that was only validated, because its roster change has no number yet. */
function etagOfRecord(changeId: number, updatedAt: RecordTime | undefined): string {
  return changeId > 0 && updatedAt === undefined ? '' : etagOf(changeId);
}

export function toEmployee({ employeeId, detail, changeId, updatedAt }: EmployeeRecord): Employee {
  const message = create(EmployeeSchema, {
    employeeId,
    employeeName: detail.employeeName,
    timeZone: detail.zone?.name ?? '',
    timeZoneChanges: detail.zoneChanges.map(({ fromDay, zone }) => ({
      startDate: dateText(fromDay),
      timeZone: zone.name,
    })),
    groupId: detail.groupId,
    joinDate: dateText(detail.joinedDay),
    leaveDate: dateText(detail.leftDay),
    defaultShiftId: detail.defaultShiftId ?? '',
    calendarId: detail.calendarId ?? '',
    archived: detail.archivedDay !== undefined,
    policies: detail.policies.map(({ fromDay, policyId = '' }) => ({
      startDate: dateText(fromDay),
      policyId,
    })),
    etag: etagOfRecord(changeId, updatedAt),
  });
  if (updatedAt !== undefined) message.updateTime = timestampOfRecord(updatedAt);
  return message;
}

export function toShiftHistory(record: ShiftRecord): ShiftHistory {
  const { shiftId, versions, archived, changeId, updatedAt } = record;
  const etag = etagOfRecord(changeId, updatedAt);
  const message = create(ShiftHistorySchema, { shiftId, archived, etag });
  message.versions = versions.map(toShift);
  if (updatedAt !== undefined) message.updateTime = timestampOfRecord(updatedAt);
  return message;
}

/** Always sends lengths that have a default, so that they stay the same if a default changes. */
export function toShift({ fromDay, shift }: ShiftVersion): WireShift {
  const message = create(ShiftSchema, {
    shiftId: shift.shiftId,
    effectiveDate: dateText(fromDay),
    startTimeOfDay: timeOfDayText(shift.startSecond),
    endTimeOfDay: timeOfDayText(shift.endSecond),
    timeZone: shift.zone?.name ?? '',
    acceptBefore: durationOf(shift.beforeSeconds),
    acceptAfter: durationOf(shift.afterSeconds),
    halfDayBoundary:
      shift.halvesMeetSecond === undefined ? '' : timeOfDayText(shift.halvesMeetSecond),
    countFromStart: shift.counting.fromStart,
    countToEnd: shift.counting.toEnd,
    worksOnHolidays: shift.worksOnHolidays,
    calendarId: shift.calendarId ?? '',
  });
  setLength(message, 'maxSessionLength', shift.maxSessionSeconds);
  setLength(message, 'lateGrace', shift.lateGraceSeconds);
  setLength(message, 'earlyGrace', shift.earlyGraceSeconds);
  setLength(message, 'halfDayThreshold', shift.halfDayBelowSeconds);
  setLength(message, 'absentThreshold', shift.absentBelowSeconds);
  setLength(message, 'minOvertime', shift.counting.minOvertimeSeconds);
  if (shift.followsPolicy !== true) message.workRules = toWorkRules(shift.work);
  if (shift.flexible !== undefined) message.flexibleHours = toFlexibleHours(shift.flexible);
  if (shift.geofence !== undefined) message.geofence = create(GeofenceSchema, shift.geofence);
  return message;
}

function toFlexibleHours({ targetSeconds, core }: FlexibleHours) {
  return create(FlexibleHoursSchema, {
    target: durationOf(targetSeconds),
    coreStartTimeOfDay: core === undefined ? '' : timeOfDayText(core.startSecond),
    coreEndTimeOfDay: core === undefined ? '' : timeOfDayText(core.endSecond),
  });
}

/** Leaves out a length of 0, which means none. */
function setLength<Name extends string>(
  message: { [K in Name]?: Duration | undefined },
  name: Name,
  seconds: number,
): void {
  if (seconds !== 0) message[name] = durationOf(seconds);
}

/**
 * Rules without any other value state their pairing, so that they still count as rules of their own
 * and the policy's do not apply. The domain's lists have the order of the contract's numbers.
 */
function toWorkRules(work: WorkRules): WireWorkRules {
  const message = create(WorkRulesSchema);
  if (work.pairing !== PLAIN_WORK_RULES.pairing) {
    message.pairing = (PAIRINGS.indexOf(work.pairing) + 1) as WirePairing;
  }
  if (work.hours !== PLAIN_WORK_RULES.hours) {
    message.hoursCounted = (HOURS_COUNTED.indexOf(work.hours) + 1) as WireHours;
  }
  setLength(message, 'repeatWindow', work.repeatSeconds);
  message.repeatAnyKind = work.repeatsAnyKind;
  message.breakDeductions = work.breakDeductions.map(({ afterSeconds, breakSeconds }) =>
    create(BreakDeductionSchema, {
      after: durationOf(afterSeconds),
      length: durationOf(breakSeconds),
    }),
  );
  message.deductExcessOnly = work.deductExcessOnly;
  setLength(message, 'minBreakLength', work.minBreakSeconds);
  setLength(message, 'paidBreakLimit', work.paidBreakSeconds);
  message.breakTypes = work.breakTypes.map(toBreakType);
  if (work.roundIn !== undefined) message.roundIn = toRounding(work.roundIn);
  if (work.roundOut !== undefined) message.roundOut = toRounding(work.roundOut);
  if (work.roundBreaks !== undefined) message.roundBreaks = toRounding(work.roundBreaks);
  if (work.roundWorked !== undefined) message.roundWorked = toRounding(work.roundWorked);
  if (work.autoClose !== undefined) message.autoClose = toAutoClose(work.autoClose);
  const { $typeName: _, breakDeductions, breakTypes, ...rest } = message;
  const isPlain =
    breakDeductions.length + breakTypes.length === 0 &&
    Object.values(rest).every((value) => !value);
  if (isPlain) message.pairing = WirePairing.TYPED;
  return message;
}

function toBreakType({ breakTypeId, isPaid, isByClock, window, lengthSeconds }: BreakType) {
  const message = create(BreakTypeSchema, { breakTypeId, paid: isPaid, byClock: isByClock });
  if (window !== undefined) {
    message.startTimeOfDay = timeOfDayText(window.startSecond);
    message.endTimeOfDay = timeOfDayText(window.endSecond);
  }
  setLength(message, 'length', lengthSeconds);
  return message;
}

const AUTO_CLOSE_CASES = {
  PLANNED_END: 'afterPlannedEnd',
  PLANNED_WORK: 'afterPlannedWork',
  LENGTH: 'afterArrival',
} as const;

function toAutoClose({ by, seconds }: AutoClose): WireAutoClose {
  const rule = { case: AUTO_CLOSE_CASES[by], value: durationOf(seconds) };
  return create(AutoCloseSchema, { rule });
}

function toRounding({ direction, stepSeconds, graceSeconds }: Rounding): WireRounding {
  const message = create(RoundingSchema, {
    direction: (ROUNDING_DIRECTIONS.indexOf(direction) + 1) as WireDirection,
    step: durationOf(stepSeconds),
  });
  setLength(message, 'grace', graceSeconds);
  return message;
}

export function toPolicyHistory(record: PolicyRecord): PolicyHistory {
  const { policyId, versions, changeId, updatedAt } = record;
  const message = create(PolicyHistorySchema, {
    policyId,
    etag: etagOfRecord(changeId, updatedAt),
  });
  message.versions = versions.map(toPolicy);
  if (updatedAt !== undefined) message.updateTime = timestampOfRecord(updatedAt);
  return message;
}

export function toPolicy({ fromDay, policy }: PolicyVersion): WirePolicy {
  const { policyId, name, groupIds, isDefault, offShift, work } = policy;
  const message = create(PolicySchema, {
    policyId,
    effectiveDate: dateText(fromDay),
    policyName: name,
    groupIds: [...groupIds],
    isDefault,
    maxCommandAgeDays: policy.maxCommandAgeDays,
    refuseOutsideGeofence: policy.refusesOutsideGeofence,
    ...extraTimeFields(policy.extraTime),
  });
  message.offShiftRules = toOffShiftRules(offShift);
  if (work !== undefined) message.workRules = toWorkRules(work);
  return message;
}

/** Always sends lengths that have a default. */
function toOffShiftRules(rules: OffShiftRules): WireOffShiftRules {
  const { dayStartSecond, attribution } = rules;
  const message = create(OffShiftRulesSchema, {
    newStretchGap: durationOf(rules.newStretchGapSeconds),
    maxLength: durationOf(rules.maxLengthSeconds),
    attribution: (ATTRIBUTIONS.indexOf(attribution) + 1) as WireAttribution,
    dayStart: dayStartSecond === 0 ? '' : timeOfDayText(dayStartSecond),
  });
  message.workRules = toWorkRules(rules.work);
  return message;
}

export function toEmployeeAssignment(record: AssignmentRecord): EmployeeAssignment {
  const { employeeId, assignmentId, assignment, changeId, updatedAt } = record;
  const { fromDay, toDay, anchorDay, cycle } = assignment;
  const message = create(EmployeeAssignmentSchema, {
    employeeId,
    assignmentId: String(assignmentId),
    etag: etagOfRecord(changeId, updatedAt),
  });
  message.assignment = create(ShiftAssignmentSchema, {
    startDate: dateText(fromDay),
    endDate: dateText(toDay),
    anchorDate: dateText(anchorDay),
  });
  // Field by field, because a cycle may have a year of days.
  message.assignment.cycle = cycle.map((shiftIds) => {
    const day = create(CycleDaySchema);
    day.shiftIds = [...shiftIds];
    return day;
  });
  if (updatedAt !== undefined) message.updateTime = timestampOfRecord(updatedAt);
  return message;
}

export function toDateOverride({ epochDay, shiftIds }: OverrideRecord): DateOverride {
  return create(DateOverrideSchema, { date: dateText(epochDay), shiftIds: [...shiftIds] });
}

export function toHoliday({ calendarId, epochDay, name, portion }: HolidayRecord): Holiday {
  const date = dateText(epochDay);
  return create(HolidaySchema, { calendarId, date, name, portion: portionNumber(portion) });
}

export function toRosterChange(change: RosterChangeRecord): RosterChange {
  const message = create(RosterChangeSchema, {
    changeId: String(change.changeId),
    createTime: timestampOfRecord(change.recordedAt),
    actor: change.actor,
    reason: change.reason,
    employeeId: change.employeeId ?? '',
    shiftId: change.shiftId ?? '',
    calendarId: change.calendarId ?? '',
    policyId: change.policyId ?? '',
    startDate: dateText(change.firstDay),
    endDate: dateText(change.lastDay),
    employeesDone: BigInt(change.employeesDone),
    daysDerived: BigInt(change.daysDerived),
    daysChanged: BigInt(change.daysChanged),
    shiftOverlaps: BigInt(change.shiftOverlaps),
  });
  if (change.finishedAt !== undefined) message.finishTime = timestampOfRecord(change.finishedAt);
  return message;
}

export function toRosterPart(part: RosterPart): WireRosterPart {
  const { employee, shift, assignments = [], override, holiday, policy } = part;
  return create(RosterPartSchema, {
    ...(employee && { employee: toEmployee(employee) }),
    ...(shift && { shift: toShiftHistory(shift) }),
    assignments: assignments.map(toEmployeeAssignment),
    ...(override && { override: toDateOverride(override) }),
    ...(holiday && { holiday: toHoliday(holiday) }),
    ...(policy && { policy: toPolicyHistory(policy) }),
  });
}
