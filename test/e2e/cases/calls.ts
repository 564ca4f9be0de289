// The acceptance cases that are not one step after another: two writers at once, calls repeated,
// all or nothing, definitions that are refused.

import { randomUUID } from 'node:crypto';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { Anomaly, AttendanceStatus } from '../../../gen/attendance/v1/attendance_pb.js';
import { PunchOutcome } from '../../../gen/attendance/v1/clock_service_pb.js';
import { DEFINITIONS } from '../../domain/cases/rows/definitions.js';
import { SHIFTS_ON_ONE_DATE } from '../../domain/cases/rows/nights.js';
import { refusalOf } from '../../support/service.js';
import { Stage } from '../support/stage.js';
import { expectRefused } from '../support/steps.js';

export interface CallCase {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** The stage is an employee without a shift, in UTC; nobody is created yet. */
  readonly run: (stage: Stage) => Promise<void>;
}

const MINUTE_MS = 60_000;

const REFUSED: readonly CallCase[] = [
  {
    id: 'E15',
    title: 'a time that is none is refused by name',
    source: 'OrangeHRM',
    run: async ({ service, employeeId }) => {
      const response = await fetch(`${service.baseUrl}/attendance.v1.ClockService/ClockIn`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ employeeId, time: '2022-01-24T10:60:00Z' }),
      });
      const { code, message } = (await response.json()) as { code: string; message: string };
      expect([response.status, code]).to.deep.equal([400, 'invalid_argument']);
      expect(message).to.include('time');
      const unknown = service.clock.listPunches({ employeeId });
      expect((await refusalOf(unknown)).reason).to.equal('EMPLOYEE_NOT_FOUND');
    },
  },
  {
    // The supervisor of others is refused by the caller's token, which comes with AUTH.
    id: 'E15',
    title: 'a punch that is not there is not found',
    source: 'OrangeHRM',
    run: async (stage) => {
      await stage.record(['D 08:00 IN']);
      const { clock } = stage.service;
      const request = { employeeId: stage.employeeId, reason: 'x' };
      const missing = { code: 'NotFound', reason: 'PUNCH_NOT_FOUND', fields: [] };
      const time = stage.moment('D 09:00');
      const replace = clock.replacePunch({ ...request, punchId: '400', time });
      expect(await refusalOf(replace)).to.deep.equal(missing);
      const takeBack = clock.voidPunch({ ...request, punchIds: ['400'] });
      expect(await refusalOf(takeBack)).to.deep.equal(missing);
    },
  },
  {
    id: 'E16',
    title: 'of several punches to take back one is missing: none is taken back',
    source: 'OrangeHRM',
    run: async (stage) => {
      await stage.record(['D 08:00 IN', 'D 12:00 OUT']);
      const { employeeId } = stage;
      const { punchId } = await stage.find('D 08:00 IN');
      const before = await stage.allPunches();
      for (const punchIds of [
        [punchId, '15'],
        ['15', punchId],
      ]) {
        const call = stage.service.clock.voidPunch({ employeeId, punchIds, reason: 'x' });
        expect((await refusalOf(call)).reason).to.equal('PUNCH_NOT_FOUND');
        expect(await stage.allPunches()).to.deep.equal(before);
      }
    },
  },
];

const AT_ONCE: readonly CallCase[] = [
  {
    id: 'E25',
    title: 'two writers of the same punch: one is kept, the other is given the original',
    source: 'TimeTrex',
    run: async (stage) => {
      const writers = Array.from({ length: 8 }, () => stage.record(['D 08:00 IN by gate#1']));
      const results = (await Promise.all(writers)).flat();
      const outcomes = results.map(({ outcome }) => outcome).sort();
      expect(outcomes).to.deep.equal([
        PunchOutcome.RECORDED,
        ...Array.from({ length: 7 }, () => PunchOutcome.DUPLICATE),
      ]);
      expect(new Set(results.map(({ punchId }) => punchId)).size).to.equal(1);
      expect(await stage.standing()).to.deep.equal(['D 08:00 IN']);
    },
  },
  {
    id: 'E26',
    title: 'two tools mark a day at once: one does, the other is told that it is marked',
    source: 'Frappe HR #2041',
    run: async (stage) => {
      const writers = ['D PRESENT', 'D ABSENT', 'D REMOTE'].map((text) =>
        stage.mark(text, '"0"').then(
          ({ status }) => AttendanceStatus[status],
          async (error: unknown) => (await refusalOf(Promise.reject(error))).reason,
        ),
      );
      const said = await Promise.all(writers);
      const done = said.filter((each) => each !== 'ETAG_MISMATCH');
      expect(done.length).to.equal(1);
      const day = await stage.get(stage.notation.date('D'));
      expect([AttendanceStatus[day.status], day.revision]).to.deep.equal([done[0], 1]);
    },
  },
];

