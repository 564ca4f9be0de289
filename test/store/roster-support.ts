// A roster over a fresh database, and commands for it.

import type {
  EmployeeDetail,
  OverlapAction,
  RosterCommand,
  RosterOutcome,
  RosterStore,
} from '../../src/app/ports/roster-ports.js';
import { plainDetail } from '../../src/app/roster/employee-roster.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import { AttendanceError, type Failure } from '../../src/domain/facts/errors.js';
import type { Assignment, ShiftVersion } from '../../src/domain/roster/roster.js';
import { PLAIN_COUNTING, PLAIN_WORK_RULES, type Shift } from '../../src/domain/roster/shift.js';
import { type LocalDate, toEpochDay } from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import { findZone, type Zone } from '../../src/domain/time/zone.js';
import { createRosterStore } from '../../src/store/roster-changes/roster-store.js';
import { createRosterReader } from '../../src/store/rosters/roster-reader.js';
import type { StoreFixture } from './support.js';

export function zoneOf(name: string): Zone {
  const zone = findZone(name);
  if (zone === undefined) throw new Error(name);
  return zone;
}

export const BERLIN = zoneOf('Europe/Berlin');

export function day(date: string): number {
  return toEpochDay(date as LocalDate);
}

export function id(employeeId: string): EmployeeId {
  return employeeId as EmployeeId;
}

export function rosterOver({ database }: Pick<StoreFixture, 'database'>): RosterStore {
  const reader = createRosterReader({ defaultZone: BERLIN });
  return createRosterStore({ writes: database, reads: database, reader, defaultZone: BERLIN });
}

/** Whole hours; the end not after the start is on the next date. */
export function shiftOf(
  shiftId: string,
  start: number,
  end: number,
  rest: Partial<Shift> = {},
): Shift {
  return {
    shiftId,
    startSecond: start * 3600,
    endSecond: end * 3600,
    zone: undefined,
    beforeSeconds: 3600,
    afterSeconds: 3600,
    maxSessionSeconds: 0,
    lateGraceSeconds: 0,
    earlyGraceSeconds: 0,
    halfDayBelowSeconds: 0,
    absentBelowSeconds: 0,
    work: PLAIN_WORK_RULES,
    halvesMeetSecond: undefined,
    flexible: undefined,
    counting: PLAIN_COUNTING,
    worksOnHolidays: false,
    calendarId: undefined,
    geofence: undefined,
    ...rest,
  };
}

export function versionOf(shift: Shift, from?: string): ShiftVersion {
  return { fromDay: from === undefined ? -Infinity : day(from), shift };
}

/** Conflicts are looked for around it. */
const TODAY = Date.parse('2026-02-01T00:00:00Z') as Instant;

export function assignmentOf(
  from: string,
  cycle: readonly (readonly string[])[],
  to?: string,
  anchor: string = from,
): Assignment {
  return {
    fromDay: day(from),
    toDay: to === undefined ? Infinity : day(to),
    anchorDay: day(anchor),
    cycle,
  };
}

export function detailOf(name: string, rest: Partial<EmployeeDetail> = {}): EmployeeDetail {
  return { ...plainDetail(name), ...rest };
}

type Asked<T> = T extends RosterCommand
  ? Omit<
      T,
      | 'requestId'
      | 'payloadHash'
      | 'actor'
      | 'reason'
      | 'receivedAt'
      | 'validateOnly'
      | 'etag'
      | 'onOverlap'
    > &
      Partial<Pick<RosterCommand, 'requestId' | 'payloadHash' | 'validateOnly'>> & {
        readonly etag?: string;
        readonly onOverlap?: OverlapAction;
      }
  : never;

/** A command with the rest of what it has to say. */
export function asked(command: Asked<RosterCommand>): RosterCommand {
  return {
    requestId: undefined,
    payloadHash: Uint8Array.of(1),
    actor: 'tester',
    reason: 'because',
    receivedAt: TODAY,
    validateOnly: false,
    etag: undefined,
    onOverlap: undefined,
    ...command,
  } as RosterCommand;
}

export type Change = (command: Asked<RosterCommand>) => Promise<RosterOutcome>;

export function changing(roster: RosterStore): Change {
  return async (command) => await roster.changeRoster(asked(command));
}

/** What a command was refused for. */
export async function failureOf(outcome: Promise<unknown>): Promise<Failure> {
  try {
    await outcome;
  } catch (error) {
    if (error instanceof AttendanceError) return error.failure;
    throw error;
  }
  throw new Error('it was not refused');
}

export function changeIdOf({ change }: RosterOutcome): number {
  if (change === undefined) throw new Error('nothing was changed');
  return change.changeId;
}
