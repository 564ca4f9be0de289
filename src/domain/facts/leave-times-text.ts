// Writes and reads leave times as text for storage and caches: compact JSON with fixed positions.
// Any text that this code does not write is rejected.

import type { ExcusedTime } from './day.js';
import { LEAVE_TYPE_ID } from './leave-type.js';

const DAY_SECONDS = 86_400;

const NONE: readonly ExcusedTime[] = [];

/** Empty if there are none. */
export function leaveTimesText(leaveTimes: readonly ExcusedTime[]): string {
  if (leaveTimes.length === 0) return '';
  return JSON.stringify(
    leaveTimes.map(({ startSecond, endSecond, excusedSeconds, leaveTypeId }) => [
      startSecond,
      endSecond,
      excusedSeconds,
      ...(leaveTypeId === undefined ? [] : [leaveTypeId]),
    ]),
  );
}

/** Undefined if `leaveTimesText` does not write such a text. */
export function parseLeaveTimesText(text: string): readonly ExcusedTime[] | undefined {
  if (text === '') return NONE;
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length === 0) return undefined;
    const found = value.flatMap((each: unknown) => excusedTime(each) ?? []);
    return found.length === value.length ? found : undefined;
  } catch {
    return undefined;
  }
}

function excusedTime(value: unknown): ExcusedTime | undefined {
  if (!Array.isArray(value) || value.length < 3 || value.length > 4) return undefined;
  const [startSecond, endSecond, excusedSeconds, leaveTypeId] = value as unknown[];
  if (!isWithin(startSecond, 0, DAY_SECONDS - 1)) return undefined;
  if (!isWithin(endSecond, startSecond + 1, startSecond + DAY_SECONDS - 1)) return undefined;
  if (!isWithin(excusedSeconds, 0, Number.MAX_SAFE_INTEGER)) return undefined;
  const isKind = typeof leaveTypeId === 'string' && LEAVE_TYPE_ID.test(leaveTypeId);
  if (value.length === 4 && !isKind) return undefined;
  return { startSecond, endSecond, leaveTypeId: isKind ? leaveTypeId : undefined, excusedSeconds };
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}
