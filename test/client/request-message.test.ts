// What callers write, as the message that is sent: dates are converted, and what a message cannot
// hold is refused with the field's name and the way out, where `create` would drop it.

import type { DescMessage, Message } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { durationFromMs, timestampDate, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import fc from 'fast-check';
import type { ClockInRequest, MarkAttendanceRequest, RequestOf } from '../../src/client/index.js';
import {
  AttendanceClientError,
  AttendanceService,
  AttendanceStatus,
  BatchMarkAttendanceRequestSchema,
  CLIENT_DOMAIN,
  ClockInRequestSchema,
  ClockService,
  ExplanationInputSchema,
  GetAttendanceRequestSchema,
  ImportPunchesResponseSchema,
  ListAttendanceRequestSchema,
  ListPunchesRequestSchema,
  MarkAttendanceRequestSchema,
  PunchKind,
  PunchSchema,
  RecordPunchesRequestSchema,
  RosterService,
  ShiftSchema,
  TimesheetService,
} from '../../src/client/index.js';
import { requestMessage } from '../../src/client/request-message.js';

const NOON = new Date('2026-03-02T12:00:00.250Z');
const NOON_STAMP = timestampFromMs(NOON.getTime());

/** What JavaScript callers may write, whom no compiler warns. */
type Untyped = { readonly [key: string]: unknown };

function refused(schema: DescMessage, given: unknown): AttendanceClientError {
  try {
    requestMessage(schema, given as RequestOf<Message>);
  } catch (error) {
    expect(error).to.be.instanceOf(AttendanceClientError);
    return error as AttendanceClientError;
  }
  throw new Error('It was taken.');
}

/** Every field of every request, with the messages inside. */
function requestFields() {
  const seen = new Set<DescMessage>();
  const visit = (message: DescMessage): void => {
    if (seen.has(message)) return;
    seen.add(message);
    for (const field of message.fields) if (field.message) visit(field.message);
  };
  for (const service of [AttendanceService, ClockService, RosterService, TimesheetService]) {
    for (const { input } of service.methods) visit(input);
  }
  return [...seen];
}

describe('a request as a caller writes it', () => {
  it('has a Date for a Timestamp: alone, nested, in lists, and in a message', () => {
    const alone = requestMessage(ClockInRequestSchema, { employeeId: '007', time: NOON });
    expect(alone).to.deep.equal(
      create(ClockInRequestSchema, { employeeId: '007', time: NOON_STAMP }),
    );
    const log = { punches: [{ employeeId: '007', time: NOON, kind: PunchKind.IN }] };
    const sent = requestMessage(RecordPunchesRequestSchema, { ...log, deviceTime: NOON });
    expect(sent.punches[0]?.time).to.deep.equal(NOON_STAMP);
    expect(sent.deviceTime).to.deep.equal(NOON_STAMP);
    const message = create(ClockInRequestSchema, { employeeId: '007' });
    Object.assign(message, { time: NOON });
    expect(requestMessage(ClockInRequestSchema, message).time).to.deep.equal(NOON_STAMP);
    const oneof = { name: 'at', value: { case: 'instant', value: NOON } } as const;
    expect(requestMessage(ExplanationInputSchema, oneof).value).to.deep.equal({
      case: 'instant',
      value: NOON_STAMP,
    });
  });

  it('comes back from the message as the same Date', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const { time } = requestMessage(PunchSchema, { time: date });
        expect(time && timestampDate(time).getTime()).to.equal(date.getTime());
      }),
    );
  });

  it('is left as it was', () => {
    const given = Object.freeze({
      punches: Object.freeze([Object.freeze({ time: NOON })]),
      deviceTime: NOON,
    });
    requestMessage(RecordPunchesRequestSchema, given);
    const message = create(RecordPunchesRequestSchema);
    Object.assign(message, { deviceTime: NOON });
    requestMessage(RecordPunchesRequestSchema, message);
    expect(message.deviceTime).to.equal(NOON);
  });

  it('may be a message, a literal, an object of a class, and nothing at all', () => {
    class Mark {
      employeeId = '007';
      get date(): string {
        return '2026-03-02';
      }
    }
    const expected = create(GetAttendanceRequestSchema, { employeeId: '007', date: '2026-03-02' });
    const literal = { employeeId: '007', date: '2026-03-02' };
    for (const given of [
      expected,
      literal,
      new Mark(),
      Object.assign(Object.create(null), literal),
    ]) {
      expect(requestMessage(GetAttendanceRequestSchema, given)).to.deep.equal(expected);
    }
    expect(requestMessage(ListAttendanceRequestSchema, undefined)).to.deep.equal(
      create(ListAttendanceRequestSchema),
    );
  });

  it('may have numbers and bigints in the place of each other where nothing is lost', () => {
    const given = { seconds: 90, nanos: 5n } as Untyped;
    const shift = requestMessage(ShiftSchema, { lateGrace: given } as Untyped);
    expect(shift.lateGrace).to.deep.equal(
      create(ShiftSchema, { lateGrace: { seconds: 90n, nanos: 5 } }).lateGrace,
    );
  });

  it('keeps a label of any name', () => {
    const labels = JSON.parse('{"__proto__": "x", "job": "y"}') as Record<string, string>;
    const { labels: sent } = requestMessage(PunchSchema, { labels });
    expect(Object.entries(sent)).to.deep.equal(Object.entries(labels));
  });

  describe('is refused', () => {
    const CASES: readonly (readonly [string, DescMessage, Untyped, string, string])[] = [
      [
        'milliseconds for an instant',
        ClockInRequestSchema,
        { time: 1_772_452_800_000 },
        'time',
        'must be a Date, such as new Date(milliseconds), or a Timestamp; it is the number 1772452800000',
      ],
      [
        'text for an instant',
        ClockInRequestSchema,
        { time: '2026-03-02T12:00Z' },
        'time',
        'must be a Date, such as new Date(milliseconds), or a Timestamp; it is the text "2026-03-02T12:00Z"',
      ],
      [
        'an invalid date',
        ClockInRequestSchema,
        { time: new Date('noon') },
        'time',
        'must be a valid Date',
      ],
      [
        'an object that hides its fields',
        ClockInRequestSchema,
        { time: new Map() },
        'time',
        'must be a Date, such as new Date(milliseconds), or a Timestamp; it is of the class Map',
      ],
      [
        'another message',
        ClockInRequestSchema,
        { time: durationFromMs(5) },
        'time',
        'must be a Date, such as new Date(milliseconds), or a Timestamp; it is a message of google.protobuf.Duration',
      ],
      [
        'milliseconds for a length',
        ShiftSchema,
        { lateGrace: 5_000 },
        'late_grace',
        'must be a Duration, such as { seconds: 90n }; it is the number 5000',
      ],
      [
        'a Date for a length',
        ShiftSchema,
        { lateGrace: NOON },
        'late_grace',
        'must be a Duration, such as { seconds: 90n }; it is of the class Date',
      ],
      [
        'a Date for a local date',
        GetAttendanceRequestSchema,
        { date: NOON },
        'date',
        "must be text, such as '2026-03-02': a Date has no zone, so its date is unclear; it is of the class Date",
      ],
      [
        'a number for text',
        GetAttendanceRequestSchema,
        { employeeId: 7 },
        'employee_id',
        'must be text; it is the number 7',
      ],
      [
        'half a character',
        PunchSchema,
        { note: 'a\ud83d' },
        'note',
        'must be well-formed text, without half a surrogate pair; it is the text "a\\ud83d"',
      ],
      [
        'a name for a choice',
        MarkAttendanceRequestSchema,
        { status: 'PRESENT' },
        'status',
        'must be a value of AttendanceStatus, such as AttendanceStatus.PRESENT; it is the text "PRESENT"',
      ],
      [
        'text for a number',
        ListAttendanceRequestSchema,
        { pageSize: '10' },
        'page_size',
        'must be a whole number from -2147483648 to 2147483647; it is the text "10"',
      ],
      [
        'a fraction',
        ListAttendanceRequestSchema,
        { pageSize: 1.5 },
        'page_size',
        'must be a whole number from -2147483648 to 2147483647; it is the number 1.5',
      ],
      [
        'a number that is too large',
        ListAttendanceRequestSchema,
        { pageSize: 2 ** 31 },
        'page_size',
        'must be a whole number from -2147483648 to 2147483647; it is the number 2147483648',
      ],
      [
        'a number that is not exact',
        ImportPunchesResponseSchema,
        { recordedCount: 2 ** 60 },
        'recorded_count',
        'must be a bigint such as 5n, from -9223372036854775808 to 9223372036854775807; it is the number 1152921504606847000',
      ],
      [
        'a bigint for a broken number',
        PunchSchema,
        { location: { latitude: 5n } },
        'location.latitude',
        'must be a number; it is the bigint 5n',
      ],
      [
        'a word for yes or no',
        ListPunchesRequestSchema,
        { includeVoided: 'yes' },
        'include_voided',
        'must be true or false; it is the text "yes"',
      ],
      [
        'one for many',
        RecordPunchesRequestSchema,
        { punches: {} },
        'punches',
        'must be a list; it is an object',
      ],
      [
        'a hole in a list',
        RecordPunchesRequestSchema,
        { punches: [{}, null] },
        'punches[1]',
        'must be a Punch or an object of its fields; it is null',
      ],
      [
        'many for one',
        PunchSchema,
        { location: [] },
        'location',
        'must be a Location or an object of its fields; it is a list',
      ],
      [
        'a Map for labels',
        PunchSchema,
        { labels: new Map() },
        'labels',
        'must be an object of keys and values; it is of the class Map',
      ],
      [
        'a number for a label',
        PunchSchema,
        { labels: { job: 5 } },
        'labels["job"]',
        'must be text; it is the number 5',
      ],
      [
        'a mistyped name',
        GetAttendanceRequestSchema,
        { employeeID: '007' },
        'employeeID',
        'is not a field of GetAttendanceRequest: use employeeId',
      ],
      [
        "the contract's own name",
        BatchMarkAttendanceRequestSchema,
        { requests: [{ employee_id: '007' }] },
        'requests[0].employee_id',
        'is not a field of MarkAttendanceRequest: use employeeId',
      ],
      [
        'a name of its own',
        GetAttendanceRequestSchema,
        { person: '007' },
        'person',
        'is not a field of GetAttendanceRequest: use one of employeeId, date, asOfTime, includeExplanations',
      ],
      [
        'a member beside its choice',
        ExplanationInputSchema,
        { text: 'x' },
        'text',
        "must be given as value: { case: 'text', value: ... }",
      ],
      [
        'a choice that is not there',
        ExplanationInputSchema,
        { value: { case: 'day', value: 1 } },
        'value',
        "must be { case: 'instant' or 'length' or 'number' or 'text' or 'flag', value: ... }; it is an object",
      ],
      [
        'a choice without its case',
        ExplanationInputSchema,
        { value: 'x' },
        'value',
        "must be { case: 'instant' or 'length' or 'number' or 'text' or 'flag', value: ... }; it is the text \"x\"",
      ],
      [
        'a wrong member of a choice',
        ExplanationInputSchema,
        { value: { case: 'flag', value: 1 } },
        'flag',
        'must be true or false; it is the number 1',
      ],
    ];
    for (const [what, schema, given, field, description] of CASES) {
      it(`${what}: ${field}`, () => {
        const error = refused(schema, given);
        expect(error.fieldViolations.map(({ field: f, description: d }) => [f, d])).to.deep.equal([
          [field, description],
        ]);
        expect(error).to.include({
          code: status.INVALID_ARGUMENT,
          reason: 'INVALID_FIELD',
          domain: CLIENT_DOMAIN,
          message: `${field}: ${description}`,
        });
      });
    }

    it('with all its mistakes at once, up to a bound', () => {
      const two = refused(ClockInRequestSchema, { employeeId: 7, time: 5 });
      expect(two.fieldViolations.map(({ field }) => field)).to.deep.equal(['employee_id', 'time']);
      const many = refused(RecordPunchesRequestSchema, { punches: new Array(1_000).fill(5) });
      expect(many.fieldViolations).to.have.length(10);
    });

    it('when it is no object at all', () => {
      for (const given of ['007', 7, [], new Date()]) {
        expect(refused(GetAttendanceRequestSchema, given).fieldViolations[0]?.field).to.equal('');
      }
    });
  });

  it('is refused by the compiler too where that can tell', () => {
    const typed = (request: RequestOf<ClockInRequest>) => request;
    typed({ time: NOON, labels: { job: 'x' } });
    typed({ time: { seconds: 5n } });
    typed(create(ClockInRequestSchema));
    // @ts-expect-error a number is no instant
    typed({ time: 5 });
    // @ts-expect-error there is no such field
    typed({ employeeID: '007' });
    // @ts-expect-error another message
    typed(create(GetAttendanceRequestSchema));
    const mark: RequestOf<MarkAttendanceRequest> = { status: AttendanceStatus.ABSENT };
    expect(mark).to.have.all.keys('status');
  });

  it('has no field of a kind that is not looked at', () => {
    const foreign = requestFields()
      .map(({ typeName }) => typeName)
      .filter((name) => !name.startsWith('attendance.v1.'));
    // Wrappers, Struct and Any are written in ways of their own: teach the reader first.
    expect(foreign).to.have.members([
      'google.protobuf.Timestamp',
      'google.protobuf.Duration',
      'google.protobuf.FieldMask',
    ]);
  });
});
