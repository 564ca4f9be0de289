// Waits for a state of another process that sends no event.

import { setTimeout as pause } from 'node:timers/promises';

const INTERVAL_MS = 50;

/** Checks until the condition is true. Throws if it is not within the time. */
export async function until(
  what: string,
  timeoutMs: number,
  reached: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await reached())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await pause(INTERVAL_MS);
  }
}
