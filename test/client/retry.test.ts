// How long the client waits between attempts, and when it gives up.

import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import fc from 'fast-check';
import { AttendanceClientError } from '../../src/client/errors.js';
import type { RetryBounds } from '../../src/client/retry.js';
import { backoffMs, DEFAULT_RETRY_POLICY, withRetries } from '../../src/client/retry.js';
import {
  RETRY_BUDGET_TOKENS,
  RetryBudget,
  SUCCESSES_PER_TOKEN,
} from '../../src/client/retry-budget.js';

const POLICY = DEFAULT_RETRY_POLICY;

describe('backoff', () => {
  for (const [failedAttempts, low, high] of [
    [1, 50, 100],
    [2, 100, 200],
    [5, 800, 1_600],
    [6, 1_000, 2_000],
    [60, 1_000, 2_000],
    [5_000, 1_000, 2_000],
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
          expect(waitMs).to.be.at.least(asked + POLICY.initialBackoffMs / 2);
          expect(waitMs).to.be.at.most(asked + POLICY.maxBackoffMs);
        },
      ),
    );
    expect(backoffMs(POLICY, 1, 5_000, 0.2)).to.not.equal(backoffMs(POLICY, 1, 5_000, 0.8));
  });

  it('goes on growing while the service asks for the same delay', () => {
    const waits = [1, 2, 3, 4, 5].map((failed) => backoffMs(POLICY, failed, 1_000, 0.5));
    expect(waits).to.deep.equal([1_075, 1_150, 1_300, 1_600, 2_200]);
  });
});

describe('trying again', () => {
  const AWAY = { reason: 'DRAINING', domain: '', info: {}, fieldViolations: [] };

  /** The attempts made of a call that is refused each time, and what it throws. */
  async function refused(retryDelayMs: number, deadlineMs: number) {
    let attempts = 0;
    const bounds: RetryBounds = {
      policy: { ...POLICY, initialBackoffMs: 0 },
      budget: new RetryBudget(),
      deadlineAt: Date.now() + deadlineMs,
      patienceMs: Number.POSITIVE_INFINITY,
      signal: undefined,
      closed: new AbortController().signal,
      isRepeatable: () => true,
    };
    const error: unknown = await withRetries(bounds, async () => {
      attempts += 1;
      const details = { ...AWAY, retryDelayMs };
      throw new AttendanceClientError(status.UNAVAILABLE, `no ${attempts}`, details);
    }).catch((thrown: unknown) => thrown);
    return { attempts, error };
  }

  it('does not begin an attempt in the last moment before the deadline', async () => {
    const { attempts, error } = await refused(9_990, 10_000);
    expect(attempts).to.equal(1);
    expect(error).to.have.property('message', 'no 1');
  });

  it('throws the last failure when the time is used up', async () => {
    const { attempts, error } = await refused(10, 200);
    expect(attempts).to.be.above(1);
    expect(error).to.have.property('message', `no ${attempts}`);
  });
});

describe('the budget of further attempts', () => {
  it('is bounded, and earned by calls that succeed, not saved beyond the bound', () => {
    const budget = new RetryBudget();
    const spend = () => {
      let taken = 0;
      while (taken <= RETRY_BUDGET_TOKENS && budget.take()) taken += 1;
      return taken;
    };
    const earn = (successes: number) => {
      for (let n = 0; n < successes; n += 1) budget.earn();
    };
    expect(spend()).to.equal(RETRY_BUDGET_TOKENS);
    earn(SUCCESSES_PER_TOKEN - 1);
    expect(spend()).to.equal(0);
    earn(1);
    expect(spend()).to.equal(1);
    earn(3 * RETRY_BUDGET_TOKENS * SUCCESSES_PER_TOKEN);
    expect(spend()).to.equal(RETRY_BUDGET_TOKENS);
  });
});
