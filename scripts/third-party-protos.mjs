// Provides the protos of other projects, complete, from the installed npm packages that ship them.
// None is committed and nothing is downloaded, so the contract also builds where only npm's
// registry can be reached.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  file_buf_validate_validate,
  predefined,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { printProtoFile } from './print-proto.mjs';

const require = createRequire(import.meta.url);

// Written out, because the check for unused dependencies reads names, not expressions.
const GOOGLE = dirname(require.resolve('google-proto-files/package.json'));
const HEALTH = dirname(require.resolve('grpc-health-check/package.json'));
const REFLECTION = dirname(require.resolve('@grpc/reflection/package.json'));

/** What attendance.v1 imports, and the types of its errors: {path: write(target)}. */
export const OF_THE_CONTRACT = {
  'buf/validate/validate.proto': (target) => writeFileSync(target, printedValidate()),
  'google/rpc/status.proto': copyOf(GOOGLE, 'google/rpc/status.proto'),
  'google/rpc/error_details.proto': copyOf(GOOGLE, 'google/rpc/error_details.proto'),
};

/** The numbers of errors. No file imports it, but people look for it. */
export const OF_ITS_READERS = {
  'google/rpc/code.proto': copyOf(GOOGLE, 'google/rpc/code.proto'),
};

/** The other services of the port. Clients get these from their gRPC library. */
export const OF_THE_SERVER = {
  'grpc/health/v1/health.proto': copyOf(HEALTH, 'proto/health/v1/health.proto'),
  'grpc/reflection/v1/reflection.proto': copyOf(
    REFLECTION,
    'build/proto/grpc/reflection/v1/reflection.proto',
  ),
  'grpc/reflection/v1alpha/reflection.proto': copyOf(
    REFLECTION,
    'build/proto/grpc/reflection/v1alpha/reflection.proto',
  ),
};

/** Writes the files below a folder, which is created if needed. */
export function layOut(files, folder) {
  for (const [path, write] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    write(target);
  }
}

function copyOf(folder, path) {
  return (target) => copyFileSync(join(folder, path), target);
}

/** The package contains the compiled file, but not its source. */
function printedValidate() {
  return [
    '// Printed from the descriptor in the npm package @bufbuild/protovalidate (Apache-2.0): complete',
    '// but for the comments, which are in https://github.com/bufbuild/protovalidate.',
    printProtoFile(file_buf_validate_validate, predefined),
  ].join('\n');
}
