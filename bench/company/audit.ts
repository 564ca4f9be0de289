// Checks a month as an administrator would: counts all employees' days by status, and compares each
// day with the expected one.

import {
  Anomaly,
  type Attendance,
  AttendanceStatus,
} from '../../gen/attendance/v1/attendance_pb.js';
import { FIRST_DATE, LAST_DATE, type Month, type Truth } from './company.js';
import type { Clients } from './load.js';

export interface Audit {
  readonly days: number;
  /** The differences, in words; at most MAX_FINDINGS. */
  readonly findings: readonly string[];
  /** The total number of findings. */
  readonly findingCount: number;
  /** By date, then by status. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** A person reads a few; the rest repeat the same mistake. */
export const MAX_FINDINGS = 20;

const TOLD_FLAGS: readonly string[] = ['MISSING_OUT', 'DUPLICATE_PUNCH', 'WORKED_ON_HOLIDAY'];
/** Never expected in this month: no employee is off shift, and no device is wrong. */
const LATENESS: readonly string[] = ['LATE_IN', 'EARLY_OUT'];

export async function audit({ attendance }: Clients, month: Month): Promise<Audit> {
  const truth = new Map(month.truth.map((day) => [keyOf(day), day]));
  const counts = new Map<string, Map<string, number>>();
  const findings: string[] = [];
  let findingCount = 0;
  const find = (text: string): void => {
    findingCount += 1;
    if (findings.length < MAX_FINDINGS) findings.push(text);
  };
  let days = 0;
  const range = { startDate: FIRST_DATE, endDate: LAST_DATE };
  for await (const { attendances } of attendance.streamAttendance(range)) {
    for (const day of attendances) {
      days += 1;
      const expected = truth.get(keyOf(day));
      truth.delete(keyOf(day));
      for (const finding of compare(day, expected)) find(finding);
      const byStatus = counts.get(day.date) ?? new Map<string, number>();
      const word = AttendanceStatus[day.status] ?? '?';
      byStatus.set(word, (byStatus.get(word) ?? 0) + 1);
      counts.set(day.date, byStatus);
    }
  }
  for (const key of truth.keys()) find(`${key}: not told`);
  for (const finding of compareSums(month, counts)) find(finding);
  return { days, findings, findingCount, counts };
}

function keyOf({
  employeeId,
  date,
}: {
  readonly employeeId: string;
  readonly date: string;
}): string {
  return `${employeeId} ${date}`;
}

function compare(day: Attendance, expected: Truth | undefined): string[] {
  const key = keyOf(day);
  const status = AttendanceStatus[day.status];
  if (expected === undefined) return [`${key}: told as ${status}, and nobody was employed`];
  const found: string[] = [];
  const note = (what: string, is: unknown, should: unknown): void => {
    if (String(is) !== String(should)) found.push(`${key}: ${what} is ${is}, should be ${should}`);
  };
  note('status', status, expected.status);
  note('worked', Number(day.workedDuration?.seconds ?? 0n), expected.workedSeconds);
  const flags = day.anomalies.map((anomaly) => Anomaly[anomaly] ?? '?');
  note('flags', flags.filter((flag) => TOLD_FLAGS.includes(flag)).sort(), expected.flags);
  const strange = flags.filter((flag) => !TOLD_FLAGS.includes(flag) && !LATENESS.includes(flag));
  note('what else is odd', strange, []);
  note('final', day.final, true);
  return found;
}

/** Checks that each date's counts add up to the employees on it. */
function compareSums(
  { workers, truth }: Month,
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>,
): string[] {
  const findings: string[] = [];
  const expected = new Map<string, Map<string, number>>();
  for (const { date, status } of truth) {
    const byStatus = expected.get(date) ?? new Map<string, number>();
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    expected.set(date, byStatus);
  }
  for (const [date, byStatus] of expected) {
    const employed = workers.filter(
      ({ joinDate = '', leaveDate = '9999' }) => joinDate <= date && date <= leaveDate,
    ).length;
    const told = counts.get(date) ?? new Map<string, number>();
    const sum = [...told.values()].reduce((all, count) => all + count, 0);
    if (sum !== employed) findings.push(`${date}: ${sum} are told of, ${employed} are employed`);
    for (const [status, count] of byStatus) {
      const is = told.get(status) ?? 0;
      if (is !== count) findings.push(`${date}: ${is} are ${status}, should be ${count}`);
    }
  }
  return findings;
}
