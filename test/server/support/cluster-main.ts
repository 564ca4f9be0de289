// A service of two processes for cluster-metrics.test.ts: the primary forks two workers, and
// tells its parent their port. Each worker counts one call when it has joined.

import cluster from 'node:cluster';
import { Health } from '../../../gen/grpc/health/v1/health_pb.js';
import { joinClusterMetrics, serveClusterMetrics } from '../../../src/metrics/cluster-metrics.js';
import { createMetrics } from '../../../src/metrics/metrics.js';
import { createServer } from '../../../src/server/server.js';

const WORKERS = 2;

async function work(): Promise<void> {
  const metrics = joinClusterMetrics(createMetrics());
  const silent = () => {};
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    registerRoutes: silent,
    services: [],
    health: async () => [{ name: 'postgresql', up: cluster.worker?.id === 1, detail: '' }],
    metrics,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  metrics.observeRpc(Health.method.check, 0, 0.001);
  const { port } = await server.listen();
  process.on('message', (message) => {
    if (message !== 'stop') return;
    void server
      .drain(0)
      .then(() => metrics.leave())
      .then(() => process.disconnect());
  });
  process.send?.({ type: 'test:port', port });
}

function lead(): void {
  serveClusterMetrics();
  const ports: number[] = [];
  cluster.on('message', (_worker, message) => {
    if (message.type !== 'test:port') return;
    ports.push(message.port);
    if (ports.length === WORKERS) process.send?.({ port: ports[0] });
  });
  cluster.on('exit', () => process.send?.({ exited: true }));
  process.on('message', () => cluster.workers?.[2]?.send('stop'));
  process.on('disconnect', () => process.exit());
  for (let index = 0; index < WORKERS; index += 1) cluster.fork();
}

if (cluster.isPrimary) lead();
else await work();
