// Makes up a month of a company: who works when, what its clocks recorded, and the expected days.
// The expected days are written down while the month is made up, never derived by the service's
// rules, so that one checks the other. Uses Temporal for local times, not the service's own zone
// tables. The same seed gives the same month.

import { Temporal } from 'temporal-polyfill';
import { type Random, randomFrom } from '../support/random.js';

export const FIRST_DATE = '2026-03-01';
export const LAST_DATE = '2026-03-31';

/** Where people work. Clocks change in both zones within the month, on different dates. */
export const SITES = [
  { site: 'berlin', zone: 'Europe/Berlin', calendar: 'de', holiday: '2026-03-19' },
  { site: 'boston', zone: 'America/New_York', calendar: 'us', holiday: '2026-03-17' },
] as const;
export type Site = (typeof SITES)[number];

/**
 * Local hours. Everything else is the default: two hours before and four after belong to the shift.
 */
export const SHIFTS = [
  { shiftId: 'early', startTimeOfDay: '06:00', endTimeOfDay: '14:00' },
  { shiftId: 'late', startTimeOfDay: '14:00', endTimeOfDay: '22:00' },
  { shiftId: 'night', startTimeOfDay: '22:00', endTimeOfDay: '06:00' },
] as const;
type ShiftId = (typeof SHIFTS)[number]['shiftId'];

export interface Worker {
  readonly employeeId: string;
  readonly name: string;
  readonly site: Site;
  readonly joinDate: string | undefined;
  readonly leaveDate: string | undefined;
  /** The shifts of a cycle that begins on FIRST_DATE. */
  readonly cycle: readonly (readonly ShiftId[])[];
}

export type ClockKind = 'IN' | 'OUT' | 'BREAK_START' | 'BREAK_END' | 'UNSPECIFIED';

export interface MadePunch {
  readonly employeeId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly kind: ClockKind;
  readonly deviceId: string;
  readonly eventId: string;
}

export interface MadeMark {
  readonly employeeId: string;
  readonly date: string;
  readonly status: 'ON_LEAVE';
}

/** The expected result of a day. Dates on which the employee is not employed have none. */
export interface Truth {
  readonly employeeId: string;
  readonly date: string;
  readonly status: 'PRESENT' | 'ABSENT' | 'HOLIDAY' | 'DAY_OFF' | 'ON_LEAVE';
  readonly workedSeconds: number;
  /** The day must have exactly these of these flags. Lateness is not covered here. */
  readonly flags: readonly ('MISSING_OUT' | 'DUPLICATE_PUNCH' | 'WORKED_ON_HOLIDAY')[];
}

export interface Month {
  readonly workers: readonly Worker[];
  readonly marks: readonly MadeMark[];
  /** As the devices send it: late, in any order, partly twice. At most 1,000 at a time. */
  readonly uploads: readonly (readonly MadePunch[])[];
  /** The number of different punches in the uploads. */
  readonly punchCount: number;
  readonly truth: readonly Truth[];
}

const ABSENT = 0.03;
const ON_LEAVE = 0.03;
const FORGOT_TO_LEAVE = 0.01;
const WORKS_ON_HOLIDAY = 0.1;
const TOUCHED_TWICE = 0.02;
const JOINS_OR_LEAVES = 0.04;
const SENT_TWICE = 0.1;

const MINUTE = 60;
const DEVICES_PER_SITE = 4;
const UPLOAD_SIZE = 1000;

/** Makes up the month of `size` employees. */
export function companyMonth(size: number, seed: number): Month {
  const random = randomFrom(seed);
  const workers = Array.from({ length: size }, (_, index) => workerOf(index, random));
  const marks: MadeMark[] = [];
  const truth: Truth[] = [];
  const punches: Omit<MadePunch, 'eventId'>[] = [];
  for (const worker of workers) {
    for (const [index, date] of DATES.entries()) {
      if (!isEmployed(worker, date)) continue;
      const [shiftId] = worker.cycle[index % worker.cycle.length] ?? [];
      const day = dayOf(worker, date, shiftId, random);
      if (day.mark) marks.push({ employeeId: worker.employeeId, date, status: 'ON_LEAVE' });
      truth.push(day.truth);
      punches.push(...day.punches);
    }
  }
  const numbered = withEventIds(punches);
  return {
    workers,
    marks,
    uploads: uploadsOf(numbered, random),
    punchCount: numbered.length,
    truth,
  };
}

