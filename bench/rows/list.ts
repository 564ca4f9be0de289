// The row `list`: ListAttendance of one employee's month, 31 days of work, from the cache.

import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttendanceService,
  ListAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { startLimit } from '../limits/start.js';
import { type MarkedField, type RequestTemplate, templateOf } from '../load/template.js';
import { attachEmbedded } from '../support/database.js';
import { compare, loadFigures, noFailures } from '../support/load-figures.js';
import { alternate } from '../support/rounds.js';
import type { Row } from '../support/row.js';
import { startService } from '../support/service.js';
import { signed } from '../support/token.js';
import { withClient } from '../support/unary.js';
import { hire, work } from './crew.js';
import { type Crew, crewId, crewIdOf } from './punch-calls.js';

const CREW: Crew = { blocks: 300, blockSize: 1 };
const DAYS = 31;
const FIRST_SECONDS = Date.UTC(2026, 2, 1, 6) / 1000;
const GOAL_OF_ECHO = 1.0;
const LIST_PATH = `/${AttendanceService.typeName}/${AttendanceService.method.listAttendance.name}`;

export const list: Row = {
  name: 'list',
  work: `ListAttendance of one employee's month: ${DAYS} days of work, cached`,
  async run(context) {
    const { layout, pinning, loader, cleanup, folder, say } = context;
    const dataDir = join(folder, 'data');
    const service = await startService(context, { DATA_DIR: dataDir });
    const database = await attachEmbedded(dataDir, pinning, cleanup);
    say(`  a month of ${CREW.blocks} employees is worked`);
    const example = await withClient(service.port, async (client) => {
      await hire(client, CREW);
      await work(client, CREW, FIRST_SECONDS, DAYS);
      return await client.call(LIST_PATH, request(crewId(0, 0)));
    });
    const limit = { path: LIST_PATH, response: example.toString('base64') };
    const echo = await startLimit('echo', limit, pinning, cleanup);
    const load = { requests: [listTemplate()], firstCall: 0 };
    const measured = await alternate(loader, layout, [
      { name: 'attendance', ...service, ...load, answersMatch: true },
      { ...echo, ...load, answersMatch: false },
    ]);
    return {
      ...loadFigures('calls', measured, pinning),
      comparisons: [compare(measured, 'attendance', 'echo', GOAL_OF_ECHO)],
      checks: measured.map(noFailures),
      notes: [`an answer has ${example.length} bytes`],
      postgres: database.version,
      commit: database.commit,
    };
  },
};

function request(employeeId: string): Uint8Array {
  const message = create(ListAttendanceRequestSchema, {
    employeeId,
    startDate: '2026-03-01',
    endDate: '2026-03-31',
  });
  return toBinary(ListAttendanceRequestSchema, message);
}

function listTemplate(): RequestTemplate {
  const marker = '######';
  const block: MarkedField = {
    kind: 'NUMBER',
    marker,
    width: marker.length,
    every: 1,
    modulo: CREW.blocks,
  };
  return signed(templateOf(LIST_PATH, request(crewIdOf(marker, 0)), [block], marker));
}
