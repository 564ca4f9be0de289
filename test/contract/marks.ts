// The contract of marks beyond a day's status, whatever the cache: kinds of leave.

import { expect } from 'chai';
import { AttendanceStatus, DayPortion } from '../../gen/attendance/v1/attendance_pb.js';
import type { MarkAttendanceRequest } from '../../gen/attendance/v1/attendance_service_pb.js';
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
}
