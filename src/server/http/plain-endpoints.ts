// The pages for people, probes and Prometheus over plain HTTP: /, /healthz, /readyz, /metrics.

import type { Metrics } from '../../metrics/metrics.js';
import type { HealthMonitor, ServiceHealth } from '../standard/health-monitor.js';
import type { Logger } from '../support/log.js';

export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type PlainEndpoints = ReadonlyMap<string, () => Promise<PlainAnswer>>;

const ABOUT = `The attendance service: who was there, when, for how long, and how we know.

It speaks gRPC, gRPC-Web and Connect on this port; server reflection tells the API
(grpcurl, buf curl). Over plain HTTP there are also:

  /healthz   is the process alive
  /readyz    can it serve, and how its dependencies are
  /metrics   figures for Prometheus
`;

export function createPlainEndpoints(
  monitor: HealthMonitor,
  metrics: Metrics,
  log: Logger,
): PlainEndpoints {
  // Rendering holds the event loop for some milliseconds, so simultaneous requests share it.
  let rendering: Promise<PlainAnswer> | undefined;
  const metricsPage = () => {
    rendering ??= renderMetrics(metrics, log).finally(() => {
      rendering = undefined;
    });
    return rendering;
  };
  return new Map([
    ['/', async () => ({ status: 200, contentType: 'text/plain; charset=utf-8', body: ABOUT })],
    // Shows only that the event loop turns: a restart would not bring a database back.
    ['/healthz', async () => json(200, { status: 'alive' })],
    ['/readyz', async () => readiness(await monitor.current())],
    ['/metrics', metricsPage],
  ]);
}

async function renderMetrics(metrics: Metrics, log: Logger): Promise<PlainAnswer> {
  try {
    const { contentType, text } = await metrics.render();
    return { status: 200, contentType, body: text };
  } catch (error) {
    log.error({ err: error }, 'the metrics could not be rendered');
    const message = 'Not every worker of this service reported in time; ask again.';
    return json(503, { status: 'unavailable', message });
  }
}

function readiness(health: ServiceHealth): PlainAnswer {
  const dependencies = health.dependencies.map(({ name, up, detail }) => [
    name,
    { status: up ? 'up' : 'down', ...(detail === '' ? {} : { detail }) },
  ]);
  const body = { status: readinessWord(health), dependencies: Object.fromEntries(dependencies) };
  return json(health.isServing ? 200 : 503, body);
}

function readinessWord({ isDraining, isServing, dependencies }: ServiceHealth): string {
  if (isDraining) return 'draining';
  if (!isServing) return 'unavailable';
  return dependencies.every(({ up }) => up) ? 'ready' : 'degraded';
}

function json(status: number, value: object): PlainAnswer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` };
}