const DATES = datesFrom(FIRST_DATE, LAST_DATE);

function datesFrom(first: string, last: string): string[] {
  const dates: string[] = [];
  let date = Temporal.PlainDate.from(first);
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    dates.push(date.toString());
  }
  return dates;
}

/** FIRST_DATE is a Sunday, so a week of the cycle begins with it. */
const week = (shift: ShiftId): (readonly ShiftId[])[] => [[], ...Array(5).fill([shift]), []];
const CYCLES: readonly (readonly (readonly ShiftId[])[])[] = [
  week('early'),
  week('late'),
  week('night'),
  [...week('early'), ...week('late'), ...week('night')],
  [['early'], ['early'], ['late'], ['late'], [], []],
];

function workerOf(index: number, random: Random): Worker {
  const site = SITES[index % SITES.length] ?? SITES[0];
  const middle = DATES[random.between(8, 22)];
  const changes = random.chance(JOINS_OR_LEAVES);
  const joins = changes && random.chance(0.5);
  return {
    employeeId: `w${String(index).padStart(5, '0')}`,
    name: `Worker ${index}`,
    site,
    joinDate: joins ? middle : undefined,
    leaveDate: changes && !joins ? middle : undefined,
    cycle: CYCLES[random.between(0, CYCLES.length - 1)] ?? week('early'),
  };
}

function isEmployed({ joinDate, leaveDate }: Worker, date: string): boolean {
  return (
    (joinDate === undefined || date >= joinDate) && (leaveDate === undefined || date <= leaveDate)
  );
}

interface MadeDay {
  readonly truth: Truth;
  readonly punches: readonly Omit<MadePunch, 'eventId'>[];
  readonly mark: boolean;
}

function dayOf(
  worker: Worker,
  date: string,
  shiftId: ShiftId | undefined,
  random: Random,
): MadeDay {
  const { employeeId, site } = worker;
  const empty = (status: Truth['status'], mark = false): MadeDay => ({
    truth: { employeeId, date, status, workedSeconds: 0, flags: [] },
    punches: [],
    mark,
  });
  const isHoliday = date === site.holiday;
  if (shiftId === undefined) return empty(isHoliday ? 'HOLIDAY' : 'DAY_OFF');
  if (isHoliday && !random.chance(WORKS_ON_HOLIDAY)) return empty('HOLIDAY');
  if (!isHoliday && random.chance(ON_LEAVE)) return empty('ON_LEAVE', true);
  if (!isHoliday && random.chance(ABSENT)) return empty('ABSENT');
  const visit = visitOf(worker, date, shiftId, random);
  const flags: Truth['flags'][number][] = isHoliday ? ['WORKED_ON_HOLIDAY'] : [];
  return {
    truth: {
      employeeId,
      date,
      status: isHoliday ? 'HOLIDAY' : 'PRESENT',
      workedSeconds: visit.workedSeconds,
      flags: [...visit.flags, ...flags].sort(),
    },
    punches: visit.punches,
    mark: false,
  };
}

interface Visit {
  readonly punches: MadeDay['punches'];
  readonly workedSeconds: number;
  readonly flags: readonly ('MISSING_OUT' | 'DUPLICATE_PUNCH')[];
}

