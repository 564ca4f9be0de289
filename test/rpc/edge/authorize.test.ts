// What a check of messages reads, and when it stops; who may call what is test/e2e/access-table.test.ts.

import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import {
  AttendanceService,
  BatchGetAttendanceRequestSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import {
  ClockService,
  ImportPunchesRequestSchema,
} from '../../../gen/attendance/v1/clock_service_pb.js';
import { Health } from '../../../gen/grpc/health/v1/health_pb.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import { accessOf } from '../../../src/rpc/edge/access-table.js';
import { authorize, MAX_NAMED_EMPLOYEES } from '../../../src/rpc/edge/authorize.js';
import { ANONYMOUS, type Caller } from '../../../src/rpc/edge/caller.js';
import { waitUntil } from '../../support/wait-until.js';

const MANAGER: Caller = {
  ...ANONYMOUS,
  name: 'manager',
  scopes: new Set(['attendance.manage']),
  groups: new Set(['kitchen']),
};

/** Everybody is in the kitchen but those named; counts what is read. */
class Groups {
  readonly read: string[] = [];
  readonly others: Set<string>;
  most = 0;
  #reading = 0;
  /** Reads wait for it. */
  held: Promise<void> = Promise.resolve();

  constructor(...others: readonly string[]) {
    this.others = new Set(others);
  }

  async groupOf(employeeId: EmployeeId): Promise<string> {
    this.read.push(employeeId);
    this.#reading += 1;
    this.most = Math.max(this.most, this.#reading);
    await this.held;
    this.#reading -= 1;
    return this.others.has(employeeId) ? 'bakery' : 'kitchen';
  }
}

const daysOf = (count: number) =>
  create(BatchGetAttendanceRequestSchema, {
    days: Array.from({ length: count }, (_, index) => ({ employeeId: `e-${index}` })),
  });

describe('the check of who may call', () => {
  const { batchGetAttendance } = AttendanceService.method;
  const checkOf = (groups: Groups, signal = new AbortController().signal, caller = MANAGER) =>
    authorize(batchGetAttendance, caller, groups, signal);

  async function whyNot(check: () => undefined | Promise<void>): Promise<string> {
    try {
      await check();
      return 'PERMITTED';
    } catch (error) {
      const failure = error instanceof AttendanceError ? error.failure : undefined;
      return failure?.kind === 'OUT_OF_SCOPE' ? failure.why : String(error);
    }
  }

  it('reads nothing and waits for nothing where scopes alone decide', () => {
    const groups = new Groups();
    const reader: Caller = { ...MANAGER, scopes: new Set(['attendance.read']) };
    const self: Caller = {
      ...MANAGER,
      scopes: new Set(['attendance.self']),
      employeeId: 'e-0' as EmployeeId,
    };
    for (const caller of [ANONYMOUS, reader, self]) {
      expect(checkOf(groups, undefined, caller)(daysOf(1))).to.equal(undefined);
    }
    expect(groups.read).to.deep.equal([]);
  });

  it('reads each employee once, a few at a time', async () => {
    const groups = new Groups();
    const message = daysOf(50);
    message.days.push(...daysOf(50).days);
    expect(await whyNot(() => checkOf(groups)(message))).to.equal('PERMITTED');
    expect(groups.read).to.have.length(50);
    expect(groups.most).to.equal(3);
  });

  it('reads each employee again for each message of a stream: groups change', async () => {
    const groups = new Groups();
    const { signal } = new AbortController();
    const check = authorize(ClockService.method.importPunches, MANAGER, groups, signal);
    const chunk = create(ImportPunchesRequestSchema, { punches: [{ employeeId: 'e-1' }] });
    await check(chunk);
    groups.others.add('e-1');
    expect(await whyNot(() => check(chunk))).to.equal('EMPLOYEE');
    expect(groups.read).to.deep.equal(['e-1', 'e-1']);
  });

  it('stops at the first employee of others', async () => {
    const groups = new Groups('e-0');
    expect(await whyNot(() => checkOf(groups)(daysOf(500)))).to.equal('EMPLOYEE');
    expect(groups.read.length).to.be.below(10);
  });

  it('stops when its caller has gone', async () => {
    const groups = new Groups();
    let go: () => void = () => {};
    groups.held = new Promise((resolve) => {
      go = resolve;
    });
    const calling = new AbortController();
    const told = whyNot(() => checkOf(groups, calling.signal)(daysOf(500)));
    await waitUntil('it reads', () => groups.read.length === 3);
    calling.abort(new Error('gone'));
    go();
    expect(await told).to.equal('Error: gone');
    expect(groups.read).to.have.length(3);
  });

  it('reads nothing of a message that names too many', async () => {
    const groups = new Groups();
    const tooMany = daysOf(MAX_NAMED_EMPLOYEES + 1);
    expect(await whyNot(() => checkOf(groups)(tooMany))).to.equal('TOO_MANY');
    expect(groups.read).to.deep.equal([]);
    expect(await whyNot(() => checkOf(groups)(daysOf(MAX_NAMED_EMPLOYEES)))).to.equal('PERMITTED');
  });

  it('knows no method without a row', () => {
    expect(() => accessOf(Health.method.check)).to.throw('Check has no row');
  });
});
