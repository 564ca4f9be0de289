// Knows the health of the service. However many ask, it asks the dependencies once at a time and at
// most once a second, except after `changed`. An answer waits for the dependencies only for a
// moment: if one is slow, the answer is its last known state, and the question goes on in the
// background. Never throws: a missing answer means that a dependency is down.
//
// It looks when somebody asks, after a connection failed, and while PostgreSQL is away, until it is
// back. So an outage and its end are known, and logged once each, even where nobody probes, and a
// healthy database gets no extra queries.

import type { DependencyHealth } from '../../app/ports/health.js';
import { within } from '../../metrics/timeout.js';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';

interface Told {
  /** The configured dependencies. */
  readonly dependencies: readonly DependencyHealth[];
}

export interface ServiceHealth extends Told {
  /** Able to serve: PostgreSQL is up and the process is not stopping. */
  readonly isServing: boolean;
  readonly isDraining: boolean;
}

export interface HealthMonitor {
  /**
   * The health. At most `healthMaxAgeMs` old if the dependencies answer within `healthPatienceMs`;
   * else the last known state if it is less than `healthStaleMs` old. Resolves within
   * `healthTimeoutMs` in any case.
   */
  current(): Promise<ServiceHealth>;
  /**
   * Yields the health now and after every change, until the signal aborts or the service drains;
   * the last yield then says that it drains. All watchers share one poll.
   */
  watch(signal: AbortSignal): AsyncIterable<ServiceHealth>;
  /**
   * Reports a failure that may be a dependency's fault. Cheap enough to call for every failed call.
   */
  suspect(): void;
  /** Drops the known state: whoever asks from now on gets a new answer. */
  changed(): void;
}

export interface HealthMonitorOptions {
  readonly ask: () => Promise<readonly DependencyHealth[]>;
  readonly draining: AbortSignal;
  readonly limits: Limits;
  readonly log: Logger;
}

interface Known extends Told {
  readonly atMs: number;
}

const NOTHING_KNOWN: Known = { dependencies: [], atMs: Number.NEGATIVE_INFINITY };

export function createHealthMonitor(options: HealthMonitorOptions): HealthMonitor {
  const { draining, limits } = options;
  const ticks = createTicker(limits.healthWatchIntervalMs, draining);
  const outages = createOutageLog(options.log);
  let known = NOTHING_KNOWN;
  let flight: Promise<Known> | undefined;
  let nextLook: NodeJS.Timeout | undefined;

  /** Asks once for all who want to know now. */
  function look(): Promise<Known> {
    if (flight !== undefined) return flight;
    const mine = askBounded(options, known.dependencies).then((dependencies) => {
      const answer = { dependencies, atMs: performance.now() };
      // The question is older than `changed`: its answer goes only to its waiters.
      if (flight !== mine) return answer;
      flight = undefined;
      take(answer);
      return answer;
    });
    flight = mine;
    return mine;
  }

  function take(answer: Known): void {
    const before = known;
    known = answer;
    if (draining.aborted) return;
    if (statesOf(answer) !== statesOf(before)) ticks.ring();
    if (outages.notice(answer)) lookIn(limits.healthWatchIntervalMs);
  }

  function lookIn(ms: number): void {
    nextLook ??= setTimeout(() => {
      nextLook = undefined;
      void look();
    }, ms).unref();
  }
  // A dependency that goes away while everything stops is no news.
  draining.addEventListener('abort', () => clearTimeout(nextLook));

  async function dependencies(): Promise<readonly DependencyHealth[]> {
    const ageMs = () => performance.now() - known.atMs;
    if (ageMs() < limits.healthMaxAgeMs) return known.dependencies;
    const looked = look();
    if (ageMs() >= limits.healthStaleMs) return (await looked).dependencies;
    const last = known;
    return (await within(looked, limits.healthPatienceMs, last)).dependencies;
  }

  async function current(): Promise<ServiceHealth> {
    const told = await dependencies();
    const isDraining = draining.aborted;
    const isServing = isUp({ dependencies: told }) && !isDraining;
    return { isServing, isDraining, dependencies: told };
  }

  return {
    current,
    async *watch(signal) {
      let last = '';
      for (;;) {
        const health = await current();
        if (signal.aborted) return;
        const key = JSON.stringify([health.isServing, statesOf(health)]);
        if (key !== last || health.isDraining) yield health;
        last = key;
        if (health.isDraining) return;
        await ticks.next(signal);
      }
    },
    suspect() {
      // A dependency that is known to be away is asked anyway.
      if (!draining.aborted && isUp(known)) lookIn(limits.healthMaxAgeMs);
    },
    changed() {
      flight = undefined;
      known = { ...known, atMs: Number.NEGATIVE_INFINITY };
      if (!draining.aborted) void look();
    },
  };
}

