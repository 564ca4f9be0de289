// The works of a block's days as a sequence of whole numbers: quick to read, and short as packed
// varints. Instants are milliseconds from their date's midnight in UTC. The numbers may have been
// changed by others, so numbers that this code does not write are rejected.
//
// An optional number is 0 for none; numbers from 0 up are stored one higher. A word is its position
// in its list, from 1. A list begins with its length.

import {
  ANOMALIES,
  type Anomaly,
  type Break,
  type DayWork,
  isNoWork,
  noWorkIn,
  type Pending,
  type Session,
  type ShiftResult,
  STATUSES,
  type Status,
} from '../domain/facts/day.js';
import { type LocalDate, toEpochDay } from '../domain/time/local-date.js';
import type { Instant } from '../domain/time/time.js';

const PENDING_KINDS: readonly Pending['kind'][] = ['NOT_SEEN', 'PRESENT', 'LEFT'];

/** A day without plan and punches; its zone follows. */
const NOTHING = 0;

/** A day of which a rule closes sessions; the same fields follow, and more. Not a status. */
const CLOSING = -1;

const DAY_MS = 86_400_000;
/** The range of a number in the format: instants within 24 days of their date. */
const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

function isAutoClosed({ autoClose }: Session): boolean {
  return autoClose !== undefined;
}

export class WorkWriter {
  readonly numbers: number[] = [];
  /** The shifts and zones that the numbers name, each once. */
  readonly names: string[] = [];
  #isComplete = true;
  #midnight = 0;

  /** Whether everything added could be written. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  add(date: LocalDate, work: DayWork): void {
    this.#midnight = toEpochDay(date) * DAY_MS;
    if (isNoWork(work)) {
      this.#number(NOTHING);
      this.#name(work.zone);
      return;
    }
    const { untilClosed } = work;
    const isClosing = untilClosed !== undefined || work.sessions.some(isAutoClosed);
    if (isClosing) this.#number(CLOSING);
    this.#work(work, isClosing);
    if (!isClosing) return;
    this.#list(untilClosed ?? [], ({ at, work: form }) => {
      this.#instant(at);
      this.#work(form, true);
    });
  }

  #work(work: DayWork, isClosing: boolean): void {
    this.#number(STATUSES.indexOf(work.status) + 1);
    this.#optionalWord(STATUSES, work.otherHalfStatus);
    this.#list(work.shifts, (shift) => this.#shift(shift));
    this.#list(work.sessions, (session) => this.#session(session, isClosing));
    this.#optionalInstant(work.firstIn);
    this.#optionalInstant(work.lastOut);
    this.#number(work.workedSeconds);
    this.#number(work.uncountedSeconds);
    this.#number(work.onBreakSeconds);
    this.#number(work.plannedSeconds);
    this.#name(work.zone);
    this.#list(work.anomalies, (anomaly) => this.#number(ANOMALIES.indexOf(anomaly) + 1));
  }

  #shift(shift: ShiftResult): void {
    const { pending } = shift;
    this.#name(shift.shiftId);
    this.#instant(shift.start);
    this.#instant(shift.end);
    this.#number(STATUSES.indexOf(shift.status) + 1);
    this.#optionalWord(PENDING_KINDS, pending?.kind);
    if (pending !== undefined) {
      this.#instant(pending.at);
      this.#optionalInstant(pending.lateAt);
    }
    this.#optionalInstant(shift.firstIn);
    this.#optionalInstant(shift.lastOut);
    this.#number(shift.workedSeconds);
    this.#number(shift.lateBySeconds);
    this.#number(shift.earlyBySeconds);
    this.#number(shift.shortBySeconds);
  }

  #session(session: Session, isClosing: boolean): void {
    this.#optionalInstant(session.in);
    this.#optionalInstant(session.out);
    this.#optionalName(session.shiftId);
    this.#number(session.workedSeconds);
    this.#list(session.breaks, ({ start, end, typeId }) => {
      this.#instant(start);
      this.#optionalInstant(end);
      this.#optionalName(typeId);
    });
    this.#optionalInstant(session.closesAt);
    if (!isClosing) return;
    this.#optionalInstant(session.autoClose?.at);
    if (session.autoClose !== undefined) this.#instant(session.autoClose.closesAt);
  }

  #name(name: string): void {
    this.#number(this.#placeOf(name));
  }

  #optionalName(name: string | undefined): void {
    this.#optional(name === undefined ? undefined : this.#placeOf(name));
  }

  #placeOf(name: string): number {
    const known = this.names.indexOf(name);
    return known >= 0 ? known : this.names.push(name) - 1;
  }

  #list<T>(items: readonly T[], write: (item: T) => void): void {
    this.#number(items.length);
    for (const item of items) write(item);
  }

  #optionalWord<T>(words: readonly T[], word: T | undefined): void {
    this.#number(word === undefined ? 0 : words.indexOf(word) + 1);
  }

  #optionalInstant(instant: Instant | undefined): void {
    this.#optional(instant === undefined ? undefined : instant - this.#midnight);
  }

  #instant(instant: Instant): void {
    this.#number(instant - this.#midnight);
  }

  #optional(value: number | undefined): void {
    this.#number(value === undefined ? 0 : value < 0 ? value : value + 1);
  }

  #number(value: number): void {
    if (value < LEAST || value > MOST) this.#isComplete = false;
    this.numbers.push(value);
  }
}

/** Used within this file only. */
class NotWorkError extends Error {}

export class WorkReader {
  readonly #numbers: readonly number[];
  readonly #names: readonly string[];
  #at = 0;
  #midnight = 0;

