// How a caller is told that two assignments would share dates: both, and the ways out.

import type { AssignmentConcerned, Failure } from '../../domain/facts/errors.js';

type AssignmentsOverlap = Extract<Failure, { kind: 'ASSIGNMENTS_OVERLAP' }>;

/** The most shifts of an assignment that are named: errors travel in headers, which are short. */
const MAX_NAMED_SHIFTS = 4;

export function assignmentsOverlapMessage(failure: AssignmentsOverlap): string {
  const { employeeId, assignment, other, more } = failure;
  const besides = more === 0 ? '' : ` and ${more} more`;
  return (
    `${described(assignment)} of employee ${employeeId} would share dates with ` +
    `${described(other)}${besides}, and their shifts would add up: ${wayOut(failure)}`
  );
}

export function assignmentsOverlapMetadata(
  failure: AssignmentsOverlap,
): Readonly<Record<string, string>> {
  const { employeeId, assignment, other, more } = failure;
  return {
    employee_id: employeeId,
    ...named('', assignment),
    ...named('other_', other),
    more_overlaps: String(more),
  };
}

function wayOut({ other, otherEndDate }: AssignmentsOverlap): string {
  const add = 'OVERLAP_ACTION_ADD keeps both';
  if (otherEndDate === undefined) {
    return (
      `on_overlap ${add}; REPLACE cannot end assignment ${other.assignmentId}, which does not begin ` +
      'before: change or delete it first, or send an end_date before its start'
    );
  }
  return (
    `send on_overlap; OVERLAP_ACTION_REPLACE ends assignment ${other.assignmentId} on ` +
    `${otherEndDate}, ${add}`
  );
}

function described({ assignmentId, startDate, endDate, shiftIds }: AssignmentConcerned): string {
  const which = assignmentId === undefined ? 'the new assignment' : `assignment ${assignmentId}`;
  const until = endDate === undefined ? 'without an end' : `to ${endDate}`;
  return `${which} (${shiftsText(shiftIds)}, from ${startDate} ${until})`;
}

function shiftsText(shiftIds: readonly string[]): string {
  if (shiftIds.length === 0) return 'days off';
  const more = shiftIds.length > MAX_NAMED_SHIFTS ? ' ...' : '';
  return `${shiftIds.slice(0, MAX_NAMED_SHIFTS).join(' ')}${more}`;
}

/** The id, the dates and the shifts of one of the two; empty where there is none. */
function named(
  prefix: string,
  { assignmentId, startDate, endDate, shiftIds }: AssignmentConcerned,
): Readonly<Record<string, string>> {
  return {
    [`${prefix}assignment_id`]: assignmentId === undefined ? '' : String(assignmentId),
    [`${prefix}start_date`]: startDate,
    [`${prefix}end_date`]: endDate ?? '',
    [`${prefix}shift_ids`]: shiftIds.slice(0, MAX_NAMED_SHIFTS).join(' '),
  };
}
