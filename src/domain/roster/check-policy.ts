// Refuses a policy that cannot be meant, alone or beside others: each violation names the field.

import type { FieldViolation } from '../facts/errors.js';
import { fromEpochDay } from '../time/local-date.js';
import { checkOffShiftRules } from './check-shift.js';
import { checkWorkRules } from './check-work-rules.js';
import { lastDayOf, type Policies, type Policy, type PolicyVersion } from './policy.js';

/** What is wrong with a policy alone; `path` leads to it. */
export function checkPolicy({ offShift, work }: Policy, path: string): FieldViolation[] {
  return [
    ...checkOffShiftRules(offShift, `${path}.off_shift_rules`),
    ...(work === undefined ? [] : checkWorkRules(work, `${path}.work_rules`)),
  ];
}

/**
 * A group follows one policy at a time, and one policy at a time is the default. `path` leads to the
 * version, which is in force among `versions` of its own policy.
 */
export function checkBesideOthers(
  version: PolicyVersion,
  versions: readonly PolicyVersion[],
  policies: Policies,
  path: string,
): FieldViolation[] {
  const { groupIds, isDefault } = version.policy;
  const violations: FieldViolation[] = [];
  for (const other of othersInForce(version, versions, policies)) {
    groupIds.forEach((groupId, index) => {
      if (!other.policy.groupIds.includes(groupId)) return;
      const description = `must be groups without another policy: ${groupId} follows ${textOf(other)}; take it out there first`;
      violations.push({
        field: `${path}.group_ids[${index}]`,
        reason: 'GROUP_HAS_POLICY',
        description,
      });
    });
    if (!isDefault || !other.policy.isDefault) continue;
    const description = `must be false while another policy is the default: ${textOf(other)} is; change that first`;
    violations.push({
      field: `${path}.is_default`,
      reason: 'DEFAULT_POLICY_EXISTS',
      description,
    });
  }
  return violations;
}

/** Versions of other policies that are in force on some date on which this one is. */
function othersInForce(
  { fromDay, policy: { policyId } }: PolicyVersion,
  versions: readonly PolicyVersion[],
  policies: Policies,
): PolicyVersion[] {
  const lastDay = lastDayOf(versions, fromDay);
  return [...policies].flatMap(([otherId, others]) =>
    otherId === policyId
      ? []
      : others.filter(
          (other) => other.fromDay <= lastDay && fromDay <= lastDayOf(others, other.fromDay),
        ),
  );
}

function textOf({ fromDay, policy }: PolicyVersion): string {
  const since = fromDay === -Infinity ? '' : ` from ${fromEpochDay(fromDay)} on`;
  return `policy ${policy.policyId}${since}`;
}
