// The clock changes a day only when the day says so, and in the end no more.

import { expect } from 'chai';
import fc from 'fast-check';
import { derive } from '../../../src/domain/engine/derive.js';
import { presentResult } from '../../../src/domain/engine/present.js';
import type { Finding } from '../../../src/domain/explain/finding.js';
import type { Attendance, DayResult } from '../../../src/domain/facts/day.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { DayPlan } from '../../../src/domain/roster/plan.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { runs } from '../../support/runs.js';
import { anyDeclaration, scenarios } from '../support/arbitraries.js';

const LONG_BEFORE = Date.UTC(1900, 0, 1) as Instant;
const LONG_AFTER = Date.UTC(9999, 0, 1) as Instant;

function attendanceAt(result: DayResult, { date }: DayPlan, now: number): Attendance {
  const subject = { employeeId: '7' as EmployeeId, employeeName: '', date };
  return presentResult(subject, result, now as Instant);
}

/**
 * What a caller sees of it, but for what is said about the clock itself; and which sessions can
 * still be going on, as an explanation tells.
 */
function seen(attendance: Attendance, now: number): string {
  const { final: _, nextTransitionTime: __, ...lasting } = attendance;
  const isOpen = attendance.sessions.map(
    ({ closesAt }) => closesAt !== undefined && now < closesAt,
  );
  return JSON.stringify({ ...lasting, isOpen });
}

function expectSame(a: Attendance, b: Attendance): void {
  expect(JSON.stringify(a)).to.equal(JSON.stringify(b));
}

/** Every shift can be waited for twice, until the employee is late and to its end; every session once. */
function mostSteps({ work }: DayResult): number {
  return 2 * work.shifts.length + work.sessions.length;
}

function expectChangesOnlyAsTold(result: DayResult, plan: DayPlan, share: number): void {
  let now: number = LONG_BEFORE;
  let attendance = attendanceAt(result, plan, now);
  for (let step = 0; attendance.nextTransitionTime !== undefined; step += 1) {
    expect(step).to.be.below(mostSteps(result));
    const next: number = attendance.nextTransitionTime;
    expect(attendance.final).to.equal(false);
    expect(next).to.be.above(now);
    for (const at of [now + Math.floor((next - now) * share), next - 1]) {
      expectSame(attendanceAt(result, plan, at), attendance);
    }
    const changed = attendanceAt(result, plan, next);
    expect(seen(changed, next)).to.not.equal(seen(attendance, now));
    now = next;
    attendance = changed;
  }
  expect(attendance.final).to.equal(true);
  expectSame(attendanceAt(result, plan, LONG_AFTER), attendance);
}

const anyShare = fc.double({ min: 0, max: 0.999, noNaN: true });

describe('a day as time passes', () => {
  it('changes when it said it would, not before and not for nothing', () => {
    fc.assert(
      fc.property(
        scenarios(),
        anyDeclaration,
        anyShare,
        ({ plans, timeline }, declaration, share) => {
          for (const each of plans) {
            const result = derive({ declaration, punches: timeline }, each);
            expectChangesOnlyAsTold(result, each, share);
          }
        },
      ),
      { numRuns: runs(500) },
    );
  });

  it('ends as what was derived', () => {
    fc.assert(
      fc.property(scenarios(), anyDeclaration, ({ plans, timeline }, declaration) => {
        for (const each of plans) {
          const result = derive({ declaration, punches: timeline }, each);
          const attendance = attendanceAt(result, each, LONG_AFTER);
          expect(attendance.status).to.equal(result.status);
          expect(attendance.otherHalfStatus).to.equal(result.otherHalfStatus);
          expect(attendance.workedSeconds).to.equal(result.work.workedSeconds);
          for (const anomaly of result.work.anomalies) {
            expect(attendance.anomalies).to.include(anomaly);
          }
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('is the same with a trace, which says nothing that is still to come', () => {
    fc.assert(
      fc.property(
        scenarios(),
        anyDeclaration,
        fc.nat(),
        ({ plans, timeline }, declaration, pick) => {
          for (const each of plans) {
            const trace: Finding[] = [];
            const now = (each.start + (pick % 172_800) * 1000) as Instant;
            const result = derive({ declaration, punches: timeline }, each, trace, now);
            const subject = { employeeId: '7' as EmployeeId, employeeName: '', date: each.date };
            const traced = presentResult(subject, result, now, trace);
            expectSame(traced, attendanceAt(result, each, now));
            for (const finding of trace) {
              if (finding.rule === 'OTHER_HALF') {
                expect(finding.status).to.equal(traced.otherHalfStatus);
              }
              if (finding.rule === 'NO_DEPARTURE') expect(finding.untilTime).to.be.at.most(now);
              if ('untilTime' in finding && finding.rule !== 'NO_DEPARTURE') {
                expect(finding.untilTime).to.be.above(now);
              }
            }
          }
        },
      ),
      { numRuns: runs(300) },
    );
  });
});
