// Messages that cost more than their bytes: counted before anything is built of them, and decoded
// in turns when they are large. What comes out is what protobuf's own readers make of them.

import { brotliCompressSync, gzipSync } from 'node:zlib';
import { create, fromBinary, fromJson, toBinary, toJson } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  BatchMarkAttendanceRequestSchema,
  BatchMarkAttendanceResponseSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { RecordPunchesRequestSchema } from '../../gen/attendance/v1/clock_service_pb.js';
import { SimulateAttendanceRequestSchema } from '../../gen/attendance/v1/simulation_pb.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { countBinary, countJson } from '../../src/server/connect/count-elements.js';
import { decodeBinary, decodeJson } from '../../src/server/connect/decode-in-turns.js';
import { runs } from '../support/runs.js';
import { envelope, errorOf, post } from './support/raw.js';
import { type Served, serve, stopAll } from './support/serve.js';

const BATCH = '/attendance.v1.AttendanceService/BatchMarkAttendance';
const MANY = 2_000_000;

const text = (value: string) => Buffer.from(value);
const { signal } = new AbortController();

/** What is two bytes, or three, an item. */
const BOMBS: Record<
  string,
  { readonly body: Buffer; readonly json?: true; readonly says: string }
> = {
  'empty items of a list': { body: Buffer.alloc(2 * MANY, Buffer.from([0x0a, 0])), says: 'items' },
  'fields that are unknown': {
    body: Buffer.alloc(2 * MANY, Buffer.from([0x78, 0])),
    says: 'items',
  },
  'groups within groups': { body: Buffer.alloc(MANY, 0x7b), says: 'items' },
  'empty objects in JSON': {
    body: text(`{"requests":[${'{},'.repeat(1_390_000)}{}]}`),
    json: true,
    says: 'items',
  },
  'lists within lists in JSON': { body: text('['.repeat(MANY)), json: true, says: 'deeper' },
  'numbers in a list in JSON': {
    body: text(`{"requests":[${'1,'.repeat(MANY)}1]}`),
    json: true,
    says: 'items',
  },
};

/** Each way in which a message is sent: the type, how it is framed, the header of its encoding. */
const FORMS = [
  {
    name: 'Connect',
    type: 'application/',
    frame: (bytes: Uint8Array, _flags?: number) => Buffer.from(bytes),
    header: 'content-encoding',
  },
  { name: 'gRPC', type: 'application/grpc+', frame: envelope, header: 'grpc-encoding' },
  { name: 'gRPC-Web', type: 'application/grpc-web+', frame: envelope, header: 'grpc-encoding' },
];

const ENCODINGS: Record<string, (bytes: Buffer) => Buffer> = {
  identity: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  br: (bytes) => brotliCompressSync(bytes, { params: { 1: 4 } }),
};

describe('messages with too many parts', () => {
  let served: Served;
  before(async () => {
    served = await serve();
  });
  after(stopAll);

  for (const { name, type, frame, header } of FORMS) {
    for (const [what, { body, json, says }] of Object.entries(BOMBS)) {
      for (const [encoding, compress] of Object.entries(ENCODINGS)) {
        it(`${name}, ${encoding}: ${what}`, async () => {
          const packed = compress(body);
          const flags = encoding === 'identity' ? 0 : 1;
          const sent = frame(packed, flags);
          const headers = { 'content-type': type + (json ? 'json' : 'proto'), [header]: encoding };
          const answer = await post(served.url, BATCH, headers, sent);
          const error = errorOf(answer);
          expect(error?.findDetails(ErrorInfoSchema)).to.have.lengthOf(1);
          expect(error?.code).to.be.oneOf([Code.ResourceExhausted, Code.InvalidArgument]);
          if (encoding === 'identity') expect(error?.rawMessage).to.include(says);
          expect(served.errors).to.deep.equal([]);
        });
      }
    }
  }

  it('Connect over GET: a compressed query', async () => {
    const bomb = gzipSync(Buffer.alloc(4_000_000, Buffer.from([0x0a, 0])));
    const query = `encoding=proto&compression=gzip&base64=1&message=${bomb.toString('base64url')}`;
    const path = '/attendance.v1.AttendanceService/GetAttendance';
    const answer = await fetch(`${served.url}${path}?${query}&connect=v1`);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).to.deep.equal([
      429,
      'resource_exhausted',
    ]);
  });
});

