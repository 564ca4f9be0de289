// Changes a shift of a whole company from the middle of a year on, in a running, empty service, by
// hand: `node dist/bench/follow/main.js [url] [employees] [days]`. Prints how long the change took,
// how long stored days took to follow, and what readers and writers saw meanwhile. Ends with 1 if a
// read was wrong or a day did not follow.

import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Attendance } from '../../gen/attendance/v1/attendance_pb.js';
import { PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { PunchKind } from '../../gen/attendance/v1/punch_pb.js';
import type { RosterChange } from '../../gen/attendance/v1/roster_service_pb.js';
import { type Clients, clientsOf } from '../company/load.js';
import { percentile } from '../support/statistics.js';

const [url = 'http://127.0.0.1:8080', size = '1000', length = '365'] = process.argv.slice(2);
const EMPLOYEES = Number(size);
const DAYS = Number(length);

const SHIFT_ID = 'day';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const FIRST_MS = Date.parse('2025-01-01T00:00:00Z');
const CHANGED_FROM = Math.floor(DAYS / 2);

/** Employees of another shift, whose days do not have to follow. */
const OTHERS = 100;
const OTHER_SHIFT_ID = 'other';

/** How long lists of their days are timed before the change. */
const BEFORE_MS = 10_000;

/** Calls in flight at the same time, while the company is made. */
const LANES = 4;
const PUNCHES_PER_CALL = 1000;

/** How often the progress is checked, and how many checks there are per line printed. */
const ASK_EVERY_MS = 500;
const TOLD_OF = 20;

/** The most wrong answers printed. */
const MAX_SHOWN = 10;

/** Days checked one by one after all have followed. */
const LOOKED_AT = 2000;

/** The employees affected by the change come first, then the others. */
function idOf(index: number): string {
  return `e${String(index).padStart(5, '0')}`;
}

function dateOf(day: number): string {
  return new Date(FIRST_MS + day * DAY_MS).toISOString().slice(0, 10);
}

async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await run();
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(2)} s`);
  return result;
}

async function inLanes(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await run(index);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function hire({ roster }: Clients): Promise<void> {
  for (const shiftId of [SHIFT_ID, OTHER_SHIFT_ID]) {
    const shift = { shiftId, startTimeOfDay: '08:00', endTimeOfDay: '16:00' };
    await roster.createShift({ shift });
  }
  await inLanes(EMPLOYEES + OTHERS, async (index) => {
    const defaultShiftId = index < EMPLOYEES ? SHIFT_ID : OTHER_SHIFT_ID;
    await roster.createEmployee({
      employee: { employeeId: idOf(index), timeZone: 'UTC', defaultShiftId },
    });
  });
}

/** All employees work from eight to four, every day. */
async function work({ clock }: Clients): Promise<void> {
  await inLanes(EMPLOYEES + OTHERS, async (index) => {
    const punches = Array.from({ length: DAYS * 2 }, (_, place) => ({
      employeeId: idOf(index),
      time: timestampFromMs(
        FIRST_MS + Math.floor(place / 2) * DAY_MS + (place % 2 === 0 ? 8 : 16) * HOUR_MS,
      ),
      kind: place % 2 === 0 ? PunchKind.IN : PunchKind.OUT,
    }));
    for (let from = 0; from < punches.length; from += PUNCHES_PER_CALL) {
      const some = punches.slice(from, from + PUNCHES_PER_CALL);
      const { results } = await clock.recordPunches({ punches: some });
      const refused = results.find(({ outcome }) => outcome !== PunchOutcome.RECORDED);
      if (refused !== undefined) throw new Error(`a punch was not recorded: ${refused.outcome}`);
    }
  });
}

/** From the middle of the year on, the shift begins at seven, so every employee is an hour late. */
async function changeShift({ roster }: Clients): Promise<RosterChange> {
  const effectiveDate = dateOf(CHANGED_FROM);
  const shift = {
    shiftId: SHIFT_ID,
    startTimeOfDay: '07:00',
    endTimeOfDay: '15:00',
    effectiveDate,
  };
  const { rosterChange } = await roster.updateShift({ shift, reason: 'summer hours' });
  if (rosterChange === undefined) throw new Error('the shift was like that before');
  return rosterChange;
}

/** The error of a day under the changed roster; empty if it is right. */
function wrongIn(day: number, attendance: Attendance | undefined): string {
  const late = Number(attendance?.lateDuration?.seconds ?? 0n);
  const expected = day < CHANGED_FROM ? 0 : 3600;
  return late === expected ? '' : `late by ${late} s instead of ${expected} s`;
}

class Watch {
  readonly lists: number[] = [];
  readonly reads: number[] = [];
  readonly writes: number[] = [];
  readonly wrong: string[] = [];
  over = false;
}

/** Reads random days until all days have followed. */
async function readOn({ attendance: service }: Clients, watch: Watch): Promise<void> {
  while (!watch.over) {
    const [index, day] = [any(EMPLOYEES), any(DAYS)];
    const started = performance.now();
    const { attendance } = await service.getAttendance({
      employeeId: idOf(index),
      date: dateOf(day),
    });
    watch.reads.push(performance.now() - started);
    const wrong = wrongIn(day, attendance);
    if (wrong !== '') watch.wrong.push(`${idOf(index)} ${dateOf(day)}: ${wrong}`);
  }
}

/** Lists months of employees whom the change does not affect, with expected days. */
async function listOn({ attendance: service }: Clients, watch: Watch): Promise<void> {
  while (!watch.over) {
    const [employeeId, from] = [idOf(EMPLOYEES + any(OTHERS)), any(DAYS - 30)];
    const started = performance.now();
    const { attendances } = await service.listAttendance({
      employeeId,
      startDate: dateOf(from),
      endDate: dateOf(from + 29),
    });
    watch.lists.push(performance.now() - started);
    const wrong = attendances.filter(({ lateDuration }) => Number(lateDuration?.seconds ?? 0n) > 0);
    if (wrong.length > 0 || attendances.length !== 30)
      watch.wrong.push(`${employeeId} from ${from}`);
  }
}

/** Marks days of another employee, one after the other. */
async function writeOn({ attendance: service }: Clients, watch: Watch): Promise<void> {
  for (let day = 0; !watch.over; day = (day + 1) % 365) {
    const started = performance.now();
    const note = String(watch.writes.length);
    await service.markAttendance({ employeeId: 'writer', date: dateOf(day), status: 1, note });
    watch.writes.push(performance.now() - started);
  }
}

function any(count: number): number {
  return Math.floor(Math.random() * count);
}

/** Checks the progress until it is finished. */
async function follow(clients: Clients, changeId: string): Promise<RosterChange> {
  for (let asked = 0; ; asked += 1) {
    const { rosterChange } = await clients.roster.getRosterChange({ changeId });
    if (rosterChange === undefined) throw new Error('the change is gone');
    if (rosterChange.finishTime !== undefined) return rosterChange;
    if (asked % TOLD_OF === 0) {
      console.log(`  ${rosterChange.employeesDone} employees, ${rosterChange.daysDerived} days`);
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** Days changed since the roster change must have one revision more than the others. */
async function lookAtRevisions({ attendance: service }: Clients, watch: Watch): Promise<void> {
  await inLanes(LOOKED_AT, async () => {
    const [index, day] = [any(EMPLOYEES), any(DAYS)];
    const key = { employeeId: idOf(index), date: dateOf(day) };
    const { revisions } = await service.listAttendanceRevisions(key);
    const told = revisions.filter(({ reason }) => reason.startsWith('roster change ')).length;
    const expected = day < CHANGED_FROM ? 0 : 1;
    if (told !== expected) watch.wrong.push(`${key.employeeId} ${key.date}: ${told} revisions`);
  });
}

function latencies(what: string, taken: readonly number[]): void {
  const [half, most, all] = [50, 99, 100].map((part) => percentile(taken, part).toFixed(1));
  console.log(`${taken.length} ${what}: p50 ${half} ms, p99 ${most} ms, slowest ${all} ms`);
}

const clients = clientsOf(url);
console.log(`${EMPLOYEES} employees, ${DAYS} days each`);
await timed('hired', () => hire(clients));
await timed(`${EMPLOYEES * DAYS * 2} punches`, () => work(clients));
const before = new Watch();
const watch = new Watch();
const load = (during: Watch) => [
  readOn(clients, during),
  readOn(clients, during),
  writeOn(clients, during),
  listOn(clients, during),
];
const calm = load(before);
await new Promise((resolve) => setTimeout(resolve, BEFORE_MS));
before.over = true;
await Promise.all(calm);
const change = await timed('the change', () => changeShift(clients));
const others = load(watch);
const started = performance.now();
const done = await follow(clients, change.changeId);
const seconds = (performance.now() - started) / 1000;
watch.over = true;
await Promise.all(others);
console.log(
  `followed in ${seconds.toFixed(1)} s: ${done.daysDerived} days derived, ` +
    `${done.daysChanged} changed, ${(Number(done.daysDerived) / seconds).toFixed(0)} days/s`,
);
latencies('lists of others before', before.lists);
latencies('lists of others meanwhile', watch.lists);
const rate = watch.lists.length / seconds / (before.lists.length / (BEFORE_MS / 1000));
console.log(`lists of others: ${rate.toFixed(2)} x their speed before`);
latencies('reads meanwhile', watch.reads);
latencies('writes meanwhile', watch.writes);
await timed('revisions looked at', () => lookAtRevisions(clients, watch));
if (Number(done.daysChanged) !== EMPLOYEES * (DAYS - CHANGED_FROM)) {
  watch.wrong.push(`${done.daysChanged} days changed`);
}
console.log(`${watch.wrong.length} wrong`);
for (const wrong of watch.wrong.slice(0, MAX_SHOWN)) console.log(`  ${wrong}`);
if (watch.wrong.length > 0) process.exitCode = 1;
