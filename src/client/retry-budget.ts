// Limits retries to an overloaded service: all calls of one client share a budget of tokens. A
// retry after a refusal takes one, and calls that succeed earn new ones. So retries bridge a short
// overload, and a long one gets at most a tenth more attempts than calls. (grpc's retry throttling
// is also such a bucket. But it counts calls that could not connect, too, and so would give up
// while the service restarts.)

/** The retries allowed before any call has succeeded. More are never saved. */
export const RETRY_BUDGET_TOKENS = 100;

/** The calls that must succeed to earn one retry. */
export const SUCCESSES_PER_TOKEN = 10;

export class RetryBudget {
  /** Counted in successes, so that it is a whole number. */
  #saved = RETRY_BUDGET_TOKENS * SUCCESSES_PER_TOKEN;

  /** Takes a token for one more attempt, if there is one. Returns whether it did. */
  take(): boolean {
    if (this.#saved < SUCCESSES_PER_TOKEN) return false;
    this.#saved -= SUCCESSES_PER_TOKEN;
    return true;
  }

  /** Counts a successful call. */
  earn(): void {
    this.#saved = Math.min(RETRY_BUDGET_TOKENS * SUCCESSES_PER_TOKEN, this.#saved + 1);
  }
}
