// An acceptance case on the running service: its roster created, its facts recorded, its days
// read back, all through the API. Names are prefixed, so that cases share a database, and told
// without the prefix.

import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import {
  type Attendance,
  AttendanceSchema,
  AttendanceStatus,
  DayPortion,
} from '../../../gen/attendance/v1/attendance_pb.js';
import type { RecordPunchResult } from '../../../gen/attendance/v1/clock_service_pb.js';
import { type Punch, PunchKind, PunchSchema } from '../../../gen/attendance/v1/punch_pb.js';
import {
  HolidaySchema,
  PolicySchema,
  ShiftAssignmentSchema,
  ShiftSchema,
} from '../../../gen/attendance/v1/roster_pb.js';
import { EmployeeSchema, OverlapAction } from '../../../gen/attendance/v1/roster_service_pb.js';
import { expectDay, expectNothingWorked, type SeenFinding } from '../../domain/support/day-view.js';
import { Notation } from '../../domain/support/notation.js';
import type { Case, DayExpectation, ShiftSetup } from '../../domain/support/scenario.js';
import type { TestService } from '../../support/service.js';
import { seenDayOf, seenFindingsOf } from './simulated-day.js';
import {
  assignmentJson,
  employeeJson,
  holidayJson,
  offShiftJson,
  punchJson,
  rangeOf,
  shiftJson,
} from './simulation-request.js';

const DAY_MS = 86_400_000;

/** What a stage needs to know of a case. */
export type Staged = Pick<Case, 'day' | 'roster'>;

/** The notation's words of the kinds, by their number. */
const KIND_WORDS: Readonly<Record<PunchKind, string>> = {
  [PunchKind.UNSPECIFIED]: 'P',
  [PunchKind.IN]: 'IN',
  [PunchKind.OUT]: 'OUT',
  [PunchKind.BREAK_START]: 'BREAK',
  [PunchKind.BREAK_END]: 'BACK',
};

function isoDateOf(epochDay: number): string {
  return new Date(epochDay * DAY_MS).toISOString().slice(0, 10);
}

/** The sweep may store a day between two reads: that is one revision more, and nothing else. */
function timeless(day: Attendance) {
  return { ...day, revision: 0, etag: '', updateTime: undefined };
}

export class Stage {
  readonly service: TestService;
  readonly employeeId: string;
  readonly notation: Notation;
  readonly #staged: Staged;
  readonly #prefix: string;

  /** `prefix` is of the case and shared by its employees; `who` tells those apart. */
  constructor(service: TestService, staged: Staged, prefix: string, who = 'e') {
    this.service = service;
    this.employeeId = `${prefix}.${who}`;
    this.notation = new Notation(staged);
    this.#staged = staged;
    this.#prefix = `${prefix}.`;
  }

