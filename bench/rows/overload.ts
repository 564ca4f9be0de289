// The row `overload`: calls arrive faster than they can be answered, and do not wait for earlier
// ones. Every caller has a deadline and enforces it. Only answers in time count.

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { Health, HealthCheckRequestSchema } from '../../gen/grpc/health/v1/health_pb.js';
import type { OpenPlan, OpenResult } from '../load/messages.js';
import { type RequestTemplate, templateOf } from '../load/template.js';
import { Beside } from '../support/beside.js';
import { Cleanup } from '../support/cleanup.js';
import { attachEmbedded, type Database } from '../support/database.js';
import { residentMb, watchMemory } from '../support/memory.js';
import {
  boundLines,
  checksOf,
  comparisonsOf,
  GOODPUT_GOALS,
  type Overloaded,
  overloadFigures,
} from '../support/overload-figures.js';
import { worstOf } from '../support/probes.js';
import { alternate, type Layout } from '../support/rounds.js';
import type { Row, RowContext } from '../support/row.js';
import { type Service, startService } from '../support/service.js';
import { median } from '../support/statistics.js';
import { withClient } from '../support/unary.js';
import { until } from '../support/wait.js';
import { type Calendar, datesOf, getTemplate, MARK_PATH, markTemplate } from './calls.js';
import { markEverybody } from './roster.js';

/** A company of this size is marked day by day, with more dates than any run needs. */
const MARKED: Calendar = { employees: 10_000, firstDate: '2000-01-01', days: 36_525 };
/** A month of these employees is stored and cached. */
const READ: Calendar = { employees: 1_000, firstDate: '1999-03-01', days: 28 };
const HIRED_ON = '1999-01-01';
/** Where the plain calls beside the load write, so that they are not counted with it. */
const BESIDE: Calendar = { employees: 1_000, firstDate: '1950-01-01', days: 10_000 };
/** Their numbers are also request ids. */
const BESIDE_FIRST_CALL = 2 ** 44;

const CONNECTIONS = 16;
const DEADLINE_MS = 2_000;
/** By then queues have filled: the first callers have reached their deadline. */
const LEAD_IN_MS = DEADLINE_MS;
/** The window of a load, in windows of the layout: by default 12.5 s. */
const LOAD_WINDOWS = 2.5;
/** Rounds of a closed loop, before, between and after the loads. */
const CAPACITY_ROUNDS = 3;

/** If started by root, PostgreSQL runs as another user, who must be able to pass through. */
const FOLDER_MODE = 0o711;
/** By then, writes in flight at a load's end are stored. */
const SETTLE_TIMEOUT_MS = 30_000;

interface Work {
  readonly name: string;
  readonly requests: readonly RequestTemplate[];
  /** A call of this kind, made beside the load. */
  readonly plain: RequestTemplate;
  readonly writes: boolean;
}

const MARK = markTemplate(MARKED);
const GET = getTemplate(READ);
const WORKS: readonly Work[] = [
  { name: 'marks', requests: [MARK], plain: markTemplate(BESIDE), writes: true },
  { name: 'gets', requests: [GET], plain: GET, writes: false },
  { name: 'mix', requests: [GET, MARK, GET, GET], plain: markTemplate(BESIDE), writes: true },
];
const HEALTH = templateOf(
  `/${Health.typeName}/${Health.method.check.name}`,
  toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, {})),
  [],
);

/** A service under measurement. */
interface Measuring {
  readonly context: RowContext;
  readonly work: Work;
  readonly service: Service;
  readonly database: Database;
  /** The number of the next call. */
  firstCall: number;
}

export const overload: Row = {
  name: 'overload',
  work: 'more calls than can be answered, marks, gets and three gets to a mark',
  async run(context) {
    const measured: Overloaded[] = [];
    let database: Database | undefined;
    for (const work of WORKS) {
      // Each has its own service, so that it begins with the memory of an idle one.
      const cleanup = new Cleanup();
      context.cleanup.add(() => cleanup.run());
      const own = { ...context, cleanup, folder: join(context.folder, work.name) };
      const measuring = await begin(own, work);
      database = measuring.database;
      measured.push(...(await measureWork(measuring)));
      await cleanup.run();
    }
    return {
      ...overloadFigures(measured, mannerOf(context.layout)),
      comparisons: comparisonsOf(measured),
      checks: checksOf(measured),
      notes: boundLines(measured),
      postgres: database?.version,
      commit: database?.commit,
    };
  },
};

function mannerOf({ windowMs }: Layout): string {
  return (
    `${CONNECTIONS} connections, arrivals of a Poisson process, deadline ${DEADLINE_MS / 1000} s, ` +
    `loads of ${(windowMs * LOAD_WINDOWS) / 1000} s; capacity in a closed loop`
  );
}

