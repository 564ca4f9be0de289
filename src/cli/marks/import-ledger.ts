// What became of each row, in the order of the file: at any moment counts, rejects and resume point
// say the same thing, everything up to `settledRow` and nothing beyond it.

import type { Reject } from '../csv/import-rejects.js';
import { RowOrder } from '../csv/in-file-order.js';

/** What can become of a row. */
export type RowOutcome =
  /** `changed`: the day became this by the import; undefined when that cannot be told. */
  | { readonly kind: 'ACCEPTED'; readonly changed: boolean | undefined; readonly day: SettledDay }
  /** A later row of the file speaks of the same day. */
  | { readonly kind: 'SUPERSEDED' }
  | { readonly kind: 'REJECTED'; readonly reject: Reject };

/** A day as the service last answered it. */
export interface SettledDay {
  readonly employeeId: string;
  readonly date: string;
  readonly revision: number;
}

export interface ImportCounts {
  /** Days that the import changed. */
  readonly recorded: number;
  /** Days that already said so, or whose row had been imported before. */
  readonly alreadyThere: number;
  readonly superseded: number;
  readonly rejected: number;
}

export const NO_COUNTS: ImportCounts = {
  recorded: 0,
  alreadyThere: 0,
  superseded: 0,
  rejected: 0,
};

export class Ledger {
  readonly #order: RowOrder<RowOutcome>;
  #counts: ImportCounts;
  #lastDay: SettledDay | undefined;
  readonly #reject: (reject: Reject) => void;

  /** Goes on behind `settledRow`. `reject` is called in the order of the file. */
  constructor(
    start: {
      readonly settledRow: number;
      readonly counts: ImportCounts;
      readonly lastDay: SettledDay | undefined;
    },
    reject: (reject: Reject) => void,
  ) {
    this.#order = new RowOrder(start.settledRow, (outcome) => this.#count(outcome));
    this.#counts = start.counts;
    this.#lastDay = start.lastDay;
    this.#reject = reject;
  }

  /** Every row up to this one has finished. */
  get settledRow(): number {
    return this.#order.settledRow;
  }

  get counts(): ImportCounts {
    return this.#counts;
  }

  /** The last settled row that the service accepted. */
  get lastDay(): SettledDay | undefined {
    return this.#lastDay;
  }

  /** Each row once, in any order. The caller bounds how far rows run ahead of `settledRow`. */
  settle(row: number, outcome: RowOutcome): void {
    this.#order.settle(row, outcome);
  }

  #count(outcome: RowOutcome): void {
    const counts = { ...this.#counts };
    switch (outcome.kind) {
      case 'ACCEPTED':
        if (outcome.changed === false) counts.alreadyThere += 1;
        else counts.recorded += 1;
        this.#lastDay = outcome.day;
        break;
      case 'SUPERSEDED':
        counts.superseded += 1;
        break;
      case 'REJECTED':
        counts.rejected += 1;
        this.#reject(outcome.reject);
        break;
      default:
        outcome satisfies never;
    }
    this.#counts = counts;
  }
}
