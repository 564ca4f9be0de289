// Turns timesheets into messages.

import { create } from '@bufbuild/protobuf';
import { DayPortion } from '../../../gen/attendance/v1/attendance_pb.js';
import {
  AnomalyTotalSchema,
  LeaveTotalSchema,
  type OvertimeLine,
  OvertimeLineSchema,
  type PremiumLine,
  PremiumLineSchema,
  TimesheetDaySchema,
  TimesheetSchema,
  TimesheetTotalsSchema,
  TotalExplanationSchema,
  TotalPartSchema,
  type Timesheet as WireTimesheet,
  type TimesheetDay as WireTimesheetDay,
  type TimesheetTotals as WireTimesheetTotals,
  type TotalExplanation as WireTotalExplanation,
} from '../../../gen/attendance/v1/timesheet_pb.js';
import type { Period, Timesheet } from '../../app/read/read-timesheets.js';
import { balanceSecondsOf, creditedSecondsOf } from '../../domain/timesheet/credit.js';
import type { TimesheetDay } from '../../domain/timesheet/extra-time.js';
import type { OvertimePart } from '../../domain/timesheet/overtime.js';
import type { PremiumPart } from '../../domain/timesheet/premiums.js';
import {
  DATE_TOTALS,
  type DateTotal,
  type PremiumKey,
  STATUS_TOTALS,
  type StatusTotal,
  TIME_TOTALS,
  type TimesheetTotals,
  type TimeTotal,
  type TotalKey,
  type TotalParts,
} from '../../domain/timesheet/totals.js';
import { emptyMessagesOf } from '../edge/empty-message.js';
import { durationOf, timestampOfInstant } from '../edge/instants.js';
import {
  anomalyNumber,
  originNumber,
  portionNumber,
  statusNumber,
  toLeaveTime,
} from '../shared/to-proto.js';

/** What people call leave types, by id. */
export type LeaveTypeNames = ReadonlyMap<string, string>;

/** The field of each total, in the message and in explanations. */
const TIME_FIELDS = {
  PLANNED: ['plannedDuration', 'planned_duration'],
  WORKED: ['workedDuration', 'worked_duration'],
  CREDITED: ['creditedDuration', 'credited_duration'],
  BALANCE: ['balanceDuration', 'balance_duration'],
  BREAK: ['breakDuration', 'break_duration'],
  UNCOUNTED: ['uncountedDuration', 'uncounted_duration'],
  LATE: ['lateDuration', 'late_duration'],
  EARLY: ['earlyDuration', 'early_duration'],
  SHORTFALL: ['shortfallDuration', 'shortfall_duration'],
  UNDERTIME: ['undertimeDuration', 'undertime_duration'],
} as const satisfies Record<TimeTotal, readonly [keyof WireTimesheetTotals, string]>;

const STATUS_FIELDS = {
  PRESENT: ['presentDays', 'present_days'],
  ABSENT: ['absentDays', 'absent_days'],
  ON_LEAVE: ['onLeaveDays', 'on_leave_days'],
  REMOTE: ['remoteDays', 'remote_days'],
  HOLIDAY: ['holidayDays', 'holiday_days'],
  DAY_OFF: ['offDays', 'off_days'],
  SCHEDULED: ['scheduledDays', 'scheduled_days'],
  UNSCHEDULED: ['unscheduledDays', 'unscheduled_days'],
} as const satisfies Record<StatusTotal, readonly [keyof WireTimesheetTotals, string]>;

const DATE_FIELDS = {
  HALF_DATES: ['halfDayCount', 'half_day_count'],
  LATE_DATES: ['lateDayCount', 'late_day_count'],
  EARLY_DATES: ['earlyDayCount', 'early_day_count'],
  OPEN_DATES: ['openDayCount', 'open_day_count'],
} as const satisfies Record<DateTotal, readonly [keyof WireTimesheetTotals, string]>;

/** With days, or with totals alone. */
export function toTimesheet(
  { employeeId, employeeName, groupId, days, totals }: Timesheet,
  { startDate, endDate }: Period,
  names: LeaveTypeNames,
  isFull: boolean,
): WireTimesheet {
  return create(TimesheetSchema, {
    employeeId,
    employeeName,
    groupId: groupId ?? '',
    startDate,
    endDate,
    days: isFull ? days.map(toTimesheetDay) : [],
    totals: toTotals(totals, names),
  });
}

const emptyDay = emptyMessagesOf(TimesheetDaySchema);