  /** What all employees of the case share: its shifts, holidays and rules for work without a shift. */
  async createShared(): Promise<void> {
    const { roster } = this.service;
    const { shifts = [], holidays = [] } = this.#staged.roster;
    const offShiftRules = offShiftJson(this.#staged.roster);
    if (offShiftRules !== undefined) {
      const json = { policyId: this.#policyId(), offShiftRules };
      await roster.setPolicy({ policy: fromJson(PolicySchema, json) });
    }
    for (const shift of shifts) await roster.createShift({ shift: this.#shift(shift) });
    for (const text of holidays) {
      const holiday = fromJson(HolidaySchema, {
        ...holidayJson(text, this.notation),
        calendarId: this.#calendarId(),
      });
      await roster.createHoliday({ holiday });
    }
  }

  /** The employee, and what the employee follows. */
  async createEmployee(): Promise<void> {
    const { roster } = this.service;
    await roster.createEmployee({ employee: this.#employee() });
    for (const assigned of this.#staged.roster.assigned ?? []) {
      const shifts = assigned.shifts.map((id) => this.#prefix + id);
      const json = assignmentJson({ ...assigned, shifts }, this.notation);
      const assignment = fromJson(ShiftAssignmentSchema, json);
      await roster.createShiftAssignment({
        assignment: { employeeId: this.employeeId, assignment },
        onOverlap: OverlapAction.ADD,
      });
    }
  }

  /** The shift as it is from now on, on all dates. */
  async updateShift(setup: ShiftSetup): Promise<void> {
    await this.service.roster.updateShift({
      shift: this.#shift(setup),
      reason: 'a new rule',
      updateMask: { paths: ['*'] },
    });
  }

  async updateZone(timeZone: string): Promise<void> {
    const employee = { ...this.#employee(), timeZone };
    await this.service.roster.updateEmployee({ employee, reason: 'moved' });
  }

  /** Facts, in one call. */
  async record(punches: readonly string[]): Promise<readonly RecordPunchResult[]> {
    const sent = punches.map((text) => this.punch(text));
    return (await this.service.clock.recordPunches({ punches: sent })).results;
  }

  punch(text: string): Punch {
    const json = { ...punchJson(text, this.notation), employeeId: this.employeeId };
    return fromJson(PunchSchema, json);
  }

  async mark(text: string, etag = ''): Promise<Attendance> {
    const { date, status, portion, leaveTime } = this.notation.mark(text);
    const { attendance } = await this.service.client.markAttendance({
      employeeId: this.employeeId,
      date,
      status: AttendanceStatus[status as keyof typeof AttendanceStatus],
      portion: DayPortion[portion],
      ...(leaveTime === undefined ? {} : { leaveTime: rangeOf(leaveTime) }),
      etag,
    });
    return attendance ?? expect.fail('no attendance in the answer');
  }

  moment(text: string) {
    return timestampFromMs(this.notation.moment(text));
  }

  /** Everything that was ever punched, by time; those taken back too. */
  async allPunches(): Promise<readonly Punch[]> {
    const found: Punch[] = [];
    let pageToken = '';
    do {
      const page = await this.service.clock.listPunches({
        employeeId: this.employeeId,
        includeVoided: true,
        pageSize: 1000,
        pageToken,
      });
      found.push(...page.punches);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  }

  /** `D 08:00 IN` of each punch that counts, by time. */
  async standing(): Promise<readonly string[]> {
    const punches = await this.allPunches();
    return punches.filter(({ voided }) => voided === undefined).map((each) => this.say(each));
  }

  say({ time, kind }: Punch): string {
    const at = time === undefined ? expect.fail('a punch without a time') : timestampMs(time);
    return `${this.notation.say(at)} ${KIND_WORDS[kind]}`;
  }

  /** The one standing punch that is said so. */
  async find(text: string): Promise<Punch> {
    const punches = await this.allPunches();
    const found = punches.filter((each) => each.voided === undefined && this.say(each) === text);
    const [punch] = found;
    if (punch === undefined || found.length > 1) expect.fail(`${found.length} punches "${text}"`);
    return punch;
  }

  async get(date: string): Promise<Attendance> {
    const { employeeId } = this;
    const { attendance } = await this.service.client.getAttendance({ employeeId, date });
    return attendance ?? expect.fail('no attendance in the answer');
  }

  /**
   * Compares what is expected with the days as they are told one by one, with their explanations
   * and without; of other dates from `first` to `last` only that nothing was worked. A list of
   * all of them must tell the very same days, and none that is told as unscheduled.
   */
  async expectDays(
    days: Readonly<Record<string, DayExpectation>>,
    firstDay: number,
    lastDay: number,
  ): Promise<void> {
    const row: Case = { ...this.#staged, id: '', title: '', source: '', days };
    const listed = await this.#list(isoDateOf(firstDay), isoDateOf(lastDay));
    for (let epochDay = firstDay; epochDay <= lastDay; epochDay += 1) {
      const isoDate = isoDateOf(epochDay);
      const date = this.notation.sayDate(isoDate);
      const inList = listed.get(isoDate);
      const expected = days[date];
      if (expected === undefined) {
        if (inList !== undefined) expectNothingWorked(date, seenDayOf(inList));
        continue;
      }
      const { attendance, findings } = await this.#explained(isoDate);
      if (expected.final !== false) {
        expectDay(row, date, seenDayOf(this.#unprefixed(attendance)), findings);
      }
      const told = timeless(await this.get(isoDate));
      expect(timeless(attendance), 'the same day explained').to.deep.equal(told);
      const isKnown = told.status !== AttendanceStatus.UNSCHEDULED;
      expect(inList && timeless(inList), 'the same day listed').to.deep.equal(
        isKnown ? told : undefined,
      );
    }
  }

  /** The days that a list tells, by date. */
  async #list(startDate: string, endDate: string): Promise<ReadonlyMap<string, Attendance>> {
    const { attendances } = await this.service.client.listAttendance({
      employeeId: this.employeeId,
      startDate,
      endDate,
      pageSize: 1000,
    });
    return new Map(attendances.map((each) => [each.date, each]));
  }

  async #explained(
    date: string,
  ): Promise<{ attendance: Attendance; findings: readonly SeenFinding[] }> {
    const { attendance, explanations } = await this.service.client.getAttendance({
      employeeId: this.employeeId,
      date,
      includeExplanations: true,
    });
    const day = attendance ?? expect.fail('no attendance in the answer');
    const findings = seenFindingsOf({
      $typeName: 'attendance.v1.SimulatedDay',
      attendance: day,
      explanations,
    });
    return { attendance: day, findings: findings.map((each) => this.#plainFinding(each)) };
  }

  #unprefixed(day: Attendance): Attendance {
    const plain = (id: string) => id.replace(this.#prefix, '');
    return {
      ...day,
      $typeName: AttendanceSchema.typeName,
      shifts: day.shifts.map((shift) => ({ ...shift, shiftId: plain(shift.shiftId) })),
      sessions: day.sessions.map((session) => ({ ...session, shiftId: plain(session.shiftId) })),
    };
  }

  #plainFinding(finding: SeenFinding): SeenFinding {
    const entries = Object.entries(finding).map(([name, value]): [string, unknown] => [
      name,
      typeof value === 'string' ? value.replace(this.#prefix, '') : value,
    ]);
    return { rule: finding.rule, ...Object.fromEntries(entries) };
  }

  #employee() {
    const { defaultShift, ...roster } = this.#staged.roster;
    const named = defaultShift === undefined ? {} : { defaultShift: this.#prefix + defaultShift };
    const json: JsonObject = {
      ...employeeJson({ ...roster, ...named }, this.notation),
      employeeId: this.employeeId,
    };
    if (roster.holidays !== undefined) json.calendarId = this.#calendarId();
    if (roster.offShift !== undefined) json.policies = [{ policyId: this.#policyId() }];
    return fromJson(EmployeeSchema, json);
  }

  #policyId(): string {
    return `${this.#prefix}policy`;
  }

  #shift(setup: ShiftSetup) {
    const json = shiftJson({ ...setup, id: this.#prefix + setup.id });
    if (setup.calendar !== undefined) json.calendarId = this.#prefix + setup.calendar;
    return fromJson(ShiftSchema, json);
  }

  #calendarId(): string {
    return `${this.#prefix}holidays`;
  }
}
