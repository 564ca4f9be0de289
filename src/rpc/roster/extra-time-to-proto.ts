// Turns rules for overtime and premiums into messages.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  OvertimeRuleSchema,
  PremiumRuleSchema,
  RuleDatesSchema,
  type OvertimeBasis as WireBasis,
} from '../../../gen/attendance/v1/extra_time_pb.js';
import type { PolicySchema } from '../../../gen/attendance/v1/roster_pb.js';
import {
  type ExtraTimeRules,
  NO_EXTRA_TIME_RULES,
  OVERTIME_BASES,
  type OvertimeRule,
  type PremiumRule,
  type RuleDates,
} from '../../domain/roster/extra-time.js';
import { timeOfDayText } from '../../domain/time/duration-text.js';
import { durationOf } from '../edge/instants.js';

/** The fields of a policy. Monday is said as it is when not given. */
export function extraTimeFields(rules: ExtraTimeRules): MessageInitShape<typeof PolicySchema> {
  const { overtime, premiums, weekStart, undertimeToleranceSeconds: pardoned } = rules;
  return {
    overtimeRules: overtime.map(toOvertimeRule),
    premiumRules: premiums.map(toPremiumRule),
    weekStart: weekStart === NO_EXTRA_TIME_RULES.weekStart ? 0 : weekStart,
    ...(pardoned === undefined ? {} : { undertimeTolerance: durationOf(pardoned) }),
  };
}

function toOvertimeRule(rule: OvertimeRule) {
  const { ruleId, basis, afterSeconds, dates, tiers } = rule;
  return create(OvertimeRuleSchema, {
    ruleId,
    basis: (OVERTIME_BASES.indexOf(basis) + 1) as WireBasis,
    ...(afterSeconds === undefined ? {} : { after: durationOf(afterSeconds) }),
    ...datesField(dates),
    ...(rule.toleranceSeconds === 0 ? {} : { tolerance: durationOf(rule.toleranceSeconds) }),
    ...(rule.blockSeconds === 0 ? {} : { block: durationOf(rule.blockSeconds) }),
    ...(rule.limitSeconds === 0 ? {} : { limit: durationOf(rule.limitSeconds) }),
    tiers: tiers.map(({ label, lengthSeconds, percent }) => ({
      label,
      ...(lengthSeconds === undefined ? {} : { length: durationOf(lengthSeconds) }),
      percent,
    })),
  });
}

function toPremiumRule({ ruleId, percent, dates, window, isAdded }: PremiumRule) {
  return create(PremiumRuleSchema, {
    ruleId,
    percent,
    ...datesField(dates),
    startTimeOfDay: window === undefined ? '' : timeOfDayText(window.startSecond),
    endTimeOfDay: window === undefined ? '' : timeOfDayText(window.endSecond),
    added: isAdded,
  });
}

/** Absent for every date. */
function datesField({ weekdays, holidays, daysOff }: RuleDates) {
  if (weekdays.length === 0 && !holidays && !daysOff) return {};
  return { dates: create(RuleDatesSchema, { weekdays: [...weekdays], holidays, daysOff }) };
}
