// grpc.reflection.v1 and v1alpha, from which grpcurl, buf curl and Postman learn the API. Both
// versions have the same fields.

import { Code, type ConnectRouter } from '@connectrpc/connect';
import { ServerReflection } from '../../../gen/grpc/reflection/v1/reflection_pb.js';
import { ServerReflection as ServerReflectionAlpha } from '../../../gen/grpc/reflection/v1alpha/reflection_pb.js';
import type { ReflectionIndex } from './reflection-index.js';

/** The fields that the requests of both versions share. */
interface Query {
  readonly host: string;
  readonly messageRequest:
    | {
        readonly case:
          | 'fileByFilename'
          | 'fileContainingSymbol'
          | 'allExtensionNumbersOfType'
          | 'listServices';
        readonly value: string;
      }
    | {
        readonly case: 'fileContainingExtension';
        readonly value: { readonly containingType: string; readonly extensionNumber: number };
      }
    | { readonly case: undefined; readonly value?: undefined };
}

type Answer =
  | { case: 'fileDescriptorResponse'; value: { fileDescriptorProto: Uint8Array[] } }
  | {
      case: 'allExtensionNumbersResponse';
      value: { baseTypeName: string; extensionNumber: number[] };
    }
  | { case: 'listServicesResponse'; value: { service: { name: string }[] } }
  | { case: 'errorResponse'; value: { errorCode: number; errorMessage: string } };

export const REFLECTION_SERVICES = [ServerReflection, ServerReflectionAlpha] as const;

export function registerReflection(
  router: ConnectRouter,
  index: ReflectionIndex,
  options: Parameters<ConnectRouter['service']>[2],
): void {
  router.service(
    ServerReflection,
    {
      serverReflectionInfo: (requests) => answerAll(requests, index),
    },
    options,
  );
  router.service(
    ServerReflectionAlpha,
    {
      serverReflectionInfo: (requests) => answerAll(requests, index),
    },
    options,
  );
}

async function* answerAll<Request extends Query>(
  requests: AsyncIterable<Request>,
  index: ReflectionIndex,
) {
  // A file is sent once per stream; by the protocol, clients keep the files that they have
  // received.
  const sent = new Set<string>();
  for await (const request of requests) {
    const messageResponse = answer(request, index, sent);
    yield { validHost: request.host, originalRequest: request, messageResponse };
  }
}

function answer({ messageRequest }: Query, index: ReflectionIndex, sent: Set<string>): Answer {
  const files = (file: ReturnType<ReflectionIndex['fileByName']>): Answer => {
    if (file === undefined) return notFound();
    // The requested file is always sent, its imports only once.
    const wanted = index
      .closure(file)
      .filter(({ name }) => name === file.proto.name || !sent.has(name));
    for (const { name } of wanted) sent.add(name);
    const fileDescriptorProto = wanted.map(({ bytes }) => bytes);
    return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
  };
  switch (messageRequest.case) {
    case 'listServices':
      return {
        case: 'listServicesResponse',
        value: { service: index.serviceNames.map((name) => ({ name })) },
      };
    case 'fileByFilename':
      return files(index.fileByName(messageRequest.value));
    case 'fileContainingSymbol':
      return files(index.fileOfSymbol(messageRequest.value));
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = messageRequest.value;
      return files(index.fileOfExtension(containingType, extensionNumber));
    }
    case 'allExtensionNumbersOfType': {
      const numbers = index.extensionNumbers(messageRequest.value);
      if (numbers === undefined) return notFound();
      const value = { baseTypeName: messageRequest.value, extensionNumber: [...numbers] };
      return { case: 'allExtensionNumbersResponse', value };
    }
    case undefined:
      return failure(
        Code.InvalidArgument,
        'The request is empty; list_services lists the services.',
      );
    default:
      return messageRequest satisfies never;
  }
}

function notFound(): Answer {
  return failure(Code.NotFound, 'Not found; list_services lists the services.');
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}
