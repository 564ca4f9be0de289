// No call holds the event loop for long, whatever it asks for and is answered with: every rpc with its
// largest requests and answers, for several callers at once, of the service as a process of its own
// with a real PostgreSQL. How long, is processor time: a busy machine does not count.

import { once } from 'node:events';
import { join } from 'node:path';
import type { DescService } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { OvertimeBasis } from '../../gen/attendance/v1/extra_time_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { TimesheetService, TimesheetView } from '../../gen/attendance/v1/timesheet_service_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import type { LongestHold } from '../support/loop-watch.js';
import { MAIN, type ServiceProcess, startProcess } from '../support/process.js';

/** For how long one round of the loop may compute. */
const MAX_HOLD_MS = 50;

/**
 * The best of a few tries counts: what holds the loop does so every time, and what a cold compiler
 * or another program on the same core adds does not.
 */
const TRIES = 12;

const WATCH = join(import.meta.dirname, '../support/loop-watch.js');

interface Clients {
  readonly attendance: Client<typeof AttendanceService>;
  readonly clock: Client<typeof ClockService>;
  readonly roster: Client<typeof RosterService>;
  readonly timesheets: Client<typeof TimesheetService>;
}

interface Row {
  /** How many callers at once. */
  readonly together: number;
  /** Instead of MAX_HOLD_MS, where it is known to take longer: with the reason beside it. */
  readonly longestMs?: number;
  /** `n` is another number for every call. */
  call(clients: Clients, n: number): Promise<unknown>;
}

/** Every rpc of a service has rows: one that is added without any does not compile. */
type RowsOf<S extends DescService> = {
  readonly [K in keyof S['method']]: Readonly<Record<string, Row>>;
};

const DAY = '2026-03-02';
const DAY_MS = Date.parse(`${DAY}T00:00:00Z`);
const MONTH = { startDate: '2026-03-01', endDate: '2026-03-31' };
const ALL = 1000;
const { PRESENT, ON_LEAVE } = AttendanceStatus;

const SHIFT_IDS = times(8, (n) => `S${n}`.padEnd(64, 'x'));
const NOTE = 'n'.repeat(1000);
const LABELS = Object.fromEntries(times(20, (n) => [`k${n}`.padEnd(64, 'k'), 'v'.repeat(200)]));

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function at(ms: number) {
  return timestampFromMs(ms);
}

/** As many punches as are looked at, on a date of eight shifts: 800 sessions. */
function fullDay(employeeId: string, day: number) {
  return times(1600, (n) => ({
    employeeId,
    time: at(DAY_MS + day * 86_400_000 + n * 36_000),
    deviceId: 'gate',
  }));
}

function dateAfter(days: number): string {
  return new Date(DAY_MS + days * 86_400_000).toISOString().slice(0, 10);
}

/** On each of many dates eight shifts with punches. */
const SCENARIO = {
  employee: { timeZone: 'Europe/Berlin' },
  shifts: SHIFT_IDS.map((shiftId, n) => ({ shiftId, ...hoursOf(n) })),
  assignments: [{ startDate: '2026-01-01', cycle: [{ shiftIds: SHIFT_IDS }] }],
  startDate: '2026-01-01',
  endDate: '2027-01-01',
};

function hoursOf(n: number) {
  const hour = (value: number) => `${String(value % 24).padStart(2, '0')}:00`;
  return { startTimeOfDay: hour(2 * n), endTimeOfDay: hour(2 * n + 2) };
}

