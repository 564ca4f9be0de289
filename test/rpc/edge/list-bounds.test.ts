// Lists that are longer than the contract lets them be are refused for their length alone, and none
// of their items is looked at: a request of a few kilobytes, unpacked, must not hold the service up.

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { BatchMarkAttendanceRequestSchema } from '../../../gen/attendance/v1/attendance_service_pb.js';
import { PunchSchema } from '../../../gen/attendance/v1/punch_pb.js';
import { ShiftSchema } from '../../../gen/attendance/v1/roster_pb.js';
import { SimulateAttendanceRequestSchema } from '../../../gen/attendance/v1/simulation_pb.js';
import type { FieldViolation } from '../../../src/domain/facts/errors.js';
import { rulesOf } from '../../../src/rpc/edge/field-help.js';
import { violationsOf } from '../../../src/rpc/edge/validate.js';
import { SERVICES } from '../../../src/rpc/routes.js';

/** The same, counting whenever something of it is looked at. */
class Watched<T extends object> {
  readonly seen: T;
  looks = 0;

  constructor(target: T) {
    this.seen = new Proxy(target, {
      get: (from, key, receiver) => {
        this.looks += 1;
        return Reflect.get(from, key, receiver);
      },
    });
  }
}

type Simulation = MessageInitShape<typeof SimulateAttendanceRequestSchema>;

const employee = { timeZone: 'Europe/Berlin' };

function refused(simulation: Simulation): readonly FieldViolation[] {
  const request = create(SimulateAttendanceRequestSchema, simulation);
  return violationsOf(SimulateAttendanceRequestSchema, request, '');
}

function times<T>(count: number, item: T): T[] {
  return new Array<T>(count).fill(item);
}

/** The lists and maps in a message or in what it has in it, as `Type.field`. */
function listsOf(desc: DescMessage, seen = new Set<DescMessage>()): [string, boolean][] {
  if (seen.has(desc)) return [];
  seen.add(desc);
  return desc.fields.flatMap((field) => {
    const inner = field.message === undefined ? [] : listsOf(field.message, seen);
    if (field.fieldKind !== 'list' && field.fieldKind !== 'map') return inner;
    const type = rulesOf(field)?.type;
    const isBounded =
      (type?.case === 'repeated' && Number(type.value.maxItems) > 0) ||
      (type?.case === 'map' && Number(type.value.maxPairs) > 0);
    return [[`${desc.name}.${field.name}`, isBounded], ...inner];
  });
}

describe('the bounds of lists', () => {
  it('refuse two million items for their number alone', () => {
    const shift = new Watched(create(ShiftSchema));
    const request = create(SimulateAttendanceRequestSchema, { employee });
    request.shifts = times(2_000_000, shift.seen);
    expect(violationsOf(SimulateAttendanceRequestSchema, request, '')).to.deep.equal([
      {
        field: 'shifts',
        reason: 'SHIFTS_INVALID',
        description: 'must be at most 100 items; there are 2000000',
      },
    ]);
    expect(shift.looks).to.equal(0);
  });

  it('name every list that is too long, but none within one', () => {
    const late = { cycle: [{}, { shiftIds: times(9, '') }, { shiftIds: times(8, 'D') }] };
    const long = { cycle: times(367, { shiftIds: times(9, '') }) };
    const workRules = { breakDeductions: times(11, {}) };
    const violations = refused({
      employee: { timeZone: '', timeZoneChanges: times(101, {}) },
      assignments: [late, long],
      shifts: [{}, { workRules }],
      punches: times(10_001, {}),
    });
    expect(violations.map(({ field, description }) => `${field} ${description}`)).to.have.members([
      'employee.time_zone_changes must be at most 100 items; there are 101',
      'assignments[0].cycle[1].shift_ids must be at most 8 items; there are 9',
      'assignments[1].cycle must be at most 366 items; there are 367',
      'shifts[1].work_rules.break_deductions must be at most 10 items; there are 11',
      'punches must be at most 10000 items; there are 10001',
    ]);
  });

  it('let lists be as long as they may, and tell what is wrong within them', () => {
    const cycle = times(366, { shiftIds: times(8, '') });
    const assignments = times(50, { startDate: '2026-01-01', cycle });
    const violations = refused({ employee, assignments });
    expect(violations).to.have.length(50 * 366 * 8);
    expect(violations[0]).to.include({
      field: 'assignments[0].cycle[0].shift_ids[0]',
      reason: 'SHIFT_IDS_REQUIRED',
    });
  });

  it('count the items of a batch and look no further', () => {
    const requests = times(1001, { note: 'x'.repeat(1001) });
    const batch = create(BatchMarkAttendanceRequestSchema, { requests });
    expect(violationsOf(BatchMarkAttendanceRequestSchema, batch, 'a.')).to.deep.equal([
      {
        field: 'a.requests',
        reason: 'REQUESTS_INVALID',
        description: 'must be at most 1000 items: send several batches; there are 1001',
      },
    ]);
  });

  it('refuse a map of twenty thousand pairs for their number alone', () => {
    const pairs = times(20_000, '').map((_, n) => [`k${n}`, 'x'.repeat(201)]);
    const labels = new Watched<Record<string, string>>(Object.fromEntries(pairs));
    const punch = create(PunchSchema, { time: {} });
    punch.labels = labels.seen;
    const violations = violationsOf(PunchSchema, punch, 'punches[7].');
    expect(labels.looks).to.equal(0);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include({ field: 'punches[7].labels', reason: 'LABELS_INVALID' });
    expect(violations[0]?.description).to.match(/^must be at most 20,.*; there are 20000$/);
  });

  it('are stated for every list and map that a caller can send', () => {
    const lists = SERVICES.flatMap(({ methods }) => methods.flatMap(({ input }) => listsOf(input)));
    const names = lists.map(([name]) => name);
    expect(names).to.include.members(['CycleDay.shift_ids', 'Punch.labels', 'Punch.anomalies']);
    // protovalidate has no such rule for masks: update-mask.ts looks at so many paths and no more.
    const unbounded = lists.filter(([name, isBounded]) => !isBounded && name !== 'FieldMask.paths');
    expect(unbounded).to.deep.equal([]);
  });
});