/** Assigned field by field: with computed names it took twice as long. */
function toTimesheetDay(sheetDay: TimesheetDay): WireTimesheetDay {
  const { day, holiday, extra } = sheetDay;
  const message = emptyDay();
  message.date = day.date;
  message.timeZone = day.timeZone;
  message.status = statusNumber(day.status);
  message.origin = originNumber(day.origin);
  message.portion = portionNumber(day.portion);
  message.otherHalfStatus = statusNumber(day.otherHalfStatus);
  message.leaveTypeId = day.leaveTypeId ?? '';
  message.otherHalfLeaveTypeId = day.otherHalfLeaveTypeId ?? '';
  if (day.leaveTimes.length > 0) message.leaveTimes = day.leaveTimes.map(toLeaveTime);
  message.holidayName = holiday?.name ?? '';
  message.holidayPortion =
    holiday?.portion === undefined ? DayPortion.UNSPECIFIED : portionNumber(holiday.portion);
  message.shiftIds = day.shifts.map(({ shiftId }) => shiftId);
  if (day.firstIn !== undefined) message.firstInTime = timestampOfInstant(day.firstIn);
  if (day.lastOut !== undefined) message.lastOutTime = timestampOfInstant(day.lastOut);
  if (day.plannedSeconds !== 0) message.plannedDuration = durationOf(day.plannedSeconds);
  if (day.workedSeconds !== 0) message.workedDuration = durationOf(day.workedSeconds);
  const creditedSeconds = creditedSecondsOf(sheetDay);
  if (creditedSeconds !== 0) message.creditedDuration = durationOf(creditedSeconds);
  const balanceSeconds = balanceSecondsOf(sheetDay);
  if (balanceSeconds !== undefined) message.balanceDuration = durationOf(balanceSeconds);
  if (day.onBreakSeconds !== 0) message.breakDuration = durationOf(day.onBreakSeconds);
  if (day.uncountedSeconds !== 0) message.uncountedDuration = durationOf(day.uncountedSeconds);
  if (day.lateBySeconds !== 0) message.lateDuration = durationOf(day.lateBySeconds);
  if (day.earlyBySeconds !== 0) message.earlyDuration = durationOf(day.earlyBySeconds);
  if (day.shortBySeconds !== 0) message.shortfallDuration = durationOf(day.shortBySeconds);
  message.anomalies = day.anomalies.map(anomalyNumber);
  message.final = day.final;
  if (extra.overtime.length > 0) message.overtime = extra.overtime.map(toOvertimeLine);
  if (extra.premiums.length > 0) message.premiums = extra.premiums.map(toPremiumLine);
  if (extra.undertimeSeconds !== 0) message.undertimeDuration = durationOf(extra.undertimeSeconds);
  return message;
}

const emptyOvertime = emptyMessagesOf(OvertimeLineSchema);
const emptyPremium = emptyMessagesOf(PremiumLineSchema);

function toOvertimeLine({ ruleId, label, percent, seconds }: OvertimePart): OvertimeLine {
  const message = emptyOvertime();
  message.ruleId = ruleId;
  message.label = label;
  message.percent = percent;
  message.duration = durationOf(seconds);
  return message;
}

function toPremiumLine({ ruleId, percent, seconds }: PremiumPart): PremiumLine {
  const message = emptyPremium();
  message.ruleId = ruleId;
  message.percent = percent;
  message.duration = durationOf(seconds);
  return message;
}

function toTotals(totals: TimesheetTotals, names: LeaveTypeNames): WireTimesheetTotals {
  const message = create(TimesheetTotalsSchema, {
    leaves: totals.leaves.map(({ leaveTypeId, halves, seconds }) =>
      create(LeaveTotalSchema, {
        leaveTypeId,
        leaveTypeName: names.get(leaveTypeId) ?? '',
        days: halves / 2,
        duration: durationOf(seconds),
      }),
    ),
    anomalies: totals.anomalies.map(({ anomaly, dates: dayCount }) =>
      create(AnomalyTotalSchema, { anomaly: anomalyNumber(anomaly), dayCount }),
    ),
    overtime: totals.overtime.map(toOvertimeLine),
    premiums: totals.premiums.map(toPremiumLine),
  });
  for (const kind of TIME_TOTALS) {
    message[TIME_FIELDS[kind][0]] = durationOf(totals.seconds[kind]);
  }
  for (const kind of STATUS_TOTALS) message[STATUS_FIELDS[kind][0]] = totals.halves[kind] / 2;
  for (const kind of DATE_TOTALS) message[DATE_FIELDS[kind][0]] = totals.dates[kind];
  return message;
}

export function toTotalExplanation({ key, parts }: TotalParts): WireTotalExplanation {
  const kind = unitOf(key);
  return create(TotalExplanationSchema, {
    total: pathOf(key),
    parts: parts.map(({ date, amount }) =>
      create(TotalPartSchema, {
        date,
        amount:
          kind === 'SECONDS'
            ? { case: 'duration', value: durationOf(amount) }
            : { case: 'days', value: kind === 'HALVES' ? amount / 2 : amount },
      }),
    ),
  });
}

/** Totals of time within lists. */
const TIME_KINDS: ReadonlySet<TotalKey['kind']> = new Set(['LEAVE_TIME', 'OVERTIME', 'PREMIUM']);

function unitOf({ kind }: TotalKey): 'SECONDS' | 'HALVES' | 'DATES' {
  if (kind in TIME_FIELDS || TIME_KINDS.has(kind)) return 'SECONDS';
  return kind in STATUS_FIELDS || kind === 'LEAVE_HALVES' ? 'HALVES' : 'DATES';
}

/** The field of a total in TimesheetTotals. */
function pathOf(key: TotalKey): string {
  switch (key.kind) {
    case 'LEAVE_HALVES':
      return `leaves[${key.leaveTypeId}].days`;
    case 'LEAVE_TIME':
      return `leaves[${key.leaveTypeId}].duration`;
    case 'ANOMALY':
      return `anomalies[${key.anomaly}].day_count`;
    case 'OVERTIME': {
      const label = key.label === '' ? '' : `/${key.label}`;
      return `overtime[${key.ruleId}${label}${percentText(key)}].duration`;
    }
    case 'PREMIUM':
      return `premiums[${key.ruleId}${percentText(key)}].duration`;
    default:
      return FIELD_NAMES[key.kind][1];
  }
}

function percentText({ percent }: PremiumKey): string {
  return percent === 0 ? '' : ` ${percent}%`;
}

const FIELD_NAMES = { ...TIME_FIELDS, ...STATUS_FIELDS, ...DATE_FIELDS };
