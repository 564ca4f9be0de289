// What an import of punches counts: what became of the rows, and what had to be decided in reading
// them. Bounded, whatever stands in the file.

import type { Reject } from '../csv/import-rejects.js';
import { anomalyWord } from '../text/day-text.js';
import type { RowRemarks } from './punch-row.js';
import type { PunchRowOutcome } from './punch-send.js';

/** The most reasons that are told by name; the reader and the service have fewer. */
const MAX_TOLD_REASONS = 20;

/** The most unknown kinds that are told by name. */
const MAX_TOLD_KINDS = 10;

/** Rows that were rejected for one reason. */
export interface RejectReason {
  /** Such as NO_ZONE. */
  readonly reason: string;
  readonly count: number;
  /** The first of them: its line, and what was wrong with it. */
  readonly line: number;
  readonly says: string;
}

export interface PunchCounts {
  readonly recorded: number;
  /** Of the recorded ones: voided before, and counting again. */
  readonly restored: number;
  /** There already, in the service or earlier in the file. */
  readonly duplicates: number;
  /** Of the duplicates: voided, so that they do not count. */
  readonly voided: number;
  /** Of badges that are nobody's. */
  readonly quarantined: number;
  readonly rejected: number;
  /** Why, the most frequent first: the first 20 that came up. */
  readonly rejectReasons: readonly RejectReason[];
  /** Taken by turns: rows without a kind, or with one that means none. */
  readonly byTurns: number;
  /** The kinds among them that mean none, with how often each stood there: the first 10. */
  readonly unknownKinds: Readonly<Record<string, number>>;
  /** What the service found odd about recorded ones, in words, with how often: `clock skew`. */
  readonly anomalies: Readonly<Record<string, number>>;
  /** Local times that happened twice, nothing said which, and the earlier was taken. */
  readonly tookEarlier: number;
}

export class PunchTally {
  readonly #counts = {
    recorded: 0,
    restored: 0,
    duplicates: 0,
    voided: 0,
    quarantined: 0,
    rejected: 0,
    byTurns: 0,
    tookEarlier: 0,
  };
  readonly #reasons = new Map<string, RejectReason>();
  readonly #unknownKinds = new Map<string, number>();
  readonly #anomalies = new Map<string, number>();
  readonly #reject: (reject: Reject) => void;

  constructor(reject: (reject: Reject) => void) {
    this.#reject = reject;
  }

  get counts(): PunchCounts {
    return {
      ...this.#counts,
      rejectReasons: [...this.#reasons.values()].sort((a, b) => b.count - a.count),
      unknownKinds: Object.fromEntries(this.#unknownKinds),
      anomalies: Object.fromEntries(this.#anomalies),
    };
  }

  add(outcome: PunchRowOutcome): void {
    switch (outcome.kind) {
      case 'RECORDED':
        this.#counts.recorded += 1;
        if (outcome.restored) this.#counts.restored += 1;
        this.#remark(outcome.remarks);
        for (const word of outcome.anomalies.map(anomalyWord)) {
          this.#anomalies.set(word, (this.#anomalies.get(word) ?? 0) + 1);
        }
        break;
      case 'DUPLICATE':
        this.#counts.duplicates += 1;
        if (outcome.voided) this.#counts.voided += 1;
        this.#remark(outcome.remarks);
        break;
      case 'QUARANTINED':
        this.#counts.quarantined += 1;
        this.#remark(outcome.remarks);
        break;
      case 'REJECTED':
        this.#counts.rejected += 1;
        this.#countReason(outcome.reject);
        this.#reject(outcome.reject);
        break;
      default:
        outcome satisfies never;
    }
  }

  #countReason({ line, reason: text }: Reject): void {
    const colon = text.indexOf(': ');
    const [reason, says] =
      colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 2)];
    const before = this.#reasons.get(reason);
    if (before === undefined && this.#reasons.size >= MAX_TOLD_REASONS) return;
    const count = (before?.count ?? 0) + 1;
    this.#reasons.set(reason, { ...(before ?? { reason, line, says }), count });
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
