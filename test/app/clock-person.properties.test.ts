// Commands, one after the other, of somebody whose shifts' windows do not meet, against the rules
// as docs/rules.md says them ("what a clock refuses"): every answer is told before it is given.

import { expect } from 'chai';
import fc from 'fast-check';
import { CLOCK_COMMANDS, type ClockCommand } from '../../src/app/ports/facts.js';
import type { ClockRefusal } from '../../src/domain/facts/errors.js';
import type { Window } from '../../src/domain/roster/planned-shift.js';
import type { Instant } from '../../src/domain/time/time.js';
import { HOUR } from '../domain/support/arbitraries.js';
import { runs } from '../support/runs.js';
import { commandFact, MIA, TOLD_AT } from './support/facts.js';
import { ModelStore } from './support/model-store.js';
import { APART, anyOf, type Shaped } from './support/roster-shapes.js';

const RUNS = runs(300);

/** Somebody who is in, on a break or out, and is given up when their time is over. */
class Person {
  readonly #windows: readonly Window[];
  readonly #maxLengthMs: number;
  readonly #gapMs: number;
  /** When the last of their sessions began, and until when nobody can come anew. */
  #session: { readonly since: number; readonly openUntil: number } | undefined;
  #isOnBreak = false;
  #hasLeft = false;

  constructor({ plans, roster }: Shaped) {
    this.#windows = plans.flatMap(({ shifts }) => shifts.map(({ window }) => window));
    this.#maxLengthMs = roster.offShift.maxLengthSeconds * 1000;
    this.#gapMs = roster.offShift.newStretchGapSeconds * 1000;
  }

  /** What a command at a time is refused for, in whole seconds; undefined: it is done. */
  answer(command: ClockCommand, time: number): ClockRefusal | undefined {
    const refusal = this.#refusal(command, time);
    if (refusal === undefined) this.#do(command, time);
    return refusal;
  }

  #refusal(command: ClockCommand, time: number): ClockRefusal | undefined {
    const isThere = this.#session !== undefined && !this.#hasLeft;
    if (command === 'CLOCK_IN') {
      // Whoever comes back from a break, whenever it began, only ends it.
      const isBack = this.#isOnBreak && this.#mayEnd(time);
      const isIn = isThere && (isBack || time <= (this.#session?.openUntil ?? -Infinity));
      return isIn ? 'ALREADY_CLOCKED_IN' : undefined;
    }
    if (!isThere || !this.#mayEnd(time)) return 'NOT_CLOCKED_IN';
    if (command === 'CLOCK_OUT') return undefined;
    if (command === 'START_BREAK') return this.#isOnBreak ? 'ALREADY_ON_BREAK' : undefined;
    return this.#isOnBreak ? undefined : 'NOT_ON_BREAK';
  }

  /** A session that has to do with a shift is as long as that allows, by default 16 hours. */
  #mayEnd(time: number): boolean {
    const since = this.#session?.since ?? -Infinity;
    const isOfShift = this.#windows.some(({ from, to }) => since <= to && time >= from);
    return time - since <= (isOfShift ? 16 * HOUR * 1000 : this.#maxLengthMs);
  }

  #do(command: ClockCommand, time: number): void {
    this.#hasLeft = command === 'CLOCK_OUT';
    this.#isOnBreak = command === 'START_BREAK';
    if (command === 'CLOCK_IN') this.#session = { since: time, openUntil: this.#openUntil(time) };
    else if (this.#session !== undefined)
      this.#session = seenAt(time, this.#session, this.#windows);
  }

  #openUntil(since: number): number {
    const own = this.#windows.find(({ from, to }) => from <= since && since <= to);
    if (own !== undefined) return own.to;
    const next = this.#windows.find(({ from }) => from > since);
    if (next === undefined || next.from > since + this.#maxLengthMs)
      return since + this.#maxLengthMs;
    // Whoever comes shortly before a shift cannot come for it again.
    const isSoon = next.from - since < this.#gapMs;
    return isSoon ? Math.min(next.to, since + 16 * HOUR * 1000) : next.from - 1000;
  }
}

/** Whoever takes a break in a window is of its shift, and after all windows there all the same. */
function seenAt(
  time: number,
  { since, openUntil }: { readonly since: number; readonly openUntil: number },
  windows: readonly Window[],
) {
  const window = windows.find(({ from, to }) => from <= time && time <= to);
  const longest = since + 16 * HOUR * 1000;
  // The session of another shift goes on for as long as a session may.
  const isOthers = windows.some(({ from, to }) => from <= since && since <= to && to < time);
  if (isOthers) return { since, openUntil: longest };
  if (window === undefined) return { since, openUntil: time > openUntil ? longest : openUntil };
  return { since, openUntil: Math.max(openUntil, Math.min(window.to, longest)) };
}

const anyCommands = fc.array(
  fc.record({
    command: fc.constantFrom(...CLOCK_COMMANDS),
    /** After the one before; undefined: at the next edge of the roster, or near it. */
    afterSecond: fc.option(
      fc.oneof(
        fc.integer({ min: 1, max: 3 * HOUR }),
        fc.integer({ min: 1, max: 20 * HOUR }),
        fc.constantFrom(1, 5 * HOUR, 5 * HOUR + 1, 16 * HOUR, 16 * HOUR + 1),
      ),
      { nil: undefined, freq: 2 },
    ),
    offSecond: fc.constantFrom(0, 0, 1, -1, 60, -60),
    ms: fc.constantFrom(0, 0, 1, 999),
  }),
  { maxLength: 25 },
);

describe('commands under a roster', () => {
  it('one after the other are answered as docs/rules.md says', () => {
    fc.assert(
      fc.property(anyOf(APART), anyCommands, (shape, commands) => {
        const { roster, employee, edges, notation } = shape;
        const store = new ModelStore(roster);
        store.addEmployee(MIA, employee);
        const person = new Person(shape);
        let time = edges[0] ?? 0;
        for (const { command, afterSecond, offSecond, ms } of commands) {
          const last = time;
          const edge = (edges.find((each) => each > last) ?? last + 60_000) + offSecond * 1000;
          time = afterSecond === undefined && edge > last ? edge : last + (afterSecond ?? 1) * 1000;
          const expected = person.answer(command, time);
          const [outcome] = store.write(
            [commandFact(command, (time + ms) as Instant)],
            TOLD_AT,
          ).outcomes;
          const failure = outcome?.kind === 'FAILED' ? outcome.failure : undefined;
          const refusal = failure?.kind === 'CLOCK_REFUSED' ? failure.refusal : undefined;
          const said = `${command} ${notation.say(time)}`;
          expect(`${said}: ${refusal}`).to.equal(`${said}: ${expected}`);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
