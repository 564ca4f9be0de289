// Turns rules for overtime and premiums into messages.

import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  OvertimeRuleSchema,
  OvertimeTierSchema,
  PremiumRuleSchema,
  RuleDatesSchema,
  type OvertimeBasis as WireBasis,
  type RuleDates as WireDates,
  type OvertimeRule as WireOvertime,
  type PremiumRule as WirePremium,
  type OvertimeTier as WireTier,
} from '../../../gen/attendance/v1/extra_time_pb.js';
import type { PolicySchema } from '../../../gen/attendance/v1/roster_pb.js';
import {
  type ExtraTimeRules,
  NO_EXTRA_TIME_RULES,
  OVERTIME_BASES,
  type OvertimeRule,
  type OvertimeTier,
  type PremiumRule,
  type RuleDates,
} from '../../domain/roster/extra-time.js';
import { timeOfDayText } from '../../domain/time/duration-text.js';
import { emptyMessagesOf } from '../edge/empty-message.js';
import { durationOf } from '../edge/instants.js';

/**
 * The fields of a policy. Monday is said as it is when not given. Messages are made field by field: a
 * policy has thousands of them, and with computed names it took three times as long.
 */
export function extraTimeFields(rules: ExtraTimeRules): MessageInitShape<typeof PolicySchema> {
  const { overtime, premiums, weekStart, undertimeToleranceSeconds: pardoned } = rules;
  return {
    overtimeRules: overtime.map(toOvertimeRule),
    premiumRules: premiums.map(toPremiumRule),
    weekStart: weekStart === NO_EXTRA_TIME_RULES.weekStart ? 0 : weekStart,
    ...(pardoned === undefined ? {} : { undertimeTolerance: durationOf(pardoned) }),
  };
}

const emptyOvertime = emptyMessagesOf(OvertimeRuleSchema);
const emptyTier = emptyMessagesOf(OvertimeTierSchema);
const emptyPremium = emptyMessagesOf(PremiumRuleSchema);
const emptyDates = emptyMessagesOf(RuleDatesSchema);

function toOvertimeRule(rule: OvertimeRule): WireOvertime {
  const message = emptyOvertime();
  message.ruleId = rule.ruleId;
  message.basis = (OVERTIME_BASES.indexOf(rule.basis) + 1) as WireBasis;
  if (rule.afterSeconds !== undefined) message.after = durationOf(rule.afterSeconds);
  if (isSome(rule.dates)) message.dates = toDates(rule.dates);
  if (rule.toleranceSeconds !== 0) message.tolerance = durationOf(rule.toleranceSeconds);
  if (rule.blockSeconds !== 0) message.block = durationOf(rule.blockSeconds);
  if (rule.limitSeconds !== 0) message.limit = durationOf(rule.limitSeconds);
  message.tiers = rule.tiers.map(toTier);
  return message;
}

function toTier({ label, lengthSeconds, percent }: OvertimeTier): WireTier {
  const message = emptyTier();
  message.label = label;
  if (lengthSeconds !== undefined) message.length = durationOf(lengthSeconds);
  message.percent = percent;
  return message;
}

function toPremiumRule({ ruleId, percent, dates, window, isAdded }: PremiumRule): WirePremium {
  const message = emptyPremium();
  message.ruleId = ruleId;
  message.percent = percent;
  if (isSome(dates)) message.dates = toDates(dates);
  if (window !== undefined) {
    message.startTimeOfDay = timeOfDayText(window.startSecond);
    message.endTimeOfDay = timeOfDayText(window.endSecond);
  }
  message.added = isAdded;
  return message;
}

/** Whether it is not every date. */
function isSome({ weekdays, holidays, daysOff }: RuleDates): boolean {
  return weekdays.length > 0 || holidays || daysOff;
}

function toDates({ weekdays, holidays, daysOff }: RuleDates): WireDates {
  const message = emptyDates();
  message.weekdays = [...weekdays];
  message.holidays = holidays;
  message.daysOff = daysOff;
  return message;
}
