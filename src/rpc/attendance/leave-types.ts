// Leave types: sets and lists them, and reads which ones a mark may name.

import { create } from '@bufbuild/protobuf';
import {
  LeaveTypeSchema,
  type ListLeaveTypesRequest,
  type ListLeaveTypesResponse,
  ListLeaveTypesResponseSchema,
  type SetLeaveTypeRequest,
  type SetLeaveTypeResponse,
  SetLeaveTypeResponseSchema,
  type LeaveType as WireLeaveType,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { PageTokens } from '../../app/ports/attendance-store.js';
import type { LeaveTypes } from '../../app/ports/leave-types.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { type LeaveType, MAX_LEAVE_TYPES } from '../../domain/facts/leave-type.js';
import { timestampOfRecord } from '../edge/instants.js';
import type { Call } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { countOfPage, type Size, textBytes } from '../shared/answer-size.js';
import { limitOf, placeOf, tokenOf } from '../shared/pages.js';

export async function setLeaveType(
  leaveTypes: LeaveTypes,
  { leaveTypeId, name: said, paid: isPaid, archived: isArchived, reason }: SetLeaveTypeRequest,
  { actor, signal }: Call,
): Promise<SetLeaveTypeResponse> {
  const problems = new Problems();
  const name = said.trim();
  if (name === '') problems.add('name', 'NAME_REQUIRED', 'must be 1 to 200 characters');
  problems.addText(name, 'name', 'line');
  problems.addText(reason, 'reason', 'lines');
  problems.throwIfAny();
  const change = { leaveTypeId, name, isPaid, isArchived, reason, actor };
  const found = await leaveTypes.set(change, signal);
  if (found === undefined) {
    const maxLeaveTypes = MAX_LEAVE_TYPES;
    throw new AttendanceError({ kind: 'TOO_MANY_LEAVE_TYPES', maxLeaveTypes });
  }
  return create(SetLeaveTypeResponseSchema, { leaveType: toLeaveType(found) });
}

export async function listLeaveTypes(
  store: PageTokens & { readonly leaveTypes: LeaveTypes },
  message: ListLeaveTypesRequest,
  { signal }: Call,
): Promise<ListLeaveTypesResponse> {
  const { includeHistory } = message;
  const bound = ['ListLeaveTypes', includeHistory];
  const place = await placeOf(store, bound, message.pageToken);
  const after = place && { leaveTypeId: String(place[0]), revision: Number(place[1]) };
  const limit = limitOf(message);
  // One more than asked for shows whether the list goes on.
  const found = await store.leaveTypes.list({ includeHistory, after, limit: limit + 1 }, signal);
  const wanted = found.slice(0, limit);
  const page = wanted.slice(0, await countOfPage(wanted, leaveTypeSize));
  const last = page.length < found.length ? page.at(-1) : undefined;
  return create(ListLeaveTypesResponseSchema, {
    leaveTypes: page.map(toLeaveType),
    nextPageToken: await tokenOf(store, bound, last && [last.leaveTypeId, last.revision]),
  });
}

/** The leave types that marks may name now. Reads nothing if no mark names one. */
export async function leaveTypesFor(
  leaveTypes: LeaveTypes,
  named: readonly { readonly leaveTypeId: string }[],
  { signal }: Call,
): Promise<readonly LeaveType[]> {
  if (named.every(({ leaveTypeId }) => leaveTypeId === '')) return [];
  const query = { includeHistory: false, after: undefined, limit: MAX_LEAVE_TYPES };
  return await leaveTypes.list(query, signal);
}

function toLeaveType(leaveType: LeaveType): WireLeaveType {
  const { leaveTypeId, name, isPaid, isArchived, revision, recordedAt, actor, reason } = leaveType;
  return create(LeaveTypeSchema, {
    leaveTypeId,
    name,
    paid: isPaid,
    archived: isArchived,
    revision,
    updateTime: timestampOfRecord(recordedAt),
    actor,
    reason,
  });
}

/** Bytes of a leave type in JSON without its texts: field names, id, time. A generous estimate. */
const LEAVE_TYPE_BYTES = 300;

function leaveTypeSize({ name, actor, reason }: LeaveType): Size {
  return {
    structure: LEAVE_TYPE_BYTES,
    texts: textBytes(name) + textBytes(actor) + textBytes(reason),
  };
}
