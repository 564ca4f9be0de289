// The service's metrics for Prometheus. Labels come from the contract (services, methods, codes)
// and never from callers, so the number of series is bounded.

import type { DescMethod } from '@bufbuild/protobuf';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DependencyHealth } from '../app/ports/health.js';
import { codeName } from './code-name.js';
import { within } from './timeout.js';

/** The answer to a metrics request. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly text: string;
}

/** The stored days that do not follow the roster yet. */
export interface BacklogFigures {
  readonly unfinishedChanges: number;
  /** Since the oldest of them was made; 0 if there are none. */
  readonly waitingSeconds: number;
  /** Employees whose days could not follow a change, counted for each such change. */
  readonly failures: number;
  readonly quarantinedPunches: number;
}

/** One process's metrics, in the form that is sent between processes. */
export type CollectedMetrics = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export interface Metrics {
  /**
   * Counts a call that ended. `method` is undefined if this server does not have it. `code` is
   * gRPC's number, 0 for success. `seconds` is the time from its first byte to its end.
   */
  observeRpc(method: DescMethod | undefined, code: number, seconds: number): void;
  /** Counts events of the cache. `event` is of a closed set. */
  countCache(event: string, count: number): void;
  /** Counts a call that was refused before it began, because too many were waiting. */
  countRefused(method: DescMethod): void;
  /** Counts a call that was refused for who made it. `failure` is of a closed set. */
  countDenied(failure: string): void;
  /** `ask` is called at each rendering: how many calls wait for their turn. */
  watchAdmission(ask: () => { readonly waiting: number }): void;
  /** `ask` is called at each rendering: the open streams by method. */
  watchStreams(ask: () => Iterable<readonly [DescMethod, number]>): void;
  /** `ask` is called at each rendering: the open connections. */
  watchConnections(ask: () => number): void;
  /** `ask` is called at each rendering: how many streams of changes are open. */
  watchFeed(ask: () => number): void;
  /** Counts changes that a stream tells; `seconds`: from the commit of the last one until now. */
  countTold(changes: number, seconds: number): void;
  rpcStarted(): void;
  rpcEnded(): void;
  /** Counts stored days that were derived again after a roster change, and those that changed. */
  countFollowed(daysDerived: number, daysChanged: number): void;
  /**
   * `ask` is called at each rendering: what does not follow the roster yet. An error omits the
   * figures.
   */
  watchBacklog(ask: () => Promise<BacklogFigures>): void;
  /** `ask` is called at each rendering. It must be bounded in time and never throw. */
  watchDependencies(ask: () => Promise<readonly DependencyHealth[]>): void;
  render(): Promise<RenderedMetrics>;
  /** This process's metrics, to be added to those of others. */
  collect(): Promise<CollectedMetrics>;
  /** For further metrics of other rooms. */
  readonly registry: Registry;
}

// From a cached read to the default deadline. The doubling keeps a percentile within a factor of 2.
const DURATION_BUCKETS_SECONDS = [
  0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32,
];

const UNKNOWN = { service: 'unknown', method: 'unknown' };