const ATTENDANCE: RowsOf<typeof AttendanceService> = {
  markAttendance: {
    'of a full day': {
      together: 10,
      call: ({ attendance }, n) =>
        attendance.markAttendance({
          employeeId: 'full',
          date: DAY,
          status: n % 2 === 0 ? PRESENT : ON_LEAVE,
          note: NOTE,
        }),
    },
  },
  batchMarkAttendance: {
    'of a thousand people': {
      together: 2,
      call: ({ attendance }, n) =>
        attendance.batchMarkAttendance({
          requests: times(ALL, (index) => ({
            employeeId: `m${index}`,
            date: DAY,
            status: n % 2 === 0 ? PRESENT : ON_LEAVE,
            note: NOTE,
          })),
        }),
    },
    'of one day, a thousand times': {
      together: 2,
      call: ({ attendance }) =>
        attendance.batchMarkAttendance({
          requests: times(ALL, (index) => ({
            employeeId: 'often',
            date: DAY,
            status: index % 2 === 0 ? PRESENT : ON_LEAVE,
          })),
        }),
    },
  },
  bulkMarkAttendance: {
    'of five thousand days': {
      together: 1,
      call: ({ attendance }, n) =>
        attendance.bulkMarkAttendance({
          employeeIds: times(ALL / 2, (index) => `m${index}`),
          startDate: '2026-05-01',
          endDate: '2026-05-10',
          status: n % 2 === 0 ? PRESENT : ON_LEAVE,
        }),
    },
  },
  bulkClearAttendance: {
    'of a thousand people': {
      together: 1,
      call: ({ attendance }) =>
        attendance.bulkClearAttendance({
          employeeIds: times(ALL, (index) => `m${index}`),
          startDate: '2026-05-01',
          endDate: '2026-05-01',
          reason: NOTE,
        }),
    },
  },
  listMarkImports: {
    'of which there are none': {
      together: 10,
      call: ({ attendance }) => attendance.listMarkImports({ pageSize: ALL }),
    },
  },
  voidMarkImport: {
    'of a thousand days': {
      together: 1,
      call: async ({ attendance }, n) => {
        const importId = `loop-${n}`;
        await attendance.batchMarkAttendance({
          requests: times(ALL, (index) => ({
            employeeId: `m${index}`,
            date: '2026-06-01',
            status: PRESENT,
            importId,
          })),
        });
        await attendance.voidMarkImport({ importId, reason: NOTE });
      },
    },
  },
  setLeaveType: {
    'that is as it was': {
      together: 10,
      call: ({ attendance }) =>
        attendance.setLeaveType({ leaveTypeId: 'vacation', name: 'Vacation', paid: true }),
    },
  },
  listLeaveTypes: {
    'of all there are': {
      together: 10,
      call: ({ attendance }) => attendance.listLeaveTypes({ includeHistory: true, pageSize: ALL }),
    },
  },
  clearAttendance: {
    'of a full day': {
      together: 10,
      call: ({ attendance }) =>
        attendance.clearAttendance({ employeeId: 'full', date: DAY, reason: NOTE }),
    },
  },
  getAttendance: {
    'of a full day, explained': {
      together: 20,
      call: ({ attendance }) =>
        attendance.getAttendance({ employeeId: 'full', date: DAY, includeExplanations: true }),
    },
    'of a month of full days': {
      together: 20,
      call: ({ attendance }) => attendance.getAttendance({ employeeId: 'full', date: DAY }),
    },
  },
  batchGetAttendance: {
    'of three hundred people': {
      together: 4,
      call: ({ attendance }) =>
        attendance.batchGetAttendance({
          days: times(300, (n) => ({ employeeId: `in${n}`, date: DAY })),
        }),
    },
  },
  listAttendance: {
    'of full days': {
      together: 4,
      call: ({ attendance }) =>
        attendance.listAttendance({ employeeId: 'full', ...MONTH, pageSize: ALL }),
    },
    'of a year that is expected': {
      together: 4,
      call: ({ attendance }) =>
        attendance.listAttendance({
          employeeId: 'full',
          startDate: '2026-01-01',
          endDate: '2026-12-31',
          pageSize: ALL,
        }),
    },
    'of a thousand people': {
      together: 6,
      call: ({ attendance }) => attendance.listAttendance({ ...MONTH, pageSize: ALL }),
    },
  },
  streamAttendance: {
    'of a thousand people': {
      together: 3,
      call: async ({ attendance }) => {
        let days = 0;
        for await (const { attendances } of attendance.streamAttendance(MONTH)) {
          days += attendances.length;
        }
        expect(days).to.be.at.least(ALL);
      },
    },
  },
  watchAttendance: {
    'with a snapshot of a thousand people': {
      together: 2,
      call: async ({ attendance }) => {
        let days = 0;
        for await (const part of attendance.watchAttendance({ snapshot: MONTH })) {
          days += part.snapshotDays.length;
          if (part.snapshotDone) break;
        }
        expect(days).to.be.at.least(ALL);
      },
    },
  },
  compareAttendance: {
    'with a long log': {
      together: 2,
      call: async ({ attendance }, n) => {
        const punches = times(4_000, (index) => ({
          employeeId: `in${index % 100}`,
          time: at(Date.parse('2026-03-02T00:00:00Z') + (index + n) * 60_000),
          deviceId: 'gate',
          eventId: String(index),
        }));
        const proposal = { case: 'punches' as const, value: { punches } };
        let days = 0;
        for await (const part of attendance.compareAttendance({ ...MONTH, proposal })) {
          days += part.changedDays.length;
        }
        expect(days).to.be.above(0);
      },
    },
    'of a thousand people and a month': {
      together: 2,
      call: async ({ attendance }) => {
        let employees = 0n;
        const proposal = {
          case: 'policy' as const,
          value: { policyId: 'other', isDefault: true, offShiftRules: { dayStart: '04:00' } },
        };
        for await (const { totals } of attendance.compareAttendance({ ...MONTH, proposal })) {
          employees = totals?.employees ?? 0n;
        }
        expect(employees >= BigInt(ALL)).to.equal(true);
      },
    },
  },
  listAttendanceRevisions: {
    'of a full day': {
      together: 5,
      call: ({ attendance }) =>
        attendance.listAttendanceRevisions({ employeeId: 'full', date: DAY, pageSize: ALL }),
    },
    'of a day that changed a thousand times': {
      together: 5,
      call: ({ attendance }) =>
        attendance.listAttendanceRevisions({ employeeId: 'often', date: DAY, pageSize: ALL }),
    },
  },
  simulateAttendance: {
    'of a year without punches': {
      together: 6,
      call: async ({ attendance }) => {
        const error = await attendance.simulateAttendance(SCENARIO).catch(String);
        expect(error).to.match(/ANSWER_TOO_LARGE|4 MiB/);
      },
    },
    'of ten thousand punches': {
      together: 1,
      // Half a megabyte of explanations is encoded in one piece by Connect's handler.
      longestMs: 250,
      call: ({ attendance }) =>
        attendance.simulateAttendance({
          ...SCENARIO,
          punches: times(9882, (n) => ({
            time: at(Date.UTC(2026, 0, 1 + Math.floor(n / 27)) + (n % 27) * 2_000_000),
          })),
          endDate: '2026-03-15',
        }),
    },
  },
};

