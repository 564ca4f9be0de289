// The follower of one process. It waits for roster changes and lets stored days follow them
// (app/upkeep/follow-roster.ts), whoever made the change. Every process has a follower, and each
// skips what another has taken. It must never end by itself, and never hold up the end of the
// service.

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { BadgeStore } from '../app/ports/badges.js';
import type { RosterStore } from '../app/ports/roster-ports.js';
import {
  backlogSeconds,
  type FollowOptions,
  type FollowPorts,
  followRoster,
} from '../app/upkeep/follow-roster.js';
import type { FactRecorder } from '../app/write/record-facts.js';
import { settleBadge } from '../app/write/settle-badge.js';
import type { Metrics } from '../metrics/metrics.js';

/** How often it looks for changes that other processes made or left unfinished. */
const LOOK_EVERY_MS = 5000;

/**
 * The longest pause after a batch. It pauses as long as the batch took, so it never takes more than
 * half of one writer's time. A bound keeps what it has taken its own when the database is slow.
 */
const MAX_PAUSE_MS = 3000;

/** The wait after a failure; it doubles with each further failure. */
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

/** How long the end of the process waits for the current batch, which is safe to cut. */
const STOP_TIMEOUT_MS = 5000;

export interface Follower {
  /** Starts to work when `ready` resolves; never if it rejects. Only the first call counts. */
  start(ready: Promise<unknown>): void;
  /** Reports that there may be something to do. */
  wake(): void;
  /** Ends it after the current batch; resolves within STOP_TIMEOUT_MS. */
  stop(): Promise<void>;
}

export interface FollowerOptions {
  readonly ports: FollowPorts;
  /** Without them, punches of badges do not follow the assignments of badges. */
  readonly badges?: { readonly store: BadgeStore; readonly writes: FactRecorder };
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Default LOOK_EVERY_MS. */
  readonly lookEveryMs?: number;
}

/** Creates a follower that does nothing until it is started. */
export function createFollower(options: FollowerOptions): Follower {
  const { ports, badges, metrics } = options;
  const stopping = new AbortController();
  const bell = new Bell();
  metrics.watchBacklog(async () => {
    const backlog = await ports.stale.backlog();
    const waitingSeconds = backlogSeconds(backlog, ports.now());
    const quarantinedPunches = (await badges?.store.countWaiting(undefined)) ?? 0;
    return { ...backlog, waitingSeconds, quarantinedPunches };
  });
  let ended: Promise<void> | undefined;
  return {
    start(ready) {
      ended ??= ready.then(
        () => run(options, bell, stopping.signal),
        // Another waiter of `ready` reports the reason.
        () => {},
      );
    },
    wake: () => bell.ring(),
    async stop() {
      stopping.abort();
      bell.ring();
      const timeout = new AbortController();
      const late = delay(STOP_TIMEOUT_MS, undefined, { signal: timeout.signal }).catch(() => {});
      await Promise.race([ended ?? Promise.resolve(), late]);
      timeout.abort();
    },
  };
}

/** The same store, but every change made through it wakes the follower. */
export function wakingRoster(store: RosterStore, wake: () => void): RosterStore {
  return {
    ...store,
    async changeRoster(command, caller) {
      const outcome = await store.changeRoster(command, caller);
      if (outcome.change !== undefined && outcome.change.finishedAt === undefined) wake();
      return outcome;
    },
  };
}

async function run(options: FollowerOptions, bell: Bell, signal: AbortSignal): Promise<void> {
  const { log, lookEveryMs = LOOK_EVERY_MS } = options;
  for (let failures = 0; !signal.aborted; ) {
    try {
      const hasMore = await followSome(options, signal);
      await settleSome(options, signal);
      failures = 0;
      if (!hasMore) await bell.wait(lookEveryMs);
    } catch (error) {
      const retryInMs = retryAfterMs(failures);
      failures += 1;
      log.warn({ err: error, retryInMs }, 'stored days could not follow the roster for now');
      await pause(retryInMs, signal);
    }
  }
}

function retryAfterMs(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures, 16), MAX_RETRY_MS);
}

/** Lets some stale days follow; returns whether there were any. */
async function followSome(
  { ports, log, metrics }: FollowerOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const sums = { daysDerived: 0, daysChanged: 0 };
  const options: FollowOptions = {
    signal,
    giveWay: (tookMs) => pause(Math.min(tookMs, MAX_PAUSE_MS), signal),
    onDone({ daysDerived, daysChanged }) {
      sums.daysDerived += daysDerived;
      sums.daysChanged += daysChanged;
      metrics.countFollowed(daysDerived, daysChanged);
    },
    onFailure({ employeeId, error }) {
      log.error({ employeeId, err: error }, 'days of one employee cannot follow the roster');
    },
  };
  const began = performance.now();
  const employees = await followRoster(ports, options);
  if (employees === 0) return false;
  const tookMs = Math.round(performance.now() - began);
  const level = sums.daysDerived > 0 ? 'info' : 'debug';
  log[level]({ employees, ...sums, tookMs }, 'stored days followed the roster');
  return true;
}

/** The most badges read at once, and the most steps for each, so that others get their turn. */
const MAX_BADGES = 100;
const STEPS_OF_ONE = 20;

/** Lets punches of badges follow the assignments. A failure of one badge holds up no other. */
async function settleSome(
  { badges, ports, log }: FollowerOptions,
  signal: AbortSignal,
): Promise<void> {
  if (badges === undefined) return;
  for (let after = ''; !signal.aborted; ) {
    const some = await badges.store.listUnsettled(after, MAX_BADGES);
    for (const badgeId of some) {
      if (signal.aborted) return;
      const options = { maxSteps: STEPS_OF_ONE, now: ports.now(), signal };
      try {
        await settleBadge(badges.store, badges.writes, badgeId, options);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ badgeId, err: error }, 'punches of a badge cannot follow it for now');
      }
    }
    const last = some.at(-1);
    if (last === undefined || some.length < MAX_BADGES) return;
    after = last;
  }
}

/** Resolves when the time is over or the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}

/** Rings while nobody waits are heard once, by the next wait. */
class Bell {
  #rung = false;
  #hear: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#hear?.();
  }

  async wait(timeoutMs: number): Promise<void> {
    if (!this.#rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#hear = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
    }
    this.#rung = false;
  }
}
