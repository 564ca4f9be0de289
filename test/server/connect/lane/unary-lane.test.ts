// The unary lane beside Connect's library: the same requests through both, and the same answers, byte
// by byte. A content type with a parameter means nothing more, and is not for the lane: so the very
// same server answers both ways.

import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  ListAttendanceRequestSchema,
  ListAttendanceResponseSchema,
} from '../../../../gen/attendance/v1/attendance_service_pb.js';
import { refusalError } from '../../../../src/server/support/rpc-error.js';
import { envelope, postOn, type RawAnswer } from '../../support/raw.js';
import { type Served, serve, stopAll } from '../../support/serve.js';

const PATH = '/attendance.v1.AttendanceService/ListAttendance';
const TYPES = [
  'application/grpc',
  'application/grpc+proto',
  'application/grpc-web',
  'application/grpc-web+proto',
];
/** So many bytes are a message at most, asked or answered. */
const MESSAGE_BYTES = 64 * 1024;

type Headers = Readonly<Record<string, string>>;

/** What the method does is asked for by name, in the field employee_id. */
function outcome(employeeId: string, pageSize: number, way: string) {
  switch (employeeId) {
    case 'way':
      return create(ListAttendanceResponseSchema, { attendances: [{ note: way }] });
    case 'reason':
      throw refusalError({
        code: Code.NotFound,
        reason: 'EMPLOYEE_NOT_FOUND',
        message: 'Nobody: 100 %, “such”\nis there.',
        violations: [{ field: 'employee_id', reason: 'INVALID_FIELDS', description: 'é' }],
        retryAfterMs: 1500,
      });
    case 'bare':
      throw new ConnectError('an error without a reason', Code.Unavailable, { 'x-more': 'a, b' });
    case 'bug':
      throw new Error('a bug');
    default:
      return create(ListAttendanceResponseSchema, {
        attendances: Array.from({ length: pageSize }, () => ({ note: 'n'.repeat(500) })),
      });
  }
}

function message(employeeId: string, pageSize = 0, pageToken = ''): Uint8Array {
  const request = create(ListAttendanceRequestSchema, { employeeId, pageSize, pageToken });
  return toBinary(ListAttendanceRequestSchema, request);
}

const ONE = message('mia', 1);
const BODIES: Readonly<Record<string, Uint8Array>> = {
  'a short answer': envelope(ONE),
  'an answer worth compressing': envelope(message('mia', 40)),
  'an answer that is too large': envelope(message('mia', 140)),
  'an error with its reason': envelope(message('reason')),
  'an error without a reason': envelope(message('bare')),
  'a bug': envelope(message('bug')),
  'an empty message': envelope(new Uint8Array(0)),
  'a message that is decoded in turns': envelope(message('mia', 1, 'x'.repeat(40_000))),
  'a message of the greatest size': envelope(message('mia', 1, 'x'.repeat(65_522))),
  'a message that is too large': envelope(message('mia', 1, 'x'.repeat(MESSAGE_BYTES))),
  'unknown fields': envelope(Buffer.concat([ONE, Buffer.from([0xf8, 0x7f, 0x01])])),
  'bytes that are no message': envelope(Buffer.from([0x0a, 0x50, 0x01])),
  'a large message cut short': envelope(message('mia', 1, 'x'.repeat(40_000)).subarray(0, 30_000)),
  'a text that is not UTF-8': envelope(Buffer.from([0x0a, 0x02, 0xc3, 0x28])),
  'no message': new Uint8Array(0),
  'half an envelope': envelope(ONE).subarray(0, 3),
  'an envelope cut short': envelope(ONE, 0, ONE.length + 4),
  'two messages': Buffer.concat([envelope(ONE), envelope(ONE)]),
  'bytes after the message': Buffer.concat([envelope(ONE), Buffer.from([1, 2])]),
  'a compressed message': envelope(gzipSync(ONE), 1),
  'a flag of compression on a plain message': envelope(ONE, 1),
  'a flag of the end': envelope(ONE, 2),
  'a flag of trailers': envelope(ONE, 0x80),
};
const HEADERS: readonly Headers[] = [
  {},
  { 'grpc-accept-encoding': 'identity,deflate,gzip' },
  { 'grpc-accept-encoding': 'br, gzip' },
  { 'grpc-accept-encoding': 'zstd' },
  { 'grpc-encoding': 'identity', 'grpc-accept-encoding': 'gzip' },
  { 'grpc-encoding': 'gzip' },
  { 'grpc-encoding': 'snappy' },
  { 'grpc-timeout': '5S' },
  { 'grpc-timeout': '99999999H' },
  { 'grpc-timeout': 'soon' },
  { accept: 'application/grpc-web-text' },
  { accept: 'application/grpc-web+proto, */*', 'x-unknown': 'x' },
];

