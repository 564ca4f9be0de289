// How answers are compressed. Connect's library compresses brotli as for a file that is kept for
// years: thirty times the processor time of gzip. A message is sent once.

import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Compression } from '@connectrpc/connect/protocol';
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node';

/** About as quick as gzip, and as small. */
const BROTLI_QUALITY = 4;

const compressed = promisify(brotliCompress);

const brotli: Compression = {
  ...compressionBrotli,
  async compress(bytes) {
    return new Uint8Array(
      await compressed(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
    );
  },
};

export const COMPRESSIONS: readonly Compression[] = [compressionGzip, brotli];
