import { expect } from 'chai';
import fc from 'fast-check';
import type { Fact } from '../../src/app/facts.js';
import { type BatchView, decideBatch, type EarlierFact } from '../../src/app/write-batch.js';
import { type MarkableStatus, NO_WORK, type StoredDay } from '../../src/domain/day.js';
import type { EmployeeId } from '../../src/domain/employee-id.js';
import type { LocalDate } from '../../src/domain/local-date.js';
import type { Instant, RecordTime } from '../../src/domain/time.js';

const MIA = 'mia' as EmployeeId;
const NOBODY = 'nobody' as EmployeeId;
const DAY = '2026-03-02' as LocalDate;
const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';

interface MarkOptions {
  readonly employeeId?: EmployeeId;
  readonly requestId?: string;
  readonly etag?: string;
  readonly hash?: number;
}

function mark(status: MarkableStatus, options: MarkOptions = {}): Fact {
  const { employeeId = MIA, requestId, etag, hash = 1 } = options;
  return {
    kind: 'MARK',
    employeeId,
    employeeName: undefined,
    date: DAY,
    status,
    portion: 'WHOLE_DAY',
    note: '',
    requestId,
    payloadHash: Uint8Array.of(hash),
    etag,
    actor: 'anonymous',
    receivedAt: 1000 as Instant,
  };
}

function viewOf(stored?: StoredDay, earlier?: EarlierFact): BatchView {
  return {
    employee: (employeeId) =>
      employeeId === MIA ? { employeeId, employeeName: 'Mia', version: 7 } : undefined,
    day: () => stored,
    earlier: () => earlier,
  };
}

const PRESENT: StoredDay = {
  date: DAY,
  result: {
    status: 'PRESENT',
    origin: 'MARKED',
    portion: 'WHOLE_DAY',
    otherHalfStatus: undefined,
    note: '',
    work: NO_WORK,
  },
  revision: 3,
  recordedAt: 5 as RecordTime,
};

/** An outcome in a word, to compare lists of them. */
function words(facts: readonly Fact[], view: BatchView): string[] {
  return decideBatch(facts, view).outcomes.map((outcome) =>
    outcome.kind === 'FAILED'
      ? outcome.failure.kind
      : `${outcome.result?.status ?? 'NONE'}@${outcome.revision}`,
  );
}

const withId = { requestId: UUID };

describe('decideBatch', () => {
  const earlier: EarlierFact = {
    payloadHash: Uint8Array.of(1),
    date: DAY,
    receivedAt: 900 as Instant,
    after: { ...PRESENT, revision: 1 },
  };
  const cases: readonly [id: string, facts: Fact[], view: BatchView, outcomes: string[]][] = [
    ['B1 a first mark', [mark('ABSENT')], viewOf(), ['ABSENT@1']],
    ['B2 the same again changes nothing', [mark('PRESENT')], viewOf(PRESENT), ['PRESENT@3']],
    [
      'B3 an unknown employee',
      [mark('ABSENT', { employeeId: NOBODY })],
      viewOf(),
      ['EMPLOYEE_NOT_FOUND'],
    ],
    ['B4 etag "0" creates', [mark('ABSENT', { etag: '"0"' })], viewOf(), ['ABSENT@1']],
    [
      'B5 etag "0" on a day that exists',
      [mark('ABSENT', { etag: '"0"' })],
      viewOf(PRESENT),
      ['ETAG_MISMATCH'],
    ],
    ['B6 the right etag', [mark('ABSENT', { etag: '"3"' })], viewOf(PRESENT), ['ABSENT@4']],
    [
      'B7 an etag without its quotes',
      [mark('ABSENT', { etag: '3' })],
      viewOf(PRESENT),
      ['ETAG_MISMATCH'],
    ],
    [
      'B8 a repeat gets the first answer',
      [mark('PRESENT', withId)],
      viewOf(PRESENT, earlier),
      ['PRESENT@1'],
    ],
    [
      'B9 a repeat is answered before its etag is looked at',
      [mark('PRESENT', { ...withId, etag: '"0"' })],
      viewOf(PRESENT, earlier),
      ['PRESENT@1'],
    ],
    [
      'B10 the id with another payload',
      [mark('PRESENT', { ...withId, hash: 2 })],
      viewOf(PRESENT, earlier),
      ['REQUEST_ID_REUSED'],
    ],
    [
      'B11 twice in one batch',
      [mark('ABSENT', withId), mark('ABSENT', withId)],
      viewOf(),
      ['ABSENT@1', 'ABSENT@1'],
    ],
    [
      'B12 twice in one batch with another payload',
      [mark('ABSENT', withId), mark('REMOTE', { ...withId, hash: 2 })],
      viewOf(),
      ['ABSENT@1', 'REQUEST_ID_REUSED'],
    ],
    [
      'B13 an item sees those before it, a failed one leaves no trace',
      [
        mark('ABSENT', { etag: '"0"' }),
        mark('REMOTE', { etag: '"0"' }),
        mark('REMOTE', { etag: '"1"' }),
      ],
      viewOf(),
      ['ABSENT@1', 'ETAG_MISMATCH', 'REMOTE@2'],
    ],
  ];
  for (const [id, facts, view, outcomes] of cases) {
    it(id, () => expect(words(facts, view)).to.deep.equal(outcomes));
  }

  it('facts are numbered from the employee’s version on, changes only where something changed', () => {
    const facts = [mark('ABSENT'), mark('ABSENT'), mark('REMOTE')];
    const decision = decideBatch(facts, viewOf());
    expect(decision.facts.map(({ sequence, revision }) => [sequence, revision])).to.deep.equal([
      [8, 1],
      [9, 1],
      [10, 2],
    ]);
    expect(decision.changes.map(({ index, revision }) => [index, revision])).to.deep.equal([
      [0, 1],
      [2, 2],
    ]);
  });

  it('revisions have no gap and one change each, whatever the items', () => {
    const item = fc.record({
      status: fc.constantFrom<MarkableStatus>('PRESENT', 'ABSENT', 'REMOTE'),
      etag: fc.constantFrom(undefined, '"0"', '"1"', '"2"'),
      requestId: fc.constantFrom(undefined, UUID),
      hash: fc.constantFrom(1, 2),
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 15 }), (items) => {
        const facts = items.map(({ status, etag, requestId, hash }) =>
          mark(status, {
            hash,
            ...(etag === undefined ? {} : { etag }),
            ...(requestId === undefined ? {} : { requestId }),
          }),
        );
        const { changes, outcomes, facts: accepted } = decideBatch(facts, viewOf());
        expect(outcomes.length).to.equal(facts.length);
        expect(changes.map((change) => change.revision)).to.deep.equal(
          changes.map((_, index) => index + 1),
        );
        expect(accepted.map((fact) => fact.sequence)).to.deep.equal(
          accepted.map((_, index) => 8 + index),
        );
        expect(accepted.filter((fact) => facts[fact.index]?.requestId).length).to.be.at.most(1);
      }),
    );
  });
});
