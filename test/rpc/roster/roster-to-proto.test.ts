// What is kept of a roster means the same when it is read and sent back: by property, over every
// encoding.

import {
  create,
  type DescMessage,
  fromBinary,
  fromJson,
  type MessageShape,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { ShiftAssignmentSchema, ShiftSchema } from '../../../gen/attendance/v1/roster_pb.js';
import {
  EmployeeSchema,
  PolicyHistorySchema,
} from '../../../gen/attendance/v1/roster_service_pb.js';
import type { EmployeeDetail } from '../../../src/app/ports/roster-ports.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { ShiftVersion } from '../../../src/domain/roster/roster.js';
import type { Shift } from '../../../src/domain/roster/shift.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import { toEpochDay } from '../../../src/domain/time/local-date.js';
import type { RecordTime } from '../../../src/domain/time/time.js';
import { Problems } from '../../../src/rpc/edge/problems.js';
import { violationsOf } from '../../../src/rpc/edge/validate.js';
import { parseDetail } from '../../../src/rpc/roster/parse-employee.js';
import {
  parseAssignment,
  parsePolicyVersion,
  parseShiftVersion,
} from '../../../src/rpc/roster/parse-roster.js';
import {
  toDateOverride,
  toEmployee,
  toEmployeeAssignment,
  toHoliday,
  toPolicyHistory,
  toRosterChange,
  toShift,
  toShiftHistory,
} from '../../../src/rpc/roster/roster-to-proto.js';
import { anyZone, PLAIN_POLICY, scenarios } from '../../domain/support/arbitraries.js';
import { anyExtraTimeRules } from '../../domain/support/extra-time-arbitraries.js';

const employeeId = 'mia' as EmployeeId;
const day = (text: string) => toEpochDay(text as LocalDate);
const anyDay = fc.integer({ min: day('1900-01-01'), max: day('9999-12-31') });
const someDay = (none: number) => fc.oneof(fc.constant(none), anyDay);

/** The message after a journey, which the rules of the contract let in. */
function journeys<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc>,
): MessageShape<Desc>[] {
  expect(violationsOf(desc, message, '')).to.deep.equal([]);
  return [fromBinary(desc, toBinary(desc, message)), fromJson(desc, toJson(desc, message))];
}

/** Times of day are whole minutes in the contract. */
function inMinutes(shift: Shift): Shift {
  const startSecond = shift.startSecond - (shift.startSecond % 60);
  const endSecond = shift.endSecond - (shift.endSecond % 60);
  // Cut to minutes, the place where its halves meet could be its start.
  const isLong = (endSecond - startSecond + 86_400) % 86_400 > 60;
  const isSaid = shift.halvesMeetSecond !== undefined && isLong;
  const halvesMeetSecond = isSaid ? (startSecond + 60) % 86_400 : undefined;
  const times = { startSecond, endSecond, halvesMeetSecond, flexible: undefined };
  if (startSecond === endSecond) {
    return { ...shift, ...times, endSecond: (startSecond + 60) % 86_400 };
  }
  const { core } = shift.flexible ?? {};
  const wholeCore = core && { startSecond, endSecond };
  return { ...shift, ...times, flexible: shift.flexible && { targetSeconds: 60, core: wholeCore } };
}

const anyVersion: fc.Arbitrary<ShiftVersion> = fc
  .tuple(scenarios(), someDay(-Infinity))
  .map(([{ roster }, fromDay]) => {
    const [versions] = [...roster.shifts.values()];
    const shift = versions?.[0]?.shift ?? expect.fail('a roster without shifts');
    // Cut to minutes a shift may be longer: its window must stay below a day all the same.
    return { fromDay, shift: { ...inMinutes(shift), beforeSeconds: 0, afterSeconds: 59 } };
  });

const anyDetail: fc.Arbitrary<EmployeeDetail> = fc
  .record({
    employeeName: fc.constantFrom('', 'Mia Maier', 'Ω'),
    zone: fc.option(anyZone, { nil: undefined }),
    zoneChanges: fc.uniqueArray(fc.record({ fromDay: anyDay, zone: anyZone }), {
      maxLength: 5,
      selector: ({ fromDay }) => fromDay,
    }),
    groupId: fc.constantFrom('', 'north.1'),
    joinedDay: someDay(-Infinity),
    leftDay: someDay(Infinity),
    defaultShiftId: fc.constantFrom(undefined, 'D'),
    calendarId: fc.constantFrom(undefined, 'de'),
    archivedDay: fc.constant(undefined),
    policies: fc.uniqueArray(
      fc.record({ fromDay: anyDay, policyId: fc.constantFrom(undefined, 'field') }),
      { maxLength: 3, selector: ({ fromDay }) => fromDay },
    ),
  })
  .map((detail) => ({
    ...detail,
    zoneChanges: detail.zoneChanges.toSorted((a, b) => a.fromDay - b.fromDay),
    policies: detail.policies.toSorted((a, b) => a.fromDay - b.fromDay),
    leftDay: Math.max(detail.leftDay, detail.joinedDay),
  }));

