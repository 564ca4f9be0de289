// The answer to a roster command, as jsonb beside its change or its request id, for replays. Times
// of the change itself are left out, because its row has them.

import type { RosterAnswer } from '../../app/ports/roster-ports.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';
import {
  codeOfPortion,
  dateOf,
  decodeCycle,
  decodeDetail,
  decodePolicy,
  decodeShift,
  encodeDetail,
  encodePolicy,
  encodeShift,
  epochDayOf,
  portionOfCode,
} from '../rosters/roster-codec.js';
import { type Fields, fieldsOf, listOf, numberIn, textOf } from '../rosters/stored-fields.js';

export function encodeAnswer(answer: RosterAnswer): Fields {
  switch (answer.kind) {
    case 'EMPLOYEE': {
      const { employeeId, detail, changeId, updatedAt } = answer.employee;
      return { kind: answer.kind, employeeId, detail: encodeDetail(detail), changeId, updatedAt };
    }
    case 'SHIFT': {
      const { shiftId, archived, changeId, updatedAt } = answer.shift;
      const versions = answer.shift.versions.map(({ fromDay, shift }) => ({
        effectiveDate: dateOf(fromDay),
        definition: encodeShift(shift),
      }));
      return { kind: answer.kind, shiftId, versions, archived, changeId, updatedAt };
    }
    case 'ASSIGNMENT': {
      const { employeeId, assignmentId, assignment, changeId, updatedAt } = answer.assignment;
      return {
        kind: answer.kind,
        employeeId,
        assignmentId,
        startDate: dateOf(assignment.fromDay),
        endDate: dateOf(assignment.toDay),
        anchorDate: dateOf(assignment.anchorDay),
        cycle: assignment.cycle,
        changeId,
        updatedAt,
      };
    }
    case 'OVERRIDE': {
      const { override } = answer;
      if (override === undefined) return { kind: answer.kind };
      return { kind: answer.kind, date: dateOf(override.epochDay), shiftIds: override.shiftIds };
    }
    case 'POLICY': {
      const { policyId, changeId, updatedAt } = answer.policy;
      const versions = answer.policy.versions.map(({ fromDay, policy }) => ({
        effectiveDate: dateOf(fromDay),
        definition: encodePolicy(policy),
      }));
      return { kind: answer.kind, policyId, versions, changeId, updatedAt };
    }
    case 'HOLIDAY': {
      const { calendarId, epochDay, name, portion } = answer.holiday;
      const date = dateOf(epochDay);
      return { kind: answer.kind, calendarId, date, name, portion: codeOfPortion(portion) };
    }
  }
}

/** `recordedAt`: the time of the change; undefined if nothing was changed. */
export function decodeAnswer(stored: unknown, recordedAt: RecordTime | undefined): RosterAnswer {
  const fields = fieldsOf(stored);
  const { kind } = fields;
  switch (kind) {
    case 'EMPLOYEE':
      return { kind, employee: decodeEmployee(fields, recordedAt) };
    case 'SHIFT':
      return { kind, shift: decodeShiftRecord(fields, recordedAt) };
    case 'ASSIGNMENT':
      return { kind, assignment: decodeAssignment(fields, recordedAt) };
    case 'OVERRIDE':
      return { kind, override: decodeOverride(fields) };
    case 'HOLIDAY':
      return { kind, holiday: decodeHoliday(fields) };
    case 'POLICY':
      return { kind, policy: decodePolicyRecord(fields, recordedAt) };
    default:
      throw new Error(`a stored answer has the kind ${String(kind)}, unknown here`);
  }
}

type AnswerOf<K extends RosterAnswer['kind']> = Extract<RosterAnswer, { kind: K }>;

function stampOf(fields: Fields, recordedAt: RecordTime | undefined) {
  const { updatedAt } = fields;
  return {
    changeId: numberIn(fields, 'changeId'),
    updatedAt: typeof updatedAt === 'number' ? (updatedAt as RecordTime) : recordedAt,
  };
}

function decodeEmployee(
  fields: Fields,
  recordedAt: RecordTime | undefined,
): AnswerOf<'EMPLOYEE'>['employee'] {
  return {
    employeeId: textOf(fields.employeeId) as EmployeeId,
    detail: decodeDetail(fields.detail),
    ...stampOf(fields, recordedAt),
  };
}

function decodeShiftRecord(
  fields: Fields,
  recordedAt: RecordTime | undefined,
): AnswerOf<'SHIFT'>['shift'] {
  const shiftId = textOf(fields.shiftId);
  return {
    shiftId,
    versions: listOf(fields.versions).map((version) => {
      const { effectiveDate, definition } = fieldsOf(version);
      return {
        fromDay: epochDayOf(textOf(effectiveDate)),
        shift: decodeShift(shiftId, definition),
      };
    }),
    archived: fields.archived === true,
    ...stampOf(fields, recordedAt),
  };
}

function decodePolicyRecord(
  fields: Fields,
  recordedAt: RecordTime | undefined,
): AnswerOf<'POLICY'>['policy'] {
  const policyId = textOf(fields.policyId);
  return {
    policyId,
    versions: listOf(fields.versions).map((version) => {
      const { effectiveDate, definition } = fieldsOf(version);
      return {
        fromDay: epochDayOf(textOf(effectiveDate)),
        policy: decodePolicy(policyId, definition),
      };
    }),
    ...stampOf(fields, recordedAt),
  };
}

function decodeAssignment(
  fields: Fields,
  recordedAt: RecordTime | undefined,
): AnswerOf<'ASSIGNMENT'>['assignment'] {
  return {
    employeeId: textOf(fields.employeeId) as EmployeeId,
    assignmentId: numberIn(fields, 'assignmentId'),
    assignment: {
      fromDay: epochDayOf(textOf(fields.startDate)),
      toDay: epochDayOf(textOf(fields.endDate)),
      anchorDay: epochDayOf(textOf(fields.anchorDate)),
      cycle: decodeCycle(fields.cycle),
    },
    ...stampOf(fields, recordedAt),
  };
}

function decodeOverride(fields: Fields): AnswerOf<'OVERRIDE'>['override'] {
  if (fields.date === undefined) return undefined;
  return {
    epochDay: epochDayOf(textOf(fields.date)),
    shiftIds: listOf(fields.shiftIds).map(textOf),
  };
}

function decodeHoliday(fields: Fields): AnswerOf<'HOLIDAY'>['holiday'] {
  return {
    calendarId: textOf(fields.calendarId),
    epochDay: epochDayOf(textOf(fields.date)),
    name: textOf(fields.name),
    portion: portionOfCode(fields.portion),
  };
}

/** The answer with the time of its change where that was left out. */
export function stamped(
  answer: RosterAnswer,
  changeId: number,
  recordedAt: RecordTime,
): RosterAnswer {
  const updatedAt = recordedAt;
  switch (answer.kind) {
    case 'EMPLOYEE':
      if (answer.employee.changeId !== changeId) return answer;
      return { kind: answer.kind, employee: { ...answer.employee, updatedAt } };
    case 'SHIFT':
      if (answer.shift.changeId !== changeId) return answer;
      return { kind: answer.kind, shift: { ...answer.shift, updatedAt } };
    case 'POLICY':
      if (answer.policy.changeId !== changeId) return answer;
      return { kind: answer.kind, policy: { ...answer.policy, updatedAt } };
    case 'ASSIGNMENT':
      if (answer.assignment.changeId !== changeId) return answer;
      return { kind: answer.kind, assignment: { ...answer.assignment, updatedAt } };
    default:
      return answer;
  }
}
