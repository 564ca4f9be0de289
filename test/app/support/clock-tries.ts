// A clock that anything can be tried at: under rosters of every kind, at times near whatever is
// easily got wrong. Everything random comes from fast-check.

import fc from 'fast-check';
import { OPEN_DAYS_AFTER, OPEN_DAYS_BEFORE } from '../../../src/app/ports/day-reads.js';
import { CLOCK_COMMANDS, type ClockCommand, type Fact } from '../../../src/app/ports/facts.js';
import { type ClockState, clockState } from '../../../src/app/read/clock-state.js';
import type { Failure } from '../../../src/domain/facts/errors.js';
import type { Punch, PunchKind } from '../../../src/domain/facts/punch.js';
import type { RecordedPunch } from '../../../src/domain/facts/recorded-punch.js';
import type { DayPlan } from '../../../src/domain/roster/plan.js';
import type { EmployeeRoster, Roster } from '../../../src/domain/roster/roster.js';
import { PLAIN_WORK_RULES } from '../../../src/domain/roster/shift.js';
import { fromEpochDay } from '../../../src/domain/time/local-date.js';
import { type Instant, wholeSecond } from '../../../src/domain/time/time.js';
import {
  closingWorkRules,
  HOUR,
  PERIOD_DAYS,
  scenarios,
} from '../../domain/support/arbitraries.js';
import { daysAround } from './clock-watch.js';
import { commandFact, MIA, punchFact, replaceFact, TOLD_AT, voidFact } from './facts.js';
import { ModelStore } from './model-store.js';
import { anyOf, edgesOf, SHAPES } from './roster-shapes.js';

export interface Under {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  readonly plans: readonly DayPlan[];
  readonly edges: readonly number[];
}

const { hours, repeatSeconds } = PLAIN_WORK_RULES;

/** Of any kind, but with every pair of punches counted, and repetitions only within a second. */
const anyRoster: fc.Arbitrary<Under> = scenarios({
  work: closingWorkRules.map((rules) => ({ ...rules, hours, repeatSeconds })),
}).map((scenario) => {
  const { roster, employee, plans, firstDay } = scenario;
  const edges = edgesOf(plans, firstDay, firstDay + PERIOD_DAYS);
  return { roster, employee, plans, edges, toString: () => scenario.toString() };
});

export const anyUnder: fc.Arbitrary<Under> = fc.oneof(
  { arbitrary: anyOf(SHAPES), weight: 2 },
  { arbitrary: anyRoster, weight: 1 },
);

/** A time near an edge of the roster, after what was told last, or near what was punched. */
export interface When {
  readonly near: 'EDGE' | 'LAST' | 'PUNCH';
  readonly pick: number;
  readonly offSecond: number;
  readonly ms: number;
}

export const anyWhen: fc.Arbitrary<When> = fc.record({
  near: fc.constantFrom('EDGE', 'LAST', 'LAST', 'PUNCH'),
  pick: fc.nat({ max: 999 }),
  offSecond: fc.oneof(
    { arbitrary: fc.constantFrom(0, 1, -1, 60, -60), weight: 1 },
    { arbitrary: fc.integer({ min: 1, max: 4 * HOUR }), weight: 2 },
    { arbitrary: fc.integer({ min: -9 * HOUR, max: 9 * HOUR }), weight: 1 },
  ),
  ms: fc.constantFrom(0, 0, 0, 999),
});

/** What is done at a clock; `pick` is one of the punches that count. */
export type Deed =
  | { readonly kind: 'COMMAND'; readonly command: ClockCommand; readonly when: When }
  | { readonly kind: 'PUNCH'; readonly punchKind: PunchKind; readonly when: When }
  | { readonly kind: 'VOID'; readonly pick: number }
  | ReplaceDeed;

export interface ReplaceDeed {
  readonly kind: 'REPLACE';
  readonly pick: number;
  readonly offSecond: number;
  readonly punchKind: PunchKind | undefined;
}

const TYPED_KINDS = ['IN', 'OUT', 'BREAK_START', 'BREAK_END'] as const;

