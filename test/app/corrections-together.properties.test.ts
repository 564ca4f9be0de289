// Any corrections of any punches at once: what is accepted leaves each new punch doing what it says and
// each other what it did, in any order of the corrections; what is refused changes nothing.

import { expect } from 'chai';
import fc from 'fast-check';
import type { PunchCorrection } from '../../src/app/ports/facts.js';
import type { PunchKind } from '../../src/domain/facts/punch.js';
import { type Instant, wholeSecond } from '../../src/domain/time/time.js';
import { runs } from '../support/runs.js';
import {
  anyCommand,
  anyPunch,
  anyReplace,
  anyUnder,
  anyVoid,
  anyWhen,
  Clock,
  deedsOf,
  punchAt,
  type ReplaceDeed,
  type Under,
  type When,
} from './support/clock-tries.js';
import { changed, type Span, spansIn } from './support/clock-watch.js';
import { correctFact, MIA, punchFact, TOLD_AT, told as toldPunch } from './support/facts.js';
import { hasUnheeded, type Role, rolesAt, takenFrom } from './support/punch-roles.js';

const RUNS = runs(200);

interface AddDeed {
  readonly kind: 'ADD';
  readonly punchKind: 'IN' | 'OUT' | 'BREAK_START' | 'BREAK_END';
  readonly when: When;
}
type Part = ReplaceDeed | { readonly kind: 'VOID'; readonly pick: number } | AddDeed;

const anyPart: fc.Arbitrary<Part> = fc.oneof(
  { arbitrary: anyReplace, weight: 3 },
  {
    arbitrary: fc.record({ kind: fc.constant('VOID' as const), pick: fc.nat({ max: 999 }) }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('ADD' as const),
      punchKind: fc.constantFrom('IN', 'OUT', 'BREAK_START', 'BREAK_END'),
      when: anyWhen,
    }),
    weight: 2,
  },
);

/** What the parts come to, each of another punch. */
function correctionsOf(parts: readonly Part[], clock: Clock): readonly PunchCorrection[] {
  const used = new Set<number>();
  return parts.flatMap((part): readonly PunchCorrection[] => {
    if (part.kind === 'ADD') {
      const punch = toldPunch(punchAt(clock.timeOf(part.when), part.punchKind));
      return [{ kind: 'ADD', punch: { ...punch, source: 'CORRECTION' } }];
    }
    const { standing } = clock;
    const one = standing[part.pick % Math.max(standing.length, 1)];
    if (one === undefined || used.has(one.punchId)) return [];
    used.add(one.punchId);
    const { punchId } = one;
    if (part.kind === 'VOID') return [{ kind: 'VOID', punchId }];
    const time = (one.time + part.offSecond * 1000) as Instant;
    return [{ kind: 'REPLACE', punchId, time, punchKind: part.punchKind }];
  });
}

/** What a punch of a kind may do, of those who say what they do. */
const SAYS: Readonly<Record<string, readonly Role[]>> = {
  IN: ['ARRIVES'],
  OUT: ['LEAVES'],
  BREAK_START: ['PAUSES'],
  BREAK_END: ['RETURNS'],
};

