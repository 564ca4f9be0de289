// What a batch of facts is decided on, and what is decided: the words between the store, which
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
  /** Whether somebody added the employee: not only punches, or marks without a name, did. */
  readonly isAdded: boolean;
  /** The number of facts recorded for the employee so far. */
  readonly version: number;
  /** As known now; of one whom the roster knows nothing of, in the default zone. */
  readonly roster: EmployeeRoster;
}

/** A fact recorded earlier under a request id, and what it was answered with. */
export interface EarlierFact {
  readonly payloadHash: Uint8Array;
  readonly receivedAt: Instant;
  /** Its number among the employee's facts. */
  readonly sequence: number;
  /** The days it was answered with; none for facts that no day is answered for. */
  readonly days: readonly {
    readonly date: LocalDate;
    /** As the fact left it; undefined when the day had never been stored by then. */
    readonly after: StoredDay | undefined;
  }[];
  /** Whether it is a mark that was taken back with its import. */
  readonly isVoided: boolean;
  /** The punches it recorded or took back, as they are now. */
  readonly punches: readonly RecordedPunch[];
}

/** What a fact needs to be read before it can be decided, all of one employee. */
export interface Need {
  readonly employeeId: EmployeeId;
  /** Stored days, as epoch days, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Punches, both included; those taken back too. */
  readonly from: Instant;
  readonly to: Instant;
}

/** The most marks that one fact takes back: far more than an import makes of one day. */
export const MAX_VOIDED_MARKS = 100;

/** A mark or a clearing that was not taken back. */
export interface StandingMark {
  readonly sequence: number;
  readonly importId: string | undefined;
  readonly fact: DeclarationFact;
}

/** What was read under the locks before the needs were known. */
export interface RosterView {
  /** What all employees share. */
  readonly roster: Roster;
  employee(employeeId: EmployeeId): LockedEmployee | undefined;
  /** A punch that a fact of the batch names. */
  punch(employeeId: EmployeeId, punchId: number): RecordedPunch | undefined;
  /**
   * The earliest punch of an employee that a device gave an event id and that counts, by time, then
   * kind; only for device and event ids of the batch's facts.
   */
  firstUse(employeeId: EmployeeId, deviceId: string, eventId: string): RecordedPunch | undefined;
  /**
   * The next one that counts, by time, then kind, and has the event id of a punch that a fact of
   * the batch names. Undefined for all other punches.
   */
  nextUse(employeeId: EmployeeId, punchId: number): RecordedPunch | undefined;
  earlier(employeeId: EmployeeId, requestId: string): EarlierFact | undefined;
  /**
   * What stands for a date on which a fact of the batch takes back marks of an import, the oldest first:
   * of the import the oldest MAX_VOIDED_MARKS, of all others those that the day follows from. Those are
   * the latest mark of each half, and the latest of the whole day or clearing.
   */
  marksOn(employeeId: EmployeeId, date: LocalDate, importId: string): readonly StandingMark[];
}

/** What was read under the locks. */
export interface BatchView extends RosterView {
  /** A stored day within the needs. */
  day(employeeId: EmployeeId, date: LocalDate): StoredDay | undefined;
  /** The punches within the needs of one employee, taken back or not, by time and number. */
  punches(employeeId: EmployeeId): readonly RecordedPunch[];
}

/** A fact to insert. */
export interface AcceptedFact {
  /** Its place in the batch. */
  readonly index: number;
  /** Its number among the employee's facts, from 1. */
  readonly sequence: number;
  /** The days it is answered with, each with its revision after it; none: it is answered with none. */
  readonly days: readonly { readonly date: LocalDate; readonly revision: number }[];
  /** The punches it records, with all of their flags; `recordedAt` is not known yet: 0. */
  readonly punches: readonly RecordedPunch[];
  /** The punches, or the marks, that it takes back, by number. */
  readonly voids: readonly number[];
}

/** A day as one fact of the batch left it: a row of the feed. */
export interface DayChange {
  /** The place in the batch of the fact that made it. */
  readonly index: number;
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  readonly revision: number;
  readonly result: DayResult | undefined;
}

/** A date that may be shown otherwise than before the batch. */
export interface TouchedDay {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

/** A day that other rules stored, and that says the same by those in force: no change. */
export interface DayRestamp {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  /** What it says; written once more, as another release may have written but a part of it. */
  readonly result: DayResult | undefined;
}

/** A punch that was recorded earlier, and of which more has become known. */
export interface PunchReflag {
  readonly employeeId: EmployeeId;
  readonly punchId: number;
  readonly flags: readonly PunchFlag[];
}

/** The day that a fact is answered with. */
export interface AnswerDay {
  readonly date: LocalDate;
  readonly revision: number;
  /** As it is stored, or as it is without being stored. */
  readonly result: DayResult;
  /** When the day was last changed; undefined: by this batch. Meaningless at revision 0. */
  readonly changedAt: RecordTime | undefined;
}

/** What became of one item. */
export type ItemOutcome =
  | { readonly kind: 'FAILED'; readonly failure: Failure }
  | {
      /**
       * DUPLICATE: the punch was there already, and nothing was recorded. RESTORED: it had been
       * taken back, and is recorded once more.
       */
      readonly kind: 'DONE' | 'DUPLICATE' | 'RESTORED';
      readonly employeeName: string;
      /** Of marks, clearings, commands and replacements: theirs. Of corrections together: those that changed. */
      readonly days: readonly AnswerDay[];
      /** The punches recorded, the original of a duplicate, the ones taken back. */
      readonly punches: readonly RecordedPunch[];
      /** When we were told; of a repeated request, the first time. */
      readonly receivedAt: Instant;
    };

export interface BatchDecision {
  /** One per item, in order. */
  readonly outcomes: readonly ItemOutcome[];
  readonly facts: readonly AcceptedFact[];
  /** In the order in which they happened; a day can stand here more than once. */
  readonly changes: readonly DayChange[];
  /**
   * The dates that the facts were about, in any order, whether or not their rows changed: while
   * stored days are behind the roster, a date is shown that has no row, and other than its row.
   */
  readonly touched: readonly TouchedDay[];
  readonly restamps: readonly DayRestamp[];
  readonly reflags: readonly PunchReflag[];
  /** Days that were derived, whatever came of it: for the sums of a roster change. */
  readonly derivedDays: number;
}

/** The two questions a store asks about a batch. Both pure; the second takes its time. */
export interface BatchRules {
  /** What has to be read for a fact; in any order, overlaps are the store's to join. */
  needs(fact: Fact, view: RosterView): readonly Need[];
  /** `now`: the moment under the locks, for commands that bring no time. */
  decide(view: BatchView, now: Instant): Steps<BatchDecision>;
}
