// A transaction that is tried again when PostgreSQL rolled it back for reasons of its own. The one
// place that decides what may be repeated: never what may have been committed.

import type { Database, Session } from './database.js';
import { isConnectionError, isRolledBack, toStoreError } from './errors.js';

/** How often in all. */
const MAX_TRIES = 3;

/** How far one try got. */
export interface Progress {
  /** To be set before the commit is sent. */
  committing: boolean;
}

/** What `run` gives; throws STORE_UNAVAILABLE for what passes, and what does not pass as it is. */
export async function inTries<T>(
  database: Database,
  run: (session: Session, progress: Progress) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const progress = { committing: false };
    try {
      return await database.session((session) => run(session, progress));
    } catch (error) {
      // Once the commit is under way, a broken connection leaves it unknown whether it happened:
      // only the caller, with its request id, can safely ask again.
      const isUnknown = progress.committing && isConnectionError(error);
      const isWorthRepeating = isRolledBack(error) || isConnectionError(error);
      if (isUnknown || tries === MAX_TRIES || !isWorthRepeating) throw toStoreError(error);
    }
  }
}
