// What the suites of the contract ask for over and over: whole lists, days, shifts and employees
// that no other case uses.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import {
  Anomaly,
  type Attendance,
  AttendanceStatus,
} from '../../gen/attendance/v1/attendance_pb.js';
import type {
  ListAttendanceRequestSchema,
  StreamAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import type { ClockState } from '../../gen/attendance/v1/clock_service_pb.js';
import { type Punch, PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import type { ShiftSchema } from '../../gen/attendance/v1/roster_pb.js';
import type { RosterChange } from '../../gen/attendance/v1/roster_service_pb.js';
import { addEmployee, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

/** A Monday. */
export const DAY = '2026-03-02';
export const NEXT_DAY = '2026-03-03';

const SWEEP_TIMEOUT_MS = 20_000;
const ATTEMPTS = 5;

let names = 0;

/** A shift, a group or a calendar that no other case uses. */
export function something(): string {
  names += 1;
  return `s-${names}`;
}

/** An instant, from `2026-03-02T08:00` in UTC. */
export function at(text: string): Timestamp {
  return timestampFromDate(new Date(`${text}Z`));
}

/** A moment of the one day that most cases are about. */
export function onDay(time: string): Timestamp {
  return at(`${DAY}T${time}`);
}

export function minutesAgo(minutes: number): Timestamp {
  return timestampFromDate(new Date(Date.now() - minutes * 60_000));
}

export function wordOf(day: Attendance | undefined): string {
  return AttendanceStatus[day?.status ?? 0] ?? 'a status that is none';
}

export function anomaliesOf(day: Attendance): readonly string[] {
  return day.anomalies.map((anomaly) => Anomaly[anomaly]);
}

/** Questions to one service. */
export class Asking {
  readonly #serviceOf: () => TestService;

  constructor(serviceOf: () => TestService) {
    this.#serviceOf = serviceOf;
  }

  get service(): TestService {
    return this.#serviceOf();
  }

  /** Adds an employee whose commands are accepted. */
  async added(employeeId: string): Promise<string> {
    return await addEmployee(this.service, employeeId);
  }

  async get(employeeId: string, date = DAY, asOfTime?: Timestamp): Promise<Attendance> {
    const request = { employeeId, date, ...(asOfTime === undefined ? {} : { asOfTime }) };
    const { attendance } = await this.service.client.getAttendance(request);
    return attendance ?? expect.fail('no attendance in the answer');
  }

  /** Of all pages. */
  async list(request: MessageInitShape<typeof ListAttendanceRequestSchema>): Promise<Attendance[]> {
    const days: Attendance[] = [];
    let pageToken = '';
    do {
      const page = await this.service.client.listAttendance({ ...request, pageToken });
      days.push(...page.attendances);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return days;
  }

  async stream(
    request: MessageInitShape<typeof StreamAttendanceRequestSchema>,
  ): Promise<Attendance[]> {
    const days: Attendance[] = [];
    for await (const part of this.service.client.streamAttendance(request)) {
      days.push(...part.attendances);
    }
    return days;
  }

  /**
   * The day as every kind of read tells it; they must agree. Asked again when the sweep stored it
   * in between: the revision is another one then.
   */
  async everywhere(employeeId: string, date = DAY): Promise<Attendance> {
    const range = { employeeId, startDate: date, endDate: date };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const day = await this.get(employeeId, date);
      const listed = await this.list(range);
      const streamed = await this.stream(range);
      if ((await this.get(employeeId, date)).revision !== day.revision) continue;
      const told = day.status === AttendanceStatus.UNSCHEDULED ? [] : [day];
      expect(listed, 'listed').to.deep.equal(told);
      expect(streamed, 'streamed').to.deep.equal(told);
      return day;
    }
    throw new Error(`the day ${date} of ${employeeId} does not come to rest`);
  }

  /** Punches of all pages; those taken back too. */
  async punches(employeeId: string): Promise<Punch[]> {
    const punches: Punch[] = [];
    let pageToken = '';
    do {
      const request = { employeeId, includeVoided: true, pageSize: 1000, pageToken };
      const page = await this.service.clock.listPunches(request);
      punches.push(...page.punches);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return punches;
  }

  /** Arrivals and departures by turns, as facts of no device. */
  async record(employeeId: string, ...times: readonly Timestamp[]): Promise<Punch[]> {
    const punches = times.map((time, index) => ({
      employeeId,
      time,
      kind: index % 2 === 0 ? PunchKind.IN : PunchKind.OUT,
    }));
    const { results } = await this.service.clock.recordPunches({ punches });
    const kept = new Map((await this.punches(employeeId)).map((punch) => [punch.punchId, punch]));
    return results.map(({ punchId }) => kept.get(punchId) ?? expect.fail('a punch is not kept'));
  }

  async state(employeeId: string): Promise<ClockState> {
    const { clockState } = await this.service.clock.getClockState({ employeeId });
    return clockState ?? expect.fail('no state in the answer');
  }

  /** A shift from 08:00 to 16:00, unless said otherwise. */
  async shift(more: MessageInitShape<typeof ShiftSchema> = {}): Promise<string> {
    const shiftId = something();
    const shift = { shiftId, startTimeOfDay: '08:00', endTimeOfDay: '16:00', ...more };
    await this.service.roster.createShift({ shift });
    return shiftId;
  }

  /** On every date, by an assignment. */
  async assign(
    employeeId: string,
    shiftIds: readonly string[],
    startDate = DAY,
    endDate = '',
  ): Promise<string> {
    const assignment = { startDate, endDate, cycle: [{ shiftIds: [...shiftIds] }] };
    const created = await this.service.roster.createShiftAssignment({
      assignment: { employeeId, assignment },
    });
    return created.assignment?.assignmentId ?? expect.fail('no assignment in the answer');
  }

  /** Until the stored days have followed a change. */
  async swept(change: RosterChange | undefined): Promise<RosterChange> {
    let now = change ?? expect.fail('nothing was changed');
    const { changeId } = now;
    await waitUntil(
      `change ${changeId} is followed`,
      async () => {
        const { rosterChange } = await this.service.roster.getRosterChange({ changeId });
        now = rosterChange ?? expect.fail('no change in the answer');
        return now.finishTime !== undefined;
      },
      SWEEP_TIMEOUT_MS,
    );
    return now;
  }

  /** Why each revision of a day was made, by number. */
  async causes(employeeId: string, date = DAY): Promise<number[]> {
    const request = { employeeId, date };
    const { revisions } = await this.service.client.listAttendanceRevisions(request);
    return revisions.map(({ cause }) => cause);
  }
}