function expectRight(clock: Clock, under: Under, corrections: readonly PunchCorrection[]): boolean {
  const { store } = clock;
  const [before, then, punched] = [spansIn(store), clock.seen(), clock.standing];
  const [outcome] = store.write([correctFact(corrections)], TOLD_AT).outcomes;
  const after = spansIn(store);
  const label = JSON.stringify(corrections);
  if (outcome?.kind !== 'DONE') {
    expect(clock.seen(), label).to.equal(then);
    return false;
  }
  const gone = punched.filter((each) => !clock.standing.some((now) => now === each));
  const made = clock.standing.filter((each) => !punched.some((was) => was === each));
  const named = corrections.flatMap((each) => (each.kind === 'ADD' ? [] : [each.punchId]));
  expect(
    gone.map(({ punchId }) => punchId),
    label,
  ).to.have.members(named);
  expect(made.length, label).to.equal(corrections.filter(({ kind }) => kind !== 'VOID').length);
  const isWhole = [...under.roster.shifts.values()]
    .flat()
    .some(({ shift }) => shift.work.hours === 'FIRST_IN_TO_LAST_OUT');
  const isAdding = corrections.some(({ kind }) => kind === 'ADD');
  const { gone: lost, made: come } = changed(before, after);
  // A punch told twice may do nothing, before and after.
  const isNothing = !isAdding && lost.length + come.length === 0;
  for (const { kind, time, replaces } of isNothing ? [] : made) {
    const roles = rolesAt(wholeSecond(time), after);
    const isAnyEnd =
      hasUnheeded(under) &&
      ['ARRIVES', 'LEAVES', 'RETURNS'].some((role) => roles.includes(role as Role));
    const isSaid = isAnyEnd || SAYS[kind]?.some((role) => roles.includes(role)) === true;
    // One key after the other may be wrong: a departure stands alone until the other is mended.
    const old = punched.find(({ punchId }) => punchId === replaces);
    const was = old === undefined ? [] : rolesAt(wholeSecond(old.time), before);
    const isRetold = old !== undefined && old.kind !== kind;
    const isAlone = kind === 'OUT' && roles.includes('LEAVES_ALONE');
    if (isAlone && (isRetold || was.includes('LEAVES_ALONE'))) continue;
    // A break that lasts until the departure has no end of its own, and is shown to end with it.
    const isEnd = kind === 'BREAK_END' && after.some(({ out }) => out === wholeSecond(time));
    expect(isSaid || isWhole || isEnd, `${label} ${kind} does ${roles.join()}`).to.equal(true);
  }
  const moved = new Set([...gone, ...made].map(({ time }) => wholeSecond(time)));
  const others = punched.map(({ time }) => wholeSecond(time)).filter((each) => !moved.has(each));
  // Where arrivals and departures alternate, a key says nothing that could be lost.
  if (!hasUnheeded(under)) {
    expect(takenFrom(others, under, before, after), label).to.equal(undefined);
  }
  return true;
}

