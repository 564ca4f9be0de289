// Clients that know the contract's types: this project's own, the clients of Connect for Node and
// for browsers, and grpc-js as anybody uses it, without a line of this project's client.

import {
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  type MessageInitShape,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { type Code, ConnectError, type Transport } from '@connectrpc/connect';
import {
  Client,
  type ClientOptions,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { AttendanceService } from '../../../gen/attendance/v1/attendance_service_pb.js';
import { createAttendanceClient } from '../../../src/client/index.js';
import { DETAIL_TYPES } from '../../../src/rpc/edge/error-table.js';
import {
  answered,
  failedAsClientError,
  failedAsStatus,
  failedWith,
  type Outcome,
  type ProtocolClient,
} from './outcome.js';

/** A server to call. */
export interface Target {
  /** `http://127.0.0.1:port`, or `https://localhost:port`. */
  readonly url: string;
  /** Whom to trust under TLS, in PEM form. */
  readonly ca: string | undefined;
}

/** The method of that name; one that the server does not have when the contract has none. */
function methodOf(name: string): DescMethod {
  const known = AttendanceService.methods.find((method) => method.name === name);
  return known ?? ({ ...AttendanceService.method.markAttendance, name } as DescMethod);
}

const toMessage = (method: DescMethod, request: JsonObject): Message =>
  fromJson(method.input, request);

const answerJson = (method: DescMethod, message: Message): JsonValue =>
  toJson(method.output, message, { registry: DETAIL_TYPES });

/** This project's own client, each call tried once. */
export function ownClient({ url, ca }: Target): ProtocolClient {
  const client = createAttendanceClient({
    address: new URL(url).host,
    ...(ca === undefined ? {} : { tls: { rootCertificates: Buffer.from(ca) } }),
    retry: { maxAttempts: 1 },
    // So that it is the service that refuses what is too large.
    channelOptions: { 'grpc.max_send_message_length': -1 },
  });
  return {
    async call(name, request, { timeoutMs } = {}) {
      const method = methodOf(name);
      const ask = client[method.localName as keyof typeof AttendanceService.method] as (
        request: Message,
        options: { deadlineMs?: number },
      ) => Promise<Message> | AsyncIterable<Message>;
      const options = timeoutMs === undefined ? {} : { deadlineMs: timeoutMs };
      try {
        const answer = ask(toMessage(method, request), options);
        const messages: JsonValue[] = [];
        if (answer instanceof Promise) messages.push(answerJson(method, await answer));
        else for await (const part of answer) messages.push(answerJson(method, part));
        return answered(messages);
      } catch (error) {
        return failedAsClientError(error);
      }
    },
    close: () => client.close(),
  };
}

/** grpc-js, with a generic client. */
export function grpcJsClient({ url }: Target, options: ClientOptions = {}): ProtocolClient {
  const client = new Client(new URL(url).host, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
    ...options,
  });
  return {
    async call(name, request, { timeoutMs } = {}) {
      const method = methodOf(name);
      const args = [
        `/${method.parent.typeName}/${method.name}`,
        (message: Message) => Buffer.from(toBinary(method.input, message)),
        (bytes: Buffer) => fromBinary(method.output, bytes),
        toMessage(method, request),
        new Metadata(),
        timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
      ] as const;
      try {
        if (method.methodKind === 'server_streaming') {
          const messages: JsonValue[] = [];
          for await (const part of client.makeServerStreamRequest(...args)) {
            messages.push(answerJson(method, part as Message));
          }
          return answered(messages);
        }
        const answer = await new Promise<Message>((resolve, reject) => {
          client.makeUnaryRequest(...args, (error, message) => {
            if (message === undefined) reject(error);
            else resolve(message);
          });
        });
        return answered([answerJson(method, answer)]);
      } catch (error) {
        return grpcJsFailure(error as ServiceError);
      }
    },
    close: () => client.close(),
  };
}

function grpcJsFailure({ code, details, metadata }: ServiceError): Outcome {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (bytes instanceof Uint8Array) return failedAsStatus(bytes);
  return failedWith(new ConnectError(details, code as number as Code));
}

/** Any of Connect's transports. */
export function transportClient(
  transport: Transport,
  close: () => void = () => {},
): ProtocolClient {
  return {
    async call(name, request, { timeoutMs } = {}) {
      const method = methodOf(name);
      const input = toMessage(method, request) as MessageInitShape<DescMethod['input']>;
      try {
        if (method.methodKind === 'server_streaming') {
          const desc = method as DescMethodStreaming;
          const one = (async function* () {
            yield input;
          })();
          const answer = await transport.stream(desc, undefined, timeoutMs, undefined, one);
          const messages: JsonValue[] = [];
          for await (const part of answer.message) messages.push(answerJson(method, part));
          return answered(messages);
        }
        const desc = method as DescMethodUnary;
        const answer = await transport.unary(desc, undefined, timeoutMs, undefined, input);
        return answered([answerJson(method, answer.message)]);
      } catch (error) {
        return failedWith(error);
      }
    },
    close,
  };
}
