// Folds the marks of a day into one declaration.

import type {
  ClockRange,
  DayResult,
  Declaration,
  LeaveTime,
  MarkableStatus,
  Portion,
} from './day.js';

const DAY_SECONDS = 86_400;

/** The most leave times that marks may add to a day. */
export const MAX_LEAVE_TIMES = 5;

/** A fact about a day's declaration. */
export type DeclarationFact =
  | {
      readonly kind: 'MARK';
      readonly status: MarkableStatus;
      readonly portion: Portion;
      /** The hours, for leave by the hour. Its `portion` is then the whole day. */
      readonly leaveTime?: ClockRange | undefined;
      readonly leaveTypeId: string | undefined;
      readonly note: string;
    }
  | { readonly kind: 'CLEAR' };

/**
 * The declaration after one more fact. A mark replaces what stood for the same part of the day: a
 * whole-day mark replaces everything, a half-day mark only its half, so that a morning's leave
 * outlives the mark of the afternoon. Leave by the hour replaces the leave times with which it
 * shares time, and leaves the rest. A clearing withdraws all of it.
 */
export function foldDeclaration(
  standing: Declaration | undefined,
  fact: DeclarationFact,
): Declaration | undefined {
  if (fact.kind === 'CLEAR') return undefined;
  const { status, portion, leaveTime, leaveTypeId, note } = fact;
  if (leaveTime !== undefined) {
    const leaveTimes = withLeaveTime(standing?.leaveTimes ?? [], { ...leaveTime, leaveTypeId });
    return { ...(standing ?? NO_STATUS), leaveTimes, note };
  }
  return {
    status,
    portion,
    ...otherHalf(standing, portion),
    leaveTypeId,
    leaveTimes: portion === 'WHOLE_DAY' ? [] : (standing?.leaveTimes ?? []),
    note,
  };
}

/** For a day without a declared status. */
const NO_STATUS = {
  status: undefined,
  portion: 'WHOLE_DAY',
  otherHalfStatus: undefined,
  leaveTypeId: undefined,
  otherHalfLeaveTypeId: undefined,
} as const;

function withLeaveTime(standing: readonly LeaveTime[], added: LeaveTime): readonly LeaveTime[] {
  return [...standing.filter((one) => !shareTime(one, added)), added].sort(
    (a, b) => a.startSecond - b.startSecond,
  );
}

/** Whether two clock times overlap, whichever dates they are on. */
function shareTime(a: ClockRange, b: ClockRange): boolean {
  return [-DAY_SECONDS, 0, DAY_SECONDS].some(
    (shift) => a.startSecond < b.endSecond + shift && b.startSecond + shift < a.endSecond,
  );
}

/** What stands for the half that a mark of `portion` leaves alone. */
function otherHalf(
  standing: Declaration | undefined,
  portion: Portion,
): Pick<Declaration, 'otherHalfStatus' | 'otherHalfLeaveTypeId'> {
  if (standing?.status === undefined || portion === 'WHOLE_DAY') {
    return { otherHalfStatus: undefined, otherHalfLeaveTypeId: undefined };
  }
  const { status, leaveTypeId, otherHalfStatus, otherHalfLeaveTypeId } = standing;
  return standing.portion === portion
    ? { otherHalfStatus, otherHalfLeaveTypeId }
    : { otherHalfStatus: status, otherHalfLeaveTypeId: leaveTypeId };
}

/** The declaration of a day from all its facts, oldest first. */
export function declarationOf(facts: readonly DeclarationFact[]): Declaration | undefined {
  return facts.reduce<Declaration | undefined>(foldDeclaration, undefined);
}

/** The declaration inside a result, onto which the next mark is folded. */
export function declarationIn(result: DayResult | undefined): Declaration | undefined {
  if (result === undefined) return undefined;
  const { note } = result;
  const leaveTimes = result.leaveTimes.map(({ excusedSeconds: _, ...leaveTime }) => leaveTime);
  if (result.origin !== 'MARKED') {
    return leaveTimes.length === 0 ? undefined : { ...NO_STATUS, leaveTimes, note };
  }
  const isDeclared = result.work.otherHalfStatus === undefined;
  return {
    status: result.status as MarkableStatus,
    portion: result.portion,
    otherHalfStatus: isDeclared
      ? (result.otherHalfStatus as MarkableStatus | undefined)
      : undefined,
    leaveTypeId: result.leaveTypeId,
    otherHalfLeaveTypeId: result.otherHalfLeaveTypeId,
    leaveTimes,
    note,
  };
}

/** The statuses of an employee who is not expected. */
const AWAY: ReadonlySet<MarkableStatus> = new Set(['ON_LEAVE', 'HOLIDAY', 'DAY_OFF', 'ABSENT']);

export type Half = Exclude<Portion, 'WHOLE_DAY'>;

/**
 * Both halves for a day's only shift, or the middle one of an odd number; else the half it is in.
 */
export function halvesOf(index: number, count: number): readonly Half[] {
  if (index * 2 + 1 === count) return ['FIRST_HALF', 'SECOND_HALF'];
  return index * 2 < count ? ['FIRST_HALF'] : ['SECOND_HALF'];
}

/** The declaration for one shift. */
export interface DeclaredShift {
  /** Declared for the whole shift; undefined if it was not. */
  readonly status: MarkableStatus | undefined;
  /** Whether it was declared for one of its halves. */
  readonly isHalf: boolean;
  /** Whether the employee is not expected at its beginning, and at its end. */
  readonly isAwayFirst: boolean;
  readonly isAwayLast: boolean;
}

const UNDECLARED: DeclaredShift = {
  status: undefined,
  isHalf: false,
  isAwayFirst: false,
  isAwayLast: false,
};

/** `holiday` is the half of the shift that is one. A mark wins over it. */
export function declaredFor(
  declaration: Declaration | undefined,
  halves: readonly Half[],
  holiday?: Half,
): DeclaredShift {
  if (declaration === undefined && holiday === undefined) return UNDECLARED;
  const declared = halves.map(
    (half) => declaredHalf(declaration, half) ?? (half === holiday ? 'HOLIDAY' : undefined),
  );
  const [first, last] = [declared[0], declared.at(-1)];
  const isAll = declared.every((status) => status !== undefined);
  return {
    status: isAll ? wholeStatus(declared, halves, holiday) : undefined,
    isHalf: !isAll && declared.some((status) => status !== undefined),
    isAwayFirst: first !== undefined && AWAY.has(first),
    isAwayLast: last !== undefined && AWAY.has(last),
  };
}

/**
 * With a mark for one half and a holiday in the other, the holiday: the mark is the day's status.
 */
function wholeStatus(
  declared: readonly (MarkableStatus | undefined)[],
  halves: readonly Half[],
  holiday: Half | undefined,
): MarkableStatus | undefined {
  const isOpen = holiday !== undefined && declared[halves.indexOf(holiday)] === 'HOLIDAY';
  return isOpen ? 'HOLIDAY' : declared[0];
}

function declaredHalf(
  declaration: Declaration | undefined,
  half: Half,
): MarkableStatus | undefined {
  if (declaration === undefined) return undefined;
  const { status, portion, otherHalfStatus } = declaration;
  return portion === 'WHOLE_DAY' || portion === half ? status : otherHalfStatus;
}
