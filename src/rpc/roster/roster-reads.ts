// The reads of RosterService, of the present or as of a past moment.

import { create } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { DateOverrideSchema, HolidaySchema } from '../../../gen/attendance/v1/roster_pb.js';
import * as wire from '../../../gen/attendance/v1/roster_service_pb.js';
import type { Moments, PageTokens } from '../../app/ports/attendance-store.js';
import type { AssignmentRecord, RosterStore } from '../../app/ports/roster-ports.js';
import { TURNS } from '../../app/ports/turns.js';
import { readMoment } from '../../app/read/read-moment.js';
import { readChangedPart } from '../../app/roster/changed-part.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError, type RosterResource } from '../../domain/facts/errors.js';
import { FIRST_DATE, LAST_DATE } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { Call, ServiceHandlers } from '../edge/pipeline.js';
import { optional, parseAsOf, parseDate, parseId, parseRange } from '../shared/parse.js';
import { readPage } from './roster-lists.js';
import {
  toDateOverride,
  toEmployee,
  toEmployeeAssignment,
  toHoliday,
  toPolicy,
  toPolicyHistory,
  toRosterChange,
  toRosterPart,
  toShiftHistory,
} from './roster-to-proto.js';

type Handlers = ServiceHandlers<typeof wire.RosterService>;

/** The past moment to read at; undefined: the present. Throws AS_OF_TIME_NOT_SETTLED. */
type AsOf = (
  message: { readonly asOfTime?: Timestamp | undefined },
  call: Call,
) => Promise<RecordTime | undefined>;

export function rosterReads(store: Moments & PageTokens, roster: RosterStore) {
  const asOf: AsOf = async ({ asOfTime }, { now }) =>
    (await readMoment(store, parseAsOf(asOfTime), now)).asOf;
  return {
    ...employeeReads(store, roster, asOf),
    ...shiftReads(store, roster, asOf),
    ...assignmentReads(roster, asOf),
    ...overrideReads(store, roster, asOf),
    ...holidayReads(store, roster, asOf),
    ...policyReads(store, roster, asOf),
    ...changeReads(store, roster),
  } satisfies Partial<Handlers>;
}

function found<T>(value: T | undefined, resource: RosterResource, id: string): T {
  if (value !== undefined) return value;
  throw new AttendanceError({ kind: 'ROSTER_NOT_FOUND', resource, id });
}

function ofEmployee<T>(value: T | undefined, employeeId: EmployeeId): T {
  if (value !== undefined) return value;
  throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
}

function employeeReads(store: Moments & PageTokens, roster: RosterStore, asOf: AsOf) {
  const form = { desc: wire.EmployeeSchema, toMessage: toEmployee };
  return {
    getEmployee: async (message, call) => {
      const employeeId = parseId(message.employeeId);
      const record = await roster.getEmployee(employeeId, await asOf(message, call));
      const employee = toEmployee(ofEmployee(record, employeeId));
      return create(wire.GetEmployeeResponseSchema, { employee });
    },
    listEmployees: async (message) => {
      const scope = {
        groupId: optional(message.groupId),
        includeArchived: message.includeArchived,
      };
      const bound = ['ListEmployees', scope.groupId ?? null, scope.includeArchived];
      const { items, nextPageToken } = await readPage(store, message, bound, form, (page) =>
        roster.listEmployees({ ...scope, ...page }),
      );
      return create(wire.ListEmployeesResponseSchema, { employees: items, nextPageToken });
    },
  } satisfies Partial<Handlers>;
}

function shiftReads(store: Moments & PageTokens, roster: RosterStore, asOf: AsOf) {
  const form = { desc: wire.ShiftHistorySchema, toMessage: toShiftHistory };
  return {
    getShift: async (message, call) => {
      const { shiftId } = message;
      const record = await roster.getShift(shiftId, await asOf(message, call));
      const shift = toShiftHistory(found(record, 'shift', shiftId));
      return create(wire.GetShiftResponseSchema, { shift });
    },
    listShifts: async (message) => {
      const { includeArchived } = message;
      const bound = ['ListShifts', includeArchived];
      const { items, nextPageToken } = await readPage(store, message, bound, form, (page) =>
        roster.listShifts({ includeArchived, ...page }),
      );
      return create(wire.ListShiftsResponseSchema, { shifts: items, nextPageToken });
    },
  } satisfies Partial<Handlers>;
}

