// The row `mark`: MarkAttendance, every call for another day, durable before it is answered.

import { create, toBinary } from '@bufbuild/protobuf';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { MarkAttendanceRequestSchema } from '../../gen/attendance/v1/attendance_service_pb.js';
import { startLimit } from '../limits/start.js';
import { type Database, startDatabase } from '../support/database.js';
import { compare, loadFigures, noFailures } from '../support/load-figures.js';
import { alternate, type Measured } from '../support/rounds.js';
import type { Check, Row } from '../support/row.js';
import { startService } from '../support/service.js';
import { withClient } from '../support/unary.js';
import { type Calendar, employeeId, MARK_PATH, markTemplate } from './calls.js';
import { markEverybody } from './roster.js';

/** A company of this size is marked day by day, with more dates than any run needs. */
const COMPANY: Calendar = { employees: 10_000, firstDate: '2000-01-01', days: 36_525 };
/** Before the company's dates: the day on which all employees are added, and the example's. */
const HIRED_ON = '1999-01-01';
const EXAMPLE_DATE = '1999-01-02';
const GOAL_OF_ECHO = 1.0;

export const mark: Row = {
  name: 'mark',
  work: 'MarkAttendance: durable, validated, with a request id, in the feed',
  async run(context) {
    const { layout, pinning, loader, cleanup, folder, say } = context;
    const database = await startDatabase(folder, cleanup);
    const service = await startService(context, { DATABASE_URL: database.url });
    say(`  ${COMPANY.employees} employees are hired`);
    const example = await withClient(service.port, async (client) => {
      await markEverybody(client, COMPANY.employees, [HIRED_ON]);
      return await client.call(MARK_PATH, exampleRequest());
    });
    const limit = { path: MARK_PATH, response: example.toString('base64') };
    const echo = await startLimit('echo', limit, pinning, cleanup);
    const load = { requests: [markTemplate(COMPANY)], firstCall: 0 };
    const attendance = { name: 'attendance', ...service };
    const measured = await alternate(loader, layout, [
      { ...attendance, ...load, answersMatch: true },
      { ...echo, ...load, answersMatch: false },
    ]);
    return {
      ...loadFigures('calls', measured, pinning),
      comparisons: [compare(measured, 'attendance', 'echo', GOAL_OF_ECHO)],
      checks: [
        ...measured.map(noFailures),
        ...(await everyMarkIsThere(database, measured)),
        await database.durable(),
      ],
      notes: [],
      postgres: database.version,
      commit: database.commit,
    };
  },
};

function exampleRequest(): Uint8Array {
  const request = create(MarkAttendanceRequestSchema, {
    employeeId: employeeId(0),
    date: EXAMPLE_DATE,
    status: AttendanceStatus.PRESENT,
  });
  return toBinary(MarkAttendanceRequestSchema, request);
}

/**
 * Every call answered with OK is in the database exactly once: as a fact, a day and in the feed. A
 * failed call may or may not have been committed.
 */
async function everyMarkIsThere(
  database: Database,
  measured: readonly Measured[],
): Promise<readonly Check[]> {
  const load = measured.find(({ name }) => name === 'attendance');
  if (load === undefined) throw new Error('the service was not measured');
  const before = COMPANY.employees + 1;
  const least = before + load.succeeded;
  const most = before + load.sent;
  const counted = {
    marks: await database.number('select count(*) from mark'),
    days: await database.number('select count(*) from attendance_day'),
    'changes on the feed': await database.number('select count(*) from attendance_change'),
    'the last position': await database.number('select position from feed_head'),
  };
  const expected = least === most ? `${least} expected` : `${least} to ${most} expected`;
  return Object.entries(counted).map(([what, found]) => ({
    rule: `${what}: as many as answers with OK`,
    holds: found >= least && found <= most,
    found: `${found}, ${expected}`,
  }));
}