describe('corrections of several punches at once', () => {
  const history = deedsOf([anyCommand, 10], [anyPunch, 3], [anyVoid, 1]);
  const parts = fc.array(anyPart, { minLength: 1, maxLength: 5 });

  it('leave what others did, or change nothing, and come to the same in any order', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyUnder, history, parts, fc.nat(), (under, deeds, wanted, turn) => {
        const [clock, other] = [new Clock(under), new Clock(under)];
        for (const deed of deeds) {
          clock.do(deed);
          other.do(deed);
        }
        const corrections = correctionsOf(wanted, clock);
        if (corrections.length === 0) return;
        if (expectRight(clock, under, corrections)) accepted += 1;
        const from = turn % corrections.length;
        const turned = [...corrections.slice(from), ...corrections.slice(0, from)].reverse();
        other.store.write([correctFact(turned)], TOLD_AT);
        const dates = clock.store.storedDates(MIA);
        if (dates.length === 0) return;
        const [first, last] = [Math.min(...dates), Math.max(...dates)];
        const stored = clock.store.stored(MIA, first, last);
        expect(stored).to.deep.equal(clock.store.rebuilt(MIA, first, last));
        expect(other.store.stored(MIA, first, last)).to.deep.equal(stored);
      }),
      { numRuns: RUNS },
    );
    expect(accepted, 'none was accepted').to.be.above(0);
  });

  it('lead back to what was right once, whatever was wrong of it', () => {
    const faults = fc.array(anyFault, { minLength: 1, maxLength: 4 });
    let tried = 0;
    fc.assert(
      fc.property(
        anyUnder,
        deedsOf([anyCommand, 1]),
        faults,
        fc.boolean(),
        (under, deeds, wrong, isUntyped) => {
          const truth = new Clock(under);
          for (const deed of deeds) truth.do(deed);
          const isWhole = ({ in: start, out, breaks }: Span) =>
            start !== undefined &&
            out !== undefined &&
            breaks.every(({ end }) => end !== undefined && end !== out);
          if (!spansIn(truth.store).every(isWhole) || truth.standing.length === 0) return;
          const right = truth.standing.map(
            ({ time, kind }): Told => ({
              time,
              said: kind,
              kind: isUntyped && ENDS.includes(kind) ? 'UNSPECIFIED' : kind,
            }),
          );
          const [clock, wished] = [new Clock(under), new Clock(under)];
          wished.store.write(
            right.map(({ time, kind }) => punchFact(punchAt(time, kind))),
            TOLD_AT,
          );
          if (!spansIn(wished.store).every(isWhole)) return;
          const { told: punches, corrections } = corrupted(
            right,
            isUntyped ? wrong.filter(({ kind }) => kind !== 'FORGOTTEN') : wrong,
          );
          const seconds = [...right, ...punches].map(({ time }) => wholeSecond(time));
          // Of two in one second, which of them is meant is another question.
          if (new Set(right.map(({ time }) => wholeSecond(time))).size < right.length) return;
          if (new Set(seconds).size > seconds.length) return;
          if (punches.length > 0)
            clock.store.write(
              punches.map(({ time, kind }) => punchFact(punchAt(time, kind))),
              TOLD_AT,
            );
          if (corrections.length === 0) return;
          tried += 1;
          const [outcome] = clock.store.write([correctFact(corrections)], TOLD_AT).outcomes;
          expect(
            outcome?.kind === 'FAILED' ? JSON.stringify(outcome.failure) : outcome?.kind,
            JSON.stringify({ right, punches, corrections }),
          ).to.equal('DONE');
          expect(spansIn(clock.store)).to.deep.equal(spansIn(wished.store));
        },
      ),
      { numRuns: RUNS },
    );
    expect(tried, 'nothing was wrong').to.be.above(0);
  });
});

const ENDS: readonly PunchKind[] = ['IN', 'OUT'];

/** What was wrong: a punch was forgotten, told at another time, or one was told that never was. */
interface Fault {
  readonly kind: 'FORGOTTEN' | 'MOVED' | 'STRAY';
  readonly pick: number;
  readonly offSecond: number;
}
const anyFault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom('FORGOTTEN', 'MOVED', 'STRAY'),
  pick: fc.nat({ max: 999 }),
  offSecond: fc.integer({ min: -3 * 3600, max: 3 * 3600 }).filter((second) => second !== 0),
});

interface Told {
  readonly time: Instant;
  readonly kind: PunchKind;
  /** What it was, also where the device did not say so. */
  readonly said: PunchKind;
}

/** Punches with faults, numbered from 1 in their order, and the corrections that mend them. */
function corrupted(right: readonly Told[], faults: readonly Fault[]) {
  const told: Told[] = [];
  const corrections: PunchCorrection[] = [];
  const byPick = new Map(faults.map((fault) => [fault.pick % right.length, fault]));
  for (const [place, punch] of right.entries()) {
    const fault = byPick.get(place);
    const moved = { ...punch, time: (punch.time + (fault?.offSecond ?? 0) * 1000) as Instant };
    if (fault?.kind === 'FORGOTTEN') {
      corrections.push({
        kind: 'ADD',
        punch: { ...toldPunch(punchAt(punch.time, punch.said)), source: 'CORRECTION' },
      });
      continue;
    }
    told.push(fault?.kind === 'MOVED' ? moved : punch);
    if (fault?.kind === 'MOVED') {
      corrections.push({
        kind: 'REPLACE',
        punchId: told.length,
        time: punch.time,
        punchKind: undefined,
      });
    }
    if (fault?.kind === 'STRAY') {
      told.push(moved);
      corrections.push({ kind: 'VOID', punchId: told.length });
    }
  }
  return { told, corrections };
}
