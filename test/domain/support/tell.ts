// A day told in lines: what it comes to, and everything that is said to explain it.

import { derive } from '../../../src/domain/engine/derive.js';
import { presentResult } from '../../../src/domain/engine/present.js';
import { explain } from '../../../src/domain/explain/explain.js';
import type { Finding } from '../../../src/domain/explain/finding.js';
import { declarationOf } from '../../../src/domain/facts/declaration.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { flagEventIdConflicts, timelineOf } from '../../../src/domain/facts/punch.js';
import { plan } from '../../../src/domain/roster/plan.js';
import { Notation, sayLength } from './notation.js';
import { type Case, EMPLOYEE } from './scenario.js';
import { datesOf, valuesOf } from './scenario-values.js';

/** What a day is made of, as acceptance cases say it. */
export type Told = Omit<Case, 'id' | 'title' | 'source' | 'days'>;

/** The lines of one date, `D` unless given. */
export function tell(told: Told, date = 'D'): readonly string[] {
  const row: Case = {
    id: '',
    title: '',
    source: '',
    days: { [date]: { status: 'PRESENT' } },
    ...told,
  };
  const notation = new Notation(row);
  const values = valuesOf(row);
  const { firstDay, lastDay } = datesOf(row);
  for (let epochDay = firstDay; epochDay <= lastDay; epochDay += 1) {
    const dayPlan = plan(values.roster, values.employee, epochDay);
    if (notation.sayDate(dayPlan.date) !== date) continue;
    const marks = values.marks
      .filter((mark) => mark.date === dayPlan.date)
      .map(({ status, portion, leaveTime }) => {
        const kindless = { leaveTypeId: undefined, note: '' } as const;
        return { kind: 'MARK', status, portion, leaveTime, ...kindless } as const;
      });
    const punches = flagEventIdConflicts(timelineOf(values.punches));
    const findings: Finding[] = [];
    const result = derive(
      { declaration: declarationOf(marks), punches },
      dayPlan,
      findings,
      values.now,
    );
    const subject = { employeeId: EMPLOYEE as EmployeeId, employeeName: '', date: dayPlan.date };
    const day = presentResult(subject, result, values.now, findings);
    const zone = dayPlan.shifts[0]?.zone ?? dayPlan.zone;
    const until = day.nextTransitionTime;
    return [
      [
        `${day.status} ${day.origin ?? '-'} ${sayLength(day.workedSeconds)}`,
        ...(day.portion === 'WHOLE_DAY'
          ? []
          : [`${day.portion}, other ${day.otherHalfStatus ?? '-'}`]),
        ...(day.onBreakSeconds > 0 ? [`on break ${sayLength(day.onBreakSeconds)}`] : []),
        ...(day.lateBySeconds > 0 ? [`late ${sayLength(day.lateBySeconds)}`] : []),
        ...(day.earlyBySeconds > 0 ? [`early ${sayLength(day.earlyBySeconds)}`] : []),
        ...day.shifts.map(({ shiftId, status }) => `${shiftId} ${status}`),
        ...day.anomalies,
        until === undefined ? 'final' : `until ${new Date(until).toISOString().slice(11, 19)}`,
      ].join('; '),
      ...findings.map((finding) => explain(finding, zone, dayPlan.date)),
    ];
  }
  throw new RangeError(`${date} is not among the dates`);
}
