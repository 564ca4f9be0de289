// Ranges of whole numbers, dates or instants, of many employees. Joined where they touch, so that
// nothing is read twice. Pure.

import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';

/** Both ends included. */
export interface Range {
  readonly employeeId: EmployeeId;
  readonly from: number;
  readonly to: number;
}

export class Ranges {
  readonly #joined: ReadonlyMap<EmployeeId, readonly Range[]>;

  /** In any order, overlapping or not. A range that ends before it begins is empty. */
  constructor(ranges: readonly Range[]) {
    const byEmployee = new Map<EmployeeId, Range[]>();
    for (const range of ranges) {
      if (range.from > range.to) continue;
      const own = byEmployee.get(range.employeeId);
      if (own === undefined) byEmployee.set(range.employeeId, [range]);
      else own.push(range);
    }
    this.#joined = new Map([...byEmployee].map(([employeeId, own]) => [employeeId, joined(own)]));
  }

  /** Sorted by employee, then start; no range touches another. */
  list(): Range[] {
    const employeeIds = [...this.#joined.keys()].sort(compareEmployeeIds);
    return employeeIds.flatMap((employeeId) => this.#joined.get(employeeId) ?? []);
  }

  /** Whether all of a range is in here. An empty range always is. */
  covers({ employeeId, from, to }: Range): boolean {
    if (from > to) return true;
    const own = this.#joined.get(employeeId) ?? [];
    return own.some((range) => range.from <= from && to <= range.to);
  }
}

function joined(ranges: Range[]): Range[] {
  ranges.sort((a, b) => a.from - b.from);
  const result: Range[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    if (last === undefined || range.from > last.to + 1) result.push(range);
    else if (range.to > last.to) result[result.length - 1] = { ...last, to: range.to };
  }
  return result;
}
