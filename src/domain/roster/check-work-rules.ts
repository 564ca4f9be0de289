// Refuses invalid rules for counting work. Each violation names the field in the names of the
// contract. Must answer for any numbers, and never change a value to make it fit.

import type { FieldViolation } from '../facts/errors.js';
import { lengthText } from '../time/duration-text.js';
import { checkLength, fieldPath, type LengthBounds } from './check-length.js';
import {
  type AutoClose,
  type AutoCloseRule,
  type BreakDeduction,
  type BreakType,
  MAX_SESSION_SECONDS,
  type Rounding,
  type TimesOfDay,
  type WorkRules,
} from './shift.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** More steps of required breaks than any labour law has. */
export const MAX_BREAK_DEDUCTIONS = 10;

/** More types of breaks than any employer has. */
const MAX_BREAK_TYPES = 10;

const ID_FORM = /^[A-Za-z0-9._-]{1,64}$/;
const ID_HELP = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -';

const BREAK_LENGTH: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS };
const REPEAT: LengthBounds = { minSeconds: 0, maxSeconds: HOUR_SECONDS };
const MIN_BREAK: LengthBounds = { minSeconds: 0, maxSeconds: HOUR_SECONDS };
const PAID_BREAKS: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS };
const DEDUCTION_AFTER: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS };
const DEDUCTION_LENGTH: LengthBounds = { minSeconds: 1, maxSeconds: DAY_SECONDS };
const CLOSING_TOLERANCE: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS };
const CLOSING_LENGTH: LengthBounds = { minSeconds: 1, maxSeconds: MAX_SESSION_SECONDS };
const ROUNDING_GRACE: LengthBounds = { minSeconds: 0, maxSeconds: HOUR_SECONDS };

/** The violations of work rules; empty if they are valid. `path` leads to their message. */
export function checkWorkRules(rules: WorkRules, path: string): FieldViolation[] {
  const at = (name: string) => fieldPath(path, name);
  return [
    ...checkLength(rules.repeatSeconds, REPEAT, at('repeat_window')),
    ...checkRepeats(rules, at('repeat_any_kind')),
    ...checkDeductions(rules.breakDeductions, at('break_deductions')),
    ...checkLength(rules.minBreakSeconds, MIN_BREAK, at('min_break_length')),
    ...checkLength(rules.paidBreakSeconds, PAID_BREAKS, at('paid_break_limit')),
    ...checkBreakTypes(rules.breakTypes, at('break_types')),
    ...checkRounding(rules.roundIn, at('round_in')),
    ...checkRounding(rules.roundOut, at('round_out')),
    ...checkRounding(rules.roundBreaks, at('round_breaks')),
    ...checkRounding(rules.roundWorked, at('round_worked')),
    ...checkAutoClose(rules.autoClose, at('auto_close')),
  ];
}

const AUTO_CLOSE_FIELDS: Readonly<Record<AutoCloseRule, string>> = {
  PLANNED_END: 'after_planned_end',
  PLANNED_WORK: 'after_planned_work',
  LENGTH: 'after_arrival',
};

/** A length of 0 would close a session in the second in which it begins. */
function checkAutoClose(rule: AutoClose | undefined, path: string): FieldViolation[] {
  if (rule === undefined) return [];
  const bounds = rule.by === 'LENGTH' ? CLOSING_LENGTH : CLOSING_TOLERANCE;
  return checkLength(rule.seconds, bounds, fieldPath(path, AUTO_CLOSE_FIELDS[rule.by]));
}

/** Within one second, the start and the end of something do not repeat each other. */
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
  // Each value is checked alone first, because invalid lengths cannot be compared.
  return alone.length > 0 ? alone : checkDeductionOrder(deductions, path);
}

/**
 * Only the last deduction exceeded counts, so they must be sorted by `after` and never get shorter.
 */
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

