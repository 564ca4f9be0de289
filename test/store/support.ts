// A store over a fresh, migrated database, and facts to write into it.

import type { AttendanceStore } from '../../src/app/ports/attendance-store.js';
import type {
  Fact,
  MarkFact,
  PunchFact,
  RederiveFact,
  ReplaceFact,
  VoidFact,
} from '../../src/app/ports/facts.js';
import type { ClockRange, MarkableStatus, Portion } from '../../src/domain/facts/day.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { PunchKind } from '../../src/domain/facts/punch.js';
import type { ToldPunch } from '../../src/domain/facts/recorded-punch.js';
import type { LocalDate } from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import { findZone } from '../../src/domain/time/zone.js';
import { type Database, openDatabase } from '../../src/store/postgres/database.js';
import { createPostgresStore, type Databases } from '../../src/store/postgres-store.js';
import { createRosterReader, type RosterReader } from '../../src/store/rosters/roster-reader.js';
import { createTestDatabase } from '../support/database.js';

export interface StoreFixture {
  readonly url: string;
  readonly database: Database;
  readonly store: AttendanceStore;
  /** Rows of any statement: for looking at tables behind the store's back. */
  rows(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function openStore(): Promise<StoreFixture> {
  const test = await createTestDatabase();
  const database = openDatabase(test.url, () => {}, 16);
  return {
    url: test.url,
    database,
    store: createPostgresStore(allIn(database), testRosters(), { requireKnownEmployees: false }),
    rows: async (text, ...values) => await database.query({ name: '', text }, ...values),
    async close() {
      await database.close();
      await test.drop();
    },
  };
}

/** In UTC for whom nothing else is said. */
export function testRosters(): RosterReader {
  const defaultZone = findZone('UTC');
  if (defaultZone === undefined) throw new Error('there is no UTC');
  return createRosterReader({ defaultZone });
}

/** One pool for everything. */
export function allIn(database: Database): Databases {
  return { writes: database, reads: database, health: database };
}

let hashes = 0;

export interface FactOptions {
  readonly status?: MarkableStatus;
  readonly portion?: Portion;
  readonly leaveTime?: ClockRange;
  readonly requestId?: string;
  readonly etag?: string;
  readonly note?: string;
  readonly importId?: string;
}

/** A mark whose payload hash is its own, unless it has a request id: then it depends on that. */
export function markOf(employeeId: string, date: string, options: FactOptions = {}): MarkFact {
  const {
    status = 'PRESENT',
    portion = 'WHOLE_DAY',
    leaveTime,
    requestId,
    etag,
    note = '',
    importId,
  } = options;
  hashes += 1;
  return {
    kind: 'MARK',
    employeeId: employeeId as EmployeeId,
    employeeName: undefined,
    date: date as LocalDate,
    status,
    portion,
    leaveTime,
    leaveTypeId: undefined,
    leaveTypeFailure: undefined,
    note,
    importId,
    requestId,
    payloadHash: requestId === undefined ? Uint8Array.of(hashes % 256) : Buffer.from(requestId),
    etag,
    actor: 'test',
    receivedAt: Date.now() as Instant,
  };
}

export function clearOf(employeeId: string, date: string): Fact {
  return {
    kind: 'CLEAR',
    employeeId: employeeId as EmployeeId,
    date: date as LocalDate,
    reason: 'test',
    requestId: undefined,
    payloadHash: Uint8Array.of(0),
    etag: undefined,
    actor: 'test',
    receivedAt: Date.now() as Instant,
  };
}

/** Takes back what an import marked on a date. */
export function voidMarksOf(employeeId: string, date: string, importId: string): Fact {
  return {
    kind: 'VOID_MARKS',
    ...headerOf(employeeId, undefined),
    date: date as LocalDate,
    importId,
    reason: 'test',
  };
}

/** What every fact of these carries; its payload hash is its own, unless it has a request id. */
function headerOf(employeeId: string, requestId: string | undefined) {
  hashes += 1;
  return {
    employeeId: employeeId as EmployeeId,
    requestId,
    payloadHash: requestId === undefined ? Uint8Array.of(hashes % 256) : Buffer.from(requestId),
    actor: 'test',
    receivedAt: Date.now() as Instant,
  };
}

export interface PunchOptions extends Partial<Omit<ToldPunch, 'time' | 'kind'>> {
  readonly requestId?: string;
  readonly actor?: string;
  readonly importId?: string;
}

/** `time`: ISO 8601, with a zone. */
export function punchOf(
  employeeId: string,
  time: string,
  kind: PunchKind = 'IN',
  { requestId, actor = 'test', importId, ...told }: PunchOptions = {},
): PunchFact {
  return {
    kind: 'PUNCH',
    ...headerOf(employeeId, requestId),
    actor,
    importId,
    restore: false,
    validateOnly: false,
    punch: {
      time: Date.parse(time) as Instant,
      kind,
      deviceId: 'door',
      eventId: '',
      position: undefined,
      flags: [],
      source: 'DEVICE',
      timeZone: '',
      accuracyMeters: 0,
      labels: {},
      note: '',
      ...told,
    },
  };
}

export function voidOf(
  employeeId: string,
  punchIds: readonly number[],
  requestId?: string,
): VoidFact {
  return {
    kind: 'VOID',
    validateOnly: false,
    ...headerOf(employeeId, requestId),
    punchIds,
    onlyStanding: false,
    reason: 'never was',
  };
}

export function replaceOf(
  employeeId: string,
  punchId: number,
  time: string,
  requestId?: string,
): ReplaceFact {
  return {
    kind: 'REPLACE',
    validateOnly: false,
    ...headerOf(employeeId, requestId),
    punchId,
    time: Date.parse(time) as Instant,
    punchKind: undefined,
    reason: 'the clock was wrong',
  };
}

/** `firstDay`, `lastDay`: epoch days. */
export function rederiveOf(employeeId: string, firstDay: number, lastDay: number): RederiveFact {
  return {
    kind: 'REDERIVE',
    ...headerOf(employeeId, undefined),
    firstDay,
    lastDay,
    reason: 'night',
  };
}
