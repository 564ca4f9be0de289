// Which compression an answer may have, by the headers of its request.

import type { IncomingHttpHeaders } from 'node:http';
import { type Compression, compressionNegotiate } from '@connectrpc/connect/protocol';
import { COMPRESSIONS } from '../compressions.js';

/**
 * Bounds the memory: clients have a handful of ways to list compressions, but attackers any number.
 */
const MAX_KNOWN_ACCEPTED = 64;
const known = new Map<string, Compression | null>();

/** `sent`: the encoding of the request message; null for none. Null: the answer is not compressed. */
export function answerCompression(
  sent: string | null,
  accepted: IncomingHttpHeaders[string],
): Compression | null {
  if (accepted === undefined && sent === null) return null;
  const key = `${sent} ${accepted}`;
  let found = known.get(key);
  if (found === undefined) {
    const text = accepted === undefined ? null : String(accepted);
    // The name is only for an error, which is another's to report.
    found = compressionNegotiate([...COMPRESSIONS], sent, text, 'accept-encoding').response;
    if (known.size >= MAX_KNOWN_ACCEPTED) known.clear();
    known.set(key, found);
  }
  return found;
}
