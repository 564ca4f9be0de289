// The tables of the store as plain maps, so that the rules of a batch can be tried many thousand
// times: what is read is only what a store would read, what is decided is applied as decided, and
// whatever PostgreSQL's constraints would refuse throws. Says nothing about PostgreSQL itself.

import { rulesFor } from '../../../src/app/decide/decide-batch.js';
import type {
  AcceptedFact,
  BatchDecision,
  BatchView,
  EarlierFact,
  LockedEmployee,
  Need,
  RosterView,
  StandingMark,
} from '../../../src/app/ports/batch.js';
import type { ClearFact, Fact, MarkFact, VoidMarksFact } from '../../../src/app/ports/facts.js';
import { atOnce } from '../../../src/app/ports/turns.js';
import { derive, ENGINE_VERSION } from '../../../src/domain/engine/derive.js';
import type { Declaration, StoredDay } from '../../../src/domain/facts/day.js';
import { declarationOf } from '../../../src/domain/facts/declaration.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { PUNCH_KINDS, timelineOf } from '../../../src/domain/facts/punch.js';
import type { RecordedPunch } from '../../../src/domain/facts/recorded-punch.js';
import { planDays } from '../../../src/domain/roster/plan.js';
import type { EmployeeRoster, Roster } from '../../../src/domain/roster/roster.js';
import { fromEpochDay, type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';

interface ModelMark extends StandingMark {
  readonly isVoided: boolean;
}

interface EmployeeRow {
  readonly employeeName: string;
  version: number;
  roster: EmployeeRoster;
  readonly punches: Map<number, RecordedPunch>;
  readonly days: Map<LocalDate, StoredDay>;
  readonly marks: Map<LocalDate, readonly ModelMark[]>;
  readonly requests: Map<string, EarlierFact>;
}

export class ModelStore {
  roster: Roster;
  #head = 0;
  readonly #employees = new Map<EmployeeId, EmployeeRow>();

  constructor(roster: Roster) {
    this.roster = roster;
  }

  addEmployee(employeeId: EmployeeId, roster: EmployeeRoster): void {
    this.#employees.set(employeeId, {
      employeeName: `The ${employeeId}`,
      version: 0,
      roster,
      punches: new Map(),
      days: new Map(),
      marks: new Map(),
      requests: new Map(),
    });
  }

  /** Another one that holds the same, to see what would become of it. */
  clone(): ModelStore {
    const other = new ModelStore(this.roster);
    other.#head = this.#head;
    for (const [employeeId, row] of this.#employees) {
      const { punches, days, marks, requests } = row;
      other.#employees.set(employeeId, {
        ...row,
        punches: new Map(punches),
        days: new Map(days),
        marks: new Map(marks),
        requests: new Map(requests),
      });
    }
    return other;
  }

  setRoster(employeeId: EmployeeId, roster: EmployeeRoster): void {
    this.#row(employeeId).roster = roster;
  }

  /** Decides and applies a batch. */
  write(facts: readonly Fact[], now: Instant): BatchDecision {
    const rules = rulesFor(facts);
    const before = this.#rosterView(facts);
    const needs = facts.flatMap((fact) => rules.needs(fact, before));
    const decision = atOnce(rules.decide(this.#view(before, needs), now));
    if (decision.outcomes.length !== facts.length) throw new Error('outcomes are missing');
    this.#apply(facts, decision);
    return decision;
  }

  punches(employeeId: EmployeeId): readonly RecordedPunch[] {
    return [...this.#row(employeeId).punches.values()].sort(byTime);
  }

  day(employeeId: EmployeeId, date: LocalDate): StoredDay | undefined {
    return this.#row(employeeId).days.get(date);
  }

  /** What is stored of a range of dates: its results, as text, by date; nothing where none is. */
  stored(employeeId: EmployeeId, firstDay: number, lastDay: number): Record<string, string> {
    const found: Record<string, string> = {};
    for (let day = firstDay; day <= lastDay; day += 1) {
      const result = this.day(employeeId, fromEpochDay(day))?.result;
      if (result !== undefined) found[fromEpochDay(day)] = JSON.stringify(result);
    }
    return found;
  }

  /** The same, derived from everything that stands: what the stored days have to be. */
  rebuilt(employeeId: EmployeeId, firstDay: number, lastDay: number): Record<string, string> {
    const row = this.#row(employeeId);
    const standing = [...row.punches.values()].filter(({ voided }) => voided === undefined);
    const punches = timelineOf(standing);
    const found: Record<string, string> = {};
    for (const plan of planDays(this.roster, row.roster, firstDay, lastDay)) {
      const result = derive({ declaration: declarationOn(row, plan.date), punches }, plan);
      if (result.origin !== 'EXPECTED') found[plan.date] = JSON.stringify(result);
    }
    return found;
  }

  /** The imports of the marks that stand, once for each mark. */
  standingImports(employeeId: EmployeeId): readonly string[] {
    const row = this.#row(employeeId);
    const standing = [...row.marks.keys()].flatMap((date) => standingOf(row, date));
    return standing.flatMap(({ importId }) => importId ?? []);
  }

  /** As if all days had been stored by other rules. */
  age(employeeId: EmployeeId): void {
    const { days } = this.#row(employeeId);
    for (const [date, day] of days) days.set(date, { ...day, engineVersion: ENGINE_VERSION - 1 });
  }

  /** All dates that have a row, as epoch days. */
  storedDates(employeeId: EmployeeId): readonly number[] {
    return [...this.#row(employeeId).days.keys()].map((date) => toEpochDay(date));
  }

  #row(employeeId: EmployeeId): EmployeeRow {
    const row = this.#employees.get(employeeId);
    if (row === undefined) throw new Error(`${employeeId} is not there`);
    return row;
  }

  #locked(employeeId: EmployeeId): LockedEmployee | undefined {
    const row = this.#employees.get(employeeId);
    if (row === undefined) return undefined;
    const { employeeName, version, roster } = row;
    return { employeeId, employeeName, isAdded: employeeName !== '', version, roster };
  }

  #rosterView(facts: readonly Fact[]): RosterView {
    const named = new Set<string>();
    const events = new Set<string>();
    for (const fact of facts) {
      if (fact.kind === 'REPLACE') named.add(`${fact.employeeId} ${fact.punchId}`);
      if (fact.kind === 'CORRECT') {
        for (const correction of fact.corrections) {
          if (correction.kind !== 'ADD') named.add(`${fact.employeeId} ${correction.punchId}`);
        }
      }
      if (fact.kind === 'VOID')
        for (const id of fact.punchIds) named.add(`${fact.employeeId} ${id}`);
      if (fact.kind === 'PUNCH' || fact.kind === 'COMMAND') {
        events.add(`${fact.employeeId} ${fact.punch.deviceId} ${fact.punch.eventId}`);
      }
    }
    return {
      roster: this.roster,
      employee: (employeeId) => this.#locked(employeeId),
      punch: (employeeId, punchId) => {
        const isNamed = named.has(`${employeeId} ${punchId}`);
        return isNamed ? this.#employees.get(employeeId)?.punches.get(punchId) : undefined;
      },
      firstUse: (employeeId, deviceId, eventId) => {
        if (!events.has(`${employeeId} ${deviceId} ${eventId}`)) throw new Error('not asked for');
        return this.#usesOf(employeeId, deviceId, eventId)[0];
      },
      nextUse: (employeeId, punchId) => {
        const isNamed = named.has(`${employeeId} ${punchId}`);
        const punch = isNamed ? this.#row(employeeId).punches.get(punchId) : undefined;
        if (punch === undefined || punch.eventId === '') return undefined;
        const { deviceId, eventId } = punch;
        return this.#usesOf(employeeId, deviceId, eventId).find(
          (other) => compareUses(other, punch) > 0,
        );
      },
      // More than a store reads: the rest must not matter.
      marksOn: (employeeId, date) => standingOf(this.#row(employeeId), date),
      earlier: (employeeId, requestId) => {
        const earlier = this.#employees.get(employeeId)?.requests.get(requestId);
        return earlier && this.#asNow(employeeId, earlier);
      },
    };
  }

  /** Those that count, the earliest first. */
  #usesOf(employeeId: EmployeeId, deviceId: string, eventId: string): RecordedPunch[] {
    return this.punches(employeeId)
      .filter((punch) => punch.deviceId === deviceId && punch.eventId === eventId)
      .filter(({ replaces, voided }) => replaces === undefined && voided === undefined)
      .sort(compareUses);
  }

  #asNow(employeeId: EmployeeId, earlier: EarlierFact): EarlierFact {
    const { punches } = this.#row(employeeId);
    return {
      ...earlier,
      punches: earlier.punches.flatMap(({ punchId }) => punches.get(punchId) ?? []),
    };
  }

  #view(before: RosterView, needs: readonly Need[]): BatchView {
    return {
      ...before,
      day: (employeeId, date) => {
        const day = toEpochDay(date);
        const isRead = needs.some(
          (need) => need.employeeId === employeeId && need.firstDay <= day && day <= need.lastDay,
        );
        if (!isRead) throw new Error(`${date} was not read`);
        return this.day(employeeId, date);
      },
      punches: (employeeId) =>
        this.punches(employeeId).filter(({ time }) =>
          needs.some(
            (need) => need.employeeId === employeeId && need.from <= time && time <= need.to,
          ),
        ),
    };
  }

  #apply(facts: readonly Fact[], decision: BatchDecision): void {
    const recordedAt = (this.#head + 1) as RecordTime;
    this.#head = recordedAt;
    for (const accepted of decision.facts) {
      const fact = facts[accepted.index];
      if (fact === undefined) throw new Error('a fact that is none');
      this.#insert(fact, accepted, recordedAt);
    }
    for (const { employeeId, punchId, flags } of decision.reflags) {
      const row = this.#row(employeeId);
      const punch = row.punches.get(punchId);
      if (punch === undefined) throw new Error('no punch to flag');
      row.punches.set(punchId, { ...punch, flags });
    }
    let last = -1;
    for (const { index, employeeId, date, revision, result } of decision.changes) {
      const { days } = this.#row(employeeId);
      if ((days.get(date)?.revision ?? 0) + 1 !== revision) throw new Error('a gap in revisions');
      if (index < last) throw new Error('changes out of order');
      if (!decision.facts.some((fact) => fact.index === index)) throw new Error('no cause');
      last = index;
      const engineVersion = ENGINE_VERSION;
      days.set(date, { date, result, engineVersion, revision, recordedAt });
    }
    for (const { employeeId, date } of decision.restamps) {
      const { days } = this.#row(employeeId);
      const day = days.get(date);
      if (day?.result === undefined) throw new Error('nothing to stamp');
      days.set(date, { ...day, engineVersion: ENGINE_VERSION });
    }
    decision.facts.forEach((accepted) => {
      this.#remember(facts, accepted, decision);
    });
  }

  #insert(fact: Fact, accepted: AcceptedFact, recordedAt: RecordTime): void {
    const row = this.#row(fact.employeeId);
    // What makes no punch, or several, has a number of its own behind theirs.
    const own = accepted.punches.map(({ punchId }) => punchId);
    const numbers = [...new Set([...own, accepted.sequence])];
    if (numbers.some((number, place) => number !== row.version + 1 + place)) {
      throw new Error('a gap in numbers');
    }
    row.version += numbers.length;
    if (fact.kind === 'MARK' || fact.kind === 'CLEAR') this.#declare(fact, accepted.sequence);
    if (fact.kind === 'VOID_MARKS') {
      this.#voidMarks(fact, accepted);
      return;
    }
    if (fact.kind === 'CORRECT') this.#takeBack(fact, accepted, recordedAt);
    for (const punch of accepted.punches) {
      checkIdentity(punch, row);
      row.punches.set(punch.punchId, { ...punch, recordedAt, voided: undefined });
    }
    if (fact.kind !== 'CORRECT') this.#takeBack(fact, accepted, recordedAt);
  }

  #takeBack(fact: Fact, accepted: AcceptedFact, recordedAt: RecordTime): void {
    const row = this.#row(fact.employeeId);
    for (const punchId of accepted.voids) {
      const taken = row.punches.get(punchId);
      if (taken === undefined || taken.voided !== undefined) throw new Error('not to take back');
      const replacedBy = accepted.punches.find(({ replaces }) => replaces === punchId)?.punchId;
      const by = replacedBy ?? accepted.sequence;
      const { actor } = fact;
      const reason = 'reason' in fact ? fact.reason : '';
      row.punches.set(punchId, {
        ...taken,
        voided: { by, at: recordedAt, actor, reason, replacedBy },
      });
    }
  }

  #declare(fact: MarkFact | ClearFact, sequence: number): void {
    const { marks } = this.#row(fact.employeeId);
    const importId = fact.kind === 'MARK' ? fact.importId : undefined;
    const mark = { sequence, importId, fact, isVoided: false };
    marks.set(fact.date, [...(marks.get(fact.date) ?? []), mark]);
  }

  #voidMarks({ employeeId, date }: VoidMarksFact, { voids }: AcceptedFact): void {
    const row = this.#row(employeeId);
    const standing = standingOf(row, date).map(({ sequence }) => sequence);
    if (!voids.every((taken) => standing.includes(taken))) throw new Error('taken back twice');
    const marks = row.marks.get(date) ?? [];
    row.marks.set(
      date,
      marks.map((mark) => (voids.includes(mark.sequence) ? { ...mark, isVoided: true } : mark)),
    );
  }

  #remember(facts: readonly Fact[], accepted: AcceptedFact, { changes }: BatchDecision): void {
    const fact = facts[accepted.index];
    if (fact?.requestId === undefined) return;
    const { sequence, punches, voids } = accepted;
    const row = this.#row(fact.employeeId);
    if (row.requests.has(fact.requestId)) throw new Error('a request id twice');
    const days = accepted.days.map(({ date, revision }) => {
      const change = changes.find((each) => each.date === date && each.revision === revision);
      const stored = row.days.get(date);
      const after =
        change === undefined || stored === undefined ? stored : { ...stored, ...change };
      return { date, after: revision === 0 ? undefined : after };
    });
    const numbers = answeredPunches(fact, punches, voids);
    row.requests.set(fact.requestId, {
      payloadHash: fact.payloadHash,
      receivedAt: fact.receivedAt,
      isVoided: false,
      sequence,
      days,
      punches: numbers.flatMap((punchId) => row.punches.get(punchId) ?? []),
    });
  }
}

