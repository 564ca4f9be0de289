// The row `transport`: compares the two limits. It needs no database and no service, so it shows
// how fast the machine and the loader are today.

import { create, toBinary } from '@bufbuild/protobuf';
import { GetAttendanceRequestSchema } from '../../gen/attendance/v1/attendance_service_pb.js';
import { startLimit } from '../limits/start.js';
import { templateOf } from '../load/template.js';
import { compare, loadFigures, noFailures } from '../support/load-figures.js';
import { alternate } from '../support/rounds.js';
import type { Row } from '../support/row.js';
import { EXAMPLE_RESPONSE, GET_PATH } from './calls.js';

export const transport: Row = {
  name: 'transport',
  work: 'grpc-js against bare node:http2, one GetAttendance answer from memory',
  async run({ layout, pinning, loader, cleanup }) {
    const request = templateOf(
      GET_PATH,
      toBinary(
        GetAttendanceRequestSchema,
        create(GetAttendanceRequestSchema, { employeeId: 'bench-00000001', date: '2026-03-01' }),
      ),
      [],
    );
    const limit = { path: GET_PATH, response: EXAMPLE_RESPONSE.toString('base64') };
    const load = { requests: [request], firstCall: 0, answersMatch: false };
    const echo = { ...(await startLimit('echo', limit, pinning, cleanup)), ...load };
    const h2 = { ...(await startLimit('h2', limit, pinning, cleanup)), ...load };
    const measured = await alternate(loader, layout, [echo, h2]);
    return {
      ...loadFigures('calls', measured, pinning),
      comparisons: [compare(measured, 'echo', 'h2')],
      checks: measured.map(noFailures),
      notes: [],
      postgres: undefined,
      commit: undefined,
    };
  },
};
