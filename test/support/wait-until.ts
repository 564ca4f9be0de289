// Waits for a condition that announces itself by no event, within a bound.

import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 5;

/** Asks until the condition holds. Throws, naming `what`, when it does not within `timeoutMs`. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 5_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(INTERVAL_MS);
  }
}
