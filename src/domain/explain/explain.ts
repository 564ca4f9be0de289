// Writes every finding in words that a payroll clerk understands: one plain sentence, two at most.
// Says only what the finding says, and must never judge anew.

import type { LocalDate } from '../time/local-date.js';
import { type TimeTeller, timeTextOn } from '../time/local-text.js';
import type { Zone } from '../time/zone.js';
import { explainHours } from './explain-hours.js';
import { explainPlan } from './explain-plan.js';
import { explainPunch } from './explain-punch.js';
import { explainClock, explainVerdict } from './explain-verdict.js';
import type { Finding } from './finding.js';

/**
 * A finding about a day as a sentence. Times are those of the zone's clock, `06:00`, with the date
 * if it is another, `06:00 (Sun 30 Mar)`; lengths are `7 h 30 min`. The same finding, zone and day
 * always give the same text.
 */
export function explain(finding: Finding, zone: Zone, date: LocalDate): string {
  const tell: TimeTeller = (time) => timeTextOn(zone, time, date);
  switch (finding.rule) {
    case 'SHIFT_PLANNED':
    case 'FLEXIBLE_HOURS':
    case 'CLOCKS_CHANGE':
    case 'TIME_SKIPPED':
    case 'SHIFT_SKIPPED':
    case 'SHIFTS_OVERLAP':
    case 'POLICY_FOLLOWED':
    case 'PLANNED_OFF':
    case 'NOT_ROSTERED':
    case 'NOT_EMPLOYED':
    case 'HOLIDAY':
    case 'WORKS_ON_HOLIDAYS':
      return explainPlan(finding, tell);
    case 'SESSION':
    case 'NO_DEPARTURE':
    case 'AUTO_CLOSED':
    case 'AUTO_CLOSES':
    case 'NO_ARRIVAL':
    case 'SET_ASIDE':
    case 'BREAK_WITHOUT_START':
    case 'BREAK_WITHOUT_END':
    case 'WINDOWS_DIVIDED':
    case 'WORKED_THROUGH':
    case 'ARRIVED_BEFORE_WINDOW':
    case 'LEFT_AFTER_WINDOW':
    case 'OFF_SHIFT_STRETCH':
    case 'OUTSIDE_GEOFENCE':
    case 'CLOCK_SKEW':
    case 'EVENT_ID_CONFLICT':
      return explainPunch(finding, tell);
    case 'HOURS_COUNTED':
    case 'BEFORE_START_NOT_COUNTED':
    case 'AFTER_END_NOT_COUNTED':
    case 'ARRIVAL_ROUNDED':
    case 'DEPARTURE_ROUNDED':
    case 'BREAKS_ROUNDED':
    case 'BREAKS_TOO_SHORT':
    case 'BREAK_OF_TYPE':
    case 'BREAK_TOO_LONG':
    case 'BREAK_BY_CLOCK':
    case 'BREAK_TYPE_PAID':
    case 'BREAK_DEDUCTED':
    case 'BREAK_PAID':
    case 'WORKED_ROUNDED':
    case 'SPLIT_AT_MIDNIGHT':
      return explainHours(finding, tell);
    case 'NOT_YET_IN':
    case 'NOT_SEEN_YET':
    case 'STILL_THERE':
    case 'MAY_COME_BACK':
      return explainClock(finding, tell);
    default:
      return explainVerdict(finding, tell);
  }
}
