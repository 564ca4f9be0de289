// The contract of timesheets, whatever the cache: their days are those of GetAttendance, and their
// totals are what those days add up to.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import {
  AttendanceOrigin,
  AttendanceStatus,
  DayPortion,
} from '../../gen/attendance/v1/attendance_pb.js';
import { PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import type { Timesheet } from '../../gen/attendance/v1/timesheet_pb.js';
import {
  type ListTimesheetsRequestSchema,
  TimesheetService,
  TimesheetView,
} from '../../gen/attendance/v1/timesheet_service_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { momentBehind } from '../support/wait-until.js';
import { Asking, at, something } from './asking.js';
import { type ContractOptions, itAtLength, somebody } from './contract.js';
import { addedUp, secondsOf, shared, totalsOf } from './timesheet-sums.js';

const MARCH = { startDate: '2026-03-01', endDate: '2026-03-31' };
const { PRESENT, ABSENT, ON_LEAVE, REMOTE, HOLIDAY, DAY_OFF, HALF_DAY } = AttendanceStatus;
const { IN, OUT } = PunchKind;

/** Numbers that are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

function dateOf(day: number): string {
  return `2026-03-${String(day).padStart(2, '0')}`;
}

/** Any statuses, for a month of marks. */
const MARKABLE = [PRESENT, ABSENT, HALF_DAY, ON_LEAVE, REMOTE, HOLIDAY, DAY_OFF];

export function describeTimesheets(serviceOf: () => TestService, options: ContractOptions): void {
  const atLength = itAtLength(options);
  const asking = new Asking(serviceOf);
  const roster = () => serviceOf().roster;
  const client = () => serviceOf().client;

  const sheetsOf = async (
    request: MessageInitShape<typeof ListTimesheetsRequestSchema>,
  ): Promise<Timesheet[]> => {
    const found: Timesheet[] = [];
    let pageToken = '';
    do {
      const page = await serviceOf().timesheets.listTimesheets({ ...MARCH, ...request, pageToken });
      found.push(...page.timesheets);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  };
  const sheetOf = async (employeeId: string, period = MARCH): Promise<Timesheet> => {
    const { timesheet } = await serviceOf().timesheets.getTimesheet({ employeeId, ...period });
    return timesheet ?? expect.fail('no timesheet');
  };
  const add = async (employee: object = {}): Promise<string> => {
    const employeeId = somebody();
    await roster().createEmployee({ employee: { employeeId, ...employee } });
    return employeeId;
  };
  /** From `2026-03-02T08:00 IN`. */
  const punch = async (employeeId: string, ...told: readonly string[]) => {
    const punches = told.map((text) => {
      const [time = '', kind = ''] = text.split(' ');
      return { employeeId, time: at(time), kind: PunchKind[kind as keyof typeof PunchKind] };
    });
    await serviceOf().clock.recordPunches({ punches });
  };

  /** Each date as GetAttendance says it, and the sums of all of them. */
  const expectExact = async (sheet: Timesheet) => {
    const { employeeId, startDate, endDate, days } = sheet;
    const wanted = days.map(({ date }) => ({ employeeId, date }));
    const { results } = await client().batchGetAttendance({ days: wanted });
    const got = results.map(({ result }) =>
      result.case === 'attendance' ? shared(result.value) : expect.fail('an error'),
    );
    expect([days[0]?.date, days.at(-1)?.date]).to.deep.equal([startDate, endDate]);
    expect(days.map(shared)).to.deep.equal(got);
    expect(totalsOf(sheet)).to.deep.equal(addedUp(days));
  };

  describe('timesheets', () => {
    it('T1 a team’s month is one call: every date of everybody, and what it comes to', async () => {
      const [groupId, calendarId, leaveTypeId] = [something(), something(), something()];
      const shiftId = await asking.shift({ startTimeOfDay: '08:00', endTimeOfDay: '16:00' });
      await client().setLeaveType({ leaveTypeId, name: 'Vacation' });
      await roster().createHoliday({
        holiday: { calendarId, date: '2026-03-09', name: 'Founders’ Day' },
      });
      const [ann, bob] = [
        await add({ groupId, calendarId, employeeName: 'Ann' }),
        await add({ groupId, calendarId, joinDate: '2026-03-30', timeZone: 'Europe/Berlin' }),
      ];
      const week = [...Array.from({ length: 5 }, () => ({ shiftIds: [shiftId] })), {}, {}];
      for (const employeeId of [ann, bob]) {
        const assignment = { startDate: '2026-03-02', cycle: week };
        await roster().createShiftAssignment({ assignment: { employeeId, assignment } });
      }
      await punch(ann, '2026-03-02T08:00 IN', '2026-03-02T16:30 OUT', '2026-03-03T08:30 IN');
      const leave = { employeeId: ann, status: ON_LEAVE, leaveTypeId };
      await client().markAttendance({ ...leave, date: '2026-03-04' });
      await client().markAttendance({
        ...leave,
        date: '2026-03-05',
        portion: DayPortion.FIRST_HALF,
      });
      const found = await serviceOf().timesheets.listTimesheets({ groupId, ...MARCH });
      const [first, second, ...others] = found.timesheets;
      if (first === undefined || second === undefined) expect.fail('two timesheets');
      expect([others.length, found.nextPageToken]).to.deep.equal([0, '']);
      expect([first.employeeId, first.employeeName, first.groupId]).to.deep.equal([
        ann,
        'Ann',
        groupId,
      ]);
      await expectExact(first);
      await expectExact(second);
      const { totals } = first;
      expect(totals?.leaves.map((each) => ({ ...each, duration: secondsOf(each.duration) })))
        .to.have.length(1)
        .and.have.nested.property('[0]')
        .that.includes({
          leaveTypeId,
          leaveTypeName: 'Vacation',
          days: 1.5,
          duration: 12 * 3600,
        });
      expect([totals?.presentDays, totals?.holidayDays]).to.deep.equal([2, 1]);
      expect([totals?.absentDays, totals?.offDays, totals?.unscheduledDays]).to.deep.equal([
        17.5, 8, 1,
      ]);
      const holiday = first.days.find(({ date }) => date === '2026-03-09');
      expect([holiday?.status, holiday?.holidayName, holiday?.holidayPortion]).to.deep.equal([
        HOLIDAY,
        'Founders’ Day',
        DayPortion.WHOLE_DAY,
      ]);
      expect([second.totals?.absentDays, second.totals?.unscheduledDays]).to.deep.equal([2, 29]);
      expect(second.days.at(-1)?.timeZone).to.equal('Europe/Berlin');
      expect(await sheetOf(ann)).to.deep.equal(first);
    });

    it('T2 the next read follows a mark, a punch, its void and a change of the roster', async () => {
      const employeeId = await add({ defaultShiftId: await asking.shift() });
      const period = { startDate: '2026-03-02', endDate: '2026-03-02' };
      const seen: (readonly number[])[] = [];
      const look = async () => {
        const { totals } = await sheetOf(employeeId, period);
        const { absentDays = -1, presentDays = -1, onLeaveDays = -1, offDays = -1 } = totals ?? {};
        seen.push([absentDays, presentDays, onLeaveDays, offDays]);
      };
      await look();
      await punch(employeeId, '2026-03-02T09:00 IN', '2026-03-02T12:00 OUT');
      await look();
      const day = { employeeId, date: '2026-03-02' };
      await client().markAttendance({ ...day, status: ON_LEAVE });
      await look();
      await client().clearAttendance({ ...day, reason: 'a typo' });
      const { punches } = await serviceOf().clock.listPunches({ employeeId });
      for (const { punchId } of punches) {
        await serviceOf().clock.voidPunch({ employeeId, punchIds: [punchId], reason: 'wrong' });
      }
      await look();
      await roster().setDateOverride({ employeeId, override: { date: day.date, shiftIds: [] } });
      await look();
      expect(seen).to.deep.equal([
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 1],
      ]);
    });

    it('T3 pages go by employee, and a token belongs to its request', async () => {
      const groupId = something();
      const ids = [await add({ groupId }), await add({ groupId }), await add({ groupId })].sort();
      const request = { ...MARCH, groupId, pageSize: 1 };
      const first = await serviceOf().timesheets.listTimesheets(request);
      expect(first.timesheets.map(({ employeeId }) => employeeId)).to.deep.equal(ids.slice(0, 1));
      const whole = await sheetsOf({ groupId, pageSize: 1 });
      expect(whole.map(({ employeeId }) => employeeId)).to.deep.equal(ids);
      const named = await sheetsOf({ employeeIds: ids.toReversed(), pageSize: 2 });
      expect(named).to.deep.equal(whole);
      const other = { ...request, view: TimesheetView.TOTALS, pageToken: first.nextPageToken };
      const refused = await refusalOf(serviceOf().timesheets.listTimesheets(other));
      expect(refused).to.deep.include({ code: 'InvalidArgument' });
    });

    it('T4 the view of totals has the same totals, and no days', async () => {
      const employeeId = await add({ defaultShiftId: await asking.shift() });
      const [full] = await sheetsOf({ employeeIds: [employeeId] });
      const [short] = await sheetsOf({ employeeIds: [employeeId], view: TimesheetView.TOTALS });
      expect([full?.days.length, short?.days.length]).to.deep.equal([31, 0]);
      expect(short?.totals).to.deep.equal(full?.totals);
    });

    it('T5 says what is wrong with a request', async () => {
      const employeeId = await add();
      const { timesheets } = serviceOf();
      const long = { startDate: '2026-01-01', endDate: '2027-01-02' };
      const back = { startDate: '2026-03-02', endDate: '2026-03-01' };
      const unknown = { code: 'NotFound', reason: 'EMPLOYEE_NOT_FOUND', fields: [] };
      const named = [employeeId, 'nobody-at-all'];
      const refused = async (request: object) =>
        (await refusalOf(timesheets.listTimesheets(request))).fields;
      expect(await refusalOf(sheetOf('nobody-at-all'))).to.deep.equal(unknown);
      expect(await refusalOf(sheetsOf({ employeeIds: named }))).to.deep.equal(unknown);
      expect(await sheetsOf({ groupId: 'no-such-group' })).to.deep.equal([]);
      expect(await refused(long)).to.deep.equal(['end_date']);
      expect(await refused(back)).to.deep.equal(['end_date']);
      expect(await refused({ startDate: '2026-03-01' })).to.deep.equal(['end_date']);
      expect(await refused({ ...MARCH, startDate: '2026-02-30' })).to.deep.equal(['start_date']);
      const both = { ...MARCH, employeeIds: [employeeId], groupId: 'g' };
      expect(await refused(both)).to.deep.equal(['group_id']);
    });

    it('T6 who left before the period is left out of a group, and there by name', async () => {
      const [groupId, defaultShiftId] = [something(), await asking.shift()];
      const gone = await add({ groupId, defaultShiftId, leaveDate: '2026-02-28' });
      const going = await add({ groupId, defaultShiftId, leaveDate: '2026-03-02' });
      const archived = await add({ groupId, defaultShiftId });
      await roster().archiveEmployee({ employeeId: archived });
      const ids = (sheets: readonly Timesheet[]) => sheets.map(({ employeeId }) => employeeId);
      expect(ids(await sheetsOf({ groupId })).sort()).to.deep.equal([going, archived].sort());
      const [own] = await sheetsOf({ employeeIds: [gone] });
      expect(own?.totals?.unscheduledDays).to.equal(31);
      const [last] = await sheetsOf({ employeeIds: [going] });
      expect([last?.totals?.absentDays, last?.totals?.unscheduledDays]).to.deep.equal([2, 29]);
      // A day of theirs brings them back.
      await client().markAttendance({ employeeId: gone, date: '2026-03-05', status: PRESENT });
      expect(ids(await sheetsOf({ groupId }))).to.include(gone);
    });

    it('T7 explains each total by its dates, which add up to it', async () => {
      const employeeId = await add({ defaultShiftId: await asking.shift() });
      await punch(employeeId, '2026-03-02T09:00 IN', '2026-03-02T12:00 OUT');
      const request = { employeeId, ...MARCH, includeExplanations: true };
      const { timesheet } = await serviceOf().timesheets.getTimesheet(request);
      const named = new Map(timesheet?.explanations.map(({ total, parts }) => [total, parts]));
      const worked = named.get('worked_duration') ?? [];
      const sum = worked.reduce(
        (all, { amount }) => all + (amount.case === 'duration' ? secondsOf(amount.value) : 0),
        0,
      );
      expect(worked.map(({ date }) => date)).to.deep.equal(['2026-03-02']);
      expect(sum).to.equal(secondsOf(timesheet?.totals?.workedDuration)).and.to.be.above(0);
      expect(named.get('absent_days')).to.have.length(timesheet?.totals?.absentDays ?? -1);
      expect((await sheetOf(employeeId)).explanations).to.deep.equal([]);
    });

    atLength('T10 says the same in every protocol and encoding', async () => {
      const { baseUrl } = serviceOf();
      const [groupId, defaultShiftId] = [something(), await asking.shift()];
      const employeeId = await add({ groupId, defaultShiftId });
      await punch(employeeId, '2026-03-02T08:10 IN', '2026-03-02T16:00 OUT');
      const [plain] = await sheetsOf({ groupId });
      for (const transport of [
        createGrpcWebTransport({ baseUrl, httpVersion: '1.1' }),
        createConnectTransport({ baseUrl, httpVersion: '2' }),
        createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false }),
        createConnectTransport({ baseUrl, httpVersion: '1.1', useHttpGet: true }),
      ]) {
        const timesheets = createClient(TimesheetService, transport);
        const page = await timesheets.listTimesheets({ groupId, ...MARCH });
        expect(page.timesheets).to.deep.equal([plain]);
        const { timesheet } = await timesheets.getTimesheet({ employeeId, ...MARCH });
        expect(timesheet).to.deep.equal(plain);
      }
    });

    atLength('T8 a read as of a time is the sheet that it was', async () => {
      const [groupId, defaultShiftId] = [something(), await asking.shift()];
      const ids = [await add({ groupId, defaultShiftId }), await add({ groupId, defaultShiftId })];
      const moments: { readonly asOfTime: Awaited<ReturnType<typeof momentBehind>> }[] = [];
      const then: Timesheet[][] = [];
      const keep = async () => {
        then.push(await sheetsOf({ groupId }));
        moments.push({ asOfTime: await momentBehind() });
      };
      for (const [place, status] of [ON_LEAVE, REMOTE].entries()) {
        const request = { employeeId: ids[place] ?? '', date: '2026-03-02', status };
        await client().markAttendance(request);
        await keep();
      }
      await client().clearAttendance({ employeeId: ids[0] ?? '', date: '2026-03-02', reason: 'x' });
      for (const [place, moment] of moments.entries()) {
        expect(await sheetsOf({ groupId, ...moment, pageSize: 1 })).to.deep.equal(then[place]);
        expect(await sheetsOf({ employeeIds: ids, ...moment })).to.deep.equal(then[place]);
      }
      expect(await sheetsOf({ groupId })).not.to.deep.equal(then[1]);
    });

    atLength('T9 random months: exactly their days, whatever the order of arrival', async () => {
      const random = numbers(20_260_302);
      const [forwards, backwards] = [something(), something()];
      const night = await asking.shift({ startTimeOfDay: '22:00', endTimeOfDay: '06:00' });
      const early = await asking.shift({ startTimeOfDay: '06:00', endTimeOfDay: '10:00' });
      const late = await asking.shift({ startTimeOfDay: '15:00', endTimeOfDay: '19:00' });
      const cycles = [[night], [early, late], [late], []];
      for (let person = 0; person < 6; person += 1) {
        const zone = ['Europe/Berlin', 'America/New_York', 'UTC'][person % 3] ?? 'UTC';
        const cycle = Array.from({ length: 5 }, () => ({ shiftIds: cycles[random(4)] ?? [] }));
        const punches = Array.from({ length: 60 }, () => ({
          time: at(`${dateOf(1 + random(31))}T00:00`).seconds + BigInt(60 * random(1440)),
          kind: [IN, OUT, PunchKind.BREAK_START, PunchKind.BREAK_END][random(4)] ?? IN,
        }));
        const marks = Array.from({ length: 8 }, (_, place) => ({
          date: dateOf(1 + place * 4 - (place === 0 ? 0 : 1)),
          status: MARKABLE[random(MARKABLE.length)] ?? PRESENT,
          portion: 1 + random(3),
        }));
        for (const groupId of [forwards, backwards]) {
          const employeeId = await add({ groupId, timeZone: zone });
          const assignment = { startDate: '2026-02-20', endDate: '2026-04-10', cycle };
          await roster().createShiftAssignment({ assignment: { employeeId, assignment } });
          const recorded = punches.map(({ time, kind }) => ({
            employeeId,
            time: { seconds: time, nanos: 0 },
            kind,
          }));
          const requests = marks.map((mark) => ({ employeeId, ...mark }));
          if (groupId === forwards) {
            await serviceOf().clock.recordPunches({ punches: recorded });
            await client().batchMarkAttendance({ requests });
          } else {
            await client().batchMarkAttendance({ requests: requests.reverse() });
            await serviceOf().clock.recordPunches({ punches: recorded.reverse() });
          }
        }
      }
      const sheets = await sheetsOf({ groupId: forwards });
      expect(sheets).to.have.length(6);
      for (const sheet of sheets) await expectExact(sheet);
      const told = (sheet: Timesheet) => ({ ...sheet, employeeId: '', groupId: '' });
      const others = await sheetsOf({ groupId: backwards });
      expect(others.map(told)).to.deep.equal(sheets.map(told));
      const origins = new Set(sheets.flatMap(({ days }) => days.map(({ origin }) => origin)));
      expect([...origins].sort()).to.deep.equal([
        AttendanceOrigin.MARKED,
        AttendanceOrigin.DERIVED,
        AttendanceOrigin.EXPECTED,
      ]);
    });
  });
}
