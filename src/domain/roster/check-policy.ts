// Refuses a policy that cannot be meant: each violation names the field.

import type { FieldViolation } from '../facts/errors.js';
import { checkOffShiftRules } from './check-shift.js';
import { checkWorkRules } from './check-work-rules.js';
import type { Policy } from './policy.js';

/** What is wrong with a policy alone; `path` leads to it. */
export function checkPolicy({ offShift, work }: Policy, path: string): FieldViolation[] {
  return [
    ...checkOffShiftRules(offShift, `${path}.off_shift_rules`),
    ...(work === undefined ? [] : checkWorkRules(work, `${path}.work_rules`)),
  ];
}
