// Server reflection, by the tools that live from it.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { Code, createClient } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { expect } from 'chai';
import { ServerReflection } from '../../gen/grpc/reflection/v1/reflection_pb.js';
import { ServerReflection as Alpha } from '../../gen/grpc/reflection/v1alpha/reflection_pb.js';
import { serve, stopAll } from './support/serve.js';

const SERVICES = [
  'attendance.v1.AttendanceService',
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
];

type Ask =
  | {
      case:
        | 'listServices'
        | 'fileByFilename'
        | 'fileContainingSymbol'
        | 'allExtensionNumbersOfType';
      value: string;
    }
  | { case: 'fileContainingExtension'; value: { containingType: string; extensionNumber: number } }
  | { case: undefined };

async function* requests(asks: readonly Ask[]) {
  for (const messageRequest of asks) yield { host: 'h', messageRequest };
}

async function ask(
  url: string,
  service: typeof ServerReflection | typeof Alpha,
  asks: readonly Ask[],
) {
  const transport = createGrpcTransport({ baseUrl: url });
  const client = createClient(service as typeof ServerReflection, transport);
  const answers = [];
  for await (const answer of client.serverReflectionInfo(requests(asks))) answers.push(answer);
  return answers.map(({ messageResponse }) => messageResponse);
}

function files(answer: Awaited<ReturnType<typeof ask>>[number] | undefined): FileDescriptorProto[] {
  if (answer?.case !== 'fileDescriptorResponse') throw new Error(`answered ${answer?.case}`);
  return answer.value.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
}

for (const service of [ServerReflection, Alpha]) {
  describe(service.typeName, () => {
    afterEach(stopAll);

    it('lists the services', async () => {
      const { url } = await serve();
      const [answer] = await ask(url, service, [{ case: 'listServices', value: '*' }]);
      const value = answer?.case === 'listServicesResponse' ? answer.value.service : [];
      expect(value.map(({ name }) => name)).to.deep.equal(SERVICES);
    });

    for (const value of [
      'attendance.v1.AttendanceService',
      '.attendance.v1.AttendanceService',
      'attendance.v1.AttendanceService.MarkAttendance',
      'attendance.v1.MarkAttendanceRequest',
      'attendance.v1.MarkAttendanceRequest.employee_id',
      'attendance.v1.BatchMarkAttendanceResult.result',
      'attendance.v1.RevisionCause',
      'attendance.v1.REVISION_CAUSE_MARKED',
    ]) {
      it(`finds the file of ${value}`, async () => {
        const { url } = await serve();
        const [answer] = await ask(url, service, [{ case: 'fileContainingSymbol', value }]);
        const [file, ...dependencies] = files(answer);
        expect(file?.name).to.equal('attendance/v1/attendance_service.proto');
        expect(dependencies.map(({ name }) => name)).to.include('buf/validate/validate.proto');
      });
    }

    it('gives files that make a whole, each dependency once', async () => {
      const { url } = await serve();
      const asks = SERVICES.map((value): Ask => ({ case: 'fileContainingSymbol', value }));
      const all = (await ask(url, service, asks)).flatMap(files);
      expect(new Set(all.map(({ name }) => name)).size).to.equal(all.length);
      const ordered = create(FileDescriptorSetSchema, { file: inOrder(all) });
      const registry = createFileRegistry(ordered);
      for (const name of SERVICES) expect(registry.getService(name)?.methods).not.to.be.empty;
    });

    it('knows extensions, and says what it does not know', async () => {
      const { url } = await serve();
      const containingType = 'google.protobuf.FieldOptions';
      const [numbers, extension, file, ...unknown] = await ask(url, service, [
        { case: 'allExtensionNumbersOfType', value: containingType },
        { case: 'fileContainingExtension', value: { containingType, extensionNumber: 1159 } },
        { case: 'fileByFilename', value: 'google/protobuf/timestamp.proto' },
        { case: 'fileByFilename', value: '../../etc/passwd' },
        { case: 'fileContainingSymbol', value: 'attendance.v1.Nothing' },
        { case: 'allExtensionNumbersOfType', value: 'attendance.v1.Nothing' },
        { case: 'fileContainingExtension', value: { containingType, extensionNumber: 1 } },
      ]);
      expect(
        numbers?.case === 'allExtensionNumbersResponse' && numbers.value.extensionNumber,
      ).to.include(1159);
      expect(files(extension)[0]?.name).to.equal('buf/validate/validate.proto');
      expect(files(file)).to.have.lengthOf(1);
      for (const answer of unknown) {
        expect(answer?.case === 'errorResponse' && answer.value.errorCode).to.equal(Code.NotFound);
      }
      const [empty] = await ask(url, service, [{ case: undefined }]);
      expect(empty?.case === 'errorResponse' && empty.value.errorCode).to.equal(
        Code.InvalidArgument,
      );
    });
  });
}

describe('reflection for other clients', () => {
  afterEach(stopAll);

  for (const [name, of] of Object.entries({
    Connect: createConnectTransport,
    'gRPC-Web': createGrpcWebTransport,
  })) {
    it(`answers ${name}`, async () => {
      const { url } = await serve();
      const client = createClient(ServerReflection, of({ baseUrl: url, httpVersion: '2' }));
      for await (const { validHost } of client.serverReflectionInfo(
        requests([{ case: 'listServices', value: '' }]),
      )) {
        expect(validHost).to.equal('h');
      }
    });
  }

  it('tells HTTP/1.1 clients to come with HTTP/2', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/grpc.reflection.v1.ServerReflection/ServerReflectionInfo`, {
      method: 'POST',
      headers: { 'content-type': 'application/connect+json' },
      body: '',
    });
    expect(answer.status).to.equal(505);
    expect(await answer.text()).to.include('HTTP/2');
  });

  const buf = join(
    dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')),
    'bin',
    'buf',
  );
  const curl = (...args: string[]) =>
    promisify(execFile)(buf, ['curl', '--http2-prior-knowledge', ...args]);

  it('lets buf curl list and call', async () => {
    const { url } = await serve();
    const { stdout: methods } = await curl('--list-methods', url);
    expect(methods).to.include('attendance.v1.AttendanceService/GetAttendance');
    const path = `${url}/attendance.v1.AttendanceService/GetAttendance`;
    const calls = ['grpc', 'grpcweb', 'connect'].map(async (protocol) => {
      const { stdout } = await curl('--protocol', protocol, '-d', '{"employeeId":"b"}', path);
      expect(JSON.parse(stdout)).to.deep.equal({ attendance: { employeeId: 'b' } });
    });
    await Promise.all(calls);
  });
});

/** Dependencies before those who import them. */
function inOrder(all: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const byName = new Map(all.map((file) => [file.name, file]));
  const done = new Set<FileDescriptorProto>();
  const visit = (file: FileDescriptorProto | undefined) => {
    if (file === undefined || done.has(file)) return;
    for (const name of file.dependency) visit(byName.get(name));
    done.add(file);
  };
  for (const file of all) visit(file);
  return [...done];
}
