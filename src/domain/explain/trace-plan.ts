// Reports what the roster says about a date, as findings: the beginning of every explanation.

import type { DayPlan } from '../roster/plan.js';
import { clockSeconds, coreOf, overlapOf } from '../roster/planned-shift.js';
import { timeOfDayText } from '../time/duration-text.js';
import type { Instant } from '../time/time.js';
import { offsetAt, type Zone } from '../time/zone.js';
import type { Trace } from './finding.js';

const DAY_SECONDS = 86_400;

/** Adds the findings about the plan of a date. */
export function tracePlan(plan: DayPlan, trace: NonNullable<Trace>): void {
  const { source, shifts, leftOut, holiday, isEmployed, policy: followed } = plan;
  if (!isEmployed) trace.push({ rule: 'NOT_EMPLOYED' });
  else if (source === undefined) trace.push({ rule: 'NOT_ROSTERED' });
  else if (shifts.length === 0 && leftOut.length === 0) trace.push({ rule: 'PLANNED_OFF', source });
  if (isEmployed && followed !== undefined) {
    const { policyId, name } = followed.policy;
    trace.push({ rule: 'POLICY_FOLLOWED', policyId, name, source: followed.source });
  }
  for (const { shiftId } of leftOut) trace.push({ rule: 'SHIFT_SKIPPED', shiftId });
  if (isEmployed && holiday !== undefined && shifts.length === 0) {
    trace.push({ rule: 'HOLIDAY', ...holiday, shiftId: undefined });
  }
  for (const planned of shifts) {
    const { shift, start, end, window } = planned;
    const { shiftId } = shift;
    trace.push({
      rule: 'SHIFT_PLANNED',
      shiftId,
      source: source ?? 'ASSIGNMENT',
      startTime: start,
      endTime: end,
      windowStartTime: window.from,
      windowEndTime: window.to,
    });
    const otherShiftId = overlapOf(planned);
    if (otherShiftId !== undefined) trace.push({ rule: 'SHIFTS_OVERLAP', shiftId, otherShiftId });
    for (const [second, time] of [
      [shift.startSecond, start],
      [shift.endSecond, end],
    ] as const) {
      if (isShownAt(planned.zone, time, second)) continue;
      const skipped = timeOfDayText(second);
      const zone = planned.zone.name;
      trace.push({ rule: 'TIME_SKIPPED', shiftId, zone, skipped, movedTime: time });
    }
    const lengthSeconds = (end - start) / 1000;
    const onClock = clockSeconds(shift);
    if (lengthSeconds !== onClock) {
      const zone = planned.zone.name;
      trace.push({ rule: 'CLOCKS_CHANGE', shiftId, zone, clockSeconds: onClock, lengthSeconds });
    }
    if (shift.flexible !== undefined) {
      const { targetSeconds } = shift.flexible;
      const { from: coreStartTime, to: coreEndTime } = coreOf(planned) ?? {};
      trace.push({ rule: 'FLEXIBLE_HOURS', shiftId, targetSeconds, coreStartTime, coreEndTime });
    }
    if (planned.holiday !== undefined) {
      const { name, portion } = planned.holiday;
      trace.push(
        shift.worksOnHolidays
          ? { rule: 'WORKS_ON_HOLIDAYS', name, shiftId }
          : { rule: 'HOLIDAY', name, portion, shiftId },
      );
    }
  }
}

/** Whether the zone's clocks show a time of day at an instant. */
function isShownAt(zone: Zone, instant: Instant, secondOfDay: number): boolean {
  const local = (instant + offsetAt(zone, instant)) / 1000;
  return (local - secondOfDay) % DAY_SECONDS === 0;
}
