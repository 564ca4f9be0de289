// What tells two requests of one request id apart.

import { createHash } from 'node:crypto';
import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { PAYLOAD_HASH_BYTES } from '../../app/ports/facts.js';

/** Of values that JSON can write. */
export function hashOf(...parts: readonly unknown[]): Uint8Array {
  return shortened(JSON.stringify(parts));
}

/**
 * Of everything in a request but its request id. The type counts too: an update is no creation.
 * Its messages must have no maps, whose order is nobody's.
 */
export function hashOfMessage<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc> & { readonly requestId: string },
): Uint8Array {
  // What is only validated is answered as the request itself would be, also where that was sent before.
  const without = create(desc, { ...message, requestId: '', validateOnly: false } as never);
  return shortened(Buffer.concat([Buffer.from(`${desc.typeName}\n`), toBinary(desc, without)]));
}

/** The first bytes of a SHA-256 are kept. */
function shortened(payload: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(payload).digest().subarray(0, PAYLOAD_HASH_BYTES);
}

/**
 * The id of one of the facts that a request stands for: a UUID (version 8, RFC 9562) made of the
 * request's and of what sets the fact apart.
 */
export function derivedRequestId(requestId: string, ...parts: readonly string[]): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([requestId, ...parts]))
    .digest();
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  const places = [0, 8, 12, 16, 20, 32];
  return places
    .slice(1)
    .map((end, at) => hex.slice(places[at], end))
    .join('-');
}

/** A request's id as it is kept; undefined when the caller sent none. */
export function requestIdOf({ requestId }: { readonly requestId: string }): string | undefined {
  return requestId === '' ? undefined : requestId.toLowerCase();
}