function checkBreakTypes(types: readonly BreakType[], path: string): FieldViolation[] {
  if (types.length > MAX_BREAK_TYPES) {
    const description = `must be at most ${MAX_BREAK_TYPES}; there are ${types.length}`;
    return [{ field: path, reason: 'TOO_MANY_BREAK_TYPES', description }];
  }
  const alone = types.flatMap((type, index) => checkBreakType(type, `${path}[${index}]`));
  if (alone.length > 0) return alone;
  return types.flatMap((type, index) =>
    checkBesideOthers(type, types.slice(0, index), `${path}[${index}]`),
  );
}

function checkBreakType(type: BreakType, path: string): FieldViolation[] {
  const { breakTypeId, window, isByClock, isPaid, lengthSeconds } = type;
  const found = checkLength(lengthSeconds, BREAK_LENGTH, `${path}.length`);
  const add = (name: string, reason: string, description: string) =>
    found.push({ field: `${path}.${name}`, reason, description });
  if (!ID_FORM.test(breakTypeId)) add('break_type_id', 'BREAK_TYPE_ID_INVALID', ID_HELP);
  const { startSecond = 0, endSecond = 1 } = window ?? {};
  if (!isTimeOfDay(startSecond)) {
    const description = 'must be a time of day, HH:MM: a window needs both ends';
    add('start_time_of_day', 'BREAK_WINDOW_INCOMPLETE', description);
  } else if (!isTimeOfDay(endSecond)) {
    const description = 'must be a time of day, HH:MM: a window needs both ends';
    add('end_time_of_day', 'BREAK_WINDOW_INCOMPLETE', description);
  } else if (startSecond === endSecond) {
    add('end_time_of_day', 'BREAK_WINDOW_EMPTY', 'must differ from start_time_of_day');
  }
  if (isByClock && window === undefined) {
    const description = 'must be left out without start_time_of_day and end_time_of_day';
    add('by_clock', 'BREAK_BY_CLOCK_WITHOUT_WINDOW', description);
  }
  if (isByClock && isPaid) {
    const description = 'must be left out with by_clock: a paid break takes no time from work';
    add('paid', 'PAID_BREAK_BY_CLOCK', description);
  }
  return found;
}

function checkBesideOthers(
  type: BreakType,
  before: readonly BreakType[],
  path: string,
): FieldViolation[] {
  if (before.some(({ breakTypeId }) => breakTypeId === type.breakTypeId)) {
    const description = `must differ from every other type's; '${type.breakTypeId}' comes again`;
    return [{ field: `${path}.break_type_id`, reason: 'BREAK_TYPE_REPEATED', description }];
  }
  const { window, isByClock } = type;
  if (window === undefined) {
    const other = before.find((each) => each.window === undefined);
    if (other === undefined) return [];
    const description = `must be given: only one type may be taken at any time, and '${other.breakTypeId}' is`;
    return [{ field: `${path}.start_time_of_day`, reason: 'BREAK_WINDOW_REQUIRED', description }];
  }
  const other = before.find(
    (each) => isByClock && each.isByClock && each.window && isSharing(each.window, window),
  );
  if (other === undefined) return [];
  const description = `must be after the window of '${other.breakTypeId}': the clock takes time once`;
  return [{ field: `${path}.start_time_of_day`, reason: 'BREAK_WINDOWS_OVERLAP', description }];
}

function isTimeOfDay(second: number): boolean {
  return Number.isSafeInteger(second) && second >= 0 && second < DAY_SECONDS;
}

/** Whether two daily windows overlap. */
function isSharing(a: TimesOfDay, b: TimesOfDay): boolean {
  const length = ({ startSecond, endSecond }: TimesOfDay) =>
    (endSecond - startSecond + DAY_SECONDS) % DAY_SECONDS;
  const after = (b.startSecond - a.startSecond + DAY_SECONDS) % DAY_SECONDS;
  return after < length(a) || DAY_SECONDS - after < length(b);
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
