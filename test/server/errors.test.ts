// Every refusal made by the library under the pipeline comes out with this service's code,
// reason and way out, in every protocol. Each text of the table in refusals.ts is provoked.

import { brotliCompressSync, gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import {
  ListAttendanceRequestSchema,
  MarkAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { envelope, errorOf, post } from './support/raw.js';
import { type Served, serve, stopAll } from './support/serve.js';

const SERVICE = '/attendance.v1.AttendanceService';
const TOO_MANY_BYTES = 4 * 1024 * 1024 + 1;
const text = (value: string) => Buffer.from(value);
const GARBAGE = Buffer.from([0x0a, 0xff]);
const MARK = toBinary(
  MarkAttendanceRequestSchema,
  create(MarkAttendanceRequestSchema, { employeeId: 'a' }),
);
const BIG_PAGE = toBinary(
  ListAttendanceRequestSchema,
  create(ListAttendanceRequestSchema, { employeeId: 'b', pageSize: 10_000 }),
);

interface Case {
  readonly name: string;
  readonly method?: string;
  readonly body: Uint8Array;
  readonly json?: true;
  readonly headers?: Record<string, string>;
  readonly code: Code;
  readonly reason: string;
  readonly says: string;
  readonly field?: string;
}

const CASES: readonly Case[] = [
  {
    name: 'an unknown enum name',
    body: text('{"employeeId":"a","status":"banana"}'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'ATTENDANCE_STATUS_PRESENT',
    field: 'status',
  },
  {
    name: 'an unknown enum name inside a list',
    method: 'BatchMarkAttendance',
    body: text('{"requests":[{"status":"banana"}]}'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'banana',
    field: 'requests[0].status',
  },
  {
    name: 'an enum name of many characters',
    body: text(JSON.stringify({ status: 'b'.repeat(100_000) })),
    json: true,
    headers: {
      'accept-encoding': 'gzip',
      'connect-accept-encoding': 'gzip',
      'grpc-accept-encoding': 'gzip',
    },
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'must be one of',
    field: 'status',
  },
  {
    name: 'a field of another type',
    body: text('{"employeeId":"a","date":5}'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'must be a text',
    field: 'date',
  },
  {
    name: 'a time that is none',
    method: 'GetAttendance',
    body: text('{"asOfTime":"yesterday"}'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'an instant with its zone',
    field: 'as_of_time',
  },
  {
    name: 'a time on a day that does not exist',
    method: 'ListAttendance',
    body: text('{"updated_after" : "2026-02-30T08:00:00Z"}'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'must be a time that exists',
    field: 'updated_after',
  },
  {
    name: "24 o'clock",
    method: 'GetAttendance',
    body: text('{"asOfTime":"2026-03-01T24:00:00Z"}'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'must be a time that exists',
    field: 'as_of_time',
  },
  {
    name: 'a field that is not there',
    method: 'ListAttendance',
    body: text('{"employe_id":"a"}'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'is not a field here; remove it, or use one of',
    field: 'employe_id',
  },
  {
    name: 'a JSON that is none',
    body: text('{"employeeId":'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'not the JSON of an attendance.v1.MarkAttendanceRequest',
  },
  {
    name: 'several values deep inside that are none',
    method: 'SimulateAttendance',
    body: text(
      '{"shifts":[{"early_grce":"1s","late_grace":"10m"}],' +
        '"punches":[{"time":"2026-03-02T09:00:00Z"},{"time":"2026-03-02T09:00:00"}]}',
    ),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'shifts[0].early_grce is not a field here',
    field: 'shifts[0].early_grce, shifts[0].late_grace, punches[1].time',
  },
  {
    name: 'a request in JSON that is no object',
    body: text('[]'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'it must be an object',
    field: '',
  },
  {
    name: 'a field twice',
    body: text('{"employeeId":"a","employee_id":"b"}'),
    json: true,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'not the JSON of an attendance.v1.MarkAttendanceRequest',
  },
  {
    name: 'a message that is not protobuf',
    body: GARBAGE,
    code: Code.InvalidArgument,
    reason: 'MALFORMED_REQUEST',
    says: 'not valid protobuf',
  },
  {
    name: 'a message that is too large',
    body: Buffer.alloc(TOO_MANY_BYTES),
    code: Code.ResourceExhausted,
    reason: 'MESSAGE_TOO_LARGE',
    says: 'fewer items',
  },
  {
    name: 'an answer that is too large',
    method: 'ListAttendance',
    body: BIG_PAGE,
    code: Code.ResourceExhausted,
    reason: 'RESPONSE_TOO_LARGE',
    says: 'page_size',
  },
  {
    name: 'a compression that is not known',
    body: MARK,
    headers: {
      'content-encoding': 'zstd',
      'connect-content-encoding': 'zstd',
      'grpc-encoding': 'zstd',
    },
    code: Code.Unimplemented,
    reason: 'UNSUPPORTED_COMPRESSION',
    says: 'gzip',
  },
  {
    name: 'a timeout that is none',
    body: MARK,
    headers: { 'grpc-timeout': 'soon', 'connect-timeout-ms': 'soon' },
    code: Code.InvalidArgument,
    reason: 'INVALID_TIMEOUT',
    says: 'digits',
  },
  {
    name: 'a failure of the service itself',
    method: 'ListAttendanceRevisions',
    body: MARK,
    code: Code.Internal,
    reason: 'INTERNAL',
    says: 'logged',
  },
];

const PROTOCOLS = [
  { name: 'Connect', type: (json?: true) => `application/${json ? 'json' : 'proto'}` },
  { name: 'gRPC', type: (json?: true) => `application/grpc+${json ? 'json' : 'proto'}` },
  { name: 'gRPC-Web', type: (json?: true) => `application/grpc-web+${json ? 'json' : 'proto'}` },
  {
    name: 'gRPC-Web text',
    type: (json?: true) => `application/grpc-web-text+${json ? 'json' : 'proto'}`,
  },
];

describe('what is refused before the pipeline', () => {
  let served: Served;
  beforeEach(async () => {
    served = await serve({
      // Compresses errors too, for those who accept it.
      limits: { compressMinBytes: 1 },
      routes: {
        listAttendanceRevisions: () => {
          throw new Error('password=hunter2 at 10.0.0.1');
        },
      },
    });
  });
  afterEach(stopAll);

  for (const { name, type } of PROTOCOLS) {
    for (const example of CASES) {
      it(`${name}: ${example.name}`, async () => {
        const method = example.method ?? 'MarkAttendance';
        const framed = name === 'Connect' ? example.body : envelope(example.body);
        const body = name === 'gRPC-Web text' ? text(framed.toString('base64')) : framed;
        const headers = { 'content-type': type(example.json), te: 'trailers', ...example.headers };
        // Each protocol looks at its own headers only.
        const answer = await post(served.url, `${SERVICE}/${method}`, headers, body);
        check(errorOf(answer), example);
        expect(JSON.stringify(answer)).not.to.include('hunter2');
        const metrics = (await served.metrics.render()).text;
        expect(metrics).to.match(new RegExp(`method="${method}",code="[A-Z_]+"\\} 1\\n`));
      });
    }
  }

  it('Connect streams say it in their last message', async () => {
    const headers = { 'content-type': 'application/connect+json' };
    const body = envelope(text('{"employeeId":7}'));
    const answer = await post(served.url, `${SERVICE}/StreamAttendance`, headers, body);
    check(errorOf(answer), {
      name: '',
      body,
      code: Code.InvalidArgument,
      reason: 'MALFORMED_REQUEST',
      says: 'must be a text',
      field: 'employee_id',
    });
  });

  it('JSON is looked into however it was sent, ten places at most', async () => {
    const json = JSON.stringify({ requests: Array.from({ length: 20 }, () => ({ status: 1.5 })) });
    const expected: Omit<Case, 'name' | 'body'> = {
      code: Code.InvalidArgument,
      reason: 'MALFORMED_REQUEST',
      says: 'requests[0].status must be one of',
      field: Array.from({ length: 10 }, (_, index) => `requests[${index}].status`).join(', '),
    };
    const path = `${SERVICE}/BatchMarkAttendance`;
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['br', brotliCompressSync],
    ] as const) {
      const body = compress(json);
      const unary = { 'content-type': 'application/json', 'content-encoding': encoding };
      check(errorOf(await post(served.url, path, unary, body)), { name: '', body, ...expected });
      const grpc = { 'content-type': 'application/grpc+json', 'grpc-encoding': encoding };
      const answer = await post(served.url, path, grpc, envelope(body, 1));
      check(errorOf(answer), { name: '', body, ...expected });
    }
    for (const base64 of [false, true]) {
      const date = Buffer.from('{"date":[]}');
      const message = base64
        ? `${date.toString('base64url')}&base64=1`
        : encodeURIComponent('{"date":[]}');
      const url = `${served.url}${SERVICE}/GetAttendance?connect=v1&encoding=json&message=${message}`;
      const response = await fetch(url);
      const { message: said } = (await response.json()) as { message: string };
      expect(said).to.equal(
        'The JSON of the request cannot be read: date must be a text, "..."; it is a list.',
      );
    }
  });

  it('an answer that cannot be encoded is logged with its error', async () => {
    const broken = await serve({
      routes: {
        getAttendance: () => ({ attendance: { updateTime: { seconds: 253_402_300_800n } } }),
      },
    });
    for (const { name, type } of PROTOCOLS) {
      const body = name === 'Connect' ? text('{}') : envelope(text('{}'));
      const sent = name === 'gRPC-Web text' ? text(body.toString('base64')) : body;
      const headers = { 'content-type': type(true) };
      const answer = await post(broken.url, `${SERVICE}/GetAttendance`, headers, sent);
      expect(errorOf(answer)?.code, name).to.equal(Code.Internal);
      const logged = broken.errors.at(-1) as { message: string; method: string; err: Error };
      expect(logged.message).to.equal('a call failed');
      expect(logged.method).to.equal(`${SERVICE}/GetAttendance`);
      expect(logged.err.message, name).to.include('google.protobuf.Timestamp');
      if (name !== 'Connect') continue;
      expect((logged.err.cause as Error).stack).to.include('toJson');
    }
    expect(broken.errors.length).to.equal(PROTOCOLS.length);
  });

  const FRAMING = [
    { name: 'half a message', body: envelope(MARK, 0, 1_000), says: 'whole' },
    { name: 'no message', body: Buffer.alloc(0), says: 'exactly one', code: Code.Unimplemented },
    {
      name: 'two messages',
      body: Buffer.concat([envelope(MARK), envelope(MARK)]),
      says: 'exactly one',
      code: Code.Unimplemented,
    },
    {
      name: 'a compressed message without its encoding',
      body: envelope(MARK, 1),
      says: 'encoding',
    },
    {
      name: 'a message that does not decompress',
      body: envelope(MARK, 1),
      headers: { 'grpc-encoding': 'gzip' },
      says: 'decompressed',
    },
  ];
  for (const { name, body, says, code, headers } of FRAMING) {
    it(`gRPC: ${name}`, async () => {
      const all = { 'content-type': 'application/grpc', ...headers };
      const answer = await post(served.url, `${SERVICE}/MarkAttendance`, all, body);
      const expected = { code: code ?? Code.InvalidArgument, reason: 'MALFORMED_REQUEST', says };
      check(errorOf(answer), { name, body, ...expected });
    });
  }

  for (const { name, type } of PROTOCOLS) {
    it(`${name}: a method that is not there`, async () => {
      const headers = { 'content-type': type() };
      const answer = await post(served.url, `${SERVICE}/GetEverything`, headers, Buffer.alloc(0));
      expect(answer.status).to.equal(name === 'Connect' ? 404 : 200);
      const expected = { code: Code.Unimplemented, reason: 'METHOD_NOT_FOUND', says: 'reflection' };
      check(errorOf(answer), { name, body: Buffer.alloc(0), ...expected });
      const { text: metrics } = await served.metrics.render();
      expect(metrics).to.include('service="unknown",method="unknown",code="UNIMPLEMENTED"} 1');
      expect(metrics).not.to.include('GetEverything');
    });
  }

  it('a deadline too far for a timer is a long one, not a short one', async () => {
    const slow = await serve({
      routes: {
        getAttendance: async (_request, context) => {
          await new Promise((resolve) => setImmediate(resolve));
          return { attendance: { note: String((context.timeoutMs() ?? 0) > 1e9) } };
        },
      },
    });
    const headers = { 'content-type': 'application/json', 'connect-timeout-ms': '9999999999' };
    const answer = await post(slow.url, `${SERVICE}/GetAttendance`, headers, text('{}'));
    expect(answer.body.toString()).to.include('"note":"true"');
    const grpc = { 'content-type': 'application/grpc', 'grpc-timeout': '99999999H' };
    const other = await post(slow.url, `${SERVICE}/GetAttendance`, grpc, envelope(Buffer.alloc(0)));
    expect(errorOf(other)).to.equal(undefined);
    expect(other.body.toString()).to.include('true');
  });
});

function check(error: ConnectError | undefined, expected: Case): void {
  expect(error?.code).to.equal(expected.code);
  expect(error?.findDetails(ErrorInfoSchema)[0]).to.include({
    domain: 'attendance.v1',
    reason: expected.reason,
  });
  expect(error?.rawMessage).to.include(expected.says);
  expect(error?.rawMessage.length).to.be.lessThan(1_000);
  const violations = error?.findDetails(BadRequestSchema)[0]?.fieldViolations ?? [];
  const fields = violations.map(({ field }) => field);
  expect(violations.length > 0 ? fields.join(', ') : undefined).to.equal(expected.field);
}
