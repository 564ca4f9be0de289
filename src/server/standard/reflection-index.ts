// An index of everything that the served descriptors define, by name, for server reflection.

import {
  type AnyDesc,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

export interface ReflectionIndex {
  /** Sorted by name. */
  readonly serviceNames: readonly string[];
  fileByName(name: string): DescFile | undefined;
  /**
   * Takes any fully qualified name: a message, field, enum, value, service, method or extension.
   */
  fileOfSymbol(symbol: string): DescFile | undefined;
  /** Sorted; undefined if there is no such message. */
  extensionNumbers(messageName: string): readonly number[] | undefined;
  fileOfExtension(messageName: string, number: number): DescFile | undefined;
  /** The file and all its dependencies, as serialized FileDescriptorProtos, the file first. */
  closure(file: DescFile): readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** `more`: files that no service imports but whose types are sent in google.protobuf.Any. */
export function createReflectionIndex(
  services: readonly DescService[],
  more: readonly DescFile[] = [],
): ReflectionIndex {
  const files = new Map<string, DescFile>();
  for (const file of [...services.map((service) => service.file), ...more]) {
    addWithDependencies(file, files);
  }
  const symbols = new Map<string, DescFile>();
  const extensions = new Map<string, Map<number, DescFile>>();
  for (const file of files.values()) {
    for (const name of symbolsOf(file)) symbols.set(name, file);
    for (const extension of extensionsOf(file)) {
      const numbers = extensions.get(extension.extendee.typeName) ?? new Map<number, DescFile>();
      extensions.set(extension.extendee.typeName, numbers.set(extension.number, file));
    }
  }
  const messages = new Set([...files.values()].flatMap(messagesOf).map((desc) => desc.typeName));
  const serialized = new Map<DescFile, Uint8Array>();
  const bytesOf = (file: DescFile) => {
    const bytes = serialized.get(file) ?? toBinary(FileDescriptorProtoSchema, file.proto);
    serialized.set(file, bytes);
    return bytes;
  };
  return {
    serviceNames: services.map((service) => service.typeName).sort(),
    fileByName: (name) => files.get(name),
    fileOfSymbol: (symbol) => symbols.get(symbol.replace(/^\./, '')),
    extensionNumbers: (name) =>
      messages.has(name)
        ? [...(extensions.get(name)?.keys() ?? [])].sort((a, b) => a - b)
        : undefined,
    fileOfExtension: (name, number) => extensions.get(name)?.get(number),
    closure(file) {
      const reached = new Map<string, DescFile>();
      addWithDependencies(file, reached);
      return [...reached].map(([name, one]) => ({ name, bytes: bytesOf(one) }));
    },
  };
}

function addWithDependencies(file: DescFile, files: Map<string, DescFile>): void {
  const name = file.proto.name;
  if (files.has(name)) return;
  files.set(name, file);
  for (const dependency of file.dependencies) addWithDependencies(dependency, files);
}

function messagesOf(scope: DescFile | DescMessage): DescMessage[] {
  const own = scope.kind === 'file' ? scope.messages : scope.nestedMessages;
  return own.flatMap((message) => [message, ...messagesOf(message)]);
}

function extensionsOf(file: DescFile): DescExtension[] {
  return [...file.extensions, ...messagesOf(file).flatMap((message) => message.nestedExtensions)];
}

function symbolsOf(file: DescFile): string[] {
  const messages = messagesOf(file);
  const enums = [...file.enums, ...messages.flatMap((message) => message.nestedEnums)];
  const named: (AnyDesc & { readonly typeName: string })[] = [
    ...messages,
    ...enums,
    ...file.services,
    ...extensionsOf(file),
  ];
  const members = [
    ...messages.flatMap((message) =>
      [...message.fields, ...message.oneofs].map(({ name }) => `${message.typeName}.${name}`),
    ),
    ...file.services.flatMap((service) =>
      service.methods.map(({ name }) => `${service.typeName}.${name}`),
    ),
    // An enum's values are siblings of the enum, as in C++.
    ...enums.flatMap((desc) =>
      desc.values.map(({ name }) => [...desc.typeName.split('.').slice(0, -1), name].join('.')),
    ),
  ];
  return [...named.map((desc) => desc.typeName), ...members];
}
