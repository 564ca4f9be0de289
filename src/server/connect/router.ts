// Registers the methods of all services. Each method gets handlers of Connect's library for gRPC,
// gRPC-Web and Connect. A unary method is also kept by itself, for the unary lane.

import type { DescMethod } from '@bufbuild/protobuf';
import {
  type ConnectRouter,
  createMethodImplSpec,
  createServiceImplSpec,
} from '@connectrpc/connect';
import {
  createUniversalMethodHandler,
  createUniversalServiceHandlers,
  type ProtocolHandlerFactory,
  type UniversalHandler,
  type UniversalHandlerOptions,
} from '@connectrpc/connect/protocol';
import { createHandlerFactory as createConnectFactory } from '@connectrpc/connect/protocol-connect';
import { createHandlerFactory as createGrpcFactory } from '@connectrpc/connect/protocol-grpc';
import { createHandlerFactory as createGrpcWebFactory } from '@connectrpc/connect/protocol-grpc-web';
import { TRAIL } from '../../rpc/edge/call-trail.js';
import { cancellationOf } from '../../rpc/edge/cancellation.js';
import { PEER } from '../../rpc/edge/peer.js';
import type { CallerCheck, MethodRouter, UnaryMethod } from '../../rpc/edge/pipeline.js';

export interface Router extends MethodRouter {
  /** By the paths of their handlers. */
  readonly unaryMethods: ReadonlyMap<string, UnaryMethod>;
  readonly callerChecks: ReadonlyMap<string, CallerCheck>;
}

/** Options of a single registration override the router's. */
export function createRouter(options: Partial<UniversalHandlerOptions>): Router {
  const unaryMethods = new Map<string, UnaryMethod>();
  const callerChecks = new Map<string, CallerCheck>();
  const handlers: UniversalHandler[] = [];
  const protocolsWith = (own: object | undefined): ProtocolHandlerFactory[] => {
    const all = { ...options, ...own };
    return [createGrpcFactory(all), createGrpcWebFactory(all), createConnectFactory(all)];
  };
  const connect: ConnectRouter = {
    handlers,
    service(service, implementation, own) {
      const spec = createServiceImplSpec(service, implementation);
      handlers.push(...createUniversalServiceHandlers(spec, protocolsWith(own)));
      return connect;
    },
    rpc(method, implementation, own) {
      const spec = createMethodImplSpec(method, implementation);
      handlers.push(createUniversalMethodHandler(spec, protocolsWith(own)));
      return connect;
    },
  };
  return {
    connect,
    unaryMethods,
    callerChecks,
    guard(method, check) {
      callerChecks.set(pathOf(method), check);
    },
    unary(method, run) {
      unaryMethods.set(pathOf(method), run);
      connect.rpc(method, (message, { requestHeader, values, signal, timeoutMs }) =>
        run({
          message,
          headers: requestHeader,
          peer: values.get(PEER),
          cancellation: cancellationOf(signal),
          timeoutMs: timeoutMs(),
          trail: values.get(TRAIL),
        }),
      );
    },
  };
}

function pathOf({ parent, name }: DescMethod): string {
  return `/${parent.typeName}/${name}`;
}
