// grpc.health.v1: the whole service under "" and each service's name, the dependencies under
// their own. Redis down is told under `redis` and leaves the whole SERVING.

import { Code, type ServiceImpl } from '@connectrpc/connect';
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../../../gen/grpc/health/v1/health_pb.js';
import { refusalError } from '../support/rpc-error.js';
import type { HealthMonitor, ServiceHealth } from './health-monitor.js';

/** `serviceNames`: the services that stand for the whole. */
export function createHealthService(
  monitor: HealthMonitor,
  serviceNames: readonly string[],
): ServiceImpl<typeof Health> {
  const wholes = new Set(['', ...serviceNames]);
  const statusOf = (health: ServiceHealth, service: string): Status => {
    if (wholes.has(service)) return asStatus(health.isServing);
    const dependency = health.dependencies.find(({ name }) => name === service);
    if (dependency === undefined) return Status.SERVICE_UNKNOWN;
    return asStatus(dependency.up && !health.isDraining);
  };
  const known = (health: ServiceHealth) => [
    ...wholes,
    ...health.dependencies.map(({ name }) => name),
  ];
  return {
    async check({ service }) {
      const health = await monitor.current();
      const status = statusOf(health, service);
      if (status !== Status.SERVICE_UNKNOWN) return { status };
      throw refusalError({
        code: Code.NotFound,
        reason: 'SERVICE_UNKNOWN',
        message: `Unknown service; ask for one of ${known(health)
          .map((name) => JSON.stringify(name))
          .join(', ')}.`,
      });
    },

    // A stream that ends by the server's will is asked for again by the client, elsewhere.
    async *watch({ service }, { signal }) {
      let last: Status | undefined;
      for await (const health of monitor.watch(signal)) {
        const status = statusOf(health, service);
        if (status !== last) yield { status };
        last = status;
      }
    },

    async list() {
      const health = await monitor.current();
      const entries = known(health).map((name) => [name, { status: statusOf(health, name) }]);
      return { statuses: Object.fromEntries(entries) };
    },
  };
}

function asStatus(isServing: boolean): Status {
  return isServing ? Status.SERVING : Status.NOT_SERVING;
}
