// Records a person's command or correction: one fact, one answer. For a mistyped id, the refusal
// names the most similar one; it is looked up after the refusal, while no lock is held.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { idsOneErrorAway, nearestId } from '../../domain/facts/similar-ids.js';
import type { EmployeeIds } from '../ports/attendance-store.js';
import type { CommandFact, ReplaceFact } from '../ports/facts.js';
import { type FactRecorder, type Recorded, recordFact } from './record-facts.js';

/** Records the fact. Throws AttendanceError if it is not recorded. */
export async function recordCommand(
  store: EmployeeIds,
  recorder: FactRecorder,
  fact: CommandFact | ReplaceFact,
  caller?: AbortSignal,
): Promise<Recorded> {
  try {
    return await recordFact(recorder, fact, caller);
  } catch (error) {
    if (!(error instanceof AttendanceError)) throw error;
    const { failure } = error;
    if (failure.kind !== 'EMPLOYEE_NOT_ADDED') throw error;
    const nearest = await findNearestId(store, failure.employeeId, caller);
    throw new AttendanceError({ ...failure, nearestId: nearest });
  }
}

async function findNearestId(
  store: EmployeeIds,
  employeeId: EmployeeId,
  caller: AbortSignal | undefined,
): Promise<EmployeeId | undefined> {
  try {
    const others = idsOneErrorAway(employeeId);
    return nearestId(employeeId, await store.listSimilarIds(employeeId, others, caller));
  } catch {
    // Keep the original refusal: a missing hint is no reason for another error.
    return undefined;
  }
}
