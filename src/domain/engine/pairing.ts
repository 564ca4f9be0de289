// Turns punches into sessions: what each punch does to the open session. One Pairing reads the
// punches of one shift, or of one period of work off shift, in time order.

import type { AutoClosedFinding } from '../explain/auto-closed-finding.js';
import type { Trace } from '../explain/finding.js';
import type { Anomaly, Break } from '../facts/day.js';
import type { Punch, PunchKind } from '../facts/punch.js';
import type { WorkRules } from '../roster/shift.js';
import type { Instant } from '../time/time.js';

/** The most punches that are read of one shift, and of one day off shift. */
export const MAX_PUNCHES = 200;

/** A session made of punches. */
export interface PunchedSession {
  /** Undefined if only the departure is known. */
  readonly in: Instant | undefined;
  /** Undefined if the departure is not known. */
  out: Instant | undefined;
  /** Only the last break of a session without `out` can lack an end. */
  readonly breaks: Break[];
  /** Whether it began with a punch without a kind. */
  readonly isUntyped: boolean;
  /** When a rule closes it; absent: none does. `out` is the same once it has. */
  autoCloseAt?: Instant;
}

/** The closing of an open session by a rule, with its finding. */
export interface Closing {
  readonly at: Instant;
  readonly finding: AutoClosedFinding;
}

/** Says when a rule closes the open session of a pairing; undefined if none does. */
export type Closer = (pairing: Pairing) => Closing | undefined;

/** The order of several punches of one instant: the one that leaves the fewest anomalies. */
const CLOSING_FIRST: readonly PunchKind[] = [
  'BREAK_END',
  'OUT',
  'UNSPECIFIED',
  'IN',
  'BREAK_START',
];
/** For a break within one second, of an employee who is in and not on a break. */
const BREAK_FIRST: readonly PunchKind[] = ['BREAK_START', 'BREAK_END', 'OUT', 'UNSPECIFIED', 'IN'];
const OPENING_FIRST: readonly PunchKind[] = [
  'IN',
  'UNSPECIFIED',
  'BREAK_START',
  'BREAK_END',
  'OUT',
];

/** Whether a punch is read as alternating: it has no kind, or the rules do not trust the keys. */
export function isUntyped(kind: PunchKind, { pairing }: WorkRules): boolean {
  return kind === 'UNSPECIFIED' || (pairing === 'ALTERNATING' && (kind === 'IN' || kind === 'OUT'));
}

export class Pairing {
  readonly sessions: PunchedSession[] = [];
  readonly anomalies = new Set<Anomaly>();
  readonly shiftId: string | undefined;
  readonly #rules: WorkRules;
  /**
   * The longest session: a punch later than this after an arrival belongs to another. In
   * milliseconds.
   */
  readonly longestMs: number;
  readonly #trace: Trace;
  readonly #closer: Closer | undefined;
  #open: PunchedSession | undefined;
  /** The action and time of the last punch that counted. */
  #lastAction: PunchKind | undefined;
  #lastTime = -Infinity as Instant;

  constructor(
    rules: WorkRules,
    shiftId: string | undefined,
    longestMs: number,
    trace: Trace,
    closer?: Closer,
  ) {
    this.#closer = closer;
    this.#rules = rules;
    this.shiftId = shiftId;
    this.longestMs = longestMs;
    this.#trace = trace;
  }

  get open(): PunchedSession | undefined {
    return this.#open;
  }

  get isOnBreak(): boolean {
    return this.#pause !== undefined;
  }

