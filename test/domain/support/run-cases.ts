// Runs acceptance cases through the pure engine: plan, derive, present. Every row is derived
// twice, the second time from its punches backwards and each of them sent twice, because a fact
// that comes late, out of order or twice must lead to the same days. And a row that does not say
// which date its D is must hold on every day of the week.

import { expect } from 'chai';
import { derive } from '../../../src/domain/engine/derive.js';
import { presentResult } from '../../../src/domain/engine/present.js';
import type { Finding } from '../../../src/domain/explain/finding.js';
import type { Attendance } from '../../../src/domain/facts/day.js';
import { declarationOf } from '../../../src/domain/facts/declaration.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { flagEventIdConflicts, type Punch, timelineOf } from '../../../src/domain/facts/punch.js';
import { type DayPlan, planDays } from '../../../src/domain/roster/plan.js';
import { expectDay, expectNothingWorked } from './day-view.js';
import { Notation } from './notation.js';
import { type Case, DEFAULT_DAY, EMPLOYEE } from './scenario.js';
import { type CaseValues, datesOf, valuesOf } from './scenario-values.js';

const DAY_MS = 86_400_000;

export function describeCases(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const row of cases) {
      it(`${row.id} ${row.title} (${row.source})`, () => {
        for (const day of daysOf(row)) runCase({ ...row, day });
      });
    }
  });
}

function daysOf(row: Case): readonly string[] {
  if (row.day !== undefined) return [row.day];
  const first = Date.parse(DEFAULT_DAY);
  return Array.from({ length: 7 }, (_, index) =>
    new Date(first + index * DAY_MS).toISOString().slice(0, 10),
  );
}

function runCase(row: Case): void {
  const notation = new Notation(row);
  const values = valuesOf(row);
  const { firstDay, lastDay } = datesOf(row);
  const unmet = new Set(Object.keys(row.days));
  for (const plan of planDays(values.roster, values.employee, firstDay, lastDay)) {
    const date = notation.sayDate(plan.date);
    const findings: Finding[] = [];
    const day = dayOf(values, plan, values.punches, findings);
    if (unmet.delete(date)) expectDay(row, date, day, findings);
    else expectNothingWorked(date, day);
    const again = [...values.punches, ...values.punches].reverse();
    expect(dayOf(values, plan, again, []), 'the same punches again').to.deep.equal(day);
  }
  expect([...unmet], 'dates that were not worked out').to.deep.equal([]);
}

function dayOf(
  values: CaseValues,
  plan: DayPlan,
  punches: readonly Punch[],
  trace: Finding[],
): Attendance {
  const marks = values.marks
    .filter(({ date }) => date === plan.date)
    .map(({ status, portion, leaveTime }) => {
      const kindless = { leaveTypeId: undefined, note: '' } as const;
      return { kind: 'MARK', status, portion, leaveTime, ...kindless } as const;
    });
  const facts = {
    declaration: declarationOf(marks),
    punches: flagEventIdConflicts(timelineOf(punches)),
  };
  const subject = { employeeId: EMPLOYEE as EmployeeId, employeeName: '', date: plan.date };
  return presentResult(subject, derive(facts, plan, trace, values.now), values.now, trace);
}
