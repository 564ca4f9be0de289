// The port for reading the feed: every change of every day, in the order of commits.

import type { StoredDay } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { DayRevision } from './day-reads.js';

/** The most positions that one read looks at, whatever their number of matches. */
export const FEED_PAGE_POSITIONS = 500;

/** Whose changes: of these employees, of those who are in the group now, or of everybody. */
export interface FeedFilter {
  /** Undefined: any employee. Not together with `groupId`. */
  readonly employeeIds: ReadonlySet<EmployeeId> | undefined;
  readonly groupId: string | undefined;
}

export const EVERYBODY: FeedFilter = { employeeIds: undefined, groupId: undefined };

/** A place in the feed: behind this position. */
export interface FeedPlace {
  /** 0: before the first. */
  readonly position: number;
  /** When what is at the position was recorded; 0 before the first. Tells a feed from another. */
  readonly recordedAt: RecordTime;
}

/** One change. */
export interface FeedEntry extends FeedPlace {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  /** The employee's group when this was read; empty for none. */
  readonly groupId: string;
  /** The day as it became. */
  readonly day: StoredDay;
  /** The moment at which the day is shown: that of the change. */
  readonly at: Instant;
  /** The fact behind it; undefined for a change by time alone. */
  readonly fact: Pick<DayRevision, 'actor' | 'cause' | 'reason'> | undefined;
}

export interface FeedPage {
  /** In the order of the feed. */
  readonly entries: readonly FeedEntry[];
  /** How far this read looked; the last position that is committed, or before it. */
  readonly through: FeedPlace;
  /** The last position that is committed. */
  readonly head: number;
}

export interface FeedReads {
  /** Reads behind a position; looks at FEED_PAGE_POSITIONS at most. */
  readFeed(after: number, filter: FeedFilter, caller?: AbortSignal): Promise<FeedPage>;

  /** The last place that is committed, and the time up to which nothing more can be recorded. */
  readFeedHead(
    caller?: AbortSignal,
  ): Promise<{ readonly place: FeedPlace; readonly settled: RecordTime }>;

  /** From now on changes by time alone come into the feed. Changes nothing if they do already. */
  beginTelling(caller?: AbortSignal): Promise<void>;

  /** Whether the feed holds this place. */
  holdsPlace(place: FeedPlace, caller?: AbortSignal): Promise<boolean>;
}
