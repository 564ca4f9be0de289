// Puts rows that finish out of order back into order: each waits until every row before it has
// finished. So the reported results always cover everything up to `settledRow`, and nothing after
// it.

export class RowOrder<Outcome> {
  #settledRow: number;
  #rest = 0;
  readonly #waiting = new Map<number, Outcome>();
  readonly #take: (outcome: Outcome) => void;

  /** Continues after `settledRow`. `take` is called in the order of the file. */
  constructor(settledRow: number, take: (outcome: Outcome) => void) {
    this.#settledRow = settledRow;
    this.#take = take;
  }

  /** All rows up to this one have finished. */
  get settledRow(): number {
    return this.#settledRow;
  }

  /** The number of finished rows, including those after a gap. */
  get finishedRows(): number {
    return this.#settledRow + this.#waiting.size + this.#rest;
  }

  /**
   * Call it once for each row, in any order. The caller bounds how far rows are ahead of
   * `settledRow`.
   */
  settle(row: number, outcome: Outcome): void {
    this.#waiting.set(row, outcome);
    for (;;) {
      const next = this.#waiting.get(this.#settledRow + 1);
      if (next === undefined) return;
      this.#settledRow += 1;
      this.#waiting.delete(this.#settledRow);
      this.#take(next);
    }
  }

  /** Takes the rows after a gap, in order, when nothing more will come to close it. */
  takeRest(): void {
    const rest = [...this.#waiting].sort(([one], [other]) => one - other);
    for (const [, outcome] of rest) this.#take(outcome);
    this.#rest += this.#waiting.size;
    this.#waiting.clear();
  }
}
