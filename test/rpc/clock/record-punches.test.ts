// Logs of punches: each is judged alone, told alone, and refuses no neighbour; an import holds one
// chunk at a time.

import { create, fromJson, type JsonObject, toBinary, toJsonString } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type ImportPunchesRequest,
  ImportPunchesRequestSchema,
  ImportPunchesResponseSchema,
  PunchOutcome,
  RecordPunchesRequestSchema,
  RecordPunchesResponseSchema,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import { PunchSchema } from '../../../gen/attendance/v1/punch_pb.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.js';
import type { Status } from '../../../gen/google/rpc/status_pb.js';
import type { BadgeStore } from '../../../src/app/ports/badges.js';
import type { PunchFact } from '../../../src/app/ports/facts.js';
import { WriteQueue } from '../../../src/app/write/write-queue.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { isPlainPunch } from '../../../src/rpc/clock/punch-fast-check.js';
import {
  importPunches,
  MAX_PUNCH_VIOLATIONS,
  MAX_REJECTIONS,
  recordPunches,
} from '../../../src/rpc/clock/record-punches.js';
import { DETAIL_TYPES } from '../../../src/rpc/edge/error-table.js';
import type { Call } from '../../../src/rpc/edge/pipeline.js';
import { violationsOf } from '../../../src/rpc/edge/validate.js';
import { runs } from '../../support/runs.js';
import { MemoryStore } from '../support/memory-store.js';

const NOW = Date.parse('2026-03-02T12:00:00Z') as Instant;
const MESSAGE_BYTES = 4 * 1024 * 1024;
const PUNCH: JsonObject = { employeeId: 'mia', time: '2026-03-02T08:00:00Z', deviceId: 'gate' };

const LIMIT = { skewAfterDays: 366 };

function callAt(now: Instant, clock: () => Instant = () => now): Call {
  const { signal } = new AbortController();
  return { actor: 'anonymous', now, clock, signal, report: () => expect.fail('unexpected') };
}

/** No punch here names one. */
const NO_BADGES = {} as BadgeStore;

const record = (store: MemoryStore, request: JsonObject, now = NOW) =>
  recordPunches(
    NO_BADGES,
    new WriteQueue(store.asStore),
    fromJson(RecordPunchesRequestSchema, request),
    LIMIT,
    callAt(now),
  );

/** The one punch's fate, and the fact it became. */
async function fateOf(punch: JsonObject, more: JsonObject = {}) {
  const store = new MemoryStore();
  const [result] = await record(store, { punches: [{ ...PUNCH, ...punch }], ...more });
  const fact = store.batches[0]?.[0] as PunchFact | undefined;
  return { result, fact };
}

function told(error: Status | undefined): string[] {
  const violations = error?.details.flatMap((d) => anyUnpack(d, BadRequestSchema) ?? []);
  return (violations?.[0]?.fieldViolations ?? []).map(({ field, reason, description }) => {
    expect(description).to.match(/^must /);
    return `${field} ${reason}`;
  });
}

const NUL = '\u0000';

const REFUSED: readonly (readonly [what: string, punch: JsonObject, problems: string[]])[] = [
  ['nobody’s', { employeeId: '' }, ['punches[0].employee_id EMPLOYEE_ID_REQUIRED']],
  ['of no employee’s id', { employeeId: 'a b' }, ['punches[0].employee_id EMPLOYEE_ID_INVALID']],
  ['of no time', { time: null }, ['punches[0].time TIME_REQUIRED']],
  ['before all dates', { time: '1900-01-01T23:59:59Z' }, ['punches[0].time TIME_INVALID']],
  ['behind all dates', { time: '9999-12-31T00:00:00Z' }, ['punches[0].time TIME_INVALID']],
  ['a command’s', { source: 'PUNCH_SOURCE_COMMAND' }, ['punches[0].source SOURCE_INVALID']],
  ['a correction’s', { source: 'PUNCH_SOURCE_CORRECTION' }, ['punches[0].source SOURCE_INVALID']],
  ['of an unknown source', { source: 9 }, ['punches[0].source SOURCE_INVALID']],
  ['of an unknown kind', { kind: 9 }, ['punches[0].kind KIND_INVALID']],
  ['from no zone', { timeZone: 'Berlin' }, ['punches[0].time_zone TIME_ZONE_UNKNOWN']],
  ['from an offset', { timeZone: '+01:00' }, ['punches[0].time_zone TIME_ZONE_UNKNOWN']],
  ['with NUL', { note: NUL }, ['punches[0].note NOTE_INVALID']],
  ['with NUL in a label', { labels: { job: NUL } }, ['punches[0].labels LABELS_INVALID']],
  [
    'half a place',
    { location: { latitude: 1 } },
    ['punches[0].location.longitude LONGITUDE_REQUIRED'],
  ],
  [
    'wrong in several ways',
    { deviceId: NUL, timeZone: 'x', source: 'PUNCH_SOURCE_COMMAND' },
    [
      'punches[0].source SOURCE_INVALID',
      'punches[0].device_id DEVICE_ID_INVALID',
      'punches[0].time_zone TIME_ZONE_UNKNOWN',
    ],
  ],
];

