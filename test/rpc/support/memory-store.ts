// A store of punches in memory, for tests of what the rpc layer makes of requests and results: the
// real rules decide, and accepted punches are there for the next call. It is no database: nothing
// is locked, shared, rolled back or kept, and it proves nothing about one.

import type { AttendanceStore } from '../../../src/app/ports/attendance-store.js';
import type { BatchView, LockedEmployee } from '../../../src/app/ports/batch.js';
import type { CommittedBatch } from '../../../src/app/ports/fact-writes.js';
import type { Fact } from '../../../src/app/ports/facts.js';
import type { PunchPage, PunchQuery } from '../../../src/app/ports/punch-reads.js';
import type { RebuildStore } from '../../../src/app/ports/rebuild-ports.js';
import type { RosterStore } from '../../../src/app/ports/roster-ports.js';
import { atOnce } from '../../../src/app/ports/turns.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { RecordedPunch } from '../../../src/domain/facts/recorded-punch.js';
import type { EmployeeRoster, Roster } from '../../../src/domain/roster/roster.js';
import { DEFAULT_OFF_SHIFT_RULES } from '../../../src/domain/roster/shift.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';
import type { BadgePorts } from '../../../src/rpc/clock/badges.js';
import { zoneNamed } from '../../domain/support/arbitraries.js';

const ROSTER: Roster = {
  shifts: new Map(),
  calendars: new Map(),
  policies: new Map(),
  offShift: DEFAULT_OFF_SHIFT_RULES,
};

const EMPLOYEE: EmployeeRoster = {
  zones: [{ fromDay: -Infinity, zone: zoneNamed('UTC') }],
  joinedDay: -Infinity,
  leftDay: Infinity,
  defaultShiftId: undefined,
  calendarId: undefined,
  assignments: [],
  overrides: new Map(),
};

/** What the tests' calls use of a store. */
type Used = Pick<AttendanceStore, 'writeBatch' | 'listPunches' | 'pageTokenKey' | 'settle'>;

export class MemoryStore implements Used {
  /** The facts of each batch. */
  readonly batches: (readonly Fact[])[] = [];
  /** Employees that are not known, and are not to be added. */
  readonly unknown = new Set<string>();
  readonly #punches: RecordedPunch[] = [];
  /** Called before a batch is committed. */
  beforeCommit: () => Promise<void> = async () => {};

  /** The store, where only the methods above are called. */
  get asStore(): AttendanceStore {
    return this as unknown as AttendanceStore;
  }

  async writeBatch(
    facts: readonly Fact[],
    rules: Parameters<AttendanceStore['writeBatch']>[1],
  ): Promise<CommittedBatch> {
    this.batches.push(facts);
    const decision = atOnce(rules.decide(this.#view(), 0 as Instant));
    await this.beforeCommit();
    for (const { punches } of decision.facts) this.#punches.push(...punches);
    return { recordedAt: 1_772_409_600_000_000 as RecordTime, changes: [], decision };
  }

  async listPunches({ employeeId, after, limit }: PunchQuery): Promise<PunchPage> {
    const own = this.#of(employeeId).toSorted((a, b) => a.time - b.time || a.punchId - b.punchId);
    const isAfter = ({ time, punchId }: RecordedPunch) =>
      after === undefined || time > after.time || (time === after.time && punchId > after.punchId);
    const found = own.filter(isAfter);
    const punches = found.slice(0, limit);
    return { punches, next: found.length > limit ? punches.at(-1) : undefined };
  }

  pageTokenKey = async () => new Uint8Array(32);
  settle = async (wanted: RecordTime) => wanted;

  #of(employeeId: EmployeeId): RecordedPunch[] {
    return this.#punches.filter((punch) => punch.employeeId === employeeId);
  }

  #view(): BatchView {
    const employees = new Map<EmployeeId, LockedEmployee>();
    return {
      roster: ROSTER,
      employee: (employeeId) => {
        if (this.unknown.has(employeeId)) return undefined;
        const version = this.#of(employeeId).length;
        const known = employees.get(employeeId) ?? {
          employeeId,
          employeeName: '',
          isAdded: true,
          version,
          roster: EMPLOYEE,
        };
        employees.set(employeeId, known);
        return known;
      },
      punch: () => undefined,
      firstUse: (employeeId, deviceId, eventId) =>
        this.#of(employeeId)
          .filter((punch) => punch.deviceId === deviceId && punch.eventId === eventId)
          .sort((a, b) => a.time - b.time)[0],
      nextUse: () => undefined,
      marksOn: () => [],
      earlier: () => undefined,
      day: () => undefined,
      punches: (employeeId) => this.#of(employeeId),
    };
  }
}

/** In the place of stores that a test does not use. */
export const NO_OTHER_STORES = {
  roster: {} as RosterStore,
  facts: {} as Pick<RebuildStore, 'look'>,
  badges: {} as BadgePorts,
};
