// Commands on policies: set one from a date on, or delete it. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { FieldViolation } from '../../domain/facts/errors.js';
import { checkBesideOthers, policyConflicts } from '../../domain/roster/check-policy.js';
import { lastDayOf, type Policies, type PolicyVersion } from '../../domain/roster/policy.js';
import { byFromDay } from '../../domain/roster/roster.js';
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

/** The most conflicts that a message lists: a policy may be followed by hundreds of groups. */
const MAX_CONFLICTS_TOLD = 3;

/** The change id of a policy without a change, for etags. */
const NEVER = 0;

export function changePolicy(
  command: CommandOf<'SET_POLICY' | 'DELETE_POLICY'>,
  view: RosterChangeView,
): RosterDecision {
  return command.kind === 'SET_POLICY' ? setPolicy(command, view) : deletePolicy(command, view);
}

/** The policies with one version added or replaced. Throws INVALID_FIELDS. */
export function policiesWith(version: PolicyVersion, policies: Policies): Policies {
  const { policyId } = version.policy;
  const before = policies.get(policyId) ?? [];
  const versions = withVersion(before, version);
  refuseIfAny([
    ...checkBesideOthers(version, versions, policies, 'policy'),
    ...checkCounts(before, versions, policies),
  ]);
  return new Map(policies).set(policyId, versions);
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
  const after = policiesWith(version, roster.policies).get(policyId) ?? [];
  const policy: PolicyRecord = {
    policyId,
    versions: after,
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

function deletePolicy(
  { policyId, fromDay, etag }: CommandOf<'DELETE_POLICY'>,
  { policy: before, roster }: RosterChangeView,
): RosterDecision {
  if (before === undefined) throw rosterNotFound('policy', policyId);
  const { versions } = before;
  const isMeant = (version: PolicyVersion) => fromDay === undefined || version.fromDay === fromDay;
  if (!versions.some(isMeant)) throw rosterNotFound('policy', policyId, fromDay);
  checkRosterEtag(etag, before.changeId, 'policy', policyId);
  const left = versions.filter((version) => !isMeant(version));
  const held = left.findLast((version) => version.fromDay < (fromDay ?? -Infinity));
  if (held !== undefined) refuseIfAny(checkHoldingOn(held, left, roster.policies));
  return {
    answer: { kind: 'POLICY', policy: before },
    edit: {
      kind: 'POLICY',
      policyId,
      replaced: versions.filter(isMeant).map((version) => version.fromDay),
      version: undefined,
    },
    dates: fromDay === undefined ? ALL_DATES : datesFrom(versions, fromDay),
    concernsDays: true,
  };
}

/**
 * Checks the version before a deleted one: it continues in its place, beside the other policies.
 */
function checkHoldingOn(
  held: PolicyVersion,
  left: readonly PolicyVersion[],
  policies: Policies,
): FieldViolation[] {
  const conflicts = policyConflicts(held, left, policies).map(({ text }) => text);
  if (conflicts.length === 0) return [];
  const description =
    'must be of a version whose predecessor can hold on in its place, but ' +
    `${conflicts.slice(0, MAX_CONFLICTS_TOLD).join(', and ')}: change that first`;
  return [{ field: 'effective_date', reason: 'PREDECESSOR_CONFLICTS', description }];
}

/** From a version's first date until the day before the next version. */
function datesFrom(versions: readonly PolicyVersion[], fromDay: number): DayRange {
  return { firstDay: fromDay, lastDay: lastDayOf(versions, fromDay) };
}

function checkCounts(
  before: readonly PolicyVersion[],
  after: readonly PolicyVersion[],
  policies: Policies,
): FieldViolation[] {
  if (before.length === 0 && policies.size >= MAX_POLICIES) {
    const description = `must not bring the policies above ${MAX_POLICIES}: delete one, or add a version to one`;
    return [{ field: 'policy.policy_id', reason: 'TOO_MANY_POLICIES', description }];
  }
  if (after.length <= MAX_POLICY_VERSIONS) return [];
  const description = `must not bring the policy above ${MAX_POLICY_VERSIONS} versions: replace one`;
  return [{ field: 'policy.effective_date', reason: 'TOO_MANY_VERSIONS', description }];
}
