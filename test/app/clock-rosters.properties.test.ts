// Commands, corrections and what is taken back, in any order and at any time, under rosters of
// every kind: what is accepted did what it says and nothing else, what is refused would not have,
// and the refusal is true; and the clock shows what can be done next.

import { expect } from 'chai';
import fc from 'fast-check';
import { type ClockCommand, COMMAND_KINDS, type CommandFact } from '../../src/app/ports/facts.js';
import type { Session } from '../../src/domain/facts/day.js';
import type { ClockRefusal, SessionConcerned } from '../../src/domain/facts/errors.js';
import { type Instant, wholeSecond } from '../../src/domain/time/time.js';
import { HOUR } from '../domain/support/arbitraries.js';
import { runs } from '../support/runs.js';
import {
  anyCommand,
  anyPunch,
  anyReplace,
  anyUnder,
  anyVoid,
  Clock,
  deedsOf,
  punchAt,
  type Under,
} from './support/clock-tries.js';
import {
  areApart,
  changed,
  isAsNamed,
  isPaused,
  openAround,
  type Span,
  spansIn,
} from './support/clock-watch.js';
import { commandFact, MIA, punchFact, TOLD_AT } from './support/facts.js';
import type { ModelStore } from './support/model-store.js';

const RUNS = runs(200);

/** By then everybody was given up: a window covers less than a day, and goes on into one more. */
const GIVEN_UP_MS = 48 * HOUR * 1000;

const STATUS_AFTER = {
  CLOCK_IN: 'IN',
  CLOCK_OUT: 'OUT',
  START_BREAK: 'ON_BREAK',
  END_BREAK: 'IN',
} as const;

/** Whether a refusal is true of what is there; that of OVERLAPS is, if the command would do harm. */
function isTrue(refusal: ClockRefusal, second: number, spans: readonly Span[]): boolean {
  const open = openAround(spans, second);
  const ending = spans.findLast(({ in: start, out }) => !out && start && start <= second);
  switch (refusal) {
    case 'ALREADY_CLOCKED_IN':
      // Or they came shortly before a shift, and its window divides them from it; or they are on a break.
      return (
        ending?.closesAt !== undefined &&
        (second <= ending.closesAt || ending.shiftId === undefined || isPaused(ending))
      );
    case 'NOT_CLOCKED_IN':
      return open === undefined || open.in === second;
    case 'ALREADY_ON_BREAK':
      return ending !== undefined && isPaused(ending);
    case 'NOT_ON_BREAK':
      return ending !== undefined && !isPaused(ending);
    case 'OUT_BEFORE_IN':
      return spans.some((span) => span.out === undefined && (span.in ?? 0) >= second);
    case 'OVERLAPS':
      return true;
    case 'SESSION_TOO_LONG':
      return false;
  }
}

/** Whether there is a session as a refusal names it, or one that it is a part of: of long ago. */
function isThere(session: SessionConcerned | undefined, spans: readonly Span[]): boolean {
  if (session === undefined) return true;
  return spans.some(({ in: start, out }) => {
    if (session.in === undefined || session.out === undefined) {
      return start === session.in && out === session.out;
    }
    return (start ?? Infinity) <= session.in && session.out <= (out ?? Infinity);
  });
}

/** Whether a command is refused by a rule of its own, though its punch would do what it says. */
function isRule(refusal: ClockRefusal, { roster }: Under): boolean {
  // A handover between two windows that meet needs a departure.
  if (refusal === 'ALREADY_CLOCKED_IN') return true;
  // Without keys that are heeded it is the clock that gives somebody up sooner.
  return refusal === 'NOT_CLOCKED_IN' && roster.offShift.work.pairing === 'ALTERNATING';
}

function punchesOf({ standing }: Clock): string {
  return standing.map(({ time, kind }) => `${kind} ${new Date(time).toISOString()}`).join();
}