/** What a fact was answered with, in its order. */
function answeredPunches(
  fact: Fact,
  punches: readonly RecordedPunch[],
  voids: readonly number[],
): readonly number[] {
  if (fact.kind !== 'CORRECT') return punches.length === 0 ? voids : punches.map(numberOf);
  const recorded = punches.map(numberOf);
  return fact.corrections.flatMap((correction) =>
    correction.kind === 'VOID' ? correction.punchId : (recorded.shift() ?? []),
  );
}

function numberOf({ punchId }: RecordedPunch): number {
  return punchId;
}

function compareUses(a: RecordedPunch, b: RecordedPunch): number {
  return a.time - b.time || PUNCH_KINDS.indexOf(a.kind) - PUNCH_KINDS.indexOf(b.kind);
}

function byTime(a: RecordedPunch, b: RecordedPunch): number {
  return a.time - b.time || a.punchId - b.punchId;
}

/** punch_identity. */
function checkIdentity(punch: RecordedPunch, row: EmployeeRow): void {
  if (punch.replaces !== undefined) return;
  for (const other of row.punches.values()) {
    const isSame =
      other.replaces === undefined &&
      other.voided === undefined &&
      other.time === punch.time &&
      other.kind === punch.kind &&
      other.deviceId === punch.deviceId &&
      other.eventId === punch.eventId;
    if (isSame) throw new Error('the same punch twice');
  }
}

function standingOf({ marks }: EmployeeRow, date: LocalDate): readonly ModelMark[] {
  return (marks.get(date) ?? []).filter(({ isVoided }) => !isVoided);
}

function declarationOn(row: EmployeeRow, date: LocalDate): Declaration | undefined {
  return declarationOf(standingOf(row, date).map(({ fact }) => fact));
}
