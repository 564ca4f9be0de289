// Every protocol over every version of HTTP, by the clients people use.

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  AttendanceService,
  GetAttendanceRequestSchema,
  GetAttendanceResponseSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { makeCertificate } from './support/certificate.js';
import { serve, stopAll } from './support/serve.js';

interface Options {
  readonly baseUrl: string;
  readonly httpVersion: '1.1';
  readonly nodeOptions: { readonly ca?: string };
}

const PROTOCOLS: Record<string, (options: Options) => Transport> = {
  gRPC: createGrpcTransport,
  'gRPC-Web': createGrpcWebTransport,
  Connect: createConnectTransport,
  'Connect JSON': (options) => createConnectTransport({ ...options, useBinaryFormat: false }),
  'Connect GET': (options) => createConnectTransport({ ...options, useHttpGet: true }),
};

afterEach(stopAll);

for (const [protocol, transportOf] of Object.entries(PROTOCOLS)) {
  for (const httpVersion of ['1.1', '2'] as const) {
    for (const isTls of [false, true]) {
      describe(`${protocol} over HTTP/${httpVersion}${isTls ? ' under TLS' : ''}`, () => {
        async function connect() {
          const tls = isTls ? makeCertificate() : undefined;
          const served = await serve(tls === undefined ? {} : { tls });
          const options = {
            baseUrl: served.url,
            // The options of both versions are alike in what is used here.
            httpVersion,
            nodeOptions: tls === undefined ? {} : { ca: tls.cert },
          } as Options;
          return { served, client: createClient(AttendanceService, transportOf(options)) };
        }

        it('answers a call, large and compressed ones too', async () => {
          const { client } = await connect();
          const { attendance } = await client.getAttendance({
            employeeId: 'a',
            date: '2026-01-02',
          });
          expect(attendance?.date).to.equal('2026-01-02');
          const { attendances } = await client.listAttendance({ employeeId: 'b', pageSize: 500 });
          expect(attendances).to.have.lengthOf(500);
        });

        it('streams', async () => {
          const { client } = await connect();
          const notes: string[] = [];
          for await (const { attendances } of client.streamAttendance({ employeeId: 'c' })) {
            notes.push(...attendances.map(({ note }) => note));
          }
          expect(notes).to.deep.equal(['one', 'two', 'three']);
        });

        it('says the reason of a refusal', async () => {
          const { client, served } = await connect();
          const error = await client.clearAttendance({ employeeId: 'a' }).then(
            () => undefined,
            (reason: unknown) => ConnectError.from(reason),
          );
          expect(error?.code).to.equal(Code.Unimplemented);
          expect(error?.findDetails(ErrorInfoSchema)[0]).to.include({
            domain: 'attendance.v1',
            reason: 'METHOD_NOT_IMPLEMENTED',
          });
          expect(served.errors).to.be.empty;
        });
      });
    }
  }
}

describe('grpc-js', () => {
  const get = (port: number) => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    return {
      client,
      call: (method: string) =>
        new Promise<string>((resolve, reject) => {
          client.makeUnaryRequest(
            `/attendance.v1.AttendanceService/${method}`,
            (bytes: Uint8Array) => Buffer.from(bytes),
            (bytes) => fromBinary(GetAttendanceResponseSchema, bytes),
            toBinary(GetAttendanceRequestSchema, {
              $typeName: 'attendance.v1.GetAttendanceRequest',
              employeeId: 'x',
              date: '2026-01-01',
              includeExplanations: false,
            }),
            { deadline: Date.now() + 5_000 },
            (error, response) =>
              error === null
                ? resolve(response?.attendance?.employeeId ?? '')
                : reject(error satisfies ServiceError),
          );
        }),
    };
  };

  it('is answered', async () => {
    const { port } = await serve();
    const { client, call } = get(port);
    expect(await call('GetAttendance')).to.equal('x');
    client.close();
  });

  it('is told UNIMPLEMENTED for a method that is not there', async () => {
    const { port } = await serve();
    const { client, call } = get(port);
    const error = await call('GetEverything').catch((reason: ServiceError) => reason);
    expect(error).to.have.property('code', status.UNIMPLEMENTED);
    expect(error).to.have.property('details').that.includes('reflection');
    client.close();
  });
});
