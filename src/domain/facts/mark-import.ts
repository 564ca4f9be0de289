// An import of marks: what calls with the same import id marked, and how much of it was voided.

import type { RecordTime } from '../time/time.js';

export interface MarkImport {
  /** 1 to 64 characters, chosen by the callers. */
  readonly importId: string;
  /** The actor of its first mark. */
  readonly actor: string;
  readonly firstRecordedAt: RecordTime;
  readonly lastRecordedAt: RecordTime;
  /** How many marks it recorded, and how many of them were voided. */
  readonly marks: number;
  readonly voided: number;
}
