// A store in memory whose reads and writes can be held at named points, to force interleavings that
// a database shows once in a million runs. It is not PostgreSQL and proves nothing about it.

import type { AttendanceStore } from '../../src/app/ports/attendance-store.js';
import type { BatchDecision, BatchRules } from '../../src/app/ports/batch.js';
import type { MonthBlock } from '../../src/app/ports/day-reads.js';
import type { CommittedBatch, EmployeeChange } from '../../src/app/ports/fact-writes.js';
import type { Fact, MarkFact } from '../../src/app/ports/facts.js';
import { type DayResult, NO_WORK } from '../../src/domain/facts/day.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import {
  firstDateOf,
  type LocalDate,
  type LocalMonth,
  monthOf,
} from '../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../src/domain/time/time.js';

export const JUNE = '2024-06' as LocalMonth;
export const JULY = '2024-07' as LocalMonth;

const NO_IMPORTS = {
  list: async () => [],
  read: async () => undefined,
  listStanding: async () => [],
};

export function employee(text: string): EmployeeId {
  return text as EmployeeId;
}

/** The rules of a store that asks for none. */
export const NO_RULES: BatchRules = {
  needs: () => [],
  decide: () => {
    throw new Error('this store decides by itself');
  },
};

/** A fact that changes the first day of a month. */
export function markIn(employeeId: EmployeeId, month: LocalMonth): MarkFact {
  return {
    kind: 'MARK',
    employeeId,
    date: firstDateOf(month),
    requestId: undefined,
    payloadHash: new Uint8Array(16),
    etag: undefined,
    actor: 'test',
    receivedAt: 0 as Instant,
    employeeName: undefined,
    status: 'PRESENT',
    portion: 'WHOLE_DAY',
    leaveTypeId: undefined,
    leaveTypeFailure: undefined,
    note: '',
    importId: undefined,
  };
}

/**
 * Employees whose every commit raises their version and leaves it in the days it changed: a
 * block's only day has the version of its last change as its revision, so that one can tell from
 * when a block is.
 */
export class Versions {
  readonly #changes = new Map<EmployeeId, ReadonlySet<LocalMonth>[]>();
  /** Of what all employees share: blocks say it as the days' time, too. */
  rosterVersion = 0;

  version(employeeId: EmployeeId): number {
    return this.#changes.get(employeeId)?.length ?? 0;
  }

  commit(employeeId: EmployeeId, months: readonly LocalMonth[]): EmployeeChange {
    const changes = this.#changes.get(employeeId) ?? [];
    this.#changes.set(employeeId, changes);
    changes.push(new Set(months));
    const versionAfter = changes.length;
    return { employeeId, versionBefore: versionAfter - 1, versionAfter, months };
  }

  /** The version of the month's last change at or before a version; 0 when there was none. */
  lastChange(employeeId: EmployeeId, month: LocalMonth, version: number): number {
    const changes = this.#changes.get(employeeId) ?? [];
    for (let at = version; at > 0; at--) {
      if (changes[at - 1]?.has(month) === true) return at;
    }
    return 0;
  }

  block(employeeId: EmployeeId, month: LocalMonth): MonthBlock {
    const version = this.version(employeeId);
    const revision = this.lastChange(employeeId, month, version);
    const { rosterVersion } = this;
    const recordedAt = rosterVersion as RecordTime;
    const day = { date: firstDateOf(month), result: DAY_OFF, revision, recordedAt };
    const days = revision === 0 ? [] : [day];
    return { employeeId, employeeName: 'Somebody', version, rosterVersion, month, zones: [], days };
  }
}

const DAY_OFF: DayResult = {
  status: 'DAY_OFF',
  origin: 'MARKED',
  portion: 'WHOLE_DAY',
  otherHalfStatus: undefined,
  leaveTypeId: undefined,
  otherHalfLeaveTypeId: undefined,
  leaveTimes: [],
  note: '',
  work: NO_WORK,
};

/** The version of the roster that a block of a month with days was really read under. */
export function rosterOf(block: MonthBlock | undefined): number {
  return block?.days[0]?.recordedAt ?? -1;
}

