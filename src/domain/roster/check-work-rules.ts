// Refuses rules of counting work that cannot be meant: each violation names the field in the
// contract's names. Must answer for any numbers, and never change a value to make it fit.

import type { FieldViolation } from '../facts/errors.js';
import { lengthText } from '../time/duration-text.js';
import { checkLength, fieldPath, type LengthBounds } from './check-length.js';
import type { BreakDeduction, Rounding, WorkRules } from './shift.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** More steps of required breaks than any labour law has. */
export const MAX_BREAK_DEDUCTIONS = 10;

const REPEAT: LengthBounds = { minSeconds: 0, maxSeconds: HOUR_SECONDS };
const MIN_BREAK: LengthBounds = { minSeconds: 0, maxSeconds: HOUR_SECONDS };
const PAID_BREAKS: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS };
const DEDUCTION_AFTER: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS };
const DEDUCTION_LENGTH: LengthBounds = { minSeconds: 1, maxSeconds: DAY_SECONDS };
const ROUNDING_GRACE: LengthBounds = { minSeconds: 0, maxSeconds: HOUR_SECONDS };

/** What is wrong with work rules; empty when nothing is. `path` leads to their message. */
export function checkWorkRules(rules: WorkRules, path: string): FieldViolation[] {
  const at = (name: string) => fieldPath(path, name);
  return [
    ...checkLength(rules.repeatSeconds, REPEAT, at('repeat_window')),
    ...checkRepeats(rules, at('repeat_any_kind')),
    ...checkDeductions(rules.breakDeductions, at('break_deductions')),
    ...checkLength(rules.minBreakSeconds, MIN_BREAK, at('min_break_length')),
    ...checkLength(rules.paidBreakSeconds, PAID_BREAKS, at('paid_break_limit')),
    ...checkRounding(rules.roundIn, at('round_in')),
    ...checkRounding(rules.roundOut, at('round_out')),
    ...checkRounding(rules.roundBreaks, at('round_breaks')),
    ...checkRounding(rules.roundWorked, at('round_worked')),
  ];
}

/** Within the second, the start and the end of something are no repetition of each other. */
function checkRepeats({ repeatsAnyKind, repeatSeconds }: WorkRules, field: string) {
  if (!repeatsAnyKind || repeatSeconds !== 0) return [];
  const description = 'must be left out without a repeat_window: set that to a length such as 60s';
  return [{ field, reason: 'REPEAT_ANY_KIND_WITHOUT_WINDOW', description }];
}

function checkDeductions(deductions: readonly BreakDeduction[], path: string): FieldViolation[] {
  if (deductions.length > MAX_BREAK_DEDUCTIONS) {
    const description = `must be at most ${MAX_BREAK_DEDUCTIONS}; there are ${deductions.length}`;
    return [{ field: path, reason: 'TOO_MANY_DEDUCTIONS', description }];
  }
  const alone = deductions.flatMap(({ afterSeconds, breakSeconds }, index) => [
    ...checkLength(afterSeconds, DEDUCTION_AFTER, `${path}[${index}].after`),
    ...checkLength(breakSeconds, DEDUCTION_LENGTH, `${path}[${index}].length`),
  ]);
  // Each is looked at by itself first: comparing what is no length says nothing.
  return alone.length > 0 ? alone : checkDeductionOrder(deductions, path);
}

/** The last one exceeded counts, alone: so they are listed by `after`, and demand ever more. */
function checkDeductionOrder(deductions: readonly BreakDeduction[], path: string) {
  return deductions.flatMap((deduction, index): FieldViolation[] => {
    const before = deductions[index - 1];
    if (before === undefined) return [];
    const { afterSeconds, breakSeconds } = deduction;
    const item = `${path}[${index}]`;
    const sent = `it is ${lengthText(afterSeconds)}`;
    if (deductions.slice(0, index).some((other) => other.afterSeconds === afterSeconds)) {
      const description = `must differ from every other deduction's after; ${sent} again`;
      return [{ field: `${item}.after`, reason: 'DEDUCTION_REPEATED', description }];
    }
    if (afterSeconds < before.afterSeconds) {
      const right = `must be more than the ${lengthText(before.afterSeconds)} before it`;
      const description = `${right}: list deductions by after; ${sent}`;
      return [{ field: `${item}.after`, reason: 'DEDUCTIONS_OUT_OF_ORDER', description }];
    }
    if (breakSeconds >= before.breakSeconds) return [];
    const description =
      `must be at least the ${lengthText(before.breakSeconds)} of the deduction before it: ` +
      `longer work cannot need a shorter break; it is ${lengthText(breakSeconds)}`;
    return [{ field: `${item}.length`, reason: 'DEDUCTION_FALLS', description }];
  });
}

function checkRounding(rounding: Rounding | undefined, path: string): FieldViolation[] {
  if (rounding === undefined) return [];
  const { direction, stepSeconds, graceSeconds } = rounding;
  const field = fieldPath(path, 'grace');
  const step = checkStep(stepSeconds, fieldPath(path, 'step'));
  if (step.length > 0) return [...step, ...checkLength(graceSeconds, ROUNDING_GRACE, field)];
  const sent = `it is ${lengthText(graceSeconds)}`;
  if (direction === 'NEAREST' && graceSeconds !== 0) {
    const description = `must be left out: NEAREST has no grace; ${sent}`;
    return [{ field, reason: 'GRACE_WITH_NEAREST', description }];
  }
  if (graceSeconds >= stepSeconds) {
    const description = `must be less than the step, ${lengthText(stepSeconds)}; ${sent}`;
    return [{ field, reason: 'GRACE_TOO_LONG', description }];
  }
  return checkLength(graceSeconds, ROUNDING_GRACE, field);
}

function checkStep(stepSeconds: number, field: string): FieldViolation[] {
  if (stepSeconds >= 1 && HOUR_SECONDS % stepSeconds === 0 && Number.isSafeInteger(stepSeconds)) {
    return [];
  }
  const description =
    'must divide an hour exactly, such as 5 min, 6 min or 15 min; ' +
    `it is ${lengthText(stepSeconds)}`;
  return [{ field, reason: 'STEP_DOES_NOT_DIVIDE_AN_HOUR', description }];
}
