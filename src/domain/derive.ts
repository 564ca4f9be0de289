// From facts to a day, without a clock: the same facts give the same result, whenever it is
// computed. Must never read the time, a zone's clock or anything outside its arguments.

import type { DayResult, Declaration, MarkableStatus, Portion } from './day.js';
import type { Plan } from './plan.js';

/**
 * Raised with every change of the rules below, so that days derived by older rules can be found
 * and derived again on purpose.
 */
export const ENGINE_VERSION = 1;

/** A fact about a day's declaration, in the order in which they were recorded. */
export type DeclarationFact =
  | {
      readonly kind: 'MARK';
      readonly status: MarkableStatus;
      readonly portion: Portion;
      readonly note: string;
    }
  | { readonly kind: 'CLEAR' };

/** Everything known about a day. Punches will stand here too. */
export interface DayFacts {
  readonly declaration: Declaration | undefined;
}

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
    otherHalfStatus: otherHalf(standing, fact.portion),
    note: fact.note,
  };
}

/** What stands for the half that a mark of `portion` leaves alone. */
function otherHalf(
  standing: Declaration | undefined,
  portion: Portion,
): MarkableStatus | undefined {
  if (standing === undefined || portion === 'WHOLE_DAY') return undefined;
  if (standing.portion === 'WHOLE_DAY') return standing.status;
  return standing.portion === portion ? standing.otherHalfStatus : standing.status;
}

/** The declaration of a day from all its facts, the oldest first. */
export function declarationOf(facts: readonly DeclarationFact[]): Declaration | undefined {
  return facts.reduce<Declaration | undefined>(foldDeclaration, undefined);
}

/** What the facts say under a plan; undefined when no fact stands. */
export function derive(facts: DayFacts, _plan: Plan): DayResult | undefined {
  const { declaration } = facts;
  if (declaration === undefined) return undefined;
  return { origin: 'MARKED', ...declaration };
}

/** Whether two results say the same: a write between them changed nothing. */
export function sameResult(a: DayResult | undefined, b: DayResult | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.status === b.status &&
    a.origin === b.origin &&
    a.portion === b.portion &&
    a.otherHalfStatus === b.otherHalfStatus &&
    a.note === b.note
  );
}

/** The declaration inside a result: what a further mark is folded onto. */
export function declarationIn(result: DayResult | undefined): Declaration | undefined {
  if (result === undefined || result.origin !== 'MARKED') return undefined;
  return {
    status: result.status as MarkableStatus,
    portion: result.portion,
    otherHalfStatus: result.otherHalfStatus as MarkableStatus | undefined,
    note: result.note,
  };
}
