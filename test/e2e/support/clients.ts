// The clients that must all be told the same: every protocol, every version of HTTP, several
// languages and libraries.

import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node';
import {
  createConnectTransport as createWebConnectTransport,
  createGrpcWebTransport as createWebGrpcWebTransport,
} from '@connectrpc/connect-web';
import { compressionAlgorithms } from '@grpc/grpc-js';
import { DETAIL_TYPES } from '../../../src/rpc/edge/error-table.js';
import { bufCurlClient } from './buf-curl.js';
import type { Ability, ProtocolClient } from './outcome.js';
import { grpcWebTextClient, jsonClient } from './raw-clients.js';
import { grpcJsClient, ownClient, type Target, transportClient } from './typed-clients.js';

export interface ClientRow {
  readonly name: string;
  readonly tls?: true;
  readonly can: ReadonlySet<Ability>;
  readonly open: (target: Target) => ProtocolClient;
}

const LIBRARY: readonly Ability[] = ['any method', 'deadlines', 'quick calls'];
const TYPED = new Set(LIBRARY.filter((ability) => ability !== 'any method'));
const ANY = new Set(LIBRARY);
const RAW = new Set<Ability>([...LIBRARY, 'any JSON']);
const FEW_CASES = new Set<Ability>();

interface NodeOptions {
  readonly httpVersion: '1.1' | '2';
  readonly create: typeof createConnectTransport;
  readonly more?: Partial<Parameters<typeof createConnectTransport>[0]>;
}

/** A client of connect-node, with a connection of its own. */
function node({ httpVersion, create, more }: NodeOptions) {
  return ({ url: baseUrl, ca }: Target): ProtocolClient => {
    const nodeOptions = ca === undefined ? {} : { ca };
    if (httpVersion === '1.1') {
      return transportClient(create({ ...more, baseUrl, httpVersion, nodeOptions }));
    }
    const sessionManager = new Http2SessionManager(baseUrl, undefined, nodeOptions);
    const transport = create({ ...more, baseUrl, httpVersion, sessionManager, nodeOptions });
    return transportClient(transport, () => sessionManager.abort());
  };
}

const GZIP = {
  sendCompression: compressionGzip,
  acceptCompression: [compressionGzip],
  compressMinBytes: 1,
};
// The errors in a batch's answer are Any: a client that reads JSON brings their types.
const jsonOptions = { registry: DETAIL_TYPES };
const JSON_FORM = { useBinaryFormat: false, jsonOptions };
const connect = createConnectTransport;
const web = createGrpcWebTransport as typeof createConnectTransport;
const grpc = createGrpcTransport as typeof createConnectTransport;

export const CLIENTS: readonly ClientRow[] = [
  { name: 'our own client (gRPC)', can: TYPED, open: ownClient },
  { name: 'grpc-js', can: ANY, open: grpcJsClient },
  {
    name: 'grpc-js, gzip',
    can: ANY,
    open: (target) =>
      grpcJsClient(target, {
        'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
      }),
  },
  { name: 'connect-node: gRPC, HTTP/2', can: ANY, open: node({ httpVersion: '2', create: grpc }) },
  {
    name: 'connect-node: gRPC, HTTP/2, gzip',
    can: ANY,
    open: node({ httpVersion: '2', create: grpc, more: GZIP }),
  },
  {
    name: 'connect-node: gRPC-Web, HTTP/1.1',
    can: ANY,
    open: node({ httpVersion: '1.1', create: web }),
  },
  {
    name: 'connect-node: gRPC-Web, HTTP/2',
    can: ANY,
    open: node({ httpVersion: '2', create: web }),
  },
  {
    name: 'connect-node: gRPC-Web, HTTP/1.1, gzip',
    can: ANY,
    open: node({ httpVersion: '1.1', create: web, more: GZIP }),
  },
  {
    name: 'connect-node: Connect, HTTP/1.1',
    can: ANY,
    open: node({ httpVersion: '1.1', create: connect }),
  },
  {
    name: 'connect-node: Connect, HTTP/2, GET for reads',
    can: ANY,
    open: node({ httpVersion: '2', create: connect, more: { useHttpGet: true } }),
  },
  {
    name: 'connect-node: Connect, HTTP/2, JSON',
    can: ANY,
    open: node({ httpVersion: '2', create: connect, more: JSON_FORM }),
  },
  {
    name: 'connect-node: Connect, HTTP/1.1, JSON, gzip, GET for reads',
    can: ANY,
    open: node({
      httpVersion: '1.1',
      create: connect,
      more: { ...JSON_FORM, ...GZIP, useHttpGet: true },
    }),
  },
  {
    name: 'connect-web: Connect, JSON',
    can: ANY,
    open: ({ url: baseUrl }) =>
      transportClient(createWebConnectTransport({ baseUrl, jsonOptions })),
  },
  {
    name: 'connect-web: Connect, binary, GET for reads',
    can: ANY,
    open: ({ url: baseUrl }) =>
      transportClient(
        createWebConnectTransport({ baseUrl, useBinaryFormat: true, useHttpGet: true }),
      ),
  },
  {
    name: 'connect-web: gRPC-Web',
    can: ANY,
    open: ({ url: baseUrl }) => transportClient(createWebGrpcWebTransport({ baseUrl })),
  },
  { name: 'fetch: gRPC-Web-text', can: ANY, open: grpcWebTextClient },
  { name: 'fetch: JSON', can: RAW, open: (target) => jsonClient(target, 'POST') },
  { name: 'fetch: JSON, gzip', can: RAW, open: (target) => jsonClient(target, 'gzip') },
  { name: 'fetch: JSON, GET for reads', can: RAW, open: (target) => jsonClient(target, 'GET') },
  {
    name: 'fetch: JSON, GET in base64 for reads',
    can: RAW,
    open: (target) => jsonClient(target, 'base64'),
  },
  { name: 'our own client (gRPC), TLS', tls: true, can: TYPED, open: ownClient },
  {
    name: 'connect-node: gRPC, HTTP/2, TLS',
    tls: true,
    can: ANY,
    open: node({ httpVersion: '2', create: grpc }),
  },
  {
    name: 'connect-node: Connect, HTTP/2, TLS',
    tls: true,
    can: ANY,
    open: node({ httpVersion: '2', create: connect }),
  },
  {
    name: 'connect-node: Connect, HTTP/1.1, TLS',
    tls: true,
    can: ANY,
    open: node({ httpVersion: '1.1', create: connect }),
  },
  { name: 'buf curl: gRPC', can: FEW_CASES, open: (target) => bufCurlClient(target, 'grpc') },
  {
    name: 'buf curl: gRPC-Web',
    can: FEW_CASES,
    open: (target) => bufCurlClient(target, 'grpcweb'),
  },
  { name: 'buf curl: Connect', can: FEW_CASES, open: (target) => bufCurlClient(target, 'connect') },
];
