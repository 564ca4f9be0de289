// What the bench and its load process say to each other.

import type { RequestTemplate } from './template.js';

/** One stretch of load against one server. */
export interface LoadPlan {
  readonly port: number;
  readonly connections: number;
  /** Calls in flight on each connection: a closed loop, the next one leaves when one is answered. */
  readonly streams: number;
  /** Load that is not measured, before the window opens. */
  readonly leadInMs: number;
  /** How long the window stays open. */
  readonly windowMs: number;
  /** The number of the first call; every call has its own. */
  readonly firstCall: number;
  readonly request: RequestTemplate;
  /** Whether an answer that does not repeat its request's `answered` range is a failure. */
  readonly answersMatch: boolean;
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

export type LoaderReply =
  | { readonly kind: 'RESULT'; readonly result: LoadResult }
  | { readonly kind: 'FAILED'; readonly message: string };
