// Policies: rules that are not a single shift's, and who follows them. They say how work outside
// shifts counts, and how shifts without work rules of their own count. Pure.

import type { ExtraTimeRules } from './extra-time.js';
import type { OffShiftRules, WorkRules } from './shift.js';

/** One version of a policy. */
export interface Policy {
  /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
  readonly policyId: string;
  /** For people; may be empty. */
  readonly name: string;
  /** Employees of these groups follow it, unless they have a policy of their own. */
  readonly groupIds: readonly string[];
  /** Whether all employees without another policy follow it. */
  readonly isDefault: boolean;
  readonly offShift: OffShiftRules;
  /** For shifts without work rules of their own; undefined: the plain rules. */
  readonly work: WorkRules | undefined;
  /** How old the time of a command may be, in days, 1 to 366; 0: the deployment's limit. */
  readonly maxCommandAgeDays: number;
  /** Whether commands from outside their shift's geofence are refused. */
  readonly refusesOutsideGeofence: boolean;
  /** Overtime and premiums, in timesheets. */
  readonly extraTime: ExtraTimeRules;
}

/** A policy from a date on. */
export interface PolicyVersion {
  /** The first date of this version; -Infinity: from the beginning. */
  readonly fromDay: number;
  readonly policy: Policy;
}

/** By policy id; each policy's versions by `fromDay`, at least one. */
export type Policies = ReadonlyMap<string, readonly PolicyVersion[]>;

/** The last date of the version that begins on a date: the day before the next version. */
export function lastDayOf(versions: readonly PolicyVersion[], fromDay: number): number {
  return (versions.find((other) => other.fromDay > fromDay)?.fromDay ?? Infinity) - 1;
}

/** An employee's own policy from a date on. */
export interface PolicyStart {
  readonly fromDay: number;
  /** Undefined: none from then on, so that the group's policy or the default counts. */
  readonly policyId: string | undefined;
}

/** Why an employee follows a policy. */
export const POLICY_SOURCES = ['EMPLOYEE', 'GROUP', 'DEFAULT'] as const;
export type PolicySource = (typeof POLICY_SOURCES)[number];

/** A policy that an employee follows. */
export interface FollowedPolicy {
  readonly policy: Policy;
  readonly source: PolicySource;
}

/** The policy that an employee follows from a date on. */
export interface PolicyStep {
  readonly fromDay: number;
  /** Undefined: no policy. */
  readonly followed: FollowedPolicy | undefined;
}

/** The employee whose policies are wanted. */
export interface PolicyFollower {
  /** Empty: none. */
  readonly groupId: string;
  /** By `fromDay`. */
  readonly policies: readonly PolicyStart[];
}

const NO_STEPS: readonly PolicyStep[] = [{ fromDay: -Infinity, followed: undefined }];

/** The policies that an employee follows, by date. The first step is from the beginning. */
export function policySteps(policies: Policies, follower: PolicyFollower): readonly PolicyStep[] {
  if (policies.size === 0) return NO_STEPS;
  const candidates = candidatesOf(policies, follower);
  const days = new Set([-Infinity]);
  for (const { fromDay } of follower.policies) days.add(fromDay);
  for (const id of candidates) for (const { fromDay } of policies.get(id) ?? []) days.add(fromDay);
  const steps: PolicyStep[] = [];
  for (const fromDay of [...days].sort((a, b) => (a < b ? -1 : 1))) {
    const followed = followedOn(policies, candidates, follower, fromDay);
    const before = steps.at(-1)?.followed;
    const isSame = before?.policy === followed?.policy && before?.source === followed?.source;
    if (steps.length === 0 || !isSame) steps.push({ fromDay, followed });
  }
  return steps;
}

function followedOn(
  policies: Policies,
  candidates: readonly string[],
  { groupId, policies: own }: PolicyFollower,
  day: number,
): FollowedPolicy | undefined {
  const ownId = own.findLast(({ fromDay }) => fromDay <= day)?.policyId;
  const ownPolicy = ownId === undefined ? undefined : policyOn(policies, ownId, day);
  if (ownPolicy !== undefined) return { policy: ownPolicy, source: 'EMPLOYEE' };
  const inForce = candidates.flatMap((id) => policyOn(policies, id, day) ?? []);
  const ofGroup = inForce.find((policy) => groupId !== '' && policy.groupIds.includes(groupId));
  if (ofGroup !== undefined) return { policy: ofGroup, source: 'GROUP' };
  const usual = inForce.find(({ isDefault }) => isDefault);
  return usual && { policy: usual, source: 'DEFAULT' };
}

function policyOn(policies: Policies, policyId: string, day: number): Policy | undefined {
  return policies.get(policyId)?.findLast(({ fromDay }) => fromDay <= day)?.policy;
}

/** Sorted ids of the policies that the employee can follow on some date. */
function candidatesOf(policies: Policies, { groupId, policies: own }: PolicyFollower) {
  const { byGroup, usual } = readersOf(policies);
  const ownIds = own.flatMap(({ policyId }) => policyId ?? []);
  return [...new Set([...ownIds, ...(byGroup.get(groupId) ?? []), ...usual])].sort();
}

/** The policies of groups and the defaults, on any date. */
interface Readers {
  readonly byGroup: ReadonlyMap<string, readonly string[]>;
  readonly usual: readonly string[];
}

/** Rosters never change and many plans share them, so each is examined once. */
const readers = new WeakMap<Policies, Readers>();

function readersOf(policies: Policies): Readers {
  const known = readers.get(policies);
  if (known !== undefined) return known;
  const byGroup = new Map<string, string[]>();
  const usual: string[] = [];
  for (const [id, versions] of policies) {
    const groupIds = new Set(versions.flatMap(({ policy }) => policy.groupIds));
    for (const groupId of groupIds) {
      const ids = byGroup.get(groupId);
      if (ids === undefined) byGroup.set(groupId, [id]);
      else ids.push(id);
    }
    if (versions.some(({ policy }) => policy.isDefault)) usual.push(id);
  }
  const found = { byGroup, usual };
  readers.set(policies, found);
  return found;
}
