// Whatever the roster, the punches and the marks: the totals are what the days say, added up without
// the totals' own code; in any order; and nothing of a date is counted twice or left out.

import { expect } from 'chai';
import fc from 'fast-check';
import { derive } from '../../../src/domain/engine/derive.js';
import { present } from '../../../src/domain/engine/present.js';
import type { Attendance, Declaration, Status } from '../../../src/domain/facts/day.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { timelineOf } from '../../../src/domain/facts/punch.js';
import { dayHolidayOf } from '../../../src/domain/roster/day-holiday.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { balanceSecondsOf, creditedSecondsOf } from '../../../src/domain/timesheet/credit.js';
import { NO_EXTRA_TIME, type TimesheetDay } from '../../../src/domain/timesheet/extra-time.js';
import {
  STATUS_TOTALS,
  type TimesheetTotals,
  totalPartsOf,
  totalsOf,
} from '../../../src/domain/timesheet/totals.js';
import { runs } from '../../support/runs.js';
import { anyDeclaration, DAY, type Scenario, scenarios } from '../support/arbitraries.js';

interface Sheet {
  readonly scenario: Scenario;
  readonly declarations: readonly (Declaration | undefined)[];
  readonly now: Instant;
}

const anySheet: fc.Arbitrary<Sheet> = scenarios().chain((scenario) =>
  fc.record({
    scenario: fc.constant(scenario),
    declarations: fc.array(fc.option(anyDeclaration, { nil: undefined }), {
      minLength: scenario.plans.length,
      maxLength: scenario.plans.length,
    }),
    now: fc
      .integer({ min: -2 * DAY, max: 20 * DAY })
      .map((seconds) => ((scenario.plans[0]?.start ?? 0) + seconds * 1000) as Instant),
  }),
);

function daysOf(
  { scenario, declarations, now }: Sheet,
  punches = scenario.punches,
): TimesheetDay[] {
  const timeline = timelineOf(punches);
  return scenario.plans.map((plan, place) => {
    const result = derive({ declaration: declarations[place], punches: timeline }, plan);
    const subject = { employeeId: 'e' as EmployeeId, employeeName: '', date: plan.date };
    const day = present(subject, { result, revision: 0, recordedAt: undefined }, now);
    return { day, holiday: dayHolidayOf(plan), extra: NO_EXTRA_TIME };
  });
}

function sum(days: readonly TimesheetDay[], of: (day: Attendance) => number): number {
  return days.reduce((all, { day }) => all + of(day), 0);
}

/** Added up from the days, in the words of the page of rules. */
function expectSums(days: readonly TimesheetDay[], { seconds, dates, anomalies }: TimesheetTotals) {
  expect(seconds.PLANNED).to.equal(sum(days, (day) => day.plannedSeconds));
  expect(seconds.WORKED).to.equal(sum(days, (day) => day.workedSeconds));
  expect(seconds.BREAK).to.equal(sum(days, (day) => day.onBreakSeconds));
  expect(seconds.UNCOUNTED).to.equal(sum(days, (day) => day.uncountedSeconds));
  expect(seconds.LATE).to.equal(sum(days, (day) => day.lateBySeconds));
  expect(seconds.EARLY).to.equal(sum(days, (day) => day.earlyBySeconds));
  expect(seconds.SHORTFALL).to.equal(sum(days, (day) => day.shortBySeconds));
  expect(dates.LATE_DATES).to.equal(sum(days, (day) => (day.lateBySeconds > 0 ? 1 : 0)));
  expect(dates.EARLY_DATES).to.equal(sum(days, (day) => (day.earlyBySeconds > 0 ? 1 : 0)));
  expect(dates.OPEN_DATES).to.equal(sum(days, (day) => (day.final ? 0 : 1)));
  expect(anomalies.reduce((all, one) => all + one.dates, 0)).to.equal(
    sum(days, (day) => day.anomalies.length),
  );
}