describe('large messages', () => {
  afterEach(stopAll);

  const ITEMS = Array.from({ length: 1_000 }, (_, n) => ({
    employeeId: `e${n}`,
    note: 'x'.repeat(50),
  }));
  const REQUEST = create(BatchMarkAttendanceRequestSchema, { requests: ITEMS });
  const BINARY = Buffer.from(toBinary(BatchMarkAttendanceRequestSchema, REQUEST));
  const JSON_TEXT = text(JSON.stringify(toJson(BatchMarkAttendanceRequestSchema, REQUEST)));

  for (const { name, type, frame, header } of FORMS) {
    for (const [encoding, compress] of Object.entries(ENCODINGS)) {
      for (const codec of ['proto', 'json']) {
        it(`reach the handler whole: ${name}, ${codec}, ${encoding}`, async () => {
          const seen: unknown[] = [];
          const { url } = await serve({
            routes: {
              batchMarkAttendance: (request) => {
                seen.push(toJson(BatchMarkAttendanceRequestSchema, request));
                return create(BatchMarkAttendanceResponseSchema);
              },
            },
          });
          const packed = compress(codec === 'json' ? JSON_TEXT : BINARY);
          const sent = frame(packed, encoding === 'identity' ? 0 : 1);
          const headers = { 'content-type': type + codec, [header]: encoding, te: 'trailers' };
          const answer = await post(url, BATCH, headers, sent);
          expect(answer.status).to.equal(200);
          expect(seen).to.deep.equal([toJson(BatchMarkAttendanceRequestSchema, REQUEST)]);
        });
      }
    }
  }

  it('are told the place in the whole of what cannot be read', async () => {
    const { url } = await serve();
    const requests = ITEMS.map((item, n) => (n < 700 ? item : { ...item, date: n }));
    const headers = { 'content-type': 'application/json' };
    const answer = await post(url, BATCH, headers, text(JSON.stringify({ requests })));
    const [violations] = errorOf(answer)?.findDetails(BadRequestSchema) ?? [];
    const fields = violations?.fieldViolations.map(({ field }) => field);
    expect(fields).to.deep.equal(Array.from({ length: 10 }, (_, n) => `requests[${700 + n}].date`));
  });

  it('with a second message behind them are refused for it', async () => {
    const { url } = await serve();
    const twice = Buffer.concat([envelope(BINARY), envelope(BINARY)]);
    const answer = await post(url, BATCH, { 'content-type': 'application/grpc' }, twice);
    expect(errorOf(answer)?.rawMessage).to.include('more than one message');
  });
});

describe('decoding in turns', () => {
  const mark = fc.record({
    employeeId: fc.string({ maxLength: 8 }),
    date: fc.constantFrom('', '2026-03-02'),
    status: fc.constantFrom(0, 1, 2),
    note: fc.string({ maxLength: 40 }),
  });
  const punch = fc.record({
    employeeId: fc.string({ maxLength: 8 }),
    time: fc.record({ seconds: fc.bigInt(0n, 2_000_000_000n) }),
    labels: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), fc.string({ maxLength: 5 })),
    note: fc.string({ maxLength: 30_000 }),
  });

  it('of binary gives what reading in one piece gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(punch, { maxLength: 60 }), async (punches) => {
        const message = create(RecordPunchesRequestSchema, { punches });
        const bytes = toBinary(RecordPunchesRequestSchema, message);
        const read = await decodeBinary(RecordPunchesRequestSchema, bytes, signal);
        expect(read).to.deep.equal(fromBinary(RecordPunchesRequestSchema, bytes));
      }),
      { numRuns: runs(30) },
    );
  });

  it('of JSON gives what reading in one piece gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mark, { maxLength: 60 }), async (requests) => {
        const message = create(BatchMarkAttendanceRequestSchema, { requests });
        const json = toJson(BatchMarkAttendanceRequestSchema, message);
        const read = await decodeJson(BatchMarkAttendanceRequestSchema, json, {}, signal);
        expect(read).to.deep.equal(fromJson(BatchMarkAttendanceRequestSchema, json));
      }),
      { numRuns: runs(30) },
    );
  });

  it('of JSON refuses a field under both of its names, as reading in one piece does', async () => {
    const nine = Array.from({ length: 9 }, () => ({}));
    const json = { timeZoneChanges: nine, time_zone_changes: nine };
    const desc = SimulateAttendanceRequestSchema.field.employee.message ?? expect.fail();
    const failure = await decodeJson(desc, json, {}, signal).catch((error: unknown) => error);
    expect(String(failure)).to.include('cannot decode');
  });
});

describe('counting', () => {
  const desc = RecordPunchesRequestSchema;
  const one = toBinary(desc, create(desc, { punches: [{ note: 'n', labels: { a: 'b' } }] }));
  // The list's item, its note, its label, the label's key and value.
  const PARTS = 5;

  for (const [max, expected] of [
    [PARTS, 'fits'],
    [PARTS - 1, 'too many'],
  ] as const) {
    it(`of ${PARTS} parts with ${max} allowed: ${expected}`, () => {
      expect(countBinary(desc, one, max)).to.equal(expected);
    });
  }

  it('of bytes that are no message ends where they end to be one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(countBinary(desc, bytes, 1_000)).to.be.oneOf(['fits', 'too many']);
      }),
    );
  });

  for (const [json, max, expected] of [
    ['{"a":[{},{}]}', 5, 'fits'],
    ['{"a":[{},{}]}', 4, 'too many'],
    ['{"a":"[[[[,,,,"}', 1, 'fits'],
    ['{"a":"\\"[[[,,,"}', 1, 'fits'],
    ['{"a":"', 1, 'fits'],
    ['['.repeat(65), 100, 'too deep'],
  ] as const) {
    it(`of the JSON ${json.slice(0, 20)} with ${max} allowed: ${expected}`, () => {
      expect(countJson(text(json), max)).to.equal(expected);
    });
  }
});
