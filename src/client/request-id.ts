// Gives every write a request id before its first attempt, so that a retry is safe. Must never
// change a message that the caller owns: a second call with the same object is a second write.

import { randomUUID } from 'node:crypto';
import type { DescField, DescMethod, Message } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';

const REQUEST_ID_FIELD = 'request_id';

/** The message, with an id wherever it lacks one: on itself, and on each item of its lists. */
export type FillRequestIds = <M extends Message>(message: M) => M;

/** How the requests of a method get their ids, determined once per method. */
export function requestIdFiller(method: DescMethod): FillRequestIds {
  if (method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS) {
    return (message) => message;
  }
  const own = method.input.fields.find(isRequestId);
  const lists = method.input.fields.filter(
    (field) => field.fieldKind === 'list' && field.message?.fields.some(isRequestId),
  );
  return (message) => {
    const filled = own === undefined ? message : withOwnId(message);
    return lists.reduce(withItemIds, filled);
  };
}

function isRequestId(field: DescField): boolean {
  return field.name === REQUEST_ID_FIELD && field.scalar === ScalarType.STRING;
}

function withOwnId<M extends object>(message: M): M {
  const { requestId } = message as { requestId?: string };
  return requestId ? message : { ...message, requestId: randomUUID() };
}

function withItemIds<M extends Message>(message: M, list: DescField): M {
  const items = (message as unknown as Record<string, readonly object[]>)[list.localName] ?? [];
  return { ...message, [list.localName]: items.map(withOwnId) };
}
