// Makes a plan that counts every pair of arrivals and departures. If only the first arrival and the
// last departure count, sessions do not show the punches between. Their roles follow from the
// sessions that there would be if every pair counted.

import type { DayPlan } from '../roster/plan.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import type { WorkRules } from '../roster/shift.js';

/** Returns the plan itself if all pairs count anyway. */
export function everyPair(plan: DayPlan): DayPlan {
  const isWhole = ({ hours }: WorkRules) => hours !== 'EVERY_PAIR';
  const works = [
    ...plan.near.map(({ shift }) => shift.work),
    ...plan.offShift.map(({ rules }) => rules.work),
  ];
  if (!works.some(isWhole)) return plan;
  // A date's shifts are among those near it, and must be the same objects.
  const paired = new Map(plan.near.map((planned) => [planned, pairedShift(planned)]));
  const [first, ...others] = plan.offShift;
  return {
    ...plan,
    shifts: plan.shifts.map((planned) => paired.get(planned) ?? pairedShift(planned)),
    near: plan.near.map((planned) => paired.get(planned) ?? planned),
    offShift: [pairedSpan(first), ...others.map(pairedSpan)],
  };
}

function pairedShift(planned: PlannedShift): PlannedShift {
  return { ...planned, shift: { ...planned.shift, work: paired(planned.shift.work) } };
}

function pairedSpan<Span extends DayPlan['offShift'][number]>(span: Span): Span {
  return { ...span, rules: { ...span.rules, work: paired(span.rules.work) } };
}

function paired(work: WorkRules): WorkRules {
  // A rule must close the sessions at the same moments.
  return { ...work, hours: 'EVERY_PAIR', closingHours: work.closingHours ?? work.hours };
}
