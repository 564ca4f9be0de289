// `buf curl` as a child process: a client in another language, from other hands, which learns the
// API from the service's own reflection.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { errorFromJson } from '@connectrpc/connect/protocol-connect';
import { AttendanceService } from '../../../gen/attendance/v1/attendance_service_pb.js';
import { answered, failedWith, type ProtocolClient } from './outcome.js';
import type { Target } from './typed-clients.js';

/** The launcher that npm's package brings; it runs the binary of this platform. */
const BUF = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');

export type BufProtocol = 'grpc' | 'grpcweb' | 'connect';

export interface Printed {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `buf curl` with these arguments; `input` is what its standard input says. */
export function bufCurl(args: readonly string[], input = ''): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BUF, 'curl', ...args]);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => {
      stdout += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    // It may have failed, and so closed its input, before it read any.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** `buf curl` in one of its protocols, over HTTP/2 without TLS. */
export function bufCurlClient({ url }: Target, protocol: BufProtocol): ProtocolClient {
  return {
    async call(method, request) {
      const flags = ['--protocol', protocol, '--http2-prior-knowledge', '--data', '@-'];
      const endpoint = `${url}/${AttendanceService.typeName}/${method}`;
      const printed = await bufCurl([...flags, endpoint], JSON.stringify(request));
      if (printed.exitCode === 0) return answered(jsonValues(printed.stdout));
      // The exit code is gRPC's code, shifted; below that, the failure is the tool's own.
      const code = (printed.exitCode ?? 0) >> 3;
      if (code === 0) throw new Error(`buf curl: ${printed.stderr}`);
      const unreadable = new ConnectError(printed.stderr, Code.Internal);
      return failedWith(errorFromJson(JSON.parse(printed.stderr), undefined, unreadable));
    },
    close: () => {},
  };
}

/** The JSON objects of a text, one after the other. */
function jsonValues(text: string): JsonValue[] {
  const values: JsonValue[] = [];
  let [depth, start, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') {
      inString = true;
    } else if (character === '{') {
      if (depth === 0) start = at;
      depth += 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth === 0) values.push(JSON.parse(text.slice(start, at + 1)) as JsonObject);
    }
  }
  return values;
}
