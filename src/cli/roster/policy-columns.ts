// The columns of a policy in a roster file. Those of its work rules are the same as a shift's.

import type { OffShiftRules, Policy } from '../../client/index.js';
import {
  DateAttribution,
  OffShiftRulesSchema,
  Weekday,
  WorkRulesSchema,
} from '../../client/index.js';
import {
  overtimeText,
  parseOvertime,
  parsePremiums,
  parseWeekday,
  premiumsText,
  weekdayText,
} from './extra-time/extra-time-notation.js';
import { parseCount, parseGroups } from './roster-notation.js';
import { parseName } from './row-cells.js';
import {
  type Column,
  column,
  fieldsOf,
  LENGTH,
  oneOf,
  prefixed,
  SHIFT_WORK_COLUMNS,
  TIME_OF_DAY,
  under,
  WORK_COLUMNS,
  YES,
} from './shift-columns.js';

const ofPolicy = fieldsOf<Policy>();
const ofOffShift = fieldsOf<OffShiftRules>();

const NAME = { read: parseName, write: String };
const GROUPS = { read: parseGroups, write: (ids: readonly string[]) => ids.join(' ') };
const DAYS = { read: parseCount, write: String };
const ATTRIBUTION = oneOf<DateAttribution>([
  ...['start-date', 'end-date', 'most-worked-date', 'split-at-midnight'],
]);

const OVERTIME = { read: parseOvertime, write: overtimeText };
const PREMIUMS = { read: parsePremiums, write: premiumsText };
/** The service says Monday as it is when not given. */
const WEEK_START = {
  read: (text: string) => {
    const weekday = parseWeekday(text);
    return weekday === Weekday.MONDAY ? Weekday.UNSPECIFIED : weekday;
  },
  write: weekdayText,
};

const OFF_SHIFT_COLUMNS: readonly Column<OffShiftRules>[] = [
  column('gap', ofOffShift('newStretchGap'), LENGTH),
  column('max_length', ofOffShift('maxLength'), LENGTH),
  column('attribution', ofOffShift('attribution', DateAttribution.UNSPECIFIED), ATTRIBUTION),
  column('day_start', ofOffShift('dayStart', ''), TIME_OF_DAY),
  ...under('workRules', WorkRulesSchema, WORK_COLUMNS),
];

/** The rules of a policy. */
export const POLICY_RULE_COLUMNS: readonly Column<Policy>[] = [
  ...under('workRules', WorkRulesSchema, SHIFT_WORK_COLUMNS),
  ...under('offShiftRules', OffShiftRulesSchema, prefixed('off_shift_', OFF_SHIFT_COLUMNS)),
  column('overtime', ofPolicy('overtimeRules', []), OVERTIME),
  column('premiums', ofPolicy('premiumRules', []), PREMIUMS),
  column('week_start', ofPolicy('weekStart', Weekday.UNSPECIFIED), WEEK_START),
  column('undertime_tolerance', ofPolicy('undertimeTolerance'), LENGTH),
];

/** In the order of an export. */
export const POLICY_COLUMNS: readonly Column<Policy>[] = [
  column('name', ofPolicy('policyName', ''), NAME),
  column('groups', ofPolicy('groupIds', []), GROUPS),
  column('default', ofPolicy('isDefault', false), YES),
  column('max_command_age_days', ofPolicy('maxCommandAgeDays', 0), DAYS),
  column('refuse_outside_geofence', ofPolicy('refuseOutsideGeofence', false), YES),
  ...POLICY_RULE_COLUMNS,
];
