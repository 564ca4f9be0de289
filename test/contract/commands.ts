// The contract of a person's commands and of who is in, whatever the cache. What each command
// refuses is told by the acceptance cases (../e2e/cases/clock.ts).

import { randomUUID } from 'node:crypto';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { AttendanceOrigin, AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { type ClockState, ClockStatus } from '../../gen/attendance/v1/clock_service_pb.js';
import { PunchKind, PunchSource } from '../../gen/attendance/v1/punch_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { Asking, anomaliesOf, minutesAgo, onDay, something } from './asking.js';
import { somebody } from './contract.js';

const { IN, OUT, ON_BREAK } = ClockStatus;

export function describeCommands(serviceOf: () => TestService): void {
  const asking = new Asking(serviceOf);
  const clock = () => serviceOf().clock;

  describe('commands', () => {
    it('K1 an arrival now, a break, and a departure, each readable when the call returns', async () => {
      const employeeId = await asking.added(somebody());
      const [hour, half, third] = [minutesAgo(60), minutesAgo(30), minutesAgo(20)];
      const came = await clock().clockIn({ employeeId, time: hour });
      expect(came.punch?.source).to.equal(PunchSource.COMMAND);
      expect(came.attendance?.status).to.equal(AttendanceStatus.PRESENT);
      expect(came.attendance?.origin).to.equal(AttendanceOrigin.DERIVED);
      const date = came.attendance?.date ?? '';
      expect(await asking.get(employeeId, date)).to.deep.equal(came.attendance);
      expect((await asking.state(employeeId)).status).to.equal(IN);
      const paused = await clock().startBreak({ employeeId, time: half });
      expect(await asking.get(employeeId, date)).to.deep.equal(paused.attendance);
      expect((await asking.state(employeeId)).status).to.equal(ON_BREAK);
      const back = await clock().endBreak({ employeeId, time: third });
      // The three moments were taken one after another: a second may have passed in between.
      expect(Number(back.attendance?.breakDuration?.seconds)).to.be.within(600, 601);
      const left = await clock().clockOut({ employeeId });
      expect(left.attendance?.sessions.length).to.equal(1);
      expect(await asking.get(employeeId, date)).to.deep.equal(left.attendance);
      const state = await asking.state(employeeId);
      expect([state.status, state.session]).to.deep.equal([OUT, undefined]);
      // Punches count in whole seconds.
      expect(state.sinceTime?.seconds).to.equal(left.punch?.time?.seconds);
    });

    it('K2 without a time it is the service’s clock that counts', async () => {
      const employeeId = await asking.added(somebody());
      const before = Date.now();
      const { punch } = await clock().clockIn({ employeeId });
      const time = punch?.time === undefined ? Number.NaN : timestampMs(punch.time);
      expect(time).to.be.within(before - 1, Date.now() + 1);
      expect(punch?.receiveTime).to.not.equal(undefined);
      expect((await refusalOf(clock().clockIn({ employeeId }))).reason).to.equal(
        'ALREADY_CLOCKED_IN',
      );
    });

    it('K3 a break is refused twice, outside of a session, and its end without it', async () => {
      const employeeId = await asking.added(somebody());
      const reasonOf = async (call: Promise<unknown>) => (await refusalOf(call)).reason;
      const request = (time: string) => ({ employeeId, time: onDay(time) });
      expect(await reasonOf(clock().startBreak(request('07:00')))).to.equal('NOT_CLOCKED_IN');
      expect(await reasonOf(clock().endBreak(request('07:00')))).to.equal('NOT_CLOCKED_IN');
      await clock().clockIn(request('08:00'));
      expect(await reasonOf(clock().endBreak(request('09:00')))).to.equal('NOT_ON_BREAK');
      await clock().startBreak(request('10:00'));
      expect(await reasonOf(clock().startBreak(request('10:05')))).to.equal('ALREADY_ON_BREAK');
      expect(await reasonOf(clock().endBreak(request('09:30')))).to.equal('OVERLAPS');
      await clock().endBreak(request('10:15'));
      await clock().clockOut(request('12:00'));
      const day = await asking.everywhere(employeeId);
      expect([day.workedDuration?.seconds, day.breakDuration?.seconds]).to.deep.equal([
        13_500n,
        900n,
      ]);
      expect(anomaliesOf(day)).to.deep.equal([]);
    });

    it('K4 a repeat returns the first answer, whatever happened since', async () => {
      const employeeId = await asking.added(somebody());
      const requestId = randomUUID();
      const first = await clock().clockIn({ employeeId, time: onDay('08:00'), requestId });
      await clock().clockOut({ employeeId, time: onDay('12:00') });
      await clock().clockIn({ employeeId, time: onDay('13:00') });
      const punchIds = [first.punch?.punchId ?? ''];
      await clock().voidPunch({ employeeId, punchIds, reason: 'somebody else’s card' });
      const again = await clock().clockIn({
        employeeId,
        time: onDay('08:00'),
        requestId: requestId.toUpperCase(),
      });
      expect(again).to.deep.equal(first);
      expect((await asking.punches(employeeId)).length).to.equal(3);
    });

    it('K5 also one without a time, whose time was the service’s', async () => {
      const employeeId = await asking.added(somebody());
      const requestId = randomUUID();
      const first = await clock().clockIn({ employeeId, requestId });
      expect(await clock().clockIn({ employeeId, requestId })).to.deep.equal(first);
    });

    it('K6 the id with another request, of any kind, is refused', async () => {
      const employeeId = await asking.added(somebody());
      const requestId = randomUUID();
      const request = { employeeId, time: onDay('08:00'), requestId };
      await clock().clockIn(request);
      const mark = { employeeId, date: '2026-03-02', status: 1, requestId };
      const calls = [
        () => clock().clockIn({ ...request, time: onDay('09:00') }),
        () => clock().clockIn({ ...request, note: 'other' }),
        () => clock().clockIn({ ...request, labels: { job: '7' } }),
        () => clock().clockIn({ ...request, deviceId: 'gate' }),
        () => clock().clockIn({ employeeId, requestId }),
        () => clock().clockOut(request),
        () => clock().startBreak(request),
        () => serviceOf().client.markAttendance(mark),
        () => clock().voidPunch({ employeeId, punchIds: ['1'], reason: 'x', requestId }),
      ];
      for (const call of calls) {
        expect((await refusalOf(call())).reason).to.equal('REQUEST_ID_REUSED');
      }
      const somebodyElse = await clock().clockIn({
        ...request,
        employeeId: await asking.added(somebody()),
      });
      expect(somebodyElse.punch?.kind).to.equal(PunchKind.IN);
      expect((await asking.punches(employeeId)).length).to.equal(1);
    });

    it('K7 a refused command leaves its id free', async () => {
      const employeeId = await asking.added(somebody());
      const requestId = randomUUID();
      const request = { employeeId, time: onDay('12:00'), requestId };
      expect((await refusalOf(clock().clockOut(request))).reason).to.equal('NOT_CLOCKED_IN');
      await clock().clockIn({ employeeId, time: onDay('08:00') });
      expect((await clock().clockOut(request)).attendance?.workedDuration?.seconds).to.equal(
        14_400n,
      );
    });

    it('K8 what a command says besides is kept with its punch', async () => {
      const employeeId = await asking.added(somebody());
      const text = `O'Brien"; -- $1 {a,"b",NULL} 漢字 🙂 ''`;
      const said = {
        deviceId: text,
        note: `${text}\n${text}`,
        labels: { job: text, 'cost centre': '' },
        timeZone: 'Asia/Kolkata',
      };
      const location = { latitude: -33.5, longitude: 151.25, accuracyMeters: 12.5 };
      const time = timestampFromMs(Date.parse('2026-03-02T08:00:00.123Z'));
      const { punch } = await clock().clockIn({ employeeId, time, location, ...said });
      expect(punch).to.deep.include({ ...said, time, employeeId, eventId: '' });
      expect(punch?.location).to.deep.include(location);
      expect(await asking.punches(employeeId)).to.deep.equal([punch]);
    });

    it('K9 a time more than two minutes ahead is refused by name', async () => {
      const employeeId = await asking.added(somebody());
      const time = minutesAgo(-3);
      for (const call of [
        () => clock().clockIn({ employeeId, time }),
        () => clock().clockOut({ employeeId, time }),
        () => clock().startBreak({ employeeId, time }),
        () => clock().endBreak({ employeeId, time }),
      ]) {
        expect(await refusalOf(call())).to.deep.equal({
          code: 'InvalidArgument',
          reason: 'INVALID_FIELD',
          fields: ['time'],
        });
      }
      expect(await asking.punches(employeeId)).to.deep.equal([]);
      await clock().clockIn({ employeeId, time: minutesAgo(-1) });
    });

    it('K10 refused fields are named, all of them', async () => {
      const request = { employeeId: 'a b', note: 'x'.repeat(1001), requestId: 'again' };
      const { fields } = await refusalOf(clock().clockIn(request));
      expect(fields).to.have.members(['employee_id', 'note', 'request_id']);
    });
  });

  describe('who is in', () => {
    it('K20 a session is open until its window closes, and the state says when', async () => {
      const employeeId = await asking.added(somebody());
      const { attendance } = await clock().clockIn({ employeeId, time: minutesAgo(60) });
      const state = await asking.state(employeeId);
      expect(state.attendance).to.deep.equal(attendance);
      expect(state.closeTime).to.deep.equal(attendance?.nextTransitionTime);
      expect(state.session?.inTime).to.deep.equal(state.sinceTime);
    });

    it('K21 a forgotten session is not open, and the next arrival is taken', async () => {
      const employeeId = await asking.added(somebody());
      const first = await clock().clockIn({ employeeId, time: minutesAgo(20 * 60) });
      expect((await asking.state(employeeId)).status).to.equal(OUT);
      await clock().clockIn({ employeeId });
      expect((await asking.state(employeeId)).status).to.equal(IN);
      const day = await asking.get(employeeId, first.attendance?.date);
      expect(anomaliesOf(day)).to.include('MISSING_OUT');
    });

    it('K22 somebody who was never seen is out; a stranger is not found', async () => {
      const employeeId = somebody();
      expect((await refusalOf(asking.state(employeeId))).reason).to.equal('EMPLOYEE_NOT_FOUND');
      await serviceOf().roster.createEmployee({ employee: { employeeId, employeeName: 'Mia' } });
      const state = await asking.state(employeeId);
      expect([state.status, state.employeeName, state.sinceTime]).to.deep.equal([
        OUT,
        'Mia',
        undefined,
      ]);
    });

    it('K23 a device’s punches tell who is in as well', async () => {
      const employeeId = somebody();
      await asking.record(employeeId, minutesAgo(50));
      expect((await asking.state(employeeId)).status).to.equal(IN);
      await asking.record(employeeId, minutesAgo(50), minutesAgo(5));
      expect((await asking.state(employeeId)).status).to.equal(OUT);
    });

    it('K24 the list has those who are in or on break, by id, in pages, of a group', async () => {
      const groupId = something();
      const ids = Array.from({ length: 7 }, () => somebody());
      for (const employeeId of ids) {
        await serviceOf().roster.createEmployee({ employee: { employeeId, groupId } });
      }
      const [inside, paused, left, forgotten, device] = ids as [string, ...string[]];
      await clock().clockIn({ employeeId: inside, time: minutesAgo(30) });
      await clock().clockIn({ employeeId: paused ?? '', time: minutesAgo(30) });
      await clock().startBreak({ employeeId: paused ?? '', time: minutesAgo(10) });
      await asking.record(left ?? '', minutesAgo(30), minutesAgo(10));
      await asking.record(forgotten ?? '', minutesAgo(30 * 60));
      await asking.record(device ?? '', minutesAgo(30));
      await clock().clockIn({ employeeId: await asking.added(somebody()), time: minutesAgo(30) });
      for (const pageSize of [0, 1, 2]) {
        const states: ClockState[] = [];
        let pageToken = '';
        do {
          const page = await clock().listClockedIn({ groupId, pageSize, pageToken });
          states.push(...page.clockStates);
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        expect(states.map(({ employeeId, status }) => [employeeId, status])).to.deep.equal(
          [
            [inside, IN],
            [paused, ON_BREAK],
            [device, IN],
          ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
        );
        for (const state of states) {
          expect(await asking.state(state.employeeId)).to.deep.equal(state);
        }
      }
    });

    it('K25 a night shift’s session is of the date it began, and open for as long as one may be', async () => {
      const employeeId = somebody();
      const now = new Date();
      const hhmm = (hours: number) =>
        `${String((now.getUTCHours() + 24 + hours) % 24).padStart(2, '0')}:00`;
      const shift = await asking.shift({ startTimeOfDay: hhmm(-8), endTimeOfDay: hhmm(2) });
      const employee = { employeeId, defaultShiftId: shift };
      await serviceOf().roster.createEmployee({ employee });
      const came = now.getTime() - 7 * 3_600_000;
      await asking.record(employeeId, timestampFromMs(came));
      const { status, closeTime, attendance } = await asking.state(employeeId);
      const start = new Date(now.getTime() - 8 * 3_600_000).toISOString().slice(0, 10);
      expect([status, attendance?.date]).to.deep.equal([IN, start]);
      const closes = closeTime === undefined ? 0 : timestampMs(closeTime);
      expect(closes - (came + 16 * 3_600_000)).to.be.within(-1000, 1000);
    });

    it('K26 of an unknown group nobody is in', async () => {
      const { clockStates } = await clock().listClockedIn({ groupId: something() });
      expect(clockStates).to.deep.equal([]);
    });

    it('K27 who works on into the shift that touches theirs is in, and may say when they leave', async () => {
      const [employeeId, groupId] = [somebody(), something()];
      // Where it is past eleven in the evening: both shifts are over, the late one's window is not.
      const hour = new Date().getUTCHours();
      const ahead = ((23 - hour + 24 + 12) % 24) - 12;
      const timeZone = ahead === 0 ? 'UTC' : `Etc/GMT${ahead < 0 ? '+' : '-'}${Math.abs(ahead)}`;
      const early = await asking.shift({
        startTimeOfDay: '06:00',
        endTimeOfDay: '14:00',
        timeZone,
      });
      const late = await asking.shift({ startTimeOfDay: '14:00', endTimeOfDay: '22:00', timeZone });
      await serviceOf().roster.createEmployee({ employee: { employeeId, groupId } });
      const today = new Date(Date.now() + ahead * 3_600_000).toISOString().slice(0, 10);
      await asking.assign(employeeId, [early, late], today, today);
      const came = Date.parse(`${today}T06:00Z`) - ahead * 3_600_000;
      const arrival = await clock().clockIn({ employeeId, time: timestampFromMs(came) });
      const state = await asking.state(employeeId);
      expect([state.status, state.session?.shiftId]).to.deep.equal([IN, early]);
      expect(state.timeZone).to.equal(timeZone);
      expect(state.sinceTime).to.deep.equal(arrival.punch?.time);
      const closes = state.closeTime === undefined ? 0 : timestampMs(state.closeTime);
      // For 16 hours of the late shift somebody may still leave.
      expect(closes - (came + 24 * 3_600_000)).to.be.within(0, 1000);
      const listed = await clock().listClockedIn({ groupId });
      expect(listed.clockStates).to.deep.equal([state]);
      // A break shows that they went on: the late shift has its own session, begun without a punch.
      await clock().startBreak({ employeeId });
      const paused = await asking.state(employeeId);
      expect([paused.status, paused.session?.shiftId]).to.deep.equal([ON_BREAK, late]);
      expect((await clock().listClockedIn({ groupId })).clockStates).to.deep.equal([paused]);
      await clock().endBreak({ employeeId });
      const left = await clock().clockOut({ employeeId });
      expect(
        left.attendance?.sessions.map(({ shiftId, outTime }) => [shiftId, outTime !== undefined]),
      ).to.deep.equal([
        [early, true],
        [late, true],
      ]);
      expect(anomaliesOf(left.attendance ?? expect.fail('no day'))).not.to.include('MISSING_OUT');
      expect((await asking.state(employeeId)).status).to.equal(OUT);
      expect((await clock().listClockedIn({ groupId })).clockStates).to.deep.equal([]);
    });

    it('K28 an arrival that is a little ahead of the service’s clock is in at once', async () => {
      const [employeeId, groupId] = [somebody(), something()];
      await serviceOf().roster.createEmployee({ employee: { employeeId, groupId } });
      await clock().clockIn({ employeeId, time: minutesAgo(-1.5) });
      const state = await asking.state(employeeId);
      expect(state.status).to.equal(IN);
      expect((await clock().listClockedIn({ groupId })).clockStates).to.deep.equal([state]);
    });
  });
}