  /** The current break. */
  get #pause(): Break | undefined {
    const last = this.#open?.breaks.at(-1);
    return last?.end === undefined ? last : undefined;
  }

  /** The time of the last punch that counted; -Infinity before the first. */
  get lastTime(): Instant {
    return this.#lastTime;
  }

  /** Whether a punch without an open session only repeats the last departure. */
  isRepeatedDeparture(kind: PunchKind, time: Instant): boolean {
    if (!this.#isRepeated(time)) return false;
    const action = this.#actionOf(kind);
    return action === 'UNSPECIFIED' || (action === 'OUT' && this.#lastAction === 'OUT');
  }

  /** Reads the next punch. */
  read(punch: Punch): void {
    const { time } = punch;
    for (const flag of punch.flags) this.#flag(flag, time);
    const action = this.#actionOf(punch.kind);
    const isUntyped = action === 'UNSPECIFIED';
    if (time - (this.#open?.in ?? time) > this.longestMs) this.giveUp(time);
    if ((isUntyped || this.#rules.repeatsAnyKind) && this.#isRepeated(time)) {
      this.#setAside(punch.kind, time, 'REPEATED');
      return;
    }
    // An arrival after a rule closed the session begins another one. Even if the keys are not
    // trusted: nothing else says whether the employee left late or came again.
    if (punch.kind === 'IN') this.closeByRule(time);
    if (this.#open === undefined) {
      this.#readOutside(isUntyped ? 'IN' : action, time, isUntyped);
    } else {
      this.#readInside(this.#open, action, time);
    }
  }

  /**
   * Whether the open session has lost its departure, because the next one belongs to a later
   * arrival.
   */
  isLostBy({ kind, time }: Punch, departure: Instant): boolean {
    const open = this.#open;
    if (open?.in === undefined || this.#actionOf(kind) !== 'IN' || time <= open.in) return false;
    return departure - open.in > this.longestMs && departure - time <= this.longestMs;
  }

  /** Leaves the open session without a departure, unless a rule has closed it by then. */
  giveUp(time: Instant): void {
    this.closeByRule(time);
    this.#open = undefined;
  }

  /** Closes the open session if a rule does so at or before `by`. */
  closeByRule(by: Instant): void {
    const closing = this.#closer?.(this);
    if (closing !== undefined && closing.at <= by) this.#close(closing);
  }

  /** After the last punch: the same, and a session that a rule closes later notes when. */
  endByRule(by: Instant): void {
    const closing = this.#closer?.(this);
    if (closing === undefined || this.#open === undefined) return;
    if (closing.at <= by) {
      this.#close(closing);
      return;
    }
    this.#open.autoCloseAt = closing.at;
    this.#trace?.push(closing.finding);
  }

  #close({ at, finding }: Closing): void {
    const open = this.#open;
    if (open === undefined) return;
    this.anomalies.add('AUTO_CLOSED');
    this.#trace?.push(finding);
    this.#endLastBreak(open, at);
    open.out = at;
    open.autoCloseAt = at;
    this.#open = undefined;
  }

  /** UNSPECIFIED for a punch that alternates. */
  #actionOf(kind: PunchKind): PunchKind {
    return isUntyped(kind, this.#rules) ? 'UNSPECIFIED' : kind;
  }

  #isRepeated(time: Instant): boolean {
    return time - this.#lastTime <= this.#rules.repeatSeconds * 1000;
  }

  #readOutside(action: PunchKind, time: Instant, isUntyped: boolean): void {
    if (action === 'IN') {
      this.#open = { in: time, out: undefined, breaks: [], isUntyped };
      this.sessions.push(this.#open);
    } else if (action === 'OUT') {
      if (this.isRepeatedDeparture(action, time)) {
        this.#setAside(action, time, 'REPEATED');
        return;
      }
      this.sessions.push({ in: undefined, out: time, breaks: [], isUntyped: false });
    } else {
      this.anomalies.add('MISSING_IN');
      this.#trace?.push({
        rule: 'NO_ARRIVAL',
        shiftId: this.shiftId,
        kind: action,
        punchTime: time,
      });
    }
    this.#count(action, time);
  }

  #readInside(open: PunchedSession, action: PunchKind, time: Instant): void {
    const pause = this.#pause;
    const isOnBreak = pause !== undefined;
    if (action === 'OUT' || (action === 'UNSPECIFIED' && !isOnBreak)) {
      this.#depart(open, time);
    } else if (action === 'BREAK_START') {
      if (isOnBreak) {
        this.#setAside(action, time, 'ALREADY_ON_BREAK');
      } else {
        open.breaks.push({ start: time, end: undefined });
        this.#count(action, time);
      }
    } else if (isOnBreak) {
      // An arrival also ends a break, because employees press that key when they come back.
      this.#endBreak(open, pause, time);
      this.#count('BREAK_END', time);
    } else if (action === 'IN') {
      this.#setAside(action, time, 'ALREADY_IN');
    } else if (this.#lastAction === 'BREAK_END' && this.#isRepeated(time)) {
      this.#setAside(action, time, 'REPEATED');
    } else {
      this.anomalies.add('MISSING_BREAK_START');
      this.#trace?.push({ rule: 'BREAK_WITHOUT_START', shiftId: this.shiftId, punchTime: time });
      this.#count(action, time);
    }
  }

  #depart(open: PunchedSession, time: Instant): void {
    if (time === open.in) {
      this.#setAside('OUT', time, 'SAME_SECOND');
      return;
    }
    this.#endLastBreak(open, time);
    open.out = time;
    this.#open = undefined;
    this.#count('OUT', time);
  }

  /** The current break has no end, so it lasts until the departure. */
  #endLastBreak(open: PunchedSession, time: Instant): void {
    const pause = this.#pause;
    if (pause === undefined) return;
    this.anomalies.add('MISSING_BREAK_END');
    this.#trace?.push({
      rule: 'BREAK_WITHOUT_END',
      shiftId: this.shiftId,
      punchTime: pause.start,
    });
    this.#endBreak(open, pause, time);
  }

  /** A break that ended in the second in which it began does not count. */
  #endBreak(open: PunchedSession, pause: Break, time: Instant): void {
    open.breaks.pop();
    if (time > pause.start) open.breaks.push({ start: pause.start, end: time });
  }

  #count(action: PunchKind, time: Instant): void {
    this.#lastAction = action;
    this.#lastTime = time;
  }

  #setAside(
    kind: PunchKind,
    punchTime: Instant,
    reason: 'REPEATED' | 'SAME_SECOND' | 'ALREADY_IN' | 'ALREADY_ON_BREAK',
  ): void {
    this.anomalies.add('DUPLICATE_PUNCH');
    this.#trace?.push({ rule: 'SET_ASIDE', shiftId: this.shiftId, kind, punchTime, reason });
  }

  #flag(flag: 'CLOCK_SKEW' | 'EVENT_ID_CONFLICT', punchTime: Instant): void {
    this.anomalies.add(flag);
    this.#trace?.push({ rule: flag, shiftId: this.shiftId, punchTime });
  }

  /** Begins with an employee who worked on from the shift before, perhaps on a break. */
  workOn(time: Instant, isOnBreak: boolean): void {
    const breaks = isOnBreak ? [{ start: time, end: undefined }] : [];
    this.#open = { in: time, out: undefined, breaks, isUntyped: false };
    this.sessions.push(this.#open);
    // There was no punch, so a departure right after it is no repetition.
    this.#lastAction = 'IN';
  }

  /** Ends with an employee who works on into the next shift. A break continues there. */
  workUntil(time: Instant): void {
    const open = this.#open;
    if (open === undefined) return;
    const pause = this.#pause;
    if (pause !== undefined) this.#endBreak(open, pause, time);
    open.out = time;
    this.#open = undefined;
    this.#count('OUT', time);
  }

  /** Reports punches beyond the bound. They are stored but not read. */
  tooMany(punch: Punch): void {
    if (this.anomalies.has('TOO_MANY_PUNCHES')) return;
    this.anomalies.add('TOO_MANY_PUNCHES');
    this.#trace?.push({
      rule: 'SET_ASIDE',
      shiftId: this.shiftId,
      kind: punch.kind,
      punchTime: punch.time,
      reason: 'TOO_MANY',
    });
  }
}