/** Yesterday, of somebody with many punches: commands may tell of it. */
function busyTime(n: number) {
  return at(Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000 + n * 1000);
}

/** Whatever a clock decides: it decides on many punches. */
async function decided(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    expect(String(error)).to.match(/failed_precondition|not_found/);
  });
}

const CLOCK: RowsOf<typeof ClockService> = {
  clockIn: {
    'beside many punches': {
      together: 10,
      call: ({ clock }, n) => decided(clock.clockIn({ employeeId: 'busy', time: busyTime(n) })),
    },
  },
  clockOut: {
    'beside many punches': {
      together: 10,
      call: ({ clock }, n) => decided(clock.clockOut({ employeeId: 'busy', time: busyTime(n) })),
    },
  },
  startBreak: {
    'beside many punches': {
      together: 10,
      call: ({ clock }, n) => decided(clock.startBreak({ employeeId: 'busy', time: busyTime(n) })),
    },
  },
  endBreak: {
    'beside many punches': {
      together: 10,
      call: ({ clock }, n) => decided(clock.endBreak({ employeeId: 'busy', time: busyTime(n) })),
    },
  },
  recordPunches: {
    'of a full day, once more': {
      together: 2,
      call: ({ clock }) => clock.recordPunches({ punches: fullDay('full', 1).slice(0, ALL) }),
    },
    'of a thousand people': {
      together: 2,
      call: ({ clock }, n) =>
        clock.recordPunches({
          punches: times(ALL, (index) => ({
            employeeId: `m${index}`,
            time: at(DAY_MS + n * 60_000),
            deviceId: 'gate',
          })),
        }),
    },
  },
  importPunches: {
    'of a full day, once more': {
      together: 2,
      call: ({ clock }) =>
        clock.importPunches(
          (async function* () {
            yield { punches: fullDay('full', 2).slice(0, ALL) };
          })(),
        ),
    },
  },
  listPunches: {
    'with all that may be noted': {
      together: 5,
      call: ({ clock }) => clock.listPunches({ employeeId: 'noted', pageSize: ALL }),
    },
    'of full days': {
      together: 5,
      call: ({ clock }) => clock.listPunches({ employeeId: 'full', pageSize: ALL }),
    },
  },
  voidPunch: {
    'of many punches': {
      together: 10,
      call: ({ clock }, n) =>
        decided(clock.voidPunch({ employeeId: 'busy', punchIds: [String(n + 1)], reason: NOTE })),
    },
  },
  replacePunch: {
    'of many punches': {
      together: 10,
      call: ({ clock }, n) =>
        decided(
          clock.replacePunch({
            employeeId: 'busy',
            punchId: String(n + 500),
            time: busyTime(n),
            reason: NOTE,
          }),
        ),
    },
  },
  correctPunches: {
    'of many punches': {
      together: 10,
      call: ({ clock }, n) =>
        decided(
          clock.correctPunches({
            employeeId: 'busy',
            corrections: Array.from({ length: 50 }, (_, place) => ({
              correction: {
                case: 'replace' as const,
                value: { punchId: String(n * 50 + place + 1), time: busyTime(n * 50 + place) },
              },
            })),
            reason: NOTE,
          }),
        ),
    },
  },
  listImports: {
    all: { together: 5, call: ({ clock }) => clock.listImports({ pageSize: ALL }) },
  },
  assignBadge: {
    'with what waits': {
      together: 1,
      call: async ({ clock }, n) => {
        const punches = times(ALL, (index) => ({
          badgeId: `badge-${n}`,
          time: at(DAY_MS + index * 60_000),
          deviceId: 'gate',
        }));
        await clock.recordPunches({ punches });
        await decided(
          clock.assignBadge({ badgeId: `badge-${n}`, employeeId: 'busy', startDate: '2026-01-01' }),
        );
      },
    },
  },
  endBadge: {
    'of nobody': {
      together: 5,
      call: ({ clock }) =>
        decided(clock.endBadge({ badgeId: 'none', assignmentId: '1', endDate: '2026-01-01' })),
    },
  },
  retractBadge: {
    'of nobody': {
      together: 5,
      call: ({ clock }) =>
        decided(clock.retractBadge({ badgeId: 'none', assignmentId: '1', reason: NOTE })),
    },
  },
  listBadges: {
    all: { together: 5, call: ({ clock }) => clock.listBadges({ pageSize: ALL }) },
  },
  listQuarantinedPunches: {
    all: { together: 5, call: ({ clock }) => clock.listQuarantinedPunches({ pageSize: ALL }) },
  },
  discardQuarantinedPunches: {
    'a thousand that are not there': {
      together: 5,
      call: ({ clock }) =>
        clock.discardQuarantinedPunches({
          quarantineIds: times(ALL, (index) => String(1_000_000 + index)),
          reason: NOTE,
        }),
    },
  },
  voidImport: {
    'of a thousand people': {
      together: 2,
      call: async ({ clock }, n) => {
        const importId = `people-${n}`;
        const punches = times(ALL, (index) => ({
          employeeId: `m${index}`,
          time: at(DAY_MS - n * 60_000),
          deviceId: 'file',
        }));
        await clock.recordPunches({ punches, importId });
        await clock.voidImport({ importId, reason: NOTE });
      },
    },
    'of many days of one employee': {
      together: 1,
      call: async ({ clock }, n) => {
        const importId = `one-${n}`;
        const punches = times(ALL, (index) => ({
          employeeId: `one-${n}`,
          time: at(DAY_MS + index * 43_200_000),
          deviceId: 'file',
        }));
        await clock.recordPunches({ punches, importId });
        await clock.voidImport({ importId, reason: NOTE });
      },
    },
  },
  getClockState: {
    'beside many punches': {
      together: 20,
      call: ({ clock }) => clock.getClockState({ employeeId: 'busy' }),
    },
  },
  listClockedIn: {
    'of a thousand people': {
      together: 5,
      call: ({ clock }) => clock.listClockedIn({ pageSize: ALL }),
    },
  },
};

