// A whole message decompressed, within bounds: what is larger is given up, not read.

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
  // As Connect's own compressions have it: nothing compressed is nothing.
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

/** Undefined when it is more than `maxBytes`, or not what the encoding's name says. */
export async function inflate(
  bytes: Uint8Array,
  encoding: string | null,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (encoding === null || encoding === 'identity') return bytes;
  const inflated = await inflateWithin(bytes, encoding, maxBytes);
  return 'bytes' in inflated ? inflated.bytes : undefined;
}
