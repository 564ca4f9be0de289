// Decodes the text of JSON requests for Connect's handlers, in every protocol and form, compressed
// or not. Their usual decoder replaces invalid UTF-8 by U+FFFD, so the service would store
// something else than was sent. This decoder refuses it, and times that do not exist.

import { isUtf8 } from 'node:buffer';
import { hasUnrealTime } from '../../contract/unreal-times.js';

/** The text of the error for invalid UTF-8; refusals.ts has the words for the caller. */
export const NOT_UTF8 = 'the JSON of the request is not UTF-8';

/** The text of the error for a time that does not exist. */
export const UNREAL_TIME = 'the JSON of the request has a time that does not exist';

const decoder = new TextDecoder();

/** For Connect's `jsonOptions`, whose types name this option only where it is used. */
export const UTF8_JSON = {
  textDecoder: {
    decode(bytes: Uint8Array = new Uint8Array()): string {
      if (!isUtf8(bytes)) throw new Error(NOT_UTF8);
      const text = decoder.decode(bytes);
      if (hasUnrealTime(text)) throw new Error(UNREAL_TIME);
      return text;
    },
  },
};

const REPLACEMENT = Buffer.from('\ufffd');

/**
 * The text with half a surrogate pair in place of invalid UTF-8. No valid text has one, so the
 * search for texts that cannot be stored finds it. A U+FFFD that was sent stays.
 */
export function decodeMarked(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return decoder.decode(bytes);
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: string[] = [];
  for (let from = 0; from <= rest.length; ) {
    const found = rest.indexOf(REPLACEMENT, from);
    const to = found < 0 ? rest.length : found;
    pieces.push(decoder.decode(rest.subarray(from, to)).replaceAll('\ufffd', '\ud800'));
    from = to + REPLACEMENT.length;
  }
  return pieces.join('\ufffd');
}
