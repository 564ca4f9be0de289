// Loaded into a process before everything else (`--import`): measures the longest time for which
// its event loop was held, in processor time of its main thread. Elapsed time would depend on how
// busy the machine is. The parent process asks by a message, and each answer begins a new
// measurement.

import { openSync, readSync } from 'node:fs';

/** The answer to any message. */
export interface LongestHold {
  /** The most processor time between two calls of a timer that is always due. */
  readonly longestMs: number;
  /**
   * The processor time that a fixed piece of work takes now: more while other programs use the
   * machine.
   */
  readonly paceMs: number;
}

const LOOK_EVERY_MS = 1;

const nowMs = process.platform === 'linux' ? mainThreadMs() : processMs;
let lastMs = nowMs();
let longestMs = 0;

function look(): void {
  const ms = nowMs();
  longestMs = Math.max(longestMs, ms - lastMs);
  lastMs = ms;
}

setInterval(look, LOOK_EVERY_MS).unref();

process.on('message', () => {
  look();
  const answer = longestMs;
  process.send?.({ longestMs: answer, paceMs: pace() } satisfies LongestHold);
  lastMs = nowMs();
  longestMs = 0;
});
// The channel must not keep the process alive.
process.channel?.unref();

const PACE_ITEMS = Array.from({ length: 6000 }, (_, n) => ({ name: `item ${n}`, n }));

/** Some milliseconds of what the service does most: objects, texts, maps. */
function pace(): number {
  const beganMs = processMs();
  const read = JSON.parse(JSON.stringify(PACE_ITEMS)) as typeof PACE_ITEMS;
  const byName = new Map(read.map((item) => [item.name, item]));
  if (byName.size !== PACE_ITEMS.length) throw new Error('the fixed work went wrong');
  return processMs() - beganMs;
}

/** For this thread alone, because others collect garbage and compress at the same time. */
function mainThreadMs(): () => number {
  const file = openSync('/proc/thread-self/schedstat', 'r');
  const buffer = Buffer.alloc(128);
  return () => {
    const length = readSync(file, buffer, 0, buffer.length, 0);
    return Number(buffer.toString('latin1', 0, length).split(' ')[0]) / 1e6;
  };
}

/** For the whole process, if nothing better is available. */
function processMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
