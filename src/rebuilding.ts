// One run of `attendance rebuild`: the rooms it needs, wired together over an open database.

import type { Logger } from 'pino';
import { type RebuildOptions, type RebuiltEmployee, rebuild } from './app/rebuild.js';
import type { Config } from './config.js';
import type { EmployeeId } from './domain/employee-id.js';
import type { LocalDate } from './domain/local-date.js';
import type { Instant } from './domain/time.js';
import { createMetrics } from './server/metrics.js';
import { openStores } from './service.js';
import { migrationStates } from './store/migrate.js';
import { createRebuildStore } from './store/rebuild.js';
import { createSweepStore } from './store/sweep.js';

export interface RebuildTotals {
  readonly employees: number;
  readonly daysDerived: number;
  readonly differences: number;
  readonly daysBehind: number;
  readonly differencesLeft: number;
  /** Roster changes that stored days were still following: their days may differ for that. */
  readonly unfinishedChanges: number;
}

interface Surroundings {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly log: Logger;
}

/** See `rebuild` of main.ts. */
export async function rebuildStored(
  { config, databaseUrl, log }: Surroundings,
  options: {
    readonly employeeIds: readonly string[];
    readonly from: string | undefined;
    readonly to: string | undefined;
    readonly write: boolean;
  },
  onEmployee: (found: RebuiltEmployee) => Promise<void>,
): Promise<RebuildTotals> {
  await checkSchema(databaseUrl);
  const metrics = createMetrics();
  const stores = openStores({ config, databaseUrl, onlyWriter: false, log, metrics });
  const totals = {
    employees: 0,
    daysDerived: 0,
    differences: 0,
    daysBehind: 0,
    differencesLeft: 0,
  };
  try {
    const { databases, rosters, store } = stores;
    const { unfinishedChanges } = await createSweepStore(databases.writes).backlog();
    const ports = {
      facts: createRebuildStore(databases, rosters),
      store,
      now: () => Date.now() as Instant,
    };
    for await (const found of rebuild(ports, options as RebuildOptions)) {
      totals.employees += 1;
      totals.daysDerived += found.daysDerived;
      totals.differences += found.differences.length;
      totals.daysBehind += found.daysBehind;
      totals.differencesLeft += found.differencesLeft;
      await onEmployee(found);
    }
    return { ...totals, unfinishedChanges };
  } finally {
    await stores.close();
  }
}

/** What this release reads is there only once its migrations were applied. */
async function checkSchema(databaseUrl: string): Promise<void> {
  const states = await migrationStates(databaseUrl);
  if (states.every(({ applied }) => applied)) return;
  throw new Error('The schema is behind this release: run `attendance migrate up` first.');
}
