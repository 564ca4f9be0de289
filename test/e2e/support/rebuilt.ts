// Holds the stored days of employees against what follows from their facts, as `attendance
// rebuild` does, and writes nothing.

import { expect } from 'chai';
import { rebuild } from '../../../src/app/upkeep/rebuild.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone } from '../../../src/domain/time/zone.js';
import { openDatabase } from '../../../src/store/postgres/database.js';
import { createPostgresStore } from '../../../src/store/postgres-store.js';
import { createRosterReader } from '../../../src/store/rosters/roster-reader.js';
import { createRebuildStore } from '../../../src/store/upkeep/rebuild.js';

const CONNECTIONS = 2;

export async function expectRebuilt(
  databaseUrl: string,
  employeeIds: readonly string[],
): Promise<void> {
  const database = openDatabase(databaseUrl, () => {}, CONNECTIONS);
  try {
    const defaultZone = findZone('UTC') ?? expect.fail('no zone UTC');
    const rosters = createRosterReader({ defaultZone });
    const databases = { writes: database, reads: database, health: database };
    const store = createPostgresStore(databases, rosters, { requireKnownEmployees: false });
    const ports = {
      facts: createRebuildStore(databases, rosters),
      store,
      now: () => Date.now() as Instant,
    };
    const ids = employeeIds.map((id) => id as EmployeeId);
    const options = { employeeIds: ids, write: false, from: undefined, to: undefined };
    for await (const { employeeId, differences } of rebuild(ports, options)) {
      expect({ employeeId, differences }).to.deep.equal({ employeeId, differences: [] });
    }
  } finally {
    await database.close();
  }
}
