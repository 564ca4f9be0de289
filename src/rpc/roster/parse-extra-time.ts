// Parses the rules of a policy for overtime and premiums. The rules in the proto have checked the form
// of every field; checkExtraTime checks the rest.

import type {
  OvertimeBasis as WireBasis,
  RuleDates as WireDates,
  OvertimeRule as WireOvertime,
  PremiumRule as WirePremium,
  OvertimeTier as WireTier,
  Weekday as WireWeekday,
} from '../../../gen/attendance/v1/extra_time_pb.js';
import type { Policy as WirePolicy } from '../../../gen/attendance/v1/roster_pb.js';
import {
  EVERY_DATE,
  type ExtraTimeRules,
  OVERTIME_BASES,
  type OvertimeBasis,
  type OvertimeRule,
  type OvertimeTier,
  type PremiumRule,
  type RuleDates,
  type Weekday,
} from '../../domain/roster/extra-time.js';
import { lengthOf, parseTimes } from './parse-shift.js';

export function parseExtraTime(message: WirePolicy): ExtraTimeRules {
  const { overtimeRules, premiumRules, weekStart, undertimeTolerance } = message;
  return {
    overtime: overtimeRules.map(parseOvertime),
    premiums: premiumRules.map(parsePremium),
    weekStart: weekStart === 0 ? 1 : weekdayOf(weekStart),
    undertimeToleranceSeconds: optionalLength(undertimeTolerance),
  };
}

function parseOvertime(message: WireOvertime): OvertimeRule {
  return {
    ruleId: message.ruleId,
    basis: basisOf(message.basis),
    afterSeconds: optionalLength(message.after),
    dates: parseDates(message.dates),
    toleranceSeconds: lengthOf(message.tolerance),
    blockSeconds: lengthOf(message.block),
    limitSeconds: lengthOf(message.limit),
    tiers: message.tiers.map(parseTier),
  };
}

function parseTier({ label, length, percent }: WireTier): OvertimeTier {
  return { label, lengthSeconds: optionalLength(length), percent };
}

function parsePremium(message: WirePremium): PremiumRule {
  const { ruleId, percent, dates, startTimeOfDay, endTimeOfDay, added } = message;
  return {
    ruleId,
    percent,
    dates: parseDates(dates),
    window: parseTimes(startTimeOfDay, endTimeOfDay),
    isAdded: added,
  };
}

function parseDates(message: WireDates | undefined): RuleDates {
  if (message === undefined) return EVERY_DATE;
  const { weekdays, holidays, daysOff } = message;
  return { weekdays: weekdays.map(weekdayOf), holidays, daysOff };
}

function optionalLength(length: Parameters<typeof lengthOf>[0]): number | undefined {
  return length === undefined ? undefined : lengthOf(length);
}

/** The contract counts from Monday too. */
function weekdayOf(value: WireWeekday): Weekday {
  if (value === 0) throw new RangeError('no rule of the proto refused a day of the week');
  return value as number as Weekday;
}

function basisOf(value: WireBasis): OvertimeBasis {
  const basis = OVERTIME_BASES[value - 1];
  if (basis === undefined) throw new RangeError('no rule of the proto refused a basis of overtime');
  return basis;
}
