// How many punches of one employee and day are kept: what is refused beyond it, and what never is.

import { expect } from 'chai';
import { MAX_PUNCHES_PER_DAY } from '../../src/app/decide/decide-punch.js';
import type { ItemOutcome } from '../../src/app/ports/batch.js';
import type { Fact } from '../../src/app/ports/facts.js';
import type { Punch } from '../../src/domain/facts/punch.js';
import type { LocalDate } from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import type { Case, RosterSetup } from '../domain/support/scenario.js';
import { valuesOf } from '../domain/support/scenario-values.js';
import { commandFact, MIA, punchFact, replaceFact, TOLD_AT, voidFact } from './support/facts.js';
import { ModelStore } from './support/model-store.js';

const UTC_DAY = '2026-03-02';
const OFFICE = {
  shifts: [{ id: 'office', hours: '08:00-17:00', before: '1:00', after: '2:00' }],
  assigned: [{ shifts: ['office'], from: 'D' }],
};
/** Their reaches differ, and none is a day of UTC's. */
const ROSTERS: Readonly<Record<string, RosterSetup>> = {
  'no roster': {},
  'a shift': OFFICE,
  'a shift far from UTC': { ...OFFICE, zone: 'Pacific/Auckland' },
};

const at = (text: string) => Date.parse(`${text}Z`) as Instant;

function punchAt(time: Instant, eventId = ''): Punch {
  return {
    time,
    kind: 'UNSPECIFIED',
    deviceId: 'gate',
    eventId,
    position: undefined,
    flags: [],
  };
}

/** The first second of a UTC day and those after it. */
function firstOf(count: number): Punch[] {
  const start = at(`${UTC_DAY}T00:00`);
  return Array.from({ length: count }, (_, second) => punchAt((start + second * 1000) as Instant));
}

function storeWith(count: number, roster: RosterSetup = {}): ModelStore {
  const row: Case = { id: '', title: '', source: '', roster, punches: [], days: {}, day: UTC_DAY };
  const values = valuesOf(row);
  const store = new ModelStore(values.roster);
  store.addEmployee(MIA, values.employee);
  store.write(
    firstOf(count).map((punch) => punchFact(punch)),
    TOLD_AT,
  );
  return store;
}

function word(outcome: ItemOutcome | undefined): string | undefined {
  return outcome?.kind === 'FAILED' ? outcome.failure.kind : outcome?.kind;
}

function words(store: ModelStore, ...facts: readonly Fact[]): (string | undefined)[] {
  return store.write(facts, TOLD_AT).outcomes.map(word);
}

const FULL = 'TOO_MANY_PUNCHES';

describe('punches kept of one day', () => {
  for (const [name, roster] of Object.entries(ROSTERS)) {
    it(`of somebody with ${name}: a full day of UTC takes no more, its neighbours do`, () => {
      const store = storeWith(MAX_PUNCHES_PER_DAY, roster);
      const moments: [string, string][] = [
        ['2026-03-01T23:59:59.999', 'DONE'],
        ['2026-03-02T00:00:00.001', FULL],
        ['2026-03-02T12:00', FULL],
        ['2026-03-02T23:59:59.999', FULL],
        ['2026-03-03T00:00', 'DONE'],
      ];
      for (const [moment, expected] of moments) {
        const [outcome] = words(store, punchFact(punchAt(at(moment))));
        expect(`${moment} ${outcome}`).to.equal(`${moment} ${expected}`);
      }
    });
  }

  it('says which day of whom, and how many', () => {
    const store = storeWith(MAX_PUNCHES_PER_DAY);
    const [outcome] = store.write([punchFact(punchAt(at('2026-03-02T12:00')))], TOLD_AT).outcomes;
    expect(outcome?.kind === 'FAILED' && outcome.failure).to.deep.equal({
      kind: FULL,
      employeeId: MIA,
      utcDate: UTC_DAY as LocalDate,
      maxPunches: 2000,
    });
  });

  it('in one batch the last that fits is kept, those behind it are not, repeats are known', () => {
    const store = storeWith(MAX_PUNCHES_PER_DAY - 1);
    const last = punchFact(punchAt(at('2026-03-02T12:00')));
    const tooMany = punchFact(punchAt(at('2026-03-02T12:01')));
    const [known = punchAt(TOLD_AT)] = firstOf(1);
    const before = store.punches(MIA).length;
    expect(words(store, last, tooMany, last, punchFact(known), tooMany)).to.deep.equal([
      'DONE',
      FULL,
      'DUPLICATE',
      'DUPLICATE',
      FULL,
    ]);
    expect(store.punches(MIA).length).to.equal(before + 1);
  });

  it('what was taken back makes no room, and can be taken back as ever', () => {
    const store = storeWith(MAX_PUNCHES_PER_DAY);
    const taken = voidFact([1, 2, 3]);
    expect(words(store, taken, punchFact(punchAt(at('2026-03-02T12:00'))))).to.deep.equal([
      'DONE',
      FULL,
    ]);
    expect(words(store, voidFact([4]))).to.deep.equal(['DONE']);
    expect(words(store, punchFact(punchAt(at('2026-03-02T12:00'))))).to.deep.equal([FULL]);
  });

  it('neither a command nor a correction adds one, whatever day the wrong punch was of', () => {
    const store = storeWith(MAX_PUNCHES_PER_DAY);
    const other = MAX_PUNCHES_PER_DAY + 1;
    store.write([punchFact(punchAt(at('2026-03-06T08:00')))], TOLD_AT);
    const facts: [Fact, string][] = [
      [commandFact('CLOCK_IN', undefined), FULL],
      [commandFact('CLOCK_IN', at('2026-03-02T20:00')), FULL],
      [commandFact('CLOCK_OUT', at('2026-03-02T23:59:59')), FULL],
      [replaceFact(1, undefined, 'IN'), FULL],
      [replaceFact(1, at('2026-03-02T22:00'), undefined), FULL],
      [replaceFact(other, at('2026-03-02T22:00'), undefined), FULL],
      [replaceFact(other, at('2026-03-06T09:00'), undefined), 'DONE'],
      [commandFact('CLOCK_OUT', at('2026-03-06T10:00')), 'DONE'],
    ];
    for (const [fact, expected] of facts) {
      expect([fact, ...words(store, fact)]).to.deep.equal([fact, expected]);
    }
  });

  it('a request that was answered before is answered again', () => {
    const store = storeWith(MAX_PUNCHES_PER_DAY - 1);
    const requestId = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';
    const fact = replaceFact(1, undefined, 'UNSPECIFIED', { requestId });
    expect(words(store, fact, fact)).to.deep.equal(['DONE', 'DONE']);
    expect(words(store, punchFact(punchAt(at('2026-03-02T12:00'))))).to.deep.equal([FULL]);
    expect(words(store, fact)).to.deep.equal(['DONE']);
  });
});
