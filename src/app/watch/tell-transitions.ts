// Puts the changes of days by time alone into the feed, each once: a departure that is missing, an
// absence that is certain. So every stream tells them at the same place, and none has to compute
// anything. One process at a time does it. It keeps the transitions of the next minutes in memory
// and follows the feed and the roster; under the lock of the feed's head it has seen every change,
// so it tells nothing that a change has overtaken.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import { ANY_DAY } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { utcDay } from '../../domain/roster/plan.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import { type Instant, instantOf, type RecordTime } from '../../domain/time/time.js';
import {
  type DayQuery,
  type DayReads,
  OPEN_DAYS_AFTER,
  OPEN_DAYS_BEFORE,
} from '../ports/day-reads.js';
import { EVERYBODY, type FeedEntry, type FeedReads } from '../ports/feed.js';
import type { Telling, ToldState, TransitionKey, TransitionStore } from '../ports/transitions.js';
import { Agenda, compareKeys, keyOf } from './agenda.js';

/** How far ahead transitions are kept; days are read again then. */
const WINDOW_MS = 15 * 60_000;

/** The longest window, after a pause in which nobody told them. */
const MAX_WINDOW_MS = 24 * 60 * 60_000;

/** With more days than this in memory, the window is halved. */
const MAX_DAYS = 20_000;

/** The most transitions of one transaction, which holds up all writers. */
const MAX_TOLD_AT_ONCE = 250;

/** How often it is recorded how far transitions are told, without any. */
const RECORD_EVERY_MS = 60_000;

/** Days that are read at a time. */
const PAGE_DAYS = 500;

/** How long the right to tell lasts: when its process dies, another one begins after that. */
const LEASE_MS = 10_000;
const RENEW_EVERY_MS = 3000;

/** Sorts after every possible id. */
const LAST_OF_ALL = '~' as EmployeeId;

export interface TellPorts {
  readonly transitions: TransitionStore;
  readonly store: FeedReads & Pick<DayReads, 'listByEmployee' | 'readDayAsOf'>;
  /** What time it is. */
  now(): Instant;
}

/** What a teller knows. */
interface Known {
  readonly agenda: Agenda;
  readonly state: ToldState;
  /** Up to where the feed was followed; not before `state.position`. */
  readonly seen: number;
  readonly rosterChange: number;
}

export class Teller {
  readonly #ports: TellPorts;
  readonly #name: string;
  #known: Known | undefined;
  #renewMs = 0;
  #recordMs = 0;

  /** `name`: of this process, and no other's. */
  constructor(ports: TellPorts, name: string) {
    this.#ports = ports;
    this.#name = name;
  }

  /** The next transition that is known; undefined without one. */
  get next(): Instant | undefined {
    return this.#known?.agenda.next;
  }

  /**
   * Tells what is due, if this process has the right to. Returns how many were told; undefined while
   * another process has it. Throws what the store throws, and then knows nothing any more.
   */
  async step(): Promise<number | undefined> {
    try {
      if (!(await this.#hold())) return undefined;
      await this.#followRoster();
      await this.#followFeed();
      return await this.#tell();
    } catch (error) {
      this.#known = undefined;
      throw error;
    }
  }

  /** Lets another process tell. */
  async release(): Promise<void> {
    if (this.#known !== undefined) await this.#ports.transitions.release(this.#name);
    this.#known = undefined;
  }

  /** Whether this process may tell, and knows what. */
  async #hold(): Promise<boolean> {
    const { transitions, now } = this.#ports;
    const nowMs = now();
    if (this.#known === undefined || nowMs >= this.#renewMs) {
      const state = await transitions.lease(this.#name, LEASE_MS);
      this.#renewMs = nowMs + RENEW_EVERY_MS;
      if (state === undefined) {
        this.#known = undefined;
        return false;
      }
      if (!isSame(state, this.#known?.state)) await this.#begin(state);
    }
    const known = this.#known;
    if (known !== undefined && isOver(known) && nowMs > known.agenda.until) {
      await this.#begin(known.state);
    }
    return this.#known !== undefined;
  }

  /** Reads all days that the clock changes soon. */
  async #begin(state: ToldState): Promise<void> {
    const { transitions, now } = this.#ports;
    const rosterChange = await transitions.rosterChange();
    const { at } = state.through;
    const windowMs = Math.min(Math.max(WINDOW_MS, now() - at), MAX_WINDOW_MS);
    const agenda = new Agenda((at + windowMs) as Instant);
    await this.#readDays(agenda, state.through, undefined);
    this.#known = { agenda, state, seen: state.position, rosterChange };
  }

  /** Puts the days of one employee, or of everybody, on the agenda. */
  async #readDays(
    agenda: Agenda,
    behind: TransitionKey,
    employeeId: EmployeeId | undefined,
  ): Promise<void> {
    const before = (behind.at - 1) as Instant;
    const query: Omit<DayQuery, 'after'> = {
      employeeId,
      groupId: undefined,
      startDate: fromEpochDay(utcDay(behind.at) - 1 - OPEN_DAYS_BEFORE),
      endDate: fromEpochDay(utcDay(agenda.until) + 1 + OPEN_DAYS_AFTER),
      filter: { ...ANY_DAY, final: false },
      includeExpected: true,
      now: before,
      asOf: undefined,
      limit: PAGE_DAYS,
    };
    let after: DayQuery['after'];
    do {
      const page = await this.#ports.store.listByEmployee({ ...query, after });
      for (const { employeeId: id, day } of page.days)
        agenda.put(id, day, sinceRecorded(day, behind));
      while (agenda.days > MAX_DAYS && agenda.until > behind.at + 1) {
        agenda.cut(Math.floor((agenda.until + behind.at) / 2) as Instant);
      }
      after = page.next;
    } while (after !== undefined);
  }

  /** Days without facts follow the roster in force. */
  async #followRoster(): Promise<void> {
    const known = this.#known;
    if (known === undefined) return;
    const { transitions } = this.#ports;
    const rosterChange = await transitions.rosterChange();
    if (rosterChange === known.rosterChange) return;
    const employeeIds = await transitions.changedSince(known.rosterChange);
    if (employeeIds === undefined) {
      await this.#begin(known.state);
      return;
    }
    for (const employeeId of employeeIds) {
      known.agenda.forget(employeeId);
      await this.#readDays(known.agenda, known.state.through, employeeId);
    }
    this.#known = { ...known, rosterChange };
  }

  /** Days with facts follow the feed. */
  async #followFeed(): Promise<void> {
    for (;;) {
      const known = this.#known;
      if (known === undefined) return;
      const page = await this.#ports.store.readFeed(known.seen, EVERYBODY);
      for (const entry of page.entries) await this.#follow(known.agenda, entry);
      this.#known = { ...known, seen: page.through.position };
      if (page.through.position === page.head) return;
    }
  }

  async #follow(agenda: Agenda, entry: FeedEntry): Promise<void> {
    if (entry.day.result !== undefined) {
      put(agenda, entry);
      return;
    }
    const { employeeId, day, recordedAt } = entry;
    const found = await this.#ports.store.readDayAsOf(employeeId, day.date, recordedAt);
    if (found === undefined) return;
    const { result } = found.day;
    put(agenda, { ...entry, day: { ...day, result } });
  }

