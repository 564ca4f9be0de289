// The port for figures about what is stored: cheap, bounded reads for /metrics.

import type { Anomaly } from '../../domain/facts/day.js';
import type { RecordTime } from '../../domain/time/time.js';

/** The most days of one date that are looked at. */
export const MAX_COUNTED_DAYS = 20_000;

/** The stored days of a date. */
export interface DayCounts {
  readonly days: number;
  /** How many of them have an anomaly; those that none has are absent. */
  readonly anomalies: ReadonlyMap<Anomaly, number>;
}

export interface FigureReads {
  /** The head of the feed. */
  feedHead(): Promise<{ readonly position: number; readonly recordedAt: RecordTime }>;
  /** Counts at most MAX_COUNTED_DAYS days of a date, given as its epoch day. */
  countDays(epochDay: number): Promise<DayCounts>;
}
