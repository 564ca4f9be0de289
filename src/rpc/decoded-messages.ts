// Messages that were decoded before Connect's handlers saw their call: large ones are decoded in
// turns, which the handlers cannot do. The handlers are given empty messages in their place.

import type { Message } from '@bufbuild/protobuf';
import { type ContextValues, createContextKey } from '@connectrpc/connect';

/** In the order of the call's messages; undefined for one that the handlers decode. */
export type DecodedMessages = (Message | undefined)[];

const DECODED = createContextKey<DecodedMessages | undefined>(undefined);

/** Puts them beside the call; more may be added while it goes on. */
export function setDecoded(values: ContextValues, messages: DecodedMessages): void {
  values.set(DECODED, messages);
}

/** The call's next message: `read` as the handlers have it, unless it was decoded before. */
export function nextMessage<M>(values: ContextValues, read: M): M {
  return (values.get(DECODED)?.shift() as M | undefined) ?? read;
}
