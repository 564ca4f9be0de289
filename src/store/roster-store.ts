// The roster in PostgreSQL, behind the interface that app/ asks for.

import type { RosterStore } from '../app/roster-ports.js';
import { AttendanceError } from '../domain/errors.js';
import type { Zone } from '../domain/zone.js';
import { changeRoster } from './change-roster.js';
import type { Database } from './database.js';
import { STORE_RETRY_AFTER_MS } from './errors.js';
import * as reads from './read-roster.js';
import type { RosterReader } from './roster-reader.js';

/** Changes of the roster that wait in one process for those before them; more are refused. */
const MAX_WAITING_CHANGES = 1000;

export interface RosterStoreOptions {
  readonly writes: Database;
  readonly reads: Database;
  readonly reader: RosterReader;
  /** Of employees for whom nobody gave a zone; the reader's. */
  readonly defaultZone: Zone;
}

export function createRosterStore(options: RosterStoreOptions): RosterStore {
  const { writes, reads: database, reader, defaultZone } = options;
  const inTurn = turns();
  return {
    changeRoster: (command) => inTurn(() => changeRoster(writes, reader, defaultZone, command)),
    getEmployee: (employeeId, asOf) => reads.getEmployee(database, employeeId, asOf),
    listEmployees: (query) => reads.listEmployees(database, query),
    getShift: (shiftId, asOf) => reads.getShift(database, shiftId, asOf),
    listShifts: (query) => reads.listShifts(database, query),
    listAssignments: (employeeId, asOf) => reads.listAssignments(database, employeeId, asOf),
    listOverrides: (query) => reads.listOverrides(database, query),
    listHolidays: (query) => reads.listHolidays(database, query),
    getRosterChange: (changeId) => reads.getRosterChange(database, changeId),
    listRosterChanges: (query) => reads.listRosterChanges(database, query),
  };
}

/**
 * Runs one at a time: all changes wait for one lock, and would do so on connections that punches
 * need.
 */
function turns(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (run) => {
    if (waiting >= MAX_WAITING_CHANGES) {
      const retryAfterMs = STORE_RETRY_AFTER_MS;
      throw new AttendanceError({ kind: 'OVERLOADED', queue: 'roster changes', retryAfterMs });
    }
    waiting += 1;
    const turn = last.then(run);
    last = turn.catch(() => {});
    return await turn.finally(() => {
      waiting -= 1;
    });
  };
}
