// Refuses invalid rules for overtime and premiums. Each violation names the field in the names of the
// contract. Timesheets rely on every bound here.

import type { FieldViolation } from '../facts/errors.js';
import { checkLength, type LengthBounds } from './check-length.js';
import {
  type ExtraTimeRules,
  MAX_OVERTIME_RULES,
  MAX_OVERTIME_TIERS,
  MAX_PERCENT,
  MAX_PREMIUM_RULES,
  type OvertimeRule,
  type OvertimeTier,
  type PremiumRule,
  type RuleDates,
} from './extra-time.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;

const ID_FORM = /^[A-Za-z0-9._-]{1,64}$/;
const ID_HELP = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -';

const WITHIN_A_DAY: LengthBounds = { minSeconds: 0, maxSeconds: DAY_SECONDS };
const WITHIN_A_WEEK: LengthBounds = { minSeconds: 0, maxSeconds: WEEK_SECONDS };
const BLOCK: LengthBounds = { minSeconds: 0, maxSeconds: HOUR_SECONDS };
const TIER: LengthBounds = { minSeconds: 1, maxSeconds: WEEK_SECONDS };

/** The violations of the rules; empty if they are valid. `path` leads to the policy. */
export function checkExtraTime(rules: ExtraTimeRules, path: string): FieldViolation[] {
  const { overtime, premiums, undertimeToleranceSeconds } = rules;
  const pardoned = undertimeToleranceSeconds ?? 0;
  return [
    ...checkRules(overtime, MAX_OVERTIME_RULES, `${path}.overtime_rules`, checkOvertime),
    ...checkRules(premiums, MAX_PREMIUM_RULES, `${path}.premium_rules`, checkPremium),
    ...checkLength(pardoned, WITHIN_A_DAY, `${path}.undertime_tolerance`),
  ];
}

/** Each alone, and that there are not too many, each with an id of its own. */
function checkRules<R extends { readonly ruleId: string }>(
  rules: readonly R[],
  most: number,
  path: string,
  check: (rule: R, path: string) => FieldViolation[],
): FieldViolation[] {
  if (rules.length > most) {
    const description = `must be at most ${most}; there are ${rules.length}`;
    return [{ field: path, reason: 'TOO_MANY_RULES', description }];
  }
  return rules.flatMap((rule, index) => {
    const field = `${path}[${index}].rule_id`;
    const found = check(rule, `${path}[${index}]`);
    if (!ID_FORM.test(rule.ruleId)) {
      found.push({ field, reason: 'RULE_ID_INVALID', description: ID_HELP });
    } else if (rules.slice(0, index).some(({ ruleId }) => ruleId === rule.ruleId)) {
      const description = `must differ from every other rule's; '${rule.ruleId}' comes again`;
      found.push({ field, reason: 'RULE_ID_REPEATED', description });
    }
    return found;
  });
}

function checkOvertime(rule: OvertimeRule, path: string): FieldViolation[] {
  const bounds = rule.basis === 'WEEK' ? WITHIN_A_WEEK : WITHIN_A_DAY;
  return [
    ...checkAfter(rule, bounds, `${path}.after`),
    ...(rule.basis === 'WEEK' ? checkEveryDate(rule.dates, `${path}.dates`) : []),
    ...checkWeekdays(rule.dates, `${path}.dates`),
    ...checkLength(rule.toleranceSeconds, bounds, `${path}.tolerance`),
    ...checkLength(rule.blockSeconds, BLOCK, `${path}.block`),
    ...checkLength(rule.limitSeconds, bounds, `${path}.limit`),
    ...checkTiers(rule.tiers, `${path}.tiers`),
  ];
}

function checkAfter(
  { basis, afterSeconds }: OvertimeRule,
  bounds: LengthBounds,
  field: string,
): FieldViolation[] {
  if (basis === 'WEEK' && afterSeconds === undefined) {
    const description = 'must be given with OVERTIME_BASIS_WEEK, such as 144000s for 40 h';
    return [{ field, reason: 'AFTER_REQUIRED', description }];
  }
  if (basis === 'ALL_WORK' && afterSeconds !== undefined) {
    const description = 'must be left out with OVERTIME_BASIS_ALL_WORK: all work is overtime';
    return [{ field, reason: 'AFTER_WITH_ALL_WORK', description }];
  }
  return afterSeconds === undefined ? [] : checkLength(afterSeconds, bounds, field);
}

