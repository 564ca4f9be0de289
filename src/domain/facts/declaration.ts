// What was declared for a day: its marks folded into one declaration.

import type { DayResult, Declaration, MarkableStatus, Portion } from './day.js';

/** A fact about a day's declaration, in the order in which they were recorded. */
export type DeclarationFact =
  | {
      readonly kind: 'MARK';
      readonly status: MarkableStatus;
      readonly portion: Portion;
      readonly leaveTypeId: string | undefined;
      readonly note: string;
    }
  | { readonly kind: 'CLEAR' };

/**
 * The declaration after one more fact. A mark replaces what stood for the same part of the day:
 * a whole-day mark everything, a half-day mark its half only, so a morning's leave
 * outlives the mark of the afternoon. A clearing withdraws all of it.
 */
export function foldDeclaration(
  standing: Declaration | undefined,
  fact: DeclarationFact,
): Declaration | undefined {
  if (fact.kind === 'CLEAR') return undefined;
  return {
    status: fact.status,
    portion: fact.portion,
    ...otherHalf(standing, fact.portion),
    leaveTypeId: fact.leaveTypeId,
    note: fact.note,
  };
}

/** What stands for the half that a mark of `portion` leaves alone. */
function otherHalf(
  standing: Declaration | undefined,
  portion: Portion,
): Pick<Declaration, 'otherHalfStatus' | 'otherHalfLeaveTypeId'> {
  if (standing === undefined || portion === 'WHOLE_DAY') {
    return { otherHalfStatus: undefined, otherHalfLeaveTypeId: undefined };
  }
  const { status, leaveTypeId, otherHalfStatus, otherHalfLeaveTypeId } = standing;
  return standing.portion === portion
    ? { otherHalfStatus, otherHalfLeaveTypeId }
    : { otherHalfStatus: status, otherHalfLeaveTypeId: leaveTypeId };
}

/** The declaration of a day from all its facts, the oldest first. */
export function declarationOf(facts: readonly DeclarationFact[]): Declaration | undefined {
  return facts.reduce<Declaration | undefined>(foldDeclaration, undefined);
}

/** The declaration inside a result: what a further mark is folded onto. */
export function declarationIn(result: DayResult | undefined): Declaration | undefined {
  if (result === undefined || result.origin !== 'MARKED') return undefined;
  const isDeclared = result.work.otherHalfStatus === undefined;
  return {
    status: result.status as MarkableStatus,
    portion: result.portion,
    otherHalfStatus: isDeclared
      ? (result.otherHalfStatus as MarkableStatus | undefined)
      : undefined,
    leaveTypeId: result.leaveTypeId,
    otherHalfLeaveTypeId: result.otherHalfLeaveTypeId,
    note: result.note,
  };
}

/** The statuses of somebody who is not expected to come. */
const AWAY: ReadonlySet<MarkableStatus> = new Set(['ON_LEAVE', 'HOLIDAY', 'DAY_OFF', 'ABSENT']);

export type Half = Exclude<Portion, 'WHOLE_DAY'>;

/** Both halves of a day's only shift, or of the middle one of an odd number; else the one it is in. */
export function halvesOf(index: number, count: number): readonly Half[] {
  if (index * 2 + 1 === count) return ['FIRST_HALF', 'SECOND_HALF'];
  return index * 2 < count ? ['FIRST_HALF'] : ['SECOND_HALF'];
}

/** What a declaration says of one shift. */
export interface DeclaredShift {
  /** Declared for all of it; undefined when it was not, or not for all. */
  readonly status: MarkableStatus | undefined;
  /** Whether it was declared for one of its halves. */
  readonly isHalf: boolean;
  /** Whether nobody is expected at its beginning, and at its end. */
  readonly isAwayFirst: boolean;
  readonly isAwayLast: boolean;
}

const UNDECLARED: DeclaredShift = {
  status: undefined,
  isHalf: false,
  isAwayFirst: false,
  isAwayLast: false,
};

/** `holiday`: the half of the shift that is one; a mark wins over it. */
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

/** Of a mark for one half and a holiday in the other, the holiday: the mark speaks for the day. */
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
