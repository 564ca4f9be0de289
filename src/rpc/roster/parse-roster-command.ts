// Turns requests that change the roster into commands. All faults of a request alone are reported
// together; the store checks under its locks whether a command fits the stored roster.

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type Holiday, HolidaySchema } from '../../../gen/attendance/v1/roster_pb.js';
import {
  type ArchiveEmployeeRequest,
  ArchiveEmployeeRequestSchema,
  type ArchiveShiftRequest,
  ArchiveShiftRequestSchema,
  type CreateEmployeeRequest,
  CreateEmployeeRequestSchema,
  type CreateHolidayRequest,
  CreateHolidayRequestSchema,
  type CreateShiftAssignmentRequest,
  CreateShiftAssignmentRequestSchema,
  type CreateShiftRequest,
  CreateShiftRequestSchema,
  type DeleteDateOverrideRequest,
  DeleteDateOverrideRequestSchema,
  type DeleteHolidayRequest,
  DeleteHolidayRequestSchema,
  type DeletePolicyRequest,
  DeletePolicyRequestSchema,
  type DeleteShiftAssignmentRequest,
  DeleteShiftAssignmentRequestSchema,
  type SetDateOverrideRequest,
  SetDateOverrideRequestSchema,
  type SetPolicyRequest,
  SetPolicyRequestSchema,
  type UpdateEmployeeRequest,
  UpdateEmployeeRequestSchema,
  type UpdateHolidayRequest,
  UpdateHolidayRequestSchema,
  type UpdateShiftAssignmentRequest,
  UpdateShiftAssignmentRequestSchema,
  type UpdateShiftRequest,
  UpdateShiftRequestSchema,
  OverlapAction as WireOverlapAction,
} from '../../../gen/attendance/v1/roster_service_pb.js';
import type { HolidayRecord, OverlapAction, RosterCommand } from '../../app/ports/roster-ports.js';
import { checkAssignment } from '../../domain/roster/check-roster.js';
import { refusal } from '../edge/field-help.js';
import type { Call } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { parseId, parsePortion, parseText } from '../shared/parse.js';
import { hashOfMessage, requestIdOf } from '../shared/payload-hash.js';
import { parseDetail, parseDetailChange } from './parse-employee.js';
import {
  checkRepeatedShifts,
  dayOf,
  parseAssignment,
  parseAssignmentChange,
  parseHolidayName,
  parsePolicyVersion,
  parseShiftChange,
  parseShiftVersion,
} from './parse-roster.js';
import { changedFields, type Updatable } from './update-mask.js';

type Requested = {
  readonly reason: string;
  readonly requestId: string;
  readonly validateOnly: boolean;
};

/** The fields that all commands have. Throws INVALID_FIELDS with all problems so far. */
function headerOf<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc> & Requested,
  call: Call,
  problems = new Problems(),
) {
  const reason = problems.try(() => parseText(message.reason, 'reason', '')) ?? '';
  problems.throwIfAny();
  return {
    requestId: requestIdOf(message),
    payloadHash: hashOfMessage(desc, message),
    actor: call.actor,
    reason,
    receivedAt: call.now,
    validateOnly: message.validateOnly,
  };
}

function etagSent({ etag }: { readonly etag: string }): string | undefined {
  return etag === '' ? undefined : etag;
}

/** A message that the proto requires. */
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a request without its resource passed its rules');
  return value;
}

export function createEmployee(message: CreateEmployeeRequest, call: Call): RosterCommand {
  const employee = required(message.employee);
  const problems = new Problems();
  const detail = parseDetail(employee, 'employee', problems);
  const header = headerOf(CreateEmployeeRequestSchema, message, call, problems);
  const employeeId = parseId(employee.employeeId, 'employee.');
  return { kind: 'CREATE_EMPLOYEE', ...header, employeeId, detail };
}

