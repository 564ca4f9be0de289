// Refuses a policy that is invalid, alone or beside others. Each violation names the field.

import type { FieldViolation } from '../facts/errors.js';
import { fromEpochDay } from '../time/local-date.js';
import { checkExtraTime } from './check-extra-time.js';
import { checkOffShiftRules } from './check-shift.js';
import { checkWorkRules } from './check-work-rules.js';
import { lastDayOf, type Policies, type Policy, type PolicyVersion } from './policy.js';

/** The violations of a policy alone. `path` leads to it. */
export function checkPolicy({ offShift, work, extraTime }: Policy, path: string): FieldViolation[] {
  return [
    ...checkOffShiftRules(offShift, `${path}.off_shift_rules`),
    ...(work === undefined ? [] : checkWorkRules(work, `${path}.work_rules`)),
    ...checkExtraTime(extraTime, path),
  ];
}

/** Why a version cannot be in force beside another policy. */
export interface PolicyConflict {
  /** The index of the group that both policies have; undefined: both are the default. */
  readonly groupIndex: number | undefined;
  /** The other side of the conflict, in words. */
  readonly text: string;
}

/**
 * The conflicts of a version, which is in force among the `versions` of its own policy. A group
 * follows one policy at a time, and one policy at a time is the default.
 */
export function policyConflicts(
  version: PolicyVersion,
  versions: readonly PolicyVersion[],
  policies: Policies,
): PolicyConflict[] {
  const { groupIds, isDefault } = version.policy;
  return othersInForce(version, versions, policies).flatMap((other) => {
    const name = nameOf(other);
    const ofGroups = groupIds.flatMap((groupId, groupIndex) =>
      other.policy.groupIds.includes(groupId)
        ? { groupIndex, text: `${groupId} follows ${name}` }
        : [],
    );
    const isSecondDefault = isDefault && other.policy.isDefault;
    const ofDefault = { groupIndex: undefined, text: `${name} is the default` };
    return isSecondDefault ? [...ofGroups, ofDefault] : ofGroups;
  });
}

/** The same conflicts as violations. `path` leads to the version. */
export function checkBesideOthers(
  version: PolicyVersion,
  versions: readonly PolicyVersion[],
  policies: Policies,
  path: string,
): FieldViolation[] {
  return policyConflicts(version, versions, policies).map(({ groupIndex, text }) =>
    groupIndex === undefined
      ? {
          field: `${path}.is_default`,
          reason: 'DEFAULT_POLICY_EXISTS',
          description: `must be false while another policy is the default: ${text}; change that first`,
        }
      : {
          field: `${path}.group_ids[${groupIndex}]`,
          reason: 'GROUP_HAS_POLICY',
          description: `must be groups without another policy: ${text}; take it out there first`,
        },
  );
}

/** Versions of other policies that are in force together with this one on some date. */
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

function nameOf({ fromDay, policy }: PolicyVersion): string {
  const since = fromDay === -Infinity ? '' : ` from ${fromEpochDay(fromDay)} on`;
  return `policy ${policy.policyId}${since}`;
}
