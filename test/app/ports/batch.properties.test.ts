// The rules of a batch against the same facts derived all at once: whatever the order in which
// punches come, however they are batched, taken back, replaced or told again.

import { expect } from 'chai';
import fc from 'fast-check';
import { PlannedDays } from '../../../src/app/decide/planned-days.js';
import type { Fact } from '../../../src/app/ports/facts.js';
import { CLOCK_COMMANDS, MAX_REDERIVED_DAYS } from '../../../src/app/ports/facts.js';
import { derive, NO_FACTS } from '../../../src/domain/engine/derive.js';
import { mayBePunched } from '../../../src/domain/engine/punched-day.js';
import type { MarkableStatus } from '../../../src/domain/facts/day.js';
import { declarationIn } from '../../../src/domain/facts/declaration.js';
import { PUNCH_KINDS, type Punch } from '../../../src/domain/facts/punch.js';
import { planDays } from '../../../src/domain/roster/plan.js';
import { fromEpochDay } from '../../../src/domain/time/local-date.js';
import { type Instant, wholeSecond } from '../../../src/domain/time/time.js';
import {
  anyDeclaration,
  HOUR,
  MARGIN_DAYS,
  PERIOD_DAYS,
  type Scenario,
  scenarios,
} from '../../domain/support/arbitraries.js';
import { runs } from '../../support/runs.js';
import {
  clearFact,
  commandFact,
  MIA,
  markFact,
  punchFact,
  rederiveFact,
  replaceFact,
  TOLD_AT,
  voidFact,
} from '../support/facts.js';
import { ModelStore } from '../support/model-store.js';

/** How many runs each property gets; more in a long search. */
const RUNS = runs(70);

/** Farther than any reach: a block of a week on each side, the one a date is in, and a pause. */
const FAR_DAYS = 26;

function storeOf({ roster, employee }: Pick<Scenario, 'roster' | 'employee'>): ModelStore {
  const store = new ModelStore(roster);
  store.addEmployee(MIA, employee);
  return store;
}

/** Wherever anything is stored, and as far around as any punch can matter. */
function rangeOf(store: ModelStore, { firstDay }: Scenario): readonly [number, number] {
  const days = [
    firstDay,
    firstDay + PERIOD_DAYS,
    ...store.storedDates(MIA),
    ...store.punches(MIA).map(({ time }) => Math.floor(time / 86_400_000)),
  ];
  return [Math.min(...days) - FAR_DAYS, Math.max(...days) + FAR_DAYS];
}

function expectRebuilt(store: ModelStore, scenario: Scenario): void {
  const [from, to] = rangeOf(store, scenario);
  expect(store.stored(MIA, from, to)).to.deep.equal(store.rebuilt(MIA, from, to));
}

/** Batches of the given sizes, the last one with what is left. */
function batches<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const made: T[][] = [];
  let start = 0;
  for (const size of sizes) {
    if (start >= items.length) break;
    made.push(items.slice(start, start + size));
    start += size;
  }
  if (start < items.length) made.push(items.slice(start));
  return made;
}

function inOrderOf<T>(values: readonly T[], order: readonly number[]): T[] {
  return values
    .map((value, index) => ({ value, rank: order[index] ?? 0.5 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

const anyOrder = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 });
const anySizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 });
const anyEventIds = fc.array(fc.constantFrom('', '', '1', '2'), { maxLength: 60 });
const anyScenario = fc.oneof(
  { arbitrary: scenarios(), weight: 4 },
  { arbitrary: scenarios({ isShiftless: true }), weight: 2 },
  { arbitrary: scenarios({ isUnsound: true }), weight: 1 },
);

function numbered(punches: readonly Punch[], eventIds: readonly string[]): Punch[] {
  return punches.map((punch, index) => ({ ...punch, eventId: eventIds[index] ?? '' }));
}

