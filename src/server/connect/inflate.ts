// Decompresses a whole message within bounds. Decompression stops at a message that is too large.

import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

const gunzipped = promisify(gunzip);
const unbrotlied = promisify(brotliDecompress);

export const ENCODINGS: readonly string[] = ['gzip', 'br'];

export type Inflated = { readonly bytes: Uint8Array } | { readonly why: 'too large' | 'malformed' };

/** `encoding`: one of ENCODINGS. */
export async function inflateWithin(
  bytes: Uint8Array,
  encoding: string,
  maxBytes: number,
): Promise<Inflated> {
  // As in Connect's own compressions, an empty message is not compressed.
  if (bytes.length === 0) return { bytes };
  const decompress = encoding === 'br' ? unbrotlied : gunzipped;
  try {
    return { bytes: await decompress(bytes, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const isLarge =
      error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { why: isLarge ? 'too large' : 'malformed' };
  }
}

/** Undefined if the result exceeds `maxBytes`, or the bytes do not have this encoding. */
export async function inflate(
  bytes: Uint8Array,
  encoding: string | null,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (encoding === null || encoding === 'identity') return bytes;
  const inflated = await inflateWithin(bytes, encoding, maxBytes);
  return 'bytes' in inflated ? inflated.bytes : undefined;
}
