// Finds the id that was probably meant by an unknown one. The typed id bounds the work, never the
// number of employees: it looks at the ids one typing error away, and at those that sort next to
// it. Only for a hint in an error: nothing may be decided by it.

import type { EmployeeId } from './employee-id.js';

/** The characters that an id may have. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-';

/** Nobody types longer ids by hand. An id of 20 characters has about 2,700 ids one error away. */
export const MAX_TYPED_LENGTH = 20;

/** Ids on either side of the typed one, sorted by bytes: they begin like it. */
export const MAX_SORTED_NEIGHBOURS = 50;

/** An id with more typing errors than this is another one. */
const MAX_ERRORS = 2;

/** Two errors in a shorter id leave hardly anything of it. */
const MIN_LENGTH_OF_TWO_ERRORS = 5;

/**
 * The ids that are one error away: a character left out, added or mistaken, two swapped, or the
 * wrong case throughout. None for ids longer than MAX_TYPED_LENGTH.
 */
export function idsOneErrorAway(id: EmployeeId): readonly string[] {
  if (id.length > MAX_TYPED_LENGTH) return [];
  const found = new Set([id.toLowerCase(), id.toUpperCase()]);
  for (let at = 0; at <= id.length; at += 1) {
    const [before, one, behind] = [id.slice(0, at), id.slice(at, at + 1), id.slice(at + 1)];
    for (const other of ALPHABET) {
      found.add(before + other + one + behind);
      if (one !== '') found.add(before + other + behind);
    }
    found.add(before + behind);
    found.add(before + behind.slice(0, 1) + one + behind.slice(1));
  }
  found.delete(id);
  found.delete('');
  return [...found];
}

/** The candidate that was most likely meant; undefined if none is near. */
export function nearestId<Id extends string>(id: Id, candidates: readonly Id[]): Id | undefined {
  const most = id.length < MIN_LENGTH_OF_TWO_ERRORS ? 1 : MAX_ERRORS;
  let nearest: Id | undefined;
  let fewest = most + 1;
  for (const candidate of candidates) {
    if (candidate === id || Math.abs(candidate.length - id.length) > most) continue;
    const errors = errorsBetween(id.toLowerCase(), candidate.toLowerCase());
    if (errors > fewest || (errors === fewest && !isBefore(candidate, nearest))) continue;
    fewest = errors;
    nearest = candidate;
  }
  return fewest > most ? undefined : nearest;
}

/** Picks the same of two equally near candidates every time. */
function isBefore(one: string, other: string | undefined): boolean {
  return other !== undefined && one < other;
}

/**
 * Optimal string alignment: counts characters left out, added, mistaken, or swapped with the next.
 */
function errorsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const at = (cells: readonly number[], index: number) => cells[index] ?? Infinity;
      const mistaken = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(mistaken, at(last, j) + 1, at(row, j - 1) + 1, swapped));
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
