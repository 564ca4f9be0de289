// The default id of an import, made from what is sent. An import that is run again, or continues
// after a stop, is the same import on any machine.

import { createHash } from 'node:crypto';
import type { RowDefaults } from './punch-row.js';

// Raise it if the same file and options result in different punches.
const SCHEME = 'attendance.punches.import.v1';

/** Enough that no two files of an installation share an id. */
const ID_DIGITS = 20;

/**
 * Made from a file and the options that affect its rows. An import that restores has its own id, so
 * that it can be voided without the one before.
 */
export function punchImportId(
  sha256: string,
  { zone = '', deviceId }: RowDefaults,
  restore: boolean,
): string {
  const said = JSON.stringify([SCHEME, sha256, zone, deviceId, restore]);
  return `punches-${createHash('sha256').update(said).digest('hex').slice(0, ID_DIGITS)}`;
}