const LONG_CYCLE = times(366, () => ({ shiftIds: SHIFT_IDS }));

/** As many rules for overtime and premiums as there can be. */
const MOST_RULES = {
  overtimeRules: times(10, (n) => ({
    ruleId: `o${n}`.padEnd(64, 'x'),
    basis: n % 2 === 0 ? OvertimeBasis.WEEK : OvertimeBasis.DAY,
    after: { seconds: BigInt(3600 * (20 - n)) },
    tiers: times(5, (tier) => ({
      label: `t${tier}`.padEnd(64, 'x'),
      ...(tier === 4 ? {} : { length: { seconds: 600n } }),
      percent: 100 + tier,
    })),
  })),
  premiumRules: times(20, (n) => ({
    ruleId: `p${n}`.padEnd(64, 'x'),
    percent: 25,
    dates: { weekdays: times(7, (day) => day + 1), holidays: true },
    startTimeOfDay: `${String(n).padStart(2, '0')}:00`,
    endTimeOfDay: `${String(n + 3).padStart(2, '0')}:30`,
    added: n % 2 === 0,
  })),
  undertimeTolerance: { seconds: 60n },
};

/** The largest policy that there is. */
function widePolicy(policyId: string, n: number) {
  return {
    policyId,
    effectiveDate: dateAfter(n),
    policyName: 'é'.repeat(200),
    groupIds: times(200, (index) => `${policyId}-${index}`.padEnd(64, 'x')),
    workRules: {
      breakDeductions: times(10, (index) => ({
        after: { seconds: BigInt(3600 * index) },
        length: { seconds: 60n },
      })),
    },
    ...MOST_RULES,
  };
}

