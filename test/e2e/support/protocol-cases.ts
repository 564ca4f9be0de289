// The calls that every client makes, and what every client is to be told. An outcome is compared
// whole; only what differs from run to run is replaced by a word: the employee, times, tokens.

import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import type { Ability, CallOptions, Outcome } from './outcome.js';

export const DAY = '2026-03-02';

/** An employee with SHARED_DAYS stored days, whom everybody reads and nobody writes. */
export const SHARED = 'shared';
export const SHARED_DAYS = 1203;
/** The most days in one message of a stream. */
const STREAM_DAYS = 500;

const TOO_MANY_BYTES = 4 * 1024 * 1024 + 1024;

export type Ask = (method: string, request: JsonObject, options?: CallOptions) => Promise<Outcome>;

/** What a case may use beside its client. */
export interface Surroundings {
  /** An employee of the case's own. */
  readonly id: string;
  /** Runs something while the employee's row is locked by somebody else. */
  readonly whileLocked: (run: () => Promise<Outcome>) => Promise<Outcome>;
  /** The same client on a service whose PostgreSQL is away. */
  readonly askDown: Ask;
}

export interface ProtocolCase {
  readonly name: string;
  readonly needs?: readonly Ability[];
  /** Not for clients under TLS: there is one service without PostgreSQL, in plaintext. */
  readonly down?: true;
  /** HTTP's status where a client sees it; by default the one of the code. */
  readonly httpStatus?: number;
  /** In order; the outcomes to compare. */
  readonly run: (ask: Ask, around: Surroundings) => Promise<readonly Outcome[]>;
  /** What they are, normalised; `same`: exactly what the first client was given. */
  readonly expected: readonly object[] | 'same';
  /** Only these parts of a failure, where clients may fail a call by themselves. */
  readonly compare?: 'code' | 'code and reason';
}

const markOf = (employeeId: string, more: JsonObject = {}): JsonObject => ({
  employeeId,
  employeeName: 'Zoë O’Brien',
  date: DAY,
  status: 'ATTENDANCE_STATUS_PRESENT',
  note: 'on site',
  ...more,
});

const PRESENT = {
  employeeId: 'ID',
  employeeName: 'Zoë O’Brien',
  date: DAY,
  timeZone: 'UTC',
  status: 'ATTENDANCE_STATUS_PRESENT',
  origin: 'ATTENDANCE_ORIGIN_MARKED',
  portion: 'DAY_PORTION_WHOLE_DAY',
  note: 'on site',
  final: true,
  updateTime: 'TIME',
  revision: 1,
  etag: '"1"',
};

const NOTHING = {
  employeeId: 'ID',
  employeeName: 'Zoë O’Brien',
  timeZone: 'UTC',
  status: 'ATTENDANCE_STATUS_UNSCHEDULED',
  portion: 'DAY_PORTION_WHOLE_DAY',
  final: true,
};

const CLEARED = { ...NOTHING, date: DAY, updateTime: 'TIME', revision: 2, etag: '"2"' };

/** Every kind of field: texts, lengths, instants, doubles, lists of messages. */
const SIMULATION: JsonObject = {
  employee: { timeZone: 'Europe/Berlin', employeeName: 'Zoë O’Brien', defaultShiftId: 'N' },
  shifts: [
    {
      shiftId: 'N',
      startTimeOfDay: '22:00',
      endTimeOfDay: '06:00',
      acceptBefore: '0s',
      geofence: { latitude: 52.5, longitude: -13.4, radiusMeters: 500 },
      workRules: { roundIn: { direction: 'ROUNDING_DIRECTION_UP', step: '900s' } },
    },
  ],
  punches: [
    {
      time: '2026-03-02T21:04:59.999Z',
      kind: 'PUNCH_KIND_IN',
      location: { latitude: 52.51, longitude: 0 },
    },
    { time: '2026-03-03T00:00:00Z', kind: 'PUNCH_KIND_BREAK_START' },
    { time: '2026-03-03T00:30:00Z', kind: 'PUNCH_KIND_BREAK_END' },
    { time: '2026-03-03T04:30:00Z' },
  ],
  startDate: DAY,
  endDate: '2026-03-04',
  nowTime: '2026-03-04T12:00:00Z',
};

