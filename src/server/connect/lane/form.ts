// What the protocols of the lane differ in: which calls they take, and how they read a message and
// write an answer.

import type { IncomingHttpHeaders } from 'node:http';
import type { DescMethod, JsonReadOptions, JsonWriteOptions, Message } from '@bufbuild/protobuf';
import type { ConnectError } from '@connectrpc/connect';
import type { CallTrail } from '../../../rpc/edge/call-trail.js';
import type { Cancellation } from '../../../rpc/edge/cancellation.js';
import type { Peer } from '../../../rpc/edge/peer.js';
import type { UnaryMethod } from '../../../rpc/edge/pipeline.js';
import type { WholeAnswer } from '../../exchange/write-response.js';

export interface LaneOptions {
  /** The maximum size of a request or answer message, in bytes. */
  readonly messageBytes: number;
  /** Smaller answers are not compressed. */
  readonly compressMinBytes: number;
  readonly jsonOptions: Partial<JsonReadOptions & JsonWriteOptions>;
}

/** A call that may take the lane. */
export interface LaneCall {
  readonly form: Form;
  readonly method: DescMethod;
  readonly run: UnaryMethod;
  readonly headers: IncomingHttpHeaders;
  readonly peer: Peer | undefined;
  readonly cancellation: Cancellation;
  readonly trail: CallTrail;
  /** Called with an error that the pipeline has not seen, because it came before or after it. */
  readonly onRefused: (refused: ConnectError, original: ConnectError) => void;
}

/** Returns the request message; throws if it cannot be decoded, which becomes the answer. */
export type Opened = () => Message;

/** How an answer spells an error. */
export interface ToldError {
  readonly error: ConnectError;
  /** Whether its reason was added by the lane, because it came from outside the pipeline. */
  readonly isCompleted: boolean;
}

export interface Form {
  /** Whether a call with these headers may take the lane. */
  takes(headers: IncomingHttpHeaders): boolean;
  /**
   * The request message. Undefined if the library must take the call. Rejects if a large or
   * compressed message cannot be read.
   */
  open(call: LaneCall, body: Buffer, options: LaneOptions): Opened | Promise<Opened> | undefined;
  succeed(
    call: LaneCall,
    output: Message,
    options: LaneOptions,
  ): WholeAnswer | Promise<WholeAnswer>;
  fail(call: LaneCall, told: ToldError, options: LaneOptions): WholeAnswer | Promise<WholeAnswer>;
}
