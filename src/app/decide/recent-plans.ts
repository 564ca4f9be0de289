// Plans of rosters that were just used. All employees of whom the roster knows nothing share one
// roster, so that theirs are made once and not with every punch. Rosters and plans are never
// changed: nothing here has to be made invalid.

import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import { PlannedDays } from './planned-days.js';

/** How many employees' rosters are remembered. */
const MAX_ROSTERS = 64;
/** How many plans of one: at about 2 kB each, all of them stay below 70 MB. */
const MAX_PLANS = 512;

/** By employee roster, the one used last at the end. */
const recent = new Map<EmployeeRoster, PlannedDays>();

/**
 * An employee's plans, perhaps with some already made. Whoever lets them grow calls `keepFew`
 * before anything else can happen.
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

/** Forgets plans that have become too many, as after a batch of many dates; who has them keeps them. */
export function keepFew(plans: PlannedDays): void {
  const { employee, size } = plans;
  if (size > MAX_PLANS && recent.get(employee) === plans) recent.delete(employee);
}

/** How many plans of a roster are remembered: for the test of the bound. */
export function plansHeld(employee: EmployeeRoster): number {
  return recent.get(employee)?.size ?? 0;
}
