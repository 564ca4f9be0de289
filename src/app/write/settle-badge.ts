// Makes a badge's punches follow its assignments. Punches of an employee whose badge it was not are
// voided and go back to quarantine; punches in quarantine are recorded for the badge's owner. Steps
// are bounded, and each transaction moves all of its punches or none, so a step that is cut off, or
// done twice by two instances, moves no punch twice. The only state is the punches themselves and
// the version of the badge that they follow.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { Instant } from '../../domain/time/time.js';
import type { BadgeStore, BadgeWork } from '../ports/badges.js';
import { BadgesChanged } from '../ports/fact-writes.js';
import { NO_PAYLOAD_HASH, type PunchFact, type VoidFact } from '../ports/facts.js';
import type { FactRecorder } from './record-facts.js';

/** The most punches that one step moves. */
export const MAX_MOVED_PER_STEP = 250;

/** The most punches of one void. Their days are derived in one turn. */
const MAX_PUNCHES_PER_VOID = 100;

/** The most steps while the caller of a change waits. */
export const STEPS_PER_CALL = 4;

/**
 * Returns whether it is settled; false after `maxSteps` steps, or if other processes are at work.
 */
export async function settleBadge(
  badges: BadgeStore,
  writes: FactRecorder,
  badgeId: string,
  options: { readonly maxSteps: number; readonly now: Instant; readonly signal?: AbortSignal },
): Promise<boolean> {
  const { maxSteps, now, signal } = options;
  for (let steps = 0; steps <= maxSteps; steps += 1) {
    const work = await badges.readWork(badgeId, MAX_MOVED_PER_STEP, signal);
    if (work === undefined) return true;
    if (work.astray.length === 0 && work.due.length === 0) {
      await badges.markSettled(badgeId, work.version);
      continue;
    }
    if (steps >= maxSteps) return false;
    try {
      // First the voids, so that another employee can get the punches afterwards.
      const facts = work.astray.length > 0 ? voidsOf(badgeId, work, now) : duesOf(badgeId, work);
      for (const { failure } of await writes.record(facts, signal)) {
        // A refused punch is kept as blocked, but this is our own error and would come again at
        // once.
        if (failure?.kind === 'FACT_REFUSED') throw new AttendanceError(failure, failure);
      }
    } catch (error) {
      // Another process changed or moved it meanwhile, so read again what is left.
      if (!(error instanceof BadgesChanged)) throw error;
    }
  }
  return false;
}

function voidsOf(badgeId: string, work: BadgeWork, now: Instant): VoidFact[] {
  const { astray, version, actor, reason } = work;
  const byEmployee = new Map<EmployeeId, number[]>();
  for (const { employeeId, punchId } of astray) {
    byEmployee.set(employeeId, [...(byEmployee.get(employeeId) ?? []), punchId]);
  }
  return [...byEmployee].flatMap(([employeeId, punchIds]) =>
    piecesOf(punchIds).map((some) => ({
      kind: 'VOID' as const,
      employeeId,
      punchIds: some,
      onlyStanding: true,
      reason: reason || `badge ${badgeId} was not theirs at that time`,
      badge: { badgeId, version, quarantineId: undefined },
      requestId: undefined,
      payloadHash: NO_PAYLOAD_HASH,
      validateOnly: false,
      actor,
      receivedAt: now,
    })),
  );
}

function piecesOf(punchIds: readonly number[]): number[][] {
  const pieces: number[][] = [];
  for (let from = 0; from < punchIds.length; from += MAX_PUNCHES_PER_VOID) {
    pieces.push(punchIds.slice(from, from + MAX_PUNCHES_PER_VOID));
  }
  return pieces;
}

/** As received: with the original actor, time and import. */
function duesOf(badgeId: string, { due, version }: BadgeWork): PunchFact[] {
  return due.map(({ employeeId, quarantineId, punch, importId, restore, actor, receivedAt }) => ({
    kind: 'PUNCH',
    employeeId,
    punch,
    importId,
    restore,
    validateOnly: false,
    badge: { badgeId, version, quarantineId },
    requestId: undefined,
    payloadHash: NO_PAYLOAD_HASH,
    actor,
    receivedAt,
  }));
}
