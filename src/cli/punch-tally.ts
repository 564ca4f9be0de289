// What an import of punches counts: what became of the rows, and what had to be decided in reading
// them. Bounded, whatever stands in the file.

import type { Reject } from './import-ledger.js';
import type { RowRemarks } from './punch-row.js';
import type { PunchRowOutcome } from './punch-send.js';

/** The most unknown kinds that are told by name. */
const MAX_TOLD_KINDS = 10;

export interface PunchCounts {
  readonly recorded: number;
  /** There already, in the service or earlier in the file. */
  readonly duplicates: number;
  readonly rejected: number;
  /** Taken by turns: rows without a kind, or with one that means none. */
  readonly byTurns: number;
  /** The kinds among them that mean none, with how often each stood there: the first 10. */
  readonly unknownKinds: Readonly<Record<string, number>>;
  /** Local times that happened twice, nothing said which, and the earlier was taken. */
  readonly tookEarlier: number;
}

export class PunchTally {
  readonly #counts = { recorded: 0, duplicates: 0, rejected: 0, byTurns: 0, tookEarlier: 0 };
  readonly #unknownKinds = new Map<string, number>();
  readonly #reject: (reject: Reject) => void;

  constructor(reject: (reject: Reject) => void) {
    this.#reject = reject;
  }

  get counts(): PunchCounts {
    return { ...this.#counts, unknownKinds: Object.fromEntries(this.#unknownKinds) };
  }

  add(outcome: PunchRowOutcome): void {
    switch (outcome.kind) {
      case 'RECORDED':
        this.#counts.recorded += 1;
        this.#remark(outcome.remarks);
        break;
      case 'DUPLICATE':
        this.#counts.duplicates += 1;
        this.#remark(outcome.remarks);
        break;
      case 'REJECTED':
        this.#counts.rejected += 1;
        this.#reject(outcome.reject);
        break;
      default:
        outcome satisfies never;
    }
  }

  #remark({ openKind, tookEarlier }: RowRemarks): void {
    if (tookEarlier) this.#counts.tookEarlier += 1;
    if (openKind === undefined) return;
    this.#counts.byTurns += 1;
    if (openKind === '') return;
    const before = this.#unknownKinds.get(openKind) ?? 0;
    if (before > 0 || this.#unknownKinds.size < MAX_TOLD_KINDS) {
      this.#unknownKinds.set(openKind, before + 1);
    }
  }
}
