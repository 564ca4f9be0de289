// Waits for a condition that has no event, within a bound.

import { setTimeout as delay } from 'node:timers/promises';
import { type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';

const INTERVAL_MS = 5;

/**
 * Checks until the condition holds. Throws an error that names `what` if it does not within
 * `timeoutMs`. Checks every `intervalMs`: choose more if the check itself takes time.
 */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 5_000,
  intervalMs = INTERVAL_MS,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(intervalMs);
  }
}

/**
 * A moment after everything that was acknowledged. Record times have microseconds, and `Date.now()`
 * cuts them off: within the millisecond of an answer, it would be before what was stored.
 */
export async function momentBehind(): Promise<Timestamp> {
  const acknowledged = Date.now();
  await waitUntil('the next millisecond', () => Date.now() > acknowledged);
  return timestampFromMs(Date.now());
}
