// Decides whose a badge is: assigns it, ends an assignment, or takes one back. Pure. A badge is one
// employee's at a time; a caller must ask explicitly to hand it on.

import type { Failure } from '../../domain/facts/errors.js';
import { type BadgeTerm, shareTime } from '../../domain/roster/badge.js';
import { fromEpochDay, type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import { findZone, startOfDay, type Zone } from '../../domain/time/zone.js';
import type {
  AssignBadge,
  BadgeAssignment,
  BadgeDecision,
  BadgeRules,
  EndBadge,
  RetractBadge,
} from '../ports/badges.js';

type Decided = BadgeDecision | { readonly failure: Failure };

export function badgeRules(defaultZone: Zone): BadgeRules {
  return {
    decide(change, held, isAdded) {
      switch (change.kind) {
        case 'ASSIGN':
          return decideAssign(change, held, isAdded, change.zone ?? defaultZone);
        case 'END':
          return decideEnd(change, held);
        case 'RETRACT': {
          const found = named(change, held);
          if ('failure' in found) return found;
          return { superseded: [found], said: [] };
        }
      }
    },
  };
}

function decideAssign(
  { badgeId, employeeId, startDate, endDate, handOn }: AssignBadge,
  held: readonly BadgeAssignment[],
  isAdded: boolean,
  zone: Zone,
): Decided {
  if (!isAdded) return { failure: { kind: 'EMPLOYEE_NOT_FOUND', employeeId } };
  const term = termOf(employeeId, startDate, endDate, zone);
  const others = held.filter((other) => shareTime(term, other));
  const ended = others.map((other) => (handOn ? endedBefore(other, term) : undefined));
  const conflict = others.find((_, index) => ended[index] === undefined);
  if (conflict !== undefined) return { failure: assigned(badgeId, conflict) };
  return {
    superseded: others,
    said: [
      ...ended.flatMap((other) => other ?? []),
      { ...term, assignmentId: undefined, revision: 1 },
    ],
  };
}

/**
 * Ends an assignment on the last whole day before another. Undefined if it began too late for that.
 */
function endedBefore(other: BadgeAssignment, next: BadgeTerm) {
  const zone = zoneOf(other);
  for (const days of [1, 2]) {
    const endDate = fromEpochDay(toEpochDay(next.startDate) - days);
    if (endDate < other.startDate) return undefined;
    const { employeeId, startDate, assignmentId, revision } = other;
    const term = termOf(employeeId, startDate, endDate, zone);
    // In another zone, the end of the day before may be too late.
    if (!shareTime(term, next)) return { ...term, assignmentId, revision: revision + 1 };
  }
  return undefined;
}

function decideEnd(change: EndBadge, held: readonly BadgeAssignment[]): Decided {
  const found = named(change, held);
  if ('failure' in found) return found;
  const { employeeId, startDate, assignmentId, revision } = found;
  const { endDate, badgeId } = change;
  if (endDate < startDate) {
    const description =
      `must not be before the first date, ${startDate}: RetractBadge takes an assignment back ` +
      'that was wrong from its first date on';
    const violation = { field: 'end_date', reason: 'END_DATE_BEFORE_START_DATE', description };
    return { failure: { kind: 'INVALID_FIELDS', violations: [violation] } };
  }
  const term = termOf(employeeId, startDate, endDate, zoneOf(found));
  const conflict = held.find((other) => other !== found && shareTime(term, other));
  if (conflict !== undefined) return { failure: assigned(badgeId, conflict) };
  return { superseded: [found], said: [{ ...term, assignmentId, revision: revision + 1 }] };
}

function named(
  { badgeId, assignmentId }: EndBadge | RetractBadge,
  held: readonly BadgeAssignment[],
): BadgeAssignment | { readonly failure: Failure } {
  const found = held.find((other) => other.assignmentId === assignmentId);
  return found ?? { failure: { kind: 'BADGE_ASSIGNMENT_NOT_FOUND', badgeId, assignmentId } };
}

function termOf(
  employeeId: BadgeTerm['employeeId'],
  startDate: LocalDate,
  endDate: LocalDate | undefined,
  zone: Zone,
): BadgeTerm {
  const startTime = startOfDay(zone, toEpochDay(startDate));
  const endTime = endDate === undefined ? Infinity : startOfDay(zone, toEpochDay(endDate) + 1);
  return { employeeId, startDate, endDate, timeZone: zone.name, startTime, endTime };
}

function zoneOf({ timeZone }: BadgeTerm): Zone {
  const zone = findZone(timeZone);
  if (zone === undefined) throw new Error(`the zone ${timeZone} of a badge is not known any more`);
  return zone;
}

function assigned(
  badgeId: string,
  { assignmentId, employeeId, startDate, endDate }: BadgeAssignment,
): Failure {
  return { kind: 'BADGE_ASSIGNED', badgeId, assignmentId, employeeId, startDate, endDate };
}
