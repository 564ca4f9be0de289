// A gRPC server for tests of the import that keeps the promises of the contract which an import
// leans on (a repeated request id is answered from its first answer, each item stands alone, the
// record clock), and remembers what it was sent and when.

import { status } from '@grpc/grpc-js';
import { AttendanceStatus } from '../../src/client/index.js';
import type { Handlers, Refusal, TestServer } from '../client/grpc-server.js';
import { refuse, startServer, statusOf } from '../client/grpc-server.js';

export interface RecordedItem {
  readonly employeeId: string;
  readonly employeeName: string;
  readonly date: string;
  readonly status: AttendanceStatus;
  readonly requestId: string;
}

interface Day {
  status: AttendanceStatus;
  revision: number;
  recordedAt: bigint;
}

export class RecordingService {
  /** Every batch that arrived. */
  readonly batches: RecordedItem[][] = [];
  /** `employee date` to the day as it stands. */
  readonly days = new Map<string, Day>();
  readonly #first = new Map<string, Day>();
  readonly #inFlight = new Map<string, number>();
  #clock = 1_700_000_000_000_000n;
  /** Employees that stood in two batches at once. */
  readonly shared = new Set<string>();
  /** Runs before a batch is answered; may throw `refuse(...)` or wait. */
  onBatch: (items: readonly RecordedItem[]) => Promise<void> = async () => undefined;
  /** The failure of one item; undefined when it is taken. */
  itemFailure: (item: RecordedItem) => Refusal | undefined = () => undefined;

  start(port = 0): Promise<TestServer> {
    return startServer(this.#handlers(), port);
  }

  /** What a person declares in between. */
  mark(employeeId: string, date: string, mark: AttendanceStatus): void {
    this.#clock += 1n;
    this.#write(employeeId, date, mark);
  }

  statusOf(employeeId: string, date: string): string | undefined {
    const day = this.days.get(`${employeeId} ${date}`);
    return day === undefined ? undefined : AttendanceStatus[day.status];
  }

  get items(): RecordedItem[] {
    return this.batches.flat();
  }

  #handlers(): Handlers {
    return {
      unary: {
        batchMarkAttendance: async ({ requests }) => {
          const items = requests.map(
            ({ employeeId, employeeName = '', date, status, requestId }) => ({
              employeeId,
              employeeName,
              date,
              status,
              requestId,
            }),
          );
          this.batches.push(items);
          const employees = new Set(items.map(({ employeeId }) => employeeId));
          for (const employee of employees) this.#enter(employee);
          try {
            await new Promise((resolve) => setImmediate(resolve));
            await this.onBatch(items);
          } finally {
            for (const employee of employees) this.#inFlight.delete(employee);
          }
          this.#clock += 1n;
          return { results: items.map((item) => this.#answer(item)) };
        },
        getAttendance: async ({ employeeId, date }) => {
          const day = this.days.get(`${employeeId} ${date}`);
          if (day === undefined) {
            const reason = 'EMPLOYEE_NOT_FOUND';
            throw refuse({ code: status.NOT_FOUND, message: 'unknown', reason });
          }
          return { attendance: { employeeId, date, revision: day.revision } };
        },
        listAttendance: async () => {
          const seconds = Number(this.#clock / 1_000_000n);
          const micros = String(this.#clock % 1_000_000n).padStart(6, '0');
          const settled = new Date(seconds * 1000).toISOString().replace('.000Z', `.${micros}Z`);
          throw refuse({
            code: status.INVALID_ARGUMENT,
            message: 'not settled',
            reason: 'AS_OF_TIME_NOT_SETTLED',
            info: { settled_time: settled },
          });
        },
      },
    };
  }

  #enter(employee: string): void {
    if (this.#inFlight.has(employee)) this.shared.add(employee);
    this.#inFlight.set(employee, 1);
  }

  #answer(item: RecordedItem) {
    const failure = this.itemFailure(item);
    if (failure !== undefined) {
      return { result: { case: 'error' as const, value: statusOf(failure) } };
    }
    const { employeeId, date, requestId } = item;
    const key = `${employeeId} ${requestId}`;
    const day = this.#first.get(key) ?? this.#write(employeeId, date, item.status);
    this.#first.set(key, day);
    const value = {
      employeeId,
      date,
      status: day.status,
      revision: day.revision,
      updateTime: {
        seconds: day.recordedAt / 1_000_000n,
        nanos: Number(day.recordedAt % 1_000_000n) * 1000,
      },
    };
    return { result: { case: 'attendance' as const, value } };
  }

  #write(employeeId: string, date: string, mark: AttendanceStatus): Day {
    const key = `${employeeId} ${date}`;
    const before = this.days.get(key);
    if (before?.status === mark) return before;
    const day = { status: mark, revision: (before?.revision ?? 0) + 1, recordedAt: this.#clock };
    this.days.set(key, day);
    return day;
  }
}
