// The schema of the database: made by this process, or, with MIGRATE=off, awaited from whoever may
// change it. Until it is there, readiness says what is missing.

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DependencyHealth } from '../app/ports/health.js';
import { isPassing } from '../store/postgres/errors.js';
import { migrateUp, migrationStates, serverFacts } from '../store/postgres/migrate.js';

export interface SchemaWatch {
  /**
   * Resolves when the schema is there. Rejects when a migration itself fails, or the schema cannot be
   * looked at.
   */
  ready(signal: AbortSignal): Promise<void>;
  /** The same states, but a database without the schema cannot serve. */
  withSchema(dependencies: readonly DependencyHealth[]): readonly DependencyHealth[];
}

export interface SchemaOptions {
  readonly databaseUrl: string;
  /** Whether this process brings the schema up to date itself. */
  readonly migrate: boolean;
  readonly log: Logger;
}

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5000;

export function createSchemaWatch({ databaseUrl, migrate, log }: SchemaOptions): SchemaWatch {
  let missing: string | undefined = 'the schema is being brought up to date';
  const { host } = new URL(databaseUrl);

  /** Returns whether the schema is there. */
  const look = async (): Promise<boolean> => {
    if (migrate) {
      const applied = await migrateUp(databaseUrl);
      if (applied.length > 0) log.info({ applied }, 'the database schema was brought up to date');
      return true;
    }
    const states = await migrationStates(databaseUrl);
    const pending = states.filter(({ applied }) => !applied).map(({ name }) => name);
    if (pending.length === 0) return true;
    missing = `the schema lacks ${pending.join(', ')}: run \`attendance migrate up\``;
    log.warn(
      { host, pending },
      'waiting for the schema: MIGRATE is off, run `attendance migrate up`',
    );
    return false;
  };
  return {
    async ready(signal) {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
        try {
          if (await look()) {
            await warnOfServer(databaseUrl, log);
            missing = undefined;
            return;
          }
        } catch (error) {
          // Of a migration that failed, the cause tells: a lock it did not get can be had later.
          const cause = error instanceof Error ? error.cause : undefined;
          if (!isPassing(error) && !isPassing(cause)) throw error;
          const reason = reasonOf(error);
          log.warn(
            { host, reason, retryInMs: pauseMs },
            'waiting for PostgreSQL: not ready to serve',
          );
        }
        await delay(pauseMs, undefined, { signal });
      }
    },
    withSchema: (dependencies) =>
      dependencies.map((dependency) =>
        dependency.name === 'postgresql' && dependency.up && missing !== undefined
          ? { ...dependency, up: false, detail: missing }
          : dependency,
      ),
  };
}

/** Older ones may work; nobody has tested whether all of it does. Nor does any setting stop us. */
async function warnOfServer(databaseUrl: string, log: Logger): Promise<void> {
  const { majorVersion: major, unsafeSettings } = await serverFacts(databaseUrl);
  if (major < TESTED_SINCE_MAJOR) {
    const wanted = `${TESTED_SINCE_MAJOR} or later`;
    log.warn({ major, wanted }, 'this PostgreSQL is older than those the service is tested with');
  }
  for (const setting of unsafeSettings) {
    log.warn({ setting, value: 'off' }, UNSAFE_SETTING);
  }
}

const UNSAFE_SETTING =
  'this PostgreSQL can lose or damage what was acknowledged when its machine fails: ' +
  'switch the setting on';

const TESTED_SINCE_MAJOR = 17;

/** The words of an error, and of all that it consists of. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
