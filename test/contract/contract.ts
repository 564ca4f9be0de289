// What the service promises, whatever its cache: run against PostgreSQL alone, with Redis, with
// Redis failing and with the cache in memory. Every case has an id. The database is shared by
// the cases of a variant, so each uses employees of its own.

import { randomUUID } from 'node:crypto';
import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, toJson } from '@bufbuild/protobuf';
import { TimestampSchema, timestampDate, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import type { AsyncFunc } from 'mocha';
import {
  type Attendance,
  AttendanceOrigin,
  AttendanceSchema,
  AttendanceStatus,
  DayPortion,
} from '../../gen/attendance/v1/attendance_pb.js';
import {
  ListAttendanceRequestSchema,
  type MarkAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { refusalOf, type TestService } from '../support/service.js';

const { PRESENT, ABSENT, ON_LEAVE, REMOTE, SCHEDULED, UNSCHEDULED } = AttendanceStatus;

type Mark = Omit<
  Partial<MessageShape<typeof MarkAttendanceRequestSchema>>,
  '$typeName' | '$unknown' | 'leaveTime'
>;

const DAY = '2026-03-02';

let employees = 0;

/** An employee that no other case uses. */
export function somebody(): string {
  employees += 1;
  return `e-${employees}`;
}

/** How a suite of the contract is asked. */
export interface ContractOptions {
  /** Not to ask what takes long and never comes by the cache: lists, past moments, full days. */
  readonly isBrief: boolean;
}

/** `it`, for what is not asked in brief. */
export function itAtLength({ isBrief }: ContractOptions): (name: string, body: AsyncFunc) => void {
  return (name, body) => {
    if (!isBrief) it(name, body);
  };
}

export function describeContract(serviceOf: () => TestService, options: ContractOptions): void {
  const atLength = itAtLength(options);
  const client = () => serviceOf().client;

  const mark = async (request: Mark): Promise<Attendance> => {
    const { attendance } = await client().markAttendance({
      date: DAY,
      status: PRESENT,
      ...request,
    });
    return attendance ?? expect.fail('no attendance in the answer');
  };
  const get = async (employeeId: string, date = DAY): Promise<Attendance> => {
    const { attendance } = await client().getAttendance({ employeeId, date });
    return attendance ?? expect.fail('no attendance in the answer');
  };
  const clear = async (employeeId: string, more: { requestId?: string; etag?: string } = {}) => {
    const request = { employeeId, date: DAY, reason: 'a typo', ...more };
    return (await client().clearAttendance(request)).attendance ?? expect.fail('no attendance');
  };
  const datesOf = (days: readonly Attendance[]) => days.map((day) => day.date);

  describe('marks', () => {
    it('C1 a mark is readable when the call returns', async () => {
      const id = somebody();
      const marked = await mark({ employeeId: id, employeeName: 'O’Brien', note: 'on site' });
      expect(marked.status).to.equal(PRESENT);
      expect(marked.origin).to.equal(AttendanceOrigin.MARKED);
      expect(marked.portion).to.equal(DayPortion.WHOLE_DAY);
      expect(marked.employeeName).to.equal('O’Brien');
      expect([marked.note, marked.revision, marked.etag]).to.deep.equal(['on site', 1, '"1"']);
      expect(marked.final).to.equal(true);
      expect(marked.updateTime).to.not.equal(undefined);
      expect(await get(id)).to.deep.equal(marked);
    });

    it('C2 the same mark again changes nothing', async () => {
      const id = somebody();
      const first = await mark({ employeeId: id });
      const second = await mark({ employeeId: id });
      expect(second).to.deep.equal(first);
      const { revisions } = await client().listAttendanceRevisions({ employeeId: id, date: DAY });
      expect(revisions.length).to.equal(1);
    });

    it('C3 another mark replaces it, read after read', async () => {
      const id = somebody();
      for (const [index, status] of [PRESENT, ABSENT, REMOTE, PRESENT].entries()) {
        const marked = await mark({ employeeId: id, status });
        expect([marked.status, marked.revision]).to.deep.equal([status, index + 1]);
        expect(await get(id)).to.deep.equal(marked);
      }
    });

    it('C4 each half of a day keeps its own mark', async () => {
      const id = somebody();
      await mark({ employeeId: id, status: ON_LEAVE, portion: DayPortion.FIRST_HALF });
      const day = await mark({ employeeId: id, status: REMOTE, portion: DayPortion.SECOND_HALF });
      expect([day.status, day.portion, day.otherHalfStatus]).to.deep.equal([
        REMOTE,
        DayPortion.SECOND_HALF,
        ON_LEAVE,
      ]);
      expect(await get(id)).to.deep.equal(day);
    });

    it('C5 a name is taken when the employee is new, and only then', async () => {
      const id = somebody();
      expect((await mark({ employeeId: id, employeeName: '  Zoë Ünal ' })).employeeName).to.equal(
        'Zoë Ünal',
      );
      const again = await mark({ employeeId: id, employeeName: 'Somebody', date: '2026-03-03' });
      expect(again.employeeName).to.equal('Zoë Ünal');
    });

    it('C6 a day is one employee’s and one date’s', async () => {
      const [id, other] = [somebody(), somebody()];
      await mark({ employeeId: id, status: ABSENT });
      await mark({ employeeId: other, status: REMOTE });
      await mark({ employeeId: id, status: ON_LEAVE, date: '2026-03-03' });
      expect((await get(id)).status).to.equal(ABSENT);
      expect((await get(other)).status).to.equal(REMOTE);
      expect((await get(id, '2026-03-03')).status).to.equal(ON_LEAVE);
    });

    it('C7 ids differ in case, and 007 is not 7', async () => {
      const base = somebody();
      const ids = [`${base}-a`, `${base}-A`, `${base}.007`, `${base}.7`];
      for (const [index, id] of ids.entries()) {
        await mark({ employeeId: id, status: (index + 1) as AttendanceStatus });
      }
      const statuses = await Promise.all(ids.map(async (id) => (await get(id)).status));
      expect(statuses).to.deep.equal([1, 2, 3, 4]);
    });
  });

  describe('clearing', () => {
    it('C10 takes the mark back and keeps the history', async () => {
      const id = somebody();
      await mark({ employeeId: id });
      const cleared = await clear(id);
      expect([cleared.status, cleared.origin]).to.deep.equal([
        UNSCHEDULED,
        AttendanceOrigin.UNSPECIFIED,
      ]);
      expect([cleared.revision, cleared.etag]).to.deep.equal([2, '"2"']);
      expect(await get(id)).to.deep.equal(cleared);
      const { attendances } = await client().listAttendance({ employeeId: id });
      expect(attendances).to.deep.equal([]);
      const { revisions } = await client().listAttendanceRevisions({ employeeId: id, date: DAY });
      expect(revisions.map((revision) => revision.reason)).to.deep.equal(['', 'a typo']);
    });

    it('C11 again, or where no mark is, changes nothing', async () => {
      const id = somebody();
      await mark({ employeeId: id });
      const cleared = await clear(id);
      expect(await clear(id)).to.deep.equal(cleared);
      const untouched = await client().clearAttendance({
        employeeId: id,
        date: '2026-03-09',
        reason: 'was it there?',
      });
      expect([untouched.attendance?.revision, untouched.attendance?.etag]).to.deep.equal([
        0,
        '"0"',
      ]);
    });

    it('C12 of an unknown employee is NOT_FOUND and adds nobody', async () => {
      const id = somebody();
      const unknown = { code: 'NotFound', reason: 'EMPLOYEE_NOT_FOUND', fields: [] };
      expect(await refusalOf(clear(id))).to.deep.equal(unknown);
      expect(await refusalOf(get(id))).to.deep.equal(unknown);
    });

    it('C13 a mark after it begins anew', async () => {
      const id = somebody();
      await mark({ employeeId: id, status: ON_LEAVE, portion: DayPortion.FIRST_HALF });
      await clear(id);
      const day = await mark({ employeeId: id, status: REMOTE, portion: DayPortion.SECOND_HALF });
      expect([day.revision, day.otherHalfStatus]).to.deep.equal([3, 0]);
    });
  });

  describe('etags', () => {
    const mismatch = { code: 'Aborted', reason: 'ETAG_MISMATCH', fields: [] };

    it('C20 "0" creates only', async () => {
      const id = somebody();
      await mark({ employeeId: id, etag: '"0"' });
      expect(await refusalOf(mark({ employeeId: id, etag: '"0"', status: ABSENT }))).to.deep.equal(
        mismatch,
      );
      expect((await get(id)).status).to.equal(PRESENT);
    });

    it('C21 the one read lets one writer through', async () => {
      const id = somebody();
      const { etag } = await mark({ employeeId: id });
      const writers = [ABSENT, REMOTE, ON_LEAVE].map((status) =>
        mark({ employeeId: id, etag, status }).then(
          () => 'done',
          async (error: unknown) => (await refusalOf(Promise.reject(error))).reason,
        ),
      );
      expect((await Promise.all(writers)).sort()).to.deep.equal([
        'ETAG_MISMATCH',
        'ETAG_MISMATCH',
        'done',
      ]);
      expect((await get(id)).revision).to.equal(2);
    });

    it('C22 any that does not match is ABORTED, and a new employee is not added for it', async () => {
      const id = somebody();
      for (const etag of ['"1"', '0', 'W/"0"', '"00"', '*', '"'] as const) {
        expect(await refusalOf(mark({ employeeId: id, etag })), etag).to.deep.equal(mismatch);
      }
      expect((await refusalOf(get(id))).reason).to.equal('EMPLOYEE_NOT_FOUND');
    });

    it('C23 holds for clearing', async () => {
      const id = somebody();
      await mark({ employeeId: id });
      expect(await refusalOf(clear(id, { etag: '"0"' }))).to.deep.equal(mismatch);
      expect((await clear(id, { etag: '"1"' })).revision).to.equal(2);
    });
  });

  describe('request ids', () => {
    it('C30 a repeat returns the first answer, whatever happened since', async () => {
      const id = somebody();
      const requestId = randomUUID();
      const first = await mark({ employeeId: id, requestId });
      await mark({ employeeId: id, status: ABSENT });
      await clear(id);
      expect(await mark({ employeeId: id, requestId })).to.deep.equal(first);
      expect(await mark({ employeeId: id, requestId: requestId.toUpperCase() })).to.deep.equal(
        first,
      );
      expect((await get(id)).revision).to.equal(3);
    });

    it('C31 the id with another payload is refused', async () => {
      const id = somebody();
      const requestId = randomUUID();
      const request = { employeeId: id, requestId, note: 'first' };
      await mark(request);
      const others: Mark[] = [
        { ...request, status: ABSENT },
        { ...request, date: '2026-03-03' },
        { ...request, note: 'second' },
        { ...request, portion: DayPortion.FIRST_HALF },
        { ...request, etag: '"1"' },
        { ...request, employeeName: 'Somebody' },
      ];
      for (const other of others) {
        expect(await refusalOf(mark(other))).to.deep.equal({
          code: 'InvalidArgument',
          reason: 'REQUEST_ID_REUSED',
          fields: ['request_id'],
        });
      }
      expect((await refusalOf(clear(id, { requestId }))).reason).to.equal('REQUEST_ID_REUSED');
      expect((await get(id)).revision).to.equal(1);
    });

    it('C32 is unique per employee, so two employees may use the same', async () => {
      const requestId = randomUUID();
      const [a, b] = [somebody(), somebody()];
      expect((await mark({ employeeId: a, requestId })).revision).to.equal(1);
      expect((await mark({ employeeId: b, requestId, status: ABSENT })).status).to.equal(ABSENT);
    });

    it('C33 a write that changed nothing is remembered too', async () => {
      const id = somebody();
      await mark({ employeeId: id });
      const requestId = randomUUID();
      const same = await mark({ employeeId: id, requestId });
      await mark({ employeeId: id, status: ABSENT });
      expect(await mark({ employeeId: id, requestId })).to.deep.equal(same);
      expect((await get(id)).status).to.equal(ABSENT);
    });

    it('C34 a refused write leaves its id free', async () => {
      const id = somebody();
      const requestId = randomUUID();
      await refusalOf(mark({ employeeId: id, requestId, etag: '"9"' }));
      expect((await mark({ employeeId: id, requestId, status: ABSENT })).revision).to.equal(1);
    });

    it('C35 clearing repeats its first answer', async () => {
      const id = somebody();
      await mark({ employeeId: id });
      const requestId = randomUUID();
      const cleared = await clear(id, { requestId });
      await mark({ employeeId: id, status: REMOTE });
      expect(await clear(id, { requestId })).to.deep.equal(cleared);
      expect((await get(id)).status).to.equal(REMOTE);
    });
  });

  describe('batches', () => {
    it('C40 every item has its own result, in order', async () => {
      const [a, b, c] = [somebody(), somebody(), somebody()];
      const requestId = randomUUID();
      const { results } = await client().batchMarkAttendance({
        requests: [
          { employeeId: a, date: DAY, status: PRESENT },
          { employeeId: 'not an id', date: DAY, status: PRESENT },
          { employeeId: b, date: '2026-02-30', status: PRESENT },
          { employeeId: c, date: DAY, status: SCHEDULED },
          { employeeId: a, date: DAY, status: ABSENT, etag: '"7"' },
          { employeeId: a, date: DAY, status: ABSENT, etag: '"1"', requestId },
          { employeeId: a, date: DAY, status: ABSENT, etag: '"1"', requestId },
          { employeeId: b, date: DAY, status: REMOTE },
        ],
      });
      const words = results.map(({ result }) =>
        result.case === 'attendance'
          ? `${result.value.employeeId}@${result.value.revision}`
          : result.value?.code,
      );
      expect(words).to.deep.equal([`${a}@1`, 3, 3, 3, 10, `${a}@2`, `${a}@2`, `${b}@1`]);
      const messages = results.map(({ result }) =>
        result.case === 'error' ? result.value.message.split(':')[0] : '',
      );
      expect(messages[2]).to.equal('requests[2].date');
      expect((await get(a)).status).to.equal(ABSENT);
      expect((await get(b)).status).to.equal(REMOTE);
      expect((await refusalOf(get(c))).reason).to.equal('EMPLOYEE_NOT_FOUND');
    });

    it('C41 an empty batch has no results, one of 1,001 is refused', async () => {
      expect((await client().batchMarkAttendance({ requests: [] })).results).to.deep.equal([]);
      const requests = Array.from({ length: 1001 }, () => ({
        employeeId: 'x',
        date: DAY,
        status: PRESENT,
      }));
      expect(await refusalOf(client().batchMarkAttendance({ requests }))).to.deep.equal({
        code: 'InvalidArgument',
        reason: 'INVALID_FIELD',
        fields: ['requests'],
      });
    });

    it('C42 a full batch takes effect whole, one employee’s days in order', async () => {
      const id = somebody();
      const requests = Array.from({ length: 1000 }, (_, index) => ({
        employeeId: id,
        date: `2026-05-${String((index % 28) + 1).padStart(2, '0')}`,
        status: index % 2 === 0 ? PRESENT : ABSENT,
        note: String(index),
      }));
      const { results } = await client().batchMarkAttendance({ requests });
      expect(results.every(({ result }) => result.case === 'attendance')).to.equal(true);
      const { attendances } = await client().listAttendance({ employeeId: id });
      const notes = attendances.map((day) => Number(day.note));
      expect(Math.min(...notes)).to.equal(972);
      expect(notes.length).to.equal(28);
      expect(attendances[0]?.revision).to.equal(36);
    });
  });

  describe('reading', () => {
    it('C50 a known employee’s day without facts is an answer', async () => {
      const id = somebody();
      await mark({ employeeId: id, employeeName: 'Mia' });
      const day = await get(id, '2026-12-24');
      const { status, revision, etag, employeeName, updateTime, final } = day;
      expect({ status, revision, etag, employeeName, updateTime, final }).to.deep.equal({
        status: UNSCHEDULED,
        revision: 0,
        etag: '"0"',
        employeeName: 'Mia',
        updateTime: undefined,
        final: true,
      });
    });

    it('C49 several days in one call, in order, each with its day or its error', async () => {
      const [one, other] = [somebody(), somebody()];
      await mark({ employeeId: one, date: DAY, note: 'here' });
      await mark({ employeeId: other, date: '2026-04-01' });
      const asked = [
        { employeeId: other, date: DAY },
        { employeeId: somebody(), date: DAY },
        { employeeId: one, date: DAY },
        { employeeId: other, date: '2026-04-01' },
        { employeeId: one, date: DAY },
      ];
      const { results } = await client().batchGetAttendance({ days: asked });
      expect(results).to.have.length(5);
      for (const [index, { result }] of results.entries()) {
        const { employeeId = '', date = '' } = asked[index] ?? {};
        if (result.case === 'attendance') {
          expect(result.value).to.deep.equal(await get(employeeId, date));
        } else {
          expect([index, result.value?.message.split(':')[0]]).to.deep.equal([
            1,
            `there is no employee ${employeeId}`,
          ]);
        }
      }
      expect((await client().batchGetAttendance({})).results).to.deep.equal([]);
      const many = Array.from({ length: 301 }, () => ({ employeeId: one, date: DAY }));
      expect((await refusalOf(client().batchGetAttendance({ days: many }))).fields).to.deep.equal([
        'days',
      ]);
      const bad = [
        { employeeId: one, date: DAY },
        { employeeId: 'a b', date: '2026-02-30' },
      ];
      expect((await refusalOf(client().batchGetAttendance({ days: bad }))).fields).to.deep.equal([
        'days[1].employee_id',
        'days[1].date',
      ]);
    });

    it('C51 the first and the last date there are', async () => {
      const id = somebody();
      for (const date of ['1900-01-01', '9999-12-31', '2024-02-29']) {
        expect((await mark({ employeeId: id, date })).date).to.equal(date);
        expect((await get(id, date)).status).to.equal(PRESENT);
      }
      const { attendances } = await client().listAttendance({ employeeId: id });
      expect(datesOf(attendances)).to.deep.equal(['1900-01-01', '2024-02-29', '9999-12-31']);
    });

    it('C52 lists go by date, then by employee byte by byte, in pages that join up', async () => {
      const base = somebody();
      const ids = ['-', '.', '1', '10', '2', 'A', 'Z', '_', 'a', 'e']
        .map((end) => `${base}${end}`)
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const dates = ['2031-01-01', '2031-01-02', '2031-01-03'];
      const requests = dates.flatMap((date) =>
        ids.map((employeeId) => ({ employeeId, date, status: PRESENT })),
      );
      await client().batchMarkAttendance({ requests: [...requests].reverse() });
      const expected = requests.map(({ employeeId, date }) => `${date} ${employeeId}`);
      for (const pageSize of [1, 7, 30, 1000]) {
        const found: string[] = [];
        let pageToken = '';
        let pages = 0;
        do {
          const page = await client().listAttendance({
            startDate: '2031-01-01',
            endDate: '2031-01-03',
            pageSize,
            pageToken,
          });
          expect(page.attendances.length).to.be.at.most(pageSize);
          found.push(...page.attendances.map((day) => `${day.date} ${day.employeeId}`));
          pageToken = page.nextPageToken;
          pages += 1;
        } while (pageToken !== '' && pages <= 40);
        expect(found, `page size ${pageSize}`).to.deep.equal(expected);
      }
    });

    it('C53 a list can be of one employee, a range and some statuses', async () => {
      const id = somebody();
      const days: [string, AttendanceStatus][] = [
        ['2026-01-31', PRESENT],
        ['2026-02-01', ABSENT],
        ['2026-02-28', PRESENT],
        ['2026-03-01', REMOTE],
        ['2027-03-01', ABSENT],
      ];
      for (const [date, status] of days) await mark({ employeeId: id, date, status });
      const ask = async (request: MessageInitShape<typeof ListAttendanceRequestSchema>) => {
        const page = await client().listAttendance(request);
        expect(page.nextPageToken).to.equal('');
        return datesOf(page.attendances);
      };
      const employeeId = id;
      const all = days.map(([date]) => date);
      expect(await ask({ employeeId })).to.deep.equal(all);
      expect(
        await ask({ employeeId, startDate: '2026-02-01', endDate: '2026-02-28' }),
      ).to.deep.equal(['2026-02-01', '2026-02-28']);
      expect(await ask({ employeeId, startDate: '2026-02-28' })).to.deep.equal(all.slice(2));
      expect(await ask({ employeeId, endDate: '2026-02-01' })).to.deep.equal(all.slice(0, 2));
      expect(await ask({ employeeId, statuses: [ABSENT] })).to.deep.equal([
        '2026-02-01',
        '2027-03-01',
      ]);
      expect(
        await ask({ employeeId, statuses: [ABSENT, REMOTE], endDate: '2026-12-31' }),
      ).to.deep.equal(['2026-02-01', '2026-03-01']);
      expect(await ask({ employeeId, statuses: [UNSCHEDULED, SCHEDULED] })).to.deep.equal([]);
      expect(await ask({ employeeId: somebody() })).to.deep.equal([]);
      const expected = { startDate: '2026-02-01', endDate: '2026-03-01' };
      expect(await ask({ employeeId, ...expected })).to.deep.equal(all.slice(1, 4));
    });

    it('C54 one employee’s list pages over months as over a table', async () => {
      const id = somebody();
      const dates = Array.from({ length: 90 }, (_, index) =>
        new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
      );
      const requests = dates.map((date) => ({ employeeId: id, date, status: PRESENT }));
      await client().batchMarkAttendance({ requests });
      for (const endDate of ['2026-03-31', '']) {
        const found: string[] = [];
        let pageToken = '';
        do {
          const page = await client().listAttendance({
            employeeId: id,
            startDate: '2026-01-01',
            endDate,
            pageSize: 40,
            pageToken,
          });
          found.push(...datesOf(page.attendances));
          pageToken = page.nextPageToken;
        } while (pageToken !== '' && found.length <= 90);
        expect(found).to.deep.equal(dates);
      }
    });

    it('C55 a page token belongs to its request, and cannot be made up', async () => {
      const id = somebody();
      for (const date of ['2026-03-01', '2026-03-02']) await mark({ employeeId: id, date });
      const request = { employeeId: id, pageSize: 1 };
      const { nextPageToken: pageToken } = await client().listAttendance(request);
      expect(pageToken).to.not.equal('');
      const second = await client().listAttendance({ ...request, pageToken, pageSize: 5 });
      expect(datesOf(second.attendances)).to.deep.equal(['2026-03-02']);
      const other = pageToken.at(8) === 'A' ? 'B' : 'A';
      const bad = [
        () => client().listAttendance({ ...request, pageToken, employeeId: somebody() }),
        () => client().listAttendance({ ...request, pageToken, statuses: [ABSENT] }),
        () => client().listAttendance({ ...request, pageToken, startDate: '2026-03-01' }),
        () =>
          client().listAttendance({
            ...request,
            pageToken: `${pageToken.slice(0, 8)}${other}${pageToken.slice(9)}`,
          }),
        () => client().listAttendance({ ...request, pageToken: 'x' }),
        () => client().listAttendanceRevisions({ employeeId: id, date: DAY, pageToken }),
      ];
      for (const call of bad) {
        expect(await refusalOf(call())).to.deep.equal({
          code: 'InvalidArgument',
          reason: 'INVALID_FIELD',
          fields: ['page_token'],
        });
      }
    });

    it('C56 a stream gives the same days, by employee and then by date', async () => {
      const base = somebody();
      const ids = [`${base}-b`, `${base}-B`, `${base}-a`];
      const dates = ['2032-01-02', '2032-01-01', '2032-02-01'];
      for (const employeeId of ids) {
        for (const date of dates) await mark({ employeeId, date });
      }
      const days: Attendance[] = [];
      const request = { startDate: '2032-01-01', endDate: '2032-01-31' };
      for await (const part of client().streamAttendance(request)) days.push(...part.attendances);
      expect(days.map((day) => `${day.employeeId} ${day.date}`)).to.deep.equal(
        [`${base}-B`, `${base}-a`, `${base}-b`].flatMap((id) => [
          `${id} 2032-01-01`,
          `${id} 2032-01-02`,
        ]),
      );
      const { attendances } = await client().listAttendance(request);
      const json = (day: Attendance) => JSON.stringify(toJson(AttendanceSchema, day));
      expect(attendances.map(json).sort()).to.deep.equal(days.map(json).sort());
    });

    atLength('C58 pages of long notes are cut so that they can be sent, and join up', async () => {
      const id = somebody();
      const note = '🙂'.repeat(1000);
      const dates = Array.from({ length: 1100 }, (_, index) =>
        new Date(Date.UTC(2040, 0, 1 + index)).toISOString().slice(0, 10),
      );
      for (let from = 0; from < dates.length; from += 500) {
        const requests = dates
          .slice(from, from + 500)
          .map((date) => ({ employeeId: id, date, status: PRESENT, note }));
        await client().batchMarkAttendance({ requests });
      }
      const found: string[] = [];
      let pageToken = '';
      let pages = 0;
      do {
        const request = { employeeId: id, pageSize: 1000, pageToken };
        const page = await client().listAttendance(request);
        found.push(...datesOf(page.attendances));
        pageToken = page.nextPageToken;
        pages += 1;
      } while (pageToken !== '' && pages < 10);
      expect(found).to.deep.equal(dates);
      expect(pages).to.be.above(1);
    });

    it('C59 a batch whose answer could not be sent is refused before anything is recorded', async () => {
      const id = somebody();
      const requests = Array.from({ length: 900 }, (_, index) => ({
        employeeId: id,
        date: new Date(Date.UTC(2041, 0, 1 + index)).toISOString().slice(0, 10),
        status: PRESENT,
        note: '🙂'.repeat(1000),
      }));
      expect(await refusalOf(client().batchMarkAttendance({ requests }))).to.deep.equal({
        code: 'InvalidArgument',
        reason: 'INVALID_FIELD',
        fields: ['requests'],
      });
      expect((await refusalOf(get(id))).reason).to.equal('EMPLOYEE_NOT_FOUND');
    });

    it('C57 revisions tell who, when, why, before and after, in pages', async () => {
      const id = somebody();
      await mark({ employeeId: id, note: 'first' });
      await mark({ employeeId: id, status: ABSENT });
      await clear(id);
      await mark({ employeeId: id, status: REMOTE });
      const all = [];
      let pageToken = '';
      do {
        const page = await client().listAttendanceRevisions({
          employeeId: id,
          date: DAY,
          pageSize: 3,
          pageToken,
        });
        all.push(...page.revisions);
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(
        all.map((revision) => [revision.revision, revision.cause, revision.reason]),
      ).to.deep.equal([
        [1, 1, 'first'],
        [2, 1, ''],
        [3, 2, 'a typo'],
        [4, 1, ''],
      ]);
      expect(all.map((revision) => revision.before?.status)).to.deep.equal([
        UNSCHEDULED,
        PRESENT,
        ABSENT,
        UNSCHEDULED,
      ]);
      expect(all.map((revision) => revision.actor)).to.deep.equal(Array(4).fill('anonymous'));
      expect(all.at(-1)?.after).to.deep.equal(await get(id));
      const untouched = await client().listAttendanceRevisions({
        employeeId: id,
        date: '2026-09-09',
      });
      expect(untouched.revisions).to.deep.equal([]);
    });
  });

  describe('as of a past moment', () => {
    it('C60 reads answer as they answered then', async () => {
      const id = somebody();
      const before = await mark({ employeeId: id, date: '2026-07-01' });
      const first = await mark({ employeeId: id });
      const second = await mark({ employeeId: id, status: ABSENT });
      const asOf = async (asOfTime: Attendance['updateTime'], date = DAY) => {
        expect(asOfTime).to.not.equal(undefined);
        const request = { employeeId: id, date, ...(asOfTime && { asOfTime }) };
        return (await client().getAttendance(request)).attendance;
      };
      expect(await asOf(first.updateTime)).to.deep.equal(first);
      expect(await asOf(second.updateTime)).to.deep.equal(second);
      expect((await asOf(before.updateTime))?.revision).to.equal(0);
      const page = await client().listAttendance({
        employeeId: id,
        ...(first.updateTime && { asOfTime: first.updateTime }),
      });
      expect(page.attendances).to.deep.equal([first, before]);
      const streamed: Attendance[] = [];
      const stream = client().streamAttendance({
        employeeId: id,
        ...(first.updateTime && { asOfTime: first.updateTime }),
      });
      for await (const part of stream) streamed.push(...part.attendances);
      expect(streamed).to.deep.equal([first, before]);
      const history = await client().listAttendanceRevisions({
        employeeId: id,
        date: DAY,
        ...(first.updateTime && { asOfTime: first.updateTime }),
      });
      expect(history.revisions.length).to.equal(1);
    });

    it('C61 a day cleared since is still listed as of then, and filtered by its status then', async () => {
      const id = somebody();
      const marked = await mark({ employeeId: id, status: ABSENT, date: '2033-01-01' });
      await client().clearAttendance({ employeeId: id, date: '2033-01-01', reason: 'x' });
      await mark({ employeeId: id, status: PRESENT, date: '2033-01-01' });
      const asOfTime = marked.updateTime ?? expect.fail('no update time');
      const ask = async (statuses: AttendanceStatus[]) => {
        const range = { startDate: '2033-01-01', endDate: '2033-01-01' };
        return (await client().listAttendance({ ...range, statuses, asOfTime })).attendances;
      };
      expect(await ask([ABSENT])).to.deep.equal([marked]);
      expect(await ask([PRESENT])).to.deep.equal([]);
    });

    it('C62 a moment since the last change is settled, one to come is refused', async () => {
      const id = somebody();
      const marked = await mark({ employeeId: id });
      const committed = marked.updateTime ?? expect.fail('no update time');
      const justAfter = timestampFromMs(timestampDate(committed).getTime() + 1);
      // The clock has to reach it first: until then it is refused.
      let answer: Attendance | undefined;
      while (answer === undefined) {
        answer = await client()
          .getAttendance({ employeeId: id, date: DAY, asOfTime: justAfter })
          .then(
            ({ attendance }) => attendance,
            () => undefined,
          );
      }
      expect(answer).to.deep.equal(marked);
      const asOfTime = timestampFromMs(Date.now() + 60_000);
      const refused = {
        code: 'InvalidArgument',
        reason: 'AS_OF_TIME_NOT_SETTLED',
        fields: ['as_of_time'],
      };
      const date = DAY;
      expect(
        await refusalOf(client().getAttendance({ employeeId: id, date, asOfTime })),
      ).to.deep.equal(refused);
      expect(await refusalOf(client().listAttendance({ asOfTime }))).to.deep.equal(refused);
      expect(
        await refusalOf(client().listAttendanceRevisions({ employeeId: id, date, asOfTime })),
      ).to.deep.equal(refused);
    });
  });

  describe('bad input', () => {
    const good: Mark = { employeeId: 'bad-input', date: DAY, status: PRESENT };
    const cases: readonly [id: string, change: Mark, field: string][] = [
      ['C70 no employee', { employeeId: '' }, 'employee_id'],
      ['C71 an id with a space', { employeeId: 'a b' }, 'employee_id'],
      ['C72 an id of 65 characters', { employeeId: 'x'.repeat(65) }, 'employee_id'],
      ['C73 an id with SQL in it', { employeeId: "x' UNION SELECT version(),'" }, 'employee_id'],
      ['C74 an id with a newline at the end', { employeeId: 'abc\n' }, 'employee_id'],
      ['C75 an empty name', { employeeName: '' }, 'employee_name'],
      ['C76 a name of spaces', { employeeName: '   ' }, 'employee_name'],
      ['C77 a name of two lines', { employeeName: 'Mia\nPresent' }, 'employee_name'],
      ['C78 a name of 201 characters', { employeeName: 'x'.repeat(201) }, 'employee_name'],
      ['C79 no date', { date: '' }, 'date'],
      ['C80 infinity', { date: 'infinity' }, 'date'],
      ['C81 01/02/2023', { date: '01/02/2023' }, 'date'],
      ['C82 30 February', { date: '2023-02-30' }, 'date'],
      ['C83 before 1900', { date: '1899-12-31' }, 'date'],
      ['C84 no status', { status: AttendanceStatus.UNSPECIFIED }, 'status'],
      ['C85 SCHEDULED', { status: SCHEDULED }, 'status'],
      ['C86 UNSCHEDULED', { status: UNSCHEDULED }, 'status'],
      ['C87 a status that is none', { status: 99 as AttendanceStatus }, 'status'],
      ['C88 a portion that is none', { portion: 9 as DayPortion }, 'portion'],
      ['C89 a note of 1,001 characters', { note: 'x'.repeat(1001) }, 'note'],
      ['C90 a note with NUL', { note: 'a\u0000b' }, 'note'],
      ['C91 a request id that is none', { requestId: 'again' }, 'request_id'],
      ['C92 an etag of 65 characters', { etag: 'x'.repeat(65) }, 'etag'],
    ];
    for (const [id, change, field] of cases) {
      it(`${id} is refused by name`, async () => {
        expect(await refusalOf(mark({ ...good, ...change }))).to.deep.equal({
          code: 'InvalidArgument',
          reason: 'INVALID_FIELD',
          fields: [field],
        });
      });
    }

    it('C93 all wrong fields are named at once', async () => {
      const refusal = await refusalOf(
        mark({ employeeId: '', date: '2023-02-30', status: 0, requestId: 'x' }),
      );
      expect(refusal.fields).to.have.members(['employee_id', 'date', 'status', 'request_id']);
    });

    it('C94 lists refuse what they cannot mean', async () => {
      const ask = async (request: MessageInitShape<typeof ListAttendanceRequestSchema>) =>
        (await refusalOf(client().listAttendance(create(ListAttendanceRequestSchema, request))))
          .fields;
      expect(await ask({ pageSize: -1 })).to.deep.equal(['page_size']);
      expect(await ask({ startDate: '2023-02-30' })).to.deep.equal(['start_date']);
      expect(await ask({ startDate: '2026-02-01', endDate: '2026-01-31' })).to.deep.equal([
        'end_date',
      ]);
      const long = { startDate: '2024-01-01', endDate: '2025-01-01' };
      expect(await ask(long)).to.deep.equal(['end_date']);
      const origins = [AttendanceOrigin.MARKED, AttendanceOrigin.DERIVED];
      await client().listAttendance({ ...long, origins });
      expect(
        await ask({ ...long, origins: [...origins, AttendanceOrigin.EXPECTED] }),
      ).to.deep.equal(['end_date']);
      expect(await ask({ origins: [AttendanceOrigin.UNSPECIFIED] })).to.deep.equal(['origins[0]']);
      const expected = { origins: [AttendanceOrigin.EXPECTED] };
      expect(await ask({ ...expected, startDate: '2026-03-01' })).to.deep.equal(['origins']);
      const odd = create(TimestampSchema, { seconds: 1n, nanos: -1 });
      expect(await ask({ updatedAfter: odd })).to.deep.equal(['updated_after']);
      expect(await ask({ asOfTime: odd })).to.deep.equal(['as_of_time']);
      expect(await ask({ statuses: [AttendanceStatus.UNSPECIFIED] })).to.deep.equal([
        'statuses[0]',
      ]);
    });

    it('C95 a page size above the most is taken as the most', async () => {
      const page = await client().listAttendance({ pageSize: 2_000_000_000 });
      expect(page.attendances.length).to.be.at.most(1000);
    });

    it('C96 what SQL would trip over is only text', async () => {
      const id = somebody();
      const text = `O'Brien"; drop table mark; -- $1 \\ {a,"b",NULL} %s 漢字 🙂 ''`;
      const marked = await mark({ employeeId: id, employeeName: text, note: `${text}\n\t${text}` });
      expect([marked.employeeName, marked.note]).to.deep.equal([text, `${text}\n\t${text}`]);
      expect(await get(id)).to.deep.equal(marked);
    });
  });
}