  constructor(numbers: readonly number[], names: readonly string[]) {
    this.#numbers = numbers;
    this.#names = names;
  }

  /** Whether nothing is left, as must be so after the last day. */
  get isAtEnd(): boolean {
    return this.#at === this.#numbers.length;
  }

  /** The work of the next day; undefined if the numbers are invalid. */
  next(date: LocalDate): DayWork | undefined {
    this.#midnight = toEpochDay(date) * DAY_MS;
    try {
      return this.#work();
    } catch {
      return undefined;
    }
  }

  #work(): DayWork {
    const code = this.#number();
    if (code === NOTHING) return noWorkIn(this.#name());
    if (code !== CLOSING) return this.#form(code, false);
    const work = this.#form(this.#number(), true);
    const untilClosed = this.#list(() => ({
      at: this.#instant(),
      work: this.#form(this.#number(), true),
    }));
    return untilClosed.length === 0 ? work : { ...work, untilClosed };
  }

  #form(code: number, isClosing: boolean): DayWork {
    return {
      status: wordAt<Status>(STATUSES, code),
      otherHalfStatus: this.#optionalWord<Status>(STATUSES),
      shifts: this.#list(() => this.#shift()),
      sessions: this.#list(() => (isClosing ? this.#closingSession() : this.#session())),
      firstIn: this.#optionalInstant(),
      lastOut: this.#optionalInstant(),
      workedSeconds: this.#number(),
      uncountedSeconds: this.#number(),
      onBreakSeconds: this.#number(),
      plannedSeconds: this.#number(),
      zone: this.#name(),
      anomalies: this.#list(() => wordAt<Anomaly>(ANOMALIES, this.#number())),
    };
  }

  #shift(): ShiftResult {
    return {
      shiftId: this.#name(),
      start: this.#instant(),
      end: this.#instant(),
      status: wordAt<Status>(STATUSES, this.#number()),
      pending: this.#pending(),
      firstIn: this.#optionalInstant(),
      lastOut: this.#optionalInstant(),
      workedSeconds: this.#number(),
      lateBySeconds: this.#number(),
      earlyBySeconds: this.#number(),
      shortBySeconds: this.#number(),
    };
  }

  #pending(): Pending | undefined {
    const kind = this.#optionalWord(PENDING_KINDS);
    return kind && { kind, at: this.#instant(), lateAt: this.#optionalInstant() };
  }

  #closingSession(): Session {
    const session = this.#session();
    const at = this.#optionalInstant();
    return at === undefined
      ? session
      : { ...session, autoClose: { at, closesAt: this.#instant() } };
  }

  #session(): Session {
    return {
      in: this.#optionalInstant(),
      out: this.#optionalInstant(),
      shiftId: this.#optionalName(),
      workedSeconds: this.#number(),
      breaks: this.#list(() => this.#break()),
      closesAt: this.#optionalInstant(),
    };
  }

  #break(): Break {
    const pause = { start: this.#instant(), end: this.#optionalInstant() };
    const typeId = this.#optionalName();
    return typeId === undefined ? pause : { ...pause, typeId };
  }

  #optionalName(): string | undefined {
    const place = this.#optional();
    return place === undefined ? undefined : this.#nameAt(place);
  }

  #name(): string {
    return this.#nameAt(this.#number());
  }

  #nameAt(place: number): string {
    const name = this.#names[place];
    if (name === undefined) throw new NotWorkError();
    return name;
  }

  #list<T>(read: () => T): T[] {
    // Each item takes at least one number, so a list cannot be longer than what is left.
    const length = this.#number();
    if (length < 0 || length > this.#numbers.length - this.#at) throw new NotWorkError();
    const items: T[] = [];
    for (let count = 0; count < length; count += 1) items.push(read());
    return items;
  }

  #optionalWord<T>(words: readonly T[]): T | undefined {
    const code = this.#number();
    return code === 0 ? undefined : wordAt(words, code);
  }

  #optionalInstant(): Instant | undefined {
    const value = this.#optional();
    return value === undefined ? undefined : ((value + this.#midnight) as Instant);
  }

  #instant(): Instant {
    return (this.#number() + this.#midnight) as Instant;
  }

  #optional(): number | undefined {
    const value = this.#number();
    return value === 0 ? undefined : value < 0 ? value : value - 1;
  }

  #number(): number {
    const value = this.#numbers[this.#at];
    if (value === undefined) throw new NotWorkError();
    this.#at += 1;
    return value;
  }
}

function wordAt<T>(words: readonly T[], code: number): T {
  const word = words[code - 1];
  if (word === undefined) throw new NotWorkError();
  return word;
}
