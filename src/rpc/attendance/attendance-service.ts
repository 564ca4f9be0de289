// The handlers of AttendanceService: they pass requests to use cases, and turn results into
// answers.

import { create, type MessageShape } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import {
  type AttendanceService,
  type BatchGetAttendanceRequest,
  type BatchGetAttendanceResponse,
  BatchGetAttendanceResponseSchema,
  type BatchGetAttendanceResult,
  BatchGetAttendanceResultSchema,
  BatchMarkAttendanceResponseSchema,
  BulkClearAttendanceResponseSchema,
  BulkMarkAttendanceResponseSchema,
  ClearAttendanceResponseSchema,
  type GetAttendanceRequest,
  type GetAttendanceResponse,
  GetAttendanceResponseSchema,
  type ListAttendanceRequest,
  ListAttendanceResponseSchema,
  type ListAttendanceRevisionsRequest,
  ListAttendanceRevisionsResponseSchema,
  MarkAttendanceResponseSchema,
  type StreamAttendanceRequest,
  StreamAttendanceResponseSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { Status } from '../../../gen/google/rpc/status_pb.js';
import type { AttendanceStore } from '../../app/ports/attendance-store.js';
import { TURNS } from '../../app/ports/turns.js';
import { explainDay, getDay, getDays } from '../../app/read/read-day.js';
import { listHistory, type Revision } from '../../app/read/read-history.js';
import { listDays, streamDays } from '../../app/read/read-lists.js';
import { readMoment } from '../../app/read/read-moment.js';
import type { ComparePorts } from '../../app/upkeep/compare-attendance.js';
import type { FeedTail } from '../../app/watch/feed-tail.js';
import type { FactRecorder } from '../../app/write/record-facts.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { invalidField } from '../../domain/facts/errors.js';
import {
  daysBetween,
  FIRST_DATE,
  LAST_DATE,
  type LocalDate,
} from '../../domain/time/local-date.js';
import { type PublicError, toStatus } from '../edge/error-table.js';
import { itemError } from '../edge/item-error.js';
import type { Call, ServiceHandlers } from '../edge/pipeline.js';
import { countOfPage, daySize, PageSize, type Size, textBytes } from '../shared/answer-size.js';
import { limitOf, placeOf, tokenOf } from '../shared/pages.js';
import {
  optional,
  parseAnomaly,
  parseAsOf,
  parseDate,
  parseId,
  parseMoment,
  parseOrigin,
  parseRange,
  parseStatus,
} from '../shared/parse.js';
import { toAttendance, toRevision } from '../shared/to-proto.js';
import { compareAttendanceOf } from '../simulate/compare-service.js';
import { toExplanation } from '../simulate/explanation-to-proto.js';
import { simulateAttendance } from '../simulate/simulate-service.js';
import { bulkClear, bulkMark } from './bulk-days.js';
import { leaveTypesFor, listLeaveTypes, setLeaveType } from './leave-types.js';
import { listMarkImports, voidMarks } from './mark-imports.js';
import { clearFact, markBatch, markFact, recordDay } from './marks.js';
import { watchAttendance } from './watch-attendance.js';

/** The longest range of a list that includes expected days, in days. */
const MAX_EXPECTED_DAYS = 366;

export function attendanceHandlers(
  store: AttendanceStore,
  writes: FactRecorder,
  ports: ComparePorts,
  tail: FeedTail,
): ServiceHandlers<typeof AttendanceService> {
  const stores = { store, writes, roster: ports.roster };
  return {
    markAttendance: async (message, call) => {
      const leaveTypes = await leaveTypesFor(store.leaveTypes, [message], call);
      const attendance = await recordDay(writes, markFact(message, leaveTypes, call, ''), call);
      return create(MarkAttendanceResponseSchema, { attendance });
    },
    batchMarkAttendance: async (message, call) => {
      const results = await markBatch(store, writes, message.requests, call);
      return create(BatchMarkAttendanceResponseSchema, { results });
    },
    clearAttendance: async (message, call) => {
      const attendance = await recordDay(writes, clearFact(message, call), call);
      return create(ClearAttendanceResponseSchema, { attendance });
    },
    bulkMarkAttendance: async (message, call) =>
      create(BulkMarkAttendanceResponseSchema, await bulkMark(stores, message, call)),
    bulkClearAttendance: async (message, call) =>
      create(BulkClearAttendanceResponseSchema, await bulkClear(stores, message, call)),
    getAttendance: (message, call) => get(store, message, call),
    batchGetAttendance: (message, call) => getBatch(store, message, call),
    listAttendance: (message, call) => list(store, message, call),
    streamAttendance: (message, call) => stream(store, message, call),
    listAttendanceRevisions: (message, call) => revisions(store, message, call),
    watchAttendance: (message, call) => watchAttendance(store, tail, message, call),
    setLeaveType: (message, call) => setLeaveType(store.leaveTypes, message, call),
    listLeaveTypes: (message, call) => listLeaveTypes(store, message, call),
    listMarkImports: (message, call) => listMarkImports(store, message, call),
    voidMarkImport: (message, call) => voidMarks(store, writes, message, call),
    simulateAttendance,
    compareAttendance: (message, call) => compareAttendanceOf(ports, message, call),
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

/** Parses the parts that both list requests share. */
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
    leaveTypeIds: someOf(message.leaveTypeIds, (id) => id),
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

/** Each value once; undefined if any value may match. */
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