async function begin(context: RowContext, work: Work): Promise<Measuring> {
  mkdirSync(context.folder);
  chmodSync(context.folder, FOLDER_MODE);
  const dataDir = join(context.folder, 'data');
  const service = await startService(context, { DATA_DIR: dataDir });
  const database = await attachEmbedded(dataDir, context.pinning, context.cleanup);
  context.say(`  ${work.name}: ${MARKED.employees} employees are hired`);
  await withClient(service.port, async (client) => {
    await markEverybody(client, MARKED.employees, [HIRED_ON]);
    await markEverybody(client, READ.employees, datesOf(READ));
  });
  return { context, work, service, database, firstCall: 0 };
}

async function measureWork(measuring: Measuring): Promise<readonly Overloaded[]> {
  const { say } = measuring.context;
  const measured: Overloaded[] = [];
  let capacityBefore = await measureCapacity(measuring);
  for (const factor of GOODPUT_GOALS.keys()) {
    say(`  ${measuring.work.name}: ${Math.round(capacityBefore)} calls/s; now ${factor} x as many`);
    const overloaded = await measureLoad(measuring, capacityBefore * factor);
    const capacityAfter = await measureCapacity(measuring);
    const name = `${measuring.work.name} ${factor} x`;
    measured.push({ ...overloaded, name, factor, capacityBefore, capacityAfter });
    capacityBefore = capacityAfter;
  }
  return measured;
}

/** Answered calls per second in a closed loop: the median of some rounds. */
async function measureCapacity(measuring: Measuring): Promise<number> {
  const { context, work, service, firstCall } = measuring;
  const { loader, layout } = context;
  const rounds = Math.min(layout.rounds, CAPACITY_ROUNDS);
  const { requests } = work;
  const subject = { name: 'attendance', ...service, requests, firstCall, answersMatch: true };
  const measured = await alternate(loader, { ...layout, rounds }, [subject]);
  measuring.firstCall += measured.reduce((sum, { sent }) => sum + sent, 0);
  const all = measured.flatMap((each) => each.rounds);
  return median(all.map((round) => round.answeredInWindow / (round.windowMs / 1000)));
}

type LoadOnly = Omit<Overloaded, 'name' | 'factor' | 'capacityBefore' | 'capacityAfter'>;

async function measureLoad(measuring: Measuring, perSecond: number): Promise<LoadOnly> {
  const { context, work, service, database } = measuring;
  const windowMs = context.layout.windowMs * LOAD_WINDOWS;
  const beside = new Beside({
    port: service.port,
    health: HEALTH,
    plain: work.plain,
    firstCall: BESIDE_FIRST_CALL + measuring.firstCall,
  });
  context.cleanup.add(() => beside.stop());
  const usualMs = await beside.begin();
  const writtenBefore = await marksOf(database);
  const startMb = residentMb(service.pid);
  const stopMemory = watchMemory(service.pid);
  const load = await context.loader.runOpen(planOf(measuring, perSecond, windowMs));
  measuring.firstCall += load.sent;
  const normalAfterMs = await beside.normalAfterMs(load.endedAtMs, usualMs);
  beside.stop();
  const peakMb = stopMemory();
  const written = (await settledMarks(database)) - writtenBefore;
  return {
    windowMs,
    load,
    health: worstOf(beside.health, load.startedAtMs, load.endedAtMs),
    ready: worstOf(beside.ready, load.startedAtMs, load.endedAtMs),
    memory: { startMb, peakMb, endMb: residentMb(service.pid) },
    normalAfterMs,
    usualMs,
    unwanted: work.writes ? written - acknowledgedMarks(load, work) : undefined,
  };
}

function planOf(
  { work, service, firstCall }: Measuring,
  perSecond: number,
  windowMs: number,
): OpenPlan {
  return {
    port: service.port,
    requests: work.requests,
    answersMatch: true,
    connections: CONNECTIONS,
    perSecond,
    seed: firstCall,
    deadlineMs: DEADLINE_MS,
    leadInMs: LEAD_IN_MS,
    windowMs,
    firstCall,
    serverPid: service.pid,
  };
}

/** The marks of the loads. Marks made beside them have earlier dates. */
function marksOf(database: Database): Promise<number> {
  return database.number(`select count(*) from mark where date >= '${MARKED.firstDate}'`);
}

/** The same, once it has stopped growing: two successive counts are equal. */
async function settledMarks(database: Database): Promise<number> {
  let found = await marksOf(database);
  await until('what was under way is written', SETTLE_TIMEOUT_MS, async () => {
    const before = found;
    found = await marksOf(database);
    return found === before;
  });
  return found;
}

function acknowledgedMarks({ succeeded }: OpenResult, { requests }: Work): number {
  return requests.reduce(
    (sum, { path }, index) => sum + (path === MARK_PATH ? (succeeded[index] ?? 0) : 0),
    0,
  );
}
