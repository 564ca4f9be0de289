// Makes the request id of an imported row from its content. The same row is the same request in
// every run, from every file, on every machine, so importing twice records once.

import { createHash } from 'node:crypto';
import type { LegacyMark } from './import-row.js';

// Raise it if the request for a row changes: the service refuses a known id with another payload.
const SCHEME = 'attendance.import.v1';

/**
 * A UUID (version 8, RFC 9562: by our own rule) of everything that is sent for the row. The place
 * in the file does not count: identical rows are one statement. `importId` separates an import that
 * must count as new statements; usually empty.
 */
export function importRequestId(mark: LegacyMark, importId: string): string {
  const { employeeId, employeeName, date, status, leaveTypeId, hours } = mark;
  const leave = hours === '' ? [leaveTypeId].filter(Boolean) : [leaveTypeId, hours];
  const said = JSON.stringify([SCHEME, importId, employeeId, employeeName, date, status, ...leave]);
  const bytes = createHash('sha256').update(said).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
