// A whole message decompressed, within a bound: what is larger is given up, not read.

import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

const gunzipped = promisify(gunzip);
const unbrotlied = promisify(brotliDecompress);

/** Undefined when it is more than `maxBytes`, or not what the encoding's name says. */
export async function inflate(
  bytes: Uint8Array,
  encoding: string | null,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (encoding === null || encoding === 'identity') return bytes;
  const decompress = encoding === 'br' ? unbrotlied : gunzipped;
  try {
    return await decompress(bytes, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}
