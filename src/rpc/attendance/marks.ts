// Turns requests for marks and clearings into facts, and records them one by one or in batches.

import { create } from '@bufbuild/protobuf';
import type { Attendance as WireAttendance } from '../../../gen/attendance/v1/attendance_pb.js';
import {
  type BatchMarkAttendanceResult,
  BatchMarkAttendanceResultSchema,
  type ClearAttendanceRequest,
  type MarkAttendanceRequest,
  MarkAttendanceRequestSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { AttendanceStore } from '../../app/ports/attendance-store.js';
import type { ClearFact, Fact, MarkFact } from '../../app/ports/facts.js';
import { TURNS } from '../../app/ports/turns.js';
import {
  type FactRecorder,
  type Recorded,
  type RecordResult,
  recordFact,
} from '../../app/write/record-facts.js';
import { AttendanceError, type Failure, invalidField } from '../../domain/facts/errors.js';
import { type LeaveType, refusedLeaveType } from '../../domain/facts/leave-type.js';
import { itemError } from '../edge/item-error.js';
import type { Call } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { violationsOf } from '../edge/validate.js';
import { countThatFits, unknownDayBytes } from '../shared/answer-size.js';
import {
  optional,
  parseDate,
  parseId,
  parseLeaveTime,
  parseLeaveTypeId,
  parseMarkable,
  parseName,
  parsePortion,
  parseReason,
} from '../shared/parse.js';
import { hashOf, requestIdOf } from '../shared/payload-hash.js';
import { toAttendance } from '../shared/to-proto.js';
import { leaveTypesFor } from './leave-types.js';

/** Records a fact about one date, and returns the day with it in effect. */
export async function recordDay(
  writes: FactRecorder,
  fact: MarkFact | ClearFact,
  { signal }: Call,
) {
  return dayOf(await recordFact(writes, fact, signal));
}

function dayOf({ attendances: [attendance] }: Recorded): WireAttendance {
  if (attendance === undefined) throw new Error('a fact about a date was answered without its day');
  return toAttendance(attendance);
}

/** `prefix` leads to the message from the request's root. */
export function markFact(
  message: MarkAttendanceRequest,
  leaveTypes: readonly LeaveType[],
  call: Call,
  prefix: string,
): MarkFact {
  const { employeeName, note, etag } = message;
  const date = parseDate(message.date, 'date', prefix);
  const status = parseMarkable(message.status, prefix);
  const portion = parsePortion(message.portion, prefix);
  const leaveTime = parseLeaveTime(message.leaveTime, status, portion, prefix);
  const leaveTypeId = parseLeaveTypeId(message.leaveTypeId, status, prefix);
  const problems = new Problems();
  problems.addText(note, `${prefix}note`, 'lines');
  const isNamed = employeeName !== undefined;
  const name = isNamed ? problems.try(() => parseName(employeeName, prefix)) : undefined;
  problems.throwIfAny();
  return {
    kind: 'MARK',
    employeeId: parseId(message.employeeId, prefix),
    employeeName: name,
    date,
    status,
    portion,
    leaveTime,
    leaveTypeId,
    leaveTypeFailure:
      leaveTypeId === undefined ? undefined : refusedLeaveType(leaveTypeId, leaveTypes),
    note,
    importId: optional(message.importId),
    requestId: requestIdOf(message),
    payloadHash: hashOf(
      'MARK',
      ...[date, status, portion, leaveTypeId ?? '', note, name ?? null, etag],
      ...(leaveTime === undefined ? [] : [leaveTime.startSecond, leaveTime.endSecond]),
    ),
    etag: optional(etag),
    actor: call.actor,
    receivedAt: call.now,
  };
}

export function clearFact(message: ClearAttendanceRequest, call: Call): ClearFact {
  const date = parseDate(message.date, 'date');
  const reason = parseReason(message.reason);
  return {
    kind: 'CLEAR',
    employeeId: parseId(message.employeeId),
    date,
    reason,
    requestId: requestIdOf(message),
    payloadHash: hashOf('CLEAR', date, reason, message.etag),
    etag: optional(message.etag),
    actor: call.actor,
    receivedAt: call.now,
  };
}

/** Runs before anything is recorded: an answer that is too large to send could never be read. */
function refuseLongAnswer(requests: readonly MarkAttendanceRequest[]): void {
  const fit = countThatFits(requests, ({ note }) => unknownDayBytes(note));
  if (fit === requests.length) return;
  const description =
    `must have an answer of at most 4 MiB; with these notes, send at most ${fit} items, ` +
    'and the others in further batches';
  throw invalidField('requests', 'ANSWER_TOO_LARGE', description);
}

/** Checks each item alone, and records the valid items together. */
export async function markBatch(
  store: AttendanceStore,
  writes: FactRecorder,
  requests: readonly MarkAttendanceRequest[],
  call: Call,
): Promise<BatchMarkAttendanceResult[]> {
  refuseLongAnswer(requests);
  const leaveTypes = await leaveTypesFor(store.leaveTypes, requests, call);
  const checked = await TURNS.map(
    requests,
    (request, index) => checkItem(request, leaveTypes, call, `requests[${index}].`),
    call.signal,
  );
  const facts = checked.filter((item): item is { fact: Fact } => 'fact' in item);
  const recorded = await writes.record(
    facts.map(({ fact }) => fact),
    call.signal,
  );
  let next = 0;
  // The marks are recorded, so the answer does not stop if the caller has gone: it may ask again.
  return await TURNS.map(checked, (item) => {
    if ('failure' in item) return batchError(item.failure, call);
    const result = recorded[next];
    next += 1;
    if (result === undefined) throw new Error('a batch has fewer results than facts');
    return batchResult(result, call);
  });
}

type CheckedItem = { readonly fact: Fact } | { readonly failure: Failure };

function checkItem(
  request: MarkAttendanceRequest,
  leaveTypes: readonly LeaveType[],
  call: Call,
  prefix: string,
): CheckedItem {
  const violations = violationsOf(MarkAttendanceRequestSchema, request, prefix);
  if (violations.length > 0) return { failure: { kind: 'INVALID_FIELDS', violations } };
  try {
    return { fact: markFact(request, leaveTypes, call, prefix) };
  } catch (error) {
    if (error instanceof AttendanceError) return { failure: error.failure };
    throw error;
  }
}

function batchResult(result: RecordResult, call: Call): BatchMarkAttendanceResult {
  if (result.failure !== undefined) return batchError(result.failure, call);
  const value = dayOf(result);
  return create(BatchMarkAttendanceResultSchema, { result: { case: 'attendance', value } });
}

function batchError(failure: Failure, call: Call): BatchMarkAttendanceResult {
  const value = itemError(failure, call);
  return create(BatchMarkAttendanceResultSchema, { result: { case: 'error', value } });
}
