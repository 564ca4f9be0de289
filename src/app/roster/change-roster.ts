// Decides a roster command: whether it is allowed, which rows it replaces, which dates it affects.
// Pure: the store locks and reads the view, asks, and writes the decision.

import type { RosterCommand } from '../ports/roster-ports.js';
import { changeAssignment, changeDetail, changeOverride } from './change-own-roster.js';
import { changePolicy } from './change-policy.js';
import { changeHoliday, changeShift } from './change-shared-roster.js';
import type { RosterChangeView, RosterDecision } from './roster-decision.js';

/** Whether deciding a command needs the shared roster. */
export function needsRoster(command: RosterCommand): boolean {
  switch (command.kind) {
    case 'CREATE_EMPLOYEE':
    case 'UPDATE_EMPLOYEE':
    case 'CREATE_ASSIGNMENT':
    case 'UPDATE_ASSIGNMENT':
    case 'ARCHIVE_ASSIGNMENT':
    case 'SET_OVERRIDE':
    case 'CLEAR_OVERRIDE':
    case 'UPDATE_SHIFT':
    case 'SET_POLICY':
    case 'DELETE_POLICY':
      return true;
    default:
      return false;
  }
}

/**
 * Throws AttendanceError: ROSTER_NOT_FOUND, ROSTER_EXISTS, ROSTER_ETAG_MISMATCH, SHIFT_ARCHIVED,
 * SHIFTS_OVERLAP, ASSIGNMENTS_OVERLAP, EMPLOYEE_NOT_FOUND, INVALID_FIELDS.
 */
export function decideRosterChange(command: RosterCommand, view: RosterChangeView): RosterDecision {
  switch (command.kind) {
    case 'CREATE_EMPLOYEE':
    case 'UPDATE_EMPLOYEE':
    case 'ARCHIVE_EMPLOYEE':
      return changeDetail(command, view);
    case 'CREATE_ASSIGNMENT':
    case 'UPDATE_ASSIGNMENT':
    case 'ARCHIVE_ASSIGNMENT':
      return changeAssignment(command, view);
    case 'SET_OVERRIDE':
    case 'CLEAR_OVERRIDE':
      return changeOverride(command, view);
    case 'CREATE_SHIFT':
    case 'UPDATE_SHIFT':
    case 'ARCHIVE_SHIFT':
      return changeShift(command, view);
    case 'CREATE_HOLIDAY':
    case 'UPDATE_HOLIDAY':
    case 'ARCHIVE_HOLIDAY':
      return changeHoliday(command, view);
    case 'SET_POLICY':
    case 'DELETE_POLICY':
      return changePolicy(command, view);
  }
}
