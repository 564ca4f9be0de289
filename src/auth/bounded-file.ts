// Reads a file that somebody else writes: never more than a bound, and never waiting for a writer.

import { constants, open } from 'node:fs/promises';

/** A file that cannot be read; the message says which and why. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** Throws FileError. */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  try {
    // Without O_NONBLOCK, opening a pipe waits for its writer: for ever, and the process with it.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) throw new FileError(`${path} must be a regular file`);
      const buffer = Buffer.alloc(maxBytes + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      if (length <= maxBytes) return buffer.subarray(0, length);
      throw new FileError(`the file ${path} must not exceed ${maxBytes} bytes`);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof FileError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new FileError(`the file ${path} cannot be read (${code})`);
  }
}
