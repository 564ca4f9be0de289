// Counts an import of punches: the results of the rows, and the decisions made in reading them.
// Bounded, whatever is in the file.

import type { Reject } from '../csv/import-rejects.js';
import { anomalyWord } from '../text/day-text.js';
import type { RowRemarks } from './punch-row.js';
import type { PunchRowOutcome } from './punch-send.js';

/** The most reasons that are named. The reader and the service have fewer. */
const MAX_TOLD_REASONS = 20;

/** The most unknown kinds that are named. */
const MAX_TOLD_KINDS = 10;

/** Rows that were rejected for one reason. */
export interface RejectReason {
  /** Such as NO_ZONE. */
  readonly reason: string;
  readonly count: number;
  /** The first of them: its line, and its problem. */
  readonly line: number;
  readonly says: string;
}

export interface PunchCounts {
  readonly recorded: number;
  /** How many of the recorded punches were restored. */
  readonly restored: number;
  /** Already in the service, or earlier in the file. */
  readonly duplicates: number;
  /** How many of the duplicates are voided, so that they do not count. */
  readonly voided: number;
  /** Punches of badges that are nobody's. */
  readonly quarantined: number;
  readonly rejected: number;
  /** The reasons, most frequent first: the first 20 found. */
  readonly rejectReasons: readonly RejectReason[];
  /** Punches that alternate: rows without a kind, or with an unknown one. */
  readonly byTurns: number;
  /** The unknown kinds among them, with the number of each: the first 10. */
  readonly unknownKinds: Readonly<Record<string, number>>;
  /** Anomalies of recorded punches, in words, with the number of each: `clock skew`. */
  readonly anomalies: Readonly<Record<string, number>>;
  /** Local times that happened twice, where the row did not say which and the earlier was taken. */
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
