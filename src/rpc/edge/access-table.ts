// The one table of who may call what: a row for every rpc of every service. The compiler asks for a
// row of each new one, and the process does not start without it. What no row allows is refused.

import type { DescMethod, DescService, MessageShape } from '@bufbuild/protobuf';
import { AttendanceService } from '../../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../../gen/attendance/v1/roster_service_pb.js';
import { TimesheetService } from '../../../gen/attendance/v1/timesheet_service_pb.js';
import type { WideScope } from './caller.js';

/**
 * Whom a message is about: these employees, and those of the group unless it is empty; everybody;
 * or nobody, as with a list of shifts.
 */
export type About =
  | { readonly employeeIds: readonly string[]; readonly groupId: string }
  | 'EVERYBODY'
  | 'NOBODY';

interface Narrowing<M> {
  about(message: M): About;
  /** Whether `attendance.self` may call it: to read, or at the clock with the service's time. */
  readonly self?: 'READ' | 'CLOCK';
  /** Whether `attendance.manage` may. */
  readonly manage?: true;
}

/** A row of the table. */
export interface Access<M> {
  /** Any one of these may call it, whomever it is about. */
  readonly scopes: readonly WideScope[];
  /** Undefined: no narrow scope may. */
  readonly narrow?: Narrowing<M>;
}

type AccessTable<S extends DescService> = {
  readonly [K in keyof S['method']]: Access<MessageShape<S['method'][K]['input']>>;
};

type OfEmployee = { readonly employeeId: string };
type OfEmployeeOrGroup = OfEmployee & { readonly groupId: string };

const one = ({ employeeId }: OfEmployee): About => ({ employeeIds: [employeeId], groupId: '' });

const each = (items: readonly OfEmployee[]): About => ({
  employeeIds: items.map(({ employeeId }) => employeeId),
  groupId: '',
});

/** Of a list: without any filter it is about everybody. */
const filtered = ({ employeeId, groupId }: OfEmployeeOrGroup): About => {
  if (employeeId === '' && groupId === '') return 'EVERYBODY';
  return { employeeIds: employeeId === '' ? [] : [employeeId], groupId };
};

const group = ({ groupId }: { readonly groupId: string }): About =>
  groupId === '' ? 'EVERYBODY' : { employeeIds: [], groupId };

const bulk = ({
  employeeIds,
  groupId,
}: {
  readonly employeeIds: readonly string[];
  readonly groupId: string;
}): About => ({ employeeIds, groupId });

/** Of a list or a stream of the employees named: without any filter it is about everybody. */
const named = ({
  employeeIds,
  groupId,
}: {
  readonly employeeIds: readonly string[];
  readonly groupId: string;
}): About => (employeeIds.length === 0 && groupId === '' ? 'EVERYBODY' : { employeeIds, groupId });

/** Whose a badge is the caller does not know, so such a punch may be anybody's. */
const punches = (message: {
  readonly punches: readonly (OfEmployee & { readonly badgeId: string })[];
}): About =>
  message.punches.some(({ badgeId }) => badgeId !== '') ? 'EVERYBODY' : each(message.punches);

const managed = <M>(about: (message: M) => About): Narrowing<M> => ({ about, manage: true });
const ownOrManaged = <M>(about: (message: M) => About): Narrowing<M> => ({
  about,
  self: 'READ',
  manage: true,
});

/** Shifts and the like have nothing of an employee: whoever manages some needs them. */
const SHARED: Narrowing<unknown> = { about: () => 'NOBODY', manage: true };

const COMMAND: Access<OfEmployee> = {
  scopes: ['attendance.write'],
  narrow: { about: one, self: 'CLOCK', manage: true },
};
/** Corrections, and marks, of one employee. */
const CORRECTION: Access<OfEmployee> = { scopes: ['attendance.write'], narrow: managed(one) };
const READ: Access<unknown> = { scopes: ['attendance.read'] };
const WRITE: Access<unknown> = { scopes: ['attendance.write'] };
const ADMIN: Access<unknown> = { scopes: ['attendance.admin'] };
/** Whoever changes the roster has to read it. */
const ROSTER_READ: Access<unknown> = { scopes: ['attendance.read', 'attendance.admin'] };
const SHARED_READ: Access<unknown> = { ...ROSTER_READ, narrow: SHARED };
const EMPLOYEE_READ: Access<OfEmployee> = { ...ROSTER_READ, narrow: managed(one) };

