// The row `watch`: 1,000 streams of changes while 1,000 days a second change. Most streams are of
// one employee, some of everybody. What counts is the time from a commit to its message.

import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { watchProcessorTime } from '../load/processor-time.js';
import { startDatabase } from '../support/database.js';
import type { Row } from '../support/row.js';
import { startService } from '../support/service.js';
import { percent, percentile } from '../support/statistics.js';
import { AUTHORIZATION } from '../support/token.js';
import { until } from '../support/wait.js';

/** As many as one instance allows: 1,000 streams of a method. */
const STREAMS_OF_ONE = 995;
const STREAMS_OF_ALL = 5;
/** A connection may have 100 of them. */
const STREAMS_PER_CONNECTION = 90;

/** That are being opened: more at once are refused, as too many calls would wait. */
const STREAMS_AT_A_TIME = 20;

/** Open loop: each call leaves at its time, whatever became of those before. */
const CHANGES_PER_SECOND = 1000;
const CHANGES_PER_CALL = 10;
const GOAL_P99_MS = 50;

/** A server that is still being compiled refuses the full rate. */
const WARM_UP_SHARES = [0.25, 0.5, 0.75, 1];

const CATCH_UP_MS = 30_000;
const HEADERS = { authorization: AUTHORIZATION };

const { PRESENT } = AttendanceStatus;

type AttendanceCalls = Client<typeof AttendanceService>;

/** What the streams have received. */
interface Received {
  changes: number;
  /** From the commit's time to the message, in ms; only of the measured time. */
  readonly delaysMs: number[];
  isMeasured: boolean;
  open: number;
}

export const watch: Row = {
  name: 'watch',
  work: `WatchAttendance: ${STREAMS_OF_ONE} streams of one employee and ${STREAMS_OF_ALL} of everybody`,
  async run(context) {
    const { layout, cleanup, folder, say } = context;
    const database = await startDatabase(folder, cleanup);
    const service = await startService(context, { DATABASE_URL: database.url });
    const client = () => {
      const baseUrl = `http://127.0.0.1:${service.port}`;
      return createClient(AttendanceService, createGrpcTransport({ baseUrl }));
    };
    const ending = new AbortController();
    cleanup.add(() => ending.abort());
    const received: Received = { changes: 0, delaysMs: [], isMeasured: false, open: 0 };
    const total = STREAMS_OF_ONE + STREAMS_OF_ALL;
    for (let index = 0, calls = client(); index < total; index += 1) {
      if (index % STREAMS_PER_CONNECTION === 0) calls = client();
      const employeeIds = index < STREAMS_OF_ONE ? [idOf(index)] : [];
      void read(calls, employeeIds, received, ending.signal);
      const least = index + 1 - STREAMS_AT_A_TIME;
      await until('the streams open', CATCH_UP_MS, async () => received.open >= least);
    }
    await until('all streams are open', CATCH_UP_MS, async () => received.open === total);
    say(`  ${total} streams are open`);
    const writer = client();
    let warm: Written = { calls: 0, changes: 0, refused: 0 };
    for (const share of WARM_UP_SHARES) {
      warm = await write(writer, warm, CHANGES_PER_SECOND * share, layout.warmUpMs);
    }
    received.isMeasured = true;
    const windowMs = layout.windowMs * layout.rounds;
    const endOfTime = watchProcessorTime(service.pid);
    const end = await write(writer, warm, CHANGES_PER_SECOND, windowMs);
    const busy = endOfTime();
    const written = end.changes;
    // Each change goes to the stream of its employee, if there is one, and to those of everybody.
    const all = written * (1 + STREAMS_OF_ALL);
    await until('all is told', CATCH_UP_MS, async () => received.changes >= all).catch(() => {});
    ending.abort();
    const { delaysMs } = received;
    const [p50, p99, most] = [50, 99, 100].map((share) => percentile(delaysMs, share));
    const perSecond = (written - warm.changes) / (windowMs / 1000);
    const cell = (value = Number.NaN) => value.toFixed(1);
    return {
      unit: 'changes',
      manner: `${total} streams, ${CHANGES_PER_SECOND} changes/s in calls of ${CHANGES_PER_CALL}`,
      figures: [{ name: 'attendance', perSecond }],
      table: [
        [
          '',
          'changes/s',
          'told/s',
          'p50 ms',
          'p99 ms',
          'most ms',
          'server busy',
          'load busy',
          'refused',
        ],
        [
          'attendance',
          perSecond.toFixed(0),
          (perSecond * (1 + STREAMS_OF_ALL)).toFixed(0),
          ...[p50, p99, most].map(cell),
          percent(busy.server ?? Number.NaN),
          percent(busy.loader),
          String(end.refused - warm.refused),
        ],
      ],
      doubts: [],
      measured: [{ written, told: received.changes, p50, p99, most }],
      comparisons: [],
      checks: [
        {
          rule: 'every change is told once on each stream that it is for',
          holds: received.changes === all,
          found: `${received.changes} of ${all}`,
        },
      ],
      notes: [
        `from the commit's record time to its message; the goal is a p99 of ${GOAL_P99_MS} ms`,
        'streams and writer share the load’s core with the database',
      ],
      postgres: database.version,
      commit: database.commit,
    };
  },
};

function idOf(index: number): string {
  return `w${String(index).padStart(4, '0')}`;
}

async function read(
  calls: AttendanceCalls,
  employeeIds: readonly string[],
  received: Received,
  signal: AbortSignal,
): Promise<void> {
  const request = { employeeIds: [...employeeIds] };
  let isOpen = false;
  try {
    for await (const message of calls.watchAttendance(request, { signal, headers: HEADERS })) {
      if (!isOpen) received.open += 1;
      isOpen = true;
      received.changes += message.changes.length;
      if (!received.isMeasured) continue;
      const nowMs = Date.now();
      for (const { changeTime: time } of message.changes) {
        if (time === undefined) continue;
        received.delaysMs.push(nowMs - Number(time.seconds) * 1000 - time.nanos / 1e6);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What was written, from the beginning on. */
interface Written {
  readonly calls: number;
  readonly changes: number;
  /** Calls that the service had no room for. */
  readonly refused: number;
}

/** Changes days at a fixed rate, behind what was written before. */
async function write(
  calls: AttendanceCalls,
  from: Written,
  perSecond: number,
  forMs: number,
): Promise<Written> {
  const startedMs = performance.now();
  const perMs = perSecond / CHANGES_PER_CALL / 1000;
  const count = Math.round(forMs * perMs);
  let refused = 0;
  const underWay: Promise<unknown>[] = [];
  for (let call = 0; call < count; call += 1) {
    const waitMs = startedMs + call / perMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const requests = marksFrom((from.calls + call) * CHANGES_PER_CALL);
    const made = calls.batchMarkAttendance({ requests }, { headers: HEADERS });
    underWay.push(
      made.catch(() => {
        refused += 1;
      }),
    );
  }
  await Promise.all(underWay);
  return {
    calls: from.calls + count,
    changes: from.changes + (count - refused) * CHANGES_PER_CALL,
    refused: from.refused + refused,
  };
}

/** Each of them changes its day: another note than the time before. */
function marksFrom(first: number) {
  return Array.from({ length: CHANGES_PER_CALL }, (_, index) => {
    const n = first + index;
    const turn = Math.floor(n / STREAMS_OF_ONE);
    const note = `turn ${turn}`;
    return { employeeId: idOf(n % STREAMS_OF_ONE), date: '2026-03-02', status: PRESENT, note };
  });
}
