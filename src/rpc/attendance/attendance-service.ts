// AttendanceService: requests to use cases, and their results to answers.

import { create, type MessageShape } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import type { Attendance as WireAttendance } from '../../../gen/attendance/v1/attendance_pb.js';
import {
  type AttendanceService,
  type BatchGetAttendanceRequest,
  type BatchGetAttendanceResponse,
  BatchGetAttendanceResponseSchema,
  type BatchGetAttendanceResult,
  BatchGetAttendanceResultSchema,
  BatchMarkAttendanceResponseSchema,
  type BatchMarkAttendanceResult,
  BatchMarkAttendanceResultSchema,
  type ClearAttendanceRequest,
  ClearAttendanceResponseSchema,
  type GetAttendanceRequest,
  type GetAttendanceResponse,
  GetAttendanceResponseSchema,
  type ListAttendanceRequest,
  ListAttendanceResponseSchema,
  type ListAttendanceRevisionsRequest,
  ListAttendanceRevisionsResponseSchema,
  type MarkAttendanceRequest,
  MarkAttendanceRequestSchema,
  MarkAttendanceResponseSchema,
  type StreamAttendanceRequest,
  StreamAttendanceResponseSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { Status } from '../../../gen/google/rpc/status_pb.js';
import type { ClearFact, Fact, MarkFact } from '../../app/ports/facts.js';
import type { AttendanceStore } from '../../app/ports/ports.js';
import { TURNS } from '../../app/ports/turns.js';
import {
  explainDay,
  getDay,
  getDays,
  listDays,
  listHistory,
  type Revision,
  readMoment,
  streamDays,
} from '../../app/read/read-attendance.js';
import { type FactRecorder, type RecordResult, recordFact } from '../../app/write/record-facts.js';
import type { Attendance } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError, type Failure, invalidField } from '../../domain/facts/errors.js';
import {
  daysBetween,
  FIRST_DATE,
  LAST_DATE,
  type LocalDate,
} from '../../domain/time/local-date.js';
import { type PublicError, toStatus } from '../edge/error-table.js';
import { itemError } from '../edge/item-error.js';
import type { Call, ServiceHandlers } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { violationsOf } from '../edge/validate.js';
import {
  countOfPage,
  countThatFits,
  daySize,
  PageSize,
  type Size,
  textBytes,
  unknownDayBytes,
} from '../shared/answer-size.js';
import { limitOf, placeOf, tokenOf } from '../shared/pages.js';
import {
  parseAnomaly,
  parseAsOf,
  parseDate,
  parseId,
  parseMarkable,
  parseMoment,
  parseName,
  parseOrigin,
  parsePortion,
  parseRange,
  parseReason,
  parseStatus,
} from '../shared/parse.js';
import { hashOf, requestIdOf } from '../shared/payload-hash.js';
import { toAttendance, toRevision } from '../shared/to-proto.js';
import { toExplanation } from '../simulate/explanation-to-proto.js';
import { simulateAttendance } from '../simulate/simulate-service.js';

/** The longest range that days computed from the roster are listed for, in days. */
const MAX_EXPECTED_DAYS = 366;

export function attendanceHandlers(
  store: AttendanceStore,
  writes: FactRecorder,
): ServiceHandlers<typeof AttendanceService> {
  return {
    markAttendance: async (message, call) => {
      const attendance = await recordDay(writes, markFact(message, call, ''), call);
      return create(MarkAttendanceResponseSchema, { attendance });
    },
    batchMarkAttendance: async (message, call) => {
      const results = await markBatch(writes, message.requests, call);
      return create(BatchMarkAttendanceResponseSchema, { results });
    },
    clearAttendance: async (message, call) => {
      const attendance = await recordDay(writes, clearFact(message, call), call);
      return create(ClearAttendanceResponseSchema, { attendance });
    },
    getAttendance: (message, call) => get(store, message, call),
    batchGetAttendance: (message, call) => getBatch(store, message, call),
    listAttendance: (message, call) => list(store, message, call),
    streamAttendance: (message, call) => stream(store, message, call),
    listAttendanceRevisions: (message, call) => revisions(store, message, call),
    simulateAttendance,
  };
}

async function get(
  store: AttendanceStore,
  message: GetAttendanceRequest,
  call: Call,
): Promise<GetAttendanceResponse> {
  const moment = await readMoment(store, parseAsOf(message.asOfTime), call.now, call.signal);
  const employeeId = parseId(message.employeeId);
  const date = parseDate(message.date, 'date');
  if (!message.includeExplanations) {
    const day = await getDay(store, employeeId, date, moment, call.signal);
    return create(GetAttendanceResponseSchema, { attendance: toAttendance(day) });
  }
  const explained = await explainDay(store, employeeId, date, moment, call.signal);
  const { attendance, findings, zone } = explained;
  return create(GetAttendanceResponseSchema, {
    attendance: toAttendance(attendance),
    explanations: await TURNS.map(
      findings,
      (finding) => toExplanation(finding, zone, date),
      call.signal,
    ),
  });
}