describe('the unary lane and the library', () => {
  let served: Served;
  let session: ClientHttp2Session;

  before(async () => {
    served = await serve({
      limits: { messageBytes: MESSAGE_BYTES },
      routes: {
        listAttendance: ({ employeeId, pageSize }, { protocolName }) =>
          outcome(employeeId, pageSize, protocolName),
      },
    });
    session = connectHttp2(served.url);
  });
  after(async () => {
    session.destroy();
    await stopAll();
  });

  const ask = (type: string, headers: Headers, body: Uint8Array): Promise<RawAnswer> =>
    postOn(session, PATH, { 'content-type': type, 'x-request-id': 'same', ...headers }, body);

  async function compare(type: string, headers: Headers, body: Uint8Array): Promise<void> {
    const [lane, library] = await Promise.all([
      ask(type, headers, body),
      ask(`${type}; x=y`, headers, body),
    ]);
    const what = JSON.stringify({ type, headers });
    expect(comparable(lane), what).to.deep.equal(comparable(library));
  }

  it('are each taken, as the content type says', async () => {
    for (const type of TYPES) {
      const lane = await ask(type, {}, envelope(message('way')));
      expect(lane.body.toString('latin1'), type).to.include('lane');
      const library = await ask(`${type}; x=y`, {}, envelope(message('way')));
      expect(library.body.toString('latin1'), type).to.include('library');
    }
  });

  for (const [what, body] of Object.entries(BODIES)) {
    it(`answer the same: ${what}`, async () => {
      for (const type of TYPES) {
        for (const headers of HEADERS) await compare(type, headers, body);
      }
    });
  }

  it('answer the same, whatever comes', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 60 }).map((data) => envelope(data)),
      fc.constantFrom(...Object.values(BODIES)),
    );
    const headers = fc
      .subarray([...HEADERS], { maxLength: 3 })
      .map((some): Headers => Object.assign({}, ...some));
    await fc.assert(fc.asyncProperty(fc.constantFrom(...TYPES), headers, bytes, compare), {
      numRuns: 150,
    });
  });

  it('count the same, and log it once', async () => {
    const failures = () => served.errors.splice(0) as { message: string; method: string }[];
    const counted = async () => {
      const { text } = await served.metrics.render();
      return Number(/_count\{.*method="ListAttendance",code="INTERNAL"\} (\d+)/.exec(text)?.[1]);
    };
    await ask(`${TYPES[0]}; x=y`, {}, envelope(message('bug')));
    failures();
    const before = await counted();
    await ask(TYPES[0] ?? '', {}, envelope(message('bug')));
    const lane = failures();
    await ask(`${TYPES[0]}; x=y`, {}, envelope(message('bug')));
    const [error] = failures();
    expect(lane).to.have.lengthOf(1);
    expect(lane[0]).to.include({ message: error?.message, method: error?.method });
    expect(await counted()).to.equal(before + 2);
  });
});

