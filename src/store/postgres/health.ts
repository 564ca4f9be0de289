// Checks PostgreSQL: whether it answers, and whether it accepts writes. A read-only database says
// so when asked. Only a write finds a full disk: after one was refused, every probe tries to write
// until it succeeds.

import type { DependencyHealth } from '../../app/ports/health.js';
import { BEGIN, bind, type Database, ROLLBACK, type Session } from './database.js';
import { isPassing, writeRefusal } from './errors.js';
import { text } from './rows.js';

/** How long PostgreSQL may take to answer before it counts as down. */
const HEALTH_TIMEOUT_MS = 2000;

const READ_ONLY = {
  name: 'read_only',
  text: `select current_setting('transaction_read_only') as read_only`,
};

/** Fills a page, so that free space is needed. A smaller row may fit where others were. */
const TRY_TO_WRITE = {
  name: 'try_to_write',
  text: `insert into write_probe (filler) values (repeat('x', 8000))`,
};

/** Thrown to close a connection that has no fault. */
const CLOSE = new Error('to be closed');

/** `probe` and `writes` are the same database. This looks at refused writes of `writes`. */
export async function health(probe: Database, writes: Database): Promise<DependencyHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DependencyHealth>((resolve) => {
    timer = setTimeout(resolve, HEALTH_TIMEOUT_MS, down('does not answer in time'));
  });
  const asked = whyNoWrites(probe, writes).then(
    (refusal): DependencyHealth =>
      refusal === undefined
        ? { name: 'postgresql', up: true, detail: '' }
        : down(`takes no writes: ${refusal}`),
    (error: unknown) => down(isPassing(error) ? 'cannot be reached' : 'refuses to answer'),
  );
  return await Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

function down(detail: string): DependencyHealth {
  return { name: 'postgresql', up: false, detail };
}

/** Undefined if it accepts writes, as far as is known. Throws if it does not answer. */
async function whyNoWrites(
  probe: Database,
  { refusedWrites }: Database,
): Promise<string | undefined> {
  const refusal = refusedWrites.latest;
  // A session keeps the database settings of its beginning, so only a new one shows changes.
  if (refusal !== undefined) await closeIdle(probe);
  return await probe.session(async (session) => {
    const [[row] = []] = await session.pipeline([bind(READ_ONLY)]);
    if (row !== undefined && text(row, 'read_only') === 'on') return 'it is read-only';
    if (refusal === undefined) return undefined;
    const why = await tryToWrite(session);
    if (why === undefined) refusedWrites.forget(refusal);
    return why;
  });
}

/** Makes the next session of a pool of one connection a new one. */
async function closeIdle(probe: Database): Promise<void> {
  await probe
    .session(() => Promise.reject(CLOSE))
    .catch((error: unknown) => {
      if (error !== CLOSE) throw error;
    });
}

/** Why a write is refused. A successful write is rolled back. */
async function tryToWrite({ pipeline }: Session): Promise<string | undefined> {
  try {
    await pipeline([bind(BEGIN), bind(TRY_TO_WRITE)]);
    return undefined;
  } catch (error) {
    const why = writeRefusal(error);
    if (why === undefined) throw error;
    return why;
  } finally {
    await pipeline([bind(ROLLBACK)]);
  }
}