const DAYS: AccessTable<typeof AttendanceService> = {
  markAttendance: CORRECTION,
  batchMarkAttendance: {
    scopes: ['attendance.write'],
    narrow: managed(({ requests }) => each(requests)),
  },
  clearAttendance: CORRECTION,
  bulkMarkAttendance: { scopes: ['attendance.write'], narrow: managed(bulk) },
  bulkClearAttendance: { scopes: ['attendance.write'], narrow: managed(bulk) },
  listMarkImports: READ,
  voidMarkImport: WRITE,
  getAttendance: { scopes: ['attendance.read'], narrow: ownOrManaged(one) },
  listAttendance: { scopes: ['attendance.read'], narrow: ownOrManaged(filtered) },
  streamAttendance: { scopes: ['attendance.read'], narrow: ownOrManaged(filtered) },
  batchGetAttendance: {
    scopes: ['attendance.read'],
    narrow: ownOrManaged(({ days }) => each(days)),
  },
  // Not for `self`: it names the colleagues who corrected the day, with their reasons.
  listAttendanceRevisions: { scopes: ['attendance.read'], narrow: managed(one) },
  // Not for `self` either, for the same reason.
  watchAttendance: { scopes: ['attendance.read'], narrow: managed(named) },
  setLeaveType: ADMIN,
  listLeaveTypes: SHARED_READ,
  simulateAttendance: READ,
  compareAttendance: READ,
};

const CLOCK: AccessTable<typeof ClockService> = {
  clockIn: COMMAND,
  clockOut: COMMAND,
  startBreak: COMMAND,
  endBreak: COMMAND,
  recordPunches: { scopes: ['attendance.write', 'attendance.punch'], narrow: managed(punches) },
  importPunches: { scopes: ['attendance.write', 'attendance.punch'], narrow: managed(punches) },
  listPunches: { scopes: ['attendance.read'], narrow: managed(one) },
  voidPunch: CORRECTION,
  replacePunch: CORRECTION,
  correctPunches: CORRECTION,
  listImports: READ,
  voidImport: WRITE,
  assignBadge: ADMIN,
  endBadge: ADMIN,
  retractBadge: ADMIN,
  listBadges: ROSTER_READ,
  listQuarantinedPunches: ROSTER_READ,
  discardQuarantinedPunches: ADMIN,
  getClockState: { scopes: ['attendance.read'], narrow: ownOrManaged(one) },
  listClockedIn: { scopes: ['attendance.read'], narrow: managed(group) },
};

const ROSTER: AccessTable<typeof RosterService> = {
  createEmployee: ADMIN,
  getEmployee: EMPLOYEE_READ,
  listEmployees: { ...ROSTER_READ, narrow: managed(group) },
  updateEmployee: ADMIN,
  archiveEmployee: ADMIN,
  createShift: ADMIN,
  getShift: SHARED_READ,
  listShifts: SHARED_READ,
  updateShift: ADMIN,
  archiveShift: ADMIN,
  createShiftAssignment: ADMIN,
  getShiftAssignment: EMPLOYEE_READ,
  listShiftAssignments: EMPLOYEE_READ,
  updateShiftAssignment: ADMIN,
  deleteShiftAssignment: ADMIN,
  setDateOverride: ADMIN,
  deleteDateOverride: ADMIN,
  listDateOverrides: EMPLOYEE_READ,
  createHoliday: ADMIN,
  getHoliday: SHARED_READ,
  listHolidays: SHARED_READ,
  updateHoliday: ADMIN,
  deleteHoliday: ADMIN,
  setPolicy: ADMIN,
  getPolicy: ROSTER_READ,
  listPolicies: ROSTER_READ,
  deletePolicy: ADMIN,
  getRosterChange: ROSTER_READ,
  listRosterChanges: ROSTER_READ,
};

const TIMESHEETS: AccessTable<typeof TimesheetService> = {
  getTimesheet: { scopes: ['attendance.read'], narrow: ownOrManaged(one) },
  listTimesheets: { scopes: ['attendance.read'], narrow: ownOrManaged(named) },
};

const ROWS = new Map<DescMethod, Access<never>>([
  ...rowsOf(AttendanceService, DAYS),
  ...rowsOf(ClockService, CLOCK),
  ...rowsOf(RosterService, ROSTER),
  ...rowsOf(TimesheetService, TIMESHEETS),
]);

function rowsOf<S extends DescService>(service: S, table: AccessTable<S>) {
  return service.methods.map((method): [DescMethod, Access<never>] => {
    const row = table[method.localName as keyof S['method']] as Access<never>;
    return [method, row];
  });
}

/** The row of a method. Throws where there is none: nobody may call it. */
export function accessOf(method: DescMethod): Access<never> {
  const row = ROWS.get(method);
  if (row === undefined) throw new Error(`${method.name} has no row in the table of access`);
  return row;
}
