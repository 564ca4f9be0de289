// Counts the results of the calls of an open loop. Each call ends in one way and is counted once.
// Calls of the lead-in are served but not counted, except in totals that say so.

import { countKind } from './kinds.js';
import { Times, type TimesSummary } from './times.js';

/** gRPC's code for a call that was refused because of overload. */
const RESOURCE_EXHAUSTED = '8';
/** HTTP/2's code for a stream that the server did not process (RFC 9113, 8.7). */
const REFUSED_STREAM = 'RST_STREAM_7';
const MS_PER_SECOND = 1000;

/** The parts of a plan that counting needs. */
export interface Counting {
  readonly leadInMs: number;
  readonly windowMs: number;
  readonly deadlineMs: number;
  /** The kinds of call, in turn. */
  readonly requests: readonly unknown[];
}

/** The calls that arrived in the window, by result. */
export interface OpenCounts {
  readonly arrived: number;
  /** Answered with OK within the deadline. */
  readonly answered: number;
  /** Answered with OK, but after the deadline. */
  readonly late: number;
  /** RESOURCE_EXHAUSTED. */
  readonly refused: number;
  /** Streams that the server refused without processing them. */
  readonly refusedStreams: number;
  /** Cancelled at the deadline while in the client's own queue: no stream was free. */
  readonly gaveUpQueued: number;
  /** Cancelled at the deadline after sending, without an answer. */
  readonly gaveUpSent: number;
  /** Any other result, by its code or a word of ours. */
  readonly others: Readonly<Record<string, number>>;
}

export interface OpenFigures extends OpenCounts {
  /** For calls answered in time, from their arrival time. */
  readonly answer: TimesSummary;
  readonly refusal: TimesSummary;
  /** How late calls were sent, which is the loader's own fault. */
  readonly lateness: TimesSummary;
  /** Answered in time, by the second of arrival, including the lead-in. */
  readonly answeredBySecond: readonly number[];
  /**
   * All calls answered with OK, by request, including the lead-in: at least these must be stored.
   */
  readonly succeeded: readonly number[];
}

export interface Ended {
  readonly number: number;
  /** Its arrival time, from the plan's start. */
  readonly dueMs: number;
  readonly verdict: string;
  /** From its arrival time. */
  readonly tookMs: number;
}

export class OpenTally {
  readonly #counting: Counting;
  readonly #answer = new Times();
  readonly #refusal = new Times();
  readonly #lateness = new Times();
  readonly #others: Record<string, number> = {};
  readonly #bySecond: number[];
  readonly #succeeded: number[];
  #arrived = 0;
  #answered = 0;
  #late = 0;
  #refused = 0;
  #refusedStreams = 0;
  #gaveUpQueued = 0;
  #gaveUpSent = 0;

  constructor(counting: Counting) {
    this.#counting = counting;
    const seconds = Math.ceil((counting.leadInMs + counting.windowMs) / MS_PER_SECOND);
    this.#bySecond = Array.from({ length: seconds }, () => 0);
    this.#succeeded = counting.requests.map(() => 0);
  }

  /** A call that should arrive at `dueMs` of the plan was sent `latenessMs` later. */
  arrived(dueMs: number, latenessMs: number): void {
    if (!this.#counts(dueMs)) return;
    this.#arrived += 1;
    this.#lateness.add(latenessMs);
  }

  /** Call `number` ended with a verdict; `0` means success. */
  ended({ number, dueMs, verdict, tookMs }: Ended): void {
    const request = number % this.#counting.requests.length;
    if (verdict === '0') this.#succeeded[request] = (this.#succeeded[request] ?? 0) + 1;
    const inTime = verdict === '0' && tookMs <= this.#counting.deadlineMs;
    if (inTime) this.#inSecond(dueMs);
    if (!this.#counts(dueMs)) return;
    if (inTime) {
      this.#answered += 1;
      this.#answer.add(tookMs);
    } else if (verdict === '0') {
      this.#late += 1;
    } else if (verdict === RESOURCE_EXHAUSTED) {
      this.#refused += 1;
      this.#refusal.add(tookMs);
    } else if (verdict === REFUSED_STREAM) {
      this.#refusedStreams += 1;
      this.#refusal.add(tookMs);
    } else {
      countKind(this.#others, verdict);
    }
  }

  /** Its client cancelled it at its deadline. */
  gaveUp(dueMs: number, was: 'QUEUED' | 'SENT'): void {
    if (!this.#counts(dueMs)) return;
    if (was === 'QUEUED') this.#gaveUpQueued += 1;
    else this.#gaveUpSent += 1;
  }

  result(): OpenFigures {
    return {
      arrived: this.#arrived,
      answered: this.#answered,
      late: this.#late,
      refused: this.#refused,
      refusedStreams: this.#refusedStreams,
      gaveUpQueued: this.#gaveUpQueued,
      gaveUpSent: this.#gaveUpSent,
      others: this.#others,
      answer: this.#answer.summary(),
      refusal: this.#refusal.summary(),
      lateness: this.#lateness.summary(),
      answeredBySecond: this.#bySecond,
      succeeded: this.#succeeded,
    };
  }

  #counts(dueMs: number): boolean {
    return dueMs >= this.#counting.leadInMs;
  }

  #inSecond(dueMs: number): void {
    const second = Math.floor(dueMs / MS_PER_SECOND);
    this.#bySecond[second] = (this.#bySecond[second] ?? 0) + 1;
  }
}

/** Whether every call that arrived has ended in exactly one way. */
export function accountedFor(counts: OpenCounts): boolean {
  const others = Object.values(counts.others).reduce((sum, count) => sum + count, 0);
  const { answered, late, refused, refusedStreams, gaveUpQueued, gaveUpSent } = counts;
  const ended = answered + late + refused + refusedStreams + gaveUpQueued + gaveUpSent + others;
  return ended === counts.arrived;
}
