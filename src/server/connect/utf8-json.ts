// The text of JSON requests, wherever Connect's handlers read one: in every protocol and form,
// compressed or not. Their usual decoder puts U+FFFD in the place of bytes that are no UTF-8, so
// that something else would be stored than what was sent; this one refuses them, and times that do
// not exist.

import { isUtf8 } from 'node:buffer';
import { hasUnrealTime } from '../../contract/unreal-times.js';

/** What reading such a request fails with; refusals.ts has the words for the caller. */
export const NOT_UTF8 = 'the JSON of the request is not UTF-8';

/** The same, of a time that there is none of. */
export const UNREAL_TIME = 'the JSON of the request has a time that does not exist';

const decoder = new TextDecoder();

/** For Connect's `jsonOptions`; its types name the option only where it is used. */
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
 * The text with half a surrogate pair in the place of what is no UTF-8: no text has one, so that
 * whoever looks for texts that cannot be kept finds it. A U+FFFD that was sent stays one.
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
