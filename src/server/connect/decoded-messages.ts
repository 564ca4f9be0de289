// Messages that were decoded before Connect's handlers saw their call: large ones are decoded in
// turns, which the handlers cannot do. The handlers are given empty messages in their place, and
// what they read of these is exchanged here.

import type { Message } from '@bufbuild/protobuf';
import { type ContextValues, createContextKey, type Interceptor } from '@connectrpc/connect';

/** In the order of the call's messages; undefined for one that the handlers decode. */
export type DecodedMessages = (Message | undefined)[];

const DECODED = createContextKey<DecodedMessages | undefined>(undefined);

/** Puts them beside the call; more may be added while it goes on. */
export function setDecoded(values: ContextValues, messages: DecodedMessages): void {
  values.set(DECODED, messages);
}

/** Gives every call the messages that were decoded for it. */
export const giveDecoded: Interceptor = (next) => (request) => {
  const decoded = request.contextValues.get(DECODED);
  if (decoded === undefined) return next(request);
  if (!request.stream) return next({ ...request, message: decoded.shift() ?? request.message });
  return next({ ...request, message: inOrder(decoded, request.message) });
};

async function* inOrder<M extends Message>(decoded: DecodedMessages, messages: AsyncIterable<M>) {
  for await (const message of messages) yield (decoded.shift() as M | undefined) ?? message;
}
