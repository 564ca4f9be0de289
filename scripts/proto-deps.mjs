// Lays out the third-party protos that ours are compiled with, in build/proto-deps:
// grpc.health.v1 and grpc.reflection from the npm packages that ship them, and
// buf.validate printed from the descriptor that @bufbuild/protovalidate carries.
// Nothing is downloaded, so the contract builds where only npm's registry is reached.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { printProtoFile } from './print-proto.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'build', 'proto-deps');
const require = createRequire(import.meta.url);

// Written out, since the check for unused dependencies reads names, not expressions.
const HEALTH = dirname(require.resolve('grpc-health-check/package.json'));
const REFLECTION = dirname(require.resolve('@grpc/reflection/package.json'));

function place(from, to) {
  const target = join(out, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
}

rmSync(out, { recursive: true, force: true });
place(join(HEALTH, 'proto/health/v1/health.proto'), 'grpc/health/v1/health.proto');
for (const version of ['v1', 'v1alpha']) {
  place(
    join(REFLECTION, `build/proto/grpc/reflection/${version}/reflection.proto`),
    `grpc/reflection/${version}/reflection.proto`,
  );
}
const validate = join(out, 'buf/validate/validate.proto');
mkdirSync(dirname(validate), { recursive: true });
writeFileSync(validate, printProtoFile(file_buf_validate_validate.proto));
