// An import of punches: what calls with the same import id recorded, and what became of it.

import type { RecordTime } from '../time/time.js';

export interface PunchImport {
  /** 1 to 64 characters, as the callers chose it. */
  readonly importId: string;
  /** Who sent its first punch. */
  readonly actor: string;
  readonly firstRecordedAt: RecordTime;
  readonly lastRecordedAt: RecordTime;
  /** How many punches it recorded; those that were taken back included. */
  readonly punches: number;
  /** How many of them were taken back, without or with another in their place. */
  readonly voided: number;
  readonly replaced: number;
  /** How many more wait in quarantine. */
  readonly quarantined: number;
}

/** How many of its punches count. */
export function standingCount({ punches, voided, replaced }: PunchImport): number {
  return punches - voided - replaced;
}
