// The handlers of each method for gRPC, gRPC-Web and Connect: the library's router with unary calls
// of the first two taken out of its hands.

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
} from '@connectrpc/connect/protocol';
import { createHandlerFactory as createConnectFactory } from '@connectrpc/connect/protocol-connect';
import { createGrpcFactories, type GrpcOptions } from './unary-grpc.js';

/** What is registered with options of its own has these in place of the router's. */
export function createRouter(options: GrpcOptions): ConnectRouter {
  const handlers: UniversalHandler[] = [];
  const protocolsWith = (own: object | undefined): ProtocolHandlerFactory[] => {
    const all = { ...options, ...own };
    return [...createGrpcFactories(all), createConnectFactory(all)];
  };
  const router: ConnectRouter = {
    handlers,
    service(service, implementation, own) {
      const spec = createServiceImplSpec(service, implementation);
      handlers.push(...createUniversalServiceHandlers(spec, protocolsWith(own)));
      return router;
    },
    rpc(method, implementation, own) {
      const spec = createMethodImplSpec(method, implementation);
      handlers.push(createUniversalMethodHandler(spec, protocolsWith(own)));
      return router;
    },
  };
  return router;
}
