// The figures that operators get of the real service: pools, transactions, streams, what was recorded
// and by which device, who is in, and what a person should check.

import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import { MAX_DEVICES } from '../../src/metrics/write-metrics.js';
import { countOf, metricsOf, seriesOf } from '../e2e/support/metrics.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { addEmployee, startTestService, type TestService } from '../support/service.js';

const DAY_MS = 86_400_000;
/** The latest date that is over everywhere, at noon in UTC. */
const OVER_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS + DAY_MS / 2;

describe('the figures of the service', () => {
  let database: TestDatabase;
  let running: TestService;
  let text: string;

  before(async () => {
    database = await createTestDatabase();
    running = await startTestService({
      databaseUrl: database.url,
      env: { BUILD_COMMIT: '3d78d8d', REQUIRE_KNOWN_EMPLOYEES: 'off' },
    });
    const { clock } = running;
    await addEmployee(running, 'ann');
    await clock.clockIn({ employeeId: 'ann' });
    // A session without an end, and more devices than have series of their own.
    const punches = Array.from({ length: MAX_DEVICES + 3 }, (_, index) => ({
      employeeId: `e${index}`,
      time: timestampFromMs(OVER_MS),
      kind: PunchKind.IN,
      deviceId: `gate-${index}`,
    }));
    await clock.recordPunches({ punches });
    await clock.recordPunches({ punches: punches.slice(0, 2) });
    text = await metricsOf(running.baseUrl);
  });
  after(async () => {
    await running?.stop();
    await database?.drop();
  });

  const figures: readonly [series: string, value: () => number][] = [
    ['attendance_employees_clocked_in', () => 1],
    ['attendance_settled_days', () => MAX_DEVICES + 3],
    ['attendance_settled_days_with_anomaly{anomaly="missing_out"}', () => MAX_DEVICES + 3],
    ['attendance_feed_position', () => MAX_DEVICES + 4],
    ['attendance_facts_total{kind="command",outcome="recorded"}', () => 1],
    ['attendance_facts_total{kind="punch",outcome="recorded"}', () => MAX_DEVICES + 3],
    ['attendance_facts_total{kind="punch",outcome="repeated"}', () => 2],
    ['attendance_punches_total{device="gate-0"}', () => 1],
    ['attendance_punches_total{device="other"}', () => 3],
    ['attendance_punches_total{device="none"}', () => 1],
    ['attendance_facts_waiting', () => 0],
    ['attendance_database_connections_limit{pool="write"}', () => 9],
    ['attendance_database_waiting{pool="read"}', () => 0],
    [
      'attendance_rpc_streams_open{service="attendance.v1.AttendanceService",method="StreamAttendance"}',
      () => 0,
    ],
  ];
  for (const [series, value] of figures) {
    it(`have ${series}`, () => expect(seriesOf(text).get(series), text).to.equal(value()));
  }

  it('name the build', () => {
    expect(text).to.match(
      /attendance_build_info\{version="[\d.]+",commit="3d78d8d",node="v\d+\.[\d.]+"\} 1\n/,
    );
  });

  it('bound the devices that callers can name', () => {
    const devices = text.match(/^attendance_punches_total\{/gm) ?? [];
    expect(devices).to.have.lengthOf(MAX_DEVICES + 2);
    const nowSeconds = Date.now() / 1000;
    const last = countOf(text, 'attendance_device_last_punch_timestamp_seconds', {
      device: 'gate-1',
    });
    expect(last).to.be.within(nowSeconds - 300, nowSeconds);
  });

  it('measure transactions, those of the health check apart', () => {
    for (const pool of ['write', 'read']) {
      const name = 'attendance_database_transaction_duration_seconds_count';
      expect(countOf(text, name, { pool }), pool).to.be.at.least(1);
    }
    expect(countOf(text, 'attendance_write_transaction_facts_bucket', { le: '1' })).to.equal(1);
  });
});
