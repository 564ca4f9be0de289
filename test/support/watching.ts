// A stream of changes as a test reads it: what came, in order, and the cursor behind it.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import { type Attendance, AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import type {
  AttendanceChange,
  AttendanceService,
  WatchAttendanceRequestSchema,
  WatchAttendanceResponse,
} from '../../gen/attendance/v1/attendance_service_pb.js';

type Request = MessageInitShape<typeof WatchAttendanceRequestSchema>;

/** Longer than any test waits, and shorter than a test may take. */
const PATIENCE_MS = 30_000;

export interface Watching {
  readonly changes: AttendanceChange[];
  /** Of the snapshot. */
  readonly days: Attendance[];
  /** Messages with neither. */
  heartbeats: number;
  snapshotDone: boolean;
  cursor: string;
  /** Resolves when there are so many changes, and returns them. */
  until(changes: number): Promise<readonly AttendanceChange[]>;
  untilIt(description: string, isSo: (watching: Watching) => boolean): Promise<void>;
  /** How the stream ended; resolves at its end. */
  readonly ended: Promise<ConnectError>;
  /** Cancels the stream. */
  close(): Promise<void>;
}

/** Opens a stream. Resolves with its first message, so that later changes are on it. */
export async function watch(
  client: Pick<Client<typeof AttendanceService>, 'watchAttendance'>,
  request: Request = {},
  headers: Record<string, string> = {},
): Promise<Watching> {
  const stopping = new AbortController();
  const bells = new Set<() => void>();
  let failure: ConnectError | undefined;
  const watching: Watching = {
    changes: [],
    days: [],
    heartbeats: 0,
    snapshotDone: false,
    cursor: '',
    until: async (changes) => {
      await watching.untilIt(`${changes} changes`, () => watching.changes.length >= changes);
      return watching.changes;
    },
    async untilIt(description, isSo) {
      const late = AbortSignal.timeout(PATIENCE_MS);
      while (!isSo(watching)) {
        if (late.aborted) expect.fail(`${description}: not in time; ${textsOf(watching.changes)}`);
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          bells.add(resolve);
          late.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
    ended: undefined as unknown as Promise<ConnectError>,
    async close() {
      stopping.abort();
      await watching.ended;
    },
  };
  const ring = () => {
    for (const bell of bells) bell();
    bells.clear();
  };
  const take = (message: WatchAttendanceResponse) => {
    watching.changes.push(...message.changes);
    watching.days.push(...message.snapshotDays);
    if (message.snapshotDone) watching.snapshotDone = true;
    else if (message.changes.length + message.snapshotDays.length === 0) watching.heartbeats += 1;
    watching.cursor = message.cursor;
    ring();
  };
  const read = async () => {
    try {
      const options = { signal: stopping.signal, headers };
      for await (const message of client.watchAttendance(request, options)) take(message);
      failure = new ConnectError('the stream ended without an error', Code.Unknown);
    } catch (error) {
      failure = ConnectError.from(error);
    }
    ring();
    return failure;
  };
  Object.assign(watching, { ended: read() });
  await watching.untilIt('the first message', ({ cursor }) => cursor !== '');
  return watching;
}

/** `mia 2026-03-02 PRESENT r1`, with a T for a change by time alone. */
export function textsOf(changes: readonly AttendanceChange[]): string[] {
  return changes.map(({ attendance: day, byTime }) => {
    const status = AttendanceStatus[day?.status ?? 0];
    return `${day?.employeeId} ${day?.date} ${status} r${day?.revision}${byTime ? ' T' : ''}`;
  });
}
