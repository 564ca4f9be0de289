// A real grpc-js server for tests of the client, made from the generated descriptor: what it
// answers, fails with and waits for is up to each test.

import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { DescMethod, Message, MessageInitShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt';
import type {
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials, type status } from '@grpc/grpc-js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../gen/google/rpc/status_pb.js';

type Methods = (typeof AttendanceService)['method'];
type Unary = {
  [K in keyof Methods as Methods[K]['methodKind'] extends 'unary' ? K : never]: Methods[K];
};
type In<M> = M extends { input: { $codegenv2: unknown } & infer I } ? I : never;

/** What a handler is told of a call beside its request. */
interface CallFacts {
  readonly metadata: Metadata;
  /** Milliseconds since the epoch; undefined when the caller set none. */
  readonly deadlineAt: number | undefined;
  /** Resolves when the caller has cancelled. */
  readonly cancelled: Promise<void>;
}

export interface Handlers {
  readonly unary?: {
    readonly [K in keyof Unary]?: (
      request: MessageOf<Unary[K]['input']>,
      facts: CallFacts,
    ) => Promise<MessageInitShape<Unary[K]['output']>>;
  };
  readonly streamAttendance?: (
    request: MessageOf<Methods['streamAttendance']['input']>,
    facts: CallFacts,
  ) => AsyncIterable<MessageInitShape<Methods['streamAttendance']['output']>>;
}

type MessageOf<D> = D extends { readonly $codegenv2: { a: infer M } } ? M : In<D>;

/** A failure as this service sends it. */
export interface Refusal {
  readonly code: status;
  readonly message: string;
  readonly reason?: string;
  readonly info?: Record<string, string>;
  readonly violations?: { field: string; reason: string; description: string }[];
  readonly retryDelayMs?: number;
}

/** The failure as an error that grpc-js sends with its google.rpc.Status. */
export function refuse(refusal: Refusal): Error {
  const metadata = new Metadata();
  const encoded = toBinary(StatusSchema, statusOf(refusal));
  metadata.set('grpc-status-details-bin', Buffer.from(encoded));
  return Object.assign(new Error(refusal.message), { code: refusal.code, metadata });
}

/** The failure as a google.rpc.Status, as items of a batch carry it. */
export function statusOf({ code, message, reason = '', info = {}, ...more }: Refusal) {
  const details = [
    anyPack(
      ErrorInfoSchema,
      create(ErrorInfoSchema, { reason, domain: 'attendance.v1', metadata: info }),
    ),
  ];
  if (more.violations !== undefined) {
    const fieldViolations = more.violations;
    details.push(anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations })));
  }
  if (more.retryDelayMs !== undefined) {
    const retryDelay = durationFromMs(more.retryDelayMs);
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay })));
  }
  return create(StatusSchema, { code, message, details });
}

export interface TestServer {
  readonly address: string;
  readonly port: number;
  /** Breaks every connection at once, as a killed process would. */
  readonly kill: () => void;
}

/** Serves the handlers on a port of 127.0.0.1; 0 takes a free one. */
export async function startServer(handlers: Handlers, port = 0): Promise<TestServer> {
  const server = new Server();
  const implementation: UntypedServiceImplementation = {};
  for (const method of AttendanceService.methods) {
    implementation[method.localName] =
      method.methodKind === 'unary' ? unary(method, handlers) : streaming(handlers);
  }
  server.addService(definition(), implementation);
  const inner = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, free) =>
      error === null ? resolve(free) : reject(error),
    );
  });
  const front = await startFront(port, inner);
  const kill = () => {
    front.kill();
    server.forceShutdown();
  };
  return { address: `127.0.0.1:${front.port}`, port: front.port, kill };
}

/**
 * The server's connections go through here, so that they can be cut as the kernel cuts those of a
 * killed process. (grpc-js's own forceShutdown tells the client CANCELLED first.)
 */
async function startFront(
  port: number,
  inner: number,
): Promise<{ port: number; kill: () => void }> {
  const sockets = new Set<Socket>();
  const front = createServer((outside) => {
    const inside = connect(inner, '127.0.0.1');
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      sockets.add(socket);
      // Nagle's wait for an acknowledgement costs 40 ms per call.
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject);
    front.listen(port, '127.0.0.1', resolve);
  });
  const kill = () => {
    front.close();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return { port: (front.address() as AddressInfo).port, kill };
}

function definition() {
  return Object.fromEntries(
    AttendanceService.methods.map((method) => [
      method.localName,
      {
        path: `/${AttendanceService.typeName}/${method.name}`,
        requestStream: false,
        responseStream: method.methodKind === 'server_streaming',
        requestDeserialize: (bytes: Buffer) => fromBinary(method.input, bytes),
        requestSerialize: (message: Message) => Buffer.from(toBinary(method.input, message)),
        responseDeserialize: (bytes: Buffer) => fromBinary(method.output, bytes),
        responseSerialize: (message: Message) => Buffer.from(toBinary(method.output, message)),
      },
    ]),
  );
}

type LooseHandler = (
  request: Message,
  facts: CallFacts,
) => Promise<MessageInitShape<DescMethod['output']>>;

function unary(method: DescMethod, handlers: Handlers) {
  return (
    call: ServerUnaryCall<Message, Message>,
    answer: (error: Error | null, m?: Message) => void,
  ) => {
    const handler = (handlers.unary as Record<string, LooseHandler> | undefined)?.[
      method.localName
    ];
    if (handler === undefined) {
      answer(Object.assign(new Error('not in this test'), { code: 12 }));
      return;
    }
    handler(call.request, factsOf(call)).then(
      (init) => answer(null, create(method.output, init)),
      (error: Error) => answer(error),
    );
  };
}

function streaming(handlers: Handlers) {
  return async (call: ServerWritableStream<Message, Message>) => {
    try {
      const request = call.request as MessageOf<Methods['streamAttendance']['input']>;
      const chunks = handlers.streamAttendance?.(request, factsOf(call)) ?? [];
      for await (const chunk of chunks) {
        const message = create(AttendanceService.method.streamAttendance.output, chunk);
        if (!call.write(message)) await new Promise((resolve) => call.once('drain', resolve));
      }
      call.end();
    } catch (error) {
      call.emit('error', error);
    }
  };
}

function factsOf(
  call: ServerUnaryCall<Message, Message> | ServerWritableStream<Message, Message>,
): CallFacts {
  const deadline = call.getDeadline();
  const deadlineAt = deadline instanceof Date ? deadline.getTime() : deadline;
  return {
    metadata: call.metadata,
    deadlineAt: Number.isFinite(deadlineAt) ? deadlineAt : undefined,
    cancelled: new Promise((resolve) => {
      call.once('cancelled', () => resolve());
    }),
  };
}