/** Tells a command, and holds what comes of it against what its punch does as a fact. */
function expectRight(clock: Clock, under: Under, fact: CommandFact): void {
  const { store } = clock;
  const { command } = fact;
  const { time } = fact.punch;
  const second = wholeSecond(time);
  const [before, then, punched] = [spansIn(store), clock.seen(), clock.standing];
  const trial = store.clone();
  const punch = { ...punchAt(time, COMMAND_KINDS[command]), deviceId: 'another' };
  trial.write([punchFact(punch)], TOLD_AT);
  const refused = clock.tell(fact);
  const label = `${command} ${new Date(time).toISOString()} ${refused?.refusal ?? 'done'} among ${punchesOf(clock)}`;
  if (refused !== undefined) {
    const { refusal, session } = refused;
    expect(clock.seen(), label).to.equal(then);
    expect(isTrue(refusal, second, before), `${label} is not true`).to.equal(true);
    expect(isThere(session, before), `${label} names another session`).to.equal(true);
    const isInVain = !isRule(refusal, under) && isAsNamed(command, second, before, spansIn(trial));
    expect(isInVain, `${label} in vain`).to.equal(false);
    return;
  }
  const after = spansIn(store);
  const added = clock.standing.filter((each) => !punched.some((old) => old === each));
  const told = added.map((each) => [each.time, each.kind]);
  expect(told, label).to.deep.equal([[time, COMMAND_KINDS[command]]]);
  const did = isAsNamed(command, second, before, after);
  const { gone, made } = changed(before, after);
  expect(did, `${label}: ${JSON.stringify(gone)} became ${JSON.stringify(made)}`).to.equal(true);
  expect(areApart(after), `${label} overlaps`).to.equal(true);
}

/** Whether the windows of two shifts both take a moment. */
function isContested({ plans }: Under, time: number): boolean {
  return plans.some(({ shifts }) =>
    shifts.some(
      ({ contestedAfter: meeting }) =>
        meeting !== undefined && meeting.from <= time && time <= meeting.to,
    ),
  );
}

/**
 * What comes next may say that what was told meant something else: of arrivals that a device
 * recorded, or where two windows meet, the second of two may have been a return; a device's break
 * where two windows meet may be of either shift; and the end of a break that nobody began is no
 * sign of somebody who works through.
 */
function isHalfTold(clock: Clock, under: Under, now: Instant, canCome: boolean): boolean {
  const kinds = clock.standing.map(({ kind }) => kind);
  if (canCome && (kinds.includes('BREAK_END') || isContested(under, now))) return true;
  const ends = kinds.filter((kind) => kind === 'IN' || kind === 'OUT');
  const isDoubled = ends.at(-1) === 'IN' && ends.at(-2) === 'IN';
  const isByDevice = clock.standing.some(({ source }) => source === 'DEVICE');
  if (!isContested(under, now)) return isDoubled && isByDevice;
  return isDoubled || (isByDevice && ends.length < kinds.length);
}

/** Whether somebody is in although the window of their session is over: they may also come again. */
function isPastWindow(session: Session | undefined, now: number): boolean {
  return session?.closesAt !== undefined && session.closesAt <= now;
}

/** Whether a rule has closed the last session, and nothing has been punched since. */
function isClosedByRule(store: ModelStore, now: number): boolean {
  const last = spansIn(store).findLast(({ in: start, out }) => (start ?? out ?? 0) <= now);
  return last?.out === undefined && (last?.autoCloseAt ?? Infinity) <= now;
}