describe('a punch of a log', () => {
  for (const [what, punch, problems] of REFUSED) {
    it(`${what} is rejected: ${problems.join(', ')}`, async () => {
      const { result, fact } = await fateOf(punch);
      expect(result?.outcome).to.equal(PunchOutcome.REJECTED);
      expect(result?.punchId).to.equal('');
      expect(told(result?.error)).to.deep.equal(problems);
      expect(fact).to.equal(undefined);
    });
  }

  it('with parts of a timestamp that is none is rejected', async () => {
    for (const nanos of [-1, 1_000_000_000, 2_147_483_647]) {
      const request = fromJson(RecordPunchesRequestSchema, { punches: [PUNCH] });
      const [punch] = request.punches;
      if (punch?.time === undefined) expect.fail('the punch has a time');
      punch.time.nanos = nanos;
      const [result] = await recordPunches(
        NO_BADGES,
        new WriteQueue(new MemoryStore().asStore),
        request,
        LIMIT,
        callAt(NOW),
      );
      expect(told(result?.error)).to.deep.equal(['punches[0].time TIME_INVALID']);
    }
  });

  it('that breaks more than can be told of a thousand says how many more there are', async () => {
    const long = 'x'.repeat(2000);
    const bad = { deviceId: long, eventId: long, note: long, timeZone: long, employeeId: '' };
    const { result } = await fateOf(bad);
    expect(told(result?.error)).to.have.length(MAX_PUNCH_VIOLATIONS);
    expect(result?.error?.message).to.match(/and 2 more: correct these first$/);
  });

  it('is kept with all that came with it, in the order of its labels', async () => {
    const sent: JsonObject = {
      kind: 'PUNCH_KIND_OUT',
      time: '2026-03-02T11:59:59.123456Z',
      eventId: '17',
      location: { latitude: 52.5, longitude: 0, accuracyMeters: 7.5 },
      timeZone: 'Europe/Berlin',
      source: 'PUNCH_SOURCE_FILE',
      labels: { job: 'roof', cost: '12' },
      note: 'a note\nof two lines',
      punchId: '99',
      actor: 'me',
      anomalies: ['ANOMALY_LATE_IN'],
    };
    const { result, fact } = await fateOf(sent);
    expect(fact?.punch).to.deep.equal({
      time: Date.parse('2026-03-02T11:59:59.123Z'),
      kind: 'OUT',
      deviceId: 'gate',
      eventId: '17',
      position: { latitude: 52.5, longitude: 0 },
      flags: [],
      source: 'FILE',
      timeZone: 'Europe/Berlin',
      accuracyMeters: 7.5,
      labels: { cost: '12', job: 'roof' },
      note: 'a note\nof two lines',
    });
    expect(Object.keys(fact?.punch.labels ?? {})).to.deep.equal(['cost', 'job']);
    expect(result).to.include({ punchId: '1', voided: false });
  });

  const skews: readonly (readonly [
    what: string,
    time: string,
    deviceTime: string | undefined,
    flags: readonly string[],
  ])[] = [
    ['now', '2026-03-02T12:00:00Z', undefined, []],
    ['a year ago', '2025-03-01T12:00:00Z', undefined, []],
    ['longer ago', '2025-03-01T11:59:59.999Z', undefined, ['CLOCK_SKEW']],
    ['N3 by a clock that lost its time', '2000-01-01T00:00:00Z', undefined, ['CLOCK_SKEW']],
    ['5 minutes ahead', '2026-03-02T12:05:00Z', undefined, []],
    ['further ahead', '2026-03-02T12:05:00.001Z', undefined, ['CLOCK_SKEW']],
    ['by a clock that is 5 minutes slow', '2026-03-02T08:00:00Z', '2026-03-02T11:55:00Z', []],
    ['by a slower one', '2026-03-02T08:00:00Z', '2026-03-02T11:54:59Z', ['CLOCK_SKEW']],
    ['by one that is fast', '2026-03-02T08:00:00Z', '2026-03-02T12:05:01Z', ['CLOCK_SKEW']],
  ];
  for (const [what, time, deviceTime, flags] of skews) {
    it(`${what} is flagged ${JSON.stringify(flags)}`, async () => {
      const more: JsonObject = deviceTime === undefined ? {} : { deviceTime };
      const { fact } = await fateOf({ time }, more);
      expect(fact?.punch.flags).to.deep.equal(flags);
    });
  }
});

