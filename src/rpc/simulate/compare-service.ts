// CompareAttendance: reads whose days to compare under which proposal, and streams the differences
// in messages of a bounded size.

import { create } from '@bufbuild/protobuf';
import {
  type CompareAttendanceRequest,
  type CompareAttendanceResponse,
  CompareAttendanceResponseSchema,
  type ComparisonTotals,
  ComparisonTotalsSchema,
  type DayComparison,
  DayComparisonSchema,
  type EmployeeComparison,
  EmployeeComparisonSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { Punch as WirePunch } from '../../../gen/attendance/v1/punch_pb.js';
import { TURNS } from '../../app/ports/turns.js';
import { policiesWith } from '../../app/roster/change-policy.js';
import { shiftsWith } from '../../app/roster/change-shared-roster.js';
import {
  type ComparedEmployee,
  type ComparePorts,
  type ComparisonQuery,
  compareAttendance,
} from '../../app/upkeep/compare-attendance.js';
import { STATUSES, type Status } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { invalidField } from '../../domain/facts/errors.js';
import type { Punch } from '../../domain/facts/punch.js';
import type { Roster } from '../../domain/roster/roster.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import { checkDevice, parsePunch } from '../clock/parse-punch.js';
import { durationOf } from '../edge/instants.js';
import type { Call } from '../edge/pipeline.js';
import { Problems } from '../edge/problems.js';
import { parsePolicyVersion, parseShiftChange } from '../roster/parse-roster.js';
import { daySize, PageSize } from '../shared/answer-size.js';
import { optional, parseId, parseRange } from '../shared/parse.js';
import { statusNumber, toAttendance } from '../shared/to-proto.js';

/** The longest range, in days. */
const MAX_DAYS = 366;

/** The most employees per message, even if none of them differs. */
const EMPLOYEES_PER_MESSAGE = 100;

export async function* compareAttendanceOf(
  ports: ComparePorts,
  message: CompareAttendanceRequest,
  call: Call,
): AsyncGenerator<CompareAttendanceResponse, void, undefined> {
  const query = await queryOf(message, call);
  const part = new Part();
  for await (const compared of compareAttendance(ports, query, call.signal)) {
    yield* part.add(compared);
  }
  yield part.take(true);
}

async function queryOf(message: CompareAttendanceRequest, call: Call): Promise<ComparisonQuery> {
  const range = parseRange(message, FIRST_DATE, LAST_DATE);
  const [firstDay, lastDay] = [toEpochDay(range.startDate), toEpochDay(range.endDate)];
  if (lastDay - firstDay >= MAX_DAYS) {
    const description = `must be at most ${MAX_DAYS} days from start_date, both included; ask for shorter ranges`;
    throw invalidField('end_date', 'RANGE_TOO_LONG', description);
  }
  const { propose, added } = await proposalOf(message.proposal, call.signal);
  const named = message.employeeIds.map((id) => parseId(id) as EmployeeId);
  if (named.length > 0 && message.groupId !== '') {
    const description = 'must be empty where employee_ids are given: send one of the two';
    throw invalidField('group_id', 'GROUP_WITH_EMPLOYEE', description);
  }
  if (added.size > 0 && (named.length > 0 || message.groupId !== '')) {
    const description = 'must be empty with punches, which name their employees';
    const field = named.length > 0 ? 'employee_ids' : 'group_id';
    throw invalidField(field, 'EMPLOYEES_WITH_PUNCHES', description);
  }
  return {
    employeeIds: added.size > 0 ? [...added.keys()] : named,
    groupId: optional(message.groupId),
    firstDay,
    lastDay,
    propose,
    added,
    now: call.now,
  };
}

type Proposal = Pick<ComparisonQuery, 'propose' | 'added'>;

const NO_PUNCHES: Proposal['added'] = new Map();

async function proposalOf(
  proposal: CompareAttendanceRequest['proposal'],
  signal: AbortSignal,
): Promise<Proposal> {
  const problems = new Problems();
  switch (proposal.case) {
    case 'policy': {
      const version = parsePolicyVersion(proposal.value, 'policy', problems);
      problems.throwIfAny();
      const propose = (roster: Roster) => ({
        ...roster,
        policies: policiesWith(version, roster.policies),
      });
      return { propose, added: NO_PUNCHES };
    }
    case 'shift': {
      const change = parseShiftChange(proposal.value, undefined, problems);
      problems.throwIfAny();
      const propose = (roster: Roster) => ({
        ...roster,
        shifts: shiftsWith(change, roster.shifts),
      });
      return { propose, added: NO_PUNCHES };
    }
    case 'punches': {
      const added = await punchesByEmployee(proposal.value.punches, problems, signal);
      problems.throwIfAny();
      return { propose: (roster) => roster, added };
    }
    default:
      throw new Error('a comparison without a proposal passed its rules');
  }
}

async function punchesByEmployee(
  messages: readonly WirePunch[],
  problems: Problems,
  signal: AbortSignal,
): Promise<Proposal['added']> {
  const added = new Map<EmployeeId, Punch[]>();
  for (const [index, message] of messages.entries()) {
    if (TURNS.isOver) await TURNS.next(signal);
    const path = `punches.punches[${index}].`;
    checkDevice(message, path, problems);
    const punch = parsePunch(message, path, problems);
    const employeeId = problems.try(() => parseId(message.employeeId, path));
    if (punch === undefined || employeeId === undefined) continue;
    const its = added.get(employeeId);
    if (its === undefined) added.set(employeeId, [punch]);
    else its.push(punch);
  }
  return added;
}

/** The differences since the previous message, and the totals of all. */
class Part {
  #days: DayComparison[] = [];
  #employees: EmployeeComparison[] = [];
  #size = new PageSize();
  #looked = 0;
  readonly #totals = { employees: 0, employeesChanged: 0, daysChanged: 0, before: 0, after: 0 };
  readonly #statuses = new Map<Status, { before: number; after: number }>();

  /** Yields the messages that are full. */
  *add(compared: ComparedEmployee): Generator<CompareAttendanceResponse, void, undefined> {
    for (const { before, after } of compared.changed) {
      const [first, second] = [daySize(before), daySize(after)];
      const size = {
        structure: first.structure + second.structure,
        texts: first.texts + second.texts,
      };
      if (!this.#size.take(size)) {
        yield this.take(false);
        this.#size.take(size);
      }
      this.#countStatus(before.status, 'before');
      this.#countStatus(after.status, 'after');
      const day = { before: toAttendance(before), after: toAttendance(after) };
      this.#days.push(create(DayComparisonSchema, day));
      this.#totals.daysChanged += 1;
    }
    this.#count(compared);
    if (this.#looked >= EMPLOYEES_PER_MESSAGE) yield this.take(false);
  }

  #countStatus(status: Status, side: 'before' | 'after'): void {
    const counts = this.#statuses.get(status) ?? { before: 0, after: 0 };
    this.#statuses.set(status, counts);
    counts[side] += 1;
  }

  #count(compared: ComparedEmployee): void {
    const { employeeId, employeeName, changed } = compared;
    const { workedSecondsBefore, workedSecondsAfter } = compared;
    this.#looked += 1;
    this.#totals.employees += 1;
    this.#totals.before += workedSecondsBefore;
    this.#totals.after += workedSecondsAfter;
    if (changed.length === 0) return;
    this.#totals.employeesChanged += 1;
    this.#employees.push(
      create(EmployeeComparisonSchema, {
        employeeId,
        employeeName,
        daysChanged: changed.length,
        workedBefore: durationOf(workedSecondsBefore),
        workedAfter: durationOf(workedSecondsAfter),
      }),
    );
  }

  /** Returns the differences since the previous message, and begins the next one. */
  take(done: boolean): CompareAttendanceResponse {
    const [changedDays, employees] = [this.#days, this.#employees];
    this.#days = [];
    this.#employees = [];
    this.#size = new PageSize();
    this.#looked = 0;
    return create(CompareAttendanceResponseSchema, {
      changedDays,
      employees,
      totals: this.#sums(),
      done,
    });
  }

  #sums(): ComparisonTotals {
    const { employees, employeesChanged, daysChanged, before, after } = this.#totals;
    return create(ComparisonTotalsSchema, {
      employees: BigInt(employees),
      employeesChanged: BigInt(employeesChanged),
      daysChanged: BigInt(daysChanged),
      workedBefore: durationOf(before),
      workedAfter: durationOf(after),
      statuses: STATUSES.flatMap((status) => {
        const counts = this.#statuses.get(status);
        if (counts === undefined) return [];
        return {
          status: statusNumber(status),
          daysBefore: BigInt(counts.before),
          daysAfter: BigInt(counts.after),
        };
      }),
    });
  }
}
