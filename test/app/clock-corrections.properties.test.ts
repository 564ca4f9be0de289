// Corrections that say another key, at the same time or another: what is accepted leaves sessions
// that add up and all else as it was, what is refused changes nothing and says what is in its way.

import { expect } from 'chai';
import fc from 'fast-check';
import type { ReplaceFact } from '../../src/app/ports/facts.js';
import type { PunchKind } from '../../src/domain/facts/punch.js';
import { fromEpochDay } from '../../src/domain/time/local-date.js';
import { wholeSecond } from '../../src/domain/time/time.js';
import { runs } from '../support/runs.js';
import {
  anyCommand,
  anyPunch,
  anyReplace,
  anyUnder,
  anyVoid,
  Clock,
  deedsOf,
  type Under,
} from './support/clock-tries.js';
import { areApart, changed, type Span, spansIn } from './support/clock-watch.js';
import { MIA } from './support/facts.js';
import { hasUnheeded, isIn, rolesAt, takenFrom } from './support/punch-roles.js';

const RUNS = runs(200);

function isWithin(inner: Span, outer: Span): boolean {
  return isIn(outer, inner.in ?? inner.out ?? 0) && isIn(outer, inner.out ?? inner.in ?? 0);
}

/** Whether a punch of that kind and time has a say in some session; where keys are not heeded, any. */
function isSaid(kind: PunchKind | undefined, second: number, spans: readonly Span[]): boolean {
  return spans.some(({ in: start, out, breaks }) => {
    const endsBreak = breaks.some(({ end }) => end === second);
    if (kind === undefined) return start === second || out === second || endsBreak;
    if (kind === 'IN') return start === second || endsBreak;
    if (kind === 'OUT') return out === second;
    if (kind === 'BREAK_START') return breaks.some((pause) => pause.start === second);
    return endsBreak;
  });
}

const MISSING = ['MISSING_IN', 'MISSING_BREAK_START', 'MISSING_BREAK_END'] as const;

/** What is missing on some date: which one may change with the session's. */
function missingIn(clock: Clock): readonly string[] {
  return [...clock.store.storedDates(MIA)].flatMap((day) => {
    const anomalies = clock.store.day(MIA, fromEpochDay(day))?.result?.work.anomalies ?? [];
    return MISSING.filter((each) => anomalies.includes(each));
  });
}

/** What is missing now and was not before, but for what the corrected punch itself lacks. */
function strangeIn(
  before: readonly string[],
  now: readonly string[],
  second: number,
  after: readonly Span[],
): readonly string[] {
  const roles = rolesAt(second, after);
  // One that did nothing may still do nothing: what it takes from others is told by their roles.
  const own: string[] = roles.length === 0 ? [...MISSING] : [];
  if (roles.includes('LEAVES_ALONE')) own.push('MISSING_IN');
  // The break that it begins or ends is one that they left on.
  const isLeft = after.some(({ out, breaks }) => {
    const last = breaks.at(-1);
    return last?.end === out && (last?.start === second || last?.end === second);
  });
  if (isLeft) own.push('MISSING_BREAK_END');
  const more = now.filter((each) => !before.includes(each));
  return more.filter((each) => !own.some((mine) => each.endsWith(mine)));
}

function expectRight(clock: Clock, under: Under, fact: ReplaceFact): void {
  const { store } = clock;
  const old = clock.standing.find(({ punchId }) => punchId === fact.punchId);
  if (old === undefined) throw new Error('nothing to correct');
  const [before, then, punched] = [spansIn(store), clock.seen(), clock.standing];
  const missing = missingIn(clock);
  const kind = fact.punchKind ?? old.kind;
  const [oldSecond, second] = [wholeSecond(old.time), wholeSecond(fact.time ?? old.time)];
  const refused = clock.tell(fact);
  const after = spansIn(store);
  const label = `${old.kind} ${new Date(oldSecond).toISOString()} as ${kind} ${new Date(second).toISOString()} ${refused?.refusal ?? 'done'}`;
  const { gone, made } = changed(before, after);
  const became = `${label}: ${JSON.stringify(gone)} became ${JSON.stringify(made)}`;
  if (refused !== undefined) {
    expect(clock.seen(), label).to.equal(then);
    const { refusal, session } = refused;
    expect(session !== undefined || refusal === 'NOT_CLOCKED_IN', label).to.equal(true);
    return;
  }
  const replaced = punched.filter((each) => !clock.standing.some((now) => now === each));
  const added = clock.standing.filter((each) => !punched.some((was) => was === each));
  expect(replaced, label).to.deep.equal([old]);
  expect(added.map((each) => [each.time, each.kind, each.replaces])).to.deep.equal([
    [fact.time ?? old.time, kind, old.punchId],
  ]);
  const others = punched
    .map(({ time }) => wholeSecond(time))
    .filter((each) => each !== oldSecond && each !== second);
  // Where arrivals and departures alternate, a key says nothing that could be lost.
  if (!hasUnheeded(under)) {
    expect(takenFrom(others, under, before, after), became).to.equal(undefined);
  }
  // A punch that did nothing shows as missing on one date or another.
  const seconds = new Set(others);
  const isEachOne = seconds.size === others.length && others.length === punched.length - 1;
  if (isEachOne && others.every((each) => rolesAt(each, before).length > 0)) {
    expect(strangeIn(missing, missingIn(clock), second, after), became).to.deep.equal([]);
  }
  if (gone.length === 0 && made.length === 0) return;
  expect(areApart(made), `${became}: overlaps`).to.equal(true);
  const isHeeded = kind.startsWith('BREAK') || !hasUnheeded(under);
  const saidKind = isHeeded ? kind : undefined;
  expect(isSaid(saidKind, second, after), `${became}: says nothing`).to.equal(true);
  const policies = [...under.roster.policies.values()].flat().map(({ policy }) => policy.offShift);
  const lengths = [under.roster.offShift, ...policies].map((rules) => rules?.maxLengthSeconds ?? 0);
  const maxLengthMs = Math.max(...lengths) * 1000;
  for (const { in: start, out, shiftId } of made) {
    if (start === undefined || out === undefined || shiftId !== undefined) continue;
    expect(out - start, `${became}: too long`).to.be.within(1, maxLengthMs);
  }
  for (const span of hasUnheeded(under) ? [] : gone) {
    const isOwn = isIn(span, oldSecond) || isIn(span, second);
    const isJoined = made.some((whole) => isWithin(span, whole));
    expect(isOwn || isJoined, `${became}: another one is gone`).to.equal(true);
  }
}

describe('corrections of what a punch says', () => {
  it('leave sessions that add up, or change nothing and say why', () => {
    const history = deedsOf([anyCommand, 10], [anyPunch, 3], [anyVoid, 1], [anyReplace, 4]);
    fc.assert(
      fc.property(anyUnder, history, (under, deeds) => {
        const clock = new Clock(under);
        for (const deed of deeds) {
          const fact = clock.factOf(deed);
          if (fact?.kind === 'REPLACE') expectRight(clock, under, fact);
          else if (fact !== undefined) clock.tell(fact);
        }
        const days = clock.store.storedDates(MIA);
        const [first, last] = [Math.min(...days), Math.max(...days)];
        const rebuilt = clock.store.rebuilt(MIA, first, last);
        expect(clock.store.stored(MIA, first, last)).to.deep.equal(rebuilt);
      }),
      { numRuns: RUNS },
    );
  });
});