async function getBatch(
  store: AttendanceStore,
  message: BatchGetAttendanceRequest,
  call: Call,
): Promise<BatchGetAttendanceResponse> {
  const wanted = message.days.map(({ employeeId, date }, index) => ({
    employeeId: parseId(employeeId, `days[${index}].`),
    date: parseDate(date, 'date', `days[${index}].`),
  }));
  const moment = { now: call.now, asOf: undefined };
  const days = await getDays(store, wanted, moment, call.signal);
  const found = days.flatMap((day) => day ?? []);
  const fit = await countOfPage(found, daySize);
  let place = 0;
  const results = await TURNS.map(
    days,
    (day, index) => {
      if (day === undefined) {
        const employeeId = message.days[index]?.employeeId as EmployeeId;
        return notGot(itemError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId }, call));
      }
      place += 1;
      if (place > fit) return notGot(toStatus(NO_ROOM));
      const value = toAttendance(day);
      return create(BatchGetAttendanceResultSchema, { result: { case: 'attendance', value } });
    },
    call.signal,
  );
  return create(BatchGetAttendanceResponseSchema, { results });
}

function notGot(value: Status): BatchGetAttendanceResult {
  return create(BatchGetAttendanceResultSchema, { result: { case: 'error', value } });
}

const NO_ROOM: PublicError = {
  code: Code.ResourceExhausted,
  reason: 'RESPONSE_TOO_LARGE',
  message: 'the answer is full: get this day in another call',
};

/** Records a fact about one date, and gives the day with it in effect. */
async function recordDay(writes: FactRecorder, fact: MarkFact | ClearFact, { signal }: Call) {
  const { attendance } = await recordFact(writes, fact, signal);
  return dayOf(attendance);
}

function dayOf(attendance: Attendance | undefined): WireAttendance {
  if (attendance === undefined) throw new Error('a fact about a date was answered without its day');
  return toAttendance(attendance);
}

function optional(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** `prefix` leads to the message from the request's root. */
function markFact(message: MarkAttendanceRequest, call: Call, prefix: string): MarkFact {
  const { employeeName, note, etag } = message;
  const date = parseDate(message.date, 'date', prefix);
  const status = parseMarkable(message.status, prefix);
  const portion = parsePortion(message.portion, prefix);
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
    note,
    requestId: requestIdOf(message),
    payloadHash: hashOf('MARK', date, status, portion, note, name ?? null, etag),
    etag: optional(etag),
    actor: call.actor,
    receivedAt: call.now,
  };
}

