// The unary lane takes a usual unary call from its headers and its one message straight to its method
// and back. Connect's library creates web headers, a URL, signals and a chain of generators for each
// call, which takes longer than the rest of a small call. Unusual calls (streams, GET, odd headers,
// more than one message) go to the library's handlers. Their answers are the same:
// test/server/connect/lane/unary-lane.test.ts compares them byte by byte.

import type { Message } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { TURNS } from '../../../app/ports/turns.js';
import type { Exchange } from '../../exchange/exchange.js';
import type { WholeAnswer } from '../../exchange/write-response.js';
import { hasErrorInfo, refusalError } from '../../support/rpc-error.js';
import { NodeCallHeaders } from '../call-headers.js';
import { CANCELLED, refusalFor } from '../refusals.js';
import { isAuthority, timeoutMsOf } from '../rpc-call.js';
import { CONNECT_JSON, CONNECT_PROTO } from './connect-form.js';
import { GRPC, GRPC_WEB } from './envelope-form.js';
import type { Form, LaneCall, LaneOptions, ToldError } from './form.js';

const FORMS = new Map([
  ['application/grpc', GRPC],
  ['application/grpc+proto', GRPC],
  ['application/grpc-web', GRPC_WEB],
  ['application/grpc-web+proto', GRPC_WEB],
  ['application/json', CONNECT_JSON],
  ['application/proto', CONNECT_PROTO],
]);

/** The form of a call by its headers; undefined if the call must not take the lane. */
export function laneFormOf({ method, headers, authority }: Exchange): Form | undefined {
  const form = FORMS.get(headers['content-type'] ?? '');
  const isUsual = form !== undefined && method === 'POST' && isAuthority(authority);
  return isUsual && form.takes(headers) ? form : undefined;
}

/**
 * Runs a call with this body. Undefined if the library must take it: nothing was done then. Throws if
 * a large or compressed message cannot be read, like every refusal before a handler. All other errors
 * become answers.
 */
export async function runInLane(
  call: LaneCall,
  body: Buffer,
  options: LaneOptions,
): Promise<WholeAnswer | undefined> {
  const { form } = call;
  const opening = form.open(call, body, options);
  const opened = opening instanceof Promise ? await opening : opening;
  if (opened === undefined) return undefined;
  try {
    return await form.succeed(call, await outputOf(call, opened()), options);
  } catch (error) {
    return form.fail(call, toldAs(call, error), options);
  }
}

async function outputOf(call: LaneCall, message: Message): Promise<Message> {
  const { headers, peer, cancellation, trail } = call;
  const output = await call.run({
    message,
    headers: new NodeCallHeaders(headers),
    peer,
    cancellation,
    timeoutMs: timeoutMsOf(headers),
    trail,
  });
  // Calls of one transaction end together; a new turn separates the encoding of their answers.
  if (TURNS.isOver) await TURNS.next();
  return output;
}

/** The error, with a reason in any case. */
function toldAs({ method, cancellation, onRefused }: LaneCall, error: unknown): ToldError {
  if (error instanceof ConnectError && hasErrorInfo(error)) return { error, isCompleted: false };
  const original =
    error instanceof ConnectError
      ? error
      : new ConnectError('internal error', Code.Internal, undefined, undefined, error);
  const isGone = cancellation.isCancelled;
  const completed = refusalError(isGone ? CANCELLED : refusalFor(original, method.input));
  for (const [name, value] of original.metadata) completed.metadata.append(name, value);
  onRefused(completed, original);
  return { error: completed, isCompleted: true };
}
