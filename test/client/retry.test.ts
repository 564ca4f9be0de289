// How long the client waits between attempts.

import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs } from '../../src/client/retry.js';

const POLICY = { maxAttempts: 5, initialBackoffMs: 100, maxBackoffMs: 2_000 };

describe('backoff', () => {
  for (const [failedAttempts, low, high] of [
    [1, 50, 100],
    [2, 100, 200],
    [5, 800, 1_600],
    [6, 1_000, 2_000],
    [60, 1_000, 2_000],
  ] as const) {
    it(`after ${failedAttempts} failed: from ${low} to ${high} ms`, () => {
      expect(backoffMs(POLICY, failedAttempts, undefined, 0)).to.equal(low);
      expect(backoffMs(POLICY, failedAttempts, undefined, 0.999_999)).to.be.closeTo(high, 0.01);
    });
  }

  it('is never below what the service asks for, and spreads callers above it', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.nat(60_000),
        random,
        (failed, asked, draw) => {
          const waitMs = backoffMs(POLICY, failed, asked, draw);
          expect(waitMs).to.be.at.least(asked);
          expect(waitMs).to.be.at.most(
            Math.max(POLICY.maxBackoffMs, asked) + POLICY.initialBackoffMs,
          );
        },
      ),
    );
    expect(backoffMs(POLICY, 1, 5_000, 0.2)).to.not.equal(backoffMs(POLICY, 1, 5_000, 0.8));
  });
});
