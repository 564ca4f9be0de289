// A leave type, such as vacation or sick leave, which a mark of ON_LEAVE can name. No rule of days
// depends on it; it is for payroll and for lists.

import type { RecordTime } from '../time/time.js';
import type { Failure } from './errors.js';
import { nearestId } from './similar-ids.js';

/** The most leave types, archived ones included. */
export const MAX_LEAVE_TYPES = 200;

/** The form of a leave type's id. */
export const LEAVE_TYPE_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The most ids that an error names. */
const MAX_NAMED_IDS = 20;

/** A requested leave type. */
export interface LeaveTypeChange {
  /** 1 to 64 characters, chosen by the callers. */
  readonly leaveTypeId: string;
  readonly name: string;
  readonly isPaid: boolean;
  /** Whether it can no longer be declared. */
  readonly isArchived: boolean;
  readonly reason: string;
  readonly actor: string;
}

/** One revision of a leave type. */
export interface LeaveType extends LeaveTypeChange {
  /** 1 for the first, rising by 1. */
  readonly revision: number;
  readonly recordedAt: RecordTime;
}

/**
 * Returns why a leave type cannot be declared; undefined if it can. `known`: the latest of each.
 */
export function refusedLeaveType(
  leaveTypeId: string,
  known: readonly LeaveType[],
): Failure | undefined {
  const found = known.find((one) => one.leaveTypeId === leaveTypeId);
  if (found?.isArchived === false) return undefined;
  if (found !== undefined) return { kind: 'LEAVE_TYPE_ARCHIVED', leaveTypeId };
  const ids = known.flatMap((one) => (one.isArchived ? [] : [one.leaveTypeId]));
  return {
    kind: 'LEAVE_TYPE_NOT_FOUND',
    leaveTypeId,
    knownIds: ids.slice(0, MAX_NAMED_IDS),
    nearestId: nearestId(leaveTypeId, ids),
  };
}
