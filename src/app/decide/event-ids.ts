// Event ids that a device used more than once. Among the punches that count, the one with the
// earliest time is clean and the others are flagged, in whatever order they came. Voided punches do
// not count: an import with wrong times that was voided and imported again must not look like a
// device that was reset.

import { PUNCH_KINDS, type Punch, type PunchFlag } from '../../domain/facts/punch.js';
import type { RecordedPunch, ToldPunch } from '../../domain/facts/recorded-punch.js';
import type { PunchReflag } from '../ports/batch.js';
import type { BatchState } from './batch-state.js';
import type { EmployeeState } from './employee-state.js';
import { NOT_YET } from './not-yet.js';

/**
 * Whether an earlier punch has the event id. If not, flags the punch that was the earliest so far.
 */
export function isLaterUse(
  told: ToldPunch,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): boolean {
  const first = state.firstUse(told);
  if (first === undefined) return false;
  if (compareUses(first, told) <= 0) return true;
  reflag(first, withConflict(first.flags), index, state, batch);
  return false;
}

/**
 * After a punch was voided: if it was the clean one, makes the next use of its event id the clean
 * one.
 */
export function freeEventId(
  punch: RecordedPunch,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): void {
  if (punch.eventId === '' || punch.flags.includes('EVENT_ID_CONFLICT')) return;
  const [next] = state.usesAfter(punch).sort(compareUses);
  state.noteFirstUse(punch, next);
  if (next === undefined) return;
  const flags = next.flags.filter((flag) => flag !== 'EVENT_ID_CONFLICT');
  reflag(next, flags, index, state, batch);
}

/** Sorts by time, then by kind. */
function compareUses(a: Punch, b: Punch): number {
  return a.time - b.time || PUNCH_KINDS.indexOf(a.kind) - PUNCH_KINDS.indexOf(b.kind);
}

function reflag(
  punch: RecordedPunch,
  flags: readonly PunchFlag[],
  index: number,
  state: EmployeeState,
  batch: BatchState,
): void {
  if (flags.length === punch.flags.length) return;
  state.change({ ...punch, flags }, index);
  if (punch.recordedAt === NOT_YET) return;
  const { employeeId, punchId } = punch;
  const reflagged: PunchReflag = { employeeId, punchId, flags };
  batch.reflags.set(`${employeeId} ${punchId}`, reflagged);
}

export function withConflict(flags: readonly PunchFlag[]): readonly PunchFlag[] {
  return [...new Set([...flags, 'EVENT_ID_CONFLICT' as const])].sort();
}