  async #tell(): Promise<number> {
    const known = this.#known;
    if (known === undefined) return 0;
    const nowMs = this.#ports.now();
    const isDue = (known.agenda.next ?? Infinity) <= nowMs || nowMs > known.agenda.until;
    if (!isDue && nowMs < this.#recordMs) return 0;
    let telling: Telling | undefined;
    const state = await this.#ports.transitions.tell(known.state, known.seen, (entries, now) => {
      telling = whatToTell(known.agenda, entries, now);
      return telling;
    });
    if (state === undefined || telling === undefined) {
      // A day was withdrawn, or much was recorded meanwhile: the next step sees it first. If another
      // process has told, the next lease says so.
      this.#renewMs = 0;
      return 0;
    }
    known.agenda.told(telling.transitions);
    this.#known = { ...known, state, seen: state.position };
    this.#recordMs = nowMs + RECORD_EVERY_MS;
    return telling.transitions.length;
  }
}

/** Whether all transitions of the agenda's time are told. */
function isOver({ agenda, state }: Known): boolean {
  return state.through.at >= agenda.until;
}

function isSame(one: ToldState, other: ToldState | undefined): boolean {
  if (one.position !== other?.position) return false;
  return compareKeys(one.through, other.through) === 0;
}

/** A recorded day told what had passed when it was recorded: only what comes after that is left. */
function sinceRecorded({ date, recordedAt }: KnownDay, behind: TransitionKey): TransitionKey {
  if (recordedAt === undefined) return behind;
  const recorded = { at: instantOf(recordedAt), employeeId: LAST_OF_ALL, date };
  return compareKeys(recorded, behind) > 0 ? recorded : behind;
}

/** The day of a change of the feed, from that change on. A transition itself changes nothing. */
function put(agenda: Agenda, { employeeId, day, at, fact }: FeedEntry): void {
  if (fact === undefined || day.result === undefined) return;
  const behind = { at, employeeId: LAST_OF_ALL, date: day.date };
  agenda.put(employeeId, { ...day, result: day.result }, behind);
}

/** Undefined if it takes more reads to know. */
function whatToTell(
  agenda: Agenda,
  entries: readonly FeedEntry[],
  now: RecordTime,
): Telling | undefined {
  if (entries.some(({ day }) => day.result === undefined)) return undefined;
  for (const entry of entries) put(agenda, entry);
  const until = Math.min(instantOf(now), agenda.until) as Instant;
  const transitions = agenda.due(until, MAX_TOLD_AT_ONCE);
  const last = transitions.at(-1);
  const isAll = transitions.length < MAX_TOLD_AT_ONCE || last === undefined;
  const end = { at: until, employeeId: LAST_OF_ALL, date: fromEpochDay(utcDay(until)) };
  return { transitions, through: isAll ? end : keyOf(last) };
}
