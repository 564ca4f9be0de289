// How the service is, asked of its dependencies at most once at a time and at most once a
// second, whoever wants to know and however many. Never throws: no answer is an answer.

import type { DependencyHealth } from '../app/ports.js';
import type { Limits } from './limits.js';
import type { Logger } from './log.js';
import { within } from './within.js';

export interface ServiceHealth {
  /** Able to serve: PostgreSQL is up and the process is not stopping. */
  readonly isServing: boolean;
  readonly isDraining: boolean;
  /** The configured ones. */
  readonly dependencies: readonly DependencyHealth[];
}

export interface HealthMonitor {
  /** Not older than `healthMaxAgeMs`, and there within `healthTimeoutMs`. */
  current(): Promise<ServiceHealth>;
  /**
   * The health now and after every change, until the signal aborts or the service drains;
   * that the service drains is the last one. Polls once for all watchers.
   */
  watch(signal: AbortSignal): AsyncIterable<ServiceHealth>;
}

export interface HealthMonitorOptions {
  readonly ask: () => Promise<readonly DependencyHealth[]>;
  readonly draining: AbortSignal;
  readonly limits: Limits;
  readonly log: Logger;
}

export function createHealthMonitor(options: HealthMonitorOptions): HealthMonitor {
  const { draining, limits } = options;
  let cached: { readonly dependencies: readonly DependencyHealth[]; readonly atMs: number };
  let flight: Promise<readonly DependencyHealth[]> | undefined;
  cached = { dependencies: [], atMs: Number.NEGATIVE_INFINITY };

  async function dependencies(): Promise<readonly DependencyHealth[]> {
    if (performance.now() - cached.atMs < limits.healthMaxAgeMs) return cached.dependencies;
    flight ??= askBounded(options, cached.dependencies)
      .then((answer) => {
        cached = { dependencies: answer, atMs: performance.now() };
        return answer;
      })
      .finally(() => {
        flight = undefined;
      });
    return await flight;
  }

  async function current(): Promise<ServiceHealth> {
    const known = await dependencies();
    const isDraining = draining.aborted;
    const isUp = known.some(({ name, up }) => name === 'postgresql' && up);
    return { isServing: isUp && !isDraining, isDraining, dependencies: known };
  }

  const ticks = createTicker(limits.healthWatchIntervalMs);
  return {
    current,
    async *watch(signal) {
      let last = '';
      for (;;) {
        const health = await current();
        if (signal.aborted) return;
        const key = JSON.stringify([health.isServing, health.dependencies.map(({ up }) => up)]);
        if (key !== last || health.isDraining) yield health;
        last = key;
        if (health.isDraining) return;
        await ticks.next([signal, draining]);
      }
    },
  };
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

/** One timer for everybody who waits; none while nobody does. */
function createTicker(intervalMs: number) {
  let tick: Promise<void> | undefined;
  return {
    /** Resolves with the next tick, or as soon as one of the signals aborts. */
    async next(ends: readonly AbortSignal[]): Promise<void> {
      tick ??= new Promise<void>((resolve) => {
        setTimeout(() => {
          tick = undefined;
          resolve();
        }, intervalMs).unref();
      });
      if (ends.some((signal) => signal.aborted)) return;
      let stop: () => void = () => {};
      const ended = new Promise<void>((resolve) => {
        stop = resolve;
      });
      for (const signal of ends) signal.addEventListener('abort', stop);
      await Promise.race([tick, ended]);
      for (const signal of ends) signal.removeEventListener('abort', stop);
    },
  };
}
