// Rows finish out of order; here they wait until every row before them has finished. So at any
// moment what was told of them is of one state: everything up to `settledRow`, nothing beyond it.

export class RowOrder<Outcome> {
  #settledRow: number;
  #rest = 0;
  readonly #waiting = new Map<number, Outcome>();
  readonly #take: (outcome: Outcome) => void;

  /** Goes on behind `settledRow`. `take` is called in the order of the file. */
  constructor(settledRow: number, take: (outcome: Outcome) => void) {
    this.#settledRow = settledRow;
    this.#take = take;
  }

  /** Every row up to this one has finished. */
  get settledRow(): number {
    return this.#settledRow;
  }

  /** Rows that have finished, those with a gap before them too. */
  get finishedRows(): number {
    return this.#settledRow + this.#waiting.size + this.#rest;
  }

  /** Each row once, in any order. The caller bounds how far rows run ahead of `settledRow`. */
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

  /** Takes what waits behind a gap, in order: for when nothing is to come that could close it. */
  takeRest(): void {
    const rest = [...this.#waiting].sort(([one], [other]) => one - other);
    for (const [, outcome] of rest) this.#take(outcome);
    this.#rest += this.#waiting.size;
    this.#waiting.clear();
  }
}