/** The punches from `index` on that share one instant, in reading order. Usually one. */
export function sameInstant(
  punches: readonly Punch[],
  index: number,
  pairing: Pairing | undefined,
): readonly Punch[] {
  let end = index + 1;
  while (end < punches.length && punches[end]?.time === punches[index]?.time) end += 1;
  const together = punches.slice(index, end);
  if (together.length === 1) return together;
  const order = orderFor(together, pairing);
  return together.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function orderFor(together: readonly Punch[], pairing: Pairing | undefined): readonly PunchKind[] {
  if (pairing?.open === undefined) return OPENING_FIRST;
  const isBreak = ['BREAK_START', 'BREAK_END'].every((kind) =>
    together.some((punch) => punch.kind === kind),
  );
  return isBreak && !pairing.isOnBreak ? BREAK_FIRST : CLOSING_FIRST;
}

/** Reads punches in order, up to the maximum. */
export function readAll(pairing: Pairing, punches: readonly Punch[]): void {
  const counted = punches.length > MAX_PUNCHES ? punches.slice(0, MAX_PUNCHES) : punches;
  for (let index = 0; index < counted.length; ) {
    const together = sameInstant(counted, index, pairing);
    for (const punch of together) {
      const departure = punch.kind === 'IN' ? departureAfter(counted, index) : undefined;
      if (departure !== undefined && pairing.isLostBy(punch, departure)) pairing.giveUp(punch.time);
      pairing.read(punch);
    }
    index += together.length;
  }
  const first = punches[MAX_PUNCHES];
  if (first !== undefined) pairing.tooMany(first);
}

/** The next departure, if no punch before it could be one. */
function departureAfter(punches: readonly Punch[], index: number): Instant | undefined {
  for (let next = index + 1; next < punches.length; next += 1) {
    const punch = punches[next];
    if (punch?.kind === 'UNSPECIFIED') return undefined;
    if (punch?.kind === 'OUT') return punch.time;
  }
  return undefined;
}