export function updateEmployee(message: UpdateEmployeeRequest, call: Call): RosterCommand {
  const employee = required(message.employee);
  const problems = new Problems();
  const detail = parseDetailChange(employee, message.updateMask, problems);
  const header = headerOf(UpdateEmployeeRequestSchema, message, call, problems);
  const employeeId = parseId(employee.employeeId, 'employee.');
  return { kind: 'UPDATE_EMPLOYEE', ...header, employeeId, detail, etag: etagSent(message) };
}

export function archiveEmployee(message: ArchiveEmployeeRequest, call: Call): RosterCommand {
  const header = headerOf(ArchiveEmployeeRequestSchema, message, call);
  const employeeId = parseId(message.employeeId);
  return { kind: 'ARCHIVE_EMPLOYEE', ...header, employeeId, etag: etagSent(message) };
}

export function createShift(message: CreateShiftRequest, call: Call): RosterCommand {
  const problems = new Problems();
  const version = parseShiftVersion(required(message.shift), 'shift', problems);
  const header = headerOf(CreateShiftRequestSchema, message, call, problems);
  return { kind: 'CREATE_SHIFT', ...header, version };
}

export function updateShift(message: UpdateShiftRequest, call: Call): RosterCommand {
  const problems = new Problems();
  const version = parseShiftChange(required(message.shift), message.updateMask, problems);
  const header = headerOf(UpdateShiftRequestSchema, message, call, problems);
  return { kind: 'UPDATE_SHIFT', ...header, version, etag: etagSent(message) };
}

export function archiveShift(message: ArchiveShiftRequest, call: Call): RosterCommand {
  const header = headerOf(ArchiveShiftRequestSchema, message, call);
  return { kind: 'ARCHIVE_SHIFT', ...header, shiftId: message.shiftId, etag: etagSent(message) };
}

const ASSIGNMENT_PATH = 'assignment.assignment';

const OVERLAP_ACTIONS: Readonly<Record<WireOverlapAction, OverlapAction | undefined>> = {
  [WireOverlapAction.UNSPECIFIED]: undefined,
  [WireOverlapAction.REPLACE]: 'REPLACE',
  [WireOverlapAction.ADD]: 'ADD',
};

export function createAssignment(message: CreateShiftAssignmentRequest, call: Call): RosterCommand {
  const sent = required(message.assignment);
  const problems = new Problems();
  const assignment = parseAssignment(required(sent.assignment), ASSIGNMENT_PATH, problems);
  problems.addAll(checkAssignment(assignment, undefined, ASSIGNMENT_PATH));
  const header = headerOf(CreateShiftAssignmentRequestSchema, message, call, problems);
  const employeeId = parseId(sent.employeeId, 'assignment.');
  const onOverlap = OVERLAP_ACTIONS[message.onOverlap];
  return { kind: 'CREATE_ASSIGNMENT', ...header, employeeId, assignment, onOverlap };
}

const ASSIGNMENT_ID = /^[1-9][0-9]{0,14}$/;

export function updateAssignment(message: UpdateShiftAssignmentRequest, call: Call): RosterCommand {
  const sent = required(message.assignment);
  const { assignmentId } = sent;
  const problems = new Problems();
  if (!ASSIGNMENT_ID.test(assignmentId)) {
    problems.addAll([refusal('assignment.assignment_id', 'assignment_id', assignmentId)]);
  }
  const { updateMask } = message;
  const assignment = parseAssignmentChange(required(sent.assignment), updateMask, problems);
  const header = headerOf(UpdateShiftAssignmentRequestSchema, message, call, problems);
  return {
    kind: 'UPDATE_ASSIGNMENT',
    ...header,
    employeeId: parseId(sent.employeeId, 'assignment.'),
    assignmentId: Number(assignmentId),
    assignment,
    onOverlap: OVERLAP_ACTIONS[message.onOverlap],
    etag: etagSent(message),
  };
}

export function archiveAssignment(
  message: DeleteShiftAssignmentRequest,
  call: Call,
): RosterCommand {
  return {
    kind: 'ARCHIVE_ASSIGNMENT',
    ...headerOf(DeleteShiftAssignmentRequestSchema, message, call),
    employeeId: parseId(message.employeeId),
    assignmentId: Number(message.assignmentId),
    etag: etagSent(message),
  };
}

