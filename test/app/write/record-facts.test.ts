// A batch whose rules fail at one fact: a fault of this service, and of that fact's only.

import { expect } from 'chai';
import type { AttendanceStore } from '../../../src/app/ports/attendance-store.js';
import type { BatchRules, BatchView } from '../../../src/app/ports/batch.js';
import type { Fact } from '../../../src/app/ports/facts.js';
import { atOnce } from '../../../src/app/ports/turns.js';
import { recordFacts } from '../../../src/app/write/record-facts.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';
import { markFact } from '../support/facts.js';

describe('recording facts that the rules fail at', () => {
  it('one fails alone, with the error as its cause', async () => {
    const bug = new RangeError('nobody thought of this');
    const view = {
      employee(employeeId: EmployeeId) {
        if (employeeId === 'bad') throw bug;
        return undefined;
      },
    } as unknown as BatchView;
    const writeBatch = async (_facts: readonly Fact[], rules: BatchRules) => {
      const decision = atOnce(rules.decide(view, 0 as Instant));
      return { recordedAt: 0 as RecordTime, changes: [], decision };
    };
    const facts = ['a', 'b', 'bad', 'c'].map((id) =>
      markFact('2026-03-02' as LocalDate, 'PRESENT', { employeeId: id as EmployeeId }),
    );
    const results = await recordFacts({ writeBatch } as unknown as AttendanceStore, facts);
    expect(results.map(({ failure }) => failure?.kind)).to.deep.equal([
      'EMPLOYEE_NOT_FOUND',
      'EMPLOYEE_NOT_FOUND',
      'FACT_REFUSED',
      'EMPLOYEE_NOT_FOUND',
    ]);
    const failure = results[2]?.failure;
    expect(failure?.kind === 'FACT_REFUSED' && failure.cause.cause).to.equal(bug);
  });
});
