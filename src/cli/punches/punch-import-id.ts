// The id of an import that nobody named: made of what is sent, so that an import which is run again,
// or goes on after a stop, is the same import, on whatever machine.

import { createHash } from 'node:crypto';
import type { RowDefaults } from './punch-row.js';

// Raised when the same file and options come to other punches.
const SCHEME = 'attendance.punches.import.v1';

/** Enough that no two files of an installation share an id. */
const ID_DIGITS = 20;

/**
 * Of a file and the options that say what its rows mean. Those that restore are an import of their
 * own: it can be voided without the one before.
 */
export function punchImportId(
  sha256: string,
  { zone = '', deviceId }: RowDefaults,
  restore: boolean,
): string {
  const said = JSON.stringify([SCHEME, sha256, zone, deviceId, restore]);
  return `punches-${createHash('sha256').update(said).digest('hex').slice(0, ID_DIGITS)}`;
}
