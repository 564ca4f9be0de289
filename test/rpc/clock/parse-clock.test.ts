// What people say at a clock, and later of punches: as which facts it is taken, what is refused,
// and which requests are the same request.

import { create, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { expect } from 'chai';
import {
  ClockInRequestSchema,
  ReplacePunchRequestSchema,
  VoidPunchRequestSchema,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import { CLOCK_COMMANDS, type Fact } from '../../../src/app/ports/facts.js';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { commandFact, replaceFact, voidFact } from '../../../src/rpc/clock/parse-clock.js';
import type { Call } from '../../../src/rpc/edge/pipeline.js';
import { NO_LIMITS } from '../../app/support/facts.js';

const NOW = Date.parse('2026-03-02T12:00:00Z') as Instant;
const ID = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11';

function callAt(now: Instant): Call {
  const { signal } = new AbortController();
  return { actor: 'mia', now, clock: () => now, signal, report: () => expect.fail('unexpected') };
}

const command = (json: JsonObject = {}, now = NOW) =>
  commandFact(
    'CLOCK_IN',
    fromJson(ClockInRequestSchema, { employeeId: 'mia', ...json }),
    NO_LIMITS,
    callAt(now),
  );

const replacing = (json: JsonObject, now = NOW) => {
  const whole = { employeeId: 'mia', punchId: '7', reason: 'forgotten', ...json };
  return replaceFact(fromJson(ReplacePunchRequestSchema, whole), callAt(now));
};

function problemsOf(parse: () => Fact): string[] {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof AttendanceError) || error.failure.kind !== 'INVALID_FIELDS') throw error;
    return error.failure.violations.map(({ field, reason, description }) => {
      expect(description).to.match(/^must /);
      return `${field} ${reason}`;
    });
  }
  return [];
}

