// Collects the result of each row, in the order of the file. Counts, rejects and resume point
// always cover everything up to `settledRow`, and nothing after it.

import type { Reject } from '../csv/import-rejects.js';
import { RowOrder } from '../csv/in-file-order.js';

/** The possible results of a row. */
export type RowOutcome =
  /** `changed`: whether the import changed the day; undefined if that cannot be told. */
  | { readonly kind: 'ACCEPTED'; readonly changed: boolean | undefined; readonly day: SettledDay }
  /** A later row of the file is about the same day. */
  | { readonly kind: 'SUPERSEDED' }
  | { readonly kind: 'REJECTED'; readonly reject: Reject };

/** A day as in the service's last answer. */
export interface SettledDay {
  readonly employeeId: string;
  readonly date: string;
  readonly revision: number;
}

export interface ImportCounts {
  /** Days that the import changed. */
  readonly recorded: number;
  /** Days that were like that already, or whose row had been imported before. */
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

  /** Continues after `settledRow`. `reject` is called in the order of the file. */
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

  /** All rows up to this one have finished. */
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

  /**
   * Call it once for each row, in any order. The caller bounds how far rows are ahead of
   * `settledRow`.
   */
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