/** The version in which a block's month last changed; 0 for a block without days. */
export function stateOf(block: MonthBlock | undefined): number {
  return block?.days[0]?.revision ?? 0;
}

/** A place to stop at. */
export class Gate {
  #held: Promise<void> | undefined;
  #open: () => void = () => {};
  #arrivals: (() => void)[] = [];

  /** From now on, whoever comes stops here. */
  close(): void {
    this.#held = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#held = undefined;
    this.#open();
  }

  /** The next to stop here has come. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  async pass(): Promise<void> {
    if (this.#held === undefined) return;
    const held = this.#held;
    for (const arrived of this.#arrivals.splice(0)) arrived();
    await held;
  }
}

const NO_PLACE = { position: 0, recordedAt: 0 as RecordTime };

const NOTHING_DECIDED: BatchDecision = {
  outcomes: [],
  facts: [],
  changes: [],
  touched: [],
  restamps: [],
  reflags: [],
  derivedDays: 0,
};

export class ControllableStore implements AttendanceStore {
  readonly versions = new Versions();
  /** Behind a read's snapshot: what is held here has read already. */
  readonly afterRead = new Gate();
  /** Behind a write's commit. */
  readonly afterCommit = new Gate();
  reads = 0;
  /** Thrown by the next write, once it was committed. */
  loseAnswerOfNextWrite: Error | undefined;
  /** Thrown by every read. */
  readFailure: Error | undefined;
  /** Employees of whom a write says nothing: it repeated an earlier one. */
  readonly repeating = new Set<EmployeeId>();

  async writeBatch(facts: readonly Fact[]): Promise<CommittedBatch> {
    const months = new Map<EmployeeId, Set<LocalMonth>>();
    for (const fact of facts) {
      const { employeeId } = fact;
      if (fact.kind !== 'MARK' || this.repeating.has(employeeId)) continue;
      const { date } = fact;
      const changed = months.get(employeeId) ?? new Set();
      months.set(employeeId, changed.add(monthOf(date)));
    }
    const changes = [...months].map(([id, changed]) => this.versions.commit(id, [...changed]));
    await this.afterCommit.pass();
    const lost = this.loseAnswerOfNextWrite;
    this.loseAnswerOfNextWrite = undefined;
    if (lost !== undefined) throw lost;
    return { recordedAt: 1 as RecordTime, changes, decision: NOTHING_DECIDED };
  }

  async readMonth(employeeId: EmployeeId, month: LocalMonth): Promise<MonthBlock | undefined> {
    this.reads += 1;
    if (this.readFailure !== undefined) throw this.readFailure;
    const known = this.versions.version(employeeId) > 0;
    const block = known ? this.versions.block(employeeId, month) : undefined;
    await this.afterRead.pass();
    return block;
  }

  async readDayAsOf(_employeeId: EmployeeId, _date: LocalDate) {
    return undefined;
  }

  async readDayFacts() {
    return undefined;
  }

  async readDaysAround() {
    return undefined;
  }

  async listPunches() {
    return undefined;
  }

  readonly punchImports = NO_IMPORTS;
  readonly markImports = NO_IMPORTS;
  readonly leaveTypes = { set: async () => undefined, list: async () => [] };

  async listSimilarIds() {
    return [];
  }

  async listPeriods() {
    return { employees: [], next: undefined };
  }

  async listOpenDays() {
    return { days: [], next: undefined };
  }

  async readFeed() {
    return { entries: [], through: NO_PLACE, head: 0 };
  }

  async readFeedHead() {
    return { place: NO_PLACE, settled: 0 as RecordTime };
  }

  async beginTelling() {}

  async holdsPlace() {
    return true;
  }

  async listByDate() {
    return { days: [], next: undefined };
  }

  async listByEmployee() {
    return { days: [], next: undefined };
  }

  async listRevisions() {
    return undefined;
  }

  async pageTokenKey(): Promise<Uint8Array> {
    return Uint8Array.of(1);
  }

  async settle(wanted: RecordTime): Promise<RecordTime> {
    return wanted;
  }

  async health() {
    return [{ name: 'postgresql', up: true, detail: '' }] as const;
  }
}
