// Waits for a condition that announces itself by no event, within a bound.

import { setTimeout as delay } from 'node:timers/promises';
import { type Timestamp, timestampFromMs } from '@bufbuild/protobuf/wkt';

const INTERVAL_MS = 5;

/**
 * Asks until the condition holds. Throws, naming `what`, when it does not within `timeoutMs`. Asks
 * every `intervalMs`: more seldom where the answer itself costs time.
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
 * A moment behind all that was acknowledged. Times of record have microseconds, and `Date.now()`
 * cuts them off: taken in the millisecond of an answer, it would lie before what was stored.
 */
export async function momentBehind(): Promise<Timestamp> {
  const acknowledged = Date.now();
  await waitUntil('the next millisecond', () => Date.now() > acknowledged);
  return timestampFromMs(Date.now());
}