describe('what the rules of a batch rest on', () => {
  it('the declaration is read back from the day it made', () => {
    fc.assert(
      fc.property(anyScenario, anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const plan of plans) {
          const result = derive({ declaration, punches: timeline }, plan);
          expect(declarationIn(result)).to.deep.equal(declaration);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('a result that is only expected is what the plan alone gives', () => {
    fc.assert(
      fc.property(anyScenario, ({ plans, timeline }) => {
        for (const plan of plans) {
          const result = derive({ declaration: undefined, punches: timeline }, plan);
          if (result.origin !== 'EXPECTED') continue;
          expect(JSON.stringify(result)).to.equal(JSON.stringify(derive(NO_FACTS, plan)));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('nobody was seen on a date that cannot have been punched', () => {
    fc.assert(
      fc.property(anyScenario, ({ roster, employee, firstDay, timeline }) => {
        const [from, to] = [firstDay - FAR_DAYS, firstDay + PERIOD_DAYS + FAR_DAYS];
        for (const plan of planDays(roster, employee, from, to)) {
          const result = derive({ declaration: undefined, punches: timeline }, plan);
          if (result.origin === 'DERIVED') expect(mayBePunched(plan, timeline)).to.equal(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('the dates that a moment touches are all whose reach contains it', () => {
    const anyOffset = fc.integer({ min: 0, max: PERIOD_DAYS * 86_400 });
    const anyLength = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * HOUR }));
    fc.assert(
      fc.property(anyScenario, anyOffset, anyLength, (scenario, offset, length) => {
        const { roster, employee, firstDay, plans } = scenario;
        const from = ((plans[MARGIN_DAYS]?.start ?? 0) + offset * 1000) as Instant;
        const to = (from + length * 1000) as Instant;
        const all = planDays(
          roster,
          employee,
          firstDay - FAR_DAYS,
          firstDay + PERIOD_DAYS + FAR_DAYS,
        );
        const second = wholeSecond(from);
        const expected = all.filter(({ reach }) => reach.from <= to && reach.to >= second);
        const touched = new PlannedDays(roster, employee).touchedBy(from, to);
        expect(touched.map(({ date }) => date)).to.deep.equal(expected.map(({ date }) => date));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('punches in any order and any batches', () => {
  it('give the days that they give all at once', () => {
    fc.assert(
      fc.property(
        anyScenario,
        anyEventIds,
        anyOrder,
        anySizes,
        fc.array(fc.nat({ max: 999 }), { maxLength: 5 }),
        (scenario, eventIds, order, sizes, again) => {
          const punches = numbered(scenario.punches, eventIds);
          const repeated = again.flatMap((index) => punches[index % punches.length] ?? []);
          const facts = inOrderOf([...punches, ...repeated], order).map((punch) =>
            punchFact(punch),
          );
          const apart = storeOf(scenario);
          for (const batch of batches(facts, sizes)) apart.write(batch, TOLD_AT);
          expectRebuilt(apart, scenario);
          const together = storeOf(scenario);
          together.write(
            punches.map((punch) => punchFact(punch)),
            TOLD_AT,
          );
          expectRebuilt(together, scenario);
          expect(known(apart)).to.deep.equal(known(together));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('told again change nothing', () => {
    fc.assert(
      fc.property(anyScenario, anyEventIds, anySizes, (scenario, eventIds, sizes) => {
        const facts = numbered(scenario.punches, eventIds).map((punch) => punchFact(punch));
        const store = storeOf(scenario);
        store.write(facts, TOLD_AT);
        for (const batch of batches(facts, sizes)) {
          const decision = store.write(batch, TOLD_AT);
          const { changes, reflags, restamps } = decision;
          expect([decision.facts, changes, reflags, restamps]).to.deep.equal([[], [], [], []]);
          for (const outcome of decision.outcomes) expect(outcome.kind).to.equal('DUPLICATE');
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('punches of clocks that never rest', () => {
  /** Without a pause long enough to begin anew, for up to four weeks. */
  const anyRun = fc.record({
    steps: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 20, maxLength: 120 }),
    everySecond: fc.constantFrom(900, 1800, HOUR, 7 * HOUR + 60),
    kinds: fc.array(fc.constantFrom(...PUNCH_KINDS, 'UNSPECIFIED' as const), { minLength: 1 }),
  });

  it('give the days that they give all at once, in whatever order they come and go', () => {
    fc.assert(
      fc.property(
        scenarios({ isShiftless: true }),
        anyRun,
        anyOrder,
        anySizes,
        fc.array(fc.nat({ max: 999 }), { maxLength: 3 }),
        (scenario, { steps, everySecond, kinds }, order, sizes, taken) => {
          let time = scenario.firstDay * 86_400_000;
          const punches = steps.map((step, index): Punch => {
            time += step * everySecond * 1000;
            const kind = kinds[index % kinds.length] ?? 'IN';
            const at = time as Instant;
            return { time: at, kind, deviceId: '', eventId: '', position: undefined, flags: [] };
          });
          const store = storeOf(scenario);
          // The first ones at random, so that they fall between the others.
          const facts = inOrderOf(punches, order).map((punch) => punchFact(punch));
          const [late, early] = [facts.slice(0, 12), facts.slice(12)];
          store.write(early, TOLD_AT);
          expectRebuilt(store, scenario);
          for (const batch of batches(late, sizes)) {
            store.write(batch, TOLD_AT);
            expectRebuilt(store, scenario);
          }
          for (const pick of taken) {
            const { punchId } = store.punches(MIA)[pick % punches.length] ?? { punchId: 1 };
            store.write([voidFact([punchId])], TOLD_AT);
            expectRebuilt(store, scenario);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('also where there are more in a day than are looked at', () => {
    fc.assert(
      fc.property(scenarios({ isDense: true }), anyOrder, anySizes, (scenario, order, sizes) => {
        const { punches } = scenario;
        // A few late ones behind or between a burst that came at once.
        const late = inOrderOf(punches, order).slice(0, 8);
        const store = storeOf(scenario);
        const early = punches.filter((punch) => !late.includes(punch));
        for (const batch of batches(early, [500, 500, 500])) {
          store.write(
            batch.map((punch) => punchFact(punch)),
            TOLD_AT,
          );
        }
        for (const batch of batches(late, sizes)) {
          store.write(
            batch.map((punch) => punchFact(punch)),
            TOLD_AT,
          );
          expectRebuilt(store, scenario);
        }
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    );
  });
});

/** The punches with their flags, whatever their numbers. */
function known(store: ModelStore): string[] {
  return store
    .punches(MIA)
    .map(({ time, kind, deviceId, eventId, flags }) =>
      JSON.stringify([time, kind, deviceId, eventId, flags]),
    )
    .sort();
}

/** What happens, as numbers that are read against what there is by then. */
interface Step {
  readonly what: 'PUNCH' | 'AGAIN' | 'MARK' | 'CLEAR' | 'VOID' | 'REPLACE' | 'COMMAND';
  readonly pick: number;
  readonly offSecond: number;
  readonly kind: number;
  readonly isKept: boolean;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(
    'PUNCH' as const,
    'PUNCH' as const,
    'PUNCH' as const,
    'AGAIN' as const,
    'MARK' as const,
    'CLEAR' as const,
    'VOID' as const,
    'REPLACE' as const,
    'REPLACE' as const,
    'COMMAND' as const,
    'COMMAND' as const,
  ),
  pick: fc.nat({ max: 9_999 }),
  offSecond: fc.oneof(
    fc.constantFrom(0, 1, -1, 60),
    fc.integer({ min: -6 * HOUR, max: 6 * HOUR }),
    fc.integer({ min: -60 * HOUR, max: 60 * HOUR }),
  ),
  kind: fc.nat({ max: 9_999 }),
  isKept: fc.boolean(),
});

const MARKED: readonly MarkableStatus[] = ['PRESENT', 'ON_LEAVE', 'ABSENT', 'HALF_DAY'];

function factOf(step: Step, punches: readonly Punch[], store: ModelStore, firstDay: number): Fact {
  const { what, pick, offSecond, kind, isKept } = step;
  const punch = punches[pick % Math.max(punches.length, 1)];
  const there = store.punches(MIA);
  const named = there[pick % Math.max(there.length, 1)];
  const origin = firstDay * 86_400_000;
  const near = ((punch?.time ?? origin) + offSecond * 1000) as Instant;
  const moved = ((named?.time ?? punch?.time ?? origin) + offSecond * 1000) as Instant;
  const date = fromEpochDay(firstDay + (pick % PERIOD_DAYS));
  switch (what) {
    case 'PUNCH':
    case 'AGAIN':
      return punch === undefined ? clearFact(date) : punchFact(punch);
    case 'MARK': {
      if (offSecond % 3 === 0) {
        const startSecond = 8 * 3600 + (pick % 12) * 1800;
        const leaveTime = { startSecond, endSecond: startSecond + (1 + (kind % 5)) * 1800 };
        return markFact(date, 'ON_LEAVE', { leaveTime });
      }
      const portion = (['WHOLE_DAY', 'FIRST_HALF', 'SECOND_HALF'] as const)[kind % 3];
      const status = MARKED[kind % MARKED.length] ?? 'PRESENT';
      return markFact(date, status, { portion: portion ?? 'WHOLE_DAY' });
    }
    case 'CLEAR':
      return clearFact(date);
    case 'VOID':
      return voidFact([named?.punchId ?? 999]);
    case 'REPLACE': {
      const other = isKept ? undefined : PUNCH_KINDS[kind % PUNCH_KINDS.length];
      return replaceFact(named?.punchId ?? 999, moved, other);
    }
    case 'COMMAND': {
      const command = CLOCK_COMMANDS[kind % CLOCK_COMMANDS.length] ?? 'CLOCK_IN';
      return commandFact(command, near);
    }
  }
}

describe('facts of all kinds', () => {
  it('leave the days that everything that stands gives', () => {
    fc.assert(
      fc.property(
        anyScenario,
        anyEventIds,
        fc.array(anyStep, { maxLength: 40 }),
        anySizes,
        (scenario, eventIds, steps, sizes) => {
          const punches = numbered(scenario.punches, eventIds);
          const store = storeOf(scenario);
          for (const batch of batches(steps, sizes)) {
            const facts = batch.map((step) => factOf(step, punches, store, scenario.firstDay));
            store.write(facts, TOLD_AT);
            expectRebuilt(store, scenario);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('that were taken back have never been, and can be told anew as a correction', () => {
    fc.assert(
      fc.property(anyScenario, fc.array(fc.boolean(), { maxLength: 60 }), (scenario, isTaken) => {
        const store = storeOf(scenario);
        store.write(
          scenario.punches.map((punch) => punchFact(punch)),
          TOLD_AT,
        );
        const all = store.punches(MIA);
        const taken = all.filter((_, index) => isTaken[index] === true);
        if (taken.length > 0) store.write([voidFact(taken.map(({ punchId }) => punchId))], TOLD_AT);
        expectRebuilt(store, scenario);
        const kept = storeOf(scenario);
        kept.write(
          all.filter((punch) => !taken.includes(punch)).map((punch) => punchFact(punch)),
          TOLD_AT,
        );
        const [from, to] = rangeOf(store, scenario);
        expect(store.stored(MIA, from, to)).to.deep.equal(kept.stored(MIA, from, to));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('days derived again after the roster changed', () => {
  it('are those of the new roster, and only what says something else is a change', () => {
    fc.assert(
      fc.property(
        anyScenario,
        anyScenario,
        fc.array(anyStep, { maxLength: 12 }),
        (one, other, steps) => {
          const store = storeOf(one);
          for (const step of steps) {
            store.write([factOf(step, one.punches, store, one.firstDay)], TOLD_AT);
          }
          // The other roster on the dates of this one.
          const moved = shifted(other, one.firstDay - other.firstDay);
          store.roster = moved.roster;
          store.setRoster(MIA, moved.employee);
          const [from, to] = rangeOf(store, one);
          for (let day = from; day <= to; day += 20) {
            const last = Math.min(day + 19, to);
            expect(last - day).to.be.below(MAX_REDERIVED_DAYS);
            store.write([rederiveFact(day, last)], TOLD_AT);
          }
          expectRebuilt(store, one);
          const again = store.write([rederiveFact(one.firstDay, one.firstDay + 9)], TOLD_AT);
          const { facts, changes, restamps } = again;
          expect([facts, changes, restamps]).to.deep.equal([[], [], []]);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

/** A scenario's roster, so many days later. */
function shifted(
  { roster, employee }: Scenario,
  days: number,
): Pick<Scenario, 'roster' | 'employee'> {
  return {
    roster: {
      ...roster,
      calendars: new Map(
        [...roster.calendars].map(([id, dates]) => [
          id,
          new Map([...dates].map(([day, name]) => [day + days, name])),
        ]),
      ),
    },
    employee: {
      ...employee,
      zones: employee.zones.map(({ fromDay, zone }) => ({ fromDay: fromDay + days, zone })),
      joinedDay: employee.joinedDay + days,
      leftDay: employee.leftDay + days,
      assignments: employee.assignments.map((each) => ({
        ...each,
        fromDay: each.fromDay + days,
        toDay: each.toDay + days,
        anchorDay: each.anchorDay + days,
      })),
      overrides: new Map([...employee.overrides].map(([day, ids]) => [day + days, ids])),
    },
  };
}
