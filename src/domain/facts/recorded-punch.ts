// A punch as it is kept: the evidence, everything that came with it, and what became of it.

import type { Instant, RecordTime } from '../time/time.js';
import type { EmployeeId } from './employee-id.js';
import type { Punch } from './punch.js';

/** Where a punch comes from. The order is the contract's; its numbers are stored. */
export const PUNCH_SOURCES = ['COMMAND', 'DEVICE', 'FILE', 'CORRECTION'] as const;
export type PunchSource = (typeof PUNCH_SOURCES)[number];

/** What came with a punch, and no rule but the geofence's looks at. */
export interface PunchEvidence {
  readonly source: PunchSource;
  /** The IANA name of the zone the device was set to; empty when it did not say. */
  readonly timeZone: string;
  /** In metres; 0 when the device did not say. */
  readonly accuracyMeters: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly note: string;
}

/** A punch as somebody told it; its flags are those known from the telling (CLOCK_SKEW). */
export type ToldPunch = Punch & PunchEvidence;

/** Why a punch counts no longer. */
export interface PunchVoid {
  /** The number of the fact that took it back. */
  readonly by: number;
  readonly at: RecordTime;
  readonly actor: string;
  readonly reason: string;
  /** The number of the punch that counts instead; undefined when none does. */
  readonly replacedBy: number | undefined;
}

/** A punch as it is kept. Its flags are all that was found. */
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
  /** The badge it came by; undefined: the employee was named. */
  readonly badgeId: string | undefined;
  /** Undefined while it counts. */
  readonly voided: PunchVoid | undefined;
}

/** Whether the same punch is told again: then it counts once. Milliseconds count. */
export function isSamePunch(a: Punch, b: Punch): boolean {
  return (
    a.time === b.time && a.kind === b.kind && a.deviceId === b.deviceId && a.eventId === b.eventId
  );
}