const REPEATED: readonly CallCase[] = [
  {
    id: 'E31',
    title: 'the same request id again gives the same punch back',
    source: 'Square',
    run: async (stage) => {
      const { employeeId } = stage;
      const { clock } = stage.service;
      await stage.createEmployee();
      const requestId = randomUUID();
      const request = { employeeId, time: stage.moment('D 08:00'), requestId };
      const first = await clock.clockIn(request);
      await clock.clockOut({ employeeId, time: stage.moment('D 12:00') });
      expect(await clock.clockIn(request)).to.deep.equal(first);
      const other = clock.clockIn({ ...request, time: stage.moment('D 13:00') });
      expect((await refusalOf(other)).reason).to.equal('REQUEST_ID_REUSED');
      expect(await stage.standing()).to.deep.equal(['D 08:00 IN', 'D 12:00 OUT']);
    },
  },
  {
    id: 'E31',
    title: 'a second open session, one in the future, one that overlaps',
    source: 'Square',
    run: async (stage) => {
      const { employeeId } = stage;
      const { clock } = stage.service;
      await stage.createEmployee();
      const now = Date.now();
      const at = (minutes: number) => timestampFromMs(now + minutes * MINUTE_MS);
      await clock.clockIn({ employeeId, time: at(-60) });
      await expectRefused(stage, { reason: 'ALREADY_CLOCKED_IN' }, () =>
        clock.clockIn({ employeeId, time: at(-30) }),
      );
      expect(await refusalOf(clock.clockOut({ employeeId, time: at(10) }))).to.deep.equal({
        code: 'InvalidArgument',
        reason: 'INVALID_FIELD',
        fields: ['time'],
      });
      await clock.clockOut({ employeeId, time: at(-20) });
      await expectRefused(stage, { reason: 'OVERLAPS' }, () =>
        clock.clockIn({ employeeId, time: at(-40) }),
      );
      expect((await stage.standing()).length).to.equal(2);
    },
  },
];

const INSTANTS: readonly CallCase[] = [
  {
    id: 'D12',
    title: 'what a clock at +05:30 shows is stored as an instant, and its zone as evidence',
    source: 'OrangeHRM',
    run: async (stage) => {
      const punch = { ...stage.punch('D 08:42+05:30 IN'), timeZone: 'Asia/Kolkata' };
      await stage.service.clock.recordPunches({ punches: [punch] });
      const [stored] = await stage.allPunches();
      expect([stored?.time && timestampMs(stored.time), stored?.timeZone]).to.deep.equal([
        stage.notation.moment('D 03:12Z'),
        'Asia/Kolkata',
      ]);
    },
  },
];

const SHIFTS: readonly CallCase[] = [
  ...SHIFTS_ON_ONE_DATE.map(
    ({ id, hours, overlap }, index): CallCase => ({
      id,
      title: `${hours.join(' and ')} on one date are ${overlap ? 'refused' : 'good'}`,
      source: 'Frappe HR',
      run: async ({ service, employeeId }) => {
        const [first = '', second = ''] = hours.map((_, nth) => `${employeeId}.${index}.${nth}`);
        for (const [nth, shiftId] of [first, second].entries()) {
          const [startTime = '', endTime = ''] = hours[nth]?.split('-') ?? [];
          await service.roster.createShift({
            shift: { shiftId, startTimeOfDay: startTime, endTimeOfDay: endTime },
          });
        }
        await service.roster.createEmployee({ employee: { employeeId } });
        const assign = (shiftId: string) =>
          service.roster.createShiftAssignment({
            assignment: {
              employeeId,
              assignment: {
                startDate: '2024-05-15',
                endDate: '2024-05-15',
                cycle: [{ shiftIds: [shiftId] }],
              },
            },
          });
        await assign(first);
        if (overlap) {
          expect(await refusalOf(assign(second))).to.deep.equal({
            code: 'FailedPrecondition',
            reason: 'SHIFTS_OVERLAP',
            fields: [],
          });
        } else {
          await assign(second);
        }
        const { assignments } = await service.roster.listShiftAssignments({ employeeId });
        expect(assignments.length).to.equal(overlap ? 1 : 2);
      },
    }),
  ),
  ...DEFINITIONS.map(
    ({ id, title, shift, reason }): CallCase => ({
      id,
      title: `${title}, when it is to be created`,
      source: 'Frappe HR',
      run: async (stage) => {
        const roster = { shifts: [shift] };
        const create = new Stage(stage.service, { roster }, stage.employeeId).createShared();
        if (reason === undefined) return await create;
        expect((await refusalOf(create)).reason).to.equal('INVALID_FIELD');
      },
    }),
  ),
];

const LOST_CLOCKS: readonly CallCase[] = [
  {
    // Tests take a hundred years for right (ANY_AGE); 2000-01-01 by default is in command-times.test.ts.
    id: 'N3',
    title: 'a punch of a device that lost its time is recorded, and flagged',
    source: 'pyzk#211',
    run: async ({ service, employeeId }) => {
      const punch = {
        employeeId,
        deviceId: 'gate',
        time: timestampFromMs(Date.UTC(1920, 0, 1, 8)),
      };
      const send = async (importId: string, eventId: string) => {
        const punches = [{ ...punch, eventId }];
        const { results } = await service.clock.recordPunches({ punches, importId });
        return results.map(({ outcome, anomalies }) => [outcome, ...anomalies]);
      };
      expect(await send('', '1')).to.deep.equal([[PunchOutcome.RECORDED, Anomaly.CLOCK_SKEW]]);
      const day = await service.client.getAttendance({ employeeId, date: '1920-01-01' });
      expect(day.attendance?.anomalies).to.include(Anomaly.CLOCK_SKEW);
      expect(await send('old-log', '2')).to.deep.equal([[PunchOutcome.RECORDED]]);
    },
  },
];

export const CALL_CASES: readonly CallCase[] = [
  ...LOST_CLOCKS,
  ...REFUSED,
  ...AT_ONCE,
  ...REPEATED,
  ...INSTANTS,
  ...SHIFTS,
];
