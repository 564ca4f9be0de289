// The contract of days that follow the roster, whatever the cache: expected days in every kind of
// read, changes that the very next read follows, and answers as they were known then.

import { randomUUID } from 'node:crypto';
import { type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import {
  Anomaly,
  type Attendance,
  AttendanceOrigin,
  AttendanceStatus,
  DayPortion,
} from '../../gen/attendance/v1/attendance_pb.js';
import {
  OverlapAction,
  type RosterChange,
  type RosterPart,
} from '../../gen/attendance/v1/roster_service_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { momentBehind } from '../support/wait-until.js';
import { Asking, anomaliesOf, DAY, NEXT_DAY, onDay, something, wordOf } from './asking.js';
import { type ContractOptions, itAtLength, somebody } from './contract.js';

const ROSTER_CAUSE = 6;
const { ABSENT, DAY_OFF, HOLIDAY, SCHEDULED, PRESENT } = AttendanceStatus;
const FUTURE = '2999-03-01';
/** Some four hundred reads, on a machine that may be busy with other suites. */
const AS_OF_TIMEOUT_MS = 120_000;

/** The field of a part that has something. */
function kindOf(change: RosterChange | undefined): string {
  const { employee, shift, override, holiday } = change?.after ?? change?.before ?? {};
  if (employee !== undefined) return 'employee';
  if (shift !== undefined) return 'shift';
  if (override !== undefined) return 'override';
  return holiday === undefined ? 'assignments' : 'holiday';
}

/** What a change was about, in a word or two; `-` for nothing. */
function partText(part: RosterPart | undefined): string {
  const { employee, shift, assignments = [], override, holiday } = part ?? {};
  if (employee?.archived || shift?.archived) return 'archived';
  const words = [
    ...(employee === undefined ? [] : [employee.employeeName]),
    ...(shift?.versions ?? []).map(({ endTimeOfDay }) => endTimeOfDay),
    ...assignments.map(({ assignment }) => assignment?.endDate || 'open'),
    ...(override === undefined ? [] : [override.shiftIds.join('+') || 'off']),
    ...(holiday === undefined ? [] : [holiday.name]),
  ];
  return words.join(' ') || '-';
}

export function describeRosterDays(serviceOf: () => TestService, options: ContractOptions): void {
  const atLength = itAtLength(options);
  const asking = new Asking(serviceOf);
  const roster = () => serviceOf().roster;

  /** An employee whose every date has the shift. */
  const follower = async (more: object = {}) => {
    const employeeId = somebody();
    const defaultShiftId = await asking.shift();
    await roster().createEmployee({ employee: { employeeId, defaultShiftId, ...more } });
    return { employeeId, defaultShiftId };
  };

  describe('expected days', () => {
    it('R1 follow a pattern of shifts and days off, in every kind of read', async () => {
      const employeeId = somebody();
      const shiftId = await asking.shift();
      await roster().createEmployee({ employee: { employeeId, employeeName: 'Mia' } });
      const cycle = [{ shiftIds: [shiftId] }, { shiftIds: [shiftId] }, { shiftIds: [] }];
      const assignment = { startDate: DAY, endDate: '2026-03-07', cycle };
      await roster().createShiftAssignment({ assignment: { employeeId, assignment } });
      const range = { employeeId, startDate: '2026-03-01', endDate: '2026-03-08' };
      const days = await asking.list(range);
      expect(days.map((day) => `${day.date} ${wordOf(day)}`)).to.deep.equal([
        '2026-03-02 ABSENT',
        '2026-03-03 ABSENT',
        '2026-03-04 DAY_OFF',
        '2026-03-05 ABSENT',
        '2026-03-06 ABSENT',
        '2026-03-07 DAY_OFF',
      ]);
      for (const day of days) {
        expect([day.origin, day.revision, day.etag, day.employeeName]).to.deep.equal([
          AttendanceOrigin.EXPECTED,
          0,
          '"0"',
          'Mia',
        ]);
        expect(await asking.everywhere(employeeId, day.date)).to.deep.equal(day);
      }
      expect(wordOf(await asking.everywhere(employeeId, '2026-03-08'))).to.equal('UNSCHEDULED');
      expect(await asking.stream(range)).to.deep.equal(days);
      const origins = [AttendanceOrigin.MARKED, AttendanceOrigin.DERIVED];
      expect(await asking.list({ ...range, origins }), 'unless left out').to.deep.equal([]);
      const { endDate: _, ...openEnded } = range;
      expect(await asking.list(openEnded), 'nor without an end').to.deep.equal([]);
      const off = { ...range, statuses: [DAY_OFF] };
      expect((await asking.list(off)).map(({ date }) => date)).to.deep.equal([
        '2026-03-04',
        '2026-03-07',
      ]);
      for (const pageSize of [1, 2, 4]) {
        expect(await asking.list({ ...range, pageSize })).to.deep.equal(days);
      }
    });

    atLength(
      'R33 are listed by group and by every filter as they are read, in both orders',
      async () => {
        const groupId = something();
        const onNextDay = (time: string) => timestampFromMs(Date.parse(`${NEXT_DAY}T${time}:00Z`));
        const people = await Promise.all([
          follower({ groupId }),
          follower({ groupId, joinDate: NEXT_DAY }),
          follower({ groupId: something() }),
          follower({ groupId }),
        ]);
        const [punctual, late, stranger, marked] = people.map(({ employeeId }) => employeeId);
        if (!punctual || !late || !stranger || !marked) throw new Error('everybody was hired');
        await asking.record(punctual, onDay('08:00'), onDay('16:00'));
        await asking.record(late, onNextDay('09:00'), onNextDay('15:00'));
        await asking.record(stranger, onDay('09:00'));
        const { client } = serviceOf();
        await client.markAttendance({
          employeeId: marked,
          date: DAY,
          status: AttendanceStatus.ON_LEAVE,
        });
        const range = { groupId, startDate: '2026-03-01', endDate: '2026-03-05' };
        const keyOf = ({ employeeId, date }: Attendance) => `${date} ${employeeId}`;
        const all = await asking.list(range);
        expect(all).to.have.length(5 + 3 + 5);
        expect(all.map(keyOf)).to.deep.equal(all.map(keyOf).sort());
        for (const day of all) {
          expect(await asking.get(day.employeeId, day.date)).to.deep.equal(day);
        }
        const updated = all.find(({ employeeId, revision }) => employeeId === late && revision > 0);
        const updatedAfter =
          updated?.updateTime ?? expect.fail('a day that was punched has a time');
        const isAfter = ({ updateTime }: Attendance) =>
          updateTime !== undefined &&
          (updateTime.seconds > updatedAfter.seconds ||
            (updateTime.seconds === updatedAfter.seconds && updateTime.nanos > updatedAfter.nanos));
        const filters: readonly (readonly [object, (day: Attendance) => boolean])[] = [
          [{ statuses: [ABSENT] }, ({ status }) => status === ABSENT],
          [{ statuses: [PRESENT, HOLIDAY] }, ({ status }) => status === PRESENT],
          [
            { anomalies: [Anomaly.LATE_IN] },
            ({ anomalies }) => anomalies.includes(Anomaly.LATE_IN),
          ],
          [{ final: true }, ({ final }) => final],
          [{ final: false }, ({ final }) => !final],
          [{ updatedAfter }, isAfter],
          [
            { origins: [AttendanceOrigin.MARKED], final: true },
            ({ origin }) => origin === AttendanceOrigin.MARKED,
          ],
          [{ statuses: [ABSENT], anomalies: [Anomaly.LATE_IN] }, () => false],
        ];
        const asOfTime = await momentBehind();
        for (const [filter, isKept] of filters) {
          const kept = all.filter(isKept);
          for (const pageSize of [1, 3, 0]) {
            expect(await asking.list({ ...range, ...filter, pageSize })).to.deep.equal(kept);
          }
          expect(await asking.list({ ...range, ...filter, asOfTime }), 'as of').to.deep.equal(kept);
          const byEmployee = [...kept].sort((a, b) =>
            a.employeeId < b.employeeId ? -1 : a.employeeId > b.employeeId ? 1 : 0,
          );
          expect(await asking.stream({ ...range, ...filter })).to.deep.equal(byEmployee);
          const { groupId: _, ...everybody } = range;
          const theirs = (await asking.list({ ...everybody, ...filter })).filter(({ employeeId }) =>
            [punctual, late, marked].includes(employeeId),
          );
          expect(theirs, 'among everybody').to.deep.equal(kept);
          const own = await asking.list({ ...everybody, ...filter, employeeId: late });
          expect(own).to.deep.equal(kept.filter(({ employeeId }) => employeeId === late));
        }
        const recorded = { groupId, origins: [AttendanceOrigin.MARKED, AttendanceOrigin.DERIVED] };
        const stored = all.filter(({ origin }) => origin !== AttendanceOrigin.EXPECTED);
        expect(await asking.list(recorded), 'all that was ever recorded').to.deep.equal(stored);
        expect(await asking.list({ ...range, groupId: something() }), 'nobody').to.deep.equal([]);
        expect(
          (await refusalOf(client.listAttendance({ ...range, employeeId: late }))).fields,
        ).to.deep.equal(['group_id']);
      },
    );

    it('R34 say that shifts overlap where new hours of one meet an override', async () => {
      const [day, evening] = [
        await asking.shift(),
        await asking.shift({ startTimeOfDay: '16:00', endTimeOfDay: '20:00' }),
      ];
      const employeeId = somebody();
      await roster().createEmployee({ employee: { employeeId, defaultShiftId: day } });
      const date = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
      const override = { date, shiftIds: [day, evening] };
      await roster().setDateOverride({ employeeId, override });
      const longer = { shiftId: day, endTimeOfDay: '17:00' };
      const { rosterChange } = await roster().updateShift({ shift: longer });
      expect(rosterChange?.shiftOverlaps).to.equal(1n);
      const { attendance, explanations } = await serviceOf().client.getAttendance({
        employeeId,
        date,
        includeExplanations: true,
      });
      expect(attendance && anomaliesOf(attendance)).to.deep.equal(['SHIFTS_OVERLAP']);
      const overlaps = explanations.filter(({ rule }) => rule === 'SHIFTS_OVERLAP');
      expect(overlaps.map(({ inputs }) => inputs[0]?.value.value)).to.deep.equal([day, evening]);
      const odd = {
        employeeId,
        startDate: date,
        endDate: date,
        anomalies: [Anomaly.SHIFTS_OVERLAP],
      };
      expect(await asking.list(odd)).to.deep.equal([attendance]);
      const again = await refusalOf(
        roster().setDateOverride({ employeeId, override: { ...override, date: NEXT_DAY } }),
      );
      expect(again.reason, 'anew it is refused').to.equal('SHIFTS_OVERLAP');
    });

    it('R35 whose facts were withdrawn are among what changed since', async () => {
      const [groupId, employeeId] = [something(), somebody()];
      await roster().createEmployee({ employee: { employeeId, groupId } });
      const { client } = serviceOf();
      const key = { employeeId, date: DAY };
      const { attendance: marked } = await client.markAttendance({ ...key, status: PRESENT });
      const updatedAfter = marked?.updateTime ?? expect.fail('a marked day has a time');
      const range = { startDate: '2026-03-01', endDate: '2026-03-05' };
      const asked = [{ ...range, groupId }, { groupId }, { ...range, employeeId }, { employeeId }];
      for (const request of asked) {
        expect(await asking.list({ ...request, updatedAfter }), 'nothing yet').to.deep.equal([]);
      }
      await client.clearAttendance({ ...key, reason: 'a mistake' });
      const cleared = await asking.get(employeeId);
      expect([wordOf(cleared), cleared.revision]).to.deep.equal(['UNSCHEDULED', 2]);
      for (const request of asked) {
        expect(await asking.list({ ...request, updatedAfter })).to.deep.equal([cleared]);
        expect(await asking.stream({ ...request, updatedAfter })).to.deep.equal([cleared]);
        expect(await asking.list(request), 'of those that are there').to.deep.equal([]);
      }
    });

    it('R36 carry the name of their moment in every list', async () => {
      const [groupId, employeeId] = [something(), somebody()];
      await roster().createEmployee({ employee: { employeeId, groupId, employeeName: 'Old' } });
      const { client } = serviceOf();
      await client.markAttendance({ employeeId, date: DAY, status: PRESENT });
      const asOfTime = await momentBehind();
      await asking.get(employeeId, DAY, asOfTime);
      await roster().updateEmployee({ employee: { employeeId, employeeName: 'New' } });
      const origins = [AttendanceOrigin.MARKED];
      const range = { startDate: DAY, endDate: NEXT_DAY };
      for (const request of [{ groupId }, { groupId, ...range }, { groupId, ...range, origins }]) {
        const then = await asking.list({ ...request, asOfTime });
        expect(then.map(({ employeeName }) => employeeName)).to.deep.equal(['Old']);
        const now = await asking.list(request);
        expect(now.map(({ employeeName }) => employeeName)).to.deep.equal(['New']);
      }
    });

    it('R2 are scheduled until they are due', async () => {
      const { employeeId } = await follower();
      const day = await asking.everywhere(employeeId, FUTURE);
      expect([day.status, day.final]).to.deep.equal([SCHEDULED, false]);
      const range = { employeeId, startDate: FUTURE, endDate: FUTURE };
      expect(await asking.list({ ...range, statuses: [SCHEDULED] })).to.deep.equal([day]);
      expect(await asking.list({ ...range, statuses: [ABSENT] })).to.deep.equal([]);
    });

    it('R3 begin and end with the employment', async () => {
      const { employeeId } = await follower({ joinDate: DAY, leaveDate: NEXT_DAY });
      const range = { startDate: '2026-03-01', endDate: '2026-03-05' };
      const days = await asking.list({ ...range, employeeId });
      expect(days.map(({ date }) => date)).to.deep.equal([DAY, NEXT_DAY]);
    });

    it('R23 end with the date on which somebody is archived, who cannot clock from then on', async () => {
      const { employeeId } = await follower();
      const wordOn = async (date: string) => wordOf(await asking.everywhere(employeeId, date));
      const isListed = async () => {
        const { employees } = await roster().listEmployees({ pageSize: 1000 });
        return employees.some((each) => each.employeeId === employeeId);
      };
      const archived = await roster().archiveEmployee({ employeeId, reason: 'left' });
      expect(archived.employee?.archived).to.equal(true);
      expect([await wordOn(DAY), await wordOn(FUTURE)]).to.deep.equal(['ABSENT', 'UNSCHEDULED']);
      expect(await isListed()).to.equal(false);
      const { clock } = serviceOf();
      for (const call of [clock.clockIn, clock.clockOut, clock.startBreak, clock.endBreak]) {
        expect((await refusalOf(call({ employeeId }))).reason).to.equal('EMPLOYEE_ARCHIVED');
      }
      // What happened before is told, by a person or a device.
      await clock.clockIn({ employeeId, time: onDay('08:00') });
      await asking.record(employeeId, onDay('08:00'), onDay('16:00'));
      expect(await wordOn(DAY)).to.equal('PRESENT');
      await roster().updateEmployee({ employee: { employeeId } });
      expect([await wordOn(FUTURE), await isListed()]).to.deep.equal(['SCHEDULED', true]);
      await clock.clockIn({ employeeId });
    });

    it('R4 of a whole company are listed by date and streamed by employee', async () => {
      const shiftId = await asking.shift();
      const ids = Array.from({ length: 5 }, () => somebody()).sort();
      for (const employeeId of ids) {
        await roster().createEmployee({ employee: { employeeId } });
        await asking.assign(employeeId, [shiftId], '2199-06-01', '2199-06-03');
      }
      const [first = ''] = ids;
      const status = AttendanceStatus.REMOTE;
      await serviceOf().client.markAttendance({ employeeId: first, date: '2199-06-02', status });
      const range = { startDate: '2199-06-01', endDate: '2199-06-03' };
      // Other cases have employees who work every day: they are in the range too.
      const mine = (days: readonly Attendance[]) =>
        days.filter((day) => ids.includes(day.employeeId));
      const said = (day: Attendance) => `${day.date} ${day.employeeId} ${wordOf(day)}`;
      const expected = ids.flatMap((id) =>
        ['2199-06-01', '2199-06-02', '2199-06-03'].map((date) => {
          const isRemote = id === first && date === '2199-06-02';
          return { id, date, word: isRemote ? 'REMOTE' : 'SCHEDULED' };
        }),
      );
      const text = expected.map(({ id, date, word }) => `${date} ${id} ${word}`);
      expect(mine(await asking.stream(range)).map(said)).to.deep.equal(text);
      for (const pageSize of [0, 3]) {
        expect(mine(await asking.list({ ...range, pageSize })).map(said)).to.deep.equal(
          text.toSorted(),
        );
      }
    });

    it('R5 are told with their reasons on request', async () => {
      const { employeeId } = await follower();
      await asking.record(employeeId, onDay('08:20'), onDay('16:00'));
      const request = { employeeId, date: DAY, includeExplanations: true };
      const told = await serviceOf().client.getAttendance(request);
      expect(told.attendance).to.deep.equal(await asking.get(employeeId));
      expect(told.explanations.map(({ rule }) => rule)).to.include.members([
        'SHIFT_PLANNED',
        'SESSION',
        'LATE',
      ]);
      expect(told.attendance?.timeZone).to.equal('UTC');
      const plain = await serviceOf().client.getAttendance({ employeeId, date: DAY });
      expect(plain.explanations).to.deep.equal([]);
    });
  });

  describe('changes of the roster', () => {
    /** A change, and what the days of the follower are after it. */
    interface Change {
      readonly title: string;
      readonly make: (who: Awaited<ReturnType<typeof follower>>) => Promise<{
        readonly rosterChange?: RosterChange | undefined;
      }>;
      /** Of DAY, on which somebody was there from 09:00 to 15:00, and of NEXT_DAY without facts. */
      readonly days: readonly [string, string];
    }

    const LATE_AND_EARLY = 'PRESENT EARLY_OUT LATE_IN 21600';
    const CHANGES: readonly Change[] = [
      {
        title: 'R10 a shift’s hours',
        make: ({ defaultShiftId }) =>
          roster().updateShift({
            shift: { shiftId: defaultShiftId, startTimeOfDay: '09:00', endTimeOfDay: '15:00' },
          }),
        days: ['PRESENT 21600', 'ABSENT'],
      },
      {
        title: 'R11 a shift’s hours from the next date on',
        make: ({ defaultShiftId }) =>
          roster().updateShift({
            shift: {
              shiftId: defaultShiftId,
              startTimeOfDay: '09:00',
              endTimeOfDay: '15:00',
              effectiveDate: NEXT_DAY,
            },
          }),
        days: [LATE_AND_EARLY, 'ABSENT'],
      },
      {
        title: 'R12 the employee’s shift taken away',
        make: ({ employeeId }) =>
          roster().updateEmployee({
            employee: { employeeId },
            updateMask: { paths: ['default_shift_id'] },
          }),
        days: ['PRESENT 21600', 'UNSCHEDULED'],
      },
      {
        title: 'R13 the employee joins later',
        make: ({ employeeId, defaultShiftId }) =>
          roster().updateEmployee({
            employee: { employeeId, defaultShiftId, joinDate: NEXT_DAY },
          }),
        days: ['PRESENT OFF_SHIFT 21600', 'ABSENT'],
      },
      {
        title: 'R14 a day off instead',
        make: ({ employeeId }) =>
          roster().setDateOverride({ employeeId, override: { date: NEXT_DAY, shiftIds: [] } }),
        days: [LATE_AND_EARLY, 'DAY_OFF'],
      },
      {
        title: 'R15 an assignment of days off',
        make: ({ employeeId }) =>
          roster().createShiftAssignment({
            assignment: { employeeId, assignment: { startDate: DAY, cycle: [{ shiftIds: [] }] } },
          }),
        days: ['DAY_OFF OFF_SHIFT 21600', 'DAY_OFF'],
      },
    ];

    const tell = (day: Attendance) =>
      [
        wordOf(day),
        ...anomaliesOf(day).toSorted(),
        ...(day.workedDuration?.seconds ? [day.workedDuration.seconds] : []),
      ].join(' ');

    for (const { title, make, days } of CHANGES) {
      it(`${title}: the next read follows, the stored days soon, and nothing else happens`, async () => {
        const who = await follower();
        const { employeeId } = who;
        await asking.record(employeeId, onDay('09:00'), onDay('15:00'));
        // Read twice, so that whatever can be cached is.
        for (const _ of [1, 2]) {
          expect(tell(await asking.everywhere(employeeId))).to.equal(LATE_AND_EARLY);
          expect(tell(await asking.everywhere(employeeId, NEXT_DAY))).to.equal('ABSENT');
        }
        const { rosterChange } = await make(who);
        const now = async () => [
          tell(await asking.everywhere(employeeId)),
          tell(await asking.everywhere(employeeId, NEXT_DAY)),
        ];
        expect(await now()).to.deep.equal(days);
        const swept = await asking.swept(rosterChange);
        expect(await now()).to.deep.equal(days);
        const isChanged = days[0] !== LATE_AND_EARLY;
        const causes = await asking.causes(employeeId);
        const last = isChanged ? [ROSTER_CAUSE] : [];
        expect(causes.filter((cause) => cause === ROSTER_CAUSE)).to.deep.equal(last);
        expect(swept.daysChanged).to.equal(isChanged ? 1n : 0n);
        expect(await asking.causes(employeeId, NEXT_DAY)).to.deep.equal([]);
      });
    }

    it('R16 a holiday of the calendar, and the holiday taken out again', async () => {
      const calendarId = something();
      const { employeeId } = await follower({ calendarId });
      await asking.record(employeeId, onDay('08:00'), onDay('16:00'));
      for (const _ of [1, 2]) await asking.everywhere(employeeId);
      for (const date of [DAY, NEXT_DAY]) {
        await roster().createHoliday({ holiday: { calendarId, date, name: 'Carnival' } });
      }
      const [day, next] = [
        await asking.everywhere(employeeId),
        await asking.everywhere(employeeId, NEXT_DAY),
      ];
      expect([day.status, next.status]).to.deep.equal([HOLIDAY, HOLIDAY]);
      expect(anomaliesOf(day)).to.deep.equal(['WORKED_ON_HOLIDAY']);
      expect(day.workedDuration?.seconds).to.equal(28_800n);
      const half = { calendarId, name: 'Carnival', portion: DayPortion.SECOND_HALF };
      for (const date of [DAY, NEXT_DAY])
        await roster().updateHoliday({ holiday: { ...half, date } });
      const halfDay = await asking.everywhere(employeeId);
      expect([halfDay.status, halfDay.plannedDuration?.seconds]).to.deep.equal([PRESENT, 14_400n]);
      expect(anomaliesOf(halfDay)).to.deep.equal([]);
      expect((await asking.everywhere(employeeId, NEXT_DAY)).status).to.equal(ABSENT);
      for (const date of [DAY, NEXT_DAY]) await roster().deleteHoliday({ calendarId, date });
      expect((await asking.everywhere(employeeId)).plannedDuration?.seconds).to.equal(28_800n);
      expect((await asking.everywhere(employeeId)).status).to.equal(PRESENT);
      expect((await asking.everywhere(employeeId, NEXT_DAY)).status).to.equal(ABSENT);
    });

    it('R17 an assignment changed, taken back; an override cleared', async () => {
      const { employeeId } = await follower();
      const assignmentId = await asking.assign(employeeId, [], DAY, NEXT_DAY);
      const statuses = async () => [
        wordOf(await asking.everywhere(employeeId)),
        wordOf(await asking.everywhere(employeeId, NEXT_DAY)),
      ];
      expect(await statuses()).to.deep.equal(['DAY_OFF', 'DAY_OFF']);
      const assignment = { startDate: DAY, endDate: DAY, cycle: [{ shiftIds: [] }] };
      await roster().updateShiftAssignment({
        assignment: { employeeId, assignmentId, assignment },
      });
      expect(await statuses()).to.deep.equal(['DAY_OFF', 'ABSENT']);
      await roster().deleteShiftAssignment({ employeeId, assignmentId });
      expect(await statuses()).to.deep.equal(['ABSENT', 'ABSENT']);
      await roster().setDateOverride({ employeeId, override: { date: DAY, shiftIds: [] } });
      expect(await statuses()).to.deep.equal(['DAY_OFF', 'ABSENT']);
      await roster().deleteDateOverride({ employeeId, date: DAY });
      expect(await statuses()).to.deep.equal(['ABSENT', 'ABSENT']);
    });

    it('R18 a name and a zone are those of the next read', async () => {
      const { employeeId, defaultShiftId } = await follower();
      for (const _ of [1, 2]) await asking.everywhere(employeeId);
      await roster().updateEmployee({
        employee: { employeeId, defaultShiftId, employeeName: 'Zoë', timeZone: 'Asia/Tokyo' },
      });
      const day = await asking.everywhere(employeeId);
      expect(day.employeeName).to.equal('Zoë');
      expect(Number(day.shifts[0]?.scheduledStartTime?.seconds)).to.equal(
        Date.parse('2026-03-01T23:00:00Z') / 1000,
      );
    });

    it('R19 a change with the same request id is made once, and with what was sent', async () => {
      const { employeeId, defaultShiftId } = await follower();
      const employee = { employeeId, defaultShiftId, groupId: something() };
      const request = { employee, reason: 'moved', requestId: randomUUID() };
      const first = await roster().updateEmployee(request);
      await roster().updateEmployee({
        employee: { employeeId },
        updateMask: { paths: ['group_id'] },
      });
      expect(await roster().updateEmployee(request)).to.deep.equal(first);
      expect((await roster().getEmployee({ employeeId })).employee?.groupId).to.equal('');
      const other = roster().updateEmployee({ ...request, reason: 'other' });
      expect((await refusalOf(other)).reason).to.equal('REQUEST_ID_REUSED');
      const stale = roster().updateEmployee({ employee, etag: first.employee?.etag ?? '' });
      expect((await refusalOf(stale)).reason).to.equal('ETAG_MISMATCH');
    });

    it('R20 a change that leaves everything as it was is none', async () => {
      const { employeeId, defaultShiftId } = await follower();
      const employee = { employeeId, defaultShiftId };
      const { rosterChange } = await roster().updateEmployee({ employee });
      expect(rosterChange).to.equal(undefined);
    });

    it('R21 one that was none is none again, whatever has been changed since', async () => {
      const { employeeId, defaultShiftId } = await follower();
      const employee = { employeeId, defaultShiftId };
      const request = { employee, reason: 'as it is', requestId: randomUUID() };
      const first = await roster().updateEmployee(request);
      expect(first.rosterChange).to.equal(undefined);
      const groupId = something();
      await roster().updateEmployee({ employee: { ...employee, groupId } });
      expect(await roster().updateEmployee(request)).to.deep.equal(first);
      expect((await roster().getEmployee({ employeeId })).employee?.groupId).to.equal(groupId);
      const other = roster().updateEmployee({ ...request, reason: 'other' });
      expect((await refusalOf(other)).reason).to.equal('REQUEST_ID_REUSED');
      const override = { employeeId, date: DAY, reason: 'off', requestId: randomUUID() };
      await roster().deleteDateOverride(override);
      await roster().setDateOverride({ employeeId, override: { date: DAY, shiftIds: [] } });
      await roster().deleteDateOverride(override);
      const { overrides } = await roster().listDateOverrides({ employeeId });
      expect(overrides.map(({ date }) => date)).to.deep.equal([DAY]);
    });

    it('R24 an update changes what it sends; a mask can empty, and * replaces all', async () => {
      const { employeeId, defaultShiftId } = await follower({ groupId: 'g', joinDate: DAY });
      const seen = async () => {
        const { employee } = await roster().getEmployee({ employeeId });
        const { employeeName, groupId, joinDate } = employee ?? expect.fail('no employee');
        return [employeeName, employee?.defaultShiftId, groupId, joinDate];
      };
      await roster().updateEmployee({ employee: { employeeId, employeeName: 'Mia' } });
      expect(await seen()).to.deep.equal(['Mia', defaultShiftId, 'g', DAY]);
      const masked = { employee: { employeeId, employeeName: 'Not this' } };
      await roster().updateEmployee({ ...masked, updateMask: { paths: ['group_id'] } });
      expect(await seen()).to.deep.equal(['Mia', defaultShiftId, '', DAY]);
      const leaving = { employee: { employeeId, leaveDate: '2026-03-01' } };
      expect((await refusalOf(roster().updateEmployee(leaving))).reason).to.equal('INVALID_FIELD');
      await roster().updateEmployee({ ...masked, updateMask: { paths: ['*'] } });
      expect(await seen()).to.deep.equal(['Not this', '', '', '']);
    });

    it('R25 a version of a shift is as the one before in what it does not say', async () => {
      const shiftId = await asking.shift({ lateGrace: { seconds: 300n } });
      const later = { shiftId, effectiveDate: NEXT_DAY, endTimeOfDay: '17:00' };
      const { shift } = await roster().updateShift({ shift: later });
      const said = shift?.versions.map(({ startTimeOfDay, endTimeOfDay, lateGrace }) => [
        startTimeOfDay,
        endTimeOfDay,
        Number(lateGrace?.seconds ?? 0n),
      ]);
      expect(said).to.deep.equal([
        ['08:00', '16:00', 300],
        ['08:00', '17:00', 300],
      ]);
      const mask = { paths: ['late_grace'] };
      const strict = await roster().updateShift({ shift: later, updateMask: mask });
      const changed = strict.shift?.versions[1];
      expect([changed?.endTimeOfDay, changed?.lateGrace]).to.deep.equal(['17:00', undefined]);
      const none = { shift: { shiftId, endTimeOfDay: '08:00' } };
      expect((await refusalOf(roster().updateShift(none))).reason).to.equal('INVALID_FIELD');
    });

    it('R26 an assignment ends, and goes on again, without being sent whole', async () => {
      const { employeeId } = await follower();
      const shiftId = await asking.shift();
      const cycle = [{ shiftIds: [shiftId] }];
      const made = await roster().createShiftAssignment({
        assignment: { employeeId, assignment: { startDate: DAY, cycle } },
      });
      const assignmentId = made.assignment?.assignmentId ?? '';
      const ended = { employeeId, assignmentId, assignment: { endDate: NEXT_DAY } };
      const { assignment } = await roster().updateShiftAssignment({ assignment: ended });
      expect(assignment?.assignment).to.include({ startDate: DAY, endDate: NEXT_DAY });
      expect(assignment?.assignment?.cycle).to.have.length(1);
      const again = await roster().updateShiftAssignment({
        assignment: { employeeId, assignmentId, assignment: {} },
        updateMask: { paths: ['assignment.end_date'] },
      });
      expect(again.assignment?.assignment).to.include({ startDate: DAY, endDate: '' });
    });

    it('R37 somebody moves to nights: the days before end, or both stay, as the caller says', async () => {
      const employeeId = somebody();
      await roster().createEmployee({ employee: { employeeId } });
      const [early, night] = [
        await asking.shift({ startTimeOfDay: '06:00', endTimeOfDay: '14:00' }),
        await asking.shift({ startTimeOfDay: '22:00', endTimeOfDay: '05:00' }),
      ];
      const earlyId = await asking.assign(employeeId, [early], '2026-03-01');
      const { assignment: before } = await roster().getShiftAssignment({
        employeeId,
        assignmentId: earlyId,
      });
      const nights = { startDate: NEXT_DAY, cycle: [{ shiftIds: [night] }] };
      const request = { assignment: { employeeId, assignment: nights } };
      const refused = await refusalOf(roster().createShiftAssignment(request));
      expect([refused.reason, refused.fields]).to.deep.equal([
        'ASSIGNMENTS_OVERLAP',
        ['on_overlap'],
      ]);
      const shiftsOn = async (date: string) =>
        (await asking.everywhere(employeeId, date)).shifts.map(({ shiftId }) => shiftId);
      const days = async () => [await shiftsOn(DAY), await shiftsOn(NEXT_DAY)];
      const replace = { ...request, onOverlap: OverlapAction.REPLACE, requestId: randomUUID() };
      await roster().createShiftAssignment({ ...replace, validateOnly: true });
      for (const _ of [1, 2]) expect(await days()).to.deep.equal([[early], [early]]);
      const asOfTime = await momentBehind();
      const all = async (then = {}) =>
        (await roster().listShiftAssignments({ employeeId, ...then })).assignments;
      const then = await all({ asOfTime });
      const made = await roster().createShiftAssignment(replace);
      expect(made.rosterChange).to.include({ startDate: NEXT_DAY, endDate: '' });
      expect(await days()).to.deep.equal([[early], [night]]);
      const [ended] = await all();
      expect(ended?.assignment?.endDate).to.equal(DAY);
      expect(await all({ asOfTime }), 'as of before').to.deep.equal(then);
      expect(await roster().createShiftAssignment(replace), 'repeated').to.deep.equal(made);
      const again = {
        assignment: { employeeId, assignmentId: earlyId, assignment: {} },
        updateMask: { paths: ['assignment.end_date'] },
      };
      const etag = before?.etag ?? '';
      expect((await refusalOf(roster().updateShiftAssignment({ ...again, etag }))).reason).to.equal(
        'ETAG_MISMATCH',
      );
      expect((await refusalOf(roster().updateShiftAssignment(again))).reason).to.equal(
        'ASSIGNMENTS_OVERLAP',
      );
      await roster().updateShiftAssignment({ ...again, onOverlap: OverlapAction.ADD });
      expect(await days()).to.deep.equal([[early], [early, night]]);
    });

    it('R38 a change says what it is about, before and after', async () => {
      const [employeeId, calendarId] = [somebody(), something()];
      const shiftId = await asking.shift();
      const key = { employeeId, assignmentId: '' };
      const pattern = { startDate: DAY, cycle: [{ shiftIds: [shiftId] }] };
      const holiday = { calendarId, date: DAY, name: 'Carnival' };
      const named = ['early', 'late'].map((employeeName) => ({ employeeId, employeeName }));
      /** Each is about something that only it changes, and is followed by all the others. */
      const steps: readonly (readonly [
        string,
        () => Promise<{ rosterChange?: RosterChange | undefined }>,
      ])[] = [
        ['employee: - > early', () => roster().createEmployee({ employee: named[0] ?? {} })],
        ['employee: early > late', () => roster().updateEmployee({ employee: named[1] ?? {} })],
        [
          'shift: 16:00 > 17:00',
          () => roster().updateShift({ shift: { shiftId, endTimeOfDay: '17:00' } }),
        ],
        [
          'assignments: - > open',
          async () => {
            const made = await roster().createShiftAssignment({
              assignment: { employeeId, assignment: pattern },
            });
            key.assignmentId = made.assignment?.assignmentId ?? '';
            return made;
          },
        ],
        [
          `assignments: open > ${DAY} open`,
          () =>
            roster().createShiftAssignment({
              assignment: { employeeId, assignment: { ...pattern, startDate: NEXT_DAY } },
              onOverlap: OverlapAction.REPLACE,
            }),
        ],
        [`assignments: ${DAY} > -`, () => roster().deleteShiftAssignment(key)],
        [
          'override: - > off',
          () => roster().setDateOverride({ employeeId, override: { date: DAY } }),
        ],
        ['override: off > -', () => roster().deleteDateOverride({ employeeId, date: DAY })],
        ['holiday: - > Carnival', () => roster().createHoliday({ holiday })],
        [
          'holiday: Carnival > Fair',
          () => roster().updateHoliday({ holiday: { ...holiday, name: 'Fair' } }),
        ],
        ['holiday: Fair > -', () => roster().deleteHoliday({ calendarId, date: DAY })],
        ['shift: 17:00 > archived', () => roster().archiveShift({ shiftId })],
        ['employee: late > archived', () => roster().archiveEmployee({ employeeId })],
      ];
      const ids: string[] = [];
      for (const [, make] of steps) ids.push((await make()).rosterChange?.changeId ?? '');
      const told: string[] = [];
      for (const changeId of ids) {
        const { rosterChange } = await roster().getRosterChange({ changeId });
        const [before, after] = [rosterChange?.before, rosterChange?.after].map(partText);
        told.push(`${kindOf(rosterChange)}: ${before} > ${after}`);
      }
      expect(told).to.deep.equal(steps.map(([says]) => says));
    });

    it('R27 what is only validated is answered and refused as ever, and not stored', async () => {
      const { employeeId, defaultShiftId } = await follower();
      const other = await asking.shift({ startTimeOfDay: '12:00', endTimeOfDay: '18:00' });
      const requestId = randomUUID();
      const validateOnly = true;
      const stranger = { employee: { employeeId: somebody(), employeeName: 'New' } };
      const tried = await roster().createEmployee({ ...stranger, requestId, validateOnly });
      expect([tried.employee?.employeeName, tried.rosterChange]).to.deep.equal(['New', undefined]);
      expect(tried.employee?.etag, 'of a change that there is none of').to.equal('');
      const { reason } = await refusalOf(roster().getEmployee(stranger.employee));
      expect(reason).to.equal('EMPLOYEE_NOT_FOUND');
      const override = { date: DAY, shiftIds: [defaultShiftId, other] };
      const twice = { employeeId, override };
      for (const request of [twice, { ...twice, validateOnly }]) {
        const refused = await refusalOf(roster().setDateOverride(request));
        expect(refused.reason).to.equal('SHIFTS_OVERLAP');
      }
      const day = await asking.everywhere(employeeId, DAY);
      await roster().setDateOverride({ employeeId, override: { date: DAY }, validateOnly });
      await roster().updateEmployee({ employee: { employeeId, groupId: 'x' }, validateOnly });
      await roster().archiveEmployee({ employeeId, validateOnly });
      await roster().updateShift({
        shift: { shiftId: defaultShiftId, endTimeOfDay: '10:00' },
        validateOnly,
      });
      expect(await asking.everywhere(employeeId, DAY)).to.deep.equal(day);
      expect((await roster().getEmployee({ employeeId })).employee).to.include({
        groupId: '',
        archived: false,
      });
      const created = await roster().createEmployee({ ...stranger, requestId });
      expect(created.rosterChange, 'the id is free').to.not.equal(undefined);
      const again = await roster().createEmployee({ ...stranger, requestId, validateOnly });
      expect([again.employee, again.rosterChange], 'the first answer').to.deep.equal([
        created.employee,
        undefined,
      ]);
      const reused = { employee: { employeeId: somebody() }, requestId, validateOnly };
      expect((await refusalOf(roster().createEmployee(reused))).reason).to.equal(
        'REQUEST_ID_REUSED',
      );
      const archived = { employee: { employeeId, archived: true } };
      expect((await refusalOf(roster().updateEmployee(archived))).fields).to.deep.equal([
        'employee.archived',
      ]);
    });
  });

  describe('as of a past moment, with a roster', () => {
    atLength('R30 every answer is given again after all that has happened', async function () {
      this.timeout(AS_OF_TIMEOUT_MS);
      const calendarId = something();
      const { employeeId, defaultShiftId } = await follower({ calendarId });
      const dates = ['2026-03-01', DAY, NEXT_DAY, '2026-03-04', FUTURE];
      const range = { employeeId, startDate: '2026-03-01', endDate: '2026-03-05' };
      const all = range;

      const answers = async (asOfTime?: Timestamp) => {
        const then = asOfTime === undefined ? {} : { asOfTime };
        const days: Attendance[] = [];
        for (const date of dates) days.push(await asking.get(employeeId, date, asOfTime));
        return {
          days,
          stored: await asking.list({ ...range, ...then }),
          listed: await asking.list({ ...all, ...then }),
          absent: await asking.list({ ...all, ...then, statuses: [ABSENT] }),
          streamed: await asking.stream({ ...all, ...then }),
          employee: (await roster().getEmployee({ employeeId, ...then })).employee,
          shift: (await roster().getShift({ shiftId: defaultShiftId, ...then })).shift,
          assignments: (await roster().listShiftAssignments({ employeeId, ...then })).assignments,
          overrides: (await roster().listDateOverrides({ employeeId, ...then })).overrides,
          holidays: (await roster().listHolidays({ calendarId, ...then })).holidays,
        };
      };
      /** What the sweep may store between two answers; everything else is the same at once. */
      const timeless = (days: readonly Attendance[]) =>
        days.map((day) => ({ ...day, revision: 0, etag: '', updateTime: undefined }));

      const moments: { asOfTime: Timestamp; told: Awaited<ReturnType<typeof answers>> }[] = [];
      const remember = async () => {
        const live = await answers();
        const asOfTime = await momentBehind();
        const told = await answers(asOfTime);
        expect(timeless(told.days)).to.deep.equal(timeless(live.days));
        expect(timeless(told.listed)).to.deep.equal(timeless(live.listed));
        expect(told.employee).to.deep.equal(live.employee);
        moments.push({ asOfTime, told });
      };

      const employee = { employeeId, defaultShiftId, calendarId };
      const ids: string[] = [];
      const steps: (() => Promise<unknown>)[] = [
        async () => {
          const punches = await asking.record(employeeId, onDay('08:00'), onDay('16:00'));
          ids.push(...punches.map(({ punchId }) => punchId));
        },
        () => roster().createHoliday({ holiday: { calendarId, date: NEXT_DAY, name: 'x' } }),
        () =>
          roster().updateShift({
            shift: { shiftId: defaultShiftId, startTimeOfDay: '09:00', endTimeOfDay: '15:00' },
          }),
        () =>
          serviceOf().client.markAttendance({
            employeeId,
            date: '2026-03-04',
            status: AttendanceStatus.ON_LEAVE,
          }),
        () =>
          serviceOf().clock.voidPunch({ employeeId, punchIds: [ids[1] ?? ''], reason: 'theirs' }),
        () => asking.assign(employeeId, [], NEXT_DAY),
        () =>
          roster().updateEmployee({
            employee: { ...employee, employeeName: 'Zoë', timeZone: 'Asia/Tokyo' },
          }),
        () => roster().deleteHoliday({ calendarId, date: NEXT_DAY }),
        () => roster().setDateOverride({ employeeId, override: { date: DAY, shiftIds: [] } }),
        () =>
          serviceOf().clock.replacePunch({
            employeeId,
            punchId: ids[0] ?? '',
            time: onDay('10:00'),
            reason: 'queue',
          }),
        () => roster().updateEmployee({ employee: { employeeId, leaveDate: '2026-03-03' } }),
      ];
      await remember();
      for (const step of steps) {
        await step();
        await remember();
      }
      for (const { asOfTime, told } of moments) {
        expect(await answers(asOfTime)).to.deep.equal(told);
      }
      const words = moments.map(({ told }) => told.days.map(wordOf).join(' '));
      expect(new Set(words).size, 'the steps change what is told').to.be.above(6);
    });

    it('R32 a history is told for ever as it was told first', async () => {
      const calendarId = something();
      const { employeeId } = await follower({ calendarId });
      const [, out] = await asking.record(employeeId, onDay('08:00'), onDay('16:00'));
      const [arrival] = await asking.punches(employeeId);
      const punchIds = [arrival?.punchId ?? '', out?.punchId ?? ''];
      await serviceOf().clock.voidPunch({ employeeId, punchIds, reason: 'not hers' });
      const history = async () => {
        const request = { employeeId, date: DAY };
        const { revisions } = await serviceOf().client.listAttendanceRevisions(request);
        return revisions.slice(0, 2);
      };
      const told = await history();
      const words = told.map(({ before, after }) => [wordOf(before), wordOf(after)]);
      expect(words).to.deep.equal([
        ['ABSENT', 'PRESENT'],
        ['PRESENT', 'ABSENT'],
      ]);
      const holiday = { calendarId, date: DAY, name: 'Found later' };
      await roster().createHoliday({ holiday });
      expect(wordOf(await asking.everywhere(employeeId))).to.equal('HOLIDAY');
      expect(await history()).to.deep.equal(told);
    });

    it('R31 of a moment before anything was known of somebody nothing is told', async () => {
      const before = timestampFromMs(Date.now() - 60_000);
      const { employeeId } = await follower();
      const day = await asking.get(employeeId, DAY, before);
      expect([wordOf(day), day.revision]).to.deep.equal(['UNSCHEDULED', 0]);
      const range = { employeeId, startDate: DAY, endDate: DAY };
      expect(await asking.list({ ...range, asOfTime: before })).to.deep.equal([]);
    });
  });
}