function checkEveryDate({ weekdays, holidays, daysOff }: RuleDates, field: string) {
  if (weekdays.length === 0 && !holidays && !daysOff) return [];
  const description = 'must be left out with OVERTIME_BASIS_WEEK: a week has all of its dates';
  return [{ field, reason: 'DATES_WITH_WEEK', description }];
}

function checkWeekdays({ weekdays }: RuleDates, path: string): FieldViolation[] {
  const repeated = weekdays.findIndex((weekday, index) => weekdays.indexOf(weekday) < index);
  if (repeated < 0) return [];
  const description = 'must name each day of the week once';
  return [{ field: `${path}.weekdays[${repeated}]`, reason: 'WEEKDAY_REPEATED', description }];
}

function checkTiers(tiers: readonly OvertimeTier[], path: string): FieldViolation[] {
  if (tiers.length > MAX_OVERTIME_TIERS) {
    const description = `must be at most ${MAX_OVERTIME_TIERS}; there are ${tiers.length}`;
    return [{ field: path, reason: 'TOO_MANY_TIERS', description }];
  }
  return tiers.flatMap((tier, index) => [
    ...checkTierLength(tier, index === tiers.length - 1, `${path}[${index}].length`),
    ...checkLabel(tier, tiers.slice(0, index), `${path}[${index}].label`),
    ...checkPercent(tier.percent, `${path}[${index}].percent`),
  ]);
}

function checkTierLength({ lengthSeconds }: OvertimeTier, isLast: boolean, field: string) {
  if (!isLast && lengthSeconds !== undefined) return checkLength(lengthSeconds, TIER, field);
  if (!isLast) {
    const description =
      'must be given for every tier but the last: how much of the overtime it takes';
    return [{ field, reason: 'TIER_LENGTH_REQUIRED', description }];
  }
  if (lengthSeconds === undefined) return [];
  const description = 'must be left out for the last tier: it takes the rest of the overtime';
  return [{ field, reason: 'LAST_TIER_WITH_LENGTH', description }];
}

function checkLabel({ label }: OvertimeTier, before: readonly OvertimeTier[], field: string) {
  if (label !== '' && !ID_FORM.test(label)) {
    return [{ field, reason: 'TIER_LABEL_INVALID', description: ID_HELP }];
  }
  if (!before.some((tier) => tier.label === label)) return [];
  const description = "must differ from every other tier's of the rule";
  return [{ field, reason: 'TIER_LABEL_REPEATED', description }];
}

function checkPercent(percent: number, field: string): FieldViolation[] {
  if (Number.isSafeInteger(percent) && percent >= 0 && percent <= MAX_PERCENT) return [];
  const description = `must be 0 to ${MAX_PERCENT}; it is ${percent}`;
  return [{ field, reason: 'PERCENT_OUT_OF_RANGE', description }];
}

function checkPremium({ percent, dates, window }: PremiumRule, path: string): FieldViolation[] {
  const found = [
    ...checkPercent(percent, `${path}.percent`),
    ...checkWeekdays(dates, `${path}.dates`),
  ];
  if (window === undefined) return found;
  const { startSecond, endSecond } = window;
  const help = 'must be a time of day, HH:MM: a window needs both ends';
  const reason = 'PREMIUM_WINDOW_INCOMPLETE';
  if (!isTimeOfDay(startSecond)) {
    found.push({ field: `${path}.start_time_of_day`, reason, description: help });
  } else if (!isTimeOfDay(endSecond)) {
    found.push({ field: `${path}.end_time_of_day`, reason, description: help });
  } else if (startSecond === endSecond) {
    const description =
      'must differ from start_time_of_day: leave out both for a window from midnight to midnight';
    found.push({ field: `${path}.end_time_of_day`, reason: 'PREMIUM_WINDOW_EMPTY', description });
  }
  return found;
}

function isTimeOfDay(second: number): boolean {
  return Number.isSafeInteger(second) && second >= 0 && second < DAY_SECONDS;
}
