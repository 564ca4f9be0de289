// What the bench and its load process say to each other.

import type { OpenFigures } from './open-tally.js';
import type { Requests } from './outgoing.js';

/** One stretch of load against one server. */
export interface LoadPlan extends Requests {
  readonly connections: number;
  /** Calls in flight on each connection: a closed loop, the next one leaves when one is answered. */
  readonly streams: number;
  /** Load that is not measured, before the window opens. */
  readonly leadInMs: number;
  /** How long the window stays open. */
  readonly windowMs: number;
  /** The number of the first call; every call has its own. */
  readonly firstCall: number;
  /** The server's process, whose processor time is watched. */
  readonly serverPid: number;
}

/** Processor time in a window, as shares of one core; undefined where the system does not tell. */
export interface Busy {
  /** The server's process. */
  readonly server: number | undefined;
  /** The load process. */
  readonly loader: number;
  /** Every core by its number, whoever used it. */
  readonly cores: readonly number[];
}

export interface LoadResult {
  /** Calls sent; the next plan for the same data begins at `firstCall` + `sent`. */
  readonly sent: number;
  /** Calls answered with OK and a message, in the window and outside it. */
  readonly succeeded: number;
  /** Calls that were not, by what came instead: a grpc-status, or a word of ours. */
  readonly failures: Readonly<Record<string, number>>;
  /** Answered with OK in the window. */
  readonly answeredInWindow: number;
  readonly windowMs: number;
  /** Of the calls answered in the window, from leaving to the trailers. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly busy: Busy;
}

/** One stretch of an open loop: calls arrive, whatever becomes of those before. */
export interface OpenPlan extends Requests {
  /** How many clients there are, each with a connection at a time; calls go round. */
  readonly connections: number;
  /** How many calls arrive in a second. */
  readonly perSecond: number;
  /** Draws the times at which they do. */
  readonly seed: number;
  /** From a call's arrival: told to the server, and kept by the client. */
  readonly deadlineMs: number;
  /** Calls that arrive before the window opens are not counted. */
  readonly leadInMs: number;
  readonly windowMs: number;
  readonly firstCall: number;
  readonly serverPid: number;
}

export interface OpenResult extends OpenFigures {
  /** Calls that arrived, of the lead-in too. */
  readonly sent: number;
  /** Connections opened after the first ones, and why: GOAWAY, or an end without one. */
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