async function expectPossible(clock: Clock, under: Under, now: Instant): Promise<void> {
  const { status, session } = await clock.state(now);
  const possible = clock.possibleAt(now);
  const can = (command: ClockCommand) => possible.includes(command);
  const at = new Date(now).toISOString();
  const label = `${status} at ${at}: ${possible.join()} among ${punchesOf(clock)}`;
  const isOdd = isHalfTold(clock, under, now, can('CLOCK_IN'));
  if (isClosedByRule(clock.store, now)) {
    // A late departure, or a break, may still say that they stayed.
    expect(status, label).to.equal('OUT');
    expect(can('CLOCK_IN') || isOdd, label).to.equal(true);
    return;
  }
  if (isPastWindow(session, now)) {
    expect(can('CLOCK_OUT') || isOdd, label).to.equal(true);
    return;
  }
  const isShown = {
    OUT:
      (can('CLOCK_IN') || isOdd) && !can('CLOCK_OUT') && !can('START_BREAK') && !can('END_BREAK'),
    IN: (can('CLOCK_OUT') || isOdd) && !can('END_BREAK'),
    ON_BREAK: (can('CLOCK_OUT') || can('END_BREAK') || isOdd) && !can('START_BREAK'),
  }[status];
  expect(isShown, label).to.equal(true);
  // Where two windows meet, a break behind the earlier shift's end may not be that shift's.
  if (isContested(under, now) || isOdd) return;
  expect(can('START_BREAK'), label).to.equal(status === 'IN');
  expect(can('END_BREAK'), label).to.equal(status === 'ON_BREAK');
}

describe('the clock under rosters', () => {
  it('takes a command exactly where it does what it says and nothing else', () => {
    const history = deedsOf([anyCommand, 12], [anyVoid, 1], [anyReplace, 1]);
    fc.assert(
      fc.property(anyUnder, history, (under, deeds) => {
        const clock = new Clock(under);
        for (const deed of deeds) {
          const fact = clock.factOf(deed);
          if (fact?.kind === 'COMMAND') expectRight(clock, under, fact);
          else if (fact !== undefined) clock.tell(fact);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('shows who is in: what it shows can be done, and in the end all can come again', async () => {
    const history = deedsOf([anyCommand, 8], [anyPunch, 2], [anyVoid, 1], [anyReplace, 1]);
    const later = fc.nat({ max: 20 * HOUR });
    await fc.assert(
      fc.asyncProperty(anyUnder, history, later, async (under, deeds, laterSecond) => {
        const clock = new Clock(under);
        for (const deed of deeds) clock.do(deed);
        const last = wholeSecond(clock.standing.at(-1)?.time ?? ((under.edges[0] ?? 0) as Instant));
        await expectPossible(clock, under, (last + (laterSecond + 1) * 1000) as Instant);
        const end = (last + GIVEN_UP_MS) as Instant;
        expect((await clock.state(end)).status).to.equal('OUT');
        expect(clock.tell(commandFact('CLOCK_IN', end))).to.equal(undefined);
      }),
      { numRuns: RUNS },
    );
  });

  it('shows the last command until the session is given up', async () => {
    const history = deedsOf([anyCommand, 1]);
    await fc.assert(
      fc.asyncProperty(anyUnder, history, async (under, deeds) => {
        const clock = new Clock(under);
        for (const deed of deeds) {
          const fact = clock.factOf(deed);
          if (fact?.kind !== 'COMMAND' || clock.tell(fact) !== undefined) continue;
          const { time } = fact.punch;
          const seconds = clock.standing.map((punch) => wholeSecond(punch.time));
          // Of two in one second, which of them says how it goes on is another question.
          if (seconds.at(-1) !== wholeSecond(time) || seconds.at(-2) === seconds.at(-1)) continue;
          const shown = await clock.state(time);
          const label = `${fact.command} ${new Date(time).toISOString()}`;
          expect(shown.status, label).to.equal(STATUS_AFTER[fact.command]);
          const { closesAt } = shown;
          if (closesAt === undefined) continue;
          const before = Math.max(closesAt - 1, time) as Instant;
          expect((await clock.state(before)).status, label).to.equal(shown.status);
          const afterwards = (closesAt + 1000) as Instant;
          const then = await clock.state(afterwards);
          expect(then.status, label).to.equal('OUT');
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
