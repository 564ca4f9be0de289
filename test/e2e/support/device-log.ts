// The log of one gate: the same punches whoever computes it, so that two uploaders and the test
// that checks them need not tell each other.

import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { PunchKind } from '../../../gen/attendance/v1/punch_pb.js';

/** Punches of one message of the stream. */
export const CHUNK = 50;
export const EMPLOYEES = 12;
export const DAYS = 25;

const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2026-01-05T08:00:00Z');
const WORK_MS = 8 * 3_600_000;
const EVERY = 9;

export function employeeOf(index: number): string {
  return `gate-${String(index).padStart(2, '0')}`;
}

/** In the order in which the gate saw them; every ninth person forgot to leave. */
export function deviceLog() {
  const punches = [];
  for (let day = 0; day < DAYS; day += 1) {
    for (let index = 0; index < EMPLOYEES; index += 1) {
      const came = FIRST_MS + day * DAY_MS + index * 60_000;
      punches.push(punchOf(index, came, PunchKind.IN, punches.length));
      if ((day * EMPLOYEES + index) % EVERY === 0) continue;
      punches.push(punchOf(index, came + WORK_MS, PunchKind.OUT, punches.length));
    }
  }
  return punches;
}

function punchOf(index: number, time: number, kind: PunchKind, eventId: number) {
  return {
    employeeId: employeeOf(index),
    time: timestampFromMs(time),
    kind,
    deviceId: 'gate',
    eventId: String(eventId),
  };
}