const ROSTER: RowsOf<typeof RosterService> = {
  createEmployee: {
    'with many zones': {
      together: 8,
      call: ({ roster }, n) =>
        roster.createEmployee({
          employee: {
            employeeId: `new${n}`,
            employeeName: 'é'.repeat(200),
            timeZone: 'Europe/Berlin',
            timeZoneChanges: times(100, (index) => ({
              startDate: dateAfter(index),
              timeZone: index % 2 === 0 ? 'Europe/Paris' : 'Europe/Berlin',
            })),
          },
        }),
    },
  },
  getEmployee: {
    one: { together: 20, call: ({ roster }) => roster.getEmployee({ employeeId: 'full' }) },
  },
  listEmployees: {
    all: { together: 5, call: ({ roster }) => roster.listEmployees({ pageSize: ALL }) },
  },
  updateEmployee: {
    'with a long roster': {
      together: 8,
      call: ({ roster }, n) =>
        roster.updateEmployee({
          employee: { employeeId: 'rostered', employeeName: `${n}`, timeZone: 'UTC' },
        }),
    },
  },
  archiveEmployee: {
    one: {
      together: 8,
      call: ({ roster }) => decided(roster.archiveEmployee({ employeeId: 'leaving' })),
    },
  },
  createShift: {
    one: {
      together: 8,
      call: ({ roster }, n) => roster.createShift({ shift: { shiftId: `T${n}`, ...hoursOf(4) } }),
    },
  },
  getShift: {
    one: { together: 20, call: ({ roster }) => roster.getShift({ shiftId: SHIFT_IDS[0] ?? '' }) },
  },
  listShifts: {
    all: { together: 5, call: ({ roster }) => roster.listShifts({ pageSize: ALL }) },
  },
  updateShift: {
    'that people have': {
      together: 4,
      call: ({ roster }, n) =>
        roster.updateShift({
          shift: {
            shiftId: SHIFT_IDS[0] ?? '',
            startTimeOfDay: '00:00',
            endTimeOfDay: `01:${String(10 + (n % 50)).padStart(2, '0')}`,
            timeZone: 'UTC',
            effectiveDate: dateAfter(300),
          },
        }),
    },
  },
  archiveShift: {
    one: {
      together: 4,
      call: ({ roster }) => decided(roster.archiveShift({ shiftId: 'leaving' })),
    },
  },
  createShiftAssignment: {
    'with a long cycle': {
      together: 4,
      call: ({ roster }, n) =>
        roster.createShiftAssignment({
          assignment: {
            employeeId: 'rostered',
            assignment: {
              startDate: `${2100 + n}-01-01`,
              endDate: `${2100 + n}-12-31`,
              cycle: LONG_CYCLE,
            },
          },
        }),
    },
  },
  getShiftAssignment: {
    'with a long cycle': {
      together: 10,
      call: ({ roster }) =>
        decided(roster.getShiftAssignment({ employeeId: 'rostered', assignmentId: '1' })),
    },
  },
  listShiftAssignments: {
    'with long cycles': {
      together: 5,
      call: ({ roster }) => roster.listShiftAssignments({ employeeId: 'rostered' }),
    },
  },
  updateShiftAssignment: {
    'with a long cycle': {
      together: 4,
      call: ({ roster }) =>
        decided(
          roster.updateShiftAssignment({
            assignment: {
              employeeId: 'rostered',
              assignmentId: '1',
              assignment: { startDate: '2026-01-01', cycle: LONG_CYCLE },
            },
          }),
        ),
    },
  },
  deleteShiftAssignment: {
    one: {
      together: 4,
      call: ({ roster }, n) =>
        decided(
          roster.deleteShiftAssignment({ employeeId: 'rostered', assignmentId: String(n + 1) }),
        ),
    },
  },
  setDateOverride: {
    'of many': {
      together: 64,
      call: ({ roster }, n) =>
        roster.setDateOverride({
          employeeId: 'rostered',
          override: { date: dateAfter(n), shiftIds: SHIFT_IDS.slice(1, 7) },
        }),
    },
  },
  deleteDateOverride: {
    one: {
      together: 8,
      call: ({ roster }, n) =>
        roster.deleteDateOverride({ employeeId: 'rostered', date: dateAfter(n) }),
    },
  },
  listDateOverrides: {
    all: {
      together: 5,
      call: ({ roster }) => roster.listDateOverrides({ employeeId: 'rostered', pageSize: ALL }),
    },
  },
  createHoliday: {
    'with a long name': {
      together: 16,
      call: ({ roster }, n) =>
        roster.createHoliday({
          holiday: { calendarId: 'de', date: dateAfter(n), name: 'é'.repeat(200) },
        }),
    },
  },
  getHoliday: {
    one: {
      together: 20,
      call: ({ roster }) => decided(roster.getHoliday({ calendarId: 'de', date: DAY })),
    },
  },
  listHolidays: {
    all: {
      together: 5,
      call: ({ roster }) => roster.listHolidays({ calendarId: 'de', pageSize: ALL }),
    },
  },
  updateHoliday: {
    one: {
      together: 4,
      call: ({ roster }, n) =>
        decided(
          roster.updateHoliday({ holiday: { calendarId: 'de', date: DAY, name: `feast ${n}` } }),
        ),
    },
  },
  deleteHoliday: {
    one: {
      together: 4,
      call: ({ roster }, n) =>
        decided(roster.deleteHoliday({ calendarId: 'de', date: dateAfter(n) })),
    },
  },
  getRosterChange: {
    one: { together: 20, call: ({ roster }) => roster.getRosterChange({ changeId: '1' }) },
    'of a long cycle': {
      together: 4,
      call: ({ roster }) => roster.getRosterChange({ changeId: LONG_CHANGE }),
    },
  },
  setPolicy: {
    'with many groups': {
      together: 8,
      call: ({ roster }, n) => roster.setPolicy({ policy: widePolicy(`p${n % 50}`, n) }),
    },
  },
  getPolicy: {
    'with many versions': {
      together: 5,
      call: ({ roster }) => roster.getPolicy({ policyId: 'wide' }),
    },
  },
  listPolicies: {
    all: { together: 5, call: ({ roster }) => roster.listPolicies({ pageSize: ALL }) },
  },
  deletePolicy: {
    'with many versions': {
      together: 5,
      call: ({ roster }) =>
        roster.deletePolicy({
          policyId: 'wide',
          versions: { case: 'all', value: true },
          validateOnly: true,
        }),
    },
  },
  listRosterChanges: {
    all: { together: 5, call: ({ roster }) => roster.listRosterChanges({ pageSize: ALL }) },
  },
};