describe('the roster in messages', () => {
  it('a shift that is read can be sent again, and is the same', () => {
    fc.assert(
      fc.property(anyVersion, (version) => {
        for (const message of journeys(ShiftSchema, toShift(version))) {
          const problems = new Problems();
          expect(parseShiftVersion(message, 'shift', problems)).to.deep.equal(version);
          expect(problems.violations).to.deep.equal([]);
        }
      }),
    );
  });

  it('so can the rules of a policy for overtime and premiums', () => {
    fc.assert(
      fc.property(anyExtraTimeRules, (extraTime) => {
        const version = { fromDay: -Infinity, policy: { ...PLAIN_POLICY, extraTime } };
        const record = {
          policyId: 'plain',
          versions: [version],
          changeId: 7,
          updatedAt: undefined,
        };
        for (const message of journeys(PolicyHistorySchema, toPolicyHistory(record))) {
          const problems = new Problems();
          const [read = expect.fail('no version')] = message.versions;
          expect(parsePolicyVersion(read, 'policy', problems)).to.deep.equal(version);
          expect(problems.violations).to.deep.equal([]);
        }
      }),
    );
  });

  it('so can an employee', () => {
    fc.assert(
      fc.property(anyDetail, (detail) => {
        const record = { employeeId, detail, changeId: 7, updatedAt: 1 as RecordTime };
        for (const message of journeys(EmployeeSchema, toEmployee(record))) {
          const problems = new Problems();
          expect(parseDetail(message, 'employee', problems)).to.deep.equal(detail);
          expect(problems.violations).to.deep.equal([]);
        }
      }),
    );
  });

  it('so can an assignment', () => {
    const anyAssignment = fc.record({
      fromDay: anyDay,
      toDay: someDay(Infinity),
      anchorDay: anyDay,
      cycle: fc.array(fc.subarray(['A', 'B', 'C']), { minLength: 1, maxLength: 9 }),
    });
    fc.assert(
      fc.property(anyAssignment, (assignment) => {
        const record = {
          employeeId,
          assignmentId: 3,
          assignment,
          changeId: 3,
          updatedAt: undefined,
        };
        const message = toEmployeeAssignment(record).assignment ?? expect.fail('no assignment');
        for (const sent of journeys(ShiftAssignmentSchema, message)) {
          expect(parseAssignment(sent, '', new Problems())).to.deep.equal(assignment);
        }
      }),
    );
  });

  it('a plain shift says no more than it must', () => {
    const plain = create(ShiftSchema, {
      shiftId: 'D',
      startTimeOfDay: '08:00',
      endTimeOfDay: '16:05',
    });
    const problems = new Problems();
    const version = parseShiftVersion(plain, 'shift', problems);
    expect(toJson(ShiftSchema, toShift(version))).to.deep.equal({
      shiftId: 'D',
      startTimeOfDay: '08:00',
      endTimeOfDay: '16:05',
      acceptBefore: '7200s',
      acceptAfter: '14400s',
    });
    const history = toShiftHistory({
      shiftId: 'D',
      versions: [version],
      archived: true,
      changeId: 12,
      updatedAt: 1_772_409_600_000_001 as RecordTime,
    });
    expect(history).to.include({ shiftId: 'D', archived: true, etag: '"12"' });
    expect(history.updateTime?.nanos).to.equal(1000);
    expect(history.versions).to.have.length(1);
  });

  it('an employee nobody said more of than a name has the etag of no change, and no time', () => {
    const detail = fc.sample(anyDetail, 1)[0] ?? expect.fail('no sample');
    const message = toEmployee({ employeeId, detail, changeId: 0, updatedAt: undefined });
    expect(message.etag).to.equal('"0"');
    expect(message.updateTime).to.equal(undefined);
  });

  it('a change says what it is about, from when to when, and how far it is', () => {
    const change = toRosterChange({
      changeId: 9,
      recordedAt: 1_772_409_600_000_000 as RecordTime,
      actor: 'anonymous',
      reason: 'new hours',
      employeeId: undefined,
      shiftId: 'D',
      calendarId: undefined,
      policyId: undefined,
      firstDay: -Infinity,
      lastDay: day('2026-03-31'),
      employeesDone: 3,
      daysDerived: 5_000_000_000,
      daysChanged: 1,
      shiftOverlaps: 0,
      finishedAt: undefined,
    });
    expect(change).to.include({
      changeId: '9',
      employeeId: '',
      shiftId: 'D',
      calendarId: '',
      startDate: '',
      endDate: '2026-03-31',
      employeesDone: 3n,
      daysDerived: 5_000_000_000n,
    });
    expect(change.finishTime).to.equal(undefined);
  });

  it('a date and a holiday are as they were said', () => {
    const epochDay = day('2026-12-24');
    expect(toDateOverride({ epochDay, shiftIds: ['D'] })).to.deep.include({
      date: '2026-12-24',
      shiftIds: ['D'],
    });
    expect(
      toHoliday({ calendarId: 'de', epochDay, name: 'Eve', portion: 'SECOND_HALF' }),
    ).to.include({
      calendarId: 'de',
      date: '2026-12-24',
      name: 'Eve',
    });
  });
});
