// Unary calls of gRPC and gRPC-Web, without the library's chain of generators. That chain makes
// some forty thousand bytes for each call which only a full collection takes back (a generator's
// closure has a map of its own, and maps are born old), and takes more time than all else about a
// small call. Here is the plain case: one whole message that is not compressed. Whatever differs
// from it goes to the library's own handler, and so do streams.

import {
  Code,
  ConnectError,
  createContextValues,
  type HandlerContext,
  type MethodImplSpec,
} from '@connectrpc/connect';
import {
  type Compression,
  compressedFlag,
  compressionNegotiate,
  createMethodSerializationLookup,
  encodeEnvelope,
  invokeUnaryImplementation,
  type ProtocolHandlerFactory,
  type UniversalHandler,
  type UniversalHandlerFn,
  type UniversalHandlerOptions,
  type UniversalServerRequest,
  type UniversalServerResponse,
} from '@connectrpc/connect/protocol';
import {
  createHandlerFactory as createGrpcFactory,
  grpcStatusOk,
  headerAcceptEncoding,
  headerContentType,
  headerEncoding,
  headerGrpcStatus,
  headerTimeout,
  parseTimeout,
  setTrailerStatus,
} from '@connectrpc/connect/protocol-grpc';
import {
  createHandlerFactory as createGrpcWebFactory,
  trailerFlag,
  trailerSerialize,
} from '@connectrpc/connect/protocol-grpc-web';
import { TURNS } from '../../app/ports/turns.js';
import { ENVELOPE_HEADER_BYTES, inPieces, whole } from '../support/pieces.js';

export type GrpcOptions = Required<
  Pick<UniversalHandlerOptions, 'readMaxBytes' | 'writeMaxBytes' | 'compressMinBytes'>
> &
  Pick<
    UniversalHandlerOptions,
    'binaryOptions' | 'jsonOptions' | 'interceptors' | 'acceptCompression' | 'shutdownSignal'
  >;

type UnarySpec = Extract<MethodImplSpec, { kind: 'unary' }>;
type Protocol = 'grpc' | 'grpc-web';

/** How long a caller may wait at most is the pipeline's to say. */
const MAX_TIMEOUT_MS = Number.MAX_SAFE_INTEGER;

/** gRPC's handlers and gRPC-Web's. */
export function createGrpcFactories(options: GrpcOptions): readonly ProtocolHandlerFactory[] {
  return [
    withUnary('grpc', createGrpcFactory(options), options),
    withUnary('grpc-web', createGrpcWebFactory(options), options),
  ];
}

function withUnary(
  protocol: Protocol,
  factory: ProtocolHandlerFactory,
  options: GrpcOptions,
): ProtocolHandlerFactory {
  const make = (spec: MethodImplSpec): UniversalHandler => {
    const others = factory(spec);
    if (spec.kind !== 'unary') return others;
    return Object.assign(createUnary(protocol, spec, options, others), { ...others });
  };
  return Object.assign(make, { protocolName: protocol });
}

function createUnary(
  protocol: Protocol,
  spec: UnarySpec,
  options: GrpcOptions,
  others: UniversalHandler,
): UniversalHandlerFn {
  const serialization = createMethodSerializationLookup(
    spec.method,
    options.binaryOptions,
    options.jsonOptions,
    options,
  );
  const accepted = [...(options.acceptCompression ?? [])];
  return async (request) => {
    const body = await whole(request.body as AsyncIterable<Uint8Array>);
    const timeout = parseTimeout(request.header.get(headerTimeout), MAX_TIMEOUT_MS);
    const compression = compressionNegotiate(
      accepted,
      request.header.get(headerEncoding),
      request.header.get(headerAcceptEncoding),
      headerAcceptEncoding,
    );
    const isPlain = timeout.error === undefined && compression.error === undefined;
    if (!isPlain || !isOneMessage(body, options.readMaxBytes)) {
      return await others({ ...request, body: inPieces([body]) });
    }
    const isBinary = !/\+json/i.test(request.header.get(headerContentType) ?? '');
    const context = contextOf(protocol, spec, request, isBinary, timeout.timeoutMs);
    if (compression.response !== null) {
      context.responseHeader.set(headerEncoding, compression.response.name);
    }
    const pieces: Uint8Array[] = [];
    try {
      const input = serialization.getI(isBinary).parse(body.subarray(ENVELOPE_HEADER_BYTES));
      const interceptors = options.interceptors ?? [];
      const output = await invokeUnaryImplementation(spec, context, input, interceptors);
      // Of calls that end together, as those of one transaction do, each is encoded in its turn.
      if (TURNS.isOver) await TURNS.next(context.signal);
      const bytes = serialization.getO(isBinary).serialize(output);
      pieces.push(await envelopeOf(bytes, compression.response, options.compressMinBytes));
    } catch (error) {
      setTrailerStatus(context.responseTrailer, told(error));
    }
    return answerOf(protocol, context, pieces);
  };
}

function isOneMessage(body: Buffer, maxBytes: number): boolean {
  const length = body.length - ENVELOPE_HEADER_BYTES;
  return length >= 0 && length <= maxBytes && body[0] === 0 && body.readUInt32BE(1) === length;
}

/**
 * The library's own makes two signals more, with their listeners, and copies all headers. The call's
 * signal is enough: it is aborted when its caller goes and when the service ends, and how long the
 * caller waits is the pipeline's to watch.
 */
function contextOf(
  protocol: Protocol,
  { method }: UnarySpec,
  request: UniversalServerRequest,
  isBinary: boolean,
  timeoutMs: number | undefined,
): HandlerContext {
  const endsAt = timeoutMs === undefined ? undefined : Date.now() + timeoutMs;
  return {
    service: method.parent,
    method,
    protocolName: protocol,
    requestMethod: request.method,
    url: request.url,
    signal: request.signal,
    timeoutMs: () => (endsAt === undefined ? undefined : endsAt - Date.now()),
    requestHeader: request.header,
    responseHeader: new Headers({
      [headerContentType]: `application/${protocol}+${isBinary ? 'proto' : 'json'}`,
    }),
    responseTrailer: new Headers({ [headerGrpcStatus]: grpcStatusOk }),
    values: request.contextValues ?? createContextValues(),
  };
}

async function envelopeOf(
  bytes: Uint8Array,
  compression: Compression | null,
  minBytes: number,
): Promise<Uint8Array> {
  if (compression === null || bytes.length < minBytes) return encodeEnvelope(0, bytes);
  return encodeEnvelope(compressedFlag, await compression.compress(bytes));
}

/** As the library tells it: what is no error of a call says nothing of itself. */
function told(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  return new ConnectError('internal error', Code.Internal, undefined, undefined, error);
}

function answerOf(
  protocol: Protocol,
  { responseHeader: header, responseTrailer: trailer }: HandlerContext,
  pieces: readonly Uint8Array[],
): UniversalServerResponse {
  if (protocol === 'grpc') return { status: 200, header, body: inPieces(pieces), trailer };
  const last = encodeEnvelope(trailerFlag, trailerSerialize(trailer));
  return { status: 200, header, body: inPieces([...pieces, last]) };
}
