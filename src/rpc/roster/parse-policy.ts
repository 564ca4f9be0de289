// Parses policies. The rules in the proto have checked the form of every field; checkPolicy checks the
// rest.

import type { Policy as WirePolicy } from '../../../gen/attendance/v1/roster_pb.js';
import type { Policy } from '../../domain/roster/policy.js';
import { parseExtraTime } from './parse-extra-time.js';
import { parseOffShiftRules, parseWorkRules } from './parse-shift.js';

export function parsePolicy(message: WirePolicy): Policy {
  const { policyId, policyName, groupIds, isDefault, offShiftRules, workRules } = message;
  return {
    policyId,
    name: policyName.trim(),
    groupIds,
    isDefault,
    offShift: parseOffShiftRules(offShiftRules),
    work: workRules && parseWorkRules(workRules),
    maxCommandAgeDays: message.maxCommandAgeDays,
    refusesOutsideGeofence: message.refuseOutsideGeofence,
    extraTime: parseExtraTime(message),
  };
}
