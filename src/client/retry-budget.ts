// How often an overloaded service is asked again: tokens that all calls of one client share. A
// further attempt after a refusal takes one, calls that succeed earn new ones. So a short overload
// is ridden out, and one that lasts sees a tenth more attempts than calls at most. (grpc's retry
// throttling is such a bucket too; it also counts calls that found nobody, and would so give up
// while the service restarts, when nobody is overloaded.)

/** The further attempts that are allowed before any call has succeeded; more are never saved. */
export const RETRY_BUDGET_TOKENS = 100;

/** The calls that have to succeed to earn one further attempt. */
export const SUCCESSES_PER_TOKEN = 10;

export class RetryBudget {
  /** In successes, to count in whole numbers. */
  #saved = RETRY_BUDGET_TOKENS * SUCCESSES_PER_TOKEN;

  /** Whether one more attempt is allowed; then it is paid for. */
  take(): boolean {
    if (this.#saved < SUCCESSES_PER_TOKEN) return false;
    this.#saved -= SUCCESSES_PER_TOKEN;
    return true;
  }

  /** A call succeeded. */
  earn(): void {
    this.#saved = Math.min(RETRY_BUDGET_TOKENS * SUCCESSES_PER_TOKEN, this.#saved + 1);
  }
}
