// Rosters and employees of any kind, for properties of what is refused as an overlap.

import fc from 'fast-check';
import type {
  Assignment,
  EmployeeRoster,
  Roster,
  ShiftVersion,
} from '../../../src/domain/roster/roster.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  type Shift,
} from '../../../src/domain/roster/shift.js';
import { type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import { findZone, type Zone } from '../../../src/domain/time/zone.js';

export function zoneOf(name: string): Zone {
  const zone = findZone(name);
  if (zone === undefined) throw new Error(name);
  return zone;
}

export const BERLIN = zoneOf('Europe/Berlin');
const ZONES = [BERLIN, zoneOf('America/New_York'), zoneOf('Pacific/Auckland')];
export const FIRST = toEpochDay('2026-01-01' as LocalDate);
export const LAST = FIRST + 250;

export function shiftOf(shiftId: string, startHour: number, hours: number, zone?: Zone): Shift {
  return {
    shiftId,
    startSecond: startHour * 3600,
    endSecond: ((startHour + hours) % 24) * 3600,
    zone,
    beforeSeconds: 0,
    afterSeconds: 0,
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
  };
}

const IDS = ['a', 'b', 'c', 'd'] as const;

export function rosterOf(shifts: ReadonlyMap<string, readonly ShiftVersion[]>): Roster {
  return { shifts, calendars: new Map(), policies: new Map(), offShift: DEFAULT_OFF_SHIFT_RULES };
}

export const hours = fc.record({
  start: fc.integer({ min: 0, max: 23 }),
  length: fc.constantFrom(1, 2, 3, 8, 12),
  zone: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...ZONES) },
  ),
});

export const rosters = fc
  .array(fc.tuple(hours, fc.option(fc.tuple(fc.integer({ min: 0, max: 250 }), hours))), {
    minLength: IDS.length,
    maxLength: IDS.length,
  })
  .map((all) => {
    const shifts = new Map<string, ShiftVersion[]>();
    for (const [index, [first, later]] of all.entries()) {
      const id = IDS[index] ?? 'a';
      const versions: ShiftVersion[] = [
        { fromDay: -Infinity, shift: shiftOf(id, first.start, first.length, first.zone) },
      ];
      if (later !== null) {
        const [offset, then] = later;
        const shift = shiftOf(id, then.start, then.length, then.zone);
        versions.push({ fromDay: FIRST + offset, shift });
      }
      shifts.set(id, versions);
    }
    return rosterOf(shifts);
  });

const idsOfDay = fc.uniqueArray(fc.constantFrom(...IDS), { maxLength: 2 });
const dayOffset = fc.integer({ min: -20, max: 270 });

const assignments = fc
  .record({
    from: dayOffset,
    length: fc.option(fc.integer({ min: 0, max: 120 })),
    anchor: dayOffset,
    cycle: fc.array(idsOfDay, { minLength: 1, maxLength: 9 }),
  })
  .map(
    ({ from, length, anchor, cycle }): Assignment => ({
      fromDay: FIRST + from,
      toDay: length === null ? Infinity : FIRST + from + length,
      anchorDay: FIRST + anchor,
      cycle,
    }),
  );

export const employees = fc
  .record({
    assignments: fc.array(assignments, { maxLength: 3 }),
    overrides: fc.array(fc.tuple(dayOffset, idsOfDay), { maxLength: 3 }),
    defaultShiftId: fc.option(fc.constantFrom(...IDS), { nil: undefined }),
    joined: fc.option(dayOffset),
    left: fc.option(dayOffset),
    move: fc.option(fc.tuple(dayOffset, fc.constantFrom(...ZONES))),
  })
  .map(
    ({ assignments, overrides, defaultShiftId, joined, left, move }): EmployeeRoster => ({
      zones: [
        { fromDay: -Infinity, zone: BERLIN },
        ...(move === null ? [] : [{ fromDay: FIRST + move[0], zone: move[1] }]),
      ],
      joinedDay: joined === null ? -Infinity : FIRST + joined,
      leftDay: left === null ? Infinity : FIRST + left,
      defaultShiftId,
      calendarId: undefined,
      assignments,
      overrides: new Map(overrides.map(([offset, ids]) => [FIRST + offset, ids])),
    }),
  );

export const NOBODY: EmployeeRoster = {
  zones: [{ fromDay: -Infinity, zone: BERLIN }],
  joinedDay: -Infinity,
  leftDay: Infinity,
  defaultShiftId: undefined,
  calendarId: undefined,
  assignments: [],
  overrides: new Map(),
};
