// Runs `attendance rebuild` once: wires together what it needs over a running database.

import type { Logger } from 'pino';
import { type RebuildOptions, type RebuiltEmployee, rebuild } from '../app/upkeep/rebuild.js';
import type { EmployeeId } from '../domain/facts/employee-id.js';
import { AttendanceError } from '../domain/facts/errors.js';
import type { Instant } from '../domain/time/time.js';
import { createMetrics } from '../metrics/metrics.js';
import { migrationStates } from '../store/postgres/migrate.js';
import type { Config } from './config.js';
import { openStores } from './stores.js';

/** What to rebuild; see app/upkeep/rebuild.ts. Dates are `YYYY-MM-DD`. */
export interface RebuildArguments {
  /** Empty for all employees. */
  readonly employeeIds: readonly string[];
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Whether to correct the differences. */
  readonly write: boolean;
}

export interface RebuildTotals {
  readonly employees: number;
  readonly daysDerived: number;
  readonly differences: number;
  readonly daysBehind: number;
  readonly differencesLeft: number;
  /**
   * Roster changes that stored days do not follow completely yet; days may differ because of them.
   */
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
  options: RebuildArguments,
  onEmployee: (found: RebuiltEmployee) => Promise<void>,
): Promise<RebuildTotals> {
  await checkSchema(databaseUrl);
  const metrics = createMetrics();
  const onConnectionLost = () => {};
  const stores = await openStores({
    config,
    databaseUrl,
    onlyWriter: false,
    log,
    metrics,
    onConnectionLost,
  });
  const totals = {
    employees: 0,
    daysDerived: 0,
    differences: 0,
    daysBehind: 0,
    differencesLeft: 0,
  };
  try {
    const { unfinishedChanges } = await stores.stale.backlog();
    const ports = {
      facts: stores.facts,
      store: stores.attendance,
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
  } catch (error) {
    throw isUnknown(error) ? new Error(`there is no employee ${error.failure.employeeId}`) : error;
  } finally {
    await stores.close();
  }
}

function isUnknown(error: unknown): error is AttendanceError & {
  readonly failure: { readonly kind: 'EMPLOYEE_NOT_FOUND'; readonly employeeId: EmployeeId };
} {
  return error instanceof AttendanceError && error.failure.kind === 'EMPLOYEE_NOT_FOUND';
}

/** This release can read the database only after its migrations were applied. */
async function checkSchema(databaseUrl: string): Promise<void> {
  const states = await migrationStates(databaseUrl);
  if (states.every(({ applied }) => applied)) return;
  throw new Error('The schema is behind this release: run `attendance migrate up` first.');
}
