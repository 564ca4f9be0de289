// What the sweep needs of the world: which roster changes stored days have yet to follow, whom
// they concern, and a place to write down how far it got. store/ implements it over PostgreSQL.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';

/**
 * How far outside its own dates a change of the roster can move days: windows meet those of
 * neighbouring dates, and off-shift work is looked at in blocks of a week (plan.ts). Sweeping,
 * reading while a sweep is under way, and finishing a change at once all go by this one number.
 */
export const CHANGE_MARGIN_DAYS = 30;

/** How far from the UTC date of a punch the date can be that it counts for (off-shift-dates.ts). */
export const PUNCH_MARGIN_DAYS = 7;

/** A range of dates as epoch days, both included. */
export interface DaySpan {
  readonly firstDay: number;
  readonly lastDay: number;
}

/**
 * The right to sweep a change until then, in microseconds since 1970. It is also the proof of it:
 * nobody else ever had a lease until the very same moment.
 */
export type Lease = number & { readonly __brand: 'Lease' };

/** A roster change that is being swept. */
export interface ClaimedChange {
  readonly changeId: number;
  readonly lease: Lease;
  readonly recordedAt: RecordTime;
  readonly actor: string;
  /** Empty when none was given. */
  readonly reason: string;
  /** What was changed: one of the three. */
  readonly employeeId: EmployeeId | undefined;
  readonly shiftId: string | undefined;
  readonly calendarId: string | undefined;
  /** The dates it is about, as epoch days; infinite where it has no end. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** The last employee whose days have followed; empty when none has. */
  readonly sweptEmployeeId: EmployeeId | '';
  readonly employeesDone: number;
}

/** An employee and the dates that facts of theirs are near to. */
export interface EmployeeExtent {
  readonly employeeId: EmployeeId;
  /**
   * Epoch days, both included: of the first and the last stored day, and of the first and the
   * last punch in UTC. Undefined when there are none.
   */
  readonly extent: DaySpan | undefined;
}

/** What one batch of a sweep did. */
export interface SweepStep {
  /** The last employee whose days have followed by now. */
  readonly sweptEmployeeId: EmployeeId | '';
  /** Employees who were finished with it, those without any day included. */
  readonly employeesDone: number;
  readonly daysDerived: number;
  readonly daysChanged: number;
}

/** What stored days have yet to follow. */
export interface SweepBacklog {
  readonly unfinishedChanges: number;
  /** When the oldest of them was made; undefined when there are none. */
  readonly oldestRecordedAt: RecordTime | undefined;
  /** Employees, counted per change, whose days could not follow it and are tried again. */
  readonly failures: number;
}

/**
 * The roster changes that stored days have yet to follow. Every method throws AttendanceError
 * STORE_UNAVAILABLE or OVERLOADED when it cannot for now.
 */
export interface SweepStore {
  /** The oldest unfinished change that nobody has a lease of; undefined when there is none. */
  claimChange(leaseMs: number): Promise<ClaimedChange | undefined>;

  /**
   * The employees concerned by a change in id order behind `after`, at most `limit`; fewer than that
   * when there are no more. Waits for whoever is writing to one of them: a transaction that
   * began under the roster before the change has committed its days when this returns.
   */
  listConcerned(
    change: ClaimedChange,
    after: EmployeeId | '',
    limit: number,
  ): Promise<readonly EmployeeExtent[]>;

  /**
   * The dates of a span that are near to a stored day or a punch of the employee, and few others,
   * in order, in pieces of at most MAX_REDERIVED_DAYS: at most `limit` of them; fewer when there
   * are no more. However long nothing is near, it costs nothing.
   */
  listPieces(employeeId: EmployeeId, span: DaySpan, limit: number): Promise<readonly DaySpan[]>;

  /** Adds a step to the sums; the lease from then on, or undefined when it was lost before. */
  saveProgress(
    changeId: number,
    lease: Lease,
    step: SweepStep,
    leaseMs: number,
  ): Promise<Lease | undefined>;

  /** Nothing is left to do. False when the lease was lost before. */
  finishChange(changeId: number, lease: Lease): Promise<boolean>;

  /** Leaves a change to others, from `afterMs` on. Nothing happens when the lease was lost. */
  releaseChange(changeId: number, lease: Lease, afterMs: number): Promise<void>;

  /**
   * Writes down that an employee's days could not follow a change, before it is finished without
   * them; they are tried again from `afterMs` on.
   */
  setAside(
    changeId: number,
    employeeId: EmployeeId,
    reason: string,
    afterMs: number,
  ): Promise<void>;

  /**
   * Who was set aside longest ago and is due, as a change of this one employee; undefined: nobody.
   * Left alone, they are due again after `afterMs`, doubled with each try, at most `maxMs`.
   */
  claimFailure(afterMs: number, maxMs: number): Promise<ClaimedChange | undefined>;

  /** The employee's days have followed. Nothing happens when another has claimed it meanwhile. */
  settleFailure(claimed: ClaimedChange): Promise<void>;

  backlog(): Promise<SweepBacklog>;
}
