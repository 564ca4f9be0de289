// Breaks that a length of work requires. The missing part of them is deducted.

import type { Trace } from '../explain/finding.js';
import type { BreakDeduction, WorkRules } from '../roster/shift.js';

function breakNeeded(
  workedSeconds: number,
  deductions: readonly BreakDeduction[],
): BreakDeduction | undefined {
  return deductions.findLast(({ afterSeconds }) => workedSeconds > afterSeconds);
}

/** The missing part of the break that so much work requires, in seconds, 0 or more. */
export function missingBreak(
  workedSeconds: number,
  takenSeconds: number,
  { breakDeductions, deductExcessOnly }: WorkRules,
): number {
  const needed = breakNeeded(workedSeconds, breakDeductions);
  if (needed === undefined) return 0;
  const missing = Math.max(0, needed.breakSeconds - takenSeconds);
  if (!deductExcessOnly) return missing;
  return Math.min(
    missing,
    workedSeconds - mostPaidBefore(workedSeconds, takenSeconds, breakDeductions),
  );
}

/**
 * The most that shorter work is paid: at one of the lengths above which a longer break is required.
 */
function mostPaidBefore(
  workedSeconds: number,
  takenSeconds: number,
  deductions: readonly BreakDeduction[],
): number {
  let most = 0;
  let missing = 0;
  for (const { afterSeconds, breakSeconds } of deductions) {
    if (afterSeconds >= workedSeconds) break;
    most = Math.max(most, afterSeconds - missing);
    missing = Math.max(0, breakSeconds - takenSeconds);
  }
  return most;
}

/** The missing part of the required break, with its finding. */
export function deductBreak(
  workedSeconds: number,
  takenSeconds: number,
  rules: WorkRules,
  shiftId: string | undefined,
  trace: Trace,
): number {
  if (rules.breakDeductions.length === 0) return 0;
  const deductedSeconds = missingBreak(workedSeconds, takenSeconds, rules);
  const needed = trace && breakNeeded(workedSeconds, rules.breakDeductions);
  if (needed === undefined) return deductedSeconds;
  const { afterSeconds, breakSeconds: requiredSeconds } = needed;
  trace?.push({
    rule: 'BREAK_DEDUCTED',
    shiftId,
    afterSeconds,
    requiredSeconds,
    takenSeconds,
    deductedSeconds,
    isExcessOnly: requiredSeconds - takenSeconds > deductedSeconds,
  });
  return deductedSeconds;
}
