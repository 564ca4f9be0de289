// Loaded into the service's process before it: says from inside, when asked, what it still holds
// once garbage is collected, and how long its event loop was held at most since the first look.

import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Inside {
  readonly heapMb: number;
  /** Memory outside of the heap: buffers. */
  readonly externalMb: number;
  readonly longestTurnMs: number;
}

const BYTES_PER_MB = 1e6;
const NS_PER_MS = 1e6;
const RESOLUTION_MS = 10;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let looks = 0;

process.on('message', (message) => {
  if (message !== 'soak: look') return;
  // Taken before garbage is collected here, which holds the loop as well.
  const longestTurnMs = delay.max / NS_PER_MS;
  looks += 1;
  // Twice: what is only let go of by a finalizer is collected the second time.
  globalThis.gc?.();
  globalThis.gc?.();
  if (looks === 1) delay.reset();
  const { heapUsed, external } = process.memoryUsage();
  const answer: Inside = {
    heapMb: heapUsed / BYTES_PER_MB,
    externalMb: external / BYTES_PER_MB,
    longestTurnMs,
  };
  process.send?.(answer);
});
// It must not keep the service from ending, nor outlive the soak.
process.channel?.unref();
process.once('disconnect', () => process.exit(1));
