// Rebuilds employee by employee: compares stored days with what follows from the facts
// (rebuild-compare.ts), and mends them if asked (mend-days.ts).

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { Instant } from '../../domain/time/time.js';
import type { FactWrites } from '../ports/fact-writes.js';
import type { RebuildStore } from '../ports/rebuild-ports.js';
import { mendingFacts, mendingRules, OutdatedFindings } from './mend-days.js';
import {
  compareEmployee,
  type Difference,
  type EmployeeFindings,
  type RebuildDates,
} from './rebuild-compare.js';

/** Employees listed at a time. */
const EMPLOYEES_PAGE = 500;

/** How often an employee is compared again because facts were recorded before the mending. */
const MAX_LOOKS = 10;

export interface RebuildPorts {
  readonly facts: RebuildStore;
  readonly store: FactWrites;
  now(): Instant;
}

export interface RebuildOptions extends RebuildDates {
  /** Empty: all employees. */
  readonly employeeIds: readonly EmployeeId[];
  /** Whether to mend days that do not follow from the facts. */
  readonly write: boolean;
}

/** The result for one employee. */
export interface RebuiltEmployee {
  readonly employeeId: EmployeeId;
  readonly daysDerived: number;
  /** The differences found at first, by date. */
  readonly differences: readonly Difference[];
  /** Days with the right result that other rules stored. */
  readonly daysBehind: number;
  /** The differences left after the mending; all of them if nothing is written. */
  readonly differencesLeft: number;
}

/**
 * Rebuilds one employee after the other, by id or in the order named. Throws EMPLOYEE_NOT_FOUND for
 * an unknown named employee.
 */
export async function* rebuild(
  ports: RebuildPorts,
  options: RebuildOptions,
): AsyncGenerator<RebuiltEmployee> {
  for await (const employeeId of employeesOf(ports.facts, options.employeeIds)) {
    const found = await look(ports, employeeId, options);
    const { daysDerived, differences, behind } = found;
    const isToMend = options.write && (differences.length > 0 || behind.length > 0);
    const left = isToMend ? await mend(ports, employeeId, options, found) : found;
    yield {
      employeeId,
      daysDerived,
      differences,
      daysBehind: behind.length,
      differencesLeft: left.differences.length,
    };
  }
}

async function* employeesOf(
  facts: RebuildStore,
  named: readonly EmployeeId[],
): AsyncGenerator<EmployeeId> {
  if (named.length > 0) {
    yield* named;
    return;
  }
  for (let after: EmployeeId | '' = ''; ; ) {
    const page: readonly EmployeeId[] = await facts.listEmployeeIds(after, EMPLOYEES_PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < EMPLOYEES_PAGE) return;
    after = last;
  }
}

async function look(
  { facts }: RebuildPorts,
  employeeId: EmployeeId,
  dates: RebuildDates,
): Promise<EmployeeFindings> {
  const found = await facts.look(employeeId, (snapshot) => compareEmployee(snapshot, dates));
  if (found === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  return found;
}

/** Returns the findings after the mending. */
async function mend(
  ports: RebuildPorts,
  employeeId: EmployeeId,
  dates: RebuildDates,
  first: EmployeeFindings,
): Promise<EmployeeFindings> {
  let found = first;
  for (let looks = 1; looks < MAX_LOOKS; looks += 1) {
    if (found.lostRows > 0) {
      await ports.facts.restoreDays(employeeId);
      found = await look(ports, employeeId, dates);
    }
    if (await write(ports, employeeId, found)) break;
    found = await look(ports, employeeId, dates);
  }
  return await look(ports, employeeId, dates);
}

/** Returns false if facts were recorded meanwhile. What was written before that stays. */
async function write(
  { store, now }: RebuildPorts,
  employeeId: EmployeeId,
  found: EmployeeFindings,
): Promise<boolean> {
  const dates = [...found.differences.map(({ date }) => date), ...found.behind];
  let { version } = found;
  for (const facts of mendingFacts(employeeId, dates, now())) {
    try {
      const rules = mendingRules(facts, { ...found, version });
      const { changes } = await store.writeBatch(facts, rules);
      version = changes.find((change) => change.employeeId === employeeId)?.versionAfter ?? version;
    } catch (error) {
      if (error instanceof OutdatedFindings) return false;
      throw error;
    }
  }
  return true;
}
