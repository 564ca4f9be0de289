// What can go wrong with the embedded PostgreSQL. Every message ends with the way out, because
// the reader is somebody who typed `npm start` and has no database administrator to ask.

export type EmbeddedPostgresErrorCode =
  /** No binaries for this platform are installed. */
  | 'UNSUPPORTED_PLATFORM'
  /** Binaries are there and do not run, not even from a copy. */
  | 'BINARIES_UNUSABLE'
  /** The data folder cannot be entered, read or written by the user that must. */
  | 'FOLDER_UNREACHABLE'
  /** Another living service works on this data folder. */
  | 'FOLDER_IN_USE'
  /** The data folder was made by another major version, or by something else altogether. */
  | 'FOREIGN_FOLDER'
  /** A new data folder could not be made. */
  | 'INIT_FAILED'
  /** The server did not start, or did not let us in. */
  | 'START_FAILED'
  /** The server kept dying, and the supervisor stopped restarting it. */
  | 'GAVE_UP';

export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The operating system's name for an error (`ENOENT`, ...), if it is one of its errors. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
