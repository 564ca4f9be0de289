// The contract of policies, whatever the cache: whose days they rule, from when on, and the way back.

import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import type { Attendance } from '../../gen/attendance/v1/attendance_pb.js';
import type {
  CompareAttendanceResponse,
  DayComparison,
  EmployeeComparison,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { PunchKind, type PunchSchema } from '../../gen/attendance/v1/punch_pb.js';
import {
  DateAttribution,
  type PolicySchema,
  RoundingDirection,
  type ShiftSchema,
} from '../../gen/attendance/v1/roster_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { momentBehind } from '../support/wait-until.js';
import { Asking, anomaliesOf, at, DAY, minutesAgo, NEXT_DAY, onDay, something } from './asking.js';
import { type ContractOptions, itAtLength, somebody } from './contract.js';

const { START_DATE, END_DATE, SPLIT_AT_MIDNIGHT } = DateAttribution;
const THIRD_DAY = '2026-03-04';

function onNextDay(time: string) {
  return at(`${NEXT_DAY}T${time}`);
}

interface Comparison {
  readonly startDate: string;
  readonly endDate: string;
  readonly groupId?: string;
  readonly employeeIds?: string[];
  readonly policy?: MessageInitShape<typeof PolicySchema>;
  readonly shift?: MessageInitShape<typeof ShiftSchema>;
  readonly punches?: readonly MessageInitShape<typeof PunchSchema>[];
}

/** Rounds what was worked down to whole hours. */
const WHOLE_HOURS = {
  roundWorked: { direction: RoundingDirection.DOWN, step: { seconds: 3600n } },
};

export function describePolicies(serviceOf: () => TestService, options: ContractOptions): void {
  const atLength = itAtLength(options);
  const asking = new Asking(serviceOf);
  const roster = () => serviceOf().roster;

  const set = async (more: MessageInitShape<typeof PolicySchema> = {}) => {
    const policyId = something();
    const { policy, rosterChange } = await roster().setPolicy({ policy: { policyId, ...more } });
    expect(policy?.policyId).to.equal(more.policyId ?? policyId);
    return { policyId: more.policyId ?? policyId, rosterChange };
  };
  const added = async (more: object = {}) => {
    const employeeId = somebody();
    await roster().createEmployee({ employee: { employeeId, timeZone: 'UTC', ...more } });
    return employeeId;
  };
  /** Minutes worked on three dates, as every kind of read tells them. */
  const minutes = async (employeeId: string) => {
    const days: Attendance[] = [];
    for (const date of [DAY, NEXT_DAY, THIRD_DAY]) {
      days.push(await asking.everywhere(employeeId, date));
    }
    return days.map(({ workedDuration }) => Number(workedDuration?.seconds ?? 0n) / 60);
  };
  const said = async (name: string, employeeId: string, date: string) => {
    const request = { employeeId, date, includeExplanations: true };
    const { explanations } = await serviceOf().client.getAttendance(request);
    return explanations.filter(({ rule }) => rule === name).map(({ text }) => text);
  };
  const rulesOf = (employeeId: string, date: string) => said('POLICY_FOLLOWED', employeeId, date);

  /** What other rules would change, of all messages. */
  const comparison = async ({ policy, shift, punches, ...request }: Comparison) => {
    const proposal =
      punches !== undefined
        ? { case: 'punches' as const, value: { punches: [...punches] } }
        : policy === undefined
          ? { case: 'shift' as const, value: { shiftId: '', ...shift } }
          : { case: 'policy' as const, value: policy };
    const [days, employees]: [DayComparison[], EmployeeComparison[]] = [[], []];
    let last: CompareAttendanceResponse | undefined;
    for await (const part of serviceOf().client.compareAttendance({ ...request, proposal })) {
      days.push(...part.changedDays);
      employees.push(...part.employees);
      last = part;
    }
    expect(last?.done).to.equal(true);
    for (const { before, after } of days) expect(before).not.to.deep.equal(after);
    return { days, employees, totals: last?.totals };
  };

  describe('policies', () => {
    it('P1 rule the days of whoever has one, from its date on, and sessions stay whole', async () => {
      const ended = await set({
        policyName: 'By the end',
        offShiftRules: { attribution: END_DATE },
      });
      const employeeId = await added();
      await asking.record(employeeId, onDay('02:00'), onDay('05:00'));
      await asking.record(employeeId, onDay('22:00'), onNextDay('04:00'));
      await asking.record(employeeId, onNextDay('22:00'), at(`${THIRD_DAY}T06:00`));
      expect(await minutes(employeeId)).to.deep.equal([9 * 60, 8 * 60, 0]);
      // From the 3rd on: the night before, which goes on into it, began under the rules before.
      const policies = [{ startDate: NEXT_DAY, policyId: ended.policyId }];
      const { employee } = await roster().updateEmployee({ employee: { employeeId, policies } });
      expect(employee?.policies.map(({ policyId }) => policyId)).to.deep.equal([ended.policyId]);
      expect(await minutes(employeeId)).to.deep.equal([9 * 60, 0, 8 * 60]);
      expect(await rulesOf(employeeId, DAY)).to.deep.equal([]);
      expect(await rulesOf(employeeId, THIRD_DAY)).to.deep.equal([
        `Policy '${ended.policyId}' (By the end) applies: it is the employee's own.`,
      ]);
    });

    it('P2 rule the days of a group, and of whoever moves into it', async () => {
      const groupId = something();
      await set({ groupIds: [groupId], offShiftRules: { dayStart: '04:00' } });
      const [member, other] = [await added({ groupId }), await added()];
      for (const employeeId of [member, other]) {
        await asking.record(employeeId, onNextDay('00:30'), onNextDay('03:30'));
      }
      expect(await minutes(member)).to.deep.equal([180, 0, 0]);
      expect(await minutes(other)).to.deep.equal([0, 180, 0]);
      await roster().updateEmployee({ employee: { employeeId: other, groupId } });
      expect(await minutes(other)).to.deep.equal([180, 0, 0]);
      const updateMask = { paths: ['group_id'] };
      await roster().updateEmployee({ employee: { employeeId: member }, updateMask });
      expect(await minutes(member)).to.deep.equal([0, 180, 0]);
    });

    it('P15 that let a date begin at another time divide work there, and say so', async () => {
      const groupIds = [something()];
      const offShiftRules = { attribution: SPLIT_AT_MIDNIGHT };
      const { policyId } = await set({ groupIds, offShiftRules });
      const later = { attribution: SPLIT_AT_MIDNIGHT, dayStart: '04:00' };
      await set({ policyId, groupIds, offShiftRules: later, effectiveDate: NEXT_DAY });
      const employeeId = await added({ groupId: groupIds[0] });
      await asking.record(employeeId, onDay('22:00'), onNextDay('06:00'));
      expect(await minutes(employeeId)).to.deep.equal([360, 120, 0]);
      expect(await said('SPLIT_AT_MIDNIGHT', employeeId, NEXT_DAY)).to.deep.equal([
        'Of 8 h worked through 04:00, 2 h count for Tue 3 Mar.',
      ]);
    });

    it('P3 have versions by date, which can be taken back; the past stays as it was known', async () => {
      const groupId = something();
      const { policyId } = await set({ groupIds: [groupId] });
      const employeeId = await added({ groupId });
      await asking.record(employeeId, onDay('09:00'), onDay('10:40'));
      await asking.record(employeeId, onNextDay('09:00'), onNextDay('10:40'));
      await asking.record(employeeId, at(`${THIRD_DAY}T09:00`), at(`${THIRD_DAY}T10:40`));
      expect(await minutes(employeeId)).to.deep.equal([100, 100, 100]);
      const rounded = { policyId, groupIds: [groupId], offShiftRules: { workRules: WHOLE_HOURS } };
      await set({ ...rounded, effectiveDate: NEXT_DAY });
      await set({ policyId, groupIds: [groupId], effectiveDate: THIRD_DAY });
      expect(await minutes(employeeId)).to.deep.equal([100, 60, 100]);
      const { policy } = await roster().getPolicy({ policyId });
      expect(policy?.versions.map(({ effectiveDate }) => effectiveDate)).to.deep.equal([
        '',
        NEXT_DAY,
        THIRD_DAY,
      ]);
      const asOfTime = await momentBehind();
      const byDate = { case: 'effectiveDate' as const, value: THIRD_DAY };
      const deleted = await roster().deletePolicy({ policyId, versions: byDate });
      expect(await minutes(employeeId)).to.deep.equal([100, 60, 60]);
      await asking.swept(deleted.rosterChange);
      expect(await minutes(employeeId)).to.deep.equal([100, 60, 60]);
      expect((await asking.get(employeeId, THIRD_DAY, asOfTime)).workedDuration?.seconds).to.equal(
        6000n,
      );
      const then = await roster().getPolicy({ policyId, asOfTime });
      expect(then.policy?.versions).to.have.length(3);
      expect(then.policy?.etag).to.equal(policy?.etag);
      const now = await roster().getPolicy({ policyId });
      expect(now.policy?.versions).to.have.length(2);
      expect(now.policy?.etag).to.not.equal(policy?.etag);
      await roster().deletePolicy({ policyId, versions: { case: 'all', value: true } });
      expect(await minutes(employeeId)).to.deep.equal([100, 100, 100]);
      expect((await refusalOf(roster().getPolicy({ policyId }))).reason).to.equal(
        'POLICY_NOT_FOUND',
      );
      const again = roster().deletePolicy({ policyId, versions: { case: 'all', value: true } });
      expect((await refusalOf(again)).reason).to.equal('POLICY_NOT_FOUND');
    });

    it('P4 count the time of shifts that have no rules of their own', async () => {
      const { policyId } = await set({ workRules: WHOLE_HOURS });
      const policies = [{ policyId }];
      const [bare, own] = [await asking.shift(), await asking.shift({ workRules: {} })];
      const [under, exact] = [
        await added({ policies, defaultShiftId: bare }),
        await added({ policies, defaultShiftId: own }),
      ];
      for (const employeeId of [under, exact]) {
        await asking.record(employeeId, onDay('08:00'), onDay('15:50'));
      }
      expect(await minutes(under)).to.deep.equal([420, 0, 0]);
      expect(await minutes(exact)).to.deep.equal([470, 0, 0]);
      const shift = { shiftId: bare, workRules: {} };
      await roster().updateShift({ shift });
      expect(await minutes(under), 'rules of its own').to.deep.equal([470, 0, 0]);
      const updateMask = { paths: ['work_rules'] };
      await roster().updateShift({ shift: { shiftId: bare }, updateMask });
      expect(await minutes(under), 'none again').to.deep.equal([420, 0, 0]);
    });

    atLength(
      'P5 are refused where two would be for one group, and where they are not known',
      async () => {
        const groupId = something();
        const first = await set({ groupIds: [groupId], effectiveDate: NEXT_DAY });
        const second = { policyId: something(), groupIds: ['g', groupId] };
        const refused = await refusalOf(roster().setPolicy({ policy: second }));
        expect(refused.fields).to.deep.equal(['policy.group_ids[1]']);
        expect(refused.reason).to.equal('INVALID_FIELD');
        const unknown = { employeeId: somebody(), policies: [{ policyId: 'nope' }] };
        const stray = await refusalOf(roster().createEmployee({ employee: unknown }));
        expect(stray.fields).to.deep.equal(['employee.policies[0].policy_id']);
        const policy = { policyId: first.policyId, effectiveDate: NEXT_DAY };
        const stale = await refusalOf(roster().setPolicy({ policy, etag: '"0"' }));
        expect(stale.reason).to.equal('ETAG_MISMATCH');
        const odd = { policyId: something(), offShiftRules: { maxLength: { seconds: 60n } } };
        const field = 'policy.off_shift_rules.max_length';
        expect((await refusalOf(roster().setPolicy({ policy: odd }))).fields).to.deep.equal([
          field,
        ]);
      },
    );

    atLength(
      'P6 are changed once, however often a request is sent, and only when something changes',
      async () => {
        const policy = { policyId: something(), offShiftRules: { attribution: SPLIT_AT_MIDNIGHT } };
        const request = { policy, requestId: randomUUID(), reason: 'as agreed' };
        const tried = await roster().setPolicy({ ...request, validateOnly: true });
        expect([tried.policy?.etag, tried.rosterChange]).to.deep.equal(['', undefined]);
        const made = await roster().setPolicy(request);
        expect(await roster().setPolicy(request)).to.deep.equal(made);
        const same = await roster().setPolicy({ policy });
        expect([same.policy, same.rosterChange]).to.deep.equal([made.policy, undefined]);
        await roster().setPolicy({
          policy: { ...policy, offShiftRules: { attribution: START_DATE } },
        });
        expect(await roster().setPolicy(request), 'the first answer').to.deep.equal(made);
      },
    );

    it('P16 close what nobody ended, give way to a departure, and let people come again', async () => {
      const groupIds = [something()];
      const hour = { seconds: 3600n };
      const rule = { case: 'afterPlannedEnd' as const, value: hour };
      const { policyId } = await set({ groupIds, workRules: { autoClose: { rule } } });
      const { policy } = await roster().getPolicy({ policyId });
      const kept = policy?.versions[0]?.workRules?.autoClose?.rule;
      expect([kept?.case, kept?.value?.seconds]).to.deep.equal([rule.case, 3600n]);
      const shiftId = await asking.shift();
      const employeeId = await added({ groupId: groupIds[0], defaultShiftId: shiftId });
      await asking.record(employeeId, onDay('08:00'));
      const closed = await asking.everywhere(employeeId);
      expect(anomaliesOf(closed)).to.deep.equal(['AUTO_CLOSED']);
      expect([closed.workedDuration?.seconds, closed.final]).to.deep.equal([9n * 3600n, true]);
      expect((await said('AUTO_CLOSED', employeeId, DAY))[0]).to.match(
        /closed at 17:00 by the rule '1 h after the planned end at 16:00'/,
      );
      // Both are of the past; of a session that is closed, an arrival is another one.
      const back = await serviceOf().clock.clockIn({ employeeId, time: onDay('17:30') });
      expect(back.attendance?.sessions).to.have.length(2);
      await serviceOf().clock.clockOut({ employeeId, time: onDay('18:00') });
      expect(await minutes(employeeId)).to.deep.equal([9.5 * 60, 0, 0]);
      await asking.record(employeeId, onNextDay('08:00'));
      await serviceOf().clock.clockOut({ employeeId, time: onNextDay('17:15') });
      expect(await minutes(employeeId)).to.deep.equal([9.5 * 60, 9.25 * 60, 0]);
      expect(anomaliesOf(await asking.everywhere(employeeId, NEXT_DAY))).to.deep.equal([]);
      await set({ policyId, groupIds });
      expect(await minutes(employeeId)).to.deep.equal([10 * 60, 9.25 * 60, 0]);
    });

    atLength('P17 close nothing off shift, and nothing without a rule', async () => {
      const fieldsOf = async (more: MessageInitShape<typeof PolicySchema>) =>
        (await refusalOf(set(more))).fields;
      const closing = (seconds: bigint) => {
        return { autoClose: { rule: { case: 'afterArrival' as const, value: { seconds } } } };
      };
      const path = 'work_rules.auto_close';
      expect(await fieldsOf({ offShiftRules: { workRules: closing(60n) } })).to.deep.equal([
        `policy.off_shift_rules.${path}`,
      ]);
      expect(await fieldsOf({ workRules: closing(0n) })).to.deep.equal([
        `policy.${path}.after_arrival`,
      ]);
      expect(await fieldsOf({ workRules: { autoClose: {} } })).to.deep.equal([
        `policy.${path}.rule`,
      ]);
    });

    it('P10 refuse commands from outside the fence, where they say so', async () => {
      const { policyId } = await set({ refuseOutsideGeofence: true });
      const geofence = { latitude: 52.5, longitude: 13.4, radiusMeters: 100 };
      const times = { startTimeOfDay: '00:00', endTimeOfDay: '23:00' };
      const accept = { acceptBefore: { seconds: 0n }, acceptAfter: { seconds: 3500n } };
      const shiftId = await asking.shift({ ...times, ...accept, geofence });
      const policies = [{ policyId }];
      const [strict, lenient] = [
        await added({ defaultShiftId: shiftId, policies }),
        await added({ defaultShiftId: shiftId }),
      ];
      const { clock } = serviceOf();
      const time = minutesAgo(24 * 60);
      const far = { latitude: 52.6, longitude: 13.4 };
      const outside = { employeeId: strict, time, location: far };
      const refused = await refusalOf(clock.clockIn(outside));
      expect([refused.reason, refused.fields]).to.deep.equal(['INVALID_FIELD', ['location']]);
      await clock.clockIn({ employeeId: lenient, time, location: far });
      await clock.clockIn({ ...outside, location: { latitude: 52.5, longitude: 13.4 } });
    });

    it('P13 are never two for a group, whatever is taken back or simulated', async () => {
      const groupIds = [something()];
      const before = await set({ groupIds });
      const { policyId } = before;
      await set({ policyId, effectiveDate: NEXT_DAY });
      const other = await set({ groupIds, effectiveDate: THIRD_DAY });
      const deletion = (value: string) => ({
        policyId,
        versions: { case: 'effectiveDate' as const, value },
      });
      const refused = await refusalOf(roster().deletePolicy(deletion(NEXT_DAY)));
      expect([refused.reason, refused.fields]).to.deep.equal(['INVALID_FIELD', ['effective_date']]);
      const words = await roster().deletePolicy(deletion(NEXT_DAY)).catch(String);
      expect(words).to.include(
        `${groupIds[0]} follows policy ${other.policyId} from ${THIRD_DAY} on`,
      );
      const unknown = await refusalOf(roster().deletePolicy(deletion(DAY)));
      expect([unknown.code, unknown.reason]).to.deep.equal(['NotFound', 'POLICY_NOT_FOUND']);
      await roster().deletePolicy(deletion(''));
      await roster().deletePolicy(deletion(NEXT_DAY));
      const policies = [
        { policyId: 'a', groupIds },
        { policyId: 'b', groupIds, isDefault: true },
      ];
      const simulated = serviceOf().client.simulateAttendance({
        employee: { employeeId: '1', timeZone: 'UTC' },
        startDate: DAY,
        policies: [...policies, { policyId: 'c', isDefault: true, effectiveDate: DAY }],
      });
      expect((await refusalOf(simulated)).fields).to.deep.equal([
        'policies[0].group_ids[0]',
        'policies[1].group_ids[0]',
        'policies[1].is_default',
        'policies[2].is_default',
      ]);
    });

    it('P14 have their names without spaces around them', async () => {
      const { policyId } = await set({ policyName: ' Nights  ' });
      const { policy } = await roster().getPolicy({ policyId });
      expect(policy?.versions[0]?.policyName).to.equal('Nights');
    });

    atLength('P11 rule everybody by default, also who is known only from a punch', async () => {
      const employeeId = somebody();
      await asking.record(employeeId, onNextDay('00:30'), onNextDay('03:30'));
      expect(await minutes(employeeId)).to.deep.equal([0, 180, 0]);
      const policy = {
        policyId: something(),
        isDefault: true,
        offShiftRules: { dayStart: '04:00' },
      };
      const { rosterChange } = await roster().setPolicy({ policy });
      try {
        expect(await minutes(employeeId)).to.deep.equal([180, 0, 0]);
        expect(await rulesOf(employeeId, DAY)).to.deep.equal([
          `Policy '${policy.policyId}' applies: it is the default.`,
        ]);
        const second = await refusalOf(
          roster().setPolicy({ policy: { ...policy, policyId: something() } }),
        );
        expect(second.fields).to.deep.equal(['policy.is_default']);
        expect((await asking.swept(rosterChange)).employeesDone > 0n).to.equal(true);
        expect(await minutes(employeeId), 'stored').to.deep.equal([180, 0, 0]);
      } finally {
        const all = { case: 'all' as const, value: true };
        await roster().deletePolicy({ policyId: policy.policyId, versions: all });
      }
      expect(await minutes(employeeId)).to.deep.equal([0, 180, 0]);
    });

    atLength('P8 show what they would change before they are set, and set it then', async () => {
      const groupId = something();
      const [night, day] = [
        await added({ groupId, employeeName: 'Mia' }),
        await added({ groupId }),
      ];
      await asking.record(night, onDay('22:00'), onNextDay('05:50'));
      await asking.record(day, onDay('09:00'), onDay('12:00'));
      const policy = {
        policyId: something(),
        groupIds: [groupId],
        offShiftRules: { attribution: END_DATE, workRules: WHOLE_HOURS },
      };
      const range = { startDate: DAY, endDate: THIRD_DAY };
      const compared = await comparison({ ...range, groupId, policy });
      const seen = compared.days.map(({ before, after }) => [
        ...[before?.employeeId, before?.date],
        ...[before, after].map((each) => Number(each?.workedDuration?.seconds ?? 0n) / 60),
      ]);
      expect(seen).to.have.deep.members([
        [night, DAY, 470, 0],
        [night, NEXT_DAY, 0, 420],
      ]);
      const sums = compared.employees.map((each) => [
        ...[each.employeeId, each.employeeName, each.daysChanged],
        ...[each.workedBefore, each.workedAfter].map((length) => Number(length?.seconds ?? 0n)),
      ]);
      expect(sums).to.deep.equal([[night, 'Mia', 2, 28_200, 25_200]]);
      const { employees, employeesChanged, daysChanged } = compared.totals ?? {};
      expect([employees, employeesChanged, daysChanged]).to.deep.equal([2n, 1n, 2n]);
      expect(await minutes(night), 'nothing was stored').to.deep.equal([470, 0, 0]);
      await roster().setPolicy({ policy });
      const after = new Map(compared.days.map((each) => [each.after?.date, each.after]));
      for (const date of [DAY, NEXT_DAY]) {
        const { workedDuration, sessions, status } = await asking.everywhere(night, date);
        const foretold = after.get(date);
        expect([workedDuration, sessions, status]).to.deep.equal([
          foretold?.workedDuration,
          foretold?.sessions,
          foretold?.status,
        ]);
      }
      expect(
        (await comparison({ ...range, employeeIds: [night, day], policy })).days,
      ).to.deep.equal([]);
    });

    atLength('P12 show what days would become with more punches, and those do then', async () => {
      const employeeId = await added();
      await asking.record(employeeId, onDay('08:00'));
      const told = [
        { employeeId, time: onDay('08:00'), kind: PunchKind.IN },
        { employeeId, time: onDay('16:30'), kind: PunchKind.OUT },
        { employeeId, time: onNextDay('08:00'), kind: PunchKind.IN },
      ];
      const request = { startDate: DAY, endDate: THIRD_DAY, punches: told };
      const { days, totals } = await comparison(request);
      const seen = days.map(({ after }) => [after?.date, Number(after?.workedDuration?.seconds)]);
      expect(seen).to.deep.equal([
        [DAY, 8.5 * 3600],
        [NEXT_DAY, 0],
      ]);
      expect(Number(totals?.workedAfter?.seconds)).to.equal(8.5 * 3600);
      expect(await minutes(employeeId), 'nothing was stored').to.deep.equal([0, 0, 0]);
      await serviceOf().clock.recordPunches({ punches: told });
      expect(await minutes(employeeId)).to.deep.equal([8.5 * 60, 0, 0]);
      expect((await comparison(request)).days).to.deep.equal([]);
      const refused = async (more: Partial<Comparison>) =>
        (await refusalOf(comparison({ ...request, ...more }))).fields;
      expect(await refused({ groupId: 'g' })).to.deep.equal(['group_id']);
      const nameless = { time: onDay('08:00'), badgeId: '04:a2' };
      expect(await refused({ punches: [nameless] })).to.deep.equal([
        'punches.punches[0].employee_id',
      ]);
    });

    atLength(
      'P9 compare a shift with another version of it, and refuse what is not there',
      async () => {
        const shiftId = await asking.shift({ lateGrace: { seconds: 600n } });
        const employeeId = await added({ defaultShiftId: shiftId });
        await asking.record(employeeId, onDay('08:05'), onDay('16:00'));
        const range = { startDate: DAY, endDate: DAY, employeeIds: [employeeId] };
        const shift = { shiftId, lateGrace: { seconds: 0n } };
        // Nobody came on the next date: another grace changes nothing that is shown of it.
        const { days } = await comparison({ ...range, endDate: NEXT_DAY, shift });
        expect(days.map(({ after }) => [after?.date, after?.anomalies.length])).to.deep.equal([
          [DAY, 1],
        ]);
        const asked = serviceOf().client.compareAttendance({ startDate: DAY, endDate: DAY });
        const first = asked[Symbol.asyncIterator]().next();
        expect((await refusalOf(first)).fields).to.deep.equal(['proposal']);
        const refused = async (request: Comparison) => await refusalOf(comparison(request));
        const unknown = { ...range, shift: { shiftId: 'nope' } };
        expect((await refused(unknown)).reason).to.equal('SHIFT_NOT_FOUND');
        const nobody = { ...range, employeeIds: [somebody()], shift };
        expect((await refused(nobody)).reason).to.equal('EMPLOYEE_NOT_FOUND');
        const long = { ...range, endDate: '2027-03-03', shift };
        expect((await refused(long)).fields).to.deep.equal(['end_date']);
        expect((await refused({ ...range, groupId: 'g', shift })).fields).to.deep.equal([
          'group_id',
        ]);
      },
    );

    it('P7 say what a change was about, and who follows', async () => {
      const groupId = something();
      const employeeId = await added({ groupId });
      await asking.record(employeeId, onDay('22:00'), onNextDay('06:00'));
      const { policyId } = await set();
      const policy = { policyId, groupIds: [groupId], offShiftRules: { attribution: END_DATE } };
      const { rosterChange } = await roster().setPolicy({ policy, reason: 'by the end' });
      const change = await asking.swept(rosterChange);
      expect(change).to.include({ policyId, reason: 'by the end', employeesDone: 1n });
      expect(change.daysChanged).to.equal(2n);
      const groupsIn = (part: typeof change.before) => part?.policy?.versions[0]?.groupIds;
      expect([groupsIn(change.before), groupsIn(change.after)]).to.deep.equal([[], [groupId]]);
      const listed = await roster().listPolicies({ pageSize: 1000 });
      expect(listed.policies.find((each) => each.policyId === policyId)).to.deep.equal(
        change.after?.policy,
      );
    });
  });
}
