// Off-shift rules by time. A period of work follows the rules in force when it begins, so that a
// change of the rules never tears it. All dates agree on it, because they use the same moments.

import type { Instant } from '../time/time.js';
import type { OffShiftRules } from './shift.js';

/** Rules from a moment until the next span. */
export interface OffShiftSpan {
  /** -Infinity: from the beginning. */
  readonly from: number;
  readonly rules: OffShiftRules;
}

/** Sorted by time; the first is from the beginning. */
export type OffShiftSpans = readonly [OffShiftSpan, ...OffShiftSpan[]];

/** The rules in force at a moment. */
export function rulesAt(spans: OffShiftSpans, time: Instant): OffShiftRules {
  if (spans.length === 1) return spans[0].rules;
  return (spans.findLast(({ from }) => from <= time) ?? spans[0]).rules;
}

/** All rules in force at some moment between two times. */
export function rulesWithin(
  spans: OffShiftSpans,
  from: number,
  to: number,
): readonly OffShiftRules[] {
  return spans
    .filter((span, index) => span.from <= to && (spans[index + 1]?.from ?? Infinity) > from)
    .map(({ rules }) => rules);
}

/** The longest session under any of them, in seconds. */
export function longestOffShiftSeconds(spans: OffShiftSpans): number {
  return spans.reduce((longest, { rules }) => Math.max(longest, rules.maxLengthSeconds), 0);
}

/** The longest absence that begins a new period of work under any of them, in seconds. */
export function longestGapSeconds(spans: OffShiftSpans): number {
  return spans.reduce((longest, { rules }) => Math.max(longest, rules.newStretchGapSeconds), 0);
}
