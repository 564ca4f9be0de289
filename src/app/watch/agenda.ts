// The transitions to come, up to some moment: those of the days as they are known now. Pure.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import { transitionsOf } from '../../domain/engine/present.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { Transition, TransitionKey } from '../ports/transitions.js';

/** A day that the clock will change. */
interface Planned {
  readonly employeeId: EmployeeId;
  readonly day: KnownDay;
  /** In order, at least one. */
  readonly times: readonly Instant[];
}

export function compareKeys(one: TransitionKey, other: TransitionKey): number {
  return (
    one.at - other.at ||
    compareEmployeeIds(one.employeeId, other.employeeId) ||
    (one.date < other.date ? -1 : one.date > other.date ? 1 : 0)
  );
}

export function keyOf({ at, employeeId, day }: Transition): TransitionKey {
  return { at, employeeId, date: day.date };
}

export class Agenda {
  readonly #planned = new Map<string, Planned>();
  #until: Instant;

  /** Transitions after `until` are left out. */
  constructor(until: Instant) {
    this.#until = until;
  }

  get until(): Instant {
    return this.#until;
  }

  get days(): number {
    return this.#planned.size;
  }

  /** The day as it is known now; its transitions behind a key count. Replaces what was known. */
  put(employeeId: EmployeeId, day: KnownDay, behind: TransitionKey): void {
    const { date } = day;
    const times = transitionsOf(day.result).filter(
      (at) => at <= this.#until && compareKeys({ at, employeeId, date }, behind) > 0,
    );
    this.#set({ employeeId, day, times });
  }

  /** Whatever was known of an employee. */
  forget(employeeId: EmployeeId): void {
    for (const [key, planned] of this.#planned) {
      if (planned.employeeId === employeeId) this.#planned.delete(key);
    }
  }

  /** Leaves out what comes after an earlier moment. */
  cut(until: Instant): void {
    this.#until = until;
    for (const planned of this.#planned.values()) {
      this.#set({ ...planned, times: planned.times.filter((at) => at <= until) });
    }
  }

  /** The time of the first transition; undefined without one. */
  get next(): Instant | undefined {
    let next: Instant | undefined;
    for (const { times } of this.#planned.values()) {
      const [first] = times;
      if (first !== undefined && (next === undefined || first < next)) next = first;
    }
    return next;
  }

  /** The transitions up to a moment, in order, at most `limit`. */
  due(now: Instant, limit: number): Transition[] {
    const due: Transition[] = [];
    for (const { employeeId, day, times } of this.#planned.values()) {
      for (const at of times) if (at <= now) due.push({ at, employeeId, day });
    }
    due.sort((one, other) => compareKeys(keyOf(one), keyOf(other)));
    return due.slice(0, limit);
  }

  /** Takes out what was told. */
  told(transitions: readonly Transition[]): void {
    for (const { at, employeeId, day } of transitions) {
      const planned = this.#planned.get(nameOf(employeeId, day.date));
      if (planned === undefined) continue;
      this.#set({ ...planned, times: planned.times.filter((time) => time !== at) });
    }
  }

  #set(planned: Planned): void {
    const name = nameOf(planned.employeeId, planned.day.date);
    if (planned.times.length === 0) this.#planned.delete(name);
    else this.#planned.set(name, planned);
  }
}

function nameOf(employeeId: EmployeeId, date: LocalDate): string {
  return `${date} ${employeeId}`;
}
