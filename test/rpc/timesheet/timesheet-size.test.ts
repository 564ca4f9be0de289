// A timesheet in an answer is never larger than it was estimated to be: a page that is larger than a
// message could not be sent.

import { toJsonString } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { TimesheetSchema } from '../../../gen/attendance/v1/timesheet_pb.js';
import { derive } from '../../../src/domain/engine/derive.js';
import { present } from '../../../src/domain/engine/present.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import {
  type ExtraTime,
  NO_EXTRA_TIME,
  type TimesheetDay,
} from '../../../src/domain/timesheet/extra-time.js';
import { totalsOf } from '../../../src/domain/timesheet/totals.js';
import { timesheetSize } from '../../../src/rpc/timesheet/timesheet-size.js';
import { toTimesheet } from '../../../src/rpc/timesheet/timesheet-to-proto.js';
import { anyDeclaration, scenarios } from '../../domain/support/arbitraries.js';
import { runs } from '../../support/runs.js';

const ID = 'e'.repeat(64) as EmployeeId;
/** As long as ids of leave types can be. */
const LEAVE_TYPE = 'l'.repeat(64);
const NAME = '\u{1F600}'.repeat(100);

/** Lines that are as long as they can be. */
const LINE = { ruleId: 'r'.repeat(64), percent: 1000, seconds: 86_400 };
const EXTRA: ExtraTime = {
  overtime: ['a', 'b', 'c'].map((letter) => ({ ...LINE, label: letter.repeat(64) })),
  premiums: [LINE, { ...LINE, ruleId: 'p'.repeat(64) }],
  undertimeSeconds: 86_400,
};

function expectWithin(days: readonly TimesheetDay[]): void {
  const sheet = { employeeId: ID, employeeName: NAME, groupId: 'g'.repeat(64), days };
  const timesheet = { ...sheet, totals: totalsOf(days) };
  const period = { startDate: '2026-03-01' as LocalDate, endDate: '2026-03-31' as LocalDate };
  const names = new Map([[LEAVE_TYPE, NAME]]);
  const [full, short] = [true, false].map((isFull) => {
    const { structure, texts } = timesheetSize(timesheet, isFull);
    const json = toJsonString(TimesheetSchema, toTimesheet(timesheet, period, names, isFull));
    return { estimated: structure + texts, is: Buffer.byteLength(json) };
  }) as [Sizes, Sizes];
  expect(short.is).to.be.at.most(short.estimated);
  // The room that totals leave must not hide days that are too large.
  expect(full.is - short.is - FIELD_BYTES).to.be.at.most(full.estimated - short.estimated);
}

/** The name of the field of days, with its brackets. */
const FIELD_BYTES = '"days":[],'.length;

interface Sizes {
  readonly estimated: number;
  readonly is: number;
}

describe('the size of a timesheet', () => {
  it('is at most what was estimated, whatever the days', () => {
    const any = fc.tuple(scenarios(), fc.array(anyDeclaration, { minLength: 20, maxLength: 20 }));
    fc.assert(
      fc.property(any, ([{ plans, timeline }, declarations]) => {
        const days = plans.map((plan, place): TimesheetDay => {
          const found = declarations[place];
          const declaration = found && {
            ...found,
            leaveTypeId: LEAVE_TYPE,
            otherHalfLeaveTypeId: LEAVE_TYPE,
            leaveTimes: found.leaveTimes.map((time) => ({ ...time, leaveTypeId: LEAVE_TYPE })),
          };
          const result = derive({ declaration, punches: timeline }, plan);
          const subject = { employeeId: ID, employeeName: NAME, date: plan.date };
          const known = { result, revision: 1, recordedAt: undefined };
          const day = present(subject, known, Infinity as Instant);
          const holiday = { name: NAME, portion: 'SECOND_HALF' } as const;
          const extra = place % 2 === 0 ? EXTRA : NO_EXTRA_TIME;
          return { day, holiday: place % 3 === 0 ? holiday : undefined, extra };
        });
        expectWithin(days);
        for (const day of days) expectWithin([day]);
      }),
      { numRuns: runs(40) },
    );
  });
});
