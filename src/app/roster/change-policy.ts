// Commands on policies: set from a date on, taken back. Pure.

import { isDeepStrictEqual } from 'node:util';
import { type FieldViolation, invalidField } from '../../domain/facts/errors.js';
import { checkPolicy } from '../../domain/roster/check-policy.js';
import type { Policies, PolicyVersion } from '../../domain/roster/policy.js';
import { byFromDay } from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { PolicyRecord, RosterCommand } from '../ports/roster-ports.js';
import { checkRosterEtag, refuseIfAny, rosterNotFound } from './roster-checks.js';
import { ALL_DATES, type DayRange } from './roster-conflicts.js';
import {
  MAX_POLICIES,
  MAX_POLICY_VERSIONS,
  type RosterChangeView,
  type RosterDecision,
} from './roster-decision.js';

type CommandOf<K extends RosterCommand['kind']> = Extract<RosterCommand, { kind: K }>;

/** The change that a policy without any has, for etags. */
const NEVER = 0;

export function changePolicy(
  command: CommandOf<'SET_POLICY' | 'DELETE_POLICY'>,
  view: RosterChangeView,
): RosterDecision {
  if (command.kind === 'SET_POLICY') return setPolicy(command, view);
  const { policyId, fromDay } = command;
  const before = view.policy;
  const replaced = (before?.versions ?? [])
    .map((version) => version.fromDay)
    .filter((day) => fromDay === undefined || day === fromDay);
  if (before === undefined || replaced.length === 0) throw rosterNotFound('policy', policyId);
  checkRosterEtag(command.etag, before.changeId, 'policy', policyId);
  return {
    answer: { kind: 'POLICY', policy: before },
    edit: { kind: 'POLICY', policyId, replaced, version: undefined },
    dates: fromDay === undefined ? ALL_DATES : datesFrom(before.versions, fromDay),
    concernsDays: true,
  };
}

/** The policies with one more version, or another in its place. Throws INVALID_FIELDS. */
export function policiesWith(version: PolicyVersion, policies: Policies): Policies {
  const { policyId } = version.policy;
  const versions = policies.get(policyId) ?? [];
  refuseIfAny(checkAlone(version, datesFrom(versions, version.fromDay), policies));
  return new Map(policies).set(policyId, withVersion(versions, version));
}

function withVersion(
  versions: readonly PolicyVersion[],
  version: PolicyVersion,
): readonly PolicyVersion[] {
  const others = versions.filter(({ fromDay }) => fromDay !== version.fromDay);
  return [...others, version].sort(byFromDay);
}

function setPolicy(
  { version, etag }: CommandOf<'SET_POLICY'>,
  view: RosterChangeView,
): RosterDecision {
  const { policyId } = version.policy;
  const { policy: before, roster, changeId } = view;
  checkRosterEtag(etag, before?.changeId ?? NEVER, 'policy', policyId);
  const versions = before?.versions ?? [];
  const old = versions.find(({ fromDay }) => fromDay === version.fromDay);
  const dates = datesFrom(versions, version.fromDay);
  if (before !== undefined && isDeepStrictEqual(old, version)) {
    return {
      answer: { kind: 'POLICY', policy: before },
      edit: undefined,
      dates,
      concernsDays: false,
    };
  }
  refuseIfAny([
    ...checkPolicy(version.policy, 'policy'),
    ...checkAlone(version, dates, roster.policies),
    ...checkCounts(versions, old, roster.policies),
  ]);
  const policy: PolicyRecord = {
    policyId,
    versions: withVersion(versions, version),
    changeId,
    updatedAt: undefined,
  };
  const replaced = old === undefined ? [] : [old.fromDay];
  return {
    answer: { kind: 'POLICY', policy },
    edit: { kind: 'POLICY', policyId, replaced, version },
    dates,
    concernsDays: true,
  };
}

/** From a version's first date until the day before the next version. */
function datesFrom(versions: readonly PolicyVersion[], fromDay: number): DayRange {
  const next = versions.find((other) => other.fromDay > fromDay);
  return { firstDay: fromDay, lastDay: (next?.fromDay ?? Infinity) - 1 };
}

function checkCounts(
  versions: readonly PolicyVersion[],
  old: PolicyVersion | undefined,
  policies: Policies,
): FieldViolation[] {
  if (versions.length === 0 && policies.size >= MAX_POLICIES) {
    const description = `must not bring the policies above ${MAX_POLICIES}: delete one, or add a version to one`;
    throw invalidField('policy.policy_id', 'TOO_MANY_POLICIES', description);
  }
  if (old !== undefined || versions.length < MAX_POLICY_VERSIONS) return [];
  const description = `must not bring the policy above ${MAX_POLICY_VERSIONS} versions: replace one`;
  return [{ field: 'policy.effective_date', reason: 'TOO_MANY_VERSIONS', description }];
}

/** A group follows one policy at a time, and one policy at a time is the default. */
function checkAlone(
  { policy }: PolicyVersion,
  dates: DayRange,
  policies: Policies,
): FieldViolation[] {
  const violations: FieldViolation[] = [];
  for (const [policyId, versions] of policies) {
    if (policyId === policy.policyId) continue;
    for (const version of versions) {
      const { firstDay, lastDay } = datesFrom(versions, version.fromDay);
      if (firstDay > dates.lastDay || lastDay < dates.firstDay) continue;
      const other = otherText(version);
      const { groupIds, isDefault } = version.policy;
      policy.groupIds.forEach((groupId, index) => {
        if (!groupIds.includes(groupId)) return;
        const description = `must be groups without another policy: ${groupId} follows ${other}; take it out there first`;
        const field = `policy.group_ids[${index}]`;
        violations.push({ field, reason: 'GROUP_HAS_POLICY', description });
      });
      if (!isDefault || !policy.isDefault) continue;
      const description = `must be false while another policy is the default: ${other} is; change that first`;
      violations.push({ field: 'policy.is_default', reason: 'DEFAULT_POLICY_EXISTS', description });
    }
  }
  return violations;
}

function otherText({ fromDay, policy }: PolicyVersion): string {
  const since = fromDay === -Infinity ? '' : ` from ${fromEpochDay(fromDay)} on`;
  return `policy ${policy.policyId}${since}`;
}
