// The words of a day. `DayResult` is what the facts say, timeless: it is stored, cached and put on
// the feed. `Attendance` is what a caller sees: a result plus what the clock adds.

import type { EmployeeId } from './employee-id.js';
import type { LocalDate } from './local-date.js';
import type { Instant, RecordTime } from './time.js';

/** Every status there is. The order is the contract's; its numbers are stored. */
export const STATUSES = [
  'PRESENT',
  'ABSENT',
  'HALF_DAY',
  'ON_LEAVE',
  'REMOTE',
  'HOLIDAY',
  'DAY_OFF',
  'SCHEDULED',
  'UNSCHEDULED',
] as const;
export type Status = (typeof STATUSES)[number];

/** The statuses a person may declare; the other two are computed. */
export type MarkableStatus = Exclude<Status, 'SCHEDULED' | 'UNSCHEDULED'>;

export function isMarkable(status: Status): status is MarkableStatus {
  return status !== 'SCHEDULED' && status !== 'UNSCHEDULED';
}

export const PORTIONS = ['WHOLE_DAY', 'FIRST_HALF', 'SECOND_HALF'] as const;
export type Portion = (typeof PORTIONS)[number];

/** How a day's status is known: declared, from punches, or from the roster alone. */
export const ORIGINS = ['MARKED', 'DERIVED', 'EXPECTED'] as const;
export type Origin = (typeof ORIGINS)[number];

/** What somebody declared for a day, folded from its marks: the latest rules, per half. */
export interface Declaration {
  readonly status: MarkableStatus;
  readonly portion: Portion;
  /** The other half's standing mark; undefined for a whole day, or when nothing stands. */
  readonly otherHalfStatus: MarkableStatus | undefined;
  /** What came with the latest mark; empty when nothing did. */
  readonly note: string;
}

/**
 * What the facts say about a day, without a clock. `undefined` in place of one means that
 * no fact stands: the day is computed from the plan when it is read.
 */
export interface DayResult {
  readonly status: Status;
  readonly origin: Origin;
  readonly portion: Portion;
  readonly otherHalfStatus: Status | undefined;
  readonly note: string;
}

/** A day as stored: its result, and which change of it this is. */
export interface StoredDay {
  readonly date: LocalDate;
  /** Undefined when every mark was cleared: the row stays, for its revision. */
  readonly result: DayResult | undefined;
  /** 1 for the first change, counting up without a gap. */
  readonly revision: number;
  readonly recordedAt: RecordTime;
}

/** A day as a caller sees it at a moment. */
export interface Attendance {
  readonly employeeId: EmployeeId;
  /** Empty when nobody ever gave one. */
  readonly employeeName: string;
  readonly date: LocalDate;
  readonly status: Status;
  /** Undefined when nothing is known: UNSCHEDULED. */
  readonly origin: Origin | undefined;
  readonly portion: Portion;
  readonly otherHalfStatus: Status | undefined;
  readonly note: string;
  /** Whether the clock alone can no longer change this. */
  readonly final: boolean;
  /** When the clock changes it; undefined when it will not. */
  readonly nextTransitionTime: Instant | undefined;
  /** Undefined for a day never stored. */
  readonly updateTime: RecordTime | undefined;
  /** 0 for a day never stored. */
  readonly revision: number;
}

/** The etag of a day at a revision (AIP-154): quoted, and `"0"` for a day never stored. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}
