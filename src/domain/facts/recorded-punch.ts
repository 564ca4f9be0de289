// A recorded punch: the evidence, everything that came with it, and whether it still counts.

import type { Instant, RecordTime } from '../time/time.js';
import type { EmployeeId } from './employee-id.js';
import type { Punch } from './punch.js';

/** Where a punch comes from. In the order of the contract; the numbers are stored. */
export const PUNCH_SOURCES = ['COMMAND', 'DEVICE', 'FILE', 'CORRECTION'] as const;
export type PunchSource = (typeof PUNCH_SOURCES)[number];

/** Data that came with a punch. Only the geofence rule uses any of it. */
export interface PunchEvidence {
  readonly source: PunchSource;
  /** The IANA name of the zone that the device was set to; empty if it did not say. */
  readonly timeZone: string;
  /** In metres; 0 if the device did not say. */
  readonly accuracyMeters: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly note: string;
}

/** A punch as received. Its flags are those known on receipt (CLOCK_SKEW). */
export type ToldPunch = Punch & PunchEvidence;

/** Why a punch no longer counts. */
export interface PunchVoid {
  /** The number of the fact that voided it. */
  readonly by: number;
  readonly at: RecordTime;
  readonly actor: string;
  readonly reason: string;
  /** The number of the punch that counts instead; undefined: none. */
  readonly replacedBy: number | undefined;
}

/** A punch as it is stored. Its flags are all that were found. */
export interface RecordedPunch extends ToldPunch {
  readonly employeeId: EmployeeId;
  /** Its number among the employee's facts, from 1. */
  readonly punchId: number;
  readonly actor: string;
  readonly receivedAt: Instant;
  readonly recordedAt: RecordTime;
  /** The number of the punch that it replaces. */
  readonly replaces: number | undefined;
  /** The import that recorded it; undefined: none. */
  readonly importId: string | undefined;
  /** The badge of the punch; undefined if the employee was named. */
  readonly badgeId: string | undefined;
  /** Undefined while it counts. */
  readonly voided: PunchVoid | undefined;
}

/** Whether two punches are duplicates, of which one counts. Milliseconds matter. */
export function isSamePunch(a: Punch, b: Punch): boolean {
  return (
    a.time === b.time && a.kind === b.kind && a.deviceId === b.deviceId && a.eventId === b.eventId
  );
}
