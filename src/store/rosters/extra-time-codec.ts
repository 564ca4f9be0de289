// Writes and reads the rules of a policy for overtime and premiums as jsonb. See roster-codec.ts.

import {
  type ExtraTimeRules,
  NO_EXTRA_TIME_RULES,
  OVERTIME_BASES,
  type OvertimeRule,
  type OvertimeTier,
  type PremiumRule,
  type RuleDates,
  type RuleWindow,
  type Weekday,
} from '../../domain/roster/extra-time.js';
import {
  type Fields,
  fieldsOf,
  listOf,
  numberIn,
  numberOf,
  optional,
  textOf,
  wordIn,
} from './stored-fields.js';

/** Undefined if there are none, as in data from before these rules. */
export function encodeExtraTime(rules: ExtraTimeRules): Fields | undefined {
  const { overtime, premiums, weekStart, undertimeToleranceSeconds } = rules;
  const isPlain =
    overtime.length === 0 &&
    premiums.length === 0 &&
    weekStart === NO_EXTRA_TIME_RULES.weekStart &&
    undertimeToleranceSeconds === undefined;
  return isPlain ? undefined : { overtime, premiums, weekStart, undertimeToleranceSeconds };
}

export function decodeExtraTime(stored: unknown): ExtraTimeRules {
  const fields = fieldsOf(stored);
  return {
    overtime: listOf(fields.overtime).map(decodeOvertime),
    premiums: listOf(fields.premiums).map(decodePremium),
    weekStart: decodeWeekday(fields.weekStart),
    undertimeToleranceSeconds: optional(fields.undertimeToleranceSeconds, numberOf),
  };
}

function decodeOvertime(stored: unknown): OvertimeRule {
  const fields = fieldsOf(stored);
  return {
    ruleId: textOf(fields.ruleId),
    basis: wordIn(OVERTIME_BASES, fields.basis),
    afterSeconds: optional(fields.afterSeconds, numberOf),
    dates: decodeDates(fields.dates),
    toleranceSeconds: numberIn(fields, 'toleranceSeconds'),
    blockSeconds: numberIn(fields, 'blockSeconds'),
    limitSeconds: numberIn(fields, 'limitSeconds'),
    tiers: listOf(fields.tiers).map(decodeTier),
  };
}

function decodeTier(stored: unknown): OvertimeTier {
  const fields = fieldsOf(stored);
  return {
    label: textOf(fields.label),
    lengthSeconds: optional(fields.lengthSeconds, numberOf),
    percent: numberIn(fields, 'percent'),
  };
}

function decodePremium(stored: unknown): PremiumRule {
  const fields = fieldsOf(stored);
  return {
    ruleId: textOf(fields.ruleId),
    percent: numberIn(fields, 'percent'),
    dates: decodeDates(fields.dates),
    window: optional(fields.window, decodeWindow),
    isAdded: fields.isAdded === true,
  };
}

function decodeDates(stored: unknown): RuleDates {
  const fields = fieldsOf(stored);
  return {
    weekdays: listOf(fields.weekdays).map(decodeWeekday),
    holidays: fields.holidays === true,
    daysOff: fields.daysOff === true,
  };
}

function decodeWindow(stored: unknown): RuleWindow {
  const fields = fieldsOf(stored);
  return { startSecond: numberIn(fields, 'startSecond'), endSecond: numberIn(fields, 'endSecond') };
}

const WEEKDAYS: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

function decodeWeekday(stored: unknown): Weekday {
  return wordIn(WEEKDAYS, stored);
}
