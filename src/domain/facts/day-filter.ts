// Decides which days a list keeps, by what they show at its moment.

import type { RecordTime } from '../time/time.js';
import type { Anomaly, Attendance, Origin, Status } from './day.js';

/** All given conditions must hold; undefined: no condition. */
export interface DayFilter {
  /** Any of these. */
  readonly statuses: readonly Status[] | undefined;
  /** Any of these. */
  readonly origins: readonly Origin[] | undefined;
  /** At least one of these. */
  readonly anomalies: readonly Anomaly[] | undefined;
  /** Any of these, for the day, its other half, or leave by the hour. */
  readonly leaveTypeIds: readonly string[] | undefined;
  readonly final: boolean | undefined;
  /** The stored day must have changed after this. */
  readonly updatedAfter: RecordTime | undefined;
}

export const ANY_DAY: DayFilter = {
  statuses: undefined,
  origins: undefined,
  anomalies: undefined,
  leaveTypeIds: undefined,
  final: undefined,
  updatedAfter: undefined,
};

export function isAnyDay(filter: DayFilter): boolean {
  return Object.values(filter).every((wanted) => wanted === undefined);
}

/**
 * Whether a list includes the day at all: it has recorded facts, or is expected and that is asked
 * for. A caller who asks for changes also gets days whose facts were withdrawn.
 */
export function isListable(
  { status, origin, revision }: Attendance,
  { updatedAfter }: DayFilter,
  includeExpected: boolean,
): boolean {
  if (updatedAfter !== undefined) return revision > 0;
  if (status === 'UNSCHEDULED' || origin === undefined) return false;
  return includeExpected || origin !== 'EXPECTED';
}

export function isWanted(day: Attendance, filter: DayFilter): boolean {
  const { statuses, origins, anomalies, leaveTypeIds, final, updatedAfter } = filter;
  if (statuses !== undefined && !statuses.includes(day.status)) return false;
  if (origins !== undefined && (day.origin === undefined || !origins.includes(day.origin))) {
    return false;
  }
  if (anomalies !== undefined && !anomalies.some((one) => day.anomalies.includes(one))) {
    return false;
  }
  if (leaveTypeIds !== undefined && !leaveTypeIds.some((one) => hasLeaveType(day, one))) {
    return false;
  }
  if (final !== undefined && day.final !== final) return false;
  return updatedAfter === undefined || (day.updateTime ?? -Infinity) > updatedAfter;
}

function hasLeaveType(day: Attendance, wanted: string): boolean {
  const { leaveTypeId, otherHalfLeaveTypeId, leaveTimes } = day;
  if (leaveTypeId === wanted || otherHalfLeaveTypeId === wanted) return true;
  return leaveTimes.some((leaveTime) => leaveTime.leaveTypeId === wanted);
}