/** A date is two halves of statuses, or one if half of it was missed. */
function expectEachDateOnce(days: readonly TimesheetDay[], { halves, leaves }: TimesheetTotals) {
  const all = STATUS_TOTALS.reduce((total, kind) => total + halves[kind], 0);
  const missed = days.reduce((total, { day, holiday }) => {
    const isHalfHoliday = holiday?.portion?.endsWith('HALF') === true;
    return (
      total + (day.status === 'HALF_DAY' && day.portion === 'WHOLE_DAY' && !isHalfHoliday ? 1 : 0)
    );
  }, 0);
  expect(all).to.equal(days.length * 2 - missed);
  expect(leaves.reduce((total, leave) => total + leave.halves, 0)).to.equal(halves.ON_LEAVE);
}

function expectBalance(days: readonly TimesheetDay[], { seconds, leaves }: TimesheetTotals) {
  const over = days.filter(({ day }) => day.final);
  const credited = over.reduce((total, day) => total + creditedSecondsOf(day), 0);
  expect(seconds.BALANCE).to.equal(
    sum(over, (day) => day.workedSeconds) + credited - sum(over, (day) => day.plannedSeconds),
  );
  expect(leaves.reduce((total, leave) => total + leave.seconds, 0)).to.be.at.most(seconds.CREDITED);
  for (const each of days) {
    expect(creditedSecondsOf(each)).to.be.within(0, each.day.plannedSeconds);
    expect(balanceSecondsOf(each) === undefined).to.equal(!each.day.final);
  }
}

/** A day alone, without halves: it counts for its status, twice half of it. */
function expectStatus({ day, holiday, extra }: TimesheetDay) {
  if (day.portion !== 'WHOLE_DAY' || holiday?.portion?.endsWith('HALF')) return;
  const { halves } = totalsOf([{ day, holiday, extra }]);
  const expected: Partial<Record<Status, number>> =
    day.status === 'HALF_DAY' ? { PRESENT: 1 } : { [day.status]: 2 };
  for (const kind of STATUS_TOTALS) expect(halves[kind], kind).to.equal(expected[kind] ?? 0);
}

describe('totals of any timesheet', () => {
  it('are what the days say, each date once', () => {
    fc.assert(
      fc.property(anySheet, (sheet) => {
        const days = daysOf(sheet);
        const totals = totalsOf(days);
        expectSums(days, totals);
        expectEachDateOnce(days, totals);
        expectBalance(days, totals);
        for (const day of days) expectStatus(day);
      }),
      { numRuns: runs(80) },
    );
  });

  it('are the same in whatever order facts arrive, and days are added up', () => {
    fc.assert(
      fc.property(anySheet, fc.integer(), (sheet, turn) => {
        const { punches } = sheet.scenario;
        const at = punches.length === 0 ? 0 : Math.abs(turn) % punches.length;
        const later = [...punches.slice(at), ...punches.slice(0, at)].reverse();
        const days = daysOf(sheet);
        expect(totalsOf(daysOf(sheet, later).reverse())).to.deep.equal(totalsOf(days));
      }),
      { numRuns: runs(80) },
    );
  });

  it('are explained by dates that add up to them', () => {
    fc.assert(
      fc.property(anySheet, (sheet) => {
        const days = daysOf(sheet);
        const totals = totalsOf(days);
        const known: Readonly<Record<string, number>> = {
          ...totals.seconds,
          ...totals.halves,
          ...totals.dates,
        };
        const explained = new Map<string, number>();
        for (const { key, parts } of totalPartsOf(days)) {
          const amount = parts.reduce((all, part) => all + part.amount, 0);
          if (key.kind in known) explained.set(key.kind, amount);
          if (key.kind === 'ANOMALY') {
            const found = totals.anomalies.find(({ anomaly }) => anomaly === key.anomaly);
            expect(found?.dates).to.equal(amount);
          }
          if (key.kind === 'LEAVE_TIME') {
            const found = totals.leaves.find(({ leaveTypeId }) => leaveTypeId === key.leaveTypeId);
            expect(found?.seconds).to.equal(amount);
          }
        }
        for (const [kind, amount] of Object.entries(known)) {
          expect(explained.get(kind) ?? 0, kind).to.equal(amount);
        }
      }),
      { numRuns: runs(80) },
    );
  });
});