describe('a command', () => {
  const kinds = ['IN', 'OUT', 'BREAK_START', 'BREAK_END'];
  for (const [index, name] of CLOCK_COMMANDS.entries()) {
    it(`${name} makes a punch of kind ${kinds[index]}, at the service's time`, () => {
      const fact = commandFact(
        name,
        create(ClockInRequestSchema, { employeeId: 'mia' }),
        NO_LIMITS,
        callAt(NOW),
      );
      expect(fact).to.include({ kind: 'COMMAND', command: name, isTimeGiven: false, actor: 'mia' });
      expect(fact.punch).to.deep.equal({
        time: NOW,
        kind: kinds[index],
        deviceId: '',
        eventId: '',
        position: undefined,
        flags: [],
        source: 'COMMAND',
        timeZone: '',
        accuracyMeters: 0,
        labels: {},
        note: '',
      });
    });
  }

  it('takes the time that is given, and all that comes with it', () => {
    const fact = command({
      time: '2026-03-02T11:00:00Z',
      deviceId: 'phone',
      location: { latitude: 1, longitude: 2, accuracyMeters: 3 },
      labels: { job: 'roof' },
      note: 'late',
      timeZone: 'Asia/Tokyo',
      requestId: ID,
    });
    expect(fact.isTimeGiven).to.equal(true);
    expect(fact.requestId).to.equal(ID.toLowerCase());
    expect(fact.punch).to.deep.include({
      time: Date.parse('2026-03-02T11:00:00Z'),
      deviceId: 'phone',
      position: { latitude: 1, longitude: 2 },
      accuracyMeters: 3,
      labels: { job: 'roof' },
      note: 'late',
      timeZone: 'Asia/Tokyo',
    });
  });

  const rows: readonly (readonly [what: string, json: JsonObject, problems: string[]])[] = [
    ['2 minutes ahead', { time: '2026-03-02T12:02:00Z' }, []],
    ['further ahead', { time: '2026-03-02T12:02:00.001Z' }, ['time TIME_IN_FUTURE']],
    ['in the year 1', { time: '0001-01-01T00:00:00Z' }, ['time TIME_INVALID']],
    [
      'wrong in all ways',
      { time: '2027-01-01T00:00:00Z', timeZone: 'x', note: '\u0000', labels: { '\u0000': '' } },
      [
        'time TIME_IN_FUTURE',
        'note NOTE_INVALID',
        'time_zone TIME_ZONE_UNKNOWN',
        'labels LABELS_INVALID',
      ],
    ],
  ];
  for (const [what, json, problems] of rows) {
    it(`${what}: ${problems.join(', ') || 'taken'}`, () => {
      expect(problemsOf(() => command(json))).to.deep.equal(problems);
    });
  }

  it('keeps a label of whatever name', () => {
    const request = create(ClockInRequestSchema, { employeeId: 'mia' });
    // As a caller within the process may give it: in messages from outside the contract refuses it.
    Object.defineProperty(request.labels, '__proto__', { value: 'x', enumerable: true });
    const { labels } = commandFact('CLOCK_IN', request, NO_LIMITS, callAt(NOW)).punch;
    expect(JSON.stringify(labels)).to.equal('{"__proto__":"x"}');
  });

  it('is the same request later, when no time was given; with another id too', () => {
    const first = command({ requestId: ID });
    const later = command({}, (NOW + 60_000) as Instant);
    expect(later.payloadHash).to.deep.equal(first.payloadHash);
  });

  const different: readonly JsonObject[] = [
    { time: '2026-03-02T12:00:00Z' },
    { deviceId: 'x' },
    { note: 'x' },
    { timeZone: 'Europe/Berlin' },
    { labels: { a: 'b' } },
    { location: { latitude: 0, longitude: 0 } },
    { location: { latitude: 0, longitude: 0, accuracyMeters: 1 } },
  ];
  it('is another request when anything else differs', () => {
    const hashes = [{}, ...different].map((json) =>
      Buffer.from(command(json).payloadHash).toString('hex'),
    );
    const other = create(ClockInRequestSchema, { employeeId: 'mia' });
    hashes.push(
      Buffer.from(commandFact('CLOCK_OUT', other, NO_LIMITS, callAt(NOW)).payloadHash).toString(
        'hex',
      ),
    );
    expect(new Set(hashes).size).to.equal(hashes.length);
    expect(hashes[0]).to.have.length(32);
  });

  it('is the same whatever the order of its labels', () => {
    const [one, two] = [
      { a: '1', b: '2' },
      { b: '2', a: '1' },
    ].map((labels) => command({ labels }));
    expect(one?.payloadHash).to.deep.equal(two?.payloadHash);
  });
});

describe('a replacement', () => {
  it('leaves out what is to stay as it was', () => {
    expect(replacing({ time: '2026-03-02T11:00:00Z' })).to.deep.include({
      kind: 'REPLACE',
      punchId: 7,
      time: Date.parse('2026-03-02T11:00:00Z'),
      punchKind: undefined,
      reason: 'forgotten',
    });
    expect(replacing({ kind: 'PUNCH_KIND_OUT' })).to.include({ time: undefined, punchKind: 'OUT' });
  });

  const rows: readonly (readonly [what: string, json: JsonObject, problems: string[]])[] = [
    ['of nothing', {}, ['time TIME_REQUIRED']],
    ['in the future', { time: '2026-03-02T12:03:00Z' }, ['time TIME_IN_FUTURE']],
    ['for no reason', { kind: 'PUNCH_KIND_IN', reason: ' ' }, ['reason REASON_REQUIRED']],
    ['of nothing for no reason', { reason: ' ' }, ['time TIME_REQUIRED', 'reason REASON_REQUIRED']],
  ];
  for (const [what, json, problems] of rows) {
    it(`${what} is refused: ${problems.join(', ')}`, () => {
      expect(problemsOf(() => replacing(json))).to.deep.equal(problems);
    });
  }
});

describe('taking punches back', () => {
  it('names them by number, with the reason', () => {
    const message = create(VoidPunchRequestSchema, {
      employeeId: 'mia',
      punchIds: ['3', '999999999999999'],
      reason: 'a test',
    });
    expect(voidFact(message, callAt(NOW))).to.deep.include({
      kind: 'VOID',
      punchIds: [3, 999_999_999_999_999],
      reason: 'a test',
      requestId: undefined,
    });
  });
});
