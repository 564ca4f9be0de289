// A kind of leave, such as vacation or sick leave: what a mark of ON_LEAVE can name. No rule of days
// depends on it: it is for payroll, and for lists.

import type { RecordTime } from '../time/time.js';
import type { Failure } from './errors.js';
import { nearestId } from './similar-ids.js';

/** The most there can be, archived ones included. */
export const MAX_LEAVE_TYPES = 200;

/** How leave types are named. */
export const LEAVE_TYPE_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The most ids that an error names. */
const MAX_NAMED_IDS = 20;

/** What a leave type is to be. */
export interface LeaveTypeChange {
  /** 1 to 64 characters, as the callers chose it. */
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
  /** 1 for the first, counting up. */
  readonly revision: number;
  readonly recordedAt: RecordTime;
}

/** Why a leave type cannot be declared; undefined when it can. `known`: the latest of each. */
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
