// The rows `get` and `get-redis`: GetAttendance of cached months, with the cache of each way to run
// the service: in its own process with the embedded database, otherwise in Redis.

import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { GetAttendanceRequestSchema } from '../../gen/attendance/v1/attendance_service_pb.js';
import { startLimit } from '../limits/start.js';
import { attachEmbedded, type Database, startDatabase } from '../support/database.js';
import { compare, loadFigures, noFailures } from '../support/load-figures.js';
import { startRedis } from '../support/redis.js';
import { alternate, type Measured } from '../support/rounds.js';
import type { Check, Row, RowContext, RowResult } from '../support/row.js';
import { type Service, startService } from '../support/service.js';
import { withClient } from '../support/unary.js';
import { type Calendar, datesOf, employeeId, GET_PATH, getTemplate } from './calls.js';
import { markEverybody } from './roster.js';

/** A month of this many employees is stored and read, day by day. */
const COMPANY: Calendar = { employees: 1_000, firstDate: '2026-03-01', days: 28 };
const GOAL_OF_ECHO = 1.2;
const GOAL_OF_H2 = 0.85;
/** A month counts as cached if at most this share of the calls became a transaction. */
const MISS_SHARE = 0.05;

export const get: Row = {
  name: 'get',
  work: 'GetAttendance of a cached month: embedded database, cache in the process',
  async run(context) {
    const dataDir = join(context.folder, 'data');
    const service = await startService(context, { DATA_DIR: dataDir });
    const database = await attachEmbedded(dataDir, context.pinning, context.cleanup);
    return await measure(context, service, database);
  },
};

export const getRedis: Row = {
  name: 'get-redis',
  work: 'GetAttendance of a cached month: a database and a Redis of their own (production)',
  async run(context) {
    const database = await startDatabase(context.folder, context.cleanup);
    const redisUrl = await startRedis(context);
    const service = await startService(context, {
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
    });
    return await measure(context, service, database);
  },
};

/** Fills the database, and measures the service and its limits. */
async function measure(
  { layout, pinning, loader, cleanup, say }: RowContext,
  service: Service,
  database: Database,
): Promise<RowResult> {
  say(`  a month of ${COMPANY.employees} employees is stored`);
  const example = await withClient(service.port, async (client) => {
    await markEverybody(client, COMPANY.employees, datesOf(COMPANY));
    return await client.call(GET_PATH, exampleRequest());
  });
  const limit = { path: GET_PATH, response: example.toString('base64') };
  const echo = await startLimit('echo', limit, pinning, cleanup);
  const h2 = await startLimit('h2', limit, pinning, cleanup);
  const load = { requests: [getTemplate(COMPANY)], firstCall: 0 };
  const subjects = [
    { name: 'attendance', ...service, ...load, answersMatch: true },
    { ...echo, ...load, answersMatch: false },
    { ...h2, ...load, answersMatch: false },
  ];
  let before = 0;
  const measured = await alternate(loader, layout, subjects, async () => {
    before = await transactionsOf(database);
  });
  const transactions = (await transactionsOf(database)) - before;
  return {
    ...loadFigures('calls', measured, pinning),
    comparisons: [
      compare(measured, 'attendance', 'echo', GOAL_OF_ECHO),
      compare(measured, 'attendance', 'h2', GOAL_OF_H2),
    ],
    checks: [...measured.map(noFailures), answeredFromCache(measured, transactions)],
    notes: [],
    postgres: database.version,
    commit: database.commit,
  };
}

function exampleRequest(): Uint8Array {
  const request = create(GetAttendanceRequestSchema, {
    employeeId: employeeId(0),
    date: COMPANY.firstDate,
  });
  return toBinary(GetAttendanceRequestSchema, request);
}

function transactionsOf(database: Database): Promise<number> {
  return database.number(
    'select xact_commit from pg_stat_database where datname = current_database()',
  );
}

/** Once the service is warm, every month has been read and can be in the cache. */
function answeredFromCache(measured: readonly Measured[], transactions: number): Check {
  const rounds = measured.find(({ name }) => name === 'attendance')?.rounds ?? [];
  const calls = rounds.reduce((sum, { sent }) => sum + sent, 0);
  return {
    rule: 'the answers come from the cache',
    holds: transactions <= calls * MISS_SHARE,
    found: `${transactions} transactions in the database for ${calls} calls of the rounds`,
  };
}