export const anyCommand: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constant('COMMAND' as const),
  command: fc.constantFrom(...CLOCK_COMMANDS),
  when: anyWhen,
});
/** Of a device with keys. */
export const anyPunch: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constant('PUNCH' as const),
  punchKind: fc.constantFrom(...TYPED_KINDS),
  when: anyWhen,
});
export const anyVoid: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constant('VOID' as const),
  pick: fc.nat({ max: 999 }),
});
export const anyReplace: fc.Arbitrary<ReplaceDeed> = fc.record({
  kind: fc.constant('REPLACE' as const),
  pick: fc.nat({ max: 999 }),
  offSecond: fc.oneof(fc.constantFrom(0, 0, 1), fc.integer({ min: -4 * HOUR, max: 4 * HOUR })),
  punchKind: fc.option(fc.constantFrom(...TYPED_KINDS), { nil: undefined, freq: 3 }),
});

/** What is done in the order in which it is told. */
export function deedsOf(
  ...weighted: readonly (readonly [arbitrary: fc.Arbitrary<Deed>, weight: number])[]
): fc.Arbitrary<Deed[]> {
  const each = weighted.map(([arbitrary, weight]) => ({ arbitrary, weight }));
  return fc.array(fc.oneof(...each), { maxLength: 20 });
}

export function punchAt(time: Instant, kind: PunchKind): Punch {
  return { time, kind, deviceId: '', eventId: '', position: undefined, flags: [] };
}

type Refused = Extract<Failure, { kind: 'CLOCK_REFUSED' }>;

export class Clock {
  readonly store: ModelStore;
  readonly #under: Under;
  /** When the last thing that was told is said to have been. */
  #last: number;

  constructor(under: Under) {
    this.#under = under;
    this.store = new ModelStore(under.roster);
    this.store.addEmployee(MIA, under.employee);
    this.#last = under.edges[0] ?? 0;
  }

  /** By time. */
  get standing(): readonly RecordedPunch[] {
    return this.store.punches(MIA).filter(({ voided }) => voided === undefined);
  }

  timeOf({ near, pick, offSecond, ms }: When): Instant {
    const { edges } = this.#under;
    const edge = edges[pick % edges.length] ?? this.#last;
    const { standing } = this;
    const punched = standing[pick % Math.max(standing.length, 1)]?.time;
    const origins = { EDGE: edge, LAST: this.#last, PUNCH: punched ?? edge };
    return (wholeSecond(origins[near] as Instant) + offSecond * 1000 + ms) as Instant;
  }

  /** The fact that a deed is; undefined when there is no punch to pick. */
  factOf(deed: Deed): Fact | undefined {
    switch (deed.kind) {
      case 'COMMAND':
        return commandFact(deed.command, this.timeOf(deed.when));
      case 'PUNCH':
        return punchFact(punchAt(this.timeOf(deed.when), deed.punchKind));
      case 'VOID':
      case 'REPLACE': {
        const { standing } = this;
        const one = standing[deed.pick % Math.max(standing.length, 1)];
        if (one === undefined) return undefined;
        if (deed.kind === 'VOID') return voidFact([one.punchId]);
        const time = (one.time + deed.offSecond * 1000) as Instant;
        return replaceFact(one.punchId, time, deed.punchKind);
      }
    }
  }

  /** Why it was refused; undefined when it was not. */
  tell(fact: Fact): Refused | undefined {
    const [outcome] = this.store.write([fact], TOLD_AT).outcomes;
    if (outcome?.kind === 'FAILED') {
      if (outcome.failure.kind !== 'CLOCK_REFUSED') throw new Error(outcome.failure.kind);
      return outcome.failure;
    }
    if (fact.kind === 'COMMAND' || fact.kind === 'PUNCH') this.#last = fact.punch.time;
    return undefined;
  }

  /** Does it, whatever comes of it. */
  do(deed: Deed): void {
    const fact = this.factOf(deed);
    if (fact !== undefined) this.tell(fact);
  }

  /** The commands that would be taken at a moment. */
  possibleAt(moment: Instant): readonly ClockCommand[] {
    return CLOCK_COMMANDS.filter((command) => {
      const [outcome] = this.store.clone().write([commandFact(command, moment)], TOLD_AT).outcomes;
      return outcome?.kind !== 'FAILED';
    });
  }

  /** What GetClockState shows at a moment. */
  async state(now: Instant): Promise<ClockState> {
    const { employee } = this.#under;
    const reach = { before: OPEN_DAYS_BEFORE, after: OPEN_DAYS_AFTER };
    const readDaysAround = async () => daysAround(this.store, employee, now, reach);
    return await clockState({ readDaysAround }, MIA, now);
  }

  /** Everything that can be seen of it. */
  seen(): string {
    const days = this.store.storedDates(MIA).map((day) => this.store.day(MIA, fromEpochDay(day)));
    return JSON.stringify([this.store.punches(MIA), days]);
  }
}