/** One day at work: how the employee came, paused, left or forgot to, and how long that was. */
function visitOf(worker: Worker, date: string, shiftId: ShiftId, random: Random): Visit {
  const { employeeId, site } = worker;
  const { startTimeOfDay: startTime, endTimeOfDay: endTime } =
    SHIFTS.find((shift) => shift.shiftId === shiftId) ?? SHIFTS[0];
  const endDate = endTime > startTime ? date : Temporal.PlainDate.from(date).add({ days: 1 });
  const start = secondOf(`${date}T${startTime}`, site.zone);
  const end = secondOf(`${endDate}T${endTime}`, site.zone);
  const came = start + random.between(-25 * MINUTE, 12 * MINUTE);
  const left = end + random.between(-6 * MINUTE, 50 * MINUTE);
  const pause = came + random.between(150 * MINUTE, 240 * MINUTE);
  const back = pause + random.between(15 * MINUTE, 45 * MINUTE);
  const device = `${site.site}-${random.between(1, DEVICES_PER_SITE)}`;
  // A clock without keys: employees do not use it for breaks, and it does not ask for a kind.
  const isPlain = device.endsWith('-4');
  const forgot = random.chance(FORGOT_TO_LEAVE);
  const twice = !isPlain && random.chance(TOUCHED_TWICE);
  const habit = isPlain ? 'none' : (['none', 'break', 'out'] as const)[random.between(0, 2)];
  const at = (second: number, kind: ClockKind) => ({
    employeeId,
    time: second * 1000,
    kind: isPlain ? ('UNSPECIFIED' as const) : kind,
    deviceId: device,
  });
  const punches = [at(came, 'IN')];
  if (twice) punches.push(at(came + random.between(2, 20), 'IN'));
  if (habit === 'break') punches.push(at(pause, 'BREAK_START'), at(back, 'BREAK_END'));
  if (habit === 'out') punches.push(at(pause, 'OUT'), at(back, 'IN'));
  if (!forgot) punches.push(at(left, 'OUT'));
  return {
    punches,
    workedSeconds: secondsWorked(habit ?? 'none', forgot, { came, pause, back, left }),
    flags: [
      ...(forgot ? ['MISSING_OUT' as const] : []),
      ...(twice ? ['DUPLICATE_PUNCH' as const] : []),
    ],
  };
}

/** From each arrival to its departure, without the break. Without a departure, 0. */
function secondsWorked(
  habit: 'none' | 'break' | 'out',
  forgot: boolean,
  { came, pause, back, left }: Readonly<Record<'came' | 'pause' | 'back' | 'left', number>>,
): number {
  if (habit === 'out') return pause - came + (forgot ? 0 : left - back);
  if (forgot) return 0;
  return left - came - (habit === 'break' ? back - pause : 0);
}

function secondOf(local: string, zone: string): number {
  const zoned = Temporal.PlainDateTime.from(local).toZonedDateTime(zone);
  return Math.floor(zoned.epochMilliseconds / 1000);
}

/** Each device numbers its punches in time order. */
function withEventIds(punches: readonly Omit<MadePunch, 'eventId'>[]): MadePunch[] {
  const counters = new Map<string, number>();
  return punches
    .toSorted((a, b) => a.time - b.time || (a.employeeId < b.employeeId ? -1 : 1))
    .map((punch) => {
      const count = (counters.get(punch.deviceId) ?? 0) + 1;
      counters.set(punch.deviceId, count);
      return { ...punch, eventId: String(count) };
    });
}

/** A device sends day by day. Some days come late, some come again, and in any order. */
function uploadsOf(punches: readonly MadePunch[], random: Random): MadePunch[][] {
  const logs = new Map<string, MadePunch[]>();
  for (const punch of punches) {
    const key = `${punch.deviceId} ${new Date(punch.time).toISOString().slice(0, 10)}`;
    logs.set(key, [...(logs.get(key) ?? []), punch]);
  }
  const parts = [...logs.values()].flatMap(inParts);
  const again = parts.filter(() => random.chance(SENT_TWICE));
  return random.shuffled([...parts, ...again]);
}

function inParts(log: readonly MadePunch[]): MadePunch[][] {
  const parts: MadePunch[][] = [];
  for (let from = 0; from < log.length; from += UPLOAD_SIZE) {
    parts.push(log.slice(from, from + UPLOAD_SIZE));
  }
  return parts;
}
