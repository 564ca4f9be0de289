// The contract of marks beyond a day's status, whatever the cache: kinds of leave, marks of many days,
// and imports that are taken back.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { AttendanceStatus, DayPortion } from '../../gen/attendance/v1/attendance_pb.js';
import type {
  BulkDaysResult,
  BulkMarkAttendanceRequestSchema,
  MarkAttendanceRequest,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { DAY, something } from './asking.js';
import { somebody } from './contract.js';

const { ON_LEAVE, PRESENT } = AttendanceStatus;
const { FIRST_HALF, SECOND_HALF } = DayPortion;

export function describeMarks(serviceOf: () => TestService): void {
  const client = () => serviceOf().client;
  const set = async (leaveTypeId: string, rest: { archived?: boolean; name?: string } = {}) =>
    (await client().setLeaveType({ leaveTypeId, name: 'Some leave', paid: true, ...rest }))
      .leaveType;
  const leave = (
    employeeId: string,
    leaveTypeId: string,
    rest: Partial<Pick<MarkAttendanceRequest, 'portion' | 'requestId' | 'status'>> = {},
  ) => client().markAttendance({ employeeId, date: DAY, status: ON_LEAVE, leaveTypeId, ...rest });

  /** Every revision of a leave type. */
  async function historyOf(leaveTypeId: string) {
    const found = [];
    let pageToken = '';
    do {
      const request = { includeHistory: true, pageSize: 3, pageToken };
      const page = await client().listLeaveTypes(request);
      found.push(...page.leaveTypes.filter((each) => each.leaveTypeId === leaveTypeId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  }

  describe('leave types', () => {
    it('L1 one is added, changed and archived, and says who, when and what before', async () => {
      const id = something();
      const reason = 'not in use';
      await set(id);
      await set(id);
      await client().setLeaveType({ leaveTypeId: id, name: 'Other', archived: true, reason });
      const history = await historyOf(id);
      expect(
        history.map(({ revision, name, paid, archived }) => [revision, name, paid, archived]),
      ).to.deep.equal([
        [1, 'Some leave', true, false],
        [2, 'Other', false, true],
      ]);
      expect(history.map((each) => [each.actor, each.reason])).to.deep.equal([
        ['anonymous', ''],
        ['anonymous', reason],
      ]);
      const { leaveTypes } = await client().listLeaveTypes({ pageSize: 1000 });
      expect(leaveTypes.filter((each) => each.leaveTypeId === id)).to.deep.equal([history[1]]);
    });

    it('L2 the day, its list, its history and its explanation say the kind', async () => {
      const [employeeId, id] = [somebody(), something()];
      await set(id);
      const { attendance } = await leave(employeeId, id);
      expect(attendance?.leaveTypeId).to.equal(id);
      const got = await client().getAttendance({
        employeeId,
        date: DAY,
        includeExplanations: true,
      });
      expect(got.attendance).to.deep.equal(attendance);
      expect(got.explanations[0]?.text).to.include(`on leave (${id})`);
      const listed = await client().listAttendance({ leaveTypeIds: [id] });
      expect(listed.attendances).to.deep.equal([attendance]);
      const range = { employeeId, startDate: DAY, endDate: DAY };
      const other = await client().listAttendance({ ...range, leaveTypeIds: ['another'] });
      expect(other.attendances).to.deep.equal([]);
      const { revisions } = await client().listAttendanceRevisions({ employeeId, date: DAY });
      expect(revisions.map(({ after }) => after?.leaveTypeId)).to.deep.equal([id]);
    });

    it('L3 two halves have two kinds; another kind for a half replaces only that one', async () => {
      const [employeeId, one, two] = [somebody(), something(), something()];
      await set(one);
      await set(two);
      await leave(employeeId, one, { portion: FIRST_HALF });
      await leave(employeeId, two, { portion: SECOND_HALF });
      const { attendance } = await leave(employeeId, one, { portion: SECOND_HALF });
      expect([attendance?.leaveTypeId, attendance?.otherHalfLeaveTypeId]).to.deep.equal([one, one]);
      const { attendances } = await client().listAttendance({ employeeId, leaveTypeIds: [one] });
      expect(attendances).to.deep.equal([attendance]);
      const before = await client().listAttendanceRevisions({ employeeId, date: DAY });
      expect(
        before.revisions.map(({ after }) => [after?.leaveTypeId, after?.otherHalfLeaveTypeId]),
      ).to.deep.equal([
        [one, ''],
        [two, one],
        [one, one],
      ]);
    });

    it('L4 a kind that is not known is refused with the known ones and the nearest', async () => {
      const employeeId = somebody();
      const id = `kind-${something()}-of-leave`;
      await set(id);
      const wrong = leave(employeeId, `${id}x`);
      expect((await refusalOf(wrong)).reason).to.equal('LEAVE_TYPE_NOT_FOUND');
      const said = await wrong.catch((error: unknown) => String(error));
      expect(said).to.include(`did you mean ${id}?`);
      const requests = [`${id}x`, id].map((leaveTypeId) => ({
        employeeId,
        date: DAY,
        status: ON_LEAVE,
        leaveTypeId,
      }));
      const { results } = await client().batchMarkAttendance({ requests });
      expect(results.map(({ result }) => result.case)).to.deep.equal(['error', 'attendance']);
    });

    it('L5 an archived kind is refused; days and repeated requests keep it', async () => {
      const [employeeId, id] = [somebody(), something()];
      const requestId = crypto.randomUUID();
      await set(id);
      const first = await leave(employeeId, id, { requestId });
      await set(id, { archived: true });
      expect((await refusalOf(leave(employeeId, id))).reason).to.equal('LEAVE_TYPE_ARCHIVED');
      expect(await leave(employeeId, id, { requestId })).to.deep.equal(first);
      const { attendance } = await client().getAttendance({ employeeId, date: DAY });
      expect(attendance?.leaveTypeId).to.equal(id);
    });

    it('L6 what is no leave has no kind of it', async () => {
      const refusal = await refusalOf(leave(somebody(), 'sick', { status: PRESENT }));
      expect(refusal.fields).to.deep.equal(['leave_type_id']);
    });

    it('L7 two requests of one id that differ in the kind are two requests', async () => {
      const [employeeId, one, two] = [somebody(), something(), something()];
      const requestId = crypto.randomUUID();
      await set(one);
      await set(two);
      await leave(employeeId, one, { requestId });
      const refusal = await refusalOf(leave(employeeId, two, { requestId }));
      expect(refusal.reason).to.equal('REQUEST_ID_REUSED');
    });
  });

  describe('marks of many days', () => {
    type Bulk = MessageInitShape<typeof BulkMarkAttendanceRequestSchema>;
    /** From Friday to Monday. */
    const RANGE = { startDate: '2026-03-06', endDate: '2026-03-09' };

    /** Works on weekdays of the range; Monday is a holiday. */
    async function planned(groupId = ''): Promise<string> {
      const [employeeId, shiftId, calendarId] = [somebody(), something(), something()];
      const { roster } = serviceOf();
      const hours = { startTimeOfDay: '09:00', endTimeOfDay: '17:00' };
      await roster.createShift({ shift: { shiftId, ...hours } });
      await roster.createHoliday({ holiday: { calendarId, date: '2026-03-09', name: 'A day' } });
      await roster.createEmployee({ employee: { employeeId, groupId, calendarId } });
      const [work, free] = [{ shiftIds: [shiftId] }, { shiftIds: [] }];
      await roster.createShiftAssignment({
        assignment: {
          employeeId,
          assignment: {
            startDate: '2026-01-05',
            cycle: [work, work, work, work, work, free, free],
          },
        },
      });
      return employeeId;
    }

    const bulk = async (request: Bulk) =>
      await client().bulkMarkAttendance({ ...RANGE, status: ON_LEAVE, ...request });
    const told = ({ employeeId, changedDates, unchangedCount, skippedDates }: BulkDaysResult) => [
      employeeId,
      changedDates.map((date) => date.slice(8)).join(' '),
      unchangedCount,
      skippedDates.map((date) => date.slice(8)).join(' '),
    ];
    const statuses = async (employeeId: string) => {
      const { attendances } = await client().listAttendance({ employeeId, ...RANGE });
      return attendances.map(({ date, status }) => `${date.slice(8)} ${AttendanceStatus[status]}`);
    };

    it('B1 every date is marked, but days off and holidays where that is said', async () => {
      const [one, two] = [await planned(), await planned()];
      const all = await bulk({ employeeIds: [one] });
      expect(all.results.map(told)).to.deep.equal([[one, '06 07 08 09', 0, '']]);
      const skip = { skipDaysOff: true, skipHolidays: true };
      const some = await bulk({ employeeIds: [two, one], ...skip });
      expect(some.results.map(told)).to.deep.equal([
        [two, '06', 0, '07 08 09'],
        [one, '', 1, '07 08 09'],
      ]);
      expect(some.changedCount).to.equal(1);
      expect(await statuses(two)).to.deep.equal([
        '06 ON_LEAVE',
        '07 DAY_OFF',
        '08 DAY_OFF',
        '09 HOLIDAY',
      ]);
    });

    it('B2 only judged, it says what would change and records nothing', async () => {
      const employeeId = await planned();
      const before = await statuses(employeeId);
      const request = { employeeIds: [employeeId], skipDaysOff: true };
      const judged = await bulk({ ...request, validateOnly: true });
      expect(judged.results.map(told)).to.deep.equal([[employeeId, '06 09', 0, '07 08']]);
      expect(await statuses(employeeId)).to.deep.equal(before);
      expect((await bulk(request)).results).to.deep.equal(judged.results);
      const again = await bulk({ ...request, validateOnly: true });
      expect(again.results.map(told)).to.deep.equal([[employeeId, '', 2, '07 08']]);
    });

    it('B3 a repetition undoes nothing that somebody did since; another request does', async () => {
      const employeeId = await planned();
      const request = { employeeIds: [employeeId], requestId: crypto.randomUUID() };
      await bulk(request);
      await client().markAttendance({ employeeId, date: RANGE.startDate, status: PRESENT });
      const again = await bulk(request);
      expect(again.results.map(told)).to.deep.equal([[employeeId, '', 4, '']]);
      expect((await statuses(employeeId))[0]).to.equal('06 PRESENT');
      const other = await bulk({ ...request, status: PRESENT });
      expect(other.results[0]?.error?.message).to.match(/request/);
      const anew = await bulk({ employeeIds: [employeeId] });
      expect(anew.results.map(told)).to.deep.equal([[employeeId, '06', 3, '']]);
    });

    it('B4 of a group; who is not known fails alone and is not added', async () => {
      const groupId = something();
      const members = [await planned(groupId), await planned(groupId)].sort();
      const done = await bulk({ groupId });
      expect(done.results.map(({ employeeId }) => employeeId)).to.deep.equal(members);
      const nobody = somebody();
      const { results } = await bulk({ employeeIds: [nobody, ...members] });
      expect(results.map(({ error }) => error?.code ?? 0)).to.deep.equal([5, 0, 0]);
      const unknown = client().getAttendance({ employeeId: nobody, date: DAY });
      expect((await refusalOf(unknown)).reason).to.equal('EMPLOYEE_NOT_FOUND');
    });

    it('B5 the way back: all marks of the days are withdrawn, once', async () => {
      const employeeId = await planned();
      const before = await statuses(employeeId);
      await bulk({ employeeIds: [employeeId] });
      const request = { ...RANGE, employeeIds: [employeeId], reason: 'wrong people' };
      const judged = await client().bulkClearAttendance({ ...request, validateOnly: true });
      const cleared = await client().bulkClearAttendance(request);
      expect(cleared).to.deep.equal(judged);
      expect(cleared.results.map(told)).to.deep.equal([[employeeId, '06 07 08 09', 0, '']]);
      expect(await statuses(employeeId)).to.deep.equal(before);
      const again = await client().bulkClearAttendance(request);
      expect(again.results.map(told)).to.deep.equal([[employeeId, '', 4, '']]);
      const history = { employeeId, date: RANGE.startDate };
      const { revisions } = await client().listAttendanceRevisions(history);
      expect(revisions.map(({ reason }) => reason)).to.deep.equal(['', 'wrong people']);
    });

    it('B6 more than one transaction: 12 employees and 100 dates', async () => {
      const employeeIds = Array.from({ length: 12 }, () => somebody());
      for (const id of employeeIds)
        await serviceOf().roster.createEmployee({ employee: { employeeId: id } });
      const range = { startDate: '2026-03-01', endDate: '2026-06-08' };
      const { changedCount } = await bulk({ employeeIds, ...range });
      expect(changedCount).to.equal(1200);
      const again = await bulk({ employeeIds, ...range });
      expect(again.changedCount).to.equal(0);
    });

    for (const [id, request, fields] of [
      ['B7 neither employees nor a group', {}, ['employee_ids']],
      ['B8 employees and a group', { employeeIds: ['a'], groupId: 'g' }, ['employee_ids']],
      ['B9 too many days', { employeeIds: ['a'], endDate: '2050-01-01' }, ['end_date']],
      ['B10 an end before the start', { employeeIds: ['a'], endDate: '2026-01-01' }, ['end_date']],
      ['B11 one employee twice', { employeeIds: ['a', 'a'] }, ['employee_ids']],
      [
        'B12 a kind of what is no leave',
        { employeeIds: ['a'], status: PRESENT, leaveTypeId: 'x' },
        ['leave_type_id'],
      ],
    ] as const satisfies readonly (readonly [string, Bulk, readonly string[]])[]) {
      it(`${id}: refused`, async () => {
        expect((await refusalOf(bulk(request))).fields).to.deep.equal(fields);
      });
    }
  });

  describe('imports of marks', () => {
    const { WHOLE_DAY } = DayPortion;
    const { ABSENT, REMOTE } = AttendanceStatus;

    interface Told {
      readonly status?: AttendanceStatus;
      readonly portion?: DayPortion;
      readonly importId?: string;
      readonly date?: string;
      readonly requestId?: string;
    }

    const mark = async (employeeId: string, told: Told = {}) =>
      await client().markAttendance({ employeeId, date: DAY, status: PRESENT, ...told });
    const undo = async (importId: string, maxMarks = 0) => {
      const request = { importId, reason: 'wrong file', maxMarks };
      const { markImport } = await client().voidMarkImport(request);
      return [Number(markImport?.markCount), Number(markImport?.standingCount)];
    };
    const seen = async (employeeId: string, date = DAY) => {
      const { attendance } = await client().getAttendance({ employeeId, date });
      const word = (status = 0) => AttendanceStatus[status];
      const other =
        attendance?.otherHalfStatus === 0 ? '' : `/${word(attendance?.otherHalfStatus)}`;
      return `${word(attendance?.status)}${other}`;
    };

    it('I1 its marks are taken back once; the history says so', async () => {
      const [employeeId, importId] = [somebody(), something()];
      await mark(employeeId, { importId });
      expect(await undo(importId)).to.deep.equal([1, 0]);
      expect(await seen(employeeId)).to.equal('UNSCHEDULED');
      expect(await undo(importId)).to.deep.equal([1, 0]);
      const history = { employeeId, date: DAY };
      const { revisions } = await client().listAttendanceRevisions(history);
      expect(revisions.map(({ cause, reason }) => [cause, reason])).to.deep.equal([
        [1, ''],
        [7, 'wrong file'],
      ]);
    });

    const CASES: readonly [id: string, before: Told[], since: Told[], is: string][] = [
      ['I2 what it had replaced is there again', [{ status: ON_LEAVE }], [], 'ON_LEAVE'],
      ['I3 what somebody marked since stays', [], [{ status: REMOTE }], 'REMOTE'],
      ['I4 the same, marked by somebody since, stays', [], [{ status: PRESENT }], 'PRESENT'],
      [
        'I5 half of the day, marked since, stays; its other half is not the import’s any more',
        [],
        [{ status: ABSENT, portion: FIRST_HALF }],
        'ABSENT',
      ],
      [
        'I6 both halves of before are there again',
        [
          { status: ABSENT, portion: FIRST_HALF },
          { status: REMOTE, portion: SECOND_HALF },
        ],
        [],
        'REMOTE/ABSENT',
      ],
      [
        'I7 a half of before, and the other half of since',
        [{ status: REMOTE, portion: WHOLE_DAY }],
        [{ status: ABSENT, portion: SECOND_HALF }],
        'ABSENT/REMOTE',
      ],
    ];
    for (const [id, before, since, is] of CASES) {
      it(id, async () => {
        const [employeeId, importId] = [somebody(), something()];
        for (const told of before) await mark(employeeId, told);
        await mark(employeeId, { importId });
        for (const told of since) await mark(employeeId, told);
        expect(await undo(importId)).to.deep.equal([1, 0]);
        expect(await seen(employeeId)).to.equal(is);
      });
    }

    it('I8 a clearing since stays one', async () => {
      const [employeeId, importId] = [somebody(), something()];
      await mark(employeeId, { status: ON_LEAVE });
      await mark(employeeId, { importId });
      await client().clearAttendance({ employeeId, date: DAY, reason: 'nobody knows' });
      await undo(importId);
      expect(await seen(employeeId)).to.equal('UNSCHEDULED');
    });

    it('I9 two imports of one day, taken back in any order', async () => {
      const [one, two, a, b] = [somebody(), somebody(), something(), something()];
      for (const employeeId of [one, two]) {
        await mark(employeeId, { importId: a, status: REMOTE });
        await mark(employeeId, { importId: b });
      }
      await undo(a, 1);
      expect(await seen(one)).to.equal('PRESENT');
      await Promise.all([undo(a), undo(b)]);
      await Promise.all([undo(a), undo(b)]);
      expect([await seen(one), await seen(two)]).to.deep.equal(['UNSCHEDULED', 'UNSCHEDULED']);
    });

    it('I10 step by step, by two at once; each mark is taken back once', async () => {
      const [employeeId, importId] = [somebody(), something()];
      const requests = Array.from({ length: 28 }, (_, day) => ({
        employeeId,
        date: `2026-02-${String(day + 1).padStart(2, '0')}`,
        status: PRESENT,
        importId,
      }));
      await client().batchMarkAttendance({ requests });
      expect(await undo(importId, 10)).to.deep.equal([28, 18]);
      while ((await Promise.all([undo(importId, 5), undo(importId, 7)])).some(([, left]) => left));
      const range = { employeeId, startDate: '2026-02-01', endDate: '2026-02-28' };
      expect((await client().listAttendance(range)).attendances).to.deep.equal([]);
      const history = { employeeId, date: '2026-02-14' };
      expect((await client().listAttendanceRevisions(history)).revisions).to.have.length(2);
    });

    it('I15 more marks of one day than a step takes back: the day follows those that are left', async () => {
      const [employeeId, importId] = [somebody(), something()];
      await mark(employeeId, { status: ON_LEAVE });
      const requests = Array.from({ length: 130 }, (_, n) => ({
        employeeId,
        date: DAY,
        status: n % 2 === 0 ? PRESENT : ABSENT,
        portion: n === 0 ? WHOLE_DAY : n % 3 === 0 ? FIRST_HALF : SECOND_HALF,
        importId,
      }));
      await client().batchMarkAttendance({ requests });
      const before = await seen(employeeId);
      expect(await undo(importId)).to.deep.equal([130, 30]);
      expect(await seen(employeeId)).to.equal(before);
      expect(await undo(importId)).to.deep.equal([130, 0]);
      expect(await seen(employeeId)).to.equal('ON_LEAVE');
    });

    it('I11 a repeated request of a mark that was taken back is refused, with the way out', async () => {
      const [employeeId, importId] = [somebody(), something()];
      const told = { importId, requestId: crypto.randomUUID() };
      await mark(employeeId, told);
      // The same request, in whichever import it is told again.
      await mark(employeeId, { ...told, importId: something() });
      await undo(importId);
      expect((await refusalOf(mark(employeeId, told))).reason).to.equal('MARK_VOIDED');
      await mark(employeeId, { importId });
      expect(await undo(importId)).to.deep.equal([2, 0]);
    });

    it('I12 is listed, the newest first, page by page', async () => {
      const ids = [something(), something(), something()];
      for (const importId of ids) await mark(somebody(), { importId });
      const found: string[] = [];
      let pageToken = '';
      do {
        const page = await client().listMarkImports({ pageSize: 2, pageToken });
        found.push(...page.markImports.map(({ importId }) => importId));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(found.filter((id) => ids.includes(id))).to.deep.equal(ids.toReversed());
    });

    it('I13 one that is not known is refused', async () => {
      expect((await refusalOf(undo('none-such'))).reason).to.equal('IMPORT_NOT_FOUND');
    });

    it('I14 marks of many days can be an import', async () => {
      const [employeeId, importId] = [somebody(), something()];
      await serviceOf().roster.createEmployee({ employee: { employeeId } });
      const range = { startDate: DAY, endDate: '2026-03-04' };
      const request = { employeeIds: [employeeId], ...range, status: REMOTE, importId };
      await client().bulkMarkAttendance(request);
      expect(await undo(importId)).to.deep.equal([3, 0]);
    });
  });
}