describe('the unary lane and the library, for Connect', () => {
  let served: Served;
  let session: ClientHttp2Session;

  before(async () => {
    served = await serve({
      limits: { messageBytes: MESSAGE_BYTES },
      routes: {
        listAttendance: ({ employeeId, pageSize }, { protocolName }) =>
          outcome(employeeId, pageSize, protocolName),
      },
    });
    session = connectHttp2(served.url);
  });
  after(async () => {
    session.destroy();
    await stopAll();
  });

  /** Means nothing to Connect, and is not for the lane. */
  const BY_LIBRARY = { 'grpc-timeout': '9S' };

  async function compare(type: string, headers: Headers, body: Uint8Array): Promise<void> {
    const asked = { 'content-type': type, ...headers };
    const [lane, library] = await Promise.all([
      postOn(session, PATH, asked, body),
      postOn(session, PATH, { ...asked, ...BY_LIBRARY }, body),
    ]);
    const told = ({
      status,
      headers: { date: _, 'x-request-id': __, ...all },
      trailers,
      body: bytes,
    }: RawAnswer) => ({
      status,
      all,
      trailers,
      body: bytes.toString('latin1'),
    });
    const what = JSON.stringify({
      type,
      headers,
      body: Buffer.from(body).toString('latin1', 0, 80),
    });
    expect(told(lane), what).to.deep.equal(told(library));
  }

  const json = (employeeId: string, pageSize = 0, pageToken = '') =>
    Buffer.from(JSON.stringify({ employeeId, pageSize, pageToken }));
  const ALIKE: readonly (readonly [string, number?, string?])[] = [
    ['mia', 1],
    ['mia', 40],
    ['mia', 140],
    ['reason'],
    ['bare'],
    ['bug'],
    ['mia', 1, 'x'.repeat(40_000)],
    ['mia', 1, 'x'.repeat(MESSAGE_BYTES)],
  ];
  const CASES: readonly (readonly [type: string, body: Uint8Array])[] = [
    ...ALIKE.map((call) => ['application/json', json(...call)] as const),
    ...ALIKE.map((call) => ['application/proto', message(...call)] as const),
    ...[
      '',
      '{}',
      'null',
      '[]',
      '{"employeeId": 7}',
      '{"employee_id": "mia", "page_size": "1"}',
      '{"employeId": "mia"}',
      '{"employeeId": "mia"',
      '{"employeeId": "mia", "employeeId": "reason"}',
      '{"pageSize": 1e3, "employeeId": "\\ud800"}',
      '{"pageSize": 1.5}',
      '{"asOfTime": "2026-02-30T00:00:00Z"}',
      '{"statuses": ["BANANA"]}',
    ].map((text) => ['application/json', Buffer.from(text)] as const),
    ['application/json', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d])],
    ['application/json', gzipSync(json('mia', 1))],
    ['application/proto', gzipSync(message('mia', 1))],
    ['application/proto', Buffer.from([0x0a, 0x50, 0x01])],
    ['application/proto', Buffer.from([0x0a, 0x02, 0xc3, 0x28])],
    ['application/proto', Buffer.concat([ONE, Buffer.from([0xf8, 0x7f, 0x01])])],
  ];
  const SENT: readonly Headers[] = [
    {},
    { 'accept-encoding': 'gzip, deflate, br, zstd' },
    { 'accept-encoding': 'br' },
    { 'accept-encoding': 'identity' },
    { 'content-encoding': 'gzip' },
    { 'content-encoding': 'identity', 'accept-encoding': 'gzip' },
    { 'content-encoding': 'snappy' },
    { 'connect-timeout-ms': '5000' },
    { 'connect-timeout-ms': 'soon' },
    { 'connect-timeout-ms': '99999999999' },
    { 'connect-protocol-version': '1' },
    { 'connect-protocol-version': '2' },
  ];

  it('are each taken', async () => {
    for (const [type, body] of [
      ['application/json', json('way')],
      ['application/proto', message('way')],
    ] as const) {
      const asked = { 'content-type': type };
      const lane = await postOn(session, PATH, asked, body);
      expect(lane.body.toString('latin1'), type).to.include('lane');
      const library = await postOn(session, PATH, { ...asked, ...BY_LIBRARY }, body);
      expect(library.body.toString('latin1'), type).to.include('library');
    }
  });

  CASES.forEach(([type, body], index) => {
    const shown = type.endsWith('json') ? Buffer.from(body).toString('utf8').slice(0, 60) : '';
    it(`answer the same: ${type} ${index} ${shown}`, async () => {
      for (const headers of SENT) await compare(type, headers, body);
    });
  });

  it('answer the same, whatever comes', async () => {
    const types = fc.constantFrom('application/json', 'application/proto', 'application/JSON');
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text)),
      fc.constantFrom(...CASES.map(([, body]) => body)),
    );
    const headers = fc
      .subarray([...SENT], { maxLength: 3 })
      .map((some): Headers => Object.assign({}, ...some));
    await fc.assert(fc.asyncProperty(types, headers, bytes, compare), { numRuns: 150 });
  });
});

/**
 * What is refused early is answered with the content type as it was sent, and without saying how
 * messages would be compressed.
 */
function comparable({ status, headers, trailers, body }: RawAnswer) {
  const { date: _, 'content-type': type = '', 'grpc-encoding': encoding, ...others } = headers;
  const form = type.replace(/; x=y$/, '').replace(/\+proto$/, '');
  const compressed = body.length === 0 ? undefined : encoding;
  return { status, form, compressed, others, trailers, body: body.toString('base64') };
}