/** The metrics of this process. Collecting them costs nothing until they are rendered. */
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
  let inFlight = 0;
  new Gauge({
    name: 'attendance_rpc_in_flight',
    help: 'Calls being served now, streams included.',
    registers,
    collect() {
      this.set(inFlight);
    },
  });
  const cacheEvents = new Counter({
    name: 'attendance_cache_events_total',
    help: 'What happened in the cache of month blocks, by kind.',
    labelNames: ['event'],
    registers,
  });
  let admission: (() => { readonly waiting: number }) | undefined;
  new Gauge({
    name: 'attendance_rpc_waiting',
    help: 'Calls that wait for their turn; when too many would, they are refused at once.',
    registers,
    collect() {
      this.set(admission?.().waiting ?? 0);
    },
  });
  let streams: (() => Iterable<readonly [DescMethod, number]>) | undefined;
  new Gauge({
    name: 'attendance_rpc_streams_open',
    help: 'Streams that are open now, by service and method.',
    labelNames: ['service', 'method'],
    registers,
    collect() {
      for (const [{ parent, name }, open] of streams?.() ?? []) {
        this.set({ service: parent.typeName, method: name }, open);
      }
    },
  });
  let connections: (() => number) | undefined;
  new Gauge({
    name: 'attendance_connections_open',
    help: 'Open connections of callers and probes.',
    registers,
    collect() {
      this.set(connections?.() ?? 0);
    },
  });
  // There may be thousands of these a second, so they are added up only at a rendering.
  const refused = new Map<DescMethod, number>();
  new Counter({
    name: 'attendance_rpc_refused_total',
    help: 'Calls refused before they began, since they would have waited for too long.',
    labelNames: ['service', 'method'],
    registers,
    collect() {
      for (const [{ parent, name }, count] of refused) {
        this.inc({ service: parent.typeName, method: name }, count);
      }
      refused.clear();
    },
  });
  const denied = new Counter({
    name: 'attendance_rpc_denied_total',
    help: 'Calls refused for who made them, by the reason of the error.',
    labelNames: ['reason'],
    registers,
  });
  const swept = {
    derived: new Counter({
      name: 'attendance_stale_days_derived_total',
      help: 'Stored days derived again behind roster changes.',
      registers,
    }),
    changed: new Counter({
      name: 'attendance_stale_days_changed_total',
      help: 'Stored days that came out differently behind roster changes.',
      registers,
    }),
  };
  const watchBacklog = registerBacklog(registers);
  const watch = registerWatch(registers);
  let ask: (() => Promise<readonly DependencyHealth[]>) | undefined;
  new Gauge({
    name: 'attendance_dependency_up',
    help: '1 when the dependency answers, 0 when not; absent when it is not configured.',
    labelNames: ['dependency'],
    // Of several processes, the one that reports trouble counts.
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
    countFollowed(daysDerived, daysChanged) {
      swept.derived.inc(daysDerived);
      swept.changed.inc(daysChanged);
    },
    watchBacklog,
    ...watch,
    countRefused: (method) => refused.set(method, (refused.get(method) ?? 0) + 1),
    countDenied: (reason) => denied.inc({ reason }),
    watchAdmission(source) {
      admission = source;
    },
    watchStreams(source) {
      streams = source;
    },
    watchConnections(source) {
      connections = source;
    },
    rpcStarted() {
      inFlight += 1;
    },
    rpcEnded() {
      inFlight -= 1;
    },
    watchDependencies(source) {
      ask = source;
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    collect: () => registry.getMetricsAsJSON(),
  };
}

/** Figures of the streams of changes. */
function registerWatch(registers: Registry[]): Pick<Metrics, 'watchFeed' | 'countTold'> {
  let ask: (() => number) | undefined;
  new Gauge({
    name: 'attendance_watch_streams',
    help: 'Open streams of changes (WatchAttendance) that have begun to follow the feed.',
    registers,
    collect() {
      this.set(ask?.() ?? 0);
    },
  });
  const told = new Counter({
    name: 'attendance_watch_changes_total',
    help: 'Changes told on streams of changes, counted for each stream.',
    registers,
  });
  const lag = new Histogram({
    name: 'attendance_watch_lag_seconds',
    help: 'From the commit of a change to its message; long after a stream is resumed.',
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  return {
    watchFeed(source) {
      ask = source;
    },
    countTold(changes, seconds) {
      told.inc(changes);
      lag.observe(Math.max(0, seconds));
    },
  };
}

/** How long a rendering waits for the backlog. */
const BACKLOG_TIMEOUT_MS = 1_000;

/** Every process sees the same backlog. Of several, the one that sees most counts. */
function registerBacklog(registers: Registry[]): Metrics['watchBacklog'] {
  let ask: (() => Promise<BacklogFigures>) | undefined;
  const figures = async () => {
    const asked = ask?.().catch(() => undefined);
    return asked && (await within(asked, BACKLOG_TIMEOUT_MS, undefined));
  };
  // All gauges are collected in one rendering and share one question.
  let shared: Promise<BacklogFigures | undefined> | undefined;
  const gauge = (name: string, help: string, value: (figures: BacklogFigures) => number) =>
    new Gauge({
      name,
      help,
      aggregator: 'max',
      registers,
      async collect() {
        shared ??= figures().finally(() => {
          shared = undefined;
        });
        const found = await shared;
        // Not reset(), which would report 0 when nothing is known.
        if (found === undefined) this.remove();
        else this.set(value(found));
      },
    });
  gauge(
    'attendance_roster_changes_unfinished',
    'Roster changes that stored days have yet to follow; reads are right all the same.',
    ({ unfinishedChanges }) => unfinishedChanges,
  );
  gauge(
    'attendance_roster_changes_waiting_seconds',
    'Since when the oldest roster change that stored days have yet to follow was made.',
    ({ waitingSeconds }) => waitingSeconds,
  );
  gauge(
    'attendance_stale_days_failures',
    'Employees whose stored days could not follow a roster change, and are tried again.',
    ({ failures }) => failures,
  );
  gauge(
    'attendance_quarantined_punches',
    'Punches of badges that are nobody’s: they count as soon as the badge is somebody’s.',
    ({ quarantinedPunches }) => quarantinedPunches,
  );
  return (source) => {
    ask = source;
  };
}
