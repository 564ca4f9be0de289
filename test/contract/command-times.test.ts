// How far back a command may be told, over the wire, with the setting's default; and that facts are
// taken of any time.

import { type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { Anomaly } from '../../gen/attendance/v1/attendance_pb.js';
import { PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { addEmployee, refusalOf, startTestService, type TestService } from '../support/service.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const COMMANDS = ['clockIn', 'clockOut', 'startBreak', 'endBreak'] as const;
const REFUSED = { code: 'InvalidArgument', reason: 'INVALID_FIELD', fields: ['time'] };

function back(ms: number): Timestamp {
  return timestampFromMs(Date.now() - ms);
}

/** Days from today, in UTC. */
function date(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

describe('the time of a command', () => {
  let database: TestDatabase;
  let running: TestService;

  before(async () => {
    database = await createTestDatabase();
    const env = { MAX_COMMAND_AGE_DAYS: '', CLOCK_SKEW_AFTER_DAYS: '' };
    running = await startTestService({ databaseUrl: database.url, env });
    await addEmployee(running, 'mia');
    const bound = { joinDate: date(-5), leaveDate: date(-3) };
    await running.roster.createEmployee({ employee: { employeeId: 'temp', ...bound } });
    await running.roster.createEmployee({ employee: { employeeId: 'next', joinDate: date(7) } });
  });

  after(async () => {
    await running?.stop();
    await database?.drop();
  });

  for (const command of COMMANDS) {
    it(`O1 ${command} of more than 31 days ago is refused by name`, async () => {
      const call = running.clock[command]({
        employeeId: 'mia',
        time: back(31 * DAY_MS + MINUTE_MS),
      });
      expect(await refusalOf(call)).to.deep.equal(REFUSED);
    });
  }

  it('O2 just within them it is accepted', async () => {
    const time = back(31 * DAY_MS - MINUTE_MS);
    const { punch } = await running.clock.clockIn({ employeeId: 'mia', time });
    expect(punch?.time).to.deep.equal(time);
  });

  it('O3 the same as a fact is recorded', async () => {
    const punches = [{ employeeId: 'mia', time: back(400 * DAY_MS) }];
    const { results } = await running.clock.recordPunches({ punches });
    expect(results.map(({ outcome }) => outcome)).to.deep.equal([PunchOutcome.RECORDED]);
  });

  it('N3 a device that says 2000-01-01 is recorded, and flagged', async () => {
    const time = timestampFromMs(Date.UTC(2000, 0, 1));
    const punches = [{ employeeId: 'mia', deviceId: 'gate', time }];
    const { results } = await running.clock.recordPunches({ punches });
    expect(results.map(({ outcome, anomalies }) => [outcome, anomalies])).to.deep.equal([
      [PunchOutcome.RECORDED, [Anomaly.CLOCK_SKEW]],
    ]);
  });

  const outside: readonly [id: string, employeeId: string, daysBack: number][] = [
    ['O4 before the join date', 'temp', 6],
    ['O5 after the leave date', 'temp', 2],
    ['O6 before a join date to come', 'next', 0],
  ];
  for (const [id, employeeId, daysBack] of outside) {
    it(`${id} it is refused by name`, async () => {
      const time = back(daysBack * DAY_MS + 1);
      expect(await refusalOf(running.clock.clockIn({ employeeId, time }))).to.deep.equal(REFUSED);
    });
  }

  it('O7 within the employment it is accepted, and without a time at once', async () => {
    await running.clock.clockIn({ employeeId: 'temp', time: back(4 * DAY_MS) });
    await running.clock.clockIn({ employeeId: 'next' });
  });
});
