// A block survives its bytes, and bytes that are not that block are no block.

import { crc32 } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { MonthBlockSchema } from '../../gen/attendance/internal/v1/month_block_pb.js';
import type { MonthBlock } from '../../src/app/ports/day-reads.js';
import { decodeBlock, encodeBlock, MAX_BLOCK_BYTES } from '../../src/cache/block-codec.js';
import type { KnownDay } from '../../src/domain/engine/day-under-plan.js';
import { type DayResult, ORIGINS, PORTIONS, STATUSES } from '../../src/domain/facts/day.js';
import type { LocalDate } from '../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../src/domain/time/time.js';
import { worksAt } from '../domain/support/works.js';
import { employee, JULY, JUNE } from './controllable-store.js';

const ID = employee('emp-1');

/** Within 24 days of every date of June, as a day's times are. */
const works = worksAt(
  fc
    .integer({ min: Date.parse('2024-06-07'), max: Date.parse('2024-06-24') })
    .map((time) => time as Instant),
);

const results: fc.Arbitrary<DayResult> = fc.record({
  status: fc.constantFrom(...STATUSES),
  origin: fc.constantFrom(...ORIGINS),
  portion: fc.constantFrom(...PORTIONS),
  otherHalfStatus: fc.option(fc.constantFrom(...STATUSES), { nil: undefined }),
  leaveTypeId: fc.constantFrom(undefined, 'vacation', 'sick'),
  otherHalfLeaveTypeId: fc.constantFrom(undefined, 'vacation'),
  leaveTimes: fc.array(
    fc.record({
      startSecond: fc.constantFrom(0, 36_000, 86_340),
      endSecond: fc.constantFrom(86_341, 86_399),
      leaveTypeId: fc.constantFrom(undefined, 'sick'),
      excusedSeconds: fc.constantFrom(0, 3600),
    }),
    { maxLength: 3 },
  ),
  note: fc.string({ unit: 'grapheme' }),
  work: works,
});

/** Never stored, or stored at some time. */
const changes = fc.oneof(
  fc.constant({ revision: 0, recordedAt: undefined }),
  fc.record({
    revision: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    recordedAt: fc.maxSafeNat().map((at) => at as RecordTime),
  }),
);

const dates = fc
  .integer({ min: 1, max: 30 })
  .map((day) => `${JUNE}-${String(day).padStart(2, '0')}` as LocalDate);

const days: fc.Arbitrary<readonly KnownDay[]> = fc
  .uniqueArray(
    fc
      .tuple(dates, results, changes)
      .map(([date, result, change]) => ({ date, result, ...change })),
    { selector: ({ date }) => date, maxLength: 30 },
  )
  .map((list) => list.sort((a, b) => (a.date < b.date ? -1 : 1)));

const blocks: fc.Arbitrary<MonthBlock> = fc.record({
  employeeId: fc.constant(ID),
  employeeName: fc.string({ unit: 'grapheme' }),
  version: fc.maxSafeNat(),
  rosterVersion: fc.maxSafeNat(),
  month: fc.constant(JUNE),
  zones: fc.array(fc.record({ firstDay: fc.integer({ min: 1, max: 30 }), name: fc.string() }), {
    maxLength: 3,
  }),
  days,
});

function bytesOf(block: MonthBlock): Buffer {
  const bytes = encodeBlock(block);
  if (bytes === undefined) throw new Error('too large');
  return bytes;
}

function sealed(body: Uint8Array): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([checksum, body]);
}

