// Hashes that tell requests with the same request id apart.

import { createHash } from 'node:crypto';
import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { PAYLOAD_HASH_BYTES } from '../../app/ports/facts.js';

/** The hash of values that JSON can encode. */
export function hashOf(...parts: readonly unknown[]): Uint8Array {
  return shortened(JSON.stringify(parts));
}

/**
 * The hash of a request without its request id and validate_only. It includes the type: an update
 * is not a creation. The message must not contain maps, because their order is undefined.
 */
export function hashOfMessage<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc> & { readonly requestId: string },
): Uint8Array {
  // A request that only validates gets the answer of the real request, also if that was sent
  // before.
  const without = create(desc, { ...message, requestId: '', validateOnly: false } as never);
  return shortened(Buffer.concat([Buffer.from(`${desc.typeName}\n`), toBinary(desc, without)]));
}

/** Keeps the first bytes of a SHA-256. */
function shortened(payload: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(payload).digest().subarray(0, PAYLOAD_HASH_BYTES);
}

/**
 * The request id of one fact of a request with many: a UUID (version 8, RFC 9562) derived from the
 * request's id and the parts that identify the fact.
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

/** A request's id as it is stored; undefined if the caller sent none. */
export function requestIdOf({ requestId }: { readonly requestId: string }): string | undefined {
  return requestId === '' ? undefined : requestId.toLowerCase();
}
