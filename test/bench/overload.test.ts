// The pure parts of the row `overload`: when calls arrive, what became of them, what others saw.

import { expect } from 'chai';
import { poissonArrivals } from '../../bench/load/arrivals.js';
import { accountedFor, OpenTally } from '../../bench/load/open-tally.js';
import { Queue } from '../../bench/load/queue.js';
import { calmAfterMs, type Probe, worstOf } from '../../bench/support/probes.js';

describe('arrivals of an open loop', () => {
  const plan = { perSecond: 2_000, durationMs: 10_000, seed: 1 };

  it('are in order, within the time, and as many as asked for', () => {
    const times = [...poissonArrivals(plan)];
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    expect(times.at(-1)).to.be.below(plan.durationMs);
    // 20,000 of them: the standard deviation is 141.
    expect(times.length).to.be.within(19_300, 20_700);
  });

  it('come irregularly, as those of a Poisson process do', () => {
    const times = [...poissonArrivals(plan)];
    const gaps = times.map((time, index) => time - (times[index - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // Exponential gaps have a deviation as large as their mean; regular ones have none.
    expect(Math.sqrt(variance) / mean).to.be.within(0.95, 1.05);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(poissonArrivals(plan)).to.deep.equal(poissonArrivals(plan));
    expect(poissonArrivals(plan)).to.not.deep.equal(poissonArrivals({ ...plan, seed: 2 }));
  });

  it('have a rate', () => {
    expect(() => poissonArrivals({ ...plan, perSecond: 0 })).to.throw(RangeError);
  });
});

describe('the tally of an open loop', () => {
  const counting = { leadInMs: 1_000, windowMs: 2_000, deadlineMs: 500, requests: ['a', 'b'] };

  it('counts each call once, by its end, and those of the lead-in not at all', () => {
    const tally = new OpenTally(counting);
    const ends = ['0', '8', 'RST_STREAM_7', '14', '0', '0'];
    for (const [number, verdict] of ends.entries()) {
      const dueMs = number === 5 ? 999 : 1_000 + number;
      tally.arrived(dueMs, 1);
      // The fifth is answered after its deadline.
      tally.ended({ number, dueMs, verdict, tookMs: number === 4 ? 501 : 20 });
    }
    for (const was of ['QUEUED', 'SENT', 'SENT'] as const) {
      tally.arrived(2_500, 1);
      tally.gaveUp(2_500, was);
    }
    const counts = tally.result();
    expect(counts).to.include({ arrived: 8, answered: 1, late: 1, refused: 1 });
    expect(counts).to.include({ refusedStreams: 1, gaveUpQueued: 1, gaveUpSent: 2 });
    expect(counts.others).to.deep.equal({ 14: 1 });
    expect(counts.answeredBySecond).to.deep.equal([1, 1, 0]);
    expect(counts.succeeded).to.deep.equal([2, 1]);
    expect(accountedFor(counts)).to.equal(true);
    tally.arrived(1_500, 0);
    expect(accountedFor(tally.result())).to.equal(false);
  });

  it('has no times of what did not happen', () => {
    const { answer } = new OpenTally(counting).result();
    expect(answer).to.deep.equal({
      count: 0,
      p50Ms: undefined,
      p99Ms: undefined,
      maxMs: undefined,
    });
  });
});

describe('the queue of a client', () => {
  it('gives back in order what was put in, however much', () => {
    const queue = new Queue<number>();
    const taken: number[] = [];
    for (let item = 0; item < 5_000; item += 1) {
      queue.push(item);
      if (item % 3 === 0) taken.push(queue.shift() ?? -1);
    }
    expect(queue.first).to.equal(taken.length);
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) taken.push(item);
    expect(taken).to.deep.equal(Array.from({ length: 5_000 }, (_, item) => item));
  });
});

describe('probes', () => {
  function series(...tookMs: readonly number[]): Probe[] {
    return tookMs.map((took, index) => ({
      startedAtMs: 1_000 + index * 50,
      tookMs: took,
      verdict: took < 0 ? '14' : '0',
    }));
  }

  it('are worst within the stretch asked about', () => {
    const probes = series(900, 5, -1, 30, 800);
    expect(worstOf(probes, 1_050, 1_150)).to.deep.equal({ count: 3, worstMs: 30, failed: 1 });
    expect(worstOf([], 0, 1)).to.deep.equal({ count: 0, worstMs: 0, failed: 0 });
  });

  it('are calm from the first of five usual ones in a row', () => {
    expect(calmAfterMs(series(9, 9, 9, 9, 9), 1_000, 10)).to.equal(0);
    expect(calmAfterMs(series(90, 9, 9, 90, 9, 9, 9, 9, 9), 1_000, 10)).to.equal(200);
    // One that fails is not usual, however fast.
    expect(calmAfterMs(series(9, -1, 9, 9, 9, 9, 9), 1_000, 10)).to.equal(100);
    // Those before the instant do not count.
    expect(calmAfterMs(series(9, 9, 9, 9, 9, 9), 1_050, 10)).to.equal(0);
    expect(calmAfterMs(series(9, 9, 9, 9), 1_000, 10)).to.equal(undefined);
  });
});
