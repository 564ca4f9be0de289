// Runs reads of more than one statement that must be of one moment.

import {
  type Bound,
  bind,
  COMMIT,
  type Database,
  type Row,
  type Session,
  type Statement,
} from './database.js';
import { isConnectionError, toStoreError } from './errors.js';

export const BEGIN_SNAPSHOT: Statement = {
  name: '',
  text: 'begin isolation level repeatable read read only',
};

/**
 * Runs `first` in one round trip, then `run` with their rows, all on one snapshot. Tries again if
 * the connection was dead.
 */
export async function inSnapshot<T>(
  database: Database,
  first: readonly Bound[],
  run: (session: Session, rows: readonly Row[][]) => Promise<T>,
): Promise<T> {
  const once = async () =>
    await database.session(async (session) => {
      const [, ...rows] = await session.pipeline([bind(BEGIN_SNAPSHOT), ...first]);
      const result = await run(session, rows);
      await session.pipeline([bind(COMMIT)]);
      return result;
    });
  try {
    return await once();
  } catch (error) {
    if (!isConnectionError(error)) throw toStoreError(error);
  }
  return await once().catch((error: unknown) => Promise.reject(toStoreError(error)));
}
