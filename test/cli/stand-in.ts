// A real gRPC server that stands in for the service in tests of commands: it remembers every call
// and answers what the test says. What is not said is UNIMPLEMENTED.

import { PassThrough, Readable } from 'node:stream';
import type { DescMethod, Message, MessageInitShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type {
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { TimesheetService } from '../../gen/attendance/v1/timesheet_service_pb.js';
import { runProgram } from '../../src/cli/commands/program.js';

const SERVICES = [AttendanceService, ClockService, RosterService, TimesheetService] as const;

type Methods = (typeof AttendanceService)['method'] &
  (typeof ClockService)['method'] &
  (typeof RosterService)['method'] &
  (typeof TimesheetService)['method'];

type Unary = {
  [K in keyof Methods as Methods[K]['methodKind'] extends 'unary' ? K : never]: Methods[K];
};

type Streaming = {
  [K in keyof Methods as Methods[K]['methodKind'] extends 'server_streaming'
    ? K
    : never]: Methods[K];
};

type MessageOf<D> = D extends { readonly $codegenv2: { a: infer M } } ? M : never;

/** The answers of a test, by the methods' local names. */
export type Answers = {
  [K in keyof Unary]?: (
    request: MessageOf<Unary[K]['input']>,
  ) => MessageInitShape<Unary[K]['output']> | Promise<MessageInitShape<Unary[K]['output']>>;
} & {
  /** All messages of a stream. */
  [K in keyof Streaming]?: (
    request: MessageOf<Streaming[K]['input']>,
  ) => readonly MessageInitShape<Streaming[K]['output']>[];
};

export interface StandIn {
  readonly address: string;
  /** `method request`, in the order of their arrival. */
  readonly calls: { readonly method: string; readonly request: Message }[];
  /** Replaced by a test at any time. */
  answers: Answers;
  readonly stop: () => void;
}

export async function startStandIn(answers: Answers = {}): Promise<StandIn> {
  const server = new Server();
  const standIn: { calls: StandIn['calls']; answers: Answers } = { calls: [], answers };
  for (const service of SERVICES) {
    const methods = service.methods.filter(({ methodKind }) => KINDS.includes(methodKind));
    const implementation: UntypedServiceImplementation = Object.fromEntries(
      methods.map((method) => [
        method.localName,
        method.methodKind === 'unary'
          ? handlerOf(method, standIn)
          : streamHandlerOf(method, standIn),
      ]),
    );
    server.addService(definitionOf(service.typeName, methods), implementation);
  }
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, free) =>
      error === null ? resolve(free) : reject(error),
    );
  });
  return Object.assign(standIn, {
    address: `127.0.0.1:${port}`,
    stop: () => server.forceShutdown(),
  });
}

function definitionOf(typeName: string, methods: readonly DescMethod[]) {
  return Object.fromEntries(
    methods.map((method) => [
      method.localName,
      {
        path: `/${typeName}/${method.name}`,
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

const KINDS: readonly DescMethod['methodKind'][] = ['unary', 'server_streaming'];

type LooseStream = (request: Message) => readonly MessageInitShape<DescMethod['output']>[];

function streamHandlerOf(method: DescMethod, standIn: Pick<StandIn, 'calls' | 'answers'>) {
  return (call: ServerWritableStream<Message, Message>) => {
    standIn.calls.push({ method: method.localName, request: call.request });
    const answers = standIn.answers as Record<string, LooseStream | undefined>;
    for (const part of answers[method.localName]?.(call.request) ?? []) {
      call.write(create(method.output, part));
    }
    call.end();
  };
}

type LooseAnswer = (request: Message) => Promise<MessageInitShape<DescMethod['output']>>;

function handlerOf(method: DescMethod, standIn: Pick<StandIn, 'calls' | 'answers'>) {
  return async (
    call: ServerUnaryCall<Message, Message>,
    answer: (error: Error | null, message?: Message) => void,
  ) => {
    standIn.calls.push({ method: method.localName, request: call.request });
    const answers = standIn.answers as Record<string, LooseAnswer | undefined>;
    const answerOf = answers[method.localName];
    if (answerOf === undefined) {
      answer(Object.assign(new Error('not in this test'), { code: status.UNIMPLEMENTED }));
      return;
    }
    try {
      answer(null, create(method.output, await answerOf(call.request)));
    } catch (error) {
      answer(error as Error);
    }
  };
}

/** Runs one command line against an address; what it printed and its exit code. */
export async function ran(
  address: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough({ highWaterMark: 16 * 1024 * 1024 });
  const stderr = new PassThrough({ highWaterMark: 16 * 1024 * 1024 });
  const code = await runProgram(['--address', address, ...args], {
    env: {},
    stdin: Readable.from([]),
    stdout,
    stderr,
    onInterrupt: () => () => undefined,
  });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { code, out: text(stdout), err: text(stderr) };
}
