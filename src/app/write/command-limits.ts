// Who may clock, and about which times: what is refused whatever sessions there are. Facts of
// devices and files have no such limits, so a refusal names them as the way out.

import type { Failure } from '../../domain/facts/errors.js';
import type { CommandFact } from '../ports/facts.js';
import type { EmployeeState } from './employee-state.js';

/**
 * Refuses an employee whom nobody added: a typing error would make an employee for ever. `state`
 * is undefined when there is not even a row.
 */
export function refusedAsNotAdded(
  { employeeId, limits }: CommandFact,
  state: EmployeeState | undefined,
): Failure | undefined {
  if (state !== undefined && (state.isAdded || !limits.addedOnly)) return undefined;
  const isKnown = state !== undefined;
  return { kind: 'EMPLOYEE_NOT_ADDED', employeeId, isKnown, nearestId: undefined };
}
