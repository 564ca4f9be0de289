// The kinds of leave that a deployment has.

import type { LeaveType, LeaveTypeChange } from '../../domain/facts/leave-type.js';

export interface LeaveTypeQuery {
  /** Every revision, or the latest of each leave type. */
  readonly includeHistory: boolean;
  /** Begin behind this one; undefined: at the first. */
  readonly after: { readonly leaveTypeId: string; readonly revision: number } | undefined;
  /** The most to return, at least 1. */
  readonly limit: number;
}

export interface LeaveTypes {
  /**
   * Adds or changes one; changes nothing if it is like that already. Undefined where there are
   * MAX_LEAVE_TYPES others.
   */
  set(change: LeaveTypeChange, caller?: AbortSignal): Promise<LeaveType | undefined>;

  /** By id, then by revision. */
  list(query: LeaveTypeQuery, caller?: AbortSignal): Promise<readonly LeaveType[]>;
}
