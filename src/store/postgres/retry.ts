// Runs a transaction again if PostgreSQL rolled it back for its own reasons. Only this file decides
// what may be repeated: never a transaction that may have been committed.

import type { Database, Session } from './database.js';
import { isConnectionError, isRolledBack, toStoreError } from './errors.js';

/** The most attempts in all. */
const MAX_TRIES = 3;

/** How far one attempt got. */
export interface Progress {
  /** Set it before the commit is sent. */
  committing: boolean;
}

/**
 * Returns the result of `run`. Throws STORE_UNAVAILABLE for temporary errors, and others as they
 * are.
 */
export async function inTries<T>(
  database: Database,
  run: (session: Session, progress: Progress) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const progress = { committing: false };
    try {
      return await database.session((session) => run(session, progress));
    } catch (error) {
      // Once the commit is under way, a broken connection leaves its result unknown: only the
      // caller, with its request id, can safely repeat it.
      const isUnknown = progress.committing && isConnectionError(error);
      const isWorthRepeating = isRolledBack(error) || isConnectionError(error);
      if (isUnknown || tries === MAX_TRIES || !isWorthRepeating) throw toStoreError(error);
    }
  }
}