export function setOverride(message: SetDateOverrideRequest, call: Call): RosterCommand {
  const { date, shiftIds } = required(message.override);
  const problems = new Problems();
  checkRepeatedShifts(shiftIds, 'override', problems);
  const header = headerOf(SetDateOverrideRequestSchema, message, call, problems);
  const override = { epochDay: dayOf(date, 'override.date'), shiftIds };
  return { kind: 'SET_OVERRIDE', ...header, employeeId: parseId(message.employeeId), override };
}

export function clearOverride(message: DeleteDateOverrideRequest, call: Call): RosterCommand {
  const header = headerOf(DeleteDateOverrideRequestSchema, message, call);
  const epochDay = dayOf(message.date, 'date');
  return { kind: 'CLEAR_OVERRIDE', ...header, employeeId: parseId(message.employeeId), epochDay };
}

/**
 * A stored holiday must name its calendar; a simulated one without a calendar is the employee's.
 */
function parseHoliday(message: Holiday, problems: Problems): Omit<HolidayRecord, 'name'> {
  const { calendarId, date } = message;
  if (calendarId === '') {
    problems.addAll([refusal('holiday.calendar_id', 'calendar_id', calendarId)]);
  }
  const epochDay = dayOf(date, 'holiday.date');
  return { calendarId, epochDay, portion: parsePortion(message.portion, 'holiday.') };
}

export function createHoliday(message: CreateHolidayRequest, call: Call): RosterCommand {
  const problems = new Problems();
  const sent = required(message.holiday);
  const dated = parseHoliday(sent, problems);
  const holiday = { ...dated, name: parseHolidayName(sent.name, 'holiday', problems) };
  const header = headerOf(CreateHolidayRequestSchema, message, call, problems);
  return { kind: 'CREATE_HOLIDAY', ...header, holiday };
}

const HOLIDAY_FIELDS: Updatable<HolidayRecord> = { name: 'name', portion: 'portion' };

export function updateHoliday(message: UpdateHolidayRequest, call: Call): RosterCommand {
  const problems = new Problems();
  const sent = required(message.holiday);
  // If the name is empty, the mask decides whether that is an error.
  const dated = parseHoliday(sent, problems);
  const name = sent.name === '' ? '' : parseHolidayName(sent.name, 'holiday', problems);
  const holiday = { ...dated, name };
  const whole = { desc: HolidaySchema, message: sent, path: 'holiday', required: ['name'] };
  const change = changedFields(holiday, HOLIDAY_FIELDS, whole, message.updateMask, problems);
  const header = headerOf(UpdateHolidayRequestSchema, message, call, problems);
  const { calendarId, epochDay } = holiday;
  return { kind: 'UPDATE_HOLIDAY', ...header, holiday: { calendarId, epochDay, ...change } };
}

export function deleteHoliday(message: DeleteHolidayRequest, call: Call): RosterCommand {
  const header = headerOf(DeleteHolidayRequestSchema, message, call);
  const { calendarId, date } = message;
  return { kind: 'ARCHIVE_HOLIDAY', ...header, calendarId, epochDay: dayOf(date, 'date') };
}

export function setPolicy(message: SetPolicyRequest, call: Call): RosterCommand {
  const problems = new Problems();
  const version = parsePolicyVersion(required(message.policy), 'policy', problems);
  const header = headerOf(SetPolicyRequestSchema, message, call, problems);
  return { kind: 'SET_POLICY', ...header, version, etag: etagSent(message) };
}

export function deletePolicy(message: DeletePolicyRequest, call: Call): RosterCommand {
  const header = headerOf(DeletePolicyRequestSchema, message, call);
  const { policyId, versions } = message;
  const fromDay =
    versions.case === 'effectiveDate'
      ? dayOf(versions.value, 'effective_date', -Infinity)
      : undefined;
  return { kind: 'DELETE_POLICY', ...header, policyId, fromDay, etag: etagSent(message) };
}
