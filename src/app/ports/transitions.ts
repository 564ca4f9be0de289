// The port for telling transitions: the changes of days by time alone, put into the feed once.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { FeedEntry } from './feed.js';

/** Transitions are told in this order: by time, employee, then date. */
export interface TransitionKey {
  readonly at: Instant;
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

/** A transition, with the day that it is of. */
export interface Transition {
  readonly at: Instant;
  readonly employeeId: EmployeeId;
  readonly day: KnownDay;
}

/** How far transitions are told. */
export interface ToldState {
  /** Everything in the feed up to here was known. */
  readonly position: number;
  /** The last one, and all before it. */
  readonly through: TransitionKey;
}

/** What to tell under the lock of the feed's head. */
export interface Telling {
  /** In order. */
  readonly transitions: readonly Transition[];
  readonly through: TransitionKey;
}

export interface TransitionStore {
  /**
   * Takes or renews the right to tell, for `leaseMs`. Undefined if another process has it, or if
   * nobody has asked for a stream yet.
   */
  lease(teller: string, leaseMs: number): Promise<ToldState | undefined>;

  /** Gives the right back. */
  release(teller: string): Promise<void>;

  /**
   * Tells transitions in one transaction that holds the feed's head. `decide` gets the changes behind
   * `position` and the time of the head, and returns what to tell; undefined: nothing, not even how
   * far. Returns the new state; undefined if nothing was told, because `decide` said so, because
   * there are more changes than one read takes, or because another process has told meanwhile.
   */
  tell(
    state: ToldState,
    position: number,
    decide: (entries: readonly FeedEntry[], now: RecordTime) => Telling | undefined,
  ): Promise<ToldState | undefined>;

  /** The latest roster change. */
  rosterChange(): Promise<number>;

  /** Whose roster changed after a change; undefined: everybody's, or that of many. */
  changedSince(change: number): Promise<readonly EmployeeId[] | undefined>;
}
