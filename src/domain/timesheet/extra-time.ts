// The overtime, premiums and undertime of a timesheet's days. They follow from the days at every read,
// so they are right whatever order facts came in. Each date has its own: the sums of a period are
// those of its dates, wherever the period begins.

import { NO_EXTRA_TIME_RULES } from '../roster/extra-time.js';
import type { RuleDate } from '../roster/rule-date.js';
import { toEpochDay } from '../time/local-date.js';
import { findZone } from '../time/zone.js';
import { creditedSecondsOf } from './credit.js';
import type { SheetDay } from './day-parts.js';
import { type OvertimePart, overtimeOf, type WorkDay } from './overtime.js';
import { type PremiumPart, premiumsOf } from './premiums.js';

/** What the rules for overtime and premiums make of a day. */
export interface ExtraTime {
  /** In the order of the rules and their tiers. */
  readonly overtime: readonly OvertimePart[];
  /** In the order of the rules. */
  readonly premiums: readonly PremiumPart[];
  readonly undertimeSeconds: number;
}

/** A day of a timesheet. */
export interface TimesheetDay extends SheetDay {
  readonly extra: ExtraTime;
}

export const NO_EXTRA_TIME: ExtraTime = { overtime: [], premiums: [], undertimeSeconds: 0 };

/** An employee's dates by epoch day. */
export type RuleDates = ReadonlyMap<number, RuleDate>;

/** The dates that rules of a date look at, before and after it. */
export const RULE_DAYS_BEFORE = 6;
export const RULE_DAYS_AFTER = 2;

/**
 * Of each of the days, which are successive dates; worked out when it is asked for, because a year of
 * them is much work. `lead` are up to RULE_DAYS_BEFORE days before them, the whole week if there are
 * weekly rules. `dates` has all of them, two dates before the days and RULE_DAYS_AFTER after them.
 */
export function* extraTimesOf(
  days: readonly SheetDay[],
  lead: readonly SheetDay[],
  dates: RuleDates,
): Generator<ExtraTime> {
  const work = [...lead, ...days].map((each) => workDayOf(each, dates));
  const overtime = overtimeOf(work, lead.length);
  for (const [place, each] of days.entries()) {
    yield extraTimeOf(each, work[lead.length + place] as WorkDay, overtime[place] ?? [], dates);
  }
}

function extraTimeOf(
  each: SheetDay,
  workDay: WorkDay,
  overtime: readonly OvertimePart[],
  dates: RuleDates,
): ExtraTime {
  const { day } = each;
  const rules = workDay.date.rules.premiums;
  const zone = rules.length === 0 ? undefined : findZone(day.timeZone);
  const premiums = zone === undefined ? [] : premiumsOf(rules, day, zone, dates);
  const undertimeSeconds = undertimeOf(each, workDay);
  const isNothing = overtime.length === 0 && premiums.length === 0 && undertimeSeconds === 0;
  return isNothing ? NO_EXTRA_TIME : { overtime, premiums, undertimeSeconds };
}

function workDayOf(each: SheetDay, dates: RuleDates): WorkDay {
  const { date, workedSeconds, plannedSeconds } = each.day;
  const epochDay = toEpochDay(date);
  return {
    date: dates.get(epochDay) ?? plainDate(epochDay),
    workedSeconds,
    expectedSeconds: plannedSeconds - creditedSecondsOf(each),
  };
}

function plainDate(epochDay: number): RuleDate {
  const rules = NO_EXTRA_TIME_RULES;
  return { epochDay, rules, isRostered: false, isDayOff: false, holiday: undefined };
}

/** Missing time of a day that is over, if it is longer than what the policy pardons. */
function undertimeOf({ day }: SheetDay, { date, expectedSeconds }: WorkDay): number {
  const { undertimeToleranceSeconds: pardoned } = date.rules;
  if (pardoned === undefined || !day.final) return 0;
  const missing = expectedSeconds - day.workedSeconds;
  return missing > pardoned ? missing : 0;
}
