// The contract of leave by the hour, whatever the cache.

import { expect } from 'chai';
import {
  type Attendance,
  AttendanceOrigin,
  AttendanceStatus,
  DayPortion,
} from '../../gen/attendance/v1/attendance_pb.js';
import { RevisionCause } from '../../gen/attendance/v1/attendance_service_pb.js';
import { PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { DAY, something } from './asking.js';
import { somebody } from './contract.js';

const { ON_LEAVE, PRESENT, REMOTE, ABSENT } = AttendanceStatus;
const { FIRST_HALF } = DayPortion;

interface Told {
  readonly status?: AttendanceStatus;
  readonly portion?: DayPortion;
  readonly leaveTypeId?: string;
  readonly importId?: string;
  readonly requestId?: string;
  readonly note?: string;
  readonly etag?: string;
}

/** `10:00-12:00` as a field of a request. */
function hours(text: string) {
  const [startTimeOfDay = '', endTimeOfDay = ''] = text.split('-');
  return { leaveTime: { startTimeOfDay, endTimeOfDay } };
}

/** `ABSENT; 10:00-12:00 doctor 2 h`. */
function seen(day: Attendance | undefined): string {
  const leave = (day?.leaveTimes ?? []).map(({ time, leaveTypeId, excusedDuration }) => {
    const length = Number(excusedDuration?.seconds) / 3600;
    const parts = [`${time?.startTimeOfDay}-${time?.endTimeOfDay}`, leaveTypeId, `${length} h`];
    return parts.filter((part) => part !== '').join(' ');
  });
  return [AttendanceStatus[day?.status ?? 0], ...leave].join('; ');
}

export function describeLeaveTimes(serviceOf: () => TestService): void {
  const client = () => serviceOf().client;

  /** Works from 08:00 to 16:00 UTC on every date. */
  async function planned(): Promise<string> {
    const [employeeId, shiftId] = [somebody(), something()];
    const { roster } = serviceOf();
    await roster.createShift({
      shift: { shiftId, startTimeOfDay: '08:00', endTimeOfDay: '16:00' },
    });
    await roster.createEmployee({ employee: { employeeId, defaultShiftId: shiftId } });
    return employeeId;
  }

  const leave = async (employeeId: string, time: string, told: Told = {}) => {
    const request = { employeeId, date: DAY, status: ON_LEAVE, ...told, ...hours(time) };
    return (await client().markAttendance(request)).attendance;
  };
  const mark = async (employeeId: string, told: Told = {}) =>
    (await client().markAttendance({ employeeId, date: DAY, status: PRESENT, ...told })).attendance;
  const dayOf = async (employeeId: string) =>
    (await client().getAttendance({ employeeId, date: DAY })).attendance;
  const kind = async () => {
    const leaveTypeId = something();
    await client().setLeaveType({ leaveTypeId, name: 'A kind' });
    return leaveTypeId;
  };
  const punch = async (employeeId: string, ...told: readonly string[]) => {
    const punches = told.map((text) => {
      const [time = '', word = ''] = text.split(' ');
      const seconds = BigInt(Date.parse(`${DAY}T${time}:00Z`) / 1000);
      const punchKind = PunchKind[word as keyof typeof PunchKind];
      return { employeeId, time: { seconds, nanos: 0 }, kind: punchKind };
    });
    await serviceOf().clock.recordPunches({ punches });
  };

  describe('leave by the hour', () => {
    it('H1 stands beside work: the day, its list, its history and its explanation say it', async () => {
      const [employeeId, leaveTypeId] = [await planned(), await kind()];
      await punch(employeeId, '08:00 IN', '10:00 OUT');
      await leave(employeeId, '10:00-12:00', { leaveTypeId, note: 'dentist' });
      await punch(employeeId, '12:30 IN', '16:00 OUT');
      const day = await dayOf(employeeId);
      expect(seen(day)).to.equal(`PRESENT; 10:00-12:00 ${leaveTypeId} 2 h`);
      expect([day?.origin, day?.note]).to.deep.equal([AttendanceOrigin.DERIVED, 'dentist']);
      expect([day?.lateDuration?.seconds, day?.earlyDuration?.seconds]).to.deep.equal([0n, 0n]);
      const range = { startDate: DAY, endDate: DAY };
      for (const who of [{ employeeId }, {}]) {
        const request = { ...who, ...range, leaveTypeIds: [leaveTypeId] };
        expect((await client().listAttendance(request)).attendances).to.deep.equal([day]);
      }
      const told = { employeeId, date: DAY, includeExplanations: true };
      const { explanations, attendance } = await client().getAttendance(told);
      expect(attendance).to.deep.equal(day);
      const rule = explanations.find((each) => each.rule === 'LEAVE_TIME');
      expect(rule?.text).to.include(`from 10:00 to 12:00 (${leaveTypeId}): 2 h`);
      const { revisions } = await client().listAttendanceRevisions({ employeeId, date: DAY });
      const kept = `10:00-12:00 ${leaveTypeId} 2 h`;
      const marked = revisions.filter(({ cause }) => cause === RevisionCause.MARKED);
      expect([...marked, revisions.at(-1)].map((each) => seen(each?.after))).to.deep.equal([
        `PRESENT; ${kept}`,
        `PRESENT; ${kept}`,
      ]);
    });

    it('H2 a read as of before, and between two of them, says what stood', async () => {
      const employeeId = await planned();
      const first = await leave(employeeId, '10:00-12:00');
      const second = await leave(employeeId, '14:00-15:00');
      expect(seen(second)).to.equal('ABSENT; 10:00-12:00 2 h; 14:00-15:00 1 h');
      const asOfTime = first?.updateTime ?? expect.fail('no time');
      const then = await client().getAttendance({ employeeId, date: DAY, asOfTime });
      expect(seen(then.attendance)).to.equal('ABSENT; 10:00-12:00 2 h');
    });

    const FOLDED: readonly [id: string, told: (string | Told)[], is: string][] = [
      ['H3 the whole shift', ['08:00-16:00'], 'ON_LEAVE; 08:00-16:00 8 h'],
      ['H4 a later mark of the day replaces it', ['10:00-12:00', { status: REMOTE }], 'REMOTE'],
      [
        'H5 it stands beside an earlier one',
        [{ status: REMOTE }, '10:00-12:00'],
        'REMOTE; 10:00-12:00 2 h',
      ],
      [
        'H6 and beside that of a half',
        ['10:00-13:00', { status: ON_LEAVE, portion: FIRST_HALF }],
        'ON_LEAVE; 10:00-13:00 1 h',
      ],
      [
        'H7 a later one replaces those that it overlaps',
        ['09:00-11:00', '14:00-15:00', '10:00-12:00'],
        'ABSENT; 10:00-12:00 2 h; 14:00-15:00 1 h',
      ],
    ];
    for (const [id, told, is] of FOLDED) {
      it(id, async () => {
        const employeeId = await planned();
        for (const one of told) {
          await (typeof one === 'string' ? leave(employeeId, one) : mark(employeeId, one));
        }
        expect(seen(await dayOf(employeeId))).to.equal(is);
        const requests = told.map((one) => ({
          employeeId: `${employeeId}-2`,
          date: DAY,
          status: ON_LEAVE,
          ...(typeof one === 'string' ? hours(one) : one),
        }));
        const { results } = await client().batchMarkAttendance({ requests });
        const last = results.at(-1)?.result;
        // Nobody's roster: nothing is excused, and the status is the mark's.
        const alone = last?.case === 'attendance' ? seen(last.value) : '';
        expect(alone.replaceAll(/ \d h/g, '')).to.equal(
          is.replaceAll(/ \d h/g, '').replace('ABSENT', 'ON_LEAVE'),
        );
        const cleared = { employeeId, date: DAY, reason: 'mistaken' };
        const { attendance } = await client().clearAttendance(cleared);
        expect(seen(attendance)).to.equal('ABSENT');
      });
    }

    it('H8 a punch, and a change of the roster, keep it', async () => {
      const employeeId = await planned();
      await leave(employeeId, '15:00-17:00');
      await punch(employeeId, '08:00 IN', '15:00 OUT');
      expect(seen(await dayOf(employeeId))).to.equal('PRESENT; 15:00-17:00 1 h');
      const shiftId = something();
      const { roster } = serviceOf();
      const shift = { shiftId, startTimeOfDay: '08:00', endTimeOfDay: '17:00' };
      await roster.createShift({ shift });
      await roster.setDateOverride({ employeeId, override: { date: DAY, shiftIds: [shiftId] } });
      expect(seen(await dayOf(employeeId))).to.equal('PRESENT; 15:00-17:00 2 h');
    });

    it('H9 the same again changes nothing; a repeated request is answered as it was', async () => {
      const employeeId = await planned();
      const requestId = crypto.randomUUID();
      const first = await leave(employeeId, '10:00-12:00', { requestId });
      expect(await leave(employeeId, '10:00-12:00')).to.deep.equal(first);
      await mark(employeeId);
      expect(await leave(employeeId, '10:00-12:00', { requestId })).to.deep.equal(first);
      const other = leave(employeeId, '10:00-12:30', { requestId });
      expect((await refusalOf(other)).reason).to.equal('REQUEST_ID_REUSED');
    });

    const REFUSED: readonly [id: string, time: string, told: Told, field: string][] = [
      ['H10 what is no leave', '10:00-12:00', { status: PRESENT }, 'leave_time'],
      ['H11 half a day', '10:00-12:00', { portion: FIRST_HALF }, 'leave_time'],
      ['H12 no time at all', '10:00-10:00', {}, 'leave_time.end_time_of_day'],
      ['H13 what is no time', '10:00-24:00', {}, 'leave_time.end_time_of_day'],
      ['H14 a start alone', '10:00-', {}, 'leave_time.end_time_of_day'],
    ];
    for (const [id, time, told, field] of REFUSED) {
      it(`${id} is refused by name`, async () => {
        const { code, fields } = await refusalOf(leave(somebody(), time, told));
        expect([code, fields]).to.deep.equal(['InvalidArgument', [field]]);
      });
    }

    it('H15 five of a date and no more; one for several is taken', async () => {
      const employeeId = await planned();
      const two = (hour: number) => String(hour).padStart(2, '0');
      for (let hour = 7; hour < 12; hour += 1) {
        await leave(employeeId, `${two(hour)}:00-${two(hour)}:30`);
      }
      const more = leave(employeeId, '20:00-21:00');
      expect((await refusalOf(more)).reason).to.equal('TOO_MANY_LEAVE_TIMES');
      const day = await leave(employeeId, '00:00-12:00');
      expect(seen(day)).to.equal('ABSENT; 00:00-12:00 4 h');
    });

    it('H16 on many days: what would change, what changed', async () => {
      const employeeIds = [await planned()];
      const range = { startDate: DAY, endDate: '2026-03-04' };
      const request = { employeeIds, ...range, status: ON_LEAVE, ...hours('10:00-12:00') };
      const judged = await client().bulkMarkAttendance({ ...request, validateOnly: true });
      expect(judged.changedCount).to.equal(3);
      expect((await client().bulkMarkAttendance(request)).results).to.deep.equal(judged.results);
      const again = await client().bulkMarkAttendance({ ...request, validateOnly: true });
      expect(again.changedCount).to.equal(0);
      expect(seen(await dayOf(employeeIds[0] ?? ''))).to.equal('ABSENT; 10:00-12:00 2 h');
    });

    it('H17 what a device and the roster say first: a list of who is missing leaves them out', async () => {
      const employeeId = await planned();
      await leave(employeeId, '08:00-16:00');
      const request = { employeeId, startDate: DAY, endDate: DAY };
      const on = await client().listAttendance({ ...request, statuses: [ON_LEAVE] });
      expect(on.attendances.map(seen)).to.deep.equal(['ON_LEAVE; 08:00-16:00 8 h']);
      const off = await client().listAttendance({ ...request, statuses: [ABSENT] });
      expect(off.attendances).to.deep.equal([]);
    });
  });

  describe('an import of leave by the hour that is taken back', () => {
    /** Steps with `!` are of the import. */
    const CASES: readonly [id: string, told: string, is: string][] = [
      ['V1 leaves nothing', '!10:00-12:00', 'ABSENT'],
      ['V2 leaves other times', '08:00-09:00 !10:00-12:00', 'ABSENT; 08:00-09:00 1 h'],
      [
        'V3 gives back what it had replaced',
        '09:00-11:00 11:30-13:00 !10:00-12:00',
        'ABSENT; 09:00-11:00 2 h; 11:30-13:00 1.5 h',
      ],
      [
        'V4 but not what others replaced since',
        '09:00-11:00 11:30-13:00 !10:00-12:00 12:00-14:00',
        'ABSENT; 09:00-11:00 2 h; 12:00-14:00 2 h',
      ],
      [
        'V5 nor what somebody replaced before',
        '09:00-11:00 10:00-12:00 !WHOLE',
        'ABSENT; 10:00-12:00 2 h',
      ],
      ['V6 nor what a mark of the day replaced', '09:00-11:00 WHOLE !10:00-12:00', 'PRESENT'],
      ['V7 and over midnight', '23:00-09:00 !00:00-01:00', 'ABSENT; 23:00-09:00 0 h'],
      ['V8 to and fro', '00:00-10:00 !22:00-01:00', 'ABSENT; 00:00-10:00 2 h'],
      [
        'V9 and its own of both sides',
        '!08:00-10:00 09:00-11:00 !10:00-12:00',
        'ABSENT; 09:00-11:00 2 h',
      ],
      ['V10 beside a half', 'HALF !10:00-13:00', 'ON_LEAVE'],
    ];
    for (const [id, told, is] of CASES) {
      it(id, async () => {
        const [employeeId, importId] = [await planned(), something()];
        for (const step of told.split(' ')) {
          const own = step.startsWith('!') ? { importId } : {};
          const what = step.replace('!', '');
          if (what === 'WHOLE') await mark(employeeId, own);
          else if (what === 'HALF') {
            await mark(employeeId, { ...own, status: ON_LEAVE, portion: FIRST_HALF });
          } else await leave(employeeId, what, own);
        }
        await client().voidMarkImport({ importId, reason: 'wrong file' });
        expect(seen(await dayOf(employeeId))).to.equal(is);
      });
    }
  });
}
