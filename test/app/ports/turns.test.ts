// Turns of the event loop: one in each round of it, whoever computes, first come, first served.

import { expect } from 'chai';
import { MAX_TURN_MS, Turns } from '../../../src/app/ports/turns.js';

/** By this clock time passes only when somebody works. */
class Work {
  #nowMs = 0;
  readonly turns = new Turns(() => this.#nowMs);
  /** Who worked, and in which round of the loop. */
  readonly done: string[] = [];
  #round = 0;

  /** Works so many steps of a millisecond, in turns. */
  async go(name: string, steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      if (this.turns.isOver) await this.turns.next();
      this.#nowMs += 1;
      this.done.push(`${name}${this.#round}`);
    }
  }

  /** Counts rounds until everything is done. */
  async rounds(...all: readonly (() => Promise<void>)[]): Promise<void> {
    let isDone = false;
    const count = () => {
      this.#round += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all(all.map((each) => each()));
    isDone = true;
  }
}

function repeat(entry: string): string[] {
  return new Array<string>(MAX_TURN_MS).fill(entry);
}

describe('turns', () => {
  it('are one in each round of the loop, however many compute, and go round among them', async () => {
    const work = new Work();
    const go = (name: string) => () => work.go(name, 3 * MAX_TURN_MS);
    await work.rounds(go('a'), go('b'));
    expect(work.done.length).to.equal(6 * MAX_TURN_MS);
    const rounds = work.done.map((entry) => Number(entry.slice(1)));
    const first = rounds[0] ?? 0;
    expect(rounds.map((round) => round - first)).to.deep.equal(
      [0, 1, 2, 3, 4, 5].flatMap((round) => new Array<number>(MAX_TURN_MS).fill(round)),
    );
    // The second came when the first had asked for its next.
    expect(work.done.map((entry) => entry.slice(0, 1))).to.deep.equal(
      ['a', 'a', 'b', 'a', 'b', 'b'].flatMap(repeat),
    );
  });

  it('do not make anybody wait while nobody computes', async () => {
    const { turns } = new Work();
    let isLater = false;
    setImmediate(() => {
      isLater = true;
    });
    await turns.next();
    expect(isLater).to.equal(false);
  });

  it('end for the reason that the signal was aborted for', async () => {
    const work = new Work();
    await work.go('a', MAX_TURN_MS);
    const reason = new Error('gone');
    const error = await work.turns.next(AbortSignal.abort(reason)).catch((thrown) => thrown);
    expect(error).to.equal(reason);
  });
});
