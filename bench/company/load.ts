// Loads a made-up month into a running service, as its administrators, managers and clocks would.

import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService, PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { FIRST_DATE, type MadePunch, type Month, SHIFTS, SITES, type Worker } from './company.js';

export interface Clients {
  readonly attendance: Client<typeof AttendanceService>;
  readonly clock: Client<typeof ClockService>;
  readonly roster: Client<typeof RosterService>;
}

export interface Loaded {
  readonly recorded: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/** Calls in flight at the same time. */
const LANES = 8;
const MARKS_PER_CALL = 1000;

export function clientsOf(baseUrl: string): Clients {
  const transport = createGrpcTransport({ baseUrl });
  return {
    attendance: createClient(AttendanceService, transport),
    clock: createClient(ClockService, transport),
    roster: createClient(RosterService, transport),
  };
}

/** Shifts, holidays, employees, and their assignments. */
export async function loadRoster({ roster }: Clients, { workers }: Month): Promise<void> {
  for (const shift of SHIFTS) await roster.createShift({ shift: { ...shift } });
  for (const { calendar, holiday } of SITES) {
    const made = { calendarId: calendar, date: holiday, name: 'Founders’ day' };
    await roster.createHoliday({ holiday: made });
  }
  await inLanes(workers, (worker) => loadWorker(roster, worker));
}

async function loadWorker(roster: Clients['roster'], worker: Worker): Promise<void> {
  const { employeeId, name, site, joinDate = '', leaveDate = '', cycle } = worker;
  await roster.createEmployee({
    employee: {
      employeeId,
      employeeName: name,
      groupId: site.site,
      timeZone: site.zone,
      calendarId: site.calendar,
      joinDate,
      leaveDate,
    },
  });
  const days = cycle.map((shiftIds) => ({ shiftIds: [...shiftIds] }));
  const assignment = { startDate: FIRST_DATE, cycle: days };
  await roster.createShiftAssignment({ assignment: { employeeId, assignment } });
}

/** Leave. Throws if a mark is refused. */
export async function loadMarks({ attendance }: Clients, { marks }: Month): Promise<void> {
  for (let from = 0; from < marks.length; from += MARKS_PER_CALL) {
    const requests = marks
      .slice(from, from + MARKS_PER_CALL)
      .map(({ employeeId, date, status }) => ({
        employeeId,
        date,
        status: AttendanceStatus[status],
      }));
    const { results } = await attendance.batchMarkAttendance({ requests });
    const failed = results.find(({ result }) => result.case === 'error');
    if (failed?.result.case === 'error') throw new Error(failed.result.value.message);
  }
}

/** The devices' uploads, several at the same time. */
export async function loadPunches({ clock }: Clients, { uploads }: Month): Promise<Loaded> {
  const counts = new Map<PunchOutcome, number>();
  await inLanes(uploads, async (upload) => {
    const { results } = await clock.recordPunches({ punches: upload.map(punchOf) });
    for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  });
  return {
    recorded: counts.get(PunchOutcome.RECORDED) ?? 0,
    duplicates: counts.get(PunchOutcome.DUPLICATE) ?? 0,
    rejected: counts.get(PunchOutcome.REJECTED) ?? 0,
  };
}

function punchOf({ employeeId, time, kind, deviceId, eventId }: MadePunch) {
  return {
    employeeId,
    time: timestampFromMs(time),
    kind: PunchKind[kind],
    deviceId,
    eventId,
  };
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
