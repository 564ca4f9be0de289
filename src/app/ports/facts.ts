// Facts as callers report them, checked for form and ready to be recorded.

import type { ClockRange, MarkableStatus, Portion } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { PunchKind } from '../../domain/facts/punch.js';
import type { ToldPunch } from '../../domain/facts/recorded-punch.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';

/** Enough to tell apart two requests with the same id. */
export const PAYLOAD_HASH_BYTES = 16;

/** For facts without a request id, whose hash is never compared. */
export const NO_PAYLOAD_HASH: Uint8Array = new Uint8Array(PAYLOAD_HASH_BYTES);

/**
 * The badge of a fact's punches, and the version of its assignments. The fact is recorded only
 * while that is still the version (BadgesChanged).
 */
export interface BadgeClaim {
  readonly badgeId: string;
  readonly version: number;
  /** The quarantine row that this fact removes; undefined: the punch is not in quarantine. */
  readonly quarantineId: number | undefined;
}

/** The fields of every fact. */
interface FactHeader {
  readonly employeeId: EmployeeId;
  /** A lower-case UUID; undefined when the caller sent none. */
  readonly requestId: string | undefined;
  /** PAYLOAD_HASH_BYTES that differ if any field but the request id differs. */
  readonly payloadHash: Uint8Array;
  /** The recorded name of the caller. */
  readonly actor: string;
  /** When the call was received. */
  readonly receivedAt: Instant;
}

/** A fact about one date. */
interface DayFact extends FactHeader {
  readonly date: LocalDate;
  /** The etag that the day must have; undefined: write in any case. */
  readonly etag: string | undefined;
}

/** Declares a status. */
export interface MarkFact extends DayFact {
  readonly kind: 'MARK';
  /** Used only if the employee is new; undefined if not given. */
  readonly employeeName: string | undefined;
  readonly status: MarkableStatus;
  readonly portion: Portion;
  /** The hours, for leave by the hour. */
  readonly leaveTime?: ClockRange | undefined;
  /** The leave type; undefined: none. */
  readonly leaveTypeId: string | undefined;
  /** Why this leave type cannot be declared now. A replay is answered all the same. */
  readonly leaveTypeFailure: Failure | undefined;
  readonly note: string;
  /** The import of the mark; undefined: none. */
  readonly importId: string | undefined;
}

/** Withdraws what was declared. */
export interface ClearFact extends DayFact {
  readonly kind: 'CLEAR';
  readonly reason: string;
}

/** Voids the marks of an import on a date. */
export interface VoidMarksFact extends FactHeader {
  readonly kind: 'VOID_MARKS';
  readonly date: LocalDate;
  readonly importId: string;
  readonly reason: string;
}

/** A punch recorded by a clock. Accepted in any order, late or twice. */
export interface PunchFact extends FactHeader {
  readonly kind: 'PUNCH';
  readonly punch: ToldPunch;
  /** The import of the punch; undefined: none. */
  readonly importId: string | undefined;
  /** Whether to restore the same punch if it was voided. */
  readonly restore: boolean;
  /** Only validate it, with all facts of its batch. Nothing is stored. */
  readonly validateOnly: boolean;
  /** Absent if the device named the employee. */
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

/** A deployment's limits on commands. */
export interface CommandLimits {
  /** Whether commands need an added employee and a time within their employment. */
  readonly employedOnly: boolean;
  /** How old a time in a command may be, in days of 24 hours. */
  readonly maxAgeDays: number;
}

/** A deployment's limits on all calls to the clock. */
export interface ClockLimits extends CommandLimits {
  /** A device's punch older than this, in days of 24 hours, comes from a wrong clock. */
  readonly skewAfterDays: number;
}

/** A person's command, checked under the employee's lock against the existing sessions. */
export interface CommandFact extends FactHeader {
  readonly kind: 'COMMAND';
  readonly command: ClockCommand;
  /** Its kind is that of the command. Its time counts only if `isTimeGiven`. */
  readonly punch: ToldPunch;
  /** If false, the time is taken under the lock, so that commands follow each other. */
  readonly isTimeGiven: boolean;
  readonly limits: CommandLimits;
}

/** A correction is alone in its batch, so that it can be validated without being stored. */
interface CorrectionFact extends FactHeader {
  /** Only validate it. Nothing is stored. */
  readonly validateOnly: boolean;
}

/** Voids punches: all of them or none, or only those that still count. */
export interface VoidFact extends CorrectionFact {
  readonly kind: 'VOID';
  /** Their numbers, each once, at least one. */
  readonly punchIds: readonly number[];
  /** Whether to skip punches that no longer count. Otherwise they refuse the fact. */
  readonly onlyStanding: boolean;
  readonly reason: string;
  /** If present, the punches came by this badge and go back into quarantine. */
  readonly badge?: BadgeClaim;
}

/** Replaces a punch by another. Undefined fields stay as they were. */
export interface ReplaceFact extends CorrectionFact {
  readonly kind: 'REPLACE';
  readonly punchId: number;
  readonly time: Instant | undefined;
  readonly punchKind: PunchKind | undefined;
  readonly reason: string;
}

/** One of several corrections. Undefined fields stay as they were. */
export type PunchCorrection =
  | { readonly kind: 'VOID'; readonly punchId: number }
  | {
      readonly kind: 'REPLACE';
      readonly punchId: number;
      readonly time: Instant | undefined;
      readonly punchKind: PunchKind | undefined;
    }
  | { readonly kind: 'ADD'; readonly punch: ToldPunch };

/** Corrects several punches together: all of them or none, judged by their joint effect. */
export interface CorrectFact extends CorrectionFact {
  readonly kind: 'CORRECT';
  /** At least one, each of a different punch. The contract bounds their number. */
  readonly corrections: readonly PunchCorrection[];
  readonly reason: string;
}

/** Reports nothing new: derives the days of a range again after a roster change. */
export interface RederiveFact extends FactHeader {
  readonly kind: 'REDERIVE';
  /** Epoch days, both included; at most MAX_REDERIVED_DAYS. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** The reason in the history of the days that change. */
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

/** Why a stored day changed. In the order of the contract; the numbers are stored. */
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
