// One batch, item by item: repeats, etags, numbers, and what punches and their numbers come to.

import { expect } from 'chai';
import fc from 'fast-check';
import { rulesFor } from '../../../src/app/decide/decide-batch.js';
import type { BatchView, EarlierFact, ItemOutcome } from '../../../src/app/ports/batch.js';
import type { Fact } from '../../../src/app/ports/facts.js';
import { atOnce } from '../../../src/app/ports/turns.js';
import { ENGINE_VERSION } from '../../../src/domain/engine/derive.js';
import { type MarkableStatus, noWorkIn, type StoredDay } from '../../../src/domain/facts/day.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { Punch, PunchFlag } from '../../../src/domain/facts/punch.js';
import type { RecordedPunch } from '../../../src/domain/facts/recorded-punch.js';
import type { EmployeeRoster, Roster } from '../../../src/domain/roster/roster.js';
import { DEFAULT_OFF_SHIFT_RULES } from '../../../src/domain/roster/shift.js';
import { type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';
import { day, zoneNamed } from '../../domain/support/arbitraries.js';
import {
  clearFact,
  commandFact,
  MIA,
  markFact,
  punchFact,
  rederiveFact,
  replaceFact,
  TOLD_AT,
  told,
  voidFact,
} from '../support/facts.js';
import { ModelStore } from '../support/model-store.js';

const NOBODY = 'nobody' as EmployeeId;
const DAY = '2026-03-02' as LocalDate;
const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';

const ROSTER: Roster = {
  shifts: new Map(),
  calendars: new Map(),
  policies: new Map(),
  offShift: DEFAULT_OFF_SHIFT_RULES,
};
const UNROSTERED: EmployeeRoster = {
  zones: [{ fromDay: Number.NEGATIVE_INFINITY, zone: zoneNamed('UTC') }],
  joinedDay: Number.NEGATIVE_INFINITY,
  leftDay: Number.POSITIVE_INFINITY,
  defaultShiftId: undefined,
  calendarId: undefined,
  assignments: [],
  overrides: new Map(),
};

function mark(status: MarkableStatus, options: Parameters<typeof markFact>[2] = {}): Fact {
  return markFact(DAY, status, options);
}

function viewOf(stored?: StoredDay, earlier?: EarlierFact): BatchView {
  return {
    roster: ROSTER,
    employee: (employeeId) =>
      employeeId === MIA
        ? { employeeId, employeeName: 'Mia', isAdded: true, version: 7, roster: UNROSTERED }
        : undefined,
    punch: () => undefined,
    firstUse: () => undefined,
    nextUse: () => undefined,
    marksOn: () => [],
    earlier: () => earlier,
    day: () => stored,
    punches: () => [],
  };
}

const PRESENT: StoredDay = {
  date: DAY,
  engineVersion: ENGINE_VERSION,
  result: {
    status: 'PRESENT',
    origin: 'MARKED',
    portion: 'WHOLE_DAY',
    otherHalfStatus: undefined,
    leaveTypeId: undefined,
    otherHalfLeaveTypeId: undefined,
    leaveTimes: [],
    note: '',
    work: noWorkIn('UTC'),
  },
  revision: 3,
  recordedAt: 5 as RecordTime,
};

function decide(facts: readonly Fact[], view: BatchView) {
  return atOnce(rulesFor(facts).decide(view, TOLD_AT));
}

function word(outcome: ItemOutcome): string {
  if (outcome.kind === 'FAILED') return outcome.failure.kind;
  const [day] = outcome.days;
  return `${day?.result.status ?? 'NONE'}@${day?.revision}`;
}

/** Outcomes in a word each, to compare lists of them. */
function words(facts: readonly Fact[], view: BatchView): string[] {
  return decide(facts, view).outcomes.map((outcome) => word(outcome));
}

const withId = { requestId: UUID };

describe('a batch of marks', () => {
  const earlier: EarlierFact = {
    payloadHash: Uint8Array.of(1),
    receivedAt: 900 as Instant,
    sequence: 1,
    days: [{ date: DAY, after: { ...PRESENT, revision: 1 } }],
    isVoided: false,
    punches: [],
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
    const decision = decide(facts, viewOf());
    expect(decision.facts.map(({ sequence, days }) => [sequence, days[0]?.revision])).to.deep.equal(
      [
        [8, 1],
        [9, 1],
        [10, 2],
      ],
    );
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
        const { changes, outcomes, facts: accepted } = decide(facts, viewOf());
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

const NINE = Date.parse(`${DAY}T09:00:00Z`) as Instant;
const TEN = Date.parse(`${DAY}T10:00:00Z`) as Instant;

function punchAt(time: Instant, kind: Punch['kind'], eventId = ''): Punch {
  return { time, kind, deviceId: 'gate', eventId, position: undefined, flags: [] };
}

function storeWith(facts: readonly Fact[] = []): ModelStore {
  const store = new ModelStore(ROSTER);
  store.addEmployee(MIA, UNROSTERED);
  if (facts.length > 0) store.write(facts, TOLD_AT);
  return store;
}

function flagsOf(punches: readonly RecordedPunch[]): readonly (readonly PunchFlag[])[] {
  return punches.map(({ flags }) => flags);
}

describe('a batch of punches', () => {
  it('derives a date once, as the last punch left it, and tells the original of a repeat', () => {
    const store = storeWith();
    const [arrival, departure] = [punchAt(NINE, 'IN'), punchAt(TEN, 'OUT')];
    const decision = store.write(
      [punchFact(arrival), punchFact(departure), punchFact(arrival)],
      TOLD_AT,
    );
    expect(decision.outcomes.map(({ kind }) => kind)).to.deep.equal(['DONE', 'DONE', 'DUPLICATE']);
    const [first, , again] = decision.outcomes;
    expect(again).to.deep.equal({ ...first, kind: 'DUPLICATE' });
    expect(decision.facts.map(({ sequence }) => sequence)).to.deep.equal([1, 2]);
    expect(decision.changes.map(({ index, revision }) => [index, revision])).to.deep.equal([
      [1, 1],
    ]);
    expect(decision.derivedDays).to.equal(1);
  });

  it('a mark sees the punches before it, and those behind it see the mark', () => {
    const store = storeWith();
    const facts = [punchFact(punchAt(NINE, 'IN')), mark('REMOTE'), punchFact(punchAt(TEN, 'OUT'))];
    const { changes, outcomes } = store.write(facts, TOLD_AT);
    expect(
      changes.map(({ index, revision, result }) => [
        index,
        revision,
        result?.status,
        result?.work.workedSeconds,
      ]),
    ).to.deep.equal([
      [0, 1, 'PRESENT', 0],
      [1, 2, 'REMOTE', 0],
      [2, 3, 'REMOTE', 3600],
    ]);
    expect(outcomes[1] && word(outcomes[1])).to.equal('REMOTE@2');
  });

  it('a clearing leaves what the punches say, and nothing where there are none', () => {
    const store = storeWith([mark('ABSENT'), punchFact(punchAt(NINE, 'IN'))]);
    const [outcome] = store.write([clearFact(DAY)], TOLD_AT).outcomes;
    expect(outcome && word(outcome)).to.equal('PRESENT@3');
    const empty = storeWith([mark('ABSENT')]);
    const [cleared] = empty.write([clearFact(DAY)], TOLD_AT).outcomes;
    expect(cleared && word(cleared)).to.equal('UNSCHEDULED@2');
    expect(empty.day(MIA, DAY)?.result).to.equal(undefined);
  });

  it('the same event id for another instant: the earliest is the clean one, whoever came first', () => {
    const facts = [punchFact(punchAt(TEN, 'OUT', '7')), punchFact(punchAt(NINE, 'IN', '7'))];
    for (const batches of [[facts], facts.map((fact) => [fact])]) {
      const store = storeWith();
      for (const batch of batches) store.write(batch, TOLD_AT);
      expect(flagsOf(store.punches(MIA))).to.deep.equal([[], ['EVENT_ID_CONFLICT']]);
      const anomalies = store.day(MIA, DAY)?.result?.work.anomalies;
      expect(anomalies).to.deep.equal(['EVENT_ID_CONFLICT']);
    }
  });

  it('a punch that was taken back absorbs its repeat, and leaves its event id to others', () => {
    const store = storeWith([punchFact(punchAt(NINE, 'IN', '7')), voidFact([1])]);
    const facts = [punchFact(punchAt(NINE, 'IN', '7')), punchFact(punchAt(TEN, 'IN', '7'))];
    const { outcomes } = store.write(facts, TOLD_AT);
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['DUPLICATE', 'DONE']);
    expect(flagsOf(store.punches(MIA))).to.deep.equal([[], []]);
  });

  const [EIGHT, ELEVEN] = [(NINE - 3_600_000) as Instant, (TEN + 3_600_000) as Instant];
  const CONFLICT = ['EVENT_ID_CONFLICT'];
  const USES: readonly [what: string, steps: Fact[][], flags: (readonly string[])[]][] = [
    ['the second, the first stays the clean one', [[voidFact([2])]], [[], CONFLICT, CONFLICT]],
    ['the first, the second is the clean one', [[voidFact([1])]], [[], [], CONFLICT]],
    ['the first two, the third is', [[voidFact([2, 1])]], [[], CONFLICT, []]],
    ['the first two in two facts', [[voidFact([1]), voidFact([2])]], [[], [], []]],
    ['the first two one by one', [[voidFact([1])], [voidFact([2])]], [[], [], []]],
    ['the first, and it is replaced', [[replaceFact(1, EIGHT, undefined)]], [[], [], [], CONFLICT]],
  ];
  for (const [what, steps, flags] of USES) {
    it(`of three punches with one event id, taken back ${what}`, () => {
      const times = [NINE, TEN, ELEVEN];
      const store = storeWith(times.map((time) => punchFact(punchAt(time, 'IN', '7'))));
      for (const facts of steps) store.write(facts, TOLD_AT);
      expect(flagsOf(store.punches(MIA))).to.deep.equal(flags);
      const days = store.rebuilt(MIA, toEpochDay(DAY), toEpochDay(DAY));
      expect(store.stored(MIA, toEpochDay(DAY), toEpochDay(DAY))).to.deep.equal(days);
    });
  }

  const NUMBERED = punchAt(NINE, 'IN', '7');
  const restoring = punchFact(NUMBERED, { restore: true });
  const RESTORES: readonly [what: string, steps: Fact[][], outcome: string, standing: number[]][] =
    [
      ['one that is new', [], 'DONE 1', [1]],
      ['one that counts', [[punchFact(NUMBERED)]], 'DUPLICATE 1', [1]],
      ['one taken back', [[punchFact(NUMBERED)], [voidFact([1])]], 'RESTORED 3', [3]],
      [
        'one taken back twice',
        [[punchFact(NUMBERED)], [voidFact([1])], [restoring], [voidFact([3])]],
        'RESTORED 5',
        [5],
      ],
      [
        'one restored already',
        [[punchFact(NUMBERED)], [voidFact([1])], [restoring]],
        'DUPLICATE 3',
        [3],
      ],
      [
        'one that was replaced',
        [[punchFact(NUMBERED)], [replaceFact(1, TEN, undefined)]],
        'DUPLICATE 1',
        [2],
      ],
    ];
  for (const [what, steps, outcome, standing] of RESTORES) {
    it(`restores ${what}: ${outcome}`, () => {
      const store = storeWith();
      for (const facts of steps) store.write(facts, TOLD_AT);
      const [told] = store.write([restoring], TOLD_AT).outcomes;
      if (told === undefined || told.kind === 'FAILED') throw new Error('refused');
      expect(`${told.kind} ${told.punches[0]?.punchId}`).to.equal(outcome);
      const counting = store.punches(MIA).filter(({ voided }) => voided === undefined);
      expect(counting.map(({ punchId }) => punchId)).to.deep.equal(standing);
      expect(flagsOf(counting)).to.deep.equal([[]]);
    });
  }

  it('a punch restored among others of its event id is flagged anew', () => {
    const store = storeWith([TEN, NINE].map((time) => punchFact(punchAt(time, 'IN', '7'))));
    store.write([voidFact([2])], TOLD_AT);
    store.write([restoring], TOLD_AT);
    expect(flagsOf(store.punches(MIA))).to.deep.equal([[], [], CONFLICT]);
  });

  it('takes back those that still count, where only they are meant', () => {
    const store = storeWith([NINE, TEN].map((time) => punchFact(punchAt(time, 'IN'))));
    store.write([voidFact([1])], TOLD_AT);
    const lenient = voidFact([1, 2], { onlyStanding: true });
    const [strict] = store.write([voidFact([1, 2])], TOLD_AT).outcomes;
    expect(strict && word(strict)).to.equal('PUNCH_VOIDED');
    for (const numbers of [[2], []]) {
      const { outcomes, facts } = store.write([lenient], TOLD_AT);
      const [told] = outcomes;
      if (told === undefined || told.kind === 'FAILED') throw new Error('refused');
      expect(told.punches.map(({ punchId }) => punchId)).to.deep.equal(numbers);
      expect(facts.map(({ voids }) => voids)).to.deep.equal(numbers.length > 0 ? [numbers] : []);
    }
    const unknown = store.write([voidFact([9], { onlyStanding: true })], TOLD_AT).outcomes[0];
    expect(unknown && word(unknown)).to.equal('PUNCH_NOT_FOUND');
  });

  it('a correction keeps the evidence but the event id, and says whose place it takes', () => {
    const skewed: Punch = { ...punchAt(NINE, 'IN', '7'), flags: ['CLOCK_SKEW'] };
    const fact = punchFact(skewed);
    if (fact.kind !== 'PUNCH') throw new Error('no punch');
    const evidence = { note: 'by hand', labels: { job: 'x' }, timeZone: 'Asia/Tokyo' };
    const store = storeWith([{ ...fact, punch: { ...told(skewed), ...evidence } }]);
    const [outcome] = store.write([replaceFact(1, TEN, undefined)], TOLD_AT).outcomes;
    if (outcome === undefined || outcome.kind === 'FAILED') throw new Error('refused');
    const [punch] = outcome.punches;
    expect(punch).to.include({ punchId: 2, replaces: 1, time: TEN, source: 'CORRECTION' });
    expect(punch).to.deep.include({ ...evidence, deviceId: 'gate', eventId: '', flags: [] });
    const [old] = store.punches(MIA);
    expect(old?.voided).to.include({ by: 2, replacedBy: 2, reason: 'forgotten' });
    store.write([replaceFact(2, undefined, 'UNSPECIFIED')], TOLD_AT);
    expect(store.punches(MIA).at(-1)).to.include({ replaces: 2, kind: 'UNSPECIFIED', time: TEN });
  });

  it('a command without a time takes the moment under the lock, however it was told', () => {
    const store = storeWith();
    const now = (TOLD_AT + 1500) as Instant;
    const { outcomes } = store.write([commandFact('CLOCK_IN', undefined)], now);
    const [outcome] = outcomes;
    expect(outcome?.kind === 'DONE' && outcome.punches[0]?.time).to.equal(now);
  });

  it('clocks an hour apart leave no time for a command, unless it brings one', () => {
    const HOUR_MS = 3_600_000;
    const cases: [fromNow: number, fact: Fact, word: string][] = [
      [HOUR_MS, commandFact('CLOCK_IN', undefined), 'PRESENT@1'],
      [HOUR_MS + 1, commandFact('CLOCK_IN', undefined), 'CLOCKS_DIFFER'],
      [-HOUR_MS - 1, commandFact('CLOCK_IN', undefined), 'CLOCKS_DIFFER'],
      [2 * HOUR_MS, commandFact('CLOCK_IN', TEN), 'PRESENT@1'],
    ];
    for (const [fromNow, fact, expected] of cases) {
      const now = (TOLD_AT + fromNow) as Instant;
      const [outcome] = storeWith().write([fact], now).outcomes;
      expect([fromNow, outcome && word(outcome)]).to.deep.equal([fromNow, expected]);
    }
  });

  it('a repeated command gets the first answer, whatever happened since', () => {
    const store = storeWith();
    const fact = commandFact('CLOCK_IN', NINE, { requestId: UUID });
    const [first] = store.write([fact], TOLD_AT).outcomes;
    store.write([commandFact('CLOCK_OUT', TEN)], TOLD_AT);
    const [again, other] = store.write(
      [fact, commandFact('CLOCK_OUT', TEN, { requestId: UUID, hash: 2 })],
      TOLD_AT,
    ).outcomes;
    if (first?.kind !== 'DONE' || again?.kind !== 'DONE') throw new Error('refused');
    expect(again.days[0]?.revision).to.equal(1);
    expect(again.days[0]?.result).to.deep.equal(first.days[0]?.result);
    expect(again.punches.map(({ punchId }) => punchId)).to.deep.equal([1]);
    expect(other && word(other)).to.equal('REQUEST_ID_REUSED');
  });

  it('what was refused leaves no number, no change, and its request id free', () => {
    const store = storeWith([punchFact(punchAt(NINE, 'IN'))]);
    const facts = [
      commandFact('CLOCK_IN', TEN, { requestId: UUID }),
      commandFact('CLOCK_OUT', TEN, { requestId: UUID, hash: 2 }),
    ];
    const { outcomes, facts: accepted } = store.write(facts, TOLD_AT);
    expect(outcomes.map((outcome) => word(outcome))).to.deep.equal(['CLOCK_REFUSED', 'PRESENT@2']);
    expect(accepted.map(({ index, sequence }) => [index, sequence])).to.deep.equal([[1, 2]]);
  });

  it('dates derived again take a number only if one changes, and others are stamped anew', () => {
    const store = storeWith([mark('ABSENT'), punchFact(punchAt(NINE, 'IN'))]);
    const first = day(DAY);
    expect(store.write([rederiveFact(first - 2, first + 2)], TOLD_AT)).to.deep.include({
      facts: [],
      changes: [],
      restamps: [],
    });
    store.age(MIA);
    const stamped = store.write([rederiveFact(first - 2, first + 2)], TOLD_AT);
    expect(stamped.facts).to.deep.equal([]);
    expect(stamped.restamps.map(({ date }) => date)).to.deep.equal([DAY]);
    expect(stamped.derivedDays).to.be.within(1, 5);
  });
});

describe('a day stamped anew', () => {
  it('and then changed by the same batch is only changed', () => {
    const store = storeWith([mark('ABSENT')]);
    store.age(MIA);
    const facts = [rederiveFact(day(DAY), day(DAY)), clearFact(DAY)];
    const { changes, restamps } = store.write(facts, TOLD_AT);
    expect(restamps).to.deep.equal([]);
    expect(changes.map(({ result }) => result)).to.deep.equal([undefined]);
  });
});

describe('dates at the ends of the calendar', () => {
  it('a punch beyond them is kept, and touches the dates there are', () => {
    for (const moment of ['1900-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z']) {
      const time = Date.parse(moment) as Instant;
      for (const zone of ['Pacific/Kiritimati', 'Etc/GMT+12', 'UTC'].map((name) =>
        zoneNamed(name),
      )) {
        const store = new ModelStore(ROSTER);
        const zones = [{ fromDay: Number.NEGATIVE_INFINITY, zone }];
        store.addEmployee(MIA, { ...UNROSTERED, zones });
        const [outcome] = store.write([punchFact(punchAt(time, 'IN'))], TOLD_AT).outcomes;
        expect(outcome?.kind).to.equal('DONE');
        const [again] = store.write([punchFact(punchAt(time, 'IN'))], TOLD_AT).outcomes;
        expect(again?.kind).to.equal('DUPLICATE');
      }
    }
  });
});
