#!/usr/bin/env node
// The code generator plugin for docs/api.md: buf passes it the compiled contract, and it returns
// one Markdown file. It documents the public packages (attendance.v1, later attendance.v2) and
// never attendance.internal, which is private.
//
// It must stay deterministic: the same contract gives the same bytes, so that `npm run check` can
// compare.
import { create, createFileRegistry } from '@bufbuild/protobuf';
import {
  CodeGeneratorResponse_Feature,
  CodeGeneratorResponseSchema,
  Edition,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { runNodeJs } from '@bufbuild/protoplugin';
import { renderApi } from './apidoc/render.mjs';

const PUBLIC_PACKAGE = /^attendance\.v[0-9]+$/;
const OUTPUT = 'api.md';

function run(request) {
  const set = create(FileDescriptorSetSchema, { file: request.protoFile });
  const registry = createFileRegistry(set);
  const files = request.fileToGenerate
    .map((name) => registry.getFile(name))
    .filter((file) => PUBLIC_PACKAGE.test(file.proto.package))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0) {
    throw new Error('no public package to document: give buf `--path proto/attendance`');
  }
  return create(CodeGeneratorResponseSchema, {
    supportedFeatures: BigInt(
      CodeGeneratorResponse_Feature.PROTO3_OPTIONAL |
        CodeGeneratorResponse_Feature.SUPPORTS_EDITIONS,
    ),
    minimumEdition: Edition.EDITION_PROTO3,
    maximumEdition: Edition.EDITION_2023,
    file: [{ name: OUTPUT, content: renderApi(files) }],
  });
}

runNodeJs({ name: 'protoc-gen-apidoc', version: 'v1', run });