function assignmentReads(roster: RosterStore, asOf: AsOf) {
  const all = async (
    message: { readonly employeeId: string; readonly asOfTime?: Timestamp | undefined },
    call: Call,
  ): Promise<readonly AssignmentRecord[]> => {
    const employeeId = parseId(message.employeeId);
    const records = await roster.listAssignments(employeeId, await asOf(message, call));
    return ofEmployee(records, employeeId);
  };
  return {
    getShiftAssignment: async (message, call) => {
      const id = message.assignmentId;
      const records = await all(message, call);
      const record = records.find(({ assignmentId }) => assignmentId === Number(id));
      const assignment = toEmployeeAssignment(found(record, 'assignment', id));
      return create(wire.GetShiftAssignmentResponseSchema, { assignment });
    },
    listShiftAssignments: async (message, call) => {
      const records = await all(message, call);
      const assignments = await TURNS.map(records, toEmployeeAssignment, call.signal);
      return create(wire.ListShiftAssignmentsResponseSchema, { assignments });
    },
  } satisfies Partial<Handlers>;
}

function overrideReads(store: Moments & PageTokens, roster: RosterStore, asOf: AsOf) {
  const form = { desc: DateOverrideSchema, toMessage: toDateOverride };
  return {
    listDateOverrides: async (message, call) => {
      const employeeId = parseId(message.employeeId);
      const range = parseRange(message, FIRST_DATE, LAST_DATE);
      const moment = await asOf(message, call);
      const bound = ['ListDateOverrides', employeeId, range, moment ?? null];
      const { items, nextPageToken } = await readPage(store, message, bound, form, async (page) =>
        ofEmployee(
          await roster.listOverrides({ employeeId, ...range, asOf: moment, ...page }),
          employeeId,
        ),
      );
      return create(wire.ListDateOverridesResponseSchema, { overrides: items, nextPageToken });
    },
  } satisfies Partial<Handlers>;
}

function holidayReads(store: Moments & PageTokens, roster: RosterStore, asOf: AsOf) {
  const form = { desc: HolidaySchema, toMessage: toHoliday };
  return {
    getHoliday: async (message, call) => {
      const { calendarId } = message;
      const date = parseDate(message.date, 'date');
      const { items } = await roster.listHolidays({
        calendarId,
        startDate: date,
        endDate: date,
        asOf: await asOf(message, call),
        after: undefined,
        limit: 1,
      });
      const holiday = toHoliday(found(items[0], 'holiday', `${calendarId}/${date}`));
      return create(wire.GetHolidayResponseSchema, { holiday });
    },
    listHolidays: async (message, call) => {
      const calendarId = optional(message.calendarId);
      const range = parseRange(message, FIRST_DATE, LAST_DATE);
      const moment = await asOf(message, call);
      const bound = ['ListHolidays', calendarId ?? null, range, moment ?? null];
      const { items, nextPageToken } = await readPage(store, message, bound, form, (page) =>
        roster.listHolidays({ calendarId, ...range, asOf: moment, ...page }),
      );
      return create(wire.ListHolidaysResponseSchema, { holidays: items, nextPageToken });
    },
  } satisfies Partial<Handlers>;
}

function policyReads(store: Moments & PageTokens, roster: RosterStore, asOf: AsOf) {
  const form = { desc: wire.PolicyHistorySchema, toMessage: toPolicyHistory };
  return {
    getPolicy: async (message, call) => {
      const { policyId } = message;
      const record = await roster.getPolicy(policyId, await asOf(message, call));
      const known = found(record, 'policy', policyId);
      const policy = toPolicyHistory({ ...known, versions: [] });
      // In turns: versions with many rules are thousands of messages.
      policy.versions = await TURNS.map(known.versions, toPolicy, call.signal);
      return create(wire.GetPolicyResponseSchema, { policy });
    },
    listPolicies: async (message) => {
      const { items, nextPageToken } = await readPage(
        store,
        message,
        ['ListPolicies'],
        form,
        (page) => roster.listPolicies(page),
      );
      return create(wire.ListPoliciesResponseSchema, { policies: items, nextPageToken });
    },
  } satisfies Partial<Handlers>;
}

function changeReads(store: Moments & PageTokens, roster: RosterStore) {
  const form = { desc: wire.RosterChangeSchema, toMessage: toRosterChange };
  return {
    getRosterChange: async ({ changeId }, { signal }) => {
      const known = await roster.getRosterChange(Number(changeId));
      const record = found(known, 'roster_change', changeId);
      const { before, after } = await readChangedPart(roster, record, signal);
      const rosterChange = toRosterChange(record);
      if (before !== undefined) rosterChange.before = toRosterPart(before);
      if (after !== undefined) rosterChange.after = toRosterPart(after);
      return create(wire.GetRosterChangeResponseSchema, { rosterChange });
    },
    listRosterChanges: async (message) => {
      const { unfinishedOnly } = message;
      const bound = ['ListRosterChanges', unfinishedOnly];
      const { items, nextPageToken } = await readPage(store, message, bound, form, (page) =>
        roster.listRosterChanges({ unfinishedOnly, ...page }),
      );
      return create(wire.ListRosterChangesResponseSchema, { rosterChanges: items, nextPageToken });
    },
  } satisfies Partial<Handlers>;
}
