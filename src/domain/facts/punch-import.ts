// An import of punches: what calls with the same import id recorded, and how much of it still
// counts.

import type { RecordTime } from '../time/time.js';

export interface PunchImport {
  /** 1 to 64 characters, chosen by the callers. */
  readonly importId: string;
  /** The actor of its first punch. */
  readonly actor: string;
  readonly firstRecordedAt: RecordTime;
  readonly lastRecordedAt: RecordTime;
  /** How many punches it recorded, voided ones included. */
  readonly punches: number;
  /** How many of them were voided without a replacement, and how many were replaced. */
  readonly voided: number;
  readonly replaced: number;
  /** How many more wait in quarantine. */
  readonly quarantined: number;
}

/** How many of its punches count. */
export function standingCount({ punches, voided, replaced }: PunchImport): number {
  return punches - voided - replaced;
}
