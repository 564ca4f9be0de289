// The contract of punches as facts, whatever the cache: kept once, in any order, taken back,
// replaced; and the days that follow when the call returns.

import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { AttendanceOrigin, AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { PunchKind, type PunchSchema, PunchSource } from '../../gen/attendance/v1/punch_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { Asking, anomaliesOf, at, DAY, minutesAgo, NEXT_DAY, onDay, wordOf } from './asking.js';
import { type ContractOptions, itAtLength, somebody } from './contract.js';

const { IN, OUT } = PunchKind;
const { RECORDED, DUPLICATE, REJECTED } = PunchOutcome;
/** Of google.rpc.Code. */
const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;
/** Causes of revisions: a punch, one taken back, one replaced, several corrected together. */
const PUNCHED = 3;
const VOIDED = 4;
const REPLACED = 5;
const CORRECTED = 8;

type Told = MessageInitShape<typeof PunchSchema>;

export function describePunches(serviceOf: () => TestService, options: ContractOptions): void {
  const atLength = itAtLength(options);
  const asking = new Asking(serviceOf);
  const clock = () => serviceOf().clock;
  const record = async (...punches: readonly Told[]) =>
    (await clock().recordPunches({ punches: [...punches] })).results;
  const outcomes = async (...punches: readonly Told[]) =>
    (await record(...punches)).map(({ outcome }) => outcome);
  const takeBack = async (employeeId: string, ...punchIds: readonly string[]) =>
    (await clock().voidPunch({ employeeId, punchIds: [...punchIds], reason: 'not theirs' }))
      .punches;

  describe('facts', () => {
    it('P1 each punch has its own outcome, in order, and one bad one refuses no other', async () => {
      const [a, b] = [somebody(), somebody()];
      const time = onDay('08:00');
      const results = await record(
        { employeeId: a, time, kind: IN },
        { employeeId: 'not an id', time, kind: IN },
        { employeeId: b, kind: IN },
        { employeeId: '', time },
        { employeeId: a, time, kind: 9 as PunchKind },
        { employeeId: a, time, location: { latitude: 91, longitude: 0 } },
        { employeeId: a, time, source: PunchSource.CORRECTION },
        { employeeId: a, time, note: 'a\u0000b' },
        { employeeId: b, time: onDay('12:00'), kind: OUT },
        { employeeId: a, time, kind: IN },
      );
      expect(results.map(({ outcome }) => outcome)).to.deep.equal([
        RECORDED,
        ...Array.from({ length: 7 }, () => REJECTED),
        RECORDED,
        DUPLICATE,
      ]);
      const errors = results.flatMap(({ error }) => (error === undefined ? [] : [error]));
      expect(errors.map(({ code }) => code)).to.deep.equal(Array(7).fill(INVALID_ARGUMENT));
      expect(errors.map(({ message }) => message.split(':')[0])).to.deep.equal([
        'punches[1].employee_id',
        'punches[2].time',
        'punches[3].employee_id',
        'punches[4].kind',
        'punches[5].location.latitude',
        'punches[6].source',
        'punches[7].note',
      ]);
      expect(results[9]?.punchId).to.equal(results[0]?.punchId);
      expect(anomaliesOf(await asking.everywhere(b))).to.deep.equal(['MISSING_IN']);
    });

    it('P2 the same device, event, instant and kind is the same punch, whenever it comes', async () => {
      const employeeId = somebody();
      const punch = { employeeId, time: onDay('08:00'), kind: IN, deviceId: 'gate', eventId: '7' };
      const [first] = await record(punch);
      const [again] = await record({ ...punch, note: 'sent again', labels: { job: '1' } });
      expect([again?.outcome, again?.punchId]).to.deep.equal([DUPLICATE, first?.punchId]);
      expect((await asking.punches(employeeId)).map(({ note }) => note)).to.deep.equal(['']);
      expect(
        await outcomes(
          { ...punch, deviceId: 'door' },
          { ...punch, eventId: '8' },
          { ...punch, kind: OUT },
          { ...punch, eventId: '' },
          { ...punch, employeeId: somebody() },
          punch,
        ),
      ).to.deep.equal([RECORDED, RECORDED, RECORDED, RECORDED, RECORDED, DUPLICATE]);
    });

    it('P3 without an event id: the same device, instant and kind', async () => {
      const employeeId = somebody();
      const punch = { employeeId, time: onDay('08:00'), kind: IN, deviceId: 'gate' };
      const other = { ...punch, time: onDay('08:00:00.250') };
      expect(await outcomes(punch, punch, other, { ...punch, deviceId: '' })).to.deep.equal([
        RECORDED,
        DUPLICATE,
        RECORDED,
        RECORDED,
      ]);
    });

    it('P4 a punch that was taken back absorbs its re-upload', async () => {
      const employeeId = somebody();
      const punch = { employeeId, time: onDay('08:00'), kind: IN, deviceId: 'gate', eventId: '7' };
      const [first] = await record(punch);
      await takeBack(employeeId, first?.punchId ?? '');
      const [again] = await record(punch);
      expect([again?.outcome, again?.punchId]).to.deep.equal([DUPLICATE, first?.punchId]);
      expect([first?.voided, again?.voided]).to.deep.equal([false, true]);
      expect(wordOf(await asking.everywhere(employeeId))).to.equal('UNSCHEDULED');
    });

    it('P5 one event id at two instants: the earlier is clean, whichever came first', async () => {
      const early = { time: onDay('08:00'), kind: IN, deviceId: 'gate', eventId: '7' };
      const late = { ...early, time: onDay('12:00'), kind: OUT };
      const days = [];
      for (const order of [
        [early, late],
        [late, early],
      ]) {
        const employeeId = somebody();
        for (const punch of order) {
          expect(await outcomes({ employeeId, ...punch })).to.deep.equal([RECORDED]);
        }
        const punches = await asking.punches(employeeId);
        expect(punches.map(({ anomalies }) => anomalies.length)).to.deep.equal([0, 1]);
        const day = await asking.everywhere(employeeId);
        expect(anomaliesOf(day)).to.deep.equal(['EVENT_ID_CONFLICT']);
        days.push([day.status, day.workedDuration, day.sessions, day.anomalies]);
      }
      expect(days[1]).to.deep.equal(days[0]);
    });

    it('P6 a device whose clock is off is flagged, and so is a punch that is ahead', async () => {
      const [skewed, ahead, right] = [somebody(), somebody(), somebody()];
      const send = async (employeeId: string, time = minutesAgo(60), deviceTime = minutesAgo(0)) =>
        (await clock().recordPunches({ punches: [{ employeeId, time, kind: IN }], deviceTime }))
          .results[0]?.anomalies;
      expect(await send(skewed, minutesAgo(60), minutesAgo(6))).to.deep.equal([9]);
      expect(await send(ahead, minutesAgo(-6))).to.deep.equal([9]);
      expect(await send(right, minutesAgo(60), minutesAgo(4))).to.deep.equal([]);
      const { attendances } = await serviceOf().client.listAttendance({ employeeId: skewed });
      expect(attendances.flatMap(anomaliesOf)).to.include('CLOCK_SKEW');
    });

    it('P7 a late punch repairs yesterday’s absence at once', async () => {
      const employeeId = somebody();
      const shift = await asking.shift();
      const employee = { employeeId, defaultShiftId: shift };
      await serviceOf().roster.createEmployee({ employee });
      const before = await asking.everywhere(employeeId);
      expect([wordOf(before), before.origin, before.etag]).to.deep.equal([
        'ABSENT',
        AttendanceOrigin.EXPECTED,
        '"0"',
      ]);
      await record({ employeeId, time: onDay('08:00'), kind: IN });
      const half = await asking.everywhere(employeeId);
      expect([wordOf(half), anomaliesOf(half)]).to.deep.equal(['PRESENT', ['MISSING_OUT']]);
      await record({ employeeId, time: onDay('16:00'), kind: OUT });
      const day = await asking.everywhere(employeeId);
      expect([wordOf(day), day.origin, day.revision]).to.deep.equal([
        'PRESENT',
        AttendanceOrigin.DERIVED,
        2,
      ]);
      expect([day.workedDuration?.seconds, anomaliesOf(day)]).to.deep.equal([28_800n, []]);
      expect(await asking.causes(employeeId)).to.deep.equal([PUNCHED, PUNCHED]);
      expect(wordOf(await asking.everywhere(employeeId, NEXT_DAY))).to.equal('ABSENT');
    });

    it('P8 a mark keeps the status while its time is worked out, in either order', async () => {
      for (const markFirst of [true, false]) {
        const employeeId = somebody();
        const mark = () =>
          serviceOf().client.markAttendance({
            employeeId,
            date: DAY,
            status: AttendanceStatus.ON_LEAVE,
            note: 'sea',
          });
        if (markFirst) await mark();
        await asking.record(employeeId, onDay('08:00'), onDay('12:00'));
        if (!markFirst) await mark();
        const day = await asking.everywhere(employeeId);
        expect([wordOf(day), day.origin, day.note]).to.deep.equal([
          'ON_LEAVE',
          AttendanceOrigin.MARKED,
          'sea',
        ]);
        expect([day.workedDuration?.seconds, anomaliesOf(day)]).to.deep.equal([
          14_400n,
          ['WORKED_ON_LEAVE'],
        ]);
        const request = { employeeId, date: DAY, reason: 'did not go' };
        const { attendance } = await serviceOf().client.clearAttendance(request);
        expect([
          wordOf(attendance),
          attendance?.origin,
          attendance?.workedDuration?.seconds,
        ]).to.deep.equal(['PRESENT', AttendanceOrigin.DERIVED, 14_400n]);
        expect(await asking.everywhere(employeeId)).to.deep.equal(attendance);
      }
    });

    it('P9 what a punch changes has a new etag, and what it does not has not', async () => {
      const employeeId = somebody();
      await asking.record(employeeId, onDay('08:00'), onDay('12:00'));
      const { etag } = await asking.get(employeeId);
      await asking.record(employeeId, at(`${NEXT_DAY}T08:00`));
      expect((await asking.get(employeeId)).etag).to.equal(etag);
      await asking.record(employeeId, onDay('13:00'), onDay('14:00'));
      const status = AttendanceStatus.REMOTE;
      const mark = serviceOf().client.markAttendance({ employeeId, date: DAY, status, etag });
      expect((await refusalOf(mark)).reason).to.equal('ETAG_MISMATCH');
    });

    it('P10 a full call of many employees is kept whole, one of 1,001 is refused', async () => {
      const ids = Array.from({ length: 50 }, () => somebody());
      const punches = Array.from({ length: 1000 }, (_, index) => ({
        employeeId: ids[index % 50] ?? '',
        time: at(
          `2026-03-${String(1 + (Math.floor(index / 50) >> 1)).padStart(2, '0')}T${
            Math.floor(index / 50) % 2 === 0 ? '08' : '12'
          }:00`,
        ),
        kind: Math.floor(index / 50) % 2 === 0 ? IN : OUT,
      })).reverse();
      expect(await outcomes(...punches)).to.deep.equal(Array(1000).fill(RECORDED));
      for (const employeeId of [ids[0] ?? '', ids[49] ?? '']) {
        const days = await asking.list({ employeeId });
        expect(days.map(({ workedDuration: worked }) => worked?.seconds)).to.deep.equal(
          Array(10).fill(14_400n),
        );
      }
      const tooMany = [...punches, ...punches.slice(0, 1)];
      expect(await refusalOf(record(...tooMany))).to.deep.equal({
        code: 'InvalidArgument',
        reason: 'INVALID_FIELD',
        fields: ['punches'],
      });
      expect(await record()).to.deep.equal([]);
    });

    it('P11 a stream of chunks tells how many were kept and which were not', async () => {
      const employeeId = somebody();
      const punch = (time: string) => ({ employeeId, time: onDay(time), kind: IN });
      async function* chunks() {
        yield { punches: [punch('08:00'), { employeeId: 'not an id', time: onDay('08:00') }] };
        yield { punches: [] };
        yield { punches: [punch('08:00'), punch('09:00'), { employeeId }] };
      }
      const answer = await clock().importPunches(chunks());
      expect([answer.recordedCount, answer.duplicateCount, answer.rejectedCount]).to.deep.equal([
        2n,
        1n,
        2n,
      ]);
      expect(answer.rejections.map(({ index, error }) => [index, error?.code])).to.deep.equal([
        [1n, INVALID_ARGUMENT],
        [4n, INVALID_ARGUMENT],
      ]);
      expect((await asking.punches(employeeId)).length).to.equal(2);
    });

    it('P12 a punch of a night belongs to the date its work began', async () => {
      const employeeId = somebody();
      await asking.record(employeeId, onDay('22:00'), at(`${NEXT_DAY}T06:00`));
      expect((await asking.everywhere(employeeId)).workedDuration?.seconds).to.equal(28_800n);
      expect(wordOf(await asking.everywhere(employeeId, NEXT_DAY))).to.equal('UNSCHEDULED');
    });

    it('P13 an arrival that comes last moves what its departure had made', async () => {
      const employeeId = somebody();
      await record({ employeeId, time: at(`${NEXT_DAY}T06:00`), kind: OUT });
      const alone = await asking.everywhere(employeeId, NEXT_DAY);
      expect(anomaliesOf(alone)).to.deep.equal(['MISSING_IN']);
      await record({ employeeId, time: onDay('22:00'), kind: IN });
      expect((await asking.everywhere(employeeId)).workedDuration?.seconds).to.equal(28_800n);
      const moved = await asking.everywhere(employeeId, NEXT_DAY);
      expect([wordOf(moved), moved.revision, moved.sessions]).to.deep.equal(['UNSCHEDULED', 2, []]);
    });

    atLength(
      'P14 a day takes 2,000 punches, and each one more is refused, with its way out',
      async () => {
        const employeeId = await asking.added(somebody());
        const start = Date.parse(`${DAY}T00:00:00Z`);
        const burst = (from: number) =>
          Array.from({ length: 1000 }, (_, index) => ({
            employeeId,
            time: timestampFromMs(start + (from + index) * 1000),
            kind: IN,
          }));
        await record(...burst(0));
        // In the last second there is room for one; what was there stays a duplicate.
        const [first] = burst(0);
        const late = { employeeId, time: onDay('20:00'), kind: OUT };
        const more = [...burst(1000).slice(1), late, { ...late, time: onDay('20:01') }];
        expect((await outcomes(...more.slice(0, 999))).every((each) => each === RECORDED)).to.equal(
          true,
        );
        const results = await record(...more.slice(999), late, { ...first });
        expect(results.map(({ outcome }) => outcome)).to.deep.equal([
          RECORDED,
          REJECTED,
          DUPLICATE,
          DUPLICATE,
        ]);
        expect(results[1]?.error?.code).to.equal(FAILED_PRECONDITION);
        expect(results[1]?.error?.message).to.match(
          /would have more than 2000 punches on 2026-03-02 \(UTC\)/,
        );
        const refused = { code: 'FailedPrecondition', reason: 'TOO_MANY_PUNCHES', fields: [] };
        const time = onDay('22:00');
        expect(await refusalOf(clock().clockIn({ employeeId, time }))).to.deep.equal(refused);
        const punchId = results[0]?.punchId ?? '';
        const replacing = clock().replacePunch({ employeeId, punchId, time, reason: 'x' });
        expect(await refusalOf(replacing)).to.deep.equal(refused);
        await takeBack(employeeId, punchId);
        expect(await outcomes({ ...late, time })).to.deep.equal([REJECTED]);
        async function* chunks() {
          yield {
            punches: [
              { ...late, time },
              { ...late, time: at(`${NEXT_DAY}T08:00`) },
            ],
          };
        }
        const { rejections, recordedCount } = await clock().importPunches(chunks());
        expect(rejections.map(({ index, error }) => [index, error?.code])).to.deep.equal([
          [0n, FAILED_PRECONDITION],
        ]);
        expect(recordedCount).to.equal(1n);
      },
    );
  });

  describe('lists of punches', () => {
    it('P20 by time, in pages, half-open, without those taken back unless asked', async () => {
      const employeeId = somebody();
      const times = ['08:00', '09:00', '10:00', '11:00', '12:00'];
      const recorded = await asking.record(employeeId, ...times.toReversed().map(onDay));
      await takeBack(employeeId, recorded[2]?.punchId ?? '');
      const ask = async (more: Parameters<ReturnType<typeof clock>['listPunches']>[0]) => {
        const found: string[] = [];
        let pageToken = '';
        do {
          const page = await clock().listPunches({ employeeId, ...more, pageToken });
          for (const { time } of page.punches) {
            found.push(new Date(Number(time?.seconds) * 1000).toISOString().slice(11, 16));
          }
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        return found;
      };
      const standing = times.filter((time) => time !== '10:00');
      for (const pageSize of [0, 1, 2, 1000]) {
        expect(await ask({ pageSize })).to.deep.equal(standing);
        expect(await ask({ pageSize, includeVoided: true })).to.deep.equal(times);
      }
      expect(await ask({ startTime: onDay('09:00'), endTime: onDay('12:00') })).to.deep.equal([
        '09:00',
        '11:00',
      ]);
      expect(await ask({ startTime: onDay('12:00:01') })).to.deep.equal([]);
      const stranger = clock().listPunches({ employeeId: somebody() });
      expect((await refusalOf(stranger)).reason).to.equal('EMPLOYEE_NOT_FOUND');
    });

    it('P21 a page token belongs to its request', async () => {
      const employeeId = somebody();
      await asking.record(employeeId, onDay('08:00'), onDay('12:00'));
      const request = { employeeId, pageSize: 1 };
      const { nextPageToken: pageToken } = await clock().listPunches(request);
      for (const other of [
        { ...request, pageToken, includeVoided: true },
        { ...request, pageToken, startTime: onDay('00:00') },
        { ...request, pageToken: 'x' },
      ]) {
        expect((await refusalOf(clock().listPunches(other))).fields).to.deep.equal(['page_token']);
      }
    });
  });

  describe('taking back and replacing', () => {
    it('P30 a day of which nothing is left is listed no longer, and keeps its history', async () => {
      const employeeId = somebody();
      const [a, b] = await asking.record(employeeId, onDay('08:00'), onDay('12:00'));
      await takeBack(employeeId, a?.punchId ?? '', b?.punchId ?? '');
      const day = await asking.everywhere(employeeId);
      expect([wordOf(day), day.revision]).to.deep.equal(['UNSCHEDULED', 2]);
      expect(await asking.list({ employeeId })).to.deep.equal([]);
      const { revisions } = await serviceOf().client.listAttendanceRevisions({
        employeeId,
        date: DAY,
      });
      expect(revisions.map(({ cause, reason }) => [cause, reason])).to.deep.equal([
        [PUNCHED, ''],
        [VOIDED, 'not theirs'],
      ]);
      expect(revisions[1]?.before?.workedDuration?.seconds).to.equal(14_400n);
      const again = clock().voidPunch({ employeeId, punchIds: [a?.punchId ?? ''], reason: 'x' });
      expect(await refusalOf(again)).to.deep.equal({
        code: 'FailedPrecondition',
        reason: 'PUNCH_VOIDED',
        fields: [],
      });
    });

    it('P30 the history says why: the note of a punch, the reason of what corrects it', async () => {
      const employeeId = await asking.added(somebody());
      await clock().clockIn({ employeeId, time: onDay('08:00'), note: 'the gate was closed' });
      const [left] = await record({
        employeeId,
        time: onDay('12:00'),
        kind: OUT,
        note: 'by the back door',
      });
      const punchId = left?.punchId ?? '';
      await clock().replacePunch({ employeeId, punchId, time: onDay('12:30'), reason: 'a queue' });
      const { revisions } = await serviceOf().client.listAttendanceRevisions({
        employeeId,
        date: DAY,
      });
      expect(revisions.map(({ cause, reason }) => [cause, reason])).to.deep.equal([
        [PUNCHED, 'the gate was closed'],
        [PUNCHED, 'by the back door'],
        [REPLACED, 'a queue'],
      ]);
    });

    it('P31 taken back again with the same request id: the same answer', async () => {
      const employeeId = somebody();
      const [a] = await asking.record(employeeId, onDay('08:00'), onDay('12:00'));
      const punchIds = [a?.punchId ?? ''];
      const request = { employeeId, punchIds, reason: 'not theirs', requestId: randomUUID() };
      const first = await clock().voidPunch(request);
      expect(await clock().voidPunch(request)).to.deep.equal(first);
      const other = clock().voidPunch({ ...request, reason: 'other' });
      expect((await refusalOf(other)).reason).to.equal('REQUEST_ID_REUSED');
    });

    it('P32 a replacement keeps the evidence, and the original stays listed', async () => {
      const employeeId = somebody();
      const told = {
        employeeId,
        time: onDay('08:00'),
        kind: IN,
        deviceId: 'gate',
        eventId: '7',
        timeZone: 'Asia/Kolkata',
        note: 'first',
        labels: { job: '12' },
        location: { latitude: 1.5, longitude: 2.5, accuracyMeters: 3 },
      };
      const [original] = await record(told, { employeeId, time: onDay('12:00'), kind: OUT });
      const punchId = original?.punchId ?? '';
      const requestId = randomUUID();
      const request = { employeeId, punchId, time: onDay('07:30'), reason: 'queue', requestId };
      const answer = await clock().replacePunch(request);
      const { punch, attendance } = answer;
      expect(punch).to.deep.include({
        time: onDay('07:30'),
        kind: IN,
        source: PunchSource.CORRECTION,
        deviceId: 'gate',
        eventId: '',
        timeZone: 'Asia/Kolkata',
        note: 'first',
        labels: { job: '12' },
        replacesPunchId: punchId,
      });
      expect(punch?.location).to.deep.include(told.location);
      expect(attendance?.workedDuration?.seconds).to.equal(16_200n);
      expect(await asking.everywhere(employeeId)).to.deep.equal(attendance);
      const listed = await asking.punches(employeeId);
      expect(listed.map((each) => each.voided?.replacedByPunchId)).to.deep.equal([
        undefined,
        punch?.punchId,
        undefined,
      ]);
      expect(await outcomes(told)).to.deep.equal([DUPLICATE]);
      expect(await clock().replacePunch(request)).to.deep.equal(answer);
      expect(await asking.causes(employeeId)).to.deep.equal([PUNCHED, REPLACED]);
      const twice = clock().replacePunch({ ...request, requestId: randomUUID() });
      expect((await refusalOf(twice)).reason).to.equal('PUNCH_VOIDED');
    });

    it('P33 what a correction says may be said by another correction', async () => {
      const employeeId = somebody();
      const [a] = await asking.record(employeeId, onDay('08:00'), onDay('12:00'));
      let punchId = a?.punchId ?? '';
      for (const time of ['08:30', '08:00', '08:30', '08:00']) {
        const request = { employeeId, punchId, time: onDay(time), reason: 'again' };
        punchId = (await clock().replacePunch(request)).punch?.punchId ?? '';
      }
      expect((await asking.everywhere(employeeId)).workedDuration?.seconds).to.equal(14_400n);
      expect((await asking.punches(employeeId)).length).to.equal(6);
    });

    it('P50 several are corrected together, and the answer is the days that changed', async () => {
      const { employeeId, request } = await toCorrect();
      const answer = await clock().correctPunches(request);
      expect(
        answer.punches.map(({ kind, source, replacesPunchId, voided }) => [
          kind,
          source,
          replacesPunchId,
          voided?.reason,
        ]),
      ).to.deep.equal([
        [PunchKind.BREAK_START, PunchSource.CORRECTION, '2', undefined],
        [IN, PunchSource.DEVICE, '', 'one break'],
        [PunchKind.BREAK_END, PunchSource.CORRECTION, '', undefined],
      ]);
      const [day] = answer.attendances;
      expect(answer.attendances.length).to.equal(1);
      expect(day?.breakDuration?.seconds).to.equal(1800n);
      expect(await asking.everywhere(employeeId)).to.deep.equal(day);
      const listed = await asking.punches(employeeId);
      expect(listed.map((punch) => [punch.punchId, punch.voided?.replacedByPunchId])).to.deep.equal(
        [
          ['1', undefined],
          ['2', '5'],
          ['5', undefined],
          ['3', ''],
          ['6', undefined],
          ['4', undefined],
        ],
      );
      expect(listed.find(({ punchId }) => punchId === '6')).to.deep.include({
        note: 'by phone',
        labels: { job: '7' },
      });
      const { revisions } = await serviceOf().client.listAttendanceRevisions({
        employeeId,
        date: DAY,
      });
      const last = revisions.at(-1);
      expect([last?.cause, last?.reason]).to.deep.equal([CORRECTED, 'one break']);
    });

    it('P51 sent again with its request id they get the same answer, also once they were corrected', async () => {
      const { employeeId, request } = await toCorrect();
      const first = await clock().correctPunches(request);
      const [made] = first.punches;
      const punchId = made?.punchId ?? '';
      await clock().replacePunch({ employeeId, punchId, time: onDay('12:10'), reason: 'ten past' });
      expect(await clock().correctPunches(request)).to.deep.equal(first);
      const other = clock().correctPunches({ ...request, reason: 'other' });
      expect((await refusalOf(other)).reason).to.equal('REQUEST_ID_REUSED');
    });

    it('P52 only validated they say what would be, and leave everything as it is', async () => {
      const { employeeId, request } = await toCorrect();
      const before = await asking.punches(employeeId);
      const would = await clock().correctPunches({ ...request, validateOnly: true });
      expect(await asking.punches(employeeId)).to.deep.equal(before);
      const { attendances } = await clock().correctPunches(request);
      const plain = (days: typeof attendances) =>
        days.map((day) => ({ ...day, updateTime: undefined }));
      expect(plain(would.attendances)).to.deep.equal(plain(attendances));
    });

    it('P53 refused they change nothing, and say why', async () => {
      const { employeeId, request } = await toCorrect();
      const before = await asking.everywhere(employeeId);
      const add = (kind: PunchKind, time: string) => ({
        correction: { case: 'add' as const, value: { kind, time: onDay(time) } },
      });
      const remove = (punchId: string) => ({
        correction: { case: 'void' as const, value: { punchId } },
      });
      const refusals: readonly (readonly [
        corrections: object[],
        reason: string,
        field?: string,
      ])[] = [
        [[remove('1')], 'OVERLAPS'],
        [[add(IN, '18:00'), add(PunchKind.BREAK_END, '15:00')], 'NOT_ON_BREAK'],
        [[add(OUT, '07:00')], 'NOT_CLOCKED_IN'],
        [[remove('1'), remove('9')], 'PUNCH_NOT_FOUND'],
        [[remove('1'), remove('1')], 'INVALID_FIELD', 'corrections[1].void.punch_id'],
        [[add(OUT, '16:30')], 'INVALID_FIELD', 'corrections[0]'],
        [[add(PunchKind.UNSPECIFIED, '16:30')], 'INVALID_FIELD', 'corrections[0].add.kind'],
        [[], 'INVALID_FIELD', 'corrections'],
        [[{}], 'INVALID_FIELD', 'corrections[0].correction'],
      ];
      for (const [corrections, reason, field] of refusals) {
        const requestId = randomUUID();
        const call = clock().correctPunches({ ...request, corrections, requestId });
        const refused = await refusalOf(call);
        expect([refused.reason, refused.fields]).to.deep.equal([
          reason,
          field === undefined ? [] : [field],
        ]);
      }
      expect(await asking.everywhere(employeeId)).to.deep.equal(before);
    });

    it('P54 what they add may be what they take away, and stays itself when its log comes again', async () => {
      const { employeeId } = await toCorrect();
      const time = onDay('16:30');
      const void4 = { correction: { case: 'void' as const, value: { punchId: '4' } } };
      const again = { correction: { case: 'add' as const, value: { kind: OUT, time } } };
      const before = await asking.everywhere(employeeId);
      const request = { employeeId, corrections: [again, void4], reason: 'seen by the guard' };
      const { punches } = await clock().correctPunches(request);
      expect(punches.map((punch) => [punch.replacesPunchId, punch.voided?.reason])).to.deep.equal([
        ['', undefined],
        ['', 'seen by the guard'],
      ]);
      const { results } = await clock().recordPunches({
        punches: [{ employeeId, time, kind: OUT }],
        restore: true,
      });
      expect(results.map(({ outcome, punchId }) => [outcome, punchId])).to.deep.equal([
        [DUPLICATE, punches[0]?.punchId],
      ]);
      const after = await asking.everywhere(employeeId);
      expect(after.workedDuration).to.deep.equal(before.workedDuration);
    });

    /** A break that was punched as a departure and an arrival; punches 1 to 4. */
    async function toCorrect() {
      const employeeId = somebody();
      const kinds = [IN, OUT, IN, OUT];
      const times = ['08:00', '12:00', '12:30', '16:30'].map(onDay);
      for (const [place, time] of times.entries()) {
        await record({ employeeId, time, kind: kinds[place] ?? IN });
      }
      const added = {
        kind: PunchKind.BREAK_END,
        time: onDay('12:30'),
        note: 'by phone',
        labels: { job: '7' },
      };
      const corrections = [
        {
          correction: {
            case: 'replace' as const,
            value: { punchId: '2', kind: PunchKind.BREAK_START },
          },
        },
        { correction: { case: 'void' as const, value: { punchId: '3' } } },
        { correction: { case: 'add' as const, value: added } },
      ];
      const request = { employeeId, corrections, reason: 'one break', requestId: randomUUID() };
      return { employeeId, request };
    }

    it('P35 a command may say again what was taken back; a device may not', async () => {
      const employeeId = await asking.added(somebody());
      const request = { employeeId, time: onDay('08:00'), deviceId: 'terminal' };
      const first = await clock().clockIn(request);
      await takeBack(employeeId, first.punch?.punchId ?? '');
      const again = await clock().clockIn(request);
      expect(again.punch?.punchId).to.not.equal(first.punch?.punchId);
      expect(again.punch?.voided).to.equal(undefined);
      await clock().clockOut({ employeeId, time: onDay('12:00') });
      expect((await asking.everywhere(employeeId)).workedDuration?.seconds).to.equal(14_400n);
    });

    it('P36 a correction is answered with its own day, not with one never closed', async () => {
      const employeeId = somebody();
      const times = ['2026-03-30T05:06:00', '2026-04-01T18:47:00'].map(at);
      const kinds = [PunchKind.IN, PunchKind.BREAK_END];
      const punches = times.map((time, index) => ({ employeeId, time, kind: kinds[index] ?? 0 }));
      const { results } = await clock().recordPunches({ punches });
      const { attendance } = await clock().replacePunch({
        employeeId,
        punchId: results[1]?.punchId ?? '',
        time: at('2026-04-02T13:54:00'),
        reason: 'the wrong day',
      });
      expect(attendance).to.deep.equal(await asking.everywhere(employeeId, '2026-04-02'));
    });

    it('P37 a correction that is only validated is answered and refused, and changes nothing', async () => {
      const employeeId = somebody();
      await asking.record(employeeId, onDay('08:00'), onDay('16:00'));
      const day = await asking.get(employeeId);
      const { punches } = await clock().listPunches({ employeeId });
      const [came = '', left = ''] = punches.map(({ punchId }) => punchId);
      const asked = { employeeId, reason: 'x', requestId: randomUUID(), validateOnly: true };
      const later = { ...asked, punchId: left, time: onDay('17:00') };
      const tried = await clock().replacePunch(later);
      expect(tried.attendance?.workedDuration?.seconds).to.equal(32_400n);
      const early = clock().replacePunch({ ...asked, punchId: left, time: onDay('07:00') });
      expect((await refusalOf(early)).reason).to.equal('OUT_BEFORE_IN');
      const voided = await clock().voidPunch({ ...asked, punchIds: [came] });
      expect(voided.punches.map(({ punchId }) => punchId)).to.deep.equal([came]);
      expect(await asking.get(employeeId)).to.deep.equal(day);
      expect((await clock().listPunches({ employeeId })).punches).to.deep.equal(punches);
      const done = await clock().replacePunch({ ...later, validateOnly: false });
      expect(await asking.get(employeeId)).to.deep.equal(done.attendance);
    });

    it('P34 another kind at the same moment', async () => {
      const employeeId = somebody();
      const wrong = await asking.record(employeeId, onDay('08:00'));
      const [, second] = [wrong, ...(await record({ employeeId, time: onDay('12:00'), kind: IN }))];
      expect(anomaliesOf(await asking.everywhere(employeeId))).to.include('DUPLICATE_PUNCH');
      const { attendance } = await clock().replacePunch({
        employeeId,
        punchId: second?.punchId ?? '',
        kind: OUT,
        reason: 'the wrong key',
      });
      expect([attendance?.workedDuration?.seconds, attendance?.anomalies]).to.deep.equal([
        14_400n,
        [],
      ]);
    });
  });
}
