// Who counts as known. By default commands are for employees whom somebody added, and everything
// else takes anybody; REQUIRE_KNOWN_EMPLOYEES says otherwise. A refusal names the id that was
// probably meant.

import { randomUUID } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { addEmployee, refusalOf, startTestService, type TestService } from '../support/service.js';

const DAY = '2026-03-02';
/** Of google.rpc.Code. */
const NOT_FOUND = 5;
const STATUS = AttendanceStatus.PRESENT;
const TIME = timestampFromDate(new Date(`${DAY}T08:00:00Z`));
const COMMANDS = ['clockIn', 'clockOut', 'startBreak', 'endBreak'] as const;
const NOT_ADDED = { code: 'NotFound', reason: 'EMPLOYEE_NOT_FOUND', fields: ['employee_id'] };

/** The service with the setting, over a database of its own. */
function describeWith(setting: string | undefined, body: (of: () => TestService) => void): void {
  describe(`REQUIRE_KNOWN_EMPLOYEES=${setting ?? ''}`, () => {
    let database: TestDatabase;
    let running: TestService;

    before(async () => {
      database = await createTestDatabase();
      running = await startTestService({
        databaseUrl: database.url,
        ...(setting === undefined ? {} : { env: { REQUIRE_KNOWN_EMPLOYEES: setting } }),
      });
    });

    after(async () => {
      await running?.stop();
      await database?.drop();
    });

    body(() => running);
  });
}

async function reasonOfRead({ client }: TestService, employeeId: string) {
  return (await refusalOf(client.getAttendance({ employeeId, date: DAY }))).reason;
}

describeWith(undefined, (service) => {
  const mark = (employeeId: string, employeeName?: string) =>
    service().client.markAttendance({
      employeeId,
      date: DAY,
      status: STATUS,
      ...(employeeName === undefined ? {} : { employeeName }),
    });
  const punch = (employeeId: string) =>
    service().clock.recordPunches({ punches: [{ employeeId, time: TIME }] });

  for (const command of COMMANDS) {
    it(`N1 ${command} of a stranger is refused, with the field, and adds nobody`, async () => {
      const employeeId = `stranger-${command}`;
      const call = service().clock[command]({ employeeId, requestId: randomUUID() });
      expect(await refusalOf(call)).to.deep.equal(NOT_ADDED);
      expect(await reasonOfRead(service(), employeeId)).to.equal('EMPLOYEE_NOT_FOUND');
    });
  }

  const added: readonly [id: string, how: string, add: (id: string) => Promise<unknown>][] = [
    ['N2', 'CreateEmployee', (id) => addEmployee(service(), id)],
    ['N3', 'a mark with a name', (id) => mark(id, 'Mia')],
    [
      'N4',
      'CreateEmployee after punches',
      async (id) => {
        await punch(id);
        await addEmployee(service(), id);
      },
    ],
  ];
  for (const [id, how, add] of added) {
    it(`${id} whoever was added by ${how} may clock`, async () => {
      await add(id);
      expect((await service().clock.clockIn({ employeeId: id })).punch?.employeeId).to.equal(id);
    });
  }

  const known: readonly [id: string, how: string, tell: (id: string) => Promise<unknown>][] = [
    ['N5', 'punches alone', punch],
    ['N6', 'marks without a name', (id) => mark(id)],
  ];
  for (const [id, how, tell] of known) {
    it(`${id} whoever is known from ${how} may not, and is told so`, async () => {
      await tell(id);
      const failure = await failureOf(id);
      expect(failure.rawMessage)
        .to.match(new RegExp(`^employee ${id} is known only from punches or marks without a name`))
        .and.not.match(/a mark with employee_name/);
    });
  }

  it('N7 punches of a device and marks without a name are taken of anybody', async () => {
    const { results } = await punch('from-a-log');
    expect(results.map(({ outcome }) => outcome)).to.deep.equal([PunchOutcome.RECORDED]);
    expect((await mark('marked')).attendance?.employeeId).to.equal('marked');
  });

  it('N8 a refused command may be sent again once the employee is there', async () => {
    const request = { employeeId: 'late', requestId: randomUUID() };
    expect(await refusalOf(service().clock.clockIn(request))).to.deep.equal(NOT_ADDED);
    await addEmployee(service(), 'late');
    const { punch: first } = await service().clock.clockIn(request);
    expect((await service().clock.clockIn(request)).punch).to.deep.equal(first);
  });

  const meant: readonly [id: string, typed: string, nearest: string | undefined][] = [
    ['N9 a mistaken character', 'warehouse-1O7', 'warehouse-107'],
    ['N10 the case', 'WAREHOUSE-107', 'warehouse-107'],
    ['N11 two errors at the end', 'warehouse-10788', 'warehouse-107'],
    ['N12 nothing like it', 'kitchen-3', undefined],
    ['N13 only somebody whom nobody added', 'warehoused-201', undefined],
  ];
  describe('the id that was probably meant', () => {
    before(async () => {
      await addEmployee(service(), 'warehouse-107');
      await punch('warehoused-200');
    });
    for (const [id, typed, nearest] of meant) {
      it(`${id}: ${nearest ?? 'no id'} is offered for ${typed}`, async () => {
        const failure = await failureOf(typed);
        const [info] = failure.findDetails(ErrorInfoSchema);
        expect(info?.metadata.nearest_employee_id).to.equal(nearest);
        if (nearest === undefined) expect(failure.message).to.not.contain('did you mean');
        else expect(failure.message).to.contain(`did you mean ${nearest}?`);
      });
    }
  });

  async function failureOf(employeeId: string): Promise<ConnectError> {
    return await service()
      .clock.clockIn({ employeeId })
      .then(
        () => expect.fail('the command was accepted'),
        (error: unknown) => ConnectError.from(error),
      );
  }
});

