// Remembers the plans of recently used rosters. All employees unknown to the roster share one, so
// their plans are made once and not with every punch. Rosters and plans never change, so nothing
// here needs invalidation.

import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import { PlannedDays } from './planned-days.js';

/** How many employee rosters are remembered. */
const MAX_ROSTERS = 64;
/** How many plans of each roster: at about 2 kB per plan, all of them stay below 70 MB. */
const MAX_PLANS = 512;

/** By employee roster, the most recently used last. */
const recent = new Map<EmployeeRoster, PlannedDays>();

/**
 * An employee's plans, some of which may be made already. After adding to them, call `keepFew`
 * before yielding to the event loop.
 */
export function recentPlans(roster: Roster, employee: EmployeeRoster): PlannedDays {
  const known = recent.get(employee);
  recent.delete(employee);
  const plans = known?.roster === roster ? known : new PlannedDays(roster, employee);
  recent.set(employee, plans);
  if (recent.size > MAX_ROSTERS) {
    const [oldest] = recent.keys();
    if (oldest !== undefined) recent.delete(oldest);
  }
  return plans;
}

/**
 * Forgets a roster's plans if there are too many, as after a batch of many dates. The caller keeps
 * its reference.
 */
export function keepFew(plans: PlannedDays): void {
  const { employee, size } = plans;
  if (size > MAX_PLANS && recent.get(employee) === plans) recent.delete(employee);
}

/** How many plans of a roster are remembered, for the test of the bound. */
export function plansHeld(employee: EmployeeRoster): number {
  return recent.get(employee)?.size ?? 0;
}