interface Said {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly { field: string; reason: string; description: string }[];
  readonly retryDelayMs?: number;
}

const one = (message: object) => ({ messages: [message] });
const refused = ({ metadata = {}, violations = [], ...said }: Said) => ({
  messages: [],
  failed: { domain: 'attendance.v1', metadata, violations, retryDelayMs: undefined, ...said },
});

const BAD_FIELDS = [
  {
    field: 'employee_id',
    reason: 'EMPLOYEE_ID_REQUIRED',
    description: 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -',
  },
  {
    field: 'status',
    reason: 'STATUS_INVALID',
    description:
      'must be PRESENT, ABSENT, HALF_DAY, ON_LEAVE, REMOTE, HOLIDAY or DAY_OFF ' +
      '(ATTENDANCE_STATUS_...); it is "ATTENDANCE_STATUS_SCHEDULED"',
  },
  {
    field: 'request_id',
    reason: 'REQUEST_ID_INVALID',
    description:
      'must be a UUID such as 6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d, or empty; it is "again"',
  },
  {
    field: 'date',
    reason: 'DATE_INVALID',
    description:
      'must be a real date, YYYY-MM-DD, from 1900-01-01 to 9999-12-31; it is "2026-02-30"',
  },
];

const sentence = (violations: readonly { field: string; description: string }[]) =>
  violations.map(({ field, description }) => `${field}: ${description}`).join('; ');

const MISMATCH: Said = {
  code: 'ABORTED',
  reason: 'ETAG_MISMATCH',
  message:
    `the day ${DAY} of employee ID has the etag "1", not "0": ` +
    'read the day, decide again, and send its new etag, with the quotes',
  metadata: { employee_id: 'ID', date: DAY, sent_etag: '"0"', current_etag: '"1"' },
};

const UNKNOWN_EMPLOYEE: Said = {
  code: 'NOT_FOUND',
  reason: 'EMPLOYEE_NOT_FOUND',
  message: 'there is no employee ID: check the id, which is case-sensitive',
  metadata: { employee_id: 'ID' },
};

/** A failure as google.rpc.Status in protobuf's JSON: one item of a batch. */
function statusJson(code: number, { message, reason, metadata, violations }: Said) {
  const info = { reason, domain: 'attendance.v1', ...(metadata === undefined ? {} : { metadata }) };
  const details: object[] = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', ...info }];
  if (violations !== undefined) {
    const type = 'type.googleapis.com/google.rpc.BadRequest';
    details.push({ '@type': type, fieldViolations: violations });
  }
  return { error: { code, message, details } };
}

const BAD_ITEM = {
  field: 'requests[1].date',
  reason: 'DATE_INVALID',
  description: 'must be a real date, YYYY-MM-DD, from 1900-01-01 to 9999-12-31; it is "02/03/2026"',
};

const NO_STATUS =
  'must be one of ATTENDANCE_STATUS_PRESENT, ATTENDANCE_STATUS_ABSENT, ' +
  'ATTENDANCE_STATUS_HALF_DAY, ATTENDANCE_STATUS_ON_LEAVE, ATTENDANCE_STATUS_REMOTE, ' +
  'ATTENDANCE_STATUS_HOLIDAY, ATTENDANCE_STATUS_DAY_OFF, ATTENDANCE_STATUS_SCHEDULED, ' +
  'ATTENDANCE_STATUS_UNSCHEDULED; it is "banana"';
const NO_FIELD =
  'is not a field here; remove it, or use one of: employee_id, start_date, end_date, statuses, ' +
  'origins, page_size, page_token, as_of_time, group_id, anomalies, final, updated_after, ' +
  'leave_type_ids';

