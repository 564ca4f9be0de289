// REQUIRE_KNOWN_EMPLOYEES: marks and punches of strangers are refused instead of adding them.

import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import pg from 'pg';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refusalOf, startTestService, type TestService } from '../support/service.js';

const DAY = '2026-03-02';
/** Of google.rpc.Code. */
const NOT_FOUND = 5;

describe('REQUIRE_KNOWN_EMPLOYEES', () => {
  let database: TestDatabase;
  let running: TestService;

  before(async () => {
    database = await createTestDatabase();
    running = await startTestService({
      databaseUrl: database.url,
      env: { REQUIRE_KNOWN_EMPLOYEES: 'on' },
    });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`insert into employee (employee_id, employee_name) values ('known', 'Mia')`);
    await client.end();
  });

  after(async () => {
    await running?.stop();
    await database?.drop();
  });

  it('refuses a stranger, alone and in a batch, and takes the others', async () => {
    const status = AttendanceStatus.PRESENT;
    const stranger = { employeeId: 'stranger', employeeName: 'New', date: DAY, status };
    expect(await refusalOf(running.client.markAttendance(stranger))).to.deep.equal({
      code: 'NotFound',
      reason: 'EMPLOYEE_NOT_FOUND',
      fields: [],
    });
    const { results } = await running.client.batchMarkAttendance({
      requests: [stranger, { employeeId: 'known', date: DAY, status }],
    });
    expect(results.map(({ result }) => result.case)).to.deep.equal(['error', 'attendance']);
    const unknown = running.client.getAttendance({ employeeId: 'stranger', date: DAY });
    expect((await refusalOf(unknown)).reason).to.equal('EMPLOYEE_NOT_FOUND');
  });

  it('refuses the punches of a stranger, told or commanded, and takes the others', async () => {
    const time = timestampFromDate(new Date(`${DAY}T08:00:00Z`));
    const stranger = { employeeId: 'stranger', time };
    for (const command of ['clockIn', 'clockOut', 'startBreak', 'endBreak'] as const) {
      expect(await refusalOf(running.clock[command](stranger))).to.deep.equal({
        code: 'NotFound',
        reason: 'EMPLOYEE_NOT_FOUND',
        fields: [],
      });
    }
    const { results } = await running.clock.recordPunches({
      punches: [stranger, { employeeId: 'known', time }, stranger],
    });
    expect(results.map(({ outcome, error }) => [outcome, error?.code])).to.deep.equal([
      [PunchOutcome.REJECTED, NOT_FOUND],
      [PunchOutcome.RECORDED, undefined],
      [PunchOutcome.REJECTED, NOT_FOUND],
    ]);
    const unknown = running.clock.listPunches({ employeeId: 'stranger' });
    expect((await refusalOf(unknown)).reason).to.equal('EMPLOYEE_NOT_FOUND');
  });
});
