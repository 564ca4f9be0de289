// What somebody told us, checked for form and ready to be recorded.

import type { ClockRange, MarkableStatus, Portion } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { PunchKind } from '../../domain/facts/punch.js';
import type { ToldPunch } from '../../domain/facts/recorded-punch.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';

/** Enough to tell two requests of one id apart. */
export const PAYLOAD_HASH_BYTES = 16;

/** Of facts that have no request id: nobody compares it. */
export const NO_PAYLOAD_HASH: Uint8Array = new Uint8Array(PAYLOAD_HASH_BYTES);

/**
 * Where a fact's punches came from: a badge, and the version of what decides whose it is. The fact
 * is recorded only while that is the version (BadgesChanged).
 */
export interface BadgeClaim {
  readonly badgeId: string;
  readonly version: number;
  /** The row of the quarantine that the punch leaves with it; undefined: it is not there. */
  readonly quarantineId: number | undefined;
}

/** What every fact carries. */
interface FactHeader {
  readonly employeeId: EmployeeId;
  /** A lower-case UUID; undefined when the caller sent none. */
  readonly requestId: string | undefined;
  /** PAYLOAD_HASH_BYTES that differ when any field but the request id differs. */
  readonly payloadHash: Uint8Array;
  /** Who told us. */
  readonly actor: string;
  /** When we were told. */
  readonly receivedAt: Instant;
}

/** A fact about one date. */
interface DayFact extends FactHeader {
  readonly date: LocalDate;
  /** The etag the caller insists on; undefined to write whatever the day is. */
  readonly etag: string | undefined;
}

/** Somebody declared a status. */
export interface MarkFact extends DayFact {
  readonly kind: 'MARK';
  /** Used only when the employee is new; undefined when not given. */
  readonly employeeName: string | undefined;
  readonly status: MarkableStatus;
  readonly portion: Portion;
  /** The hours of it, for leave by the hour. */
  readonly leaveTime?: ClockRange | undefined;
  /** The kind of leave; undefined: none. */
  readonly leaveTypeId: string | undefined;
  /** Why that kind of leave cannot be declared now; a repeated request is answered all the same. */
  readonly leaveTypeFailure: Failure | undefined;
  readonly note: string;
  /** The import it is recorded with; undefined: none. */
  readonly importId: string | undefined;
}

/** Somebody withdrew what was declared. */
export interface ClearFact extends DayFact {
  readonly kind: 'CLEAR';
  readonly reason: string;
}

/** Somebody took back what an import marked on a date. */
export interface VoidMarksFact extends FactHeader {
  readonly kind: 'VOID_MARKS';
  readonly date: LocalDate;
  readonly importId: string;
  readonly reason: string;
}

/** A clock recorded a punch: accepted in any order, late or twice. */
export interface PunchFact extends FactHeader {
  readonly kind: 'PUNCH';
  readonly punch: ToldPunch;
  /** The import it is recorded with; undefined: none. */
  readonly importId: string | undefined;
  /** Whether it counts again if the same punch was taken back. */
  readonly restore: boolean;
  /** Only to be judged, with all facts of its batch: nothing is stored. */
  readonly validateOnly: boolean;
  /** Left out where the device named the employee. */
  readonly badge?: BadgeClaim;
}

export const CLOCK_COMMANDS = ['CLOCK_IN', 'CLOCK_OUT', 'START_BREAK', 'END_BREAK'] as const;
export type ClockCommand = (typeof CLOCK_COMMANDS)[number];

/** The kind of punch that a command makes. */
export const COMMAND_KINDS = {
  CLOCK_IN: 'IN',
  CLOCK_OUT: 'OUT',
  START_BREAK: 'BREAK_START',
  END_BREAK: 'BREAK_END',
} as const satisfies Readonly<Record<ClockCommand, PunchKind>>;

/** What a deployment asks of commands. */
export interface CommandLimits {
  /** Whether commands are for employees whom somebody added, and for times of their employment. */
  readonly employedOnly: boolean;
  /** How many days of 24 hours a time that a command brings may be back. */
  readonly maxAgeDays: number;
}

/** What a clock's calls are held to. */
export interface ClockLimits extends CommandLimits {
  /** A device's punch further back than so many days of 24 hours is of a clock that was wrong. */
  readonly skewAfterDays: number;
}

/** A person's command: checked under the employee's lock against the sessions there are. */
export interface CommandFact extends FactHeader {
  readonly kind: 'COMMAND';
  readonly command: ClockCommand;
  /** Its kind is the command's; its time counts only if `isTimeGiven`. */
  readonly punch: ToldPunch;
  /** Otherwise the time is taken under the lock, so that commands follow each other. */
  readonly isTimeGiven: boolean;
  readonly limits: CommandLimits;
}

/** A correction goes alone: it can be judged and left at that. */
interface CorrectionFact extends FactHeader {
  /** Only to be judged: nothing is stored. */
  readonly validateOnly: boolean;
}

/** Somebody took punches back: all of them or none, or those that still count. */
export interface VoidFact extends CorrectionFact {
  readonly kind: 'VOID';
  /** Their numbers, each once, at least one. */
  readonly punchIds: readonly number[];
  /** Whether punches that count no longer are passed over; otherwise they refuse the fact. */
  readonly onlyStanding: boolean;
  readonly reason: string;
  /** Given, the punches came by this badge and go back into quarantine. */
  readonly badge?: BadgeClaim;
}

/** Somebody put another punch in the place of one. What is undefined stays as it was. */
export interface ReplaceFact extends CorrectionFact {
  readonly kind: 'REPLACE';
  readonly punchId: number;
  readonly time: Instant | undefined;
  readonly punchKind: PunchKind | undefined;
  readonly reason: string;
}

/** One of several corrections. What is undefined stays as it was. */
export type PunchCorrection =
  | { readonly kind: 'VOID'; readonly punchId: number }
  | {
      readonly kind: 'REPLACE';
      readonly punchId: number;
      readonly time: Instant | undefined;
      readonly punchKind: PunchKind | undefined;
    }
  | { readonly kind: 'ADD'; readonly punch: ToldPunch };

/** Somebody corrected punches together: all of them or none, judged by what they come to. */
export interface CorrectFact extends CorrectionFact {
  readonly kind: 'CORRECT';
  /** At least one, each of another punch; the contract bounds them. */
  readonly corrections: readonly PunchCorrection[];
  readonly reason: string;
}

/** No news: the days of a range are to follow the roster, which has moved on. */
export interface RederiveFact extends FactHeader {
  readonly kind: 'REDERIVE';
  /** Epoch days, both included; at most MAX_REDERIVED_DAYS. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** For the history of the days that change. */
  readonly reason: string;
}

/** The longest range of one RederiveFact, in days. */
export const MAX_REDERIVED_DAYS = 62;

export type Fact =
  | MarkFact
  | ClearFact
  | VoidMarksFact
  | PunchFact
  | CommandFact
  | VoidFact
  | ReplaceFact
  | CorrectFact
  | RederiveFact;

/** Why a stored day changed. The order is the contract's; its numbers are stored. */
export const CHANGE_CAUSES = [
  'MARK',
  'CLEAR',
  'PUNCH',
  'VOID',
  'REPLACE',
  'ROSTER',
  'VOID_MARKS',
  'CORRECT',
] as const;
export type ChangeCause = (typeof CHANGE_CAUSES)[number];