describe('a log of long ago', () => {
  const old = { time: '2000-01-01T00:00:00Z' };
  const rows: readonly (readonly [
    what: string,
    punch: JsonObject,
    more: JsonObject,
    flags: string[],
  ])[] = [
    ['N3 of a device, in an import', old, { importId: 'old' }, []],
    ['N3 of a file', { ...old, source: 'PUNCH_SOURCE_FILE' }, {}, []],
    [
      'N3 from the future, in an import',
      { time: '2036-01-01T00:00:00Z' },
      { importId: 'old' },
      ['CLOCK_SKEW'],
    ],
  ];
  for (const [what, punch, more, flags] of rows) {
    it(`${what}, is flagged ${JSON.stringify(flags)}`, async () => {
      const { fact } = await fateOf(punch, more);
      expect(fact?.punch.flags).to.deep.equal(flags);
    });
  }
});

describe('RecordPunches', () => {
  it('tells each punch its own fate, in order', async () => {
    const store = new MemoryStore();
    store.unknown.add('ghost');
    const punches = [
      PUNCH,
      { ...PUNCH, employeeId: 'a b' },
      { ...PUNCH, employeeId: 'ghost' },
      PUNCH,
      { ...PUNCH, time: '2026-03-02T09:00:00Z' },
    ];
    const results = await record(store, { punches });
    const { RECORDED, REJECTED, DUPLICATE } = PunchOutcome;
    expect(results.map(({ outcome }) => outcome)).to.deep.equal([
      RECORDED,
      REJECTED,
      REJECTED,
      DUPLICATE,
      RECORDED,
    ]);
    expect(results.map(({ punchId }) => punchId)).to.deep.equal(['1', '', '', '1', '2']);
    const info = results[2]?.error?.details.flatMap((d) => anyUnpack(d, ErrorInfoSchema) ?? []);
    expect(info?.[0]?.reason).to.equal('EMPLOYEE_NOT_FOUND');
    expect(told(results[1]?.error)).to.deep.equal(['punches[1].employee_id EMPLOYEE_ID_INVALID']);
  });

  it('a thousand punches, wrong in every way, fit into one answer', async () => {
    const long = `${'"'.repeat(63)}Ω`.repeat(40);
    const bad = { deviceId: long, eventId: long, note: long, timeZone: long, employeeId: '"""' };
    const results = await record(new MemoryStore(), { punches: new Array(1000).fill(bad) });
    const answer = create(RecordPunchesResponseSchema, { results });
    const json = toJsonString(RecordPunchesResponseSchema, answer, { registry: DETAIL_TYPES });
    expect(Buffer.byteLength(json)).to.be.below(MESSAGE_BYTES);
  });
});

describe('ImportPunches', () => {
  async function* chunks(...all: readonly JsonObject[]): AsyncGenerator<ImportPunchesRequest> {
    for (const json of all) yield fromJson(ImportPunchesRequestSchema, json);
  }

  it('counts what became of all punches, and numbers the rejected ones over all chunks', async () => {
    const store = new MemoryStore();
    const bad = { ...PUNCH, employeeId: '' };
    const later = { ...PUNCH, time: '2026-03-02T09:00:00Z' };
    const log = chunks({ punches: [PUNCH, bad] }, {}, { punches: [PUNCH, later, bad] });
    const answer = await importPunches(
      NO_BADGES,
      new WriteQueue(store.asStore),
      log,
      LIMIT,
      callAt(NOW),
    );
    expect(answer).to.include({ recordedCount: 2n, duplicateCount: 1n, rejectedCount: 2n });
    expect(answer.rejections.map(({ index }) => index)).to.deep.equal([1n, 4n]);
    expect(answer.rejections.flatMap(({ error }) => told(error))).to.deep.equal([
      'punches[1].employee_id EMPLOYEE_ID_REQUIRED',
      'punches[2].employee_id EMPLOYEE_ID_REQUIRED',
    ]);
  });

  it('reads the next chunk only when the one before is committed', async () => {
    const store = new MemoryStore();
    const events: string[] = [];
    store.beforeCommit = async () => {
      // As long as a commit may take: whatever else there is to do is done first.
      await new Promise(setImmediate);
      events.push('commit');
    };
    async function* log() {
      for (const minute of [1, 2, 3]) {
        events.push('read');
        const time = `2026-03-02T08:0${minute}:00Z`;
        yield fromJson(ImportPunchesRequestSchema, { punches: [{ ...PUNCH, time }] });
      }
    }
    await importPunches(NO_BADGES, new WriteQueue(store.asStore), log(), LIMIT, callAt(NOW));
    expect(events).to.deep.equal(['read', 'commit', 'read', 'commit', 'read', 'commit']);
  });

  it('looks at the clock for each chunk: a long import is no skewed clock', async () => {
    const store = new MemoryStore();
    let now = NOW;
    async function* log() {
      for (let chunk = 0; chunk < 3; chunk += 1) {
        const deviceTime = new Date(now).toISOString();
        const punch = { ...PUNCH, eventId: String(chunk) };
        yield fromJson(ImportPunchesRequestSchema, { punches: [punch], deviceTime });
        now = (now + 10 * 60_000) as Instant;
      }
    }
    await importPunches(
      NO_BADGES,
      new WriteQueue(store.asStore),
      log(),
      LIMIT,
      callAt(NOW, () => now),
    );
    const facts = store.batches.flat() as PunchFact[];
    expect(facts.map(({ punch }) => punch.flags)).to.deep.equal([[], [], []]);
    expect(facts.map(({ receivedAt }) => (receivedAt - NOW) / 60_000)).to.deep.equal([0, 10, 20]);
  });

  it('tells the first thousand rejections, in an answer that can be sent', async () => {
    const long = '"'.repeat(2000);
    const bad = { deviceId: long, eventId: long, note: long, timeZone: long, employeeId: '"""' };
    const full = { punches: new Array(600).fill(bad) };
    const answer = await importPunches(
      NO_BADGES,
      new WriteQueue(new MemoryStore().asStore),
      chunks(full, full, full),
      LIMIT,
      callAt(NOW),
    );
    expect(answer.rejectedCount).to.equal(1800n);
    expect(answer.rejections).to.have.length(MAX_REJECTIONS);
    const message = create(ImportPunchesResponseSchema, answer);
    const options = { registry: DETAIL_TYPES };
    const json = toJsonString(ImportPunchesResponseSchema, message, options);
    expect(Buffer.byteLength(json)).to.be.below(MESSAGE_BYTES);
    expect(toBinary(ImportPunchesResponseSchema, message).length).to.be.below(MESSAGE_BYTES);
  });
});