const YEAR = { startDate: '2026-01-01', endDate: '2026-12-31' };

const TIMESHEETS: RowsOf<typeof TimesheetService> = {
  getTimesheet: {
    'of a year, explained': {
      together: 4,
      call: ({ timesheets }) =>
        timesheets.getTimesheet({ employeeId: 'full', ...YEAR, includeExplanations: true }),
    },
  },
  listTimesheets: {
    'of a month of many people': {
      together: 3,
      call: ({ timesheets }) => timesheets.listTimesheets({ ...MONTH, pageSize: 200 }),
    },
    'of a year of some': {
      together: 3,
      call: ({ timesheets }) => timesheets.listTimesheets({ ...YEAR, pageSize: 200 }),
    },
    'with totals alone': {
      together: 3,
      call: ({ timesheets }) =>
        timesheets.listTimesheets({ ...MONTH, pageSize: 200, view: TimesheetView.TOTALS }),
    },
  },
};

const SERVICES = {
  AttendanceService: ATTENDANCE,
  ClockService: CLOCK,
  RosterService: ROSTER,
  TimesheetService: TIMESHEETS,
};

/** Of the first assignment with a long cycle; `fill` makes shifts, policies, employees and one before it. */
const LONG_CHANGE = String(SHIFT_IDS.length + 1 + 51 + 4 + 2);