const ANSWERS: readonly ProtocolCase[] = [
  {
    name: 'a mark, the same again, and what is read then',
    run: async (ask, { id }) => {
      const requestId = randomUUID();
      const request = markOf(id, { requestId });
      return [
        await ask('MarkAttendance', request),
        await ask('MarkAttendance', request),
        await ask('MarkAttendance', markOf(id)),
        await ask('GetAttendance', { employeeId: id, date: DAY }),
        await ask('GetAttendance', { employeeId: id, date: '2026-12-24' }),
      ];
    },
    expected: [
      ...Array(4).fill(one({ attendance: PRESENT })),
      one({ attendance: { ...NOTHING, date: '2026-12-24', etag: '"0"' } }),
    ],
  },
  {
    name: 'a clearing, and the history',
    needs: ['quick calls'],
    run: async (ask, { id }) => {
      await ask('MarkAttendance', markOf(id));
      return [
        await ask('ClearAttendance', { employeeId: id, date: DAY, reason: 'a typo' }),
        await ask('ListAttendanceRevisions', { employeeId: id, date: DAY }),
      ];
    },
    expected: [
      one({ attendance: CLEARED }),
      one({
        revisions: [
          {
            revision: 1,
            updateTime: 'TIME',
            actor: 'anonymous',
            cause: 'REVISION_CAUSE_MARKED',
            reason: 'on site',
            before: { ...NOTHING, date: DAY, etag: '"0"' },
            after: PRESENT,
          },
          {
            revision: 2,
            updateTime: 'TIME',
            actor: 'anonymous',
            cause: 'REVISION_CAUSE_CLEARED',
            reason: 'a typo',
            before: PRESENT,
            after: CLEARED,
          },
        ],
      }),
    ],
  },
  {
    name: 'a batch whose items fare differently',
    run: async (ask, { id }) => {
      const requests = [
        markOf(id),
        markOf(id, { date: '02/03/2026' }),
        markOf(id, { etag: '"0"' }),
        markOf(id, { status: 'ATTENDANCE_STATUS_ABSENT', etag: '"1"', note: '' }),
      ];
      return [await ask('BatchMarkAttendance', { requests })];
    },
    expected: [
      one({
        results: [
          { attendance: PRESENT },
          statusJson(3, {
            code: '',
            reason: 'INVALID_FIELD',
            message: sentence([BAD_ITEM]),
            violations: [BAD_ITEM],
          }),
          statusJson(10, MISMATCH),
          {
            attendance: {
              employeeId: 'ID',
              employeeName: 'Zoë O’Brien',
              date: DAY,
              timeZone: 'UTC',
              status: 'ATTENDANCE_STATUS_ABSENT',
              origin: 'ATTENDANCE_ORIGIN_MARKED',
              portion: 'DAY_PORTION_WHOLE_DAY',
              final: true,
              updateTime: 'TIME',
              revision: 2,
              etag: '"2"',
            },
          },
        ],
      }),
    ],
  },
  {
    name: 'pages of a list, by their tokens',
    needs: ['quick calls'],
    run: async (ask) => {
      const pages: Outcome[] = [];
      let pageToken = '';
      do {
        const request = { employeeId: SHARED, pageSize: 500, pageToken };
        const page = await ask('ListAttendance', request);
        pages.push(page);
        pageToken = (page.messages[0] as { nextPageToken?: string })?.nextPageToken ?? '';
      } while (pageToken !== '' && pages.length <= SHARED_DAYS / 500 + 1);
      return pages;
    },
    expected: 'same',
  },
  {
    name: 'a stream of several messages',
    run: async (ask) => [await ask('StreamAttendance', { employeeId: SHARED })],
    expected: 'same',
  },
];