function statesOf({ dependencies }: Told): string {
  return dependencies.map(({ name, up }) => `${name}:${up}`).join();
}

function isUp({ dependencies }: Told): boolean {
  return dependencies.some(({ name, up }) => name === 'postgresql' && up);
}

/**
 * Asks within `healthTimeoutMs`. Without an answer, or with an error, the dependencies count as
 * down.
 */
async function askBounded(
  { ask, limits, log }: HealthMonitorOptions,
  known: readonly DependencyHealth[],
): Promise<readonly DependencyHealth[]> {
  const names = known.length > 0 ? known.map(({ name }) => name) : (['postgresql'] as const);
  const down = (detail: string) => names.map((name) => ({ name, up: false, detail }));
  try {
    const answer = await within(ask(), limits.healthTimeoutMs, undefined);
    return answer ?? down(`no answer within ${limits.healthTimeoutMs} ms`);
  } catch (error) {
    log.error({ err: error }, 'the dependencies did not say how they are');
    return down('its state is not known');
  }
}

/**
 * Logs once that PostgreSQL went away and once that it is back. Says nothing before the first
 * contact: until then the start logs what it waits for. (Redis's own link logs about Redis.)
 */
function createOutageLog(log: Logger) {
  let wasUp = false;
  let awaySinceMs: number | undefined;
  return {
    /** Returns whether PostgreSQL is away. */
    notice(told: Told): boolean {
      const isThere = isUp(told);
      if (isThere && awaySinceMs !== undefined) {
        const awayMs = Math.round(performance.now() - awaySinceMs);
        log.info({ awayMs }, 'PostgreSQL is reached again');
        awaySinceMs = undefined;
      }
      if (!isThere && wasUp && awaySinceMs === undefined) {
        awaySinceMs = performance.now();
        const detail = told.dependencies.find(({ name }) => name === 'postgresql')?.detail;
        log.warn({ detail }, 'PostgreSQL cannot be reached');
      }
      wasUp ||= isThere;
      return awaySinceMs !== undefined;
    },
  };
}

/** One timer for all waiters, and none without a waiter. The start of a drain is a tick too. */
function createTicker(intervalMs: number, draining: AbortSignal) {
  let tick: Promise<void> | undefined;
  let ring: () => void = () => {};
  // One listener, not one for each waiter: there may be thousands.
  draining.addEventListener('abort', () => ring());
  return {
    /** Makes the next tick now. */
    ring: () => ring(),
    /** Resolves at the next tick, or when the signal aborts. */
    async next(signal: AbortSignal): Promise<void> {
      if (signal.aborted || draining.aborted) return;
      tick ??= new Promise<void>((resolve) => {
        const timer = setTimeout(() => ring(), intervalMs).unref();
        ring = () => {
          clearTimeout(timer);
          tick = undefined;
          ring = () => {};
          resolve();
        };
      });
      let stop: () => void = () => {};
      const ended = new Promise<void>((resolve) => {
        stop = resolve;
      });
      signal.addEventListener('abort', stop);
      await Promise.race([tick, ended]);
      signal.removeEventListener('abort', stop);
    },
  };
}
