// Page tokens (AIP-158): opaque, tamper-evident, and bound to the request that they came from.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { type FieldViolation, invalidField } from '../../domain/facts/errors.js';

/** The kept bytes of the signature. Forging one means guessing among 2^128. */
const SIGNATURE_BYTES = 16;

/** The place where a list continues, as texts and numbers. */
export type Place = readonly (string | number)[];

/** `request`: the parts of the request to which the token is bound. */
function sign(key: Uint8Array, request: readonly unknown[], place: string): Buffer {
  const text = JSON.stringify([request, place], (_name, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return createHmac('sha256', key).update(text).digest().subarray(0, SIGNATURE_BYTES);
}

export function encodePageToken(
  key: Uint8Array,
  request: readonly unknown[],
  place: Place,
): string {
  const text = JSON.stringify(place);
  return Buffer.concat([sign(key, request, text), Buffer.from(text)]).toString('base64url');
}

const NOT_A_PAGE_TOKEN: FieldViolation = {
  field: 'page_token',
  reason: 'PAGE_TOKEN_INVALID',
  description:
    'must be a next_page_token as received, with all other fields unchanged; ' +
    'leave it empty for the first page',
};

/**
 * The place of a token. Throws INVALID_FIELDS, with `refused`, if the token does not belong to this
 * request.
 */
export function decodePageToken(
  key: Uint8Array,
  request: readonly unknown[],
  token: string,
  refused = NOT_A_PAGE_TOKEN,
): Place {
  const bytes = Buffer.from(token, 'base64url');
  const text = bytes.subarray(SIGNATURE_BYTES).toString();
  const signature = bytes.subarray(0, SIGNATURE_BYTES);
  const expected = sign(key, request, text);
  // Decoding ignores characters that are not base64url, so only the exact text is accepted.
  const isCanonical = bytes.toString('base64url') === token;
  const isWhole = isCanonical && signature.length === SIGNATURE_BYTES;
  if (!isWhole || !timingSafeEqual(signature, expected)) {
    throw invalidField(refused.field, refused.reason, refused.description);
  }
  return JSON.parse(text) as Place;
}