describeWith('off', (service) => {
  it('N14 a command adds whoever gives it', async () => {
    const { attendance } = await service().clock.clockIn({ employeeId: 'new' });
    expect(attendance?.employeeId).to.equal('new');
  });
});

describeWith('on', (service) => {
  before(() => addEmployee(service(), 'known'));

  it('N15 a stranger’s marks are refused, alone and in a batch, and the others are taken', async () => {
    const stranger = { employeeId: 'stranger', employeeName: 'New', date: DAY, status: STATUS };
    expect(await refusalOf(service().client.markAttendance(stranger))).to.deep.equal({
      code: 'NotFound',
      reason: 'EMPLOYEE_NOT_FOUND',
      fields: [],
    });
    const { results } = await service().client.batchMarkAttendance({
      requests: [stranger, { employeeId: 'known', date: DAY, status: STATUS }],
    });
    expect(results.map(({ result }) => result.case)).to.deep.equal(['error', 'attendance']);
    expect(await reasonOfRead(service(), 'stranger')).to.equal('EMPLOYEE_NOT_FOUND');
  });

  it('N16 so are their punches, told or commanded', async () => {
    const stranger = { employeeId: 'stranger', time: TIME };
    for (const command of COMMANDS) {
      expect(await refusalOf(service().clock[command](stranger))).to.deep.equal(NOT_ADDED);
    }
    const { results } = await service().clock.recordPunches({
      punches: [stranger, { employeeId: 'known', time: TIME }, stranger],
    });
    expect(results.map(({ outcome, error }) => [outcome, error?.code])).to.deep.equal([
      [PunchOutcome.REJECTED, NOT_FOUND],
      [PunchOutcome.RECORDED, undefined],
      [PunchOutcome.REJECTED, NOT_FOUND],
    ]);
    const unknown = service().clock.listPunches({ employeeId: 'stranger' });
    expect((await refusalOf(unknown)).reason).to.equal('EMPLOYEE_NOT_FOUND');
  });
});