describe('the quick yes', () => {
  const text = (max: number) =>
    fc.oneof(fc.constantFrom('', 'gate'), fc.string({ minLength: max - 2, maxLength: max + 2 }));
  const number = (most: number) =>
    fc.oneof(fc.constantFrom(most, -most, most + 1e-9, -most - 1e-9, Number.NaN), fc.double());
  const plain = {
    time: { seconds: 1n },
    kind: 1,
    source: 0,
    employeeId: 'mia',
    deviceId: 'gate',
    eventId: '',
    timeZone: 'Europe/Berlin',
    note: '',
    labels: { job: 'roof' },
    location: undefined,
    anomalies: [],
  };
  const fields = Object.keys(plain) as (keyof typeof plain)[];
  const wild = fc
    .record({
      time: fc.constantFrom({ seconds: 1n }, undefined),
      kind: fc.integer({ min: -1, max: 6 }),
      source: fc.integer({ min: -1, max: 6 }),
      employeeId: fc.constantFrom('mia', 'a b', '', 'x'.repeat(64), 'x'.repeat(65), 'a\n'),
      deviceId: text(128),
      eventId: text(128),
      timeZone: text(64),
      note: text(1000),
      labels: fc.dictionary(text(64), text(200), { maxKeys: 22 }),
      location: fc.option(
        fc.record({
          latitude: fc.option(number(90), { nil: undefined }),
          longitude: fc.option(number(180), { nil: undefined }),
          accuracyMeters: number(100_000_000),
        }),
        { nil: undefined },
      ),
      anomalies: fc.constantFrom([], [1], new Array(17).fill(1)),
    })
    .map((values): Record<string, unknown> => values);
  /** Plain, but for some fields. */
  const anyPunch = fc.tuple(wild, fc.subarray(fields, { maxLength: 3 })).map(([values, some]) => {
    const changed = Object.fromEntries(some.map((name) => [name, values[name]]));
    return create(PunchSchema, { ...plain, ...changed } as never);
  });

  it('is never said of what the rules refuse', () => {
    let yes = 0;
    fc.assert(
      fc.property(anyPunch, (punch) => {
        if (!isPlainPunch(punch)) return;
        yes += 1;
        expect(violationsOf(PunchSchema, punch, '')).to.deep.equal([]);
      }),
      { numRuns: runs(1000) },
    );
    expect(yes).to.be.within(runs(1000) / 10, runs(1000) * 0.9);
  });

  it('is said of what devices send', () => {
    const sent = { ...PUNCH, kind: 'PUNCH_KIND_IN', labels: { job: 'roof' }, location: {} };
    const location = { latitude: 90, longitude: -180, accuracyMeters: 5 };
    expect(isPlainPunch(fromJson(PunchSchema, { ...sent, location }))).to.equal(true);
    expect(isPlainPunch(fromJson(PunchSchema, sent))).to.equal(false);
  });
});
