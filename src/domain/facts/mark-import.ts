// An import of marks: what calls with the same import id marked, and what was taken back of it.

import type { RecordTime } from '../time/time.js';

export interface MarkImport {
  /** 1 to 64 characters, as the callers chose it. */
  readonly importId: string;
  /** Who sent its first mark. */
  readonly actor: string;
  readonly firstRecordedAt: RecordTime;
  readonly lastRecordedAt: RecordTime;
  /** How many marks it recorded, and how many of them were taken back. */
  readonly marks: number;
  readonly voided: number;
}
