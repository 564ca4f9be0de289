// Every method of every service behind the pipeline, on Connect's router.

import type { DescMethodServerStreaming, DescMethodUnary } from '@bufbuild/protobuf';
import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import type { AttendanceStore } from '../app/ports.js';
import { type AttendanceHandlers, attendanceHandlers } from './attendance-service.js';
import {
  type Incoming,
  type PipelineContext,
  runServerStream,
  runUnary,
  type StreamHandler,
  type UnaryHandler,
} from './pipeline.js';

/** The services of this project, for reflection and health. */
export const SERVICES = [AttendanceService] as const;

/** Registers all services; `store` does the work. */
export function registerRoutes(context: PipelineContext, store: AttendanceStore) {
  const handlers = attendanceHandlers(store);
  return (router: ConnectRouter): void => {
    for (const method of AttendanceService.methods) {
      const handler = handlers[method.localName as keyof AttendanceHandlers];
      registerMethod(router, context, method, handler);
    }
  };
}

type AnyMethod = (typeof AttendanceService.methods)[number];

function registerMethod(
  router: ConnectRouter,
  context: PipelineContext,
  method: AnyMethod,
  handler: AttendanceHandlers[keyof AttendanceHandlers],
): void {
  switch (method.methodKind) {
    case 'unary': {
      const desc = method as DescMethodUnary;
      router.rpc(desc, (message, connect) =>
        runUnary(context, desc, handler as UnaryHandler<never, never>, incoming(message, connect)),
      );
      return;
    }
    case 'server_streaming': {
      const desc = method as DescMethodServerStreaming;
      router.rpc(desc, (message, connect) =>
        runServerStream(
          context,
          desc,
          handler as StreamHandler<never, never>,
          incoming(message, connect),
        ),
      );
      return;
    }
    default:
      throw new Error(`${method.name}: no pipeline for ${method.methodKind} yet`);
  }
}

function incoming(message: Incoming['message'], connect: HandlerContext): Incoming {
  return {
    headers: connect.requestHeader,
    message,
    signal: connect.signal,
    timeoutMs: connect.timeoutMs(),
  };
}
