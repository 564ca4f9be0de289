// Messages that were decoded before Connect's handlers saw their call. Large messages are decoded
// in turns, which the handlers cannot do. So the handlers get empty messages in their place, and
// this file replaces the decoded empty messages by the real ones.

import type { Message } from '@bufbuild/protobuf';
import { type ContextValues, createContextKey, type Interceptor } from '@connectrpc/connect';

/** In the order of the call's messages; undefined for a message that the handlers decode. */
export type DecodedMessages = (Message | undefined)[];

const DECODED = createContextKey<DecodedMessages | undefined>(undefined);

/** Attaches the messages to the call; more may be added while the call runs. */
export function setDecoded(values: ContextValues, messages: DecodedMessages): void {
  values.set(DECODED, messages);
}

/** Passes the messages that were decoded for a call to its method. */
export const giveDecoded: Interceptor = (next) => (request) => {
  const decoded = request.contextValues.get(DECODED);
  if (decoded === undefined) return next(request);
  if (!request.stream) return next({ ...request, message: decoded.shift() ?? request.message });
  return next({ ...request, message: inOrder(decoded, request.message) });
};

async function* inOrder<M extends Message>(decoded: DecodedMessages, messages: AsyncIterable<M>) {
  for await (const message of messages) yield (decoded.shift() as M | undefined) ?? message;
}