async function fill({ attendance, clock, roster }: Clients): Promise<void> {
  for (const [n, shiftId] of SHIFT_IDS.entries()) {
    await roster.createShift({ shift: { shiftId, ...hoursOf(n), timeZone: 'UTC' } });
  }
  await roster.createShift({ shift: { shiftId: 'leaving', ...hoursOf(11) } });
  for (let n = 0; n < 50; n += 1) await roster.setPolicy({ policy: widePolicy('wide', n) });
  await roster.setPolicy({ policy: { policyId: 'paid', ...MOST_RULES } });
  for (const employeeId of ['full', 'rostered', 'leaving', 'busy']) {
    const policies = employeeId === 'full' ? [{ policyId: 'paid' }] : [];
    await roster.createEmployee({ employee: { employeeId, timeZone: 'UTC', policies } });
  }
  const cycle = [{ shiftIds: SHIFT_IDS }];
  const assignment = { startDate: '2026-01-01', cycle };
  await roster.createShiftAssignment({ assignment: { employeeId: 'full', assignment } });
  for (let year = 2010; year < 2016; year += 1) {
    const long = { startDate: `${year}-01-01`, endDate: `${year}-12-31`, cycle: LONG_CYCLE };
    await roster.createShiftAssignment({
      assignment: { employeeId: 'rostered', assignment: long },
    });
  }
  for (let day = 0; day < 4; day += 1) await record(clock, fullDay('full', day));
  const yesterday = Math.floor(Date.now() / 86_400_000) - 1 - DAY_MS / 86_400_000;
  await record(clock, fullDay('busy', yesterday));
  const noted = fullDay('noted', 0).map((punch) => ({ ...punch, labels: LABELS, note: NOTE }));
  await record(clock, noted.slice(0, 900));
  const arrived = { time: at(Date.now() - 60_000), deviceId: 'gate' };
  await record(
    clock,
    times(ALL, (n) => ({ ...arrived, employeeId: `in${n}` })),
  );
  const requests = times(ALL, (n) => ({
    employeeId: `m${n}`,
    date: dateAfter(n % 5),
    status: PRESENT,
    note: NOTE,
  }));
  await attendance.batchMarkAttendance({ requests });
}

