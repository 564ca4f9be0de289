// The contract of overtime and premiums, whatever the cache: rules in a policy, and the sheets that
// follow from them.

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { expect } from 'chai';
import { OvertimeBasis, Weekday } from '../../gen/attendance/v1/extra_time_pb.js';
import { PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import type { PolicySchema } from '../../gen/attendance/v1/roster_pb.js';
import type { Timesheet, TimesheetDay } from '../../gen/attendance/v1/timesheet_pb.js';
import { TimesheetService, TimesheetView } from '../../gen/attendance/v1/timesheet_service_pb.js';
import { refusalOf, type TestService } from '../support/service.js';
import { momentBehind } from '../support/wait-until.js';
import { Asking, at, something } from './asking.js';
import { somebody } from './contract.js';

const HOUR = 3600n;
const hours = (count: number) => ({ seconds: BigInt(count) * HOUR });
const { DAY, WEEK, ALL_WORK } = OvertimeBasis;

/** Beyond 8 h a day, then beyond 32 h a week; nights, and Sundays beside them. */
const RULES = {
  overtimeRules: [
    {
      ruleId: 'daily',
      basis: DAY,
      after: hours(8),
      tolerance: { seconds: 600n },
      tiers: [{ label: 'first', length: hours(1), percent: 125 }, { label: 'rest' }],
    },
    { ruleId: 'weekly', basis: WEEK, after: hours(32), tiers: [{ percent: 150 }] },
  ],
  premiumRules: [
    { ruleId: 'night', startTimeOfDay: '22:00', endTimeOfDay: '06:00', percent: 25 },
    { ruleId: 'sunday', dates: { weekdays: [Weekday.SUNDAY] }, percent: 50, added: true },
  ],
  undertimeTolerance: { seconds: 0n },
} satisfies MessageInitShape<typeof PolicySchema>;

interface Lines {
  readonly overtime: Timesheet['days'][number]['overtime'];
  readonly premiums: Timesheet['days'][number]['premiums'];
  readonly undertimeDuration?: Duration | undefined;
}

/** `daily/first 125% 1`, in hours. */
function linesOf({ overtime, premiums, undertimeDuration }: Lines): readonly string[] {
  const said = (name: string, percent: number, length: Duration | undefined) =>
    `${name} ${percent}% ${Number(length?.seconds ?? 0n) / 3600}`;
  const missing = Number(undertimeDuration?.seconds ?? 0n);
  return [
    ...overtime.map((each) => said(`${each.ruleId}/${each.label}`, each.percent, each.duration)),
    ...premiums.map((each) => said(each.ruleId, each.percent, each.duration)),
    ...(missing === 0 ? [] : [`undertime ${missing / 3600}`]),
  ];
}

/** The lines of days added up, by name; in any order. */
function addedUp(days: readonly TimesheetDay[]): readonly string[] {
  const sums = new Map<string, number>();
  for (const line of days.flatMap(linesOf)) {
    const [, name = '', length] = /^(.*) (\S+)$/.exec(line) ?? [];
    sums.set(name, (sums.get(name) ?? 0) + Number(length));
  }
  return [...sums].map(([name, length]) => `${name} ${length}`).sort();
}

export function describeOvertime(serviceOf: () => TestService): void {
  const asking = new Asking(serviceOf);
  const roster = () => serviceOf().roster;

  const sheetOf = async (employeeId: string, from: string, to: string, more: object = {}) => {
    const request = { employeeId, startDate: `2026-03-${from}`, endDate: `2026-03-${to}`, ...more };
    const { timesheet } = await serviceOf().timesheets.getTimesheet(request);
    return timesheet ?? expect.fail('no timesheet');
  };
  const totalsOf = ({ totals }: Timesheet) => linesOf(totals ?? expect.fail('no totals'));
  /** From `02T08:00 IN`. */
  const punch = async (employeeId: string, ...told: readonly string[]) => {
    const punches = told.map((text) => {
      const [time = '', kind = ''] = text.split(' ');
      const which = PunchKind[kind as keyof typeof PunchKind];
      return { employeeId, time: at(`2026-03-${time}`), kind: which };
    });
    await serviceOf().clock.recordPunches({ punches });
  };
  const team = async () => {
    const [groupId, policyId] = [something(), something()];
    await roster().setPolicy({ policy: { policyId, groupIds: [groupId], ...RULES } });
    const employeeId = somebody();
    const employee = { employeeId, groupId, timeZone: 'UTC', defaultShiftId: await asking.shift() };
    await roster().createEmployee({ employee });
    return { groupId, policyId, employeeId };
  };
  /** Five days of 9 h, the last one a night into the Saturday; and a Sunday night. */
  const week = async (employeeId: string) => {
    for (const day of ['02', '03', '04', '05']) {
      await punch(employeeId, `${day}T07:00 IN`, `${day}T16:00 OUT`);
    }
    await punch(employeeId, '06T17:00 IN', '07T02:00 OUT');
    await punch(employeeId, '08T20:00 IN', '09T01:00 OUT');
  };

  describe('overtime and premiums', () => {
    it('O1 are in the sheet, by day and in all, in three protocols and both views', async () => {
      const { groupId, employeeId } = await team();
      await week(employeeId);
      const sheet = await sheetOf(employeeId, '02', '08', { includeExplanations: true });
      expect(sheet.days.map(linesOf)).to.deep.equal([
        ...Array.from({ length: 4 }, () => ['daily/first 125% 1']),
        ['daily/first 125% 1', 'weekly/ 150% 8', 'night 25% 4'],
        ['undertime 8'],
        ['weekly/ 150% 5', 'night 25% 3', 'sunday 50% 4', 'undertime 3'],
      ]);
      expect(totalsOf(sheet)).to.deep.equal([
        'daily/first 125% 5',
        'weekly/ 150% 13',
        'night 25% 7',
        'sunday 50% 4',
        'undertime 11',
      ]);
      const explained = (total: string) =>
        sheet.explanations.find((each) => each.total === total)?.parts.map(({ date }) => date);
      expect(explained('overtime[daily/first 125%].duration')).to.have.length(5);
      expect(explained('overtime[weekly 150%].duration')).to.deep.equal([
        '2026-03-06',
        '2026-03-08',
      ]);
      expect(explained('premiums[night 25%].duration')).to.deep.equal(['2026-03-06', '2026-03-08']);
      expect(explained('undertime_duration')).to.deep.equal(['2026-03-07', '2026-03-08']);
      const { baseUrl } = serviceOf();
      const period = { groupId, startDate: '2026-03-02', endDate: '2026-03-08' };
      for (const transport of [
        createGrpcTransport({ baseUrl }),
        createGrpcWebTransport({ baseUrl, httpVersion: '1.1' }),
        createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false }),
      ]) {
        const sheets = createClient(TimesheetService, transport);
        const { timesheets } = await sheets.listTimesheets(period);
        expect(timesheets).to.deep.equal([{ ...sheet, explanations: [] }]);
        const totals = await sheets.listTimesheets({ ...period, view: TimesheetView.TOTALS });
        expect(totals.timesheets.map((each) => each.totals)).to.deep.equal([sheet.totals]);
      }
    });

    it('O2 of a period are the sums of its parts, wherever it is cut in a week', async () => {
      const { employeeId } = await team();
      await week(employeeId);
      const whole = await sheetOf(employeeId, '01', '20');
      for (const [last, next] of [
        ['04', '05'],
        ['06', '07'],
        ['07', '08'],
      ] as const) {
        const [first, second] = [
          await sheetOf(employeeId, '01', last),
          await sheetOf(employeeId, next, '20'),
        ];
        expect([...first.days, ...second.days]).to.deep.equal(whole.days);
        expect(addedUp([...first.days, ...second.days])).to.deep.equal([...totalsOf(whole)].sort());
      }
    });

    it('O3 follow a late punch and another version at once, and are kept as of a time', async () => {
      const { policyId, groupId, employeeId } = await team();
      await week(employeeId);
      const weekend = () => sheetOf(employeeId, '06', '08').then(totalsOf);
      expect(await weekend()).to.include('weekly/ 150% 13');
      const asOfTime = await momentBehind();
      const before = await sheetOf(employeeId, '06', '08');
      // Less work before the period: the week is less full.
      const thursday = { startTime: at('2026-03-05T00:00'), endTime: at('2026-03-06T00:00') };
      const { punches } = await serviceOf().clock.listPunches({ employeeId, ...thursday });
      const punchIds = punches.map(({ punchId }) => punchId);
      await serviceOf().clock.voidPunch({ employeeId, punchIds, reason: 'not hers' });
      expect(await weekend()).to.include('weekly/ 150% 5');
      await roster().setPolicy({
        policy: {
          policyId,
          effectiveDate: '2026-03-08',
          groupIds: [groupId],
          overtimeRules: [
            { ruleId: 'free', basis: ALL_WORK, dates: { weekdays: [Weekday.SUNDAY] } },
          ],
        },
      });
      expect(await weekend()).to.deep.equal([
        'daily/first 125% 1',
        'free/ 0% 5',
        'night 25% 4',
        'undertime 8',
      ]);
      expect(await sheetOf(employeeId, '06', '08', { asOfTime })).to.deep.equal(before);
    });

    it('O4 rules come back as they were sent, and wrong ones are refused by field', async () => {
      const policyId = something();
      const sent = { policyId, weekStart: Weekday.SUNDAY, ...RULES };
      await roster().setPolicy({ policy: sent });
      const { policy } = await roster().getPolicy({ policyId });
      const [read = expect.fail('no version')] = policy?.versions ?? [];
      expect(read.overtimeRules.map(({ ruleId }) => ruleId)).to.deep.equal(['daily', 'weekly']);
      expect(read.premiumRules[0]).to.include({ ruleId: 'night', startTimeOfDay: '22:00' });
      expect([read.weekStart, read.undertimeTolerance?.seconds]).to.deep.equal([7, 0n]);
      const refused = async (policy: MessageInitShape<typeof PolicySchema>) =>
        (await refusalOf(roster().setPolicy({ policy: { policyId: something(), ...policy } })))
          .fields;
      const of = async (rule: object) =>
        await refused({ overtimeRules: [{ ruleId: 'r', basis: DAY, ...rule }] });
      expect(await of({ basis: 0 })).to.deep.equal(['policy.overtime_rules[0].basis']);
      expect(await of({ ruleId: 'a b' })).to.deep.equal(['policy.overtime_rules[0].rule_id']);
      expect(await of({ basis: WEEK })).to.deep.equal(['policy.overtime_rules[0].after']);
      expect(await of({ tiers: [{ percent: 1001 }] })).to.deep.equal([
        'policy.overtime_rules[0].tiers[0].percent',
      ]);
      expect(await of({ dates: { weekdays: [9] } })).to.deep.equal([
        'policy.overtime_rules[0].dates.weekdays[0]',
      ]);
      const half = { ruleId: 'r', startTimeOfDay: '22:00' };
      expect(await refused({ premiumRules: [half] })).to.deep.equal([
        'policy.premium_rules[0].end_time_of_day',
      ]);
    });

    it('O5 reach the first and the last date that there is', async () => {
      const { employeeId } = await team();
      for (const date of ['1900-01-01', '9999-12-31']) {
        const request = { employeeId, startDate: date, endDate: date };
        const { timesheet } = await serviceOf().timesheets.getTimesheet(request);
        expect(timesheet?.days).to.have.length(1);
      }
    });
  });
}
