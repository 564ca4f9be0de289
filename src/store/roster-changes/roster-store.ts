// Implements the port for the roster over PostgreSQL.

import type { RosterStore } from '../../app/ports/roster-ports.js';
import type { Zone } from '../../domain/time/zone.js';
import type { Database } from '../postgres/database.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { changeTogether } from './change-roster.js';
import * as reads from './read-roster.js';
import { RosterQueue } from './roster-queue.js';

export interface RosterStoreOptions {
  readonly writes: Database;
  readonly reads: Database;
  readonly reader: RosterReader;
  /** The zone of employees without one of their own; the same as the reader's. */
  readonly defaultZone: Zone;
}

export function createRosterStore(options: RosterStoreOptions): RosterStore {
  const { writes, reads: database, reader, defaultZone } = options;
  const queue = new RosterQueue((commands) =>
    changeTogether(writes, reader, defaultZone, commands),
  );
  return {
    changeRoster: (command, caller) => queue.run(command, caller),
    getEmployee: (employeeId, asOf) => reads.getEmployee(database, employeeId, asOf),
    listEmployees: (query) => reads.listEmployees(database, query),
    getShift: (shiftId, asOf) => reads.getShift(database, shiftId, asOf),
    listShifts: (query) => reads.listShifts(database, query),
    getPolicy: (policyId, asOf) => reads.getPolicy(database, policyId, asOf),
    listPolicies: (query) => reads.listPolicies(database, query),
    listAssignments: (employeeId, asOf) => reads.listAssignments(database, employeeId, asOf),
    listOverrides: (query) => reads.listOverrides(database, query),
    listHolidays: (query) => reads.listHolidays(database, query),
    getRosterChange: (changeId) => reads.getRosterChange(database, changeId),
    listRosterChanges: (query) => reads.listRosterChanges(database, query),
  };
}
