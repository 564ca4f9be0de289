// Registers every method of every service on Connect's router, with the pipeline around it.

import type {
  DescMethod,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
} from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { TimesheetService } from '../../gen/attendance/v1/timesheet_service_pb.js';
import type { AttendanceStore } from '../app/ports/attendance-store.js';
import type { ClockLimits } from '../app/ports/facts.js';
import type { RebuildStore } from '../app/ports/rebuild-ports.js';
import type { RosterStore } from '../app/ports/roster-ports.js';
import { FeedTail } from '../app/watch/feed-tail.js';
import { WriteQueue } from '../app/write/write-queue.js';
import { attendanceHandlers } from './attendance/attendance-service.js';
import type { BadgePorts } from './clock/badges.js';
import { clockHandlers } from './clock/clock-service.js';
import { accessOf } from './edge/access-table.js';
import { TRAIL } from './edge/call-trail.js';
import { cancellationOf } from './edge/cancellation.js';
import { PEER } from './edge/peer.js';
import {
  type ClientStreamHandler,
  callerCheck,
  type MethodRouter,
  type PipelineContext,
  runClientStream,
  runServerStream,
  runUnary,
  type ServiceHandlers,
  type StreamHandler,
  type UnaryHandler,
} from './edge/pipeline.js';
import { rosterHandlers } from './roster/roster-service.js';
import { timesheetHandlers } from './timesheet/timesheet-service.js';

/** The services of this project, for reflection and health. */
export const SERVICES = [AttendanceService, ClockService, RosterService, TimesheetService] as const;

/** The stores that the handlers use. */
export interface RouteStores {
  readonly store: AttendanceStore;
  readonly roster: RosterStore;
  readonly facts: Pick<RebuildStore, 'look'>;
  readonly badges: BadgePorts;
  /** What streams of changes follow; without it, one that only polls. */
  readonly tail?: FeedTail;
}

/** The surroundings of the routes. */
export interface RouteContext {
  /** Aborts when the server begins to drain: streams without an end end then. */
  readonly draining: AbortSignal;
}

/**
 * Registers all services. `limits`: the limits for commands and devices. `onQueue` is given the queue of
 * writes, for figures about it.
 */
export function registerRoutes(
  context: PipelineContext,
  { store, roster, facts, badges, tail = new FeedTail(store) }: RouteStores,
  limits: ClockLimits,
  onQueue: (queue: Pick<WriteQueue, 'waitingFacts'>) => void = () => {},
) {
  const writes = new WriteQueue(store);
  onQueue(writes);
  return (router: MethodRouter, { draining }: RouteContext): void => {
    draining.addEventListener('abort', () => tail.end(), { once: true });
    registerService(
      router,
      context,
      AttendanceService,
      attendanceHandlers(store, writes, { roster, facts }, tail),
    );
    registerService(router, context, ClockService, clockHandlers(store, writes, limits, badges));
    registerService(router, context, RosterService, rosterHandlers(store, roster));
    registerService(router, context, TimesheetService, timesheetHandlers(store));
  };
}

function registerService<S extends DescService>(
  router: MethodRouter,
  context: PipelineContext,
  service: S,
  handlers: ServiceHandlers<S>,
): void {
  for (const method of service.methods) {
    registerMethod(router, context, method, handlers[method.localName as keyof S['method']]);
  }
}

/** `handler` belongs to this method: ServiceHandlers guarantees that. */
function registerMethod(
  router: MethodRouter,
  context: PipelineContext,
  method: DescMethod,
  handler: unknown,
): void {
  // Throws at the start where nobody has said who may call it.
  accessOf(method);
  switch (method.methodKind) {
    case 'unary': {
      const run = handler as UnaryHandler<never, never>;
      const desc = method as DescMethodUnary;
      router.guard(desc, callerCheck(context, desc));
      router.unary(desc, (incoming) => runUnary(context, desc, run, incoming));
      return;
    }
    case 'server_streaming': {
      const desc = method as DescMethodServerStreaming;
      const run = handler as StreamHandler<never, never>;
      router.guard(desc, callerCheck(context, desc));
      router.connect.rpc(desc, (message, connect) =>
        runServerStream(context, desc, run, { ...factsOf(connect), message }),
      );
      return;
    }
    case 'client_streaming': {
      const desc = method as DescMethodClientStreaming;
      const run = handler as ClientStreamHandler<never, never>;
      router.connect.rpc(desc, (messages, connect) =>
        runClientStream(context, desc, run, { ...factsOf(connect), messages }),
      );
      return;
    }
    case 'bidi_streaming':
      throw new Error(`${method.name}: no service streams both ways, and no pipeline does`);
  }
}

function factsOf(connect: HandlerContext) {
  return {
    headers: connect.requestHeader,
    peer: connect.values.get(PEER),
    cancellation: cancellationOf(connect.signal),
    timeoutMs: connect.timeoutMs(),
    trail: connect.values.get(TRAIL),
  };
}