describe('A block as bytes', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(blocks, (block) => {
        const bytes = bytesOf(block);
        expect(decodeBlock(bytes, ID, JUNE, block.version)).to.deep.equal(block);
      }),
    );
  });

  it('has the version of the entry it lies in, when that went on', () => {
    const empty = { employeeId: ID, employeeName: '', month: JUNE, zones: [], days: [] };
    const block = { ...empty, version: 3, rosterVersion: 9 };
    const bytes = bytesOf(block);
    expect(decodeBlock(bytes, ID, JUNE, 7)).to.deep.equal({ ...block, version: 7 });
    expect(decodeBlock(bytes, ID, JUNE, 2), 'from the future').to.equal(undefined);
  });

  it('is nobody else’s and no other month’s', () => {
    fc.assert(
      fc.property(blocks, (block) => {
        const bytes = bytesOf(block);
        const { version } = block;
        expect(decodeBlock(bytes, employee('emp-2'), JUNE, version)).to.equal(undefined);
        expect(decodeBlock(bytes, ID, JULY, version)).to.equal(undefined);
      }),
    );
  });

  it('is no block with any byte changed, cut or added', () => {
    fc.assert(
      fc.property(blocks, fc.nat(), fc.integer({ min: 1, max: 255 }), (block, at, flip) => {
        const { version } = block;
        const bytes = bytesOf(block);
        const changed = Buffer.from(bytes);
        const place = at % bytes.length;
        changed[place] = (changed[place] ?? 0) ^ flip;
        expect(decodeBlock(changed, ID, JUNE, version), 'changed').to.equal(undefined);
        expect(decodeBlock(bytes.subarray(0, place), ID, JUNE, version), 'cut').to.equal(undefined);
        const longer = Buffer.concat([bytes, Buffer.from([flip])]);
        expect(decodeBlock(longer, ID, JUNE, version), 'added').to.equal(undefined);
      }),
    );
  });

  it('is no block from arbitrary bytes, with or without a good checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeBlock(Buffer.from(bytes), ID, JUNE, 1)).to.equal(undefined);
        expect(decodeBlock(sealed(bytes), ID, JUNE, 1)).to.equal(undefined);
      }),
      { numRuns: 500 },
    );
  });

  const good = {
    employeeId: ID as string,
    month: JUNE as string,
    version: 1n,
    rosterVersion: 1n,
    daysOfMonth: [3, 4],
    revisions: [1, 0],
    recordedAtUs: [1n, 0n],
    statuses: [1, 8],
    origins: [1, 3],
    portions: [1, 1],
    otherHalfStatuses: [0, 0],
    leaveTypeIds: ['', ''],
    otherHalfLeaveTypeIds: ['', ''],
    leaveTimes: ['', ''],
    notes: ['', ''],
    workNumbers: [0, 0, 0, 0],
    names: ['UTC'],
    zones: ['UTC'],
    zoneFirstDays: [1],
  };
  const impossible: Record<string, Partial<typeof good>> = {
    'a day the month does not have': { daysOfMonth: [3, 31] },
    'a day 0': { daysOfMonth: [0, 4] },
    'one day twice': { daysOfMonth: [3, 3] },
    'days out of order': { daysOfMonth: [4, 3] },
    'a time without a revision': { recordedAtUs: [1n, 1n] },
    'a time beyond exact numbers': { recordedAtUs: [2n ** 60n, 0n] },
    'a roster version beyond exact numbers': { rosterVersion: 2n ** 60n },
    'no status': { statuses: [1, 0] },
    'a status there is not': { statuses: [99, 8] },
    'a negative status': { statuses: [-1, 8] },
    'no origin': { origins: [0, 3] },
    'a portion there is not': { portions: [7, 1] },
    'another half there is not': { otherHalfStatuses: [42, 0] },
    'too few days': { daysOfMonth: [3] },
    'too few revisions': { revisions: [1] },
    'too few times': { recordedAtUs: [1n] },
    'too few statuses': { statuses: [1] },
    'too few origins': { origins: [1] },
    'too few portions': { portions: [1] },
    'too few other halves': { otherHalfStatuses: [0] },
    'too few leave types': { leaveTypeIds: [''] },
    'too few leave types of other halves': { otherHalfLeaveTypeIds: [''] },
    'too few leave times': { leaveTimes: [''] },
    'leave times that are none': { leaveTimes: ['[]', ''] },
    'a leave time without an end': { leaveTimes: ['[[0]]', ''] },
    'a leave time of a day and more': { leaveTimes: ['[[0,86400,0]]', ''] },
    'too many notes': { notes: ['', '', ''] },
    'too few works': { workNumbers: [0, 0] },
    'too many works': { workNumbers: [0, 0, 0, 0, 0, 0] },
    'a zone that has no name': { workNumbers: [0, 9, 0, 0] },
    'more zones than days of them': { zoneFirstDays: [] },
    'a status of work there is not': { workNumbers: [99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    'work that ends in the middle': { workNumbers: [0, 0, 1, 0, 0, 0] },
    'more shifts than numbers': {
      workNumbers: [0, 0, 1, 0, 1_000_000_000, 0, 0, 0, 0, 0, 0, 0, 0],
    },
    'less than no shifts': { workNumbers: [0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0] },
    'a shift that has no id': {
      workNumbers: [0, 0, 1, 0, 1, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    },
    'an anomaly there is not': { workNumbers: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 99] },
  };
  for (const [what, wrong] of Object.entries(impossible)) {
    it(`is no block with ${what}`, () => {
      const message = (fields: typeof good) =>
        sealed(toBinary(MonthBlockSchema, create(MonthBlockSchema, fields)));
      expect(decodeBlock(message(good), ID, JUNE, 1), 'as it should be').not.to.equal(undefined);
      expect(decodeBlock(message({ ...good, ...wrong }), ID, JUNE, 1)).to.equal(undefined);
    });
  }

  it('is not made of a day with times weeks away from it, which no rule comes to', () => {
    const [day] =
      fc.sample(
        days.filter((list) => list.length > 0),
        { numRuns: 1, seed: 1 },
      )[0] ?? [];
    if (day === undefined) throw new Error('there is a day');
    const at = (time: string) => {
      const work = {
        ...day.result.work,
        status: 'PRESENT' as const,
        firstIn: Date.parse(time) as Instant,
      };
      const known = { ...day, date: '2024-06-15' as LocalDate, result: { ...day.result, work } };
      const block = { employeeId: ID, employeeName: '', version: 1, rosterVersion: 1 };
      return encodeBlock({ ...block, month: JUNE, zones: [], days: [known] });
    };
    expect(at('2024-06-16T00:00:00Z')).to.not.equal(undefined);
    expect(at('2024-07-15T00:00:00Z')).to.equal(undefined);
    expect(at('2024-05-15T00:00:00Z')).to.equal(undefined);
  });

  it('is not made when it would be too large', () => {
    const note = 'x'.repeat(MAX_BLOCK_BYTES);
    const stored = (text: string): MonthBlock => ({
      employeeId: ID,
      employeeName: text,
      version: 1,
      rosterVersion: 0,
      month: JUNE,
      zones: [],
      days: [],
    });
    expect(encodeBlock(stored(note))).to.equal(undefined);
    expect(encodeBlock(stored(note.slice(100)))).not.to.equal(undefined);
  });
});
