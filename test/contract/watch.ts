// The stream of changes, as promised: each once, in the order of commits, from any cursor on.

import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { Anomaly, AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { RevisionCause } from '../../gen/attendance/v1/attendance_service_pb.js';
import { PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { textsOf, watch } from '../support/watching.js';
import { Asking, anomaliesOf, DAY, NEXT_DAY, onDay, something } from './asking.js';
import { somebody } from './contract.js';

const { PRESENT, ABSENT, REMOTE } = AttendanceStatus;

export function describeWatch(serviceOf: () => TestService): void {
  const ask = new Asking(serviceOf);
  const client = () => serviceOf().client;
  const mark = (employeeId: string, status: AttendanceStatus, date = DAY) =>
    client().markAttendance({ employeeId, date, status, note: 'n' });

  describe('the stream of changes', () => {
    it('W1 tells each change once, in the order of commits, with the day as it became', async () => {
      const [one, other] = [somebody(), somebody()];
      const watching = await watch(client(), { employeeIds: [one, other] });
      await mark(one, PRESENT);
      await mark(other, ABSENT);
      await mark(somebody(), PRESENT);
      await mark(one, REMOTE);
      const changes = await watching.until(3);
      expect(textsOf(changes)).to.deep.equal([
        `${one} ${DAY} PRESENT r1`,
        `${other} ${DAY} ABSENT r1`,
        `${one} ${DAY} REMOTE r2`,
      ]);
      expect(changes[0]).to.deep.include({
        cause: RevisionCause.MARKED,
        actor: 'anonymous',
        reason: 'n',
        byTime: false,
      });
      expect(changes[2]?.attendance).to.deep.equal(await ask.get(one));
      await watching.close();
    });

    it('W2 goes on behind every cursor, of changes and of messages', async () => {
      const id = somebody();
      const watching = await watch(client(), { employeeIds: [id] });
      const first = watching.cursor;
      for (const status of [PRESENT, ABSENT, REMOTE]) await mark(id, status);
      const all = textsOf(await watching.until(3));
      const cursors = [first, ...watching.changes.map(({ cursor }) => cursor)];
      await watching.close();
      for (const [told, cursor] of cursors.entries()) {
        const resumed = await watch(client(), { employeeIds: [id], cursor });
        await mark(id, told % 2 === 0 ? PRESENT : ABSENT);
        all.push(`${id} ${DAY} ${told % 2 === 0 ? 'PRESENT' : 'ABSENT'} r${all.length + 1}`);
        expect(textsOf(await resumed.until(all.length - told))).to.deep.equal(all.slice(told));
        await resumed.close();
      }
    });

    it('W3 begins with the days of a range, and goes on with every change behind them', async () => {
      const groupId = something();
      const [one, other] = [somebody(), somebody()];
      for (const employeeId of [one, other]) {
        await ask.service.roster.createEmployee({ employee: { employeeId, groupId } });
      }
      await mark(one, PRESENT);
      await mark(other, ABSENT, NEXT_DAY);
      await mark(other, ABSENT, '2026-04-01');
      const snapshot = { startDate: DAY, endDate: NEXT_DAY };
      const watching = await watch(client(), { groupId, snapshot });
      await watching.untilIt('the snapshot is done', ({ snapshotDone }) => snapshotDone);
      expect(watching.days.map(({ employeeId, date }) => `${employeeId} ${date}`)).to.deep.equal(
        [`${one} ${DAY}`, `${other} ${NEXT_DAY}`].sort(),
      );
      await mark(other, REMOTE, '2026-04-01');
      expect(textsOf(await watching.until(1))).to.deep.equal([`${other} 2026-04-01 REMOTE r2`]);
      await watching.close();
    });

    it('W4 follows a group: who joins is told, who leaves is not', async () => {
      const groupId = something();
      const [stays, moves] = [somebody(), somebody()];
      const move = (to: string) =>
        ask.service.roster.updateEmployee({
          employee: { employeeId: moves, groupId: to },
          updateMask: { paths: ['group_id'] },
        });
      await ask.service.roster.createEmployee({ employee: { employeeId: stays, groupId } });
      await ask.service.roster.createEmployee({ employee: { employeeId: moves } });
      const watching = await watch(client(), { groupId });
      await mark(moves, PRESENT);
      await move(groupId);
      await mark(moves, ABSENT);
      await move('elsewhere');
      await mark(moves, REMOTE);
      await mark(stays, PRESENT);
      const isLast = () => watching.changes.at(-1)?.attendance?.employeeId === stays;
      await watching.untilIt('the last change', isLast);
      const told = textsOf(watching.changes);
      expect(told)
        .to.include(`${moves} ${DAY} ABSENT r2`)
        .and.not.include(`${moves} ${DAY} REMOTE r3`);
      await watching.close();
    });

    it('W5 tells what punches, corrections and withdrawals make of days', async () => {
      const id = await ask.added(somebody());
      const watching = await watch(client(), { employeeIds: [id] });
      const [arrival] = await ask.record(id, onDay('08:00'), onDay('16:00'));
      await mark(id, REMOTE);
      await client().clearAttendance({ employeeId: id, date: DAY, reason: 'a typo' });
      const punchIds = [arrival?.punchId ?? ''];
      await ask.service.clock.voidPunch({ employeeId: id, punchIds, reason: 'not them' });
      const { changes } = watching;
      await watching.untilIt('the void', () => changes.at(-1)?.cause === RevisionCause.VOIDED);
      expect(changes.at(-1)?.reason).to.equal('not them');
      expect(changes.at(-1)?.attendance).to.deep.equal(await ask.get(id));
      const revisions = changes.map(({ attendance }) => attendance?.revision);
      expect(revisions).to.deep.equal(revisions.map((_, index) => index + 1));
      await watching.close();
    });

    it('W6 shows what the roster expected where the last fact is withdrawn', async () => {
      const id = somebody();
      const watching = await watch(client(), { employeeIds: [id] });
      await mark(id, PRESENT);
      await client().clearAttendance({ employeeId: id, date: DAY, reason: 'a typo' });
      expect(textsOf(await watching.until(2))[1]).to.equal(`${id} ${DAY} UNSCHEDULED r2`);
      await watching.close();
    });

    it('W7 is silent no longer than asked for, and its cursor moves on', async () => {
      const [id, busy] = [somebody(), somebody()];
      const heartbeatInterval = { seconds: 1n };
      const watching = await watch(client(), { employeeIds: [id], heartbeatInterval });
      const { cursor } = watching;
      await mark(busy, PRESENT);
      await watching.untilIt('a heartbeat moves on', (now) => now.cursor !== cursor);
      expect(watching.changes).to.deep.equal([]);
      await watching.close();
    });

    it('W8 refuses a cursor that is not its own, and says which field', async () => {
      const id = somebody();
      const watching = await watch(client(), { employeeIds: [id] });
      const { cursor } = watching;
      await watching.close();
      const begin = async (request: object) => {
        for await (const _ of client().watchAttendance(request)) return;
      };
      for (const request of [
        { employeeIds: [somebody()], cursor },
        { cursor },
        { groupId: 'g', cursor },
        { employeeIds: [id], cursor: `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}` },
        { employeeIds: [id], cursor: 'nonsense' },
      ]) {
        const refusal = await refusalOf(begin(request));
        expect(refusal).to.deep.equal({
          code: 'InvalidArgument',
          reason: 'INVALID_FIELD',
          fields: ['cursor'],
        });
      }
    });

    it('W9 refuses what is not to be watched, and says which field', async () => {
      const begin = async (request: object) => {
        for await (const _ of client().watchAttendance(request)) return;
      };
      for (const [field, request] of Object.entries({
        group_id: { employeeIds: ['a'], groupId: 'g' },
        'snapshot.end_date': { snapshot: { startDate: '2026-01-01', endDate: '2027-01-02' } },
        'snapshot.start_date': { snapshot: { startDate: 'today', endDate: DAY } },
        end_date: { snapshot: { startDate: NEXT_DAY, endDate: DAY } },
        heartbeat_interval: { heartbeatInterval: { seconds: 0n } },
        'employee_ids[0]': { employeeIds: ['a b'] },
      })) {
        const refusal = await refusalOf(begin(request));
        expect(refusal.fields, field).to.deep.equal([field]);
      }
    });

    it('W10 goes on with a snapshot that was broken off, as of the same moment', async () => {
      const ids = [somebody(), somebody(), somebody()].sort();
      for (const id of ids) await mark(id, PRESENT);
      const request = { employeeIds: ids, snapshot: { startDate: DAY, endDate: DAY } };
      let cursor = '';
      const days: string[] = [];
      for await (const part of client().watchAttendance(request)) {
        days.push(...part.snapshotDays.map(({ employeeId }) => employeeId));
        cursor = part.cursor;
        if (days.length > 0) break;
      }
      // Behind the moment of the snapshot: no part of it.
      for (const id of ids) await mark(id, ABSENT);
      const resumed = await watch(client(), { ...request, cursor });
      const changes = await resumed.until(3);
      expect([...days, ...resumed.days.map(({ employeeId }) => employeeId)]).to.deep.equal(ids);
      expect(resumed.days.every(({ status }) => status === PRESENT)).to.equal(true);
      expect(textsOf(changes)).to.deep.equal(ids.map((id) => `${id} ${DAY} ABSENT r2`));
      await resumed.close();
    });

    it('W11 tells each of many changes of a batch', async () => {
      const id = somebody();
      const watching = await watch(client(), { employeeIds: [id] });
      const dates = Array.from(
        { length: 28 },
        (_, n) => `2026-02-${String(n + 1).padStart(2, '0')}`,
      );
      const requests = dates.map((date) => ({ employeeId: id, date, status: PRESENT }));
      await client().batchMarkAttendance({ requests });
      const changes = await watching.until(dates.length);
      expect(changes.map(({ attendance }) => attendance?.date)).to.deep.equal(dates);
      await watching.close();
    });

    it('W12 tells a punch of a device as it tells a command', async () => {
      const id = await ask.added(somebody());
      const watching = await watch(client(), { employeeIds: [id] });
      const punches = [{ employeeId: id, time: onDay('08:00'), kind: PunchKind.IN }];
      await ask.service.clock.recordPunches({ punches });
      await ask.service.clock.clockOut({ employeeId: id, time: onDay('16:00') });
      const changes = await watching.until(2);
      expect(changes.map(({ cause }) => cause)).to.deep.equal([
        RevisionCause.PUNCHED,
        RevisionCause.PUNCHED,
      ]);
      await watching.close();
    });

    it('W13 tells what time alone changes, once', async () => {
      const nowMs = Date.now();
      const startMs = Math.floor(nowMs / 60_000) * 60_000 - 30 * 60_000;
      const hour = (ms: number) => new Date(ms).toISOString().slice(11, 16);
      const employeeId = somebody();
      const lateMs = Math.ceil((nowMs + 2500) / 1000) * 1000;
      const defaultShiftId = await ask.shift({
        startTimeOfDay: hour(startMs),
        endTimeOfDay: hour(startMs + 8 * 3_600_000),
        lateGrace: { seconds: BigInt((lateMs - startMs) / 1000) },
      });
      const watching = await watch(client(), { employeeIds: [employeeId] });
      await ask.service.roster.createEmployee({ employee: { employeeId, defaultShiftId } });
      const date = new Date(startMs).toISOString().slice(0, 10);
      expect(anomaliesOf(await ask.get(employeeId, date))).to.deep.equal([]);
      const [late] = await watching.until(1);
      expect(textsOf(watching.changes)).to.deep.equal([`${employeeId} ${date} SCHEDULED r0 T`]);
      expect(late?.changeTime).to.deep.equal(timestampFromMs(lateMs));
      expect(late?.cause).to.equal(RevisionCause.UNSPECIFIED);
      expect(late?.attendance).to.deep.equal(await ask.get(employeeId, date));
      expect(late?.attendance?.anomalies).to.deep.equal([Anomaly.NOT_YET_IN]);
      await ask.service.clock.clockIn({ employeeId });
      const request = { employeeIds: [employeeId], cursor: late?.cursor ?? '' };
      const resumed = await watch(client(), request);
      for (const one of [watching, resumed]) {
        await one.untilIt('the arrival', ({ changes }) => changes.at(-1)?.byTime === false);
        await one.close();
      }
      expect(textsOf(watching.changes).slice(1)).to.deep.equal(textsOf(resumed.changes));
      expect(resumed.changes).to.have.length(1);
    });
  });
}
