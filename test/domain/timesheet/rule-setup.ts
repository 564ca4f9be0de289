// Rules for overtime and premiums in words.

import {
  EVERY_DATE,
  type ExtraTimeRules,
  NO_EXTRA_TIME_RULES,
  type OvertimeRule,
  type OvertimeTier,
  type PremiumRule,
  type RuleDates,
  type Weekday,
} from '../../../src/domain/roster/extra-time.js';
import { secondsOf } from '../support/notation.js';

/** `sat sun holiday off`; empty: every date. */
type DatesText = string;

interface OvertimeSetup {
  readonly id: string;
  /** `DAY` is beyond the planned time, `DAY 8:00`, `WEEK 40:00`, `ALL_WORK`. */
  readonly beyond: string;
  readonly on?: DatesText;
  readonly tolerance?: string;
  readonly block?: string;
  readonly limit?: string;
  /** `first 2:00 125`, `rest - 150`. */
  readonly tiers?: readonly string[];
}

interface PremiumSetup {
  readonly id: string;
  /** `22:00-06:00`. */
  readonly at?: string;
  readonly on?: DatesText;
  readonly percent?: number;
  readonly added?: boolean;
}

interface RulesSetup {
  readonly overtime?: readonly OvertimeSetup[];
  readonly premiums?: readonly PremiumSetup[];
  readonly weekStart?: string;
  readonly undertime?: string;
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export function rulesOf({ overtime, premiums, weekStart, undertime }: RulesSetup): ExtraTimeRules {
  return {
    overtime: (overtime ?? []).map(overtimeRule),
    premiums: (premiums ?? []).map(premiumRule),
    weekStart: weekStart === undefined ? NO_EXTRA_TIME_RULES.weekStart : weekdayOf(weekStart),
    undertimeToleranceSeconds: undertime === undefined ? undefined : secondsOf(undertime),
  };
}

function overtimeRule({ id, beyond, ...setup }: OvertimeSetup): OvertimeRule {
  const [basis = '', after] = beyond.split(' ');
  return {
    ruleId: id,
    basis: basis as OvertimeRule['basis'],
    afterSeconds: after === undefined ? undefined : secondsOf(after),
    dates: datesOf(setup.on),
    toleranceSeconds: secondsOf(setup.tolerance),
    blockSeconds: secondsOf(setup.block),
    limitSeconds: secondsOf(setup.limit),
    tiers: (setup.tiers ?? []).map(tierOf),
  };
}

function tierOf(text: string): OvertimeTier {
  const [label = '', length = '-', percent = '0'] = text.split(' ');
  const lengthSeconds = length === '-' ? undefined : secondsOf(length);
  return { label, lengthSeconds, percent: Number(percent) };
}

function premiumRule({ id, at, on, percent, added }: PremiumSetup): PremiumRule {
  const [start, end] = at?.split('-') ?? [];
  const window =
    start === undefined ? undefined : { startSecond: secondsOf(start), endSecond: secondsOf(end) };
  const isAdded = added ?? false;
  return { ruleId: id, percent: percent ?? 0, dates: datesOf(on), window, isAdded };
}

function datesOf(text: DatesText | undefined): RuleDates {
  if (text === undefined) return EVERY_DATE;
  const words = text.split(' ');
  return {
    weekdays: words.filter((word) => WEEKDAYS.includes(word)).map(weekdayOf),
    holidays: words.includes('holiday'),
    daysOff: words.includes('off'),
  };
}

function weekdayOf(word: string): Weekday {
  return (WEEKDAYS.indexOf(word) + 1) as Weekday;
}
