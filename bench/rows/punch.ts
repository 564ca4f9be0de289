// The row `punch`: RecordPunches of one punch, whose day is derived in the same transaction.

import { startLimit } from '../limits/start.js';
import { type Database, startDatabase } from '../support/database.js';
import { compare, loadFigures, noFailures } from '../support/load-figures.js';
import { alternate, type Measured } from '../support/rounds.js';
import type { Check, Row } from '../support/row.js';
import { startService } from '../support/service.js';
import { withClient } from '../support/unary.js';
import { hire } from './crew.js';
import { type Crew, crewId, RECORD_PATH, recordTemplate, singlePunch } from './punch-calls.js';

const CREW: Crew = { blocks: 2_000, blockSize: 1 };
const GOAL_OF_ECHO = 0.6;

export const punch: Row = {
  name: 'punch',
  work: 'RecordPunches of one punch: durable, its day derived in the same transaction',
  async run(context) {
    const { layout, pinning, loader, cleanup, folder, say } = context;
    const database = await startDatabase(folder, cleanup);
    const service = await startService(context, { DATABASE_URL: database.url });
    say(`  ${CREW.blocks} employees with a shift are hired`);
    const example = await withClient(service.port, async (client) => {
      await hire(client, CREW);
      return await client.call(RECORD_PATH, singlePunch(crewId(0, 0)));
    });
    const limit = { path: RECORD_PATH, response: example.toString('base64') };
    const echo = await startLimit('echo', limit, pinning, cleanup);
    const load = { requests: [recordTemplate(CREW)], firstCall: 0 };
    const measured = await alternate(loader, layout, [
      { name: 'attendance', ...service, ...load, answersMatch: false },
      { ...echo, ...load, answersMatch: false },
    ]);
    return {
      ...loadFigures('punches', measured, pinning),
      comparisons: [compare(measured, 'attendance', 'echo', GOAL_OF_ECHO)],
      checks: [
        ...measured.map(noFailures),
        ...(await everyPunchIsThere(database, measured, CREW.blockSize)),
        await database.durable(),
      ],
      notes: [],
      postgres: database.version,
      commit: database.commit,
    };
  },
};

/**
 * Every call answered with OK is in the database exactly once, and every day that was begun is
 * derived: two punches per day and employee, and the example's one before them.
 */
export async function everyPunchIsThere(
  database: Database,
  measured: readonly Measured[],
  punchesPerCall: number,
): Promise<readonly Check[]> {
  const load = measured.find(({ name }) => name === 'attendance');
  if (load === undefined) throw new Error('the service was not measured');
  const least = 1 + load.succeeded * punchesPerCall;
  const most = 1 + load.sent * punchesPerCall;
  const punches = await database.number('select count(*) from punch');
  const wanted = await database.number(
    'select count(*) from (select distinct employee_id, time::date from punch) days',
  );
  const days = await database.number('select count(*) from attendance_day where origin = 2');
  return [
    {
      rule: 'punches: as many as answers with OK',
      holds: punches >= least && punches <= most,
      found: `${punches}, ${least === most ? least : `${least} to ${most}`} expected`,
    },
    {
      rule: 'every day with a punch is derived',
      holds: days === wanted,
      found: `${days} days derived of ${wanted}`,
    },
  ];
}
