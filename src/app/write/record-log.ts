// Records logs of punches that name employees or badges. A badge stands for its owner at the time
// of the punch; a punch without an owner goes into quarantine. The owner is read first and checked
// again under the badge's lock; if it changed meanwhile, this reads it again. So a punch is always
// either recorded or in quarantine, whatever happens at the same time.

import {
  type BadgeOwner,
  type BadgePunch,
  type BadgeStore,
  MAX_QUARANTINED,
  type QuarantineOutcome,
} from '../ports/badges.js';
import { BadgesChanged } from '../ports/fact-writes.js';
import type { PunchFact } from '../ports/facts.js';
import type { FactRecorder, RecordResult } from './record-facts.js';

export type LoggedPunch = PunchFact | BadgePunch;

/** The result of a punch of a log: that of any fact, or that it is in quarantine. */
export type LogResult =
  | RecordResult
  | { readonly quarantine: Extract<QuarantineOutcome, { readonly quarantineId: unknown }> };

/** How often the owners of the badges are read. They rarely change. */
const MAX_TRIES = 5;
const RETRY_AFTER_MS = 500;

/** Returns one result for each, in order. Throws like FactRecorder. */
export async function recordLog(
  badges: BadgeStore,
  writes: FactRecorder,
  punches: readonly LoggedPunch[],
  caller?: AbortSignal,
): Promise<readonly LogResult[]> {
  // Most logs name no badge, and take no extra step.
  if (!punches.some(isOfBadge)) return await writes.record(punches as PunchFact[], caller);
  const results = new Map<LoggedPunch, LogResult>();
  for (let tries = 1; tries <= MAX_TRIES && results.size < punches.length; tries += 1) {
    const open = punches.filter((punch) => !results.has(punch));
    const placed = await place(badges, open, caller);
    for (const { punch, discarded } of placed.discarded) {
      results.set(punch, { quarantine: duplicateOf(discarded) });
    }
    const recorded = await recordOrNot(writes, [...placed.facts.values()], caller);
    if (recorded === undefined) continue;
    for (const [index, punch] of [...placed.facts.keys()].entries()) {
      const result = recorded[index];
      if (result !== undefined) results.set(punch, result);
    }
    if (placed.nobodys.length === 0) continue;
    const kept = await badges.quarantine(placed.nobodys, caller);
    for (const [index, punch] of placed.nobodys.entries()) {
      const outcome = kept[index];
      if (outcome !== undefined) results.set(punch, resultOf(outcome));
    }
  }
  return punches.map((punch) => results.get(punch) ?? STILL_CHANGING);
}

const STILL_CHANGING: LogResult = {
  failure: { kind: 'OVERLOADED', queue: 'changes of badges', retryAfterMs: RETRY_AFTER_MS },
};

function isOfBadge(punch: LoggedPunch): punch is BadgePunch {
  return 'badgeId' in punch;
}

interface Placed {
  /** By the punch that was received. */
  readonly facts: ReadonlyMap<LoggedPunch, PunchFact>;
  readonly nobodys: readonly BadgePunch[];
  readonly discarded: readonly { readonly punch: BadgePunch; readonly discarded: number }[];
}

async function place(
  badges: BadgeStore,
  punches: readonly LoggedPunch[],
  caller: AbortSignal | undefined,
): Promise<Placed> {
  const ofBadges = punches.filter(isOfBadge);
  const owners = ofBadges.length === 0 ? [] : await badges.locate(ofBadges, caller);
  const ownerOf = new Map(ofBadges.map((punch, index) => [punch, owners[index]]));
  const facts = new Map<LoggedPunch, PunchFact>();
  const nobodys: BadgePunch[] = [];
  const discarded: { punch: BadgePunch; discarded: number }[] = [];
  for (const punch of punches) {
    if (!isOfBadge(punch)) {
      facts.set(punch, punch);
      continue;
    }
    const owner = ownerOf.get(punch);
    if (owner === undefined) throw new Error(`badge ${punch.badgeId} was not looked up`);
    if (owner.discarded !== undefined && !punch.restore) {
      discarded.push({ punch, discarded: owner.discarded });
    } else if (owner.employeeId === undefined) nobodys.push(punch);
    else facts.set(punch, factOf(punch, owner.employeeId, owner));
  }
  return { facts, nobodys, discarded };
}

/** Undefined if a badge changed hands meanwhile: nothing was recorded. */
async function recordOrNot(
  writes: FactRecorder,
  facts: readonly PunchFact[],
  caller: AbortSignal | undefined,
): Promise<readonly RecordResult[] | undefined> {
  try {
    return await writes.record(facts, caller);
  } catch (error) {
    if (error instanceof BadgesChanged) return undefined;
    throw error;
  }
}

function factOf(
  { badgeId, ...told }: BadgePunch,
  employeeId: PunchFact['employeeId'],
  { version, discarded }: BadgeOwner,
): PunchFact {
  // A discarded punch is recorded only if it is to be restored. It then leaves quarantine.
  return { ...told, employeeId, badge: { badgeId, version, quarantineId: discarded } };
}

function duplicateOf(quarantineId: number) {
  return { kind: 'DUPLICATE', quarantineId, discarded: true } as const;
}

function resultOf(outcome: Exclude<QuarantineOutcome, undefined>): LogResult {
  if (outcome.kind !== 'FULL') return { quarantine: outcome };
  return { failure: { kind: 'QUARANTINE_FULL', maxPunches: MAX_QUARANTINED } };
}