function clearFact(message: ClearAttendanceRequest, call: Call): ClearFact {
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

/** Before anything is recorded: an answer that cannot be sent could never be asked for again. */
function refuseLongAnswer(requests: readonly MarkAttendanceRequest[]): void {
  const fit = countThatFits(requests, ({ note }) => unknownDayBytes(note));
  if (fit === requests.length) return;
  const description =
    `must have an answer of at most 4 MiB; with these notes, send at most ${fit} items, ` +
    'and the others in further batches';
  throw invalidField('requests', 'ANSWER_TOO_LARGE', description);
}

/** Each item is checked alone; those in order are recorded together. */
async function markBatch(
  writes: FactRecorder,
  requests: readonly MarkAttendanceRequest[],
  call: Call,
): Promise<BatchMarkAttendanceResult[]> {
  refuseLongAnswer(requests);
  const checked = await TURNS.map(
    requests,
    (request, index) => checkItem(request, call, `requests[${index}].`),
    call.signal,
  );
  const facts = checked.filter((item): item is { fact: Fact } => 'fact' in item);
  const recorded = await writes.record(
    facts.map(({ fact }) => fact),
    call.signal,
  );
  let next = 0;
  // They are recorded: whoever has left is answered all the same, and may ask again.
  return await TURNS.map(checked, (item) => {
    if ('failure' in item) return batchError(item.failure, call);
    const result = recorded[next];
    next += 1;
    if (result === undefined) throw new Error('a batch has fewer results than facts');
    return batchResult(result, call);
  });
}

type CheckedItem = { readonly fact: Fact } | { readonly failure: Failure };

function checkItem(request: MarkAttendanceRequest, call: Call, prefix: string): CheckedItem {
  const violations = violationsOf(MarkAttendanceRequestSchema, request, prefix);
  if (violations.length > 0) return { failure: { kind: 'INVALID_FIELDS', violations } };
  try {
    return { fact: markFact(request, call, prefix) };
  } catch (error) {
    if (error instanceof AttendanceError) return { failure: error.failure };
    throw error;
  }
}

function batchResult(result: RecordResult, call: Call): BatchMarkAttendanceResult {
  if (result.failure !== undefined) return batchError(result.failure, call);
  const value = dayOf(result.attendance);
  return create(BatchMarkAttendanceResultSchema, { result: { case: 'attendance', value } });
}

function batchError(failure: Failure, call: Call): BatchMarkAttendanceResult {
  const value = itemError(failure, call);
  return create(BatchMarkAttendanceResultSchema, { result: { case: 'error', value } });
}

/** The parts of a list request that both lists share, parsed. */
function listScope(message: ListAttendanceRequest | StreamAttendanceRequest) {
  const employeeId = message.employeeId === '' ? undefined : parseId(message.employeeId);
  const groupId = optional(message.groupId);
  if (employeeId !== undefined && groupId !== undefined) {
    const description = 'must be empty where employee_id is given: send one of the two';
    throw invalidField('group_id', 'GROUP_WITH_EMPLOYEE', description);
  }
  const range = parseRange(message, FIRST_DATE, LAST_DATE);
  const filter = {
    statuses: someOf(message.statuses, parseStatus),
    origins: someOf(message.origins, parseOrigin),
    anomalies: someOf(message.anomalies, parseAnomaly),
    final: message.final,
    updatedAfter: parseMoment(message.updatedAfter, 'updated_after'),
  };
  const isWhole = message.startDate !== '' && message.endDate !== '';
  const { origins } = filter;
  const includeExpected = isWhole && (origins === undefined || origins.includes('EXPECTED'));
  if (!isWhole && origins?.includes('EXPECTED')) {
    const description =
      'must not have EXPECTED without start_date and end_date: days that only the roster knows are ' +
      'listed for a range; send both dates';
    throw invalidField('origins', 'DATES_REQUIRED', description);
  }
  if (includeExpected) refuseLongRange(range);
  return { employeeId, groupId, ...range, filter, includeExpected };
}

/** Each once; undefined: any. */
function someOf<T, U>(values: readonly T[], parse: (value: T) => U): readonly U[] | undefined {
  return values.length === 0 ? undefined : [...new Set(values.map(parse))];
}

function refuseLongRange(range: {
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
}): void {
  const days = daysBetween(range.startDate, range.endDate) + 1;
  if (days > MAX_EXPECTED_DAYS) {
    const description =
      `must be at most ${MAX_EXPECTED_DAYS} days from start_date, both included, because the list ` +
      'includes what the roster expects; ask for shorter ranges, or with the origins MARKED and ' +
      `DERIVED for recorded days only; the range has ${days}`;
    throw invalidField('end_date', 'RANGE_TOO_LONG', description);
  }
}

async function list(
  store: AttendanceStore,
  message: ListAttendanceRequest,
  call: Call,
): Promise<MessageShape<typeof ListAttendanceResponseSchema>> {
  const scope = listScope(message);
  const asOf = parseAsOf(message.asOfTime);
  const bound = ['ListAttendance', scope, asOf ?? null];
  const place = await placeOf(store, bound, message.pageToken);
  const after =
    place === undefined
      ? undefined
      : { employeeId: String(place[0]) as EmployeeId, date: String(place[1]) as LocalDate };
  const moment = await readMoment(store, asOf, call.now, call.signal);
  const limit = limitOf(message);
  const page = await listDays(store, { ...scope, after, limit }, moment, call.signal);
  const days = page.attendances.slice(0, await countOfPage(page.attendances, daySize));
  const next = days.length < page.attendances.length ? days.at(-1) : page.next;
  return create(ListAttendanceResponseSchema, {
    attendances: await TURNS.map(days, toAttendance, call.signal),
    nextPageToken: await tokenOf(store, bound, next && [next.employeeId, next.date]),
  });
}

async function* stream(
  store: AttendanceStore,
  message: StreamAttendanceRequest,
  call: Call,
): AsyncGenerator<MessageShape<typeof StreamAttendanceResponseSchema>, void, undefined> {
  const scope = listScope(message);
  const moment = await readMoment(store, parseAsOf(message.asOfTime), call.now, call.signal);
  for await (const days of streamDays(store, scope, moment, call.signal)) {
    if (call.signal.aborted) return;
    const attendances = await TURNS.map(days, toAttendance, call.signal);
    yield create(StreamAttendanceResponseSchema, { attendances });
  }
}

async function revisions(
  store: AttendanceStore,
  message: ListAttendanceRevisionsRequest,
  call: Call,
): Promise<MessageShape<typeof ListAttendanceRevisionsResponseSchema>> {
  const employeeId = parseId(message.employeeId);
  const date = parseDate(message.date, 'date');
  const asOf = parseAsOf(message.asOfTime);
  const bound = ['ListAttendanceRevisions', employeeId, date, asOf ?? null];
  const place = await placeOf(store, bound, message.pageToken);
  const afterRevision = place === undefined ? 0 : Number(place[0]);
  const moment = await readMoment(store, asOf, call.now, call.signal);
  const limit = limitOf(message);
  const size = new PageSize();
  const fits = (revision: Revision) => size.take(revisionSize(revision));
  const { revisions: fitting, next } = await listHistory(
    store,
    employeeId,
    date,
    { afterRevision, limit, fits },
    moment,
    call.signal,
  );
  return create(ListAttendanceRevisionsResponseSchema, {
    revisions: await TURNS.map(fitting, toRevision, call.signal),
    nextPageToken: await tokenOf(store, bound, next === undefined ? undefined : [next]),
  });
}

function revisionSize({ before, after, reason, actor }: Revision): Size {
  const [first, second] = [daySize(before), daySize(after)];
  return {
    structure: first.structure + second.structure,
    texts: first.texts + second.texts + textBytes(reason) + textBytes(actor),
  };
}
