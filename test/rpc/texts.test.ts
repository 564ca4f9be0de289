// Texts over the wire, in every protocol and form: what cannot be kept as it was sent is refused,
// with its field; nothing is stored as something else, and nothing is lost without a word.

import { gzipSync } from 'node:zlib';
import { create, type DescField, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { Code, type ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { MarkAttendanceRequestSchema } from '../../gen/attendance/v1/attendance_service_pb.js';
import {
  ClockInRequestSchema,
  ClockService,
  ImportPunchesRequestSchema,
} from '../../gen/attendance/v1/clock_service_pb.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { recordFacts } from '../../src/app/write/record-facts.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { Instant } from '../../src/domain/time/time.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { rulesOf } from '../../src/rpc/edge/field-help.js';
import { registerRoutes, SERVICES } from '../../src/rpc/routes.js';
import { type AttendanceServer, createServer } from '../../src/server/server.js';
import { NO_LIMITS, punchFact } from '../app/support/facts.js';
import { envelope, errorOf, post } from '../server/support/raw.js';
import { MemoryStore, NO_OTHER_STORES } from './support/memory-store.js';
import { OPEN_ACCESS } from './support/open-access.js';

const NOW = Date.parse('2026-03-02T12:00:00Z') as Instant;

describe('texts over the wire', () => {
  let store: MemoryStore;
  let server: AttendanceServer;
  let url: string;

  before(async () => {
    store = new MemoryStore();
    server = createServer({
      host: '127.0.0.1',
      port: 0,
      corsOrigins: [],
      registerRoutes: registerRoutes(
        {
          ...OPEN_ACCESS,
          now: () => NOW,
          observe: () => {},
          unexpected: (_method, _incident, error) => expect.fail(String(error)),
          failed: () => {},
        },
        { store: store.asStore, ...NO_OTHER_STORES },
        NO_LIMITS,
      ),
      services: SERVICES,
      health: async () => [],
      metrics: createMetrics(),
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    });
    url = `http://127.0.0.1:${(await server.listen()).port}`;
  });

  after(() => server.drain(0));

  /** Every way to send a message in JSON. */
  const JSON_FORMS: readonly [form: string, send: Send][] = [
    ['Connect', (method, json) => sent(method, 'application/json', json)],
    [
      'Connect, compressed',
      (method, json) =>
        sent(method, 'application/json', gzipSync(json), { 'content-encoding': 'gzip' }),
    ],
    ['gRPC', (method, json) => sent(method, 'application/grpc+json', envelope(json))],
    [
      'gRPC, compressed',
      (method, json) =>
        sent(method, 'application/grpc+json', envelope(gzipSync(json), 1), {
          'grpc-encoding': 'gzip',
        }),
    ],
    ['gRPC-Web', (method, json) => sent(method, 'application/grpc-web+json', envelope(json))],
    [
      'gRPC-Web as text',
      (method, json) => sent(method, 'application/grpc-web-text+json', base64(envelope(json))),
    ],
  ];
  const BINARY_FORMS: readonly [form: string, send: Send][] = [
    ['Connect', (method, bytes) => sent(method, 'application/proto', bytes)],
    ['gRPC', (method, bytes) => sent(method, 'application/grpc', envelope(bytes))],
    ['gRPC-Web', (method, bytes) => sent(method, 'application/grpc-web', envelope(bytes))],
    [
      'gRPC-Web as text',
      (method, bytes) => sent(method, 'application/grpc-web-text', base64(envelope(bytes))),
    ],
  ];
  type Send = (method: string, message: Buffer) => Promise<ConnectError | undefined>;

  async function sent(method: string, type: string, body: Buffer, headers = {}) {
    const path = `/attendance.v1.${method}`;
    return errorOf(await post(url, path, { 'content-type': type, ...headers }, body));
  }

  const base64 = (bytes: Buffer) => Buffer.from(bytes.toString('base64'));

  /** What a caller is told: `REASON field: description`, field by field. */
  function told(error: ConnectError | undefined): string[] {
    expect(error?.code, error?.message).to.equal(Code.InvalidArgument);
    const violations = error?.findDetails(BadRequestSchema)[0]?.fieldViolations ?? [];
    return violations.map(({ field, description }) => `${field} ${description}`);
  }

  const MARK = { employeeId: 'mia', date: '2026-03-02', status: 'ATTENDANCE_STATUS_PRESENT' };
  /** The JSON, where `?` stands for bytes of one's own. */
  const with_ = (json: JsonObject, bytes: readonly number[]) => {
    const [head = '', tail = ''] = JSON.stringify(json).split('?');
    return Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]);
  };

  const NO_UTF8: readonly [name: string, bytes: readonly number[]][] = [
    ['Latin-1', [0xe9]],
    ['half a character', [0xf0, 0x9f, 0x99]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['a character the long way', [0xc0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ];
  for (const [form, send] of JSON_FORMS) {
    it(`JSON by ${form}: no UTF-8 is refused by the name of its field`, async () => {
      for (const [name, bytes] of NO_UTF8) {
        const error = await send(
          'AttendanceService/MarkAttendance',
          with_({ ...MARK, note: '\ufffdJos?' }, bytes),
        );
        expect(told(error), name).to.deep.equal([
          'note must be text in UTF-8, without half of a surrogate pair',
        ]);
        expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('MALFORMED_REQUEST');
      }
      expect(store.batches).to.deep.equal([]);
    });

    it(`JSON by ${form}: half a surrogate pair, spelled out, is refused by name`, async () => {
      const json = '{"employeeId":"mia","labels":{"job":"a\\ud83d"},"note":"\\udc00b"}';
      expect(told(await send('ClockService/ClockIn', Buffer.from(json)))).to.deep.equal([
        'labels["job"] must be text in UTF-8, without half of a surrogate pair',
        'note must be text in UTF-8, without half of a surrogate pair',
      ]);
    });

    it(`JSON by ${form}: a label __proto__ is refused by name`, async () => {
      for (const key of ['__proto__', '\\u005f_proto__']) {
        const json = `{"employeeId":"mia","labels":{"a":"b","${key}":"x"}}`;
        const [violation, ...others] = told(await send('ClockService/ClockIn', Buffer.from(json)));
        expect(violation).to.match(/^labels must .* other than __proto__/);
        expect(others).to.deep.equal([]);
      }
    });
  }

  it('JSON in the query of a GET: no UTF-8 is refused, percent-encoded or in base64', async () => {
    const json = with_({ employeeId: '?', date: '2026-03-02' }, [0xe9]);
    const percent = [...json].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    for (const message of [percent, `${json.toString('base64url')}&base64=1`]) {
      const answer = await fetch(
        `${url}/attendance.v1.AttendanceService/GetAttendance?connect=v1&encoding=json&message=${message}`,
      );
      expect(answer.status).to.equal(400);
      expect(await answer.text()).to.include('UTF-8');
    }
  });

  it('JSON that is no UTF-8 outside its texts is refused', async () => {
    for (const json of [with_({ ...MARK, 'no?te': '' }, [0xe9]), Buffer.from([0xff, 0x7b, 0x7d])]) {
      const error = await JSON_FORMS[0]?.[1]('AttendanceService/MarkAttendance', json);
      expect(error?.code).to.equal(Code.InvalidArgument);
      expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('MALFORMED_REQUEST');
    }
  });

  for (const [form, send] of BINARY_FORMS) {
    it(`binary by ${form}: no UTF-8 is refused, a label __proto__ by name`, async () => {
      const note = toBinary(
        MarkAttendanceRequestSchema,
        create(MarkAttendanceRequestSchema, { employeeId: 'mia', note: 'Jos?' }),
      );
      const bad = Buffer.from(note.map((byte) => (byte === 0x3f ? 0xe9 : byte)));
      const error = await send('AttendanceService/MarkAttendance', bad);
      expect(error?.code).to.equal(Code.InvalidArgument);
      expect(error?.rawMessage).to.include('UTF-8');
      const labels = Object.fromEntries([['__proto__', 'x']]);
      const clockIn = create(ClockInRequestSchema, { employeeId: 'mia', labels });
      const bytes = Buffer.from(toBinary(ClockInRequestSchema, clockIn));
      const [violation] = told(await send('ClockService/ClockIn', bytes));
      expect(violation).to.match(/^labels must .* other than __proto__/);
    });
  }

  it('streams of messages are held to the same', async () => {
    const json = with_({ punches: [{ employeeId: 'mia', note: '?' }] }, [0xe9]);
    for (const type of ['application/grpc+json', 'application/connect+json']) {
      const error = await sent('ClockService/ImportPunches', type, envelope(json));
      expect(error?.code, type).to.equal(Code.InvalidArgument);
      expect(error?.rawMessage).to.include('UTF-8');
    }
    const labels = Object.fromEntries([['__proto__', 'x']]);
    const time = { seconds: BigInt(NOW / 1000), nanos: 0 };
    const chunk = create(ImportPunchesRequestSchema, {
      punches: [{ employeeId: 'mia', time, labels }],
    });
    const client = createClient(ClockService, createGrpcTransport({ baseUrl: url }));
    const answer = await client.importPunches(
      (async function* () {
        yield chunk;
      })(),
    );
    expect(answer.rejections.map(({ error }) => error?.message).join()).to.include('__proto__');
  });

  const LABELS = Object.fromEntries(
    ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'then'].map(
      (key) => [key, key],
    ),
  );
  const TRANSPORTS = [
    { name: 'gRPC', transport: () => createGrpcTransport({ baseUrl: url }) },
    {
      name: 'Connect in JSON',
      transport: () =>
        createConnectTransport({ baseUrl: url, httpVersion: '2', useBinaryFormat: false }),
    },
  ];
  for (const { name, transport } of TRANSPORTS) {
    it(`${name}: labels named as what objects have come back`, async () => {
      const client = createClient(ClockService, transport());
      const employeeId = `constructor.${name.length}`;
      const time = { seconds: BigInt(NOW / 1000), nanos: 0 };
      const eventId = '__proto__';
      await client.recordPunches({ punches: [{ employeeId, time, eventId, labels: LABELS }] });
      const { punches } = await client.listPunches({ employeeId });
      expect(punches.map(({ labels }) => ({ ...labels }))).to.deep.equal([LABELS]);
      expect(punches[0]?.eventId).to.equal('__proto__');
    });
  }

  for (const { name, transport } of TRANSPORTS) {
    it(`${name}: what was stored before these rules is answered as it is`, async () => {
      const employeeId = `old.${name.length}` as EmployeeId;
      const words = 'a\u202eb\u0007c\u2028d\u0085';
      const time = (NOW - 3600_000) as Instant;
      const punch = { time, kind: 'IN', deviceId: words, eventId: words, flags: [] } as const;
      const fact = punchFact({ ...punch, position: undefined }, { employeeId });
      if (fact.kind !== 'PUNCH') throw new Error('not a punch');
      const old = { ...fact.punch, note: words, labels: { [words]: words } };
      await recordFacts(store.asStore, [{ ...fact, punch: old }]);
      const { punches } = await createClient(ClockService, transport()).listPunches({ employeeId });
      expect(punches).to.have.length(1);
      expect(punches[0]).to.deep.include({ deviceId: words, eventId: words, note: words });
      expect({ ...punches[0]?.labels }).to.deep.equal({ [words]: words });
    });
  }

  // Every field in which a caller's own words are kept, by every method: with a direction override.
  const BAD = 'a\u202eb';
  const clock = { employeeId: 'mia', deviceId: BAD, note: BAD, labels: { job: BAD } };
  const spoken = ['device_id', 'note', 'labels'];
  const holiday = { calendarId: 'de', date: '2026-03-02', name: BAD };
  const punch = {
    employeeId: 'mia',
    time: '2026-03-02T08:00:00Z',
    deviceId: BAD,
    eventId: BAD,
    note: BAD,
    labels: { [BAD]: 'x' },
  };
  const assignment = {
    employeeId: 'mia',
    assignment: { startDate: '2026-03-02', cycle: [{ shiftIds: ['D'] }] },
  };
  const shift = { shiftId: 'D', startTimeOfDay: '08:00', endTimeOfDay: '16:00', timeZone: 'UTC' };
  const employee = { employeeId: 'mia', employeeName: BAD };
  const etag = '"1"';
  const FIELDS: Readonly<Record<string, readonly [json: JsonObject, fields: readonly string[]]>> = {
    MarkAttendance: [{ ...MARK, employeeName: BAD, note: BAD }, ['note', 'employee_name']],
    ClearAttendance: [{ employeeId: 'mia', date: '2026-03-02', reason: BAD }, ['reason']],
    BulkMarkAttendance: [
      {
        employeeIds: ['mia'],
        startDate: '2026-03-02',
        endDate: '2026-03-02',
        status: 'ATTENDANCE_STATUS_PRESENT',
        note: BAD,
      },
      ['note'],
    ],
    BulkClearAttendance: [
      { employeeIds: ['mia'], startDate: '2026-03-02', endDate: '2026-03-02', reason: BAD },
      ['reason'],
    ],
    VoidMarkImport: [{ importId: 'march', reason: BAD }, ['reason']],
    SetLeaveType: [{ leaveTypeId: 'sick', name: BAD, reason: BAD }, ['name', 'reason']],
    SimulateAttendance: [
      {
        employee: { employeeName: BAD, timeZone: 'UTC' },
        holidays: [{ date: '2026-03-02', name: BAD }],
        policies: [{ policyId: 'p', policyName: BAD }],
        punches: [punch],
        marks: [{ date: '2026-03-02', status: 'ATTENDANCE_STATUS_PRESENT', note: BAD }],
      },
      [
        'policies[0].policy_name',
        'holidays[0].name',
        'punches[0].device_id',
        'punches[0].event_id',
        'marks[0].note',
        'employee.employee_name',
      ],
    ],
    CompareAttendance: [
      {
        ...{ startDate: '2026-03-02', endDate: '2026-03-02' },
        policy: { policyId: 'p', policyName: BAD },
      },
      ['policy.policy_name'],
    ],
    ClockIn: [clock, spoken],
    ClockOut: [clock, spoken],
    StartBreak: [clock, spoken],
    EndBreak: [clock, spoken],
    VoidPunch: [{ employeeId: 'mia', punchIds: ['1'], reason: BAD }, ['reason']],
    AssignBadge: [
      { badgeId: 'b', employeeId: 'mia', startDate: '2026-03-02', reason: BAD },
      ['reason'],
    ],
    EndBadge: [{ badgeId: 'b', assignmentId: '1', endDate: '2026-03-02', reason: BAD }, ['reason']],
    RetractBadge: [{ badgeId: 'b', assignmentId: '1', reason: BAD }, ['reason']],
    DiscardQuarantinedPunches: [{ quarantineIds: ['1'], reason: BAD }, ['reason']],
    VoidImport: [{ importId: 'march', reason: BAD }, ['reason']],
    ReplacePunch: [
      { employeeId: 'mia', punchId: '1', kind: 'PUNCH_KIND_IN', reason: BAD },
      ['reason'],
    ],
    CorrectPunches: [
      {
        employeeId: 'mia',
        corrections: [
          {
            add: {
              time: '2026-03-02T08:00:00Z',
              kind: 'PUNCH_KIND_IN',
              note: BAD,
              labels: { job: BAD },
            },
          },
        ],
        reason: BAD,
      },
      ['corrections[0].add.note', 'corrections[0].add.labels', 'reason'],
    ],
    CreateEmployee: [{ employee, reason: BAD }, ['employee.employee_name', 'reason']],
    UpdateEmployee: [{ employee, reason: BAD, etag }, ['employee.employee_name', 'reason']],
    ArchiveEmployee: [{ employeeId: 'mia', reason: BAD, etag }, ['reason']],
    CreateShift: [{ shift, reason: BAD }, ['reason']],
    UpdateShift: [{ shift, reason: BAD, etag }, ['reason']],
    ArchiveShift: [{ shiftId: 'D', reason: BAD, etag }, ['reason']],
    CreateShiftAssignment: [{ assignment, reason: BAD }, ['reason']],
    UpdateShiftAssignment: [
      { assignment: { ...assignment, assignmentId: '1' }, reason: BAD, etag },
      ['reason'],
    ],
    DeleteShiftAssignment: [{ employeeId: 'mia', assignmentId: '1', reason: BAD }, ['reason']],
    SetDateOverride: [
      { employeeId: 'mia', override: { date: '2026-03-02' }, reason: BAD },
      ['reason'],
    ],
    DeleteDateOverride: [{ employeeId: 'mia', date: '2026-03-02', reason: BAD }, ['reason']],
    CreateHoliday: [{ holiday, reason: BAD }, ['holiday.name', 'reason']],
    UpdateHoliday: [{ holiday, reason: BAD }, ['holiday.name', 'reason']],
    SetPolicy: [
      { policy: { policyId: 'p', policyName: BAD }, reason: BAD },
      ['policy.policy_name', 'reason'],
    ],
    DeletePolicy: [{ policyId: 'p', all: true, reason: BAD }, ['reason']],
    DeleteHoliday: [{ calendarId: 'de', date: '2026-03-02', reason: BAD }, ['reason']],
  };
  for (const [method, [json, fields]] of Object.entries(FIELDS)) {
    it(`${method}: direction overrides are refused in ${fields.join(', ')}`, async () => {
      const service = SERVICES.find(({ methods }) => methods.some(({ name }) => name === method));
      const body = Buffer.from(JSON.stringify(json));
      const isStream = service?.methods.find(({ name }) => name === method)?.methodKind !== 'unary';
      const [type, sentBody] = isStream
        ? ['application/grpc+json', envelope(body)]
        : ['application/json', body];
      const error = await sent(`${service?.name}/${method}`, type, sentBody);
      const violations = told(error);
      expect(violations.map((line) => line.split(' ')[0])).to.have.members(fields);
      for (const line of violations) {
        expect(line).to.match(/without direction overrides: take out U\+202E/);
      }
      expect(error?.message).not.to.include('\u202e');
    });
  }

  it('a punch of a log is rejected alone', async () => {
    const client = createClient(ClockService, createGrpcTransport({ baseUrl: url }));
    const time = { seconds: BigInt(NOW / 1000), nanos: 0 };
    const good = { employeeId: 'ben', time };
    const bad = { ...good, note: BAD };
    const { results } = await client.recordPunches({ punches: [good, bad, good] });
    expect(results.map(({ error }) => error?.message.includes('punches[1].note'))).to.deep.equal([
      undefined,
      true,
      undefined,
    ]);
  });

  it('no field that keeps words is missing above', () => {
    // Compared with what is stored, never stored themselves, or not looked at in requests.
    const OTHERS = /etag|page_token|cursor|time_zone|_id|actor|voided/;
    // Their punches and marks are those of the other rows, and each fails alone.
    const ITEMS = ['BatchMarkAttendance', 'RecordPunches', 'ImportPunches'];
    const missing: string[] = [];
    for (const { name, input } of SERVICES.flatMap(({ methods }) => methods)) {
      if (ITEMS.includes(name)) continue;
      const told = (FIELDS[name]?.[1] ?? []).map((path) => path.split('.').at(-1));
      for (const field of wordsOf(input.fields)) {
        const isDevice = /^(device|event)_id$/.test(field);
        if (OTHERS.test(field) && !isDevice) continue;
        if (name === 'SimulateAttendance' && field === 'labels') continue;
        // Its punches are read as those of SimulateAttendance.
        if (name === 'CompareAttendance' && field !== 'policy_name') continue;
        if (!told.includes(field)) missing.push(`${name} ${field}`);
      }
    }
    expect(missing).to.deep.equal([]);
  });
});

/** The names of the texts in a message, and in those within, that no pattern holds. */
function wordsOf(fields: readonly DescField[], seen = new Set<unknown>()): string[] {
  return fields.flatMap((field) => {
    const { message, name, fieldKind } = field;
    if (message !== undefined) {
      if (seen.has(message) || message.typeName.startsWith('google.')) return [];
      seen.add(message);
      return name === 'voided' ? [] : wordsOf(message.fields, seen);
    }
    const isText = fieldKind === 'map' || field.scalar === 9;
    const type = rulesOf(field)?.type;
    const hasForm = type?.case === 'string' && (type.value.pattern || type.value.wellKnown.case);
    const isListOfIds = type?.case === 'repeated';
    return isText && !hasForm && !isListOfIds ? [name] : [];
  });
}
