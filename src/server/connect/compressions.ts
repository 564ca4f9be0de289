// How answers are compressed. Connect's library uses a brotli quality for files that are kept for
// years, which takes thirty times the processor time of gzip; a message is sent once.

import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Compression } from '@connectrpc/connect/protocol';
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node';

/** About as fast as gzip, and as small a result. */
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
