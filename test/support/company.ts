// A company with a roster and punches in a real database: all employees have one default shift, and
// came to work on every date, on the minute.

import type { AttendanceStore } from '../../src/app/ports/attendance-store.js';
import type { Fact, PunchFact } from '../../src/app/ports/facts.js';
import type {
  EmployeeDetail,
  RosterChangeRecord,
  RosterCommand,
  RosterStore,
} from '../../src/app/ports/roster-ports.js';
import { recordFacts } from '../../src/app/write/record-facts.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { PunchKind } from '../../src/domain/facts/punch.js';
import { PLAIN_COUNTING, PLAIN_WORK_RULES, type Shift } from '../../src/domain/roster/shift.js';
import type { Instant } from '../../src/domain/time/time.js';

const HOUR = 3600;
const DAY_MS = 86_400_000;

export const SHIFT_ID = 'early';

/** Eight hours from `startHour`, with margins of four hours. */
export function shiftAt(startHour: number): Shift {
  return {
    shiftId: SHIFT_ID,
    startSecond: startHour * HOUR,
    endSecond: (startHour + 8) * HOUR,
    zone: undefined,
    beforeSeconds: 4 * HOUR,
    afterSeconds: 4 * HOUR,
    maxSessionSeconds: 0,
    lateGraceSeconds: 0,
    earlyGraceSeconds: 0,
    halfDayBelowSeconds: 0,
    absentBelowSeconds: 0,
    work: PLAIN_WORK_RULES,
    halvesMeetSecond: undefined,
    flexible: undefined,
    counting: PLAIN_COUNTING,
    worksOnHolidays: false,
    calendarId: undefined,
    geofence: undefined,
  };
}

export interface Company {
  readonly employees: number;
  /** Epoch day of the first date. */
  readonly firstDay: number;
  readonly days: number;
}

export function employeeId(index: number): EmployeeId {
  return `e${String(index).padStart(5, '0')}` as EmployeeId;
}

/** The same in every command. */
const HEADER = {
  requestId: undefined,
  payloadHash: new Uint8Array(16),
  validateOnly: false,
  actor: 'boss',
  reason: '',
  receivedAt: 0 as Instant,
} as const;

type Body<T> = T extends unknown ? Omit<T, keyof typeof HEADER> : never;

/** Changes the roster. Throws if nothing changes. */
export async function change(
  roster: RosterStore,
  body: Body<RosterCommand>,
): Promise<RosterChangeRecord> {
  const { change: made } = await roster.changeRoster({ ...HEADER, ...body } as RosterCommand);
  if (made === undefined) throw new Error('the roster was like that before');
  return made;
}

export function detailOf(defaultShiftId: string | undefined): EmployeeDetail {
  return {
    employeeName: '',
    zone: undefined,
    zoneChanges: [],
    groupId: '',
    joinedDay: -Infinity,
    leftDay: Infinity,
    defaultShiftId,
    calendarId: undefined,
    archivedDay: undefined,
    policies: [],
  };
}

/** Creates the shift from eight to four, and all employees. */
export async function hire(roster: RosterStore, { employees }: Company): Promise<void> {
  await change(roster, {
    kind: 'CREATE_SHIFT',
    version: { fromDay: -Infinity, shift: shiftAt(8) },
  });
  const detail = detailOf(SHIFT_ID);
  for (let index = 0; index < employees; index += 1) {
    await change(roster, { kind: 'CREATE_EMPLOYEE', employeeId: employeeId(index), detail });
  }
}

export function punchFact(id: EmployeeId, time: number, kind: PunchKind): PunchFact {
  return {
    kind: 'PUNCH',
    employeeId: id,
    requestId: undefined,
    payloadHash: new Uint8Array(16),
    actor: 'clock',
    receivedAt: time as Instant,
    importId: undefined,
    restore: false,
    validateOnly: false,
    punch: {
      time: time as Instant,
      kind,
      deviceId: 'gate',
      eventId: '',
      position: undefined,
      flags: [],
      source: 'DEVICE',
      timeZone: '',
      accuracyMeters: 0,
      labels: {},
      note: '',
    },
  };
}

/** Punches recorded at a time. */
const BATCH = 1000;

/** All employees work from eight to four on every date. */
export async function work(store: AttendanceStore, company: Company): Promise<void> {
  let batch: Fact[] = [];
  const send = async () => {
    const failed = (await recordFacts(store, batch)).find(({ failure }) => failure !== undefined);
    if (failed !== undefined) throw new Error(`a punch was refused: ${failed.failure?.kind}`);
    batch = [];
  };
  for (let index = 0; index < company.employees; index += 1) {
    for (let day = company.firstDay; day < company.firstDay + company.days; day += 1) {
      const eight = day * DAY_MS + 8 * HOUR * 1000;
      batch.push(punchFact(employeeId(index), eight, 'IN'));
      batch.push(punchFact(employeeId(index), eight + 8 * HOUR * 1000, 'OUT'));
      if (batch.length >= BATCH) await send();
    }
  }
  if (batch.length > 0) await send();
}
