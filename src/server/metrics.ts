// The service's figures for Prometheus. Labels come from the contract (services, methods,
// codes) and never from what a client sent: the number of series is bounded.

import type { DescMethod } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DependencyHealth } from '../app/ports.js';

/** What a metrics request is answered with. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly text: string;
}

/** One process's figures, as they travel between processes. */
export type CollectedMetrics = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export interface Metrics {
  /**
   * Counts a call that ended. Undefined stands for a method that this server does not have.
   * `code`: gRPC's number, 0 for success. `seconds`: from its first byte to its end.
   */
  observeRpc(method: DescMethod | undefined, code: number, seconds: number): void;
  /** Counts what happened in the cache. `event` is of a closed set. */
  countCache(event: string, count: number): void;
  rpcStarted(): void;
  rpcEnded(): void;
  /** Asked at each rendering. Must be bounded in time and never throw. */
  watchDependencies(ask: () => Promise<readonly DependencyHealth[]>): void;
  render(): Promise<RenderedMetrics>;
  /** This process's figures, to be summed with those of others. */
  collect(): Promise<CollectedMetrics>;
  /** For further metrics of other rooms. */
  readonly registry: Registry;
}

// From a cached read to the default deadline; the doubling keeps a percentile within 2x.
const DURATION_BUCKETS_SECONDS = [
  0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32,
];

const UNKNOWN = { service: 'unknown', method: 'unknown' };

/** The figures of this process. Collecting them costs nothing until they are rendered. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'attendance_rpc_duration_seconds',
    help: 'Calls that ended, by service, method and gRPC code, and how long they took.',
    labelNames: ['service', 'method', 'code'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'attendance_rpc_in_flight',
    help: 'Calls being served now, streams included.',
    registers,
  });
  const cacheEvents = new Counter({
    name: 'attendance_cache_events_total',
    help: 'What happened in the cache of month blocks, by kind.',
    labelNames: ['event'],
    registers,
  });
  let ask: (() => Promise<readonly DependencyHealth[]>) | undefined;
  new Gauge({
    name: 'attendance_dependency_up',
    help: '1 when the dependency answers, 0 when not; absent when it is not configured.',
    labelNames: ['dependency'],
    // Of several processes the one that sees trouble is the one to hear.
    aggregator: 'min',
    registers,
    async collect() {
      const dependencies = (await ask?.()) ?? [];
      this.reset();
      for (const { name, up } of dependencies) this.set({ dependency: name }, up ? 1 : 0);
    },
  });
  return {
    registry,
    observeRpc(method, code, seconds) {
      const name = method && { service: method.parent.typeName, method: method.name };
      durations.observe({ ...(name ?? UNKNOWN), code: codeName(code) }, seconds);
    },
    countCache: (event, count) => cacheEvents.inc({ event }, count),
    rpcStarted: () => inFlight.inc(),
    rpcEnded: () => inFlight.dec(),
    watchDependencies(source) {
      ask = source;
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    collect: () => registry.getMetricsAsJSON(),
  };
}

/** gRPC's own name for a code: `INVALID_ARGUMENT`. A number that is none counts as UNKNOWN. */
function codeName(code: number): string {
  if (code === 0) return 'OK';
  const name = Code[code];
  if (name === undefined) return 'UNKNOWN';
  if (name === 'Canceled') return 'CANCELLED';
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
