// grpc.health.v1. The whole service is under "" and under each service's name; each dependency is
// under its own name. If Redis is down, only `redis` is NOT_SERVING; the whole stays SERVING.

import { Code, type ServiceImpl } from '@connectrpc/connect';
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../../../gen/grpc/health/v1/health_pb.js';
import { refusalError } from '../support/rpc-error.js';
import type { HealthMonitor, ServiceHealth } from './health-monitor.js';

/** `serviceNames`: the services that share the status of the whole. */
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

    // If the server ends a stream, the client watches again, at another server.
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
