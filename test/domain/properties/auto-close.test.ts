// A rule that closes sessions changes nothing before it does, and leaves none open after.

import { expect } from 'chai';
import fc from 'fast-check';
import { BEFORE_ALL, workAt } from '../../../src/domain/engine/closing-forms.js';
import { derive } from '../../../src/domain/engine/derive.js';
import { presentResult, transitionsOf } from '../../../src/domain/engine/present.js';
import type { Attendance, DayResult, Session } from '../../../src/domain/facts/day.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { DayPlan } from '../../../src/domain/roster/plan.js';
import type { PlannedShift } from '../../../src/domain/roster/planned-shift.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { runs } from '../../support/runs.js';
import { anyDeclaration, scenarios } from '../support/arbitraries.js';

/** The plan as if no rule closed sessions. */
function withoutRule(plan: DayPlan): DayPlan {
  const plain = new Map(plan.near.map((planned) => [planned, plainShift(planned)]));
  const of = (planned: PlannedShift) => plain.get(planned) ?? plainShift(planned);
  return { ...plan, near: plan.near.map(of), shifts: plan.shifts.map(of) };
}

function plainShift(planned: PlannedShift): PlannedShift {
  const work = { ...planned.shift.work, autoClose: undefined };
  return { ...planned, shift: { ...planned.shift, work } };
}

function attendanceAt(result: DayResult, { date }: DayPlan, now: number): Attendance {
  const subject = { employeeId: '7' as EmployeeId, employeeName: '', date };
  return presentResult(subject, result, now as Instant);
}

/** What is told but for when it changes next. */
function told({ final: _, nextTransitionTime: __, sessions, ...rest }: Attendance): unknown {
  return { ...rest, sessions: sessions.map(({ autoClose: ___, ...session }) => session) };
}

function isClosed({ out, autoClose }: Session): boolean {
  return autoClose !== undefined && out === autoClose.at;
}

describe('the moments at which the clock changes a day', () => {
  it('are those that the day announces one after the other', () => {
    let closings = 0;
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const each of plans) {
          const result = derive({ declaration, punches: timeline }, each);
          const announced: number[] = [];
          for (let now = -8.64e15; ; ) {
            const { nextTransitionTime: next } = attendanceAt(result, each, now);
            if (next === undefined) break;
            announced.push(next);
            now = next;
          }
          expect(transitionsOf(result)).to.deep.equal(announced);
          closings += result.work.untilClosed?.length ?? 0;
        }
      }),
      { numRuns: runs(400) },
    );
    expect(closings).to.be.above(20);
  });
});

describe('a session that a rule closes', () => {
  it('is as without the rule before, and ended from then on', () => {
    let seen = 0;
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        const facts = { declaration, punches: timeline };
        for (const each of plans) {
          const result = derive(facts, each);
          const { untilClosed = [], sessions, anomalies } = result.work;
          const [first] = untilClosed;
          if (first === undefined) continue;
          for (const session of sessions) {
            if (session.autoClose !== undefined) expect(isClosed(session)).to.equal(true);
          }
          expect(anomalies).to.include('AUTO_CLOSED');
          const after = attendanceAt(result, each, untilClosed.at(-1)?.at ?? 0);
          const isOpen = sessions.some(({ out }) => out === undefined);
          if (!isOpen) expect(after.anomalies).to.not.include('MISSING_OUT');
          for (const { at, work } of untilClosed) {
            const open = work.sessions.filter(({ autoClose }) => (autoClose?.at ?? 0) >= at);
            expect(open.length).to.be.above(0);
            for (const { in: start = 0, autoClose, breaks } of open) {
              const last = breaks.at(-1);
              expect(autoClose?.at).to.be.above(last?.end ?? last?.start ?? start);
              expect(autoClose?.at).to.be.at.most(autoClose?.closesAt ?? 0);
            }
          }
          // An arrival after a closing begins a session that there would not be without the rule.
          if (workAt(result.work, BEFORE_ALL).sessions.some(isClosed)) continue;
          seen += 1;
          const plain = derive(facts, withoutRule(each));
          for (const now of [first.at - 1, each.start, first.at - 3_600_000]) {
            if (now >= first.at) continue;
            const [with_, without] = [result, plain].map((one) => attendanceAt(one, each, now));
            expect(with_ && told(with_)).to.deep.equal(without && told(without));
          }
        }
      }),
      { numRuns: runs(400) },
    );
    expect(seen).to.be.above(20);
  });
});
