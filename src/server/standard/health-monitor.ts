// How the service is, asked of its dependencies at most once at a time and at most once a
// second, whoever wants to know and however many. An answer waits for the dependencies for a moment
// only: one that is slow to answer is told as it last was, and looked at meanwhile. Never throws:
// no answer is an answer.
//
// It looks when somebody asks, when a connection failed, and while PostgreSQL is away, until it is
// back. So that it went and came back is known, and logged once each, also where nobody probes,
// and a database that is well is asked nothing for it.

import type { DependencyHealth } from '../../app/ports/health.js';
import { within } from '../../metrics/timeout.js';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';

interface Told {
  /** The configured ones. */
  readonly dependencies: readonly DependencyHealth[];
}

export interface ServiceHealth extends Told {
  /** Able to serve: PostgreSQL is up and the process is not stopping. */
  readonly isServing: boolean;
  readonly isDraining: boolean;
}

export interface HealthMonitor {
  /**
   * Not older than `healthMaxAgeMs` if the dependencies answer within `healthPatienceMs`, else
   * as they last were, up to `healthStaleMs` ago; there within `healthTimeoutMs` in any case.
   */
  current(): Promise<ServiceHealth>;
  /**
   * The health now and after every change, until the signal aborts or the service drains;
   * that the service drains is the last one. Polls once for all watchers.
   */
  watch(signal: AbortSignal): AsyncIterable<ServiceHealth>;
  /** Something failed that may be a dependency's fault. Cheap, and may be said for every call. */
  suspect(): void;
  /** What was known is not so any more: whoever asks from now on is answered anew. */
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

  /** One question for all who want to know now. */
  function look(): Promise<Known> {
    if (flight !== undefined) return flight;
    const mine = askBounded(options, known.dependencies).then((dependencies) => {
      const answer = { dependencies, atMs: performance.now() };
      // Asked before what changed, it does not count any more; whoever waited for it hears it.
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
  // What goes away while everything is being stopped is no news.
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
      // One that is known to be away is looked at anyway.
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

/** Down, as far as anybody can tell, when the answer does not come or is an error. */
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
 * Says once that PostgreSQL went away and once that it is back. Not before it was there for the
 * first time: until then the start says what it waits for. (Redis is told of by its own link.)
 */
function createOutageLog(log: Logger) {
  let wasUp = false;
  let awaySinceMs: number | undefined;
  return {
    /** Returns whether it is away. */
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

/** One timer for everybody who waits; none while nobody does. Draining is a tick as well. */
function createTicker(intervalMs: number, draining: AbortSignal) {
  let tick: Promise<void> | undefined;
  let ring: () => void = () => {};
  // Heard once, not once for each who waits: there may be thousands.
  draining.addEventListener('abort', () => ring());
  return {
    /** The next tick is now. */
    ring: () => ring(),
    /** Resolves with the next tick, or as soon as the signal aborts. */
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