const REFUSALS: readonly ProtocolCase[] = [
  {
    name: 'a simulation, and one that cannot be',
    run: async (ask) => [
      await ask('SimulateAttendance', SIMULATION),
      await ask('SimulateAttendance', { ...SIMULATION, endDate: '2026-03-01' }),
    ],
    expected: 'same',
  },
  {
    name: 'an employee nobody knows',
    needs: ['quick calls'],
    run: async (ask, { id }) => [
      await ask('GetAttendance', { employeeId: id, date: DAY }),
      await ask('ListAttendanceRevisions', { employeeId: id, date: DAY }),
      await ask('ClearAttendance', { employeeId: id, date: DAY, reason: 'a typo' }),
    ],
    expected: Array(3).fill(refused(UNKNOWN_EMPLOYEE)),
  },
  {
    name: 'several wrong fields at once',
    run: async (ask) => [
      await ask('MarkAttendance', {
        date: '2026-02-30',
        status: 'ATTENDANCE_STATUS_SCHEDULED',
        requestId: 'again',
      }),
    ],
    expected: [
      refused({
        code: 'INVALID_ARGUMENT',
        reason: 'INVALID_FIELD',
        message: sentence(BAD_FIELDS),
        violations: BAD_FIELDS,
      }),
    ],
  },
  {
    name: 'a stream of what cannot be',
    needs: ['quick calls'],
    run: async (ask) => [
      await ask('StreamAttendance', { startDate: '2026-02-01', endDate: '2026-01-31' }),
    ],
    expected: [
      refused({
        code: 'INVALID_ARGUMENT',
        reason: 'INVALID_FIELD',
        message: 'end_date: must not be before start_date; 2026-01-31 is before 2026-02-01',
        violations: [
          {
            field: 'end_date',
            reason: 'END_DATE_BEFORE_START_DATE',
            description: 'must not be before start_date; 2026-01-31 is before 2026-02-01',
          },
        ],
      }),
    ],
  },
  {
    name: 'an etag that does not match',
    needs: ['quick calls'],
    run: async (ask, { id }) => {
      await ask('MarkAttendance', markOf(id));
      return [await ask('MarkAttendance', markOf(id, { etag: '"0"' }))];
    },
    expected: [refused(MISMATCH)],
  },
  {
    name: 'a request id used for something else',
    needs: ['quick calls'],
    run: async (ask, { id }) => {
      const requestId = '0d9e1b6e-5f0c-4a53-8f63-1f2a3b4c5d6e';
      await ask('MarkAttendance', markOf(id, { requestId }));
      return [await ask('MarkAttendance', markOf(id, { requestId, note: 'another' }))];
    },
    expected: [
      refused({
        code: 'INVALID_ARGUMENT',
        reason: 'REQUEST_ID_REUSED',
        message:
          'request_id 0d9e1b6e-5f0c-4a53-8f63-1f2a3b4c5d6e was used for another request about ' +
          'employee ID: send a new UUID with every new request, and the same one only to ' +
          'repeat a request',
        metadata: { employee_id: 'ID', request_id: '0d9e1b6e-5f0c-4a53-8f63-1f2a3b4c5d6e' },
        violations: [
          {
            field: 'request_id',
            reason: 'REQUEST_ID_REUSED',
            description: 'was used for another request about employee ID',
          },
        ],
      }),
    ],
  },
  {
    name: 'a status that is none, and a field that is none',
    needs: ['any JSON'],
    run: async (ask, { id }) => [
      await ask('MarkAttendance', markOf(id, { status: 'banana' })),
      await ask('ListAttendance', { employe_id: id }),
    ],
    expected: [
      refused({
        code: 'INVALID_ARGUMENT',
        reason: 'MALFORMED_REQUEST',
        message: `The JSON of the request cannot be read: status ${NO_STATUS}.`,
        violations: [
          {
            field: 'status',
            reason: 'MALFORMED_REQUEST',
            description: NO_STATUS,
          },
        ],
      }),
      refused({
        code: 'INVALID_ARGUMENT',
        reason: 'MALFORMED_REQUEST',
        message: `The JSON of the request cannot be read: employe_id ${NO_FIELD}.`,
        violations: [
          {
            field: 'employe_id',
            reason: 'MALFORMED_REQUEST',
            description: NO_FIELD,
          },
        ],
      }),
    ],
  },
  {
    name: 'a message of more than 4 MiB',
    needs: ['quick calls'],
    run: async (ask, { id }) => [
      await ask('MarkAttendance', markOf(id, { note: 'x'.repeat(TOO_MANY_BYTES) })),
    ],
    // Compressed, its size is not known: the sentence differs by that.
    compare: 'code and reason',
    expected: [{ code: 'RESOURCE_EXHAUSTED', reason: 'MESSAGE_TOO_LARGE' }],
  },
  {
    name: 'a method that is not there',
    needs: ['any method'],
    httpStatus: 404,
    run: async (ask) => [await ask('GetEverything', {})],
    expected: [
      refused({
        code: 'UNIMPLEMENTED',
        reason: 'METHOD_NOT_FOUND',
        message:
          'attendance.v1.AttendanceService/GetEverything is not a method of this server; ' +
          'server reflection lists the methods.',
      }),
    ],
  },
];

