// Metrics of a service that runs as several processes (node:cluster). Any worker can be asked, and
// the answer is the sum over all of them: the worker asks the primary, which asks every worker that
// has joined, adds up and answers. A worker that does not answer in time fails the request, because
// an incomplete sum would look like counters that went back. For the same reason the counts of a
// worker that ended are kept.

import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { CollectedMetrics, Metrics, RenderedMetrics } from './metrics.js';
import { within } from './timeout.js';

/** How long the workers may take to report, and how long a worker waits for the sum. */
const COLLECT_TIMEOUT_MS = 2_000;
const RENDER_TIMEOUT_MS = 3_000;

type ToPrimary =
  | { readonly type: 'attendance:metrics:join' }
  | { readonly type: 'attendance:metrics:render'; readonly id: number }
  | {
      readonly type: 'attendance:metrics:report';
      readonly id: number;
      readonly metrics: CollectedMetrics;
    };

type ToWorker =
  | { readonly type: 'attendance:metrics:collect'; readonly id: number }
  | {
      readonly type: 'attendance:metrics:rendered';
      readonly id: number;
      /** Undefined if not every worker answered. */
      readonly rendered: RenderedMetrics | undefined;
    };

/** A worker's metrics, rendered for all workers. */
export interface ClusterMetrics extends Metrics {
  /** Reports a last time before this worker ends, so that its counts stay in the sum. */
  leave(): Promise<void>;
}

/** In a worker: the same metrics, but rendering them gives the sum over all workers. */
export function joinClusterMetrics(metrics: Metrics): ClusterMetrics {
  const waiting = new Map<number, (rendered: RenderedMetrics | undefined) => void>();
  let lastId = 0;
  const report = async (id: number) =>
    tell(process, { type: 'attendance:metrics:report', id, metrics: await metrics.collect() });
  process.on('message', (message: ToWorker) => {
    if (message?.type === 'attendance:metrics:collect') void report(message.id);
    if (message?.type === 'attendance:metrics:rendered')
      waiting.get(message.id)?.(message.rendered);
  });
  tell(process, { type: 'attendance:metrics:join' });
  return {
    ...metrics,
    leave: () => report(FAREWELL),
    async render() {
      lastId += 1;
      const id = lastId;
      const answer = new Promise<RenderedMetrics | undefined>((resolve) => {
        waiting.set(id, resolve);
        tell(process, { type: 'attendance:metrics:render', id });
      });
      const rendered = await within(answer, RENDER_TIMEOUT_MS, undefined);
      waiting.delete(id);
      if (rendered === undefined) throw new MetricsIncompleteError();
      return rendered;
    },
  };
}

/** In the primary, once, before it forks. Returns a function that stops it. */
export function serveClusterMetrics(): () => void {
  const joined = new Map<number, Reporter>();
  let departed = Promise.resolve<CollectedMetrics>([]);
  let lastId = FAREWELL;
  let round: Promise<RenderedMetrics | undefined> | undefined;

  const renderSum = async (): Promise<RenderedMetrics | undefined> => {
    lastId += 1;
    const id = lastId;
    const reports = [...joined.values()].map((reporter) => reporter.ask(id));
    if ((await within(Promise.all(reports), COLLECT_TIMEOUT_MS, undefined)) === undefined)
      return undefined;
    // Read at one moment: a worker is either joined or departed.
    const lasts = [...joined.values()].map(({ last }) => last);
    const registry = sum([await departed, ...lasts]);
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
  const onMessage = (worker: Worker, message: ToPrimary) => {
    if (message?.type === 'attendance:metrics:join') joined.set(worker.id, createReporter(worker));
    if (message?.type === 'attendance:metrics:report') {
      joined.get(worker.id)?.onReport(message.id, message.metrics);
    }
    if (message?.type === 'attendance:metrics:render') {
      const { id } = message;
      // Simultaneous scrapes share one round.
      round ??= renderSum().finally(() => {
        round = undefined;
      });
      void round
        .catch(() => undefined)
        .then((rendered) => tell(worker, { type: 'attendance:metrics:rendered', id, rendered }));
    }
  };
  const onExit = (worker: Worker) => {
    const gone = joined.get(worker.id);
    if (gone === undefined) return;
    joined.delete(worker.id);
    gone.onExit();
    const counts = gone.last.filter(({ type }) => CUMULATIVE.has(String(type)));
    departed = departed.then((before) => sum([before, counts]).getMetricsAsJSON());
  };
  cluster.on('message', onMessage);
  cluster.on('exit', onExit);
  return () => {
    cluster.off('message', onMessage);
    cluster.off('exit', onExit);
  };
}

/** The sum is not available now: a worker did not answer in time. */
export class MetricsIncompleteError extends Error {
  override readonly name = 'MetricsIncompleteError';
}

/** These stay true after a process ends. (Names, although prom-client's type says numbers.) */
const CUMULATIVE = new Set(['counter', 'histogram']);

/** The id of an unrequested report. */
const FAREWELL = 0;

/** One worker, in the primary. */
interface Reporter {
  /** Its latest report. */
  readonly last: CollectedMetrics;
  /** Resolves with its report, or its end. */
  ask(id: number): Promise<true>;
  onReport(id: number, metrics: CollectedMetrics): void;
  onExit(): void;
}

function createReporter(worker: Worker): Reporter {
  let last: CollectedMetrics = [];
  // At most one: rounds follow each other, and a late report of an earlier round also counts.
  let answered: (() => void) | undefined;
  return {
    get last() {
      return last;
    },
    ask: (id) =>
      new Promise((resolve) => {
        answered = () => resolve(true);
        tell(worker, { type: 'attendance:metrics:collect', id });
      }),
    onReport(id, metrics) {
      last = metrics;
      if (id !== FAREWELL) answered?.();
    },
    onExit: () => answered?.(),
  };
}

function sum(parts: readonly CollectedMetrics[]): Registry {
  return AggregatorRegistry.aggregate([...parts]);
}

/** Sending fails if the other side is gone, and then nobody waits for it. */
function tell(to: Worker, message: ToWorker): void;
function tell(to: NodeJS.Process, message: ToPrimary): void;
function tell(to: Worker | NodeJS.Process, message: ToWorker | ToPrimary): void {
  if ('isConnected' in to) {
    if (to.isConnected()) to.send(message, () => {});
  } else {
    to.send?.(message, undefined, undefined, () => {});
  }
}