async function record(clock: Clients['clock'], punches: ReturnType<typeof fullDay>): Promise<void> {
  for (let from = 0; from < punches.length; from += 400) {
    const { results } = await clock.recordPunches({ punches: punches.slice(from, from + 400) });
    expect(results.find(({ error }) => error !== undefined)?.error?.message).to.equal(undefined);
  }
}

describe('the event loop', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let service: ServiceProcess;
  let protocols: readonly Clients[];
  let calls = 0;

  before(async () => {
    database = await createTestDatabase();
    const command = [process.execPath, '--import', WATCH, MAIN];
    service = startProcess(command, { DATABASE_URL: database.url }, { isAsked: true });
    const baseUrl = await service.ready();
    // The binary encoding, and that which takes longest.
    protocols = [
      createGrpcTransport({ baseUrl }),
      createConnectTransport({ baseUrl, httpVersion: '2', useBinaryFormat: false }),
    ].map(clientsOf);
    const [first] = protocols;
    if (first !== undefined) await fill(first);
  });

  after(async () => {
    service?.child.kill('SIGTERM');
    await service?.exited;
    await database?.drop();
  });

  let quickestMs = Number.POSITIVE_INFINITY;

  /** The longest hold since it was asked last, as it would be at the quickest pace seen. */
  async function longestHold(): Promise<number> {
    service.child.send('how long?');
    const [{ longestMs, paceMs }] = (await once(service.child, 'message')) as [LongestHold];
    if (paceMs > 0) quickestMs = Math.min(quickestMs, paceMs);
    return paceMs > 0 ? longestMs * Math.min(1, quickestMs / paceMs) : longestMs;
  }

  async function holdOf({ together, call }: Row): Promise<number> {
    await longestHold();
    const asked = times(together, (n) => {
      const clients = protocols[n % protocols.length];
      calls += 1;
      return clients === undefined ? undefined : call(clients, calls);
    });
    await Promise.all(asked);
    return await longestHold();
  }

  for (const [name, methods] of Object.entries(SERVICES)) {
    for (const [method, rows] of Object.entries<Readonly<Record<string, Row>>>(methods)) {
      for (const [what, row] of Object.entries(rows)) {
        it(`is not held up by ${name}.${method} ${what}`, async () => {
          const { longestMs = MAX_HOLD_MS } = row;
          const holds: number[] = [];
          do holds.push(await holdOf(row));
          while (holds.length < TRIES && Math.min(...holds) > longestMs);
          expect(Math.min(...holds), `of ${holds.join(', ')} ms`).to.be.at.most(longestMs);
        });
      }
    }
  }
});

function clientsOf(transport: Transport): Clients {
  return {
    attendance: createClient(AttendanceService, transport),
    clock: createClient(ClockService, transport),
    roster: createClient(RosterService, transport),
    timesheets: createClient(TimesheetService, transport),
  };
}
