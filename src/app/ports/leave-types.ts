// The port for the leave types of a deployment.

import type { LeaveType, LeaveTypeChange } from '../../domain/facts/leave-type.js';

export interface LeaveTypeQuery {
  /** Every revision, or only the latest of each leave type. */
  readonly includeHistory: boolean;
  /** Begin after this revision; undefined: at the first. */
  readonly after: { readonly leaveTypeId: string; readonly revision: number } | undefined;
  /** The most to return, at least 1. */
  readonly limit: number;
}

export interface LeaveTypes {
  /**
   * Adds or changes a leave type; changes nothing if it is like that already. Undefined if there
   * are already MAX_LEAVE_TYPES others.
   */
  set(change: LeaveTypeChange, caller?: AbortSignal): Promise<LeaveType | undefined>;

  /** By id, then by revision. */
  list(query: LeaveTypeQuery, caller?: AbortSignal): Promise<readonly LeaveType[]>;
}
