// The quick encoder beside the library's: the same bytes for every answer of the contract, and for
// what no answer has.

import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { FieldDescriptorProtoSchema, TimestampSchema, ValueSchema } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import fc from 'fast-check';
import { AttendanceSchema } from '../../../../gen/attendance/v1/attendance_pb.js';
import {
  AttendanceService,
  ListAttendanceRevisionsResponseSchema,
} from '../../../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../../../gen/attendance/v1/roster_service_pb.js';
import { TimesheetService } from '../../../../gen/attendance/v1/timesheet_service_pb.js';
import { encodeInEnvelope } from '../../../../src/server/connect/lane/quick-encoder.js';
import { envelope } from '../../support/raw.js';

type Fields = Record<string, unknown>;

/** Messages within messages, so deep. */
const MAX_DEPTH = 4;

const TEXTS = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.integer({ min: 120, max: 135 }).map((length) => 'a'.repeat(length)),
  fc.constantFrom('', '\ud800', 'a\udc00b', 'é', '😀'.repeat(20)),
);
const INT64S = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, 1n, -1n, 127n, 128n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)),
);
const INT32S = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31)));

function scalars(scalar: ScalarType): fc.Arbitrary<unknown> {
  switch (scalar) {
    case ScalarType.STRING:
      return TEXTS;
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 200 });
    case ScalarType.INT64:
      return INT64S;
    case ScalarType.UINT64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, 1e-320));
    case ScalarType.UINT32:
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    default:
      return INT32S;
  }
}

function values(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.message !== undefined) return messages(field.message, depth - 1);
  if (field.enum !== undefined) {
    return fc.constantFrom(...field.enum.values.map(({ number }) => number), 77);
  }
  return scalars(field.scalar ?? ScalarType.INT32);
}

/** What a message has for a field: undefined where it says nothing. */
function ofField(field: DescField, depth: number): fc.Arbitrary<unknown> {
  const isDeep = field.message !== undefined && depth <= 0;
  if (field.fieldKind === 'map') {
    return fc.dictionary(fc.string({ maxLength: 5 }), TEXTS, { maxKeys: 3 });
  }
  if (field.fieldKind === 'list') {
    return isDeep ? fc.constant([]) : fc.array(values(field, depth), { maxLength: 3 });
  }
  return isDeep ? fc.constant(undefined) : fc.option(values(field, depth), { nil: undefined });
}

function messages(desc: DescMessage, depth = MAX_DEPTH): fc.Arbitrary<Message> {
  const plain = desc.fields.filter(({ oneof }) => oneof === undefined);
  const fields = plain.map((field) =>
    ofField(field, depth).map((value) => [field, value] as const),
  );
  const oneofs = desc.oneofs.map(({ localName, fields: choices }) =>
    fc
      .oneof(
        ...choices.map((field) => values(field, depth).map((value) => [field, value] as const)),
      )
      .map(([field, value]) => [localName, { case: field.localName, value }] as const),
  );
  return fc.tuple(fc.tuple(...fields), fc.tuple(...oneofs)).map(([own, chosen]) => {
    const message = create(desc) as unknown as Fields;
    for (const [{ localName }, value] of own) if (value !== undefined) message[localName] = value;
    for (const [name, value] of chosen) message[name] = value;
    return message as unknown as Message;
  });
}

/** The bytes, or what is thrown. */
function outcomeOf(encode: () => Uint8Array): string {
  try {
    return Buffer.from(encode()).toString('base64');
  } catch (error) {
    return String(error);
  }
}

function compare(desc: DescMessage, message: Message): void {
  const library = outcomeOf(() => envelope(toBinary(desc, message)));
  expect(outcomeOf(() => encodeInEnvelope(desc, message))).to.equal(library);
}

describe('the quick encoder', () => {
  const answers = [AttendanceService, ClockService, RosterService, TimesheetService].flatMap(
    ({ methods }) => methods.map(({ output }) => output),
  );

  for (const desc of new Set(answers)) {
    it(`writes what the library writes: ${desc.name}`, () => {
      fc.assert(
        fc.property(messages(desc), (message) => compare(desc, message)),
        { numRuns: 30 },
      );
    });
  }

  it('writes lengths of every size', () => {
    for (const length of [0, 1, 126, 127, 128, 129, 16_383, 16_384, 70_000, 2_100_000]) {
      const note = 'é'.repeat(length / 2);
      compare(AttendanceSchema, create(AttendanceSchema, { note }));
      const before = create(AttendanceSchema, { note, nextTransitionTime: { seconds: 1n } });
      compare(
        ListAttendanceRevisionsResponseSchema,
        create(ListAttendanceRevisionsResponseSchema, { revisions: [{ before, reason: note }] }),
      );
    }
  });

  const odd: readonly (readonly [string, DescMessage, Fields])[] = [
    ['a number beyond its type', TimestampSchema, { nanos: 2 ** 31 }],
    ['a number that is none', TimestampSchema, { nanos: 1.5 }],
    ['seconds beyond 64 bits', TimestampSchema, { seconds: 2n ** 63n }],
    ['seconds that are no bigint', TimestampSchema, { seconds: 5 }],
    ['a text that is none', AttendanceSchema, { note: 5 }],
    ['a list that is none', AttendanceSchema, { sessions: undefined }],
    ['unknown fields', TimestampSchema, { $unknown: [{ no: 9, wireType: 0, data: Buffer.of(1) }] }],
    ['a type that holds itself', ValueSchema, {}],
    ['explicit presence, and kinds of fields that no answer has', FieldDescriptorProtoSchema, {}],
  ];
  for (const [what, desc, fields] of odd) {
    it(`does as the library does: ${what}`, () => {
      compare(desc, Object.assign(create(desc) as object, fields) as unknown as Message);
      fc.assert(
        fc.property(messages(desc, 2), (message) =>
          compare(desc, Object.assign(message, fields) as unknown as Message),
        ),
        { numRuns: 20 },
      );
    });
  }
});