const DEADLINE: Said = {
  code: 'DEADLINE_EXCEEDED',
  reason: 'DEADLINE_EXCEEDED',
  message:
    'the deadline passed before the call ended; a write may still have taken effect: ' +
    'repeat it with the same request_id and a longer deadline',
};

const UNAVAILABLE: Said = {
  code: 'UNAVAILABLE',
  reason: 'STORE_UNAVAILABLE',
  message: 'the database cannot be reached at the moment; repeat the call with the same request_id',
  retryDelayMs: 500,
};

const LATE: readonly ProtocolCase[] = [
  {
    name: 'a deadline of a millisecond, and one that passes while the call waits for a lock',
    needs: ['deadlines'],
    run: async (ask, { id, whileLocked }) => {
      await ask('MarkAttendance', markOf(id));
      const again = markOf(id, { note: 'late' });
      return [
        await whileLocked(() => ask('MarkAttendance', again, { timeoutMs: 1 })),
        await whileLocked(() => ask('MarkAttendance', again, { timeoutMs: 40 })),
      ];
    },
    compare: 'code',
    expected: [{ code: 'DEADLINE_EXCEEDED' }, { code: 'DEADLINE_EXCEEDED' }],
  },
  {
    // These clients keep no time: it is the service that answers.
    name: 'a deadline that has passed on arrival, and one that the service sees pass',
    needs: ['any JSON', 'deadlines'],
    run: async (ask, { id, whileLocked }) => {
      await ask('MarkAttendance', markOf(id));
      const late = () => ask('MarkAttendance', markOf(id, { note: 'late' }), { timeoutMs: 40 });
      return [
        await ask('GetAttendance', { employeeId: id, date: DAY }, { timeoutMs: 0 }),
        await whileLocked(late),
      ];
    },
    expected: [refused(DEADLINE), refused(DEADLINE)],
  },
  {
    name: 'PostgreSQL is away',
    down: true,
    run: async (_ask, { askDown }) => [
      await askDown('GetAttendance', { employeeId: 'x', date: DAY }),
      await askDown('MarkAttendance', markOf('x')),
      await askDown('StreamAttendance', {}),
    ],
    expected: Array(3).fill(refused(UNAVAILABLE)),
  },
];

export const CASES: readonly ProtocolCase[] = [...ANSWERS, ...REFUSALS, ...LATE];

/** The stored days of SHARED, as a client would mark them. */
export function sharedDays(): JsonObject[] {
  return Array.from({ length: SHARED_DAYS }, (_, index) => {
    const date = new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
    return markOf(SHARED, { date, note: index % 3 === 0 ? `note ${index} 漢字 🙂` : '' });
  });
}

/** How many messages the stream of SHARED has. */
export const SHARED_MESSAGES = Math.ceil(SHARED_DAYS / STREAM_DAYS);
