// One employee while a batch is decided: punches and days as the facts so far left them, and the
// changes. Dates that punches touched are derived only when needed, so a log of many punches
// derives each date once.

import { isByThisEngine } from '../../domain/engine/day-under-plan.js';
import { derive, NO_FACTS, sameResult } from '../../domain/engine/derive.js';
import { mayBePunched } from '../../domain/engine/punched-day.js';
import type { DayResult, Declaration, StoredDay } from '../../domain/facts/day.js';
import { declarationIn } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Punch } from '../../domain/facts/punch.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import type { Window } from '../../domain/roster/planned-shift.js';
import { fromEpochDay, type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type {
  AnswerDay,
  BatchView,
  DayChange,
  DayRestamp,
  LockedEmployee,
  StandingMark,
} from '../ports/batch.js';
import { atOnce, type Steps } from '../ports/turns.js';
import type { PlannedDays } from './planned-days.js';
import { PunchList } from './punch-list.js';

/** A day as the batch has left it so far. */
export interface DayState {
  /** 0: never stored. */
  readonly revision: number;
  readonly result: DayResult | undefined;
  /** Whether the rules in force wrote its whole row. */
  readonly isTrusted: boolean;
  /** Undefined if this batch changed it, or if it was never stored. */
  readonly changedAt: RecordTime | undefined;
}

const NEVER_STORED: DayState = {
  revision: 0,
  result: undefined,
  isTrusted: true,
  changedAt: undefined,
};

export class EmployeeState {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly isAdded: boolean;
  readonly plans: PlannedDays;
  readonly changes: DayChange[] = [];
  readonly restamps = new Map<number, DayRestamp>();
  /** Epoch days that marks and punches of the batch were about, whether or not they changed. */
  readonly touched = new Set<number>();
  /** The number of days that were derived to be stored. */
  derivedDays = 0;
  readonly #view: BatchView;
  #sequence: number;
  readonly punches: PunchList;
  /** Punches that a fact was about, by number. */
  readonly #named = new Map<number, RecordedPunch>();
  /**
   * For event ids whose earliest punch this batch changed: that punch; undefined if none is left.
   */
  readonly #firstUses = new Map<string, RecordedPunch | undefined>();
  /** Punches with event ids that this batch recorded. */
  readonly #uses: RecordedPunch[] = [];
  readonly #days = new Map<number, DayState>();
  /** Marks and clearings of this batch, by epoch day; and the days on which it voided marks. */
  readonly #marks = new Map<number, StandingMark[]>();
  readonly #voidedDates = new Set<number>();
  /** Epoch days to derive, each with the index of the last fact that touched it. */
  readonly #dirty = new Map<number, number>();

  constructor(employee: LockedEmployee, plans: PlannedDays, view: BatchView) {
    this.employeeId = employee.employeeId;
    this.employeeName = employee.employeeName;
    this.isAdded = employee.isAdded;
    this.plans = plans;
    this.#view = view;
    this.#sequence = employee.version;
    this.punches = new PunchList(view.punches(this.employeeId), plans.roster, plans.employee);
  }

  /** The number of the next fact. */
  takeSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** The current state of a punch that a fact is about. */
  punch(punchId: number): RecordedPunch | undefined {
    return this.#named.get(punchId) ?? this.#view.punch(this.employeeId, punchId);
  }

  /** The current state of a punch that was read. From now on `punch` finds it by number. */
  named(read: RecordedPunch): RecordedPunch {
    const known = this.#named.get(read.punchId);
    if (known === undefined) this.#named.set(read.punchId, read);
    return known ?? read;
  }

  /** The earliest standing punch with the same device and event id. */
  firstUse({ deviceId, eventId }: Punch): RecordedPunch | undefined {
    const key = useKey({ deviceId, eventId });
    const first = this.#firstUses.has(key)
      ? this.#firstUses.get(key)
      : this.#view.firstUse(this.employeeId, deviceId, eventId);
    return first && this.named(first);
  }

  noteFirstUse(punch: Punch, first: RecordedPunch | undefined): void {
    this.#firstUses.set(useKey(punch), first);
  }

  /**
   * The standing punches, in no order, that include the next use of an event id after `punch`, the
   * earliest one so far.
   */
  usesAfter(punch: RecordedPunch): RecordedPunch[] {
    const isUse = (other: Punch) => useKey(other) === useKey(punch);
    const found = this.#uses.filter(isUse).map((use) => this.named(use));
    let read = this.#view.nextUse(this.employeeId, punch.punchId);
    while (read !== undefined) {
      found.push(this.named(read));
      read = this.#view.nextUse(this.employeeId, read.punchId);
    }
    return found.filter(({ voided }) => voided === undefined);
  }

  /** Records a punch. `isFirstUse`: it is now the earliest punch of its event id. */
  add(punch: RecordedPunch, isFirstUse: boolean, index: number): void {
    if (punch.eventId !== '') this.#uses.push(punch);
    if (isFirstUse) this.noteFirstUse(punch, punch);
    this.#named.set(punch.punchId, punch);
    this.#touch(punch.time, this.punches.add(punch), index);
  }

  /** Records the new state of a punch. */
  change(punch: RecordedPunch, index: number): void {
    this.#named.set(punch.punchId, punch);
    // A punch that was voided before changes no date.
    if (this.punches.isStanding(punch)) this.#touch(punch.time, this.punches.rangeOf(punch), index);
    this.punches.change(punch);
  }

  #touch(time: Instant, range: Window | undefined, index: number): void {
    for (const { epochDay } of this.plans.changedBy(time, range)) {
      this.#dirty.set(epochDay, index);
      this.touched.add(epochDay);
    }
  }

  /** A day in its current state. Call `settle` first. */
  day(epochDay: number): DayState {
    const known = this.#days.get(epochDay);
    if (known !== undefined) return known;
    const stored = this.#view.day(this.employeeId, fromEpochDay(epochDay));
    const state =
      stored === undefined
        ? NEVER_STORED
        : {
            revision: stored.revision,
            result: stored.result,
            isTrusted: isByThisEngine(stored),
            changedAt: stored.recordedAt,
          };
    this.#days.set(epochDay, state);
    return state;
  }

  /** Derives the dates that punches touched and that were not derived since. */
  settle(): void {
    atOnce(this.settling());
  }

  /** The same in steps of one date, because there may be many. */
  *settling(): Steps<void> {
    if (this.#dirty.size === 0) return;
    const dirty = [...this.#dirty].sort(([a], [b]) => a - b);
    this.#dirty.clear();
    for (const [epochDay, index] of dirty) {
      this.deriveDay(epochDay, declarationIn(this.day(epochDay).result), index);
      yield;
    }
  }

  /** Records a mark or a clearing of this batch. */
  noteMark(epochDay: number, mark: StandingMark): void {
    const known = this.#marks.get(epochDay);
    if (known === undefined) this.#marks.set(epochDay, [mark]);
    else known.push(mark);
  }

  /**
   * The standing marks of a date on which marks of an import are voided, oldest first. Undefined if
   * the batch voided some there before, because the marks that remain were not read.
   */
  standingMarks(epochDay: number, importId: string): readonly StandingMark[] | undefined {
    if (this.#voidedDates.has(epochDay)) return undefined;
    const read = this.#view.marksOn(this.employeeId, fromEpochDay(epochDay), importId);
    return [...read, ...(this.#marks.get(epochDay) ?? [])];
  }

  /** Records that marks of a date were voided. */
  noteVoidedMarks(epochDay: number): void {
    this.#voidedDates.add(epochDay);
  }

  /** Derives the date that a mark or a clearing is about. */
  declare(epochDay: number, declaration: Declaration | undefined, index: number): void {
    this.touched.add(epochDay);
    this.deriveDay(epochDay, declaration, index);
  }

  /**
   * Derives a date under a declaration. Returns whether it changed. `index` is the fact that did
   * it.
   */
  deriveDay(epochDay: number, declaration: Declaration | undefined, index: number): boolean {
    const before = this.day(epochDay);
    const plan = this.plans.plan(epochDay);
    const punches = this.punches.timeline;
    const isNothing = before.result === undefined && declaration === undefined;
    if (isNothing && before.isTrusted && !mayBePunched(plan, punches)) return false;
    this.derivedDays += 1;
    const derived = derive({ declaration, punches }, plan);
    const result = derived.origin === 'EXPECTED' ? undefined : derived;
    const date = plan.date;
    const { employeeId } = this;
    if (sameResult(result, before.result)) {
      if (!before.isTrusted) {
        this.restamps.set(epochDay, { employeeId, date, result });
        this.#days.set(epochDay, { ...before, isTrusted: true });
      }
      return false;
    }
    const revision = before.revision + 1;
    this.restamps.delete(epochDay);
    this.#days.set(epochDay, {
      revision,
      result,
      isTrusted: true,
      changedAt: undefined,
    });
    this.changes.push({ index, employeeId, date, revision, result });
    return true;
  }

  /** A day in the form of an answer. Call `settle` first. */
  answer(epochDay: number): AnswerDay {
    const { revision, result, changedAt } = this.day(epochDay);
    return {
      date: fromEpochDay(epochDay),
      revision,
      result: result ?? this.expected(epochDay),
      changedAt,
    };
  }

  /** The result of a date without a stored day. */
  expected(epochDay: number): DayResult {
    return derive(NO_FACTS, this.plans.plan(epochDay));
  }

  /**
   * A day as an earlier fact left it, in the form of an answer. `after` is undefined if the day was
   * not stored by then.
   */
  answerAs(date: LocalDate, after: StoredDay | undefined): AnswerDay {
    const result = after?.result ?? this.expected(toEpochDay(date));
    return { date, revision: after?.revision ?? 0, result, changedAt: after?.recordedAt };
  }
}

function useKey({ deviceId, eventId }: Pick<Punch, 'deviceId' | 'eventId'>): string {
  return JSON.stringify([eventId, deviceId]);
}
