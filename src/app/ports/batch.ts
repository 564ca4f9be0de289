// What a batch of facts is decided on, and the decision. The types shared by the store, which
// locks, reads and persists, and the rules, which decide (write-batch.ts).

import type { DayResult, StoredDay } from '../../domain/facts/day.js';
import type { DeclarationFact } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { PunchFlag } from '../../domain/facts/punch.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { Fact } from './facts.js';
import type { Steps } from './turns.js';

/** An employee under lock. */
export interface LockedEmployee {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  /** Whether the employee was added, and not only by punches or by marks without a name. */
  readonly isAdded: boolean;
  /** The number of facts recorded for the employee so far. */
  readonly version: number;
  /** As known now. In the default zone if the roster does not have the employee. */
  readonly roster: EmployeeRoster;
}

/** A fact recorded earlier under a request id, and its answer. */
export interface EarlierFact {
  readonly payloadHash: Uint8Array;
  readonly receivedAt: Instant;
  /** Its number among the employee's facts. */
  readonly sequence: number;
  /** The days of its answer; empty if it was answered without a day. */
  readonly days: readonly {
    readonly date: LocalDate;
    /** As the fact left it; undefined if the day was not stored by then. */
    readonly after: StoredDay | undefined;
  }[];
  /** Whether it is a mark that was voided with its import. */
  readonly isVoided: boolean;
  /** The punches that it recorded or voided, in their current state. */
  readonly punches: readonly RecordedPunch[];
}

/** What has to be read before a fact can be decided, for one employee. */
export interface Need {
  readonly employeeId: EmployeeId;
  /** Stored days, as epoch days, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Punches, both included, voided ones too. */
  readonly from: Instant;
  readonly to: Instant;
}

/** The most marks that one fact voids: far more than an import makes of one day. */
export const MAX_VOIDED_MARKS = 100;

/** A mark or a clearing that was not voided. */
export interface StandingMark {
  readonly sequence: number;
  readonly importId: string | undefined;
  readonly fact: DeclarationFact;
}

/** What was read under the locks before the needs were known. */
export interface RosterView {
  /** The shared roster. */
  readonly roster: Roster;
  employee(employeeId: EmployeeId): LockedEmployee | undefined;
  /** A punch that a fact of the batch names. */
  punch(employeeId: EmployeeId, punchId: number): RecordedPunch | undefined;
  /**
   * The employee's earliest standing punch with this device and event id, by time, then kind. Only
   * for device and event ids in the batch's facts.
   */
  firstUse(employeeId: EmployeeId, deviceId: string, eventId: string): RecordedPunch | undefined;
  /**
   * The next standing punch, by time, then kind, with the event id of a punch that a fact of the
   * batch names. Undefined for all other punches.
   */
  nextUse(employeeId: EmployeeId, punchId: number): RecordedPunch | undefined;
  earlier(employeeId: EmployeeId, requestId: string): EarlierFact | undefined;
  /**
   * The standing marks of a date on which a fact of the batch voids marks of an import, oldest
   * first: the oldest MAX_VOIDED_MARKS of the import, and of all others those that the day follows
   * from. Those are the latest mark of each half, and the latest mark of the whole day or clearing.
   */
  marksOn(employeeId: EmployeeId, date: LocalDate, importId: string): readonly StandingMark[];
}

/** What was read under the locks. */
export interface BatchView extends RosterView {
  /** A stored day within the needs. */
  day(employeeId: EmployeeId, date: LocalDate): StoredDay | undefined;
  /** The punches within one employee's needs, voided or not, by time and number. */
  punches(employeeId: EmployeeId): readonly RecordedPunch[];
}

/** A fact to insert. */
export interface AcceptedFact {
  /** Its place in the batch. */
  readonly index: number;
  /** Its number among the employee's facts, from 1. */
  readonly sequence: number;
  /**
   * The days of its answer, each with its revision after the fact; empty if answered without a day.
   */
  readonly days: readonly { readonly date: LocalDate; readonly revision: number }[];
  /** The punches that it records, with all of their flags. `recordedAt` is not known yet: 0. */
  readonly punches: readonly RecordedPunch[];
  /** The numbers of the punches or marks that it voids. */
  readonly voids: readonly number[];
}

/** A day as one fact of the batch left it: a row of the feed. */
export interface DayChange {
  /** The index in the batch of the fact that made it. */
  readonly index: number;
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  readonly revision: number;
  readonly result: DayResult | undefined;
}

/** A date that may be shown differently after the batch. */
export interface TouchedDay {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

/**
 * A day that other rules stored and whose result is the same under the rules in force: no change.
 */
export interface DayRestamp {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  /** Its result, written again because another release may have written only a part of it. */
  readonly result: DayResult | undefined;
}

/** A punch that was recorded earlier and gets other flags. */
export interface PunchReflag {
  readonly employeeId: EmployeeId;
  readonly punchId: number;
  readonly flags: readonly PunchFlag[];
}

/** The day that a fact is answered with. */
export interface AnswerDay {
  readonly date: LocalDate;
  readonly revision: number;
  /** As it is stored, or as derived if it is not stored. */
  readonly result: DayResult;
  /** When the day was last changed; undefined: by this batch. Meaningless at revision 0. */
  readonly changedAt: RecordTime | undefined;
}

/** The outcome of one item. */
export type ItemOutcome =
  | { readonly kind: 'FAILED'; readonly failure: Failure }
  | {
      /**
       * DUPLICATE: the punch was there already, and nothing was recorded. RESTORED: it had been
       * voided, and is recorded again.
       */
      readonly kind: 'DONE' | 'DUPLICATE' | 'RESTORED';
      readonly employeeName: string;
      /**
       * For marks, clearings, commands and replacements: their days. For CORRECT: the changed days.
       */
      readonly days: readonly AnswerDay[];
      /** The punches recorded or voided, or the original of a duplicate. */
      readonly punches: readonly RecordedPunch[];
      /** When the request was received; for a replay, the first time. */
      readonly receivedAt: Instant;
    };

export interface BatchDecision {
  /** One per item, in order. */
  readonly outcomes: readonly ItemOutcome[];
  readonly facts: readonly AcceptedFact[];
  /** In the order in which they happened; a day can stand here more than once. */
  readonly changes: readonly DayChange[];
  /**
   * The dates that the facts were about, in any order, whether or not their rows changed. While
   * days are stale, a read can show a date that has no row, or show it differently from its row.
   */
  readonly touched: readonly TouchedDay[];
  readonly restamps: readonly DayRestamp[];
  readonly reflags: readonly PunchReflag[];
  /** The number of days derived, changed or not, for the totals of a roster change. */
  readonly derivedDays: number;
}

/** The two questions that a store asks about a batch. Both are pure; the second runs in steps. */
export interface BatchRules {
  /** What has to be read for a fact, in any order. The store joins overlaps. */
  needs(fact: Fact, view: RosterView): readonly Need[];
  /** `now` is the moment under the locks, for commands without a time. */
  decide(view: BatchView, now: Instant): Steps<BatchDecision>;
}
