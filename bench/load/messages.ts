// The messages between the bench and its load process.

import type { OpenFigures } from './open-tally.js';
import type { Requests } from './outgoing.js';

/** One period of load against one server. */
export interface LoadPlan extends Requests {
  readonly connections: number;
  /**
   * Calls in flight on each connection. A closed loop: the next call is sent when one is answered.
   */
  readonly streams: number;
  /** Unmeasured load before the window opens. */
  readonly leadInMs: number;
  /** How long the window stays open. */
  readonly windowMs: number;
  /** The number of the first call. Every call has its own. */
  readonly firstCall: number;
  /** The server's process, whose processor time is measured. */
  readonly serverPid: number;
}

/**
 * Processor time in a window, as shares of one core; undefined if the system does not report it.
 */
export interface Busy {
  /** The server's process. */
  readonly server: number | undefined;
  /** The load process. */
  readonly loader: number;
  /** Every core by number, for all processes. */
  readonly cores: readonly number[];
}

export interface LoadResult {
  /** Calls sent; the next plan for the same data begins at `firstCall` + `sent`. */
  readonly sent: number;
  /** Calls answered with OK and a message, in the window and outside it. */
  readonly succeeded: number;
  /** Other calls, by their result: a grpc-status, or a word of ours. */
  readonly failures: Readonly<Record<string, number>>;
  /** Answered with OK in the window. */
  readonly answeredInWindow: number;
  readonly windowMs: number;
  /** For calls answered in the window, from sending to the trailers. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly busy: Busy;
}

/** One period of an open loop: calls arrive whatever happens to earlier ones. */
export interface OpenPlan extends Requests {
  /** The number of clients, each with one connection at a time. Calls are distributed in turn. */
  readonly connections: number;
  /** How many calls arrive per second. */
  readonly perSecond: number;
  /** The seed for the arrival times. */
  readonly seed: number;
  /** From a call's arrival. Sent to the server, and enforced by the client. */
  readonly deadlineMs: number;
  /** Calls that arrive before the window opens are not counted. */
  readonly leadInMs: number;
  readonly windowMs: number;
  readonly firstCall: number;
  readonly serverPid: number;
}

export interface OpenResult extends OpenFigures {
  /** Calls that arrived, including the lead-in. */
  readonly sent: number;
  /** Connections opened after the first ones, and the reasons: GOAWAY, or an end without one. */
  readonly reconnects: number;
  readonly goAways: number;
  readonly lost: number;
  readonly busy: Busy;
  /** The first and the last arrival, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export type LoaderRequest =
  | { readonly kind: 'CLOSED'; readonly plan: LoadPlan }
  | { readonly kind: 'OPEN'; readonly plan: OpenPlan };

export type LoaderReply =
  | { readonly kind: 'RESULT'; readonly result: LoadResult }
  | { readonly kind: 'OPEN_RESULT'; readonly result: OpenResult }
  | { readonly kind: 'FAILED'; readonly message: string };
