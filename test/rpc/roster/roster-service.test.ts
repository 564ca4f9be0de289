// The roster's requests as commands, its answers, its pages. What becomes of a command is the
// store's, which is answered for here.

import {
  create,
  type DescMessage,
  fromJson,
  type JsonObject,
  type MessageShape,
} from '@bufbuild/protobuf';
import { expect } from 'chai';
import { ShiftAssignmentSchema, ShiftSchema } from '../../../gen/attendance/v1/roster_pb.js';
import * as wire from '../../../gen/attendance/v1/roster_service_pb.js';
import type { AttendanceStore } from '../../../src/app/ports/attendance-store.js';
import type {
  EmployeeRecord,
  RosterAnswer,
  RosterChangeRecord,
  RosterCommand,
  RosterStore,
} from '../../../src/app/ports/roster-ports.js';
import { plainDetail } from '../../../src/app/roster/employee-roster.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { AttendanceError, type Failure } from '../../../src/domain/facts/errors.js';
import type { Assignment } from '../../../src/domain/roster/roster.js';
import { PLAIN_COUNTING, PLAIN_WORK_RULES, type Shift } from '../../../src/domain/roster/shift.js';
import { type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';
import type { Call } from '../../../src/rpc/edge/pipeline.js';
import { violationsOf } from '../../../src/rpc/edge/validate.js';
import { rosterHandlers } from '../../../src/rpc/roster/roster-service.js';
import { MemoryStore } from '../support/memory-store.js';

const NOW = Date.parse('2026-03-02T12:00:00Z') as Instant;
const RECORDED = 1_772_409_600_000_000 as RecordTime;
const ID = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const day = (text: string) => toEpochDay(text as LocalDate);

const CALL: Call = {
  actor: 'boss',
  now: NOW,
  clock: () => NOW,
  signal: new AbortController().signal,
  report: () => expect.fail('unexpected'),
};

const CHANGE: RosterChangeRecord = {
  changeId: 7,
  recordedAt: RECORDED,
  actor: 'boss',
  reason: '',
  employeeId: undefined,
  shiftId: 'D',
  calendarId: undefined,
  policyId: undefined,
  firstDay: -Infinity,
  lastDay: Infinity,
  employeesDone: 0,
  daysDerived: 0,
  daysChanged: 0,
  shiftOverlaps: 0,
  finishedAt: undefined,
};

/** What is there before updates. */
const SHIFT_BEFORE: Shift = {
  shiftId: 'D',
  startSecond: 8 * 3600,
  endSecond: 16 * 3600,
  zone: undefined,
  beforeSeconds: 7200,
  afterSeconds: 14_400,
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
const ASSIGNMENT_BEFORE: Assignment = {
  fromDay: 20_000,
  toDay: Infinity,
  anchorDay: 20_000,
  cycle: [['D']],
};

/** Answers every command with what fits it, as if it had been done. */
function answerTo(command: RosterCommand): RosterAnswer {
  const versioned = { changeId: 7, updatedAt: RECORDED };
  switch (command.kind) {
    case 'CREATE_EMPLOYEE':
      return { kind: 'EMPLOYEE', employee: { ...command, ...versioned } };
    case 'UPDATE_EMPLOYEE': {
      const detail = { ...plainDetail('As It Was'), ...command.detail };
      return { kind: 'EMPLOYEE', employee: { ...command, detail, ...versioned } };
    }
    case 'CREATE_SHIFT':
    case 'UPDATE_SHIFT': {
      const { fromDay, shift } = command.version;
      const counting = { ...SHIFT_BEFORE.counting, ...shift.counting };
      const version = { fromDay, shift: { ...SHIFT_BEFORE, ...shift, counting } };
      const { shiftId } = version.shift;
      return {
        kind: 'SHIFT',
        shift: { shiftId, versions: [version], archived: false, ...versioned },
      };
    }
    case 'CREATE_ASSIGNMENT':
      return { kind: 'ASSIGNMENT', assignment: { assignmentId: 7, ...command, ...versioned } };
    case 'UPDATE_ASSIGNMENT': {
      const assignment = { ...ASSIGNMENT_BEFORE, ...command.assignment };
      return { kind: 'ASSIGNMENT', assignment: { ...command, assignment, ...versioned } };
    }
    case 'SET_OVERRIDE':
      return { kind: 'OVERRIDE', override: command.override };
    case 'CLEAR_OVERRIDE':
      return { kind: 'OVERRIDE', override: undefined };
    case 'CREATE_HOLIDAY':
    case 'UPDATE_HOLIDAY':
      return {
        kind: 'HOLIDAY',
        holiday: { name: '', portion: 'WHOLE_DAY', ...command.holiday },
      };
    default:
      return expect.fail(`nothing to answer ${command.kind} with`);
  }
}

/** A roster that keeps commands; the reads are each test's. */
function rosterWith(reads: Partial<RosterStore> = {}) {
  const commands: RosterCommand[] = [];
  const roster = {
    ...reads,
    changeRoster: async (command: RosterCommand) => {
      commands.push(command);
      return { answer: answerTo(command), change: CHANGE };
    },
  } as RosterStore;
  const handlers = rosterHandlers(new MemoryStore().asStore, roster);
  return { commands, handlers };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => expect.fail('it was not refused'),
    (reason: unknown) => reason,
  );
  return error instanceof AttendanceError ? error.failure : expect.fail(String(error));
}

function told(failure: Failure): string[] {
  if (failure.kind !== 'INVALID_FIELDS') return [failure.kind];
  return failure.violations.map(({ field, reason, description }) => {
    expect(description).to.match(/^must /);
    return `${field} ${reason}`;
  });
}

const shift = { shiftId: 'D', startTimeOfDay: '08:00', endTimeOfDay: '16:00' };

describe('RosterService: what is refused before the store is asked', () => {
  type Method = keyof typeof METHODS;
  const METHODS = {
    createEmployee: wire.CreateEmployeeRequestSchema,
    createShift: wire.CreateShiftRequestSchema,
    createShiftAssignment: wire.CreateShiftAssignmentRequestSchema,
    updateShiftAssignment: wire.UpdateShiftAssignmentRequestSchema,
    setDateOverride: wire.SetDateOverrideRequestSchema,
    createHoliday: wire.CreateHolidayRequestSchema,
    updateHoliday: wire.UpdateHolidayRequestSchema,
  } as const;
  const assignment = {
    employeeId: 'mia',
    assignment: { startDate: '2026-03-02', cycle: [{ shiftIds: ['D'] }] },
  };
  const rows: readonly (readonly [Method, JsonObject, string[]])[] = [
    [
      'createEmployee',
      {
        employee: {
          employeeId: 'mia',
          employeeName: 'a\nb',
          timeZone: 'Berlin',
          timeZoneChanges: [
            { startDate: '2026-01-01', timeZone: 'Europe/Berlin' },
            { startDate: '2026-01-01', timeZone: 'x' },
          ],
          joinDate: '2026-02-01',
          leaveDate: '2026-01-31',
        },
        reason: '\u0000',
      },
      [
        'employee.employee_name EMPLOYEE_NAME_INVALID',
        'employee.time_zone TIME_ZONE_UNKNOWN',
        'employee.time_zone_changes[1].start_date TIME_ZONE_CHANGE_REPEATED',
        'employee.time_zone_changes[1].time_zone TIME_ZONE_UNKNOWN',
        'employee.leave_date LEAVE_DATE_BEFORE_JOIN_DATE',
        'reason REASON_INVALID',
      ],
    ],
    [
      'createShift',
      { shift: { ...shift, endTimeOfDay: '08:00', timeZone: 'x', lateGrace: '1.5s' } },
      [
        'shift.time_zone TIME_ZONE_UNKNOWN',
        'shift.end_time_of_day START_EQUALS_END',
        'shift.late_grace NOT_WHOLE_SECONDS',
      ],
    ],
    [
      'createShiftAssignment',
      {
        assignment: {
          employeeId: 'mia',
          assignment: {
            startDate: '2026-03-02',
            endDate: '2026-03-01',
            cycle: [{}, { shiftIds: ['D', 'D'] }],
          },
        },
      },
      [
        'assignment.assignment.end_date END_BEFORE_START',
        'assignment.assignment.cycle[1].shift_ids[1] SHIFT_REPEATED',
      ],
    ],
    ['updateShiftAssignment', { assignment }, ['assignment.assignment_id ASSIGNMENT_ID_REQUIRED']],
    [
      'updateShiftAssignment',
      { assignment: { ...assignment, assignmentId: '07' } },
      ['assignment.assignment_id ASSIGNMENT_ID_INVALID'],
    ],
    [
      'setDateOverride',
      { employeeId: 'mia', override: { date: '2026-03-02', shiftIds: ['D', 'N', 'D'] } },
      ['override.shift_ids[2] SHIFT_REPEATED'],
    ],
    [
      'createHoliday',
      { holiday: { date: '2026-03-02', name: '\u0000' } },
      ['holiday.calendar_id CALENDAR_ID_REQUIRED', 'holiday.name NAME_INVALID'],
    ],
    [
      'createHoliday',
      { holiday: { calendarId: 'de', date: '2026-03-02' } },
      ['holiday.name NAME_REQUIRED'],
    ],
    [
      'updateHoliday',
      { holiday: { calendarId: 'de', date: '2026-03-02' }, updateMask: 'name' },
      ['holiday.name NAME_REQUIRED'],
    ],
  ];
  for (const [method, json, problems] of rows) {
    it(`${method}: ${problems.join(', ')}`, async () => {
      const { commands, handlers } = rosterWith();
      const desc = METHODS[method];
      const message = fromJson(desc, json) as MessageShape<typeof desc>;
      expect(violationsOf(desc, message, ''), 'the form').to.deep.equal([]);
      const handler = handlers[method] as (message: unknown, call: Call) => Promise<unknown>;
      const failure = await failureOf((async () => await handler(message, CALL))());
      expect(told(failure)).to.deep.equal(problems);
      expect(commands).to.deep.equal([]);
    });
  }
});

describe('RosterService: commands and their answers', () => {
  it('an update changes the fields that are set', async () => {
    const { commands, handlers } = rosterWith();
    const request = fromJson(wire.UpdateEmployeeRequestSchema, {
      employee: { employeeId: 'mia', employeeName: ' Mia ', etag: '"99"' },
      etag: '"6"',
      requestId: ID.toUpperCase(),
      reason: 'a move',
    });
    const answer = await handlers.updateEmployee(request, CALL);
    expect(commands[0]).to.deep.include({
      kind: 'UPDATE_EMPLOYEE',
      employeeId: 'mia',
      etag: '"6"',
      requestId: ID,
      reason: 'a move',
      actor: 'boss',
      receivedAt: NOW,
      detail: { employeeName: 'Mia' },
    });
    expect(answer.employee).to.include({ employeeId: 'mia', employeeName: 'Mia', etag: '"7"' });
    expect(answer.rosterChange).to.include({ changeId: '7', shiftId: 'D' });
  });

  it('an update does not archive, nor bring back who is sent as archived', async () => {
    const { commands, handlers } = rosterWith();
    const employee = { employeeId: 'mia', employeeName: 'Mia', archived: true };
    const request = create(wire.UpdateEmployeeRequestSchema, { employee });
    const failure = await failureOf(handlers.updateEmployee(request, CALL));
    expect(told(failure)).to.deep.equal(['employee.archived ARCHIVED_NOT_UPDATABLE']);
    expect(commands).to.deep.equal([]);
  });

  it('with a mask, those that it names', async () => {
    const { commands, handlers } = rosterWith();
    const update = async (updateMask: string) => {
      const employee = { employeeId: 'mia', employeeName: 'Mia', groupId: 'g' };
      const json = { employee, updateMask };
      await handlers.updateEmployee(fromJson(wire.UpdateEmployeeRequestSchema, json), CALL);
      const command = commands.at(-1);
      return command?.kind === 'UPDATE_EMPLOYEE' ? command.detail : undefined;
    };
    const name = { employeeName: 'Mia' };
    expect(await update('employeeName')).to.deep.equal(name);
    // What the service fills in, and which resource it is, are passed over.
    expect(await update('employeeId,employeeName,archived,updateTime')).to.deep.equal(name);
    expect(await update('timeZone,leaveDate')).to.deep.equal({
      zone: undefined,
      leftDay: Infinity,
    });
    expect(await update('*')).to.have.all.keys(
      ...['employeeName', 'zone', 'zoneChanges', 'groupId', 'joinedDay', 'leftDay'],
      ...['defaultShiftId', 'calendarId', 'policies'],
    );
    const failure = await failureOf(update('groupId,payGrade'));
    expect(told(failure)).to.deep.equal(['update_mask.paths[1] UPDATE_MASK_INVALID']);
    const long = await failureOf(update(Array.from({ length: 65 }, () => 'groupId').join(',')));
    expect(told(long)).to.deep.equal(['update_mask UPDATE_MASK_INVALID']);
  });

  it('every field of a shift, an employee and an assignment can be changed alone', async () => {
    const { commands, handlers } = rosterWith();
    const hours = { startTimeOfDay: '08:00', endTimeOfDay: '16:00' };
    const assignment = { startDate: '2026-03-02', anchorDate: '2026-03-02' };
    const never = ['shift_id', 'effective_date', 'employee_id', 'archived', 'update_time', 'etag'];
    const fieldsOf = (desc: DescMessage) =>
      desc.fields.map(({ name }) => name).filter((name) => !never.includes(name));
    const changes: string[] = [];
    const changeOf = async (update: () => Promise<unknown>) => {
      await update();
      const command = commands.pop();
      if (command?.kind === 'UPDATE_EMPLOYEE') return command.detail;
      if (command?.kind === 'UPDATE_ASSIGNMENT') return command.assignment;
      if (command?.kind !== 'UPDATE_SHIFT') return expect.fail('another command');
      // Whose rules they are goes with them.
      const { shiftId: _, counting, followsPolicy: __, ...shift } = command.version.shift;
      return { ...shift, ...counting };
    };
    const note = async (name: string, update: () => Promise<unknown>) => {
      changes.push(`${name} ${Object.keys(await changeOf(update)).length}`);
    };
    for (const name of fieldsOf(ShiftSchema)) {
      const request = { shift: { shiftId: 'D', ...hours }, updateMask: { paths: [name] } };
      await note(name, () =>
        handlers.updateShift(create(wire.UpdateShiftRequestSchema, request), CALL),
      );
    }
    for (const name of fieldsOf(wire.EmployeeSchema)) {
      const request = { employee: { employeeId: 'mia' }, updateMask: { paths: [name] } };
      await note(name, () =>
        handlers.updateEmployee(create(wire.UpdateEmployeeRequestSchema, request), CALL),
      );
    }
    for (const name of fieldsOf(ShiftAssignmentSchema)) {
      const request = {
        assignment: { employeeId: 'mia', assignmentId: '7', assignment },
        updateMask: { paths: [`assignment.${name}`] },
      };
      await note(name, () =>
        handlers.updateShiftAssignment(
          create(wire.UpdateShiftAssignmentRequestSchema, request),
          CALL,
        ),
      );
    }
    expect(changes.filter((change) => !change.endsWith(' 1'))).to.deep.equal([]);
    expect(changes).to.have.length.above(20);
  });

  it('a mask names what has no empty value only where it is given', async () => {
    const { handlers } = rosterWith();
    const rows = [
      [handlers.updateShift, wire.UpdateShiftRequestSchema, { shift: { shiftId: 'D' } }],
      [
        handlers.updateShiftAssignment,
        wire.UpdateShiftAssignmentRequestSchema,
        { assignment: { employeeId: 'mia', assignmentId: '7', assignment: {} } },
      ],
    ] as const;
    const problems: string[][] = [];
    for (const [handler, desc, json] of rows) {
      const request = fromJson(desc, { ...json, updateMask: '*' });
      const call = handler as (message: unknown, call: Call) => Promise<unknown>;
      problems.push(told(await failureOf((async () => await call(request, CALL))())));
    }
    expect(problems).to.deep.equal([
      [
        'shift.start_time_of_day START_TIME_OF_DAY_REQUIRED',
        'shift.end_time_of_day END_TIME_OF_DAY_REQUIRED',
      ],
      [
        'assignment.assignment.start_date START_DATE_REQUIRED',
        'assignment.assignment.anchor_date ANCHOR_DATE_REQUIRED',
      ],
    ]);
  });

  it('a holiday keeps its name where an update does not say one', async () => {
    const { commands, handlers } = rosterWith();
    const holiday = { calendarId: 'de', date: '2026-03-02', portion: 'DAY_PORTION_FIRST_HALF' };
    await handlers.updateHoliday(fromJson(wire.UpdateHolidayRequestSchema, { holiday }), CALL);
    expect(commands[0]).to.deep.include({
      holiday: { calendarId: 'de', epochDay: day('2026-03-02'), portion: 'FIRST_HALF' },
    });
  });

  it('a shift, an assignment, a date and a holiday come back as they were sent', async () => {
    const { commands, handlers } = rosterWith();
    const sent = fromJson(wire.CreateShiftRequestSchema, { shift });
    const { shift: history } = await handlers.createShift(sent, CALL);
    expect(history).to.include({ shiftId: 'D', etag: '"7"' });
    const assigned = fromJson(wire.CreateShiftAssignmentRequestSchema, {
      assignment: {
        employeeId: 'mia',
        assignment: { startDate: '2026-03-02', cycle: [{ shiftIds: ['D'] }, {}] },
      },
    });
    const { assignment } = await handlers.createShiftAssignment(assigned, CALL);
    expect(assignment?.assignmentId).to.equal('7');
    expect(assignment?.assignment?.anchorDate).to.equal('2026-03-02');
    const date = { employeeId: 'mia', override: { date: '2026-03-02', shiftIds: ['D'] } };
    const set = fromJson(wire.SetDateOverrideRequestSchema, date);
    expect((await handlers.setDateOverride(set, CALL)).override).to.deep.include(date.override);
    const holiday = { calendarId: 'de', date: '2026-12-25', name: 'Christmas' };
    const made = fromJson(wire.CreateHolidayRequestSchema, { holiday });
    expect((await handlers.createHoliday(made, CALL)).holiday).to.include(holiday);
    expect(commands.map(({ kind }) => kind)).to.deep.equal([
      'CREATE_SHIFT',
      'CREATE_ASSIGNMENT',
      'SET_OVERRIDE',
      'CREATE_HOLIDAY',
    ]);
    expect(commands[3]).to.deep.include({
      holiday: {
        calendarId: 'de',
        epochDay: day('2026-12-25'),
        name: 'Christmas',
        portion: 'WHOLE_DAY',
      },
    });
  });

  it('one request is told from another by all but its id', async () => {
    const { commands, handlers } = rosterWith();
    const base = { shift, requestId: ID };
    const others: JsonObject[] = [
      base,
      { ...base, requestId: '' },
      { ...base, reason: 'x' },
      { shift: { ...shift, endTimeOfDay: '17:00' }, requestId: ID },
    ];
    for (const json of others) {
      await handlers.createShift(fromJson(wire.CreateShiftRequestSchema, json), CALL);
    }
    await handlers.updateShift(fromJson(wire.UpdateShiftRequestSchema, base), CALL);
    const hashes = commands.map(({ payloadHash }) => Buffer.from(payloadHash).toString('hex'));
    expect(hashes[1]).to.equal(hashes[0]);
    expect(new Set(hashes).size).to.equal(4);
  });
});

describe('RosterService: reads', () => {
  const none = async () => undefined;

  it('what is not there is told by what it is', async () => {
    const empty = async () => ({ items: [], next: undefined });
    const { handlers } = rosterWith({
      getEmployee: none,
      getShift: none,
      listAssignments: async (id) => (id === 'mia' ? [] : undefined),
      listOverrides: none,
      listHolidays: empty,
      getRosterChange: none,
    });
    const mia = { employeeId: 'mia', assignmentId: '3' };
    const ghost = { employeeId: 'ghost', assignmentId: '3' };
    const date = '2026-03-02';
    const failures = await Promise.all([
      failureOf(handlers.getEmployee(create(wire.GetEmployeeRequestSchema, ghost), CALL)),
      failureOf(handlers.getShift(create(wire.GetShiftRequestSchema, { shiftId: 'X' }), CALL)),
      failureOf(
        handlers.getShiftAssignment(create(wire.GetShiftAssignmentRequestSchema, mia), CALL),
      ),
      failureOf(
        handlers.getShiftAssignment(create(wire.GetShiftAssignmentRequestSchema, ghost), CALL),
      ),
      failureOf(
        handlers.listDateOverrides(create(wire.ListDateOverridesRequestSchema, ghost), CALL),
      ),
      failureOf(
        handlers.getHoliday(create(wire.GetHolidayRequestSchema, { calendarId: 'de', date }), CALL),
      ),
      failureOf(
        handlers.getRosterChange(
          create(wire.GetRosterChangeRequestSchema, { changeId: '9' }),
          CALL,
        ),
      ),
    ]);
    expect(failures).to.deep.equal([
      { kind: 'EMPLOYEE_NOT_FOUND', employeeId: 'ghost' },
      { kind: 'ROSTER_NOT_FOUND', resource: 'shift', id: 'X' },
      { kind: 'ROSTER_NOT_FOUND', resource: 'assignment', id: '3' },
      { kind: 'EMPLOYEE_NOT_FOUND', employeeId: 'ghost' },
      { kind: 'EMPLOYEE_NOT_FOUND', employeeId: 'ghost' },
      { kind: 'ROSTER_NOT_FOUND', resource: 'holiday', id: 'de/2026-03-02' },
      { kind: 'ROSTER_NOT_FOUND', resource: 'roster_change', id: '9' },
    ]);
  });

  /** Employees by number, as many as are asked for, with names of any length. */
  function employees(count: number, employeeName: string): Partial<RosterStore> {
    return {
      listEmployees: async ({ after, limit }) => {
        const from = after === undefined ? 0 : Number(after[0]) + 1;
        const to = Math.min(from + limit, count);
        const items = Array.from({ length: to - from }, (_, n): EmployeeRecord => {
          const detail = {
            employeeName,
            zone: undefined,
            zoneChanges: [],
            groupId: '',
            joinedDay: -Infinity,
            leftDay: Infinity,
            defaultShiftId: undefined,
            calendarId: undefined,
            archivedDay: undefined,
            policies: [],
          };
          const employeeId = String(from + n) as EmployeeId;
          return { employeeId, detail, changeId: 0, updatedAt: undefined };
        });
        return { items, next: to < count ? [String(to - 1)] : undefined };
      },
    };
  }

  async function pagesOf(reads: Partial<RosterStore>, pageSize: number): Promise<number[]> {
    const { handlers } = rosterWith(reads);
    const seen: string[] = [];
    const sizes: number[] = [];
    let pageToken = '';
    do {
      const request = create(wire.ListEmployeesRequestSchema, { pageSize, pageToken });
      const page = await handlers.listEmployees(request, CALL);
      seen.push(...page.employees.map(({ employeeId }) => employeeId));
      sizes.push(page.employees.length);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).to.deep.equal(seen.map((_, index) => String(index)));
    return sizes;
  }

  it('come in pages, each employee once', async () => {
    expect(await pagesOf(employees(250, 'Mia'), 0)).to.deep.equal([100, 100, 50]);
    expect(await pagesOf(employees(1500, 'Mia'), 5000)).to.deep.equal([1000, 500]);
  });

  it('of which none is larger than a message', async () => {
    const sizes = await pagesOf(employees(1000, 'x'.repeat(10_000)), 1000);
    expect(sizes.length).to.be.within(3, 4);
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(1000);
  });

  it('a token comes back with the same request only', async () => {
    const { handlers } = rosterWith(employees(250, 'Mia'));
    const first = await handlers.listEmployees(create(wire.ListEmployeesRequestSchema), CALL);
    const other = create(wire.ListEmployeesRequestSchema, {
      includeArchived: true,
      pageToken: first.nextPageToken,
    });
    expect(told(await failureOf(handlers.listEmployees(other, CALL)))).to.deep.equal([
      'page_token PAGE_TOKEN_INVALID',
    ]);
  });

  it('of a past moment that is not settled are refused', async () => {
    const store = new MemoryStore();
    const settled = RECORDED;
    const early = Object.assign(store, { settle: async () => settled });
    const reads = { getShift: none } as unknown as RosterStore;
    const handlers = rosterHandlers(early as unknown as AttendanceStore, reads);
    const request = fromJson(wire.GetShiftRequestSchema, {
      shiftId: 'D',
      asOfTime: '2030-01-01T00:00:00Z',
    });
    const failure = await failureOf(handlers.getShift(request, CALL));
    expect(failure.kind).to.equal('AS_OF_TIME_NOT_SETTLED');
  });
});
