// The teller of one process. It puts changes by time alone into the feed (app/watch), if no other
// process does. It must never end by itself, and never hold up the end of the service.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Teller, type TellPorts } from '../app/watch/tell-transitions.js';

/** How often it looks whether there is something to tell, or whether it may. */
const LOOK_EVERY_MS = 1000;

/** The wait after a failure; it doubles with each further failure. */
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 30_000;

/** How long the end of the process waits for the current step, which is safe to cut. */
const STOP_TIMEOUT_MS = 2000;

export interface TellerOptions {
  readonly ports: TellPorts;
  /** Called after each commit that told something. Must not throw. */
  readonly onTold: () => void;
  readonly log: Logger;
}

export interface TellerProcess {
  /** Begins when `ready` resolves; never if it rejects. Only the first call counts. */
  start(ready: Promise<unknown>): void;
  /** Ends it after the current step; resolves within STOP_TIMEOUT_MS. */
  stop(): Promise<void>;
}

export function createTeller(options: TellerOptions): TellerProcess {
  const stopping = new AbortController();
  let ended: Promise<void> | undefined;
  return {
    start(ready) {
      ended ??= ready.then(
        () => run(options, stopping.signal),
        // Another waiter of `ready` reports the reason.
        () => {},
      );
    },
    async stop() {
      stopping.abort();
      const timeout = new AbortController();
      const late = delay(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {});
      await Promise.race([ended ?? Promise.resolve(), late]);
      timeout.abort();
    },
  };
}

async function run({ ports, onTold, log }: TellerOptions, signal: AbortSignal): Promise<void> {
  const teller = new Teller(ports, randomUUID());
  for (let failures = 0; !signal.aborted; ) {
    try {
      const told = await teller.step();
      failures = 0;
      if (told !== undefined && told > 0) onTold();
      else await pause(waitMs(teller, ports), signal);
    } catch (error) {
      const retryInMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures, 16), MAX_RETRY_MS);
      failures += 1;
      log.warn({ err: error, retryInMs }, 'changes by time alone cannot be told for now');
      await pause(retryInMs, signal);
    }
  }
  await teller.release().catch(() => {});
}

/** Until the next transition that is known, LOOK_EVERY_MS at most. */
function waitMs({ next }: Teller, { now }: TellPorts): number {
  const untilNext = next === undefined ? LOOK_EVERY_MS : next - now() + 1;
  return Math.min(Math.max(untilNext, 1), LOOK_EVERY_MS);
}

/** Resolves when the time is over or the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
