// The row `punch-batch`: RecordPunches of 500 punches per call, compared with COPY of all the rows
// that they leave.

import { measureCopy } from '../support/copy.js';
import { startDatabase } from '../support/database.js';
import { loadFigures, noFailures } from '../support/load-figures.js';
import { alternate } from '../support/rounds.js';
import type { Row } from '../support/row.js';
import { startService } from '../support/service.js';
import { ratioOf } from '../support/statistics.js';
import { withClient } from '../support/unary.js';
import { hire } from './crew.js';
import { everyPunchIsThere } from './punch.js';
import { type Crew, crewId, RECORD_PATH, recordTemplate, singlePunch } from './punch-calls.js';

const CREW: Crew = { blocks: 20, blockSize: 500 };
/** Eight calls are 4,000 punches in flight. 128 calls would be 64,000, and would wait. */
const STREAMS = 2;
const GOAL_OF_COPY = 0.3;
/** The tables of the rows that punches leave. */
const TABLES = ['punch', 'attendance_day', 'attendance_change'];

export const punchBatch: Row = {
  name: 'punch-batch',
  work: `RecordPunches, ${CREW.blockSize} a call: durable, all days derived`,
  async run(context) {
    const { layout, pinning, loader, cleanup, folder, say } = context;
    const database = await startDatabase(folder, cleanup);
    const service = await startService(context, { DATABASE_URL: database.url });
    say(`  ${CREW.blocks * CREW.blockSize} employees with a shift are hired`);
    await withClient(service.port, async (client) => {
      await hire(client, CREW);
      await client.call(RECORD_PATH, singlePunch(crewId(0, 0)));
    });
    const load = { requests: [recordTemplate(CREW)], firstCall: 0 };
    const measured = await alternate(loader, layout, [
      { name: 'attendance', ...service, ...load, answersMatch: false, streams: STREAMS },
    ]);
    const punches = await database.number('select count(*) from punch');
    const seconds = await measureCopy(database, folder, TABLES, layout.rounds);
    const rates =
      measured[0]?.rounds.map(
        ({ answeredInWindow, windowMs }) => (answeredInWindow * CREW.blockSize * 1000) / windowMs,
      ) ?? [];
    const copied = seconds.map((each) => punches / each);
    return {
      ...loadFigures('calls', measured, pinning),
      comparisons: [
        { of: 'attendance', against: 'copy', ratio: ratioOf(rates, copied), goal: GOAL_OF_COPY },
      ],
      checks: [
        ...measured.map(noFailures),
        ...(await everyPunchIsThere(database, measured, CREW.blockSize)),
        await database.durable(),
      ],
      notes: [
        `a call is ${CREW.blockSize} punches; COPY is measured behind the load, not between`,
        `COPY wrote what ${punches} punches left behind, with the same indexes`,
      ],
      postgres: database.version,
      commit: database.commit,
    };
  },
};
