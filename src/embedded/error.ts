// What can go wrong with the embedded PostgreSQL. Every message ends with the way out, because its
// reader typed `npm start` and has no database administrator to ask.

export type EmbeddedPostgresErrorCode =
  /** No binaries for this platform are installed. */
  | 'UNSUPPORTED_PLATFORM'
  /** The binaries exist but do not run, not even from a copy. */
  | 'BINARIES_UNUSABLE'
  /** The user that needs the data folder cannot enter, read or write it. */
  | 'FOLDER_UNREACHABLE'
  /** Another living service uses this data folder. */
  | 'FOLDER_IN_USE'
  /** The data folder was made by another major version, or by another program. */
  | 'FOREIGN_FOLDER'
  /** A new data folder could not be made. */
  | 'INIT_FAILED'
  /** The server did not start, or refused our connection. */
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

/** The operating system's code for an error (`ENOENT`, ...), if it is one of its errors. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
