// The contract as other teams get it: everything that their compilers need, nothing reduced, and
// the same as what the service itself is made of.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clone, createRegistry, type DescFile, fromBinary, toJson } from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { expect } from 'chai';
import { file_google_rpc_error_details } from '../../gen/google/rpc/error_details_pb.js';
import { file_google_rpc_status } from '../../gen/google/rpc/status_pb.js';
import {
  AttendanceService,
  ClockService,
  file_attendance_v1_roster,
  RosterService,
  TimesheetService,
} from '../../src/client/web.js';
import { ROOT, run, temporaryFolder } from './repository.js';

const OWN = 'attendance/v1/';
const THIRD_PARTY = [
  'buf/validate/validate.proto',
  'google/rpc/code.proto',
  'google/rpc/error_details.proto',
  'google/rpc/status.proto',
];

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.proto'))
    .sort();
}

const RULES = createRegistry(file_buf_validate_validate);

/** What a compiler made of a file, without what only its source has: places, and derived names. */
function essence(file: FileDescriptorProto): unknown {
  const bare = clone(FileDescriptorProtoSchema, file);
  delete bare.sourceCodeInfo;
  if (bare.syntax === 'proto2') bare.syntax = '';
  const visit = ({ field, nestedType }: FileDescriptorProto['messageType'][number]) => {
    for (const each of field) each.jsonName = '';
    nestedType.forEach(visit);
  };
  bare.messageType.forEach(visit);
  for (const each of bare.extension) each.jsonName = '';
  // Not in binary, where one option may be written in several ways.
  return toJson(FileDescriptorProtoSchema, bare, { registry: RULES });
}

describe('attendance proto export', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const out = join(folder.path, 'not', 'there', 'yet');
  const compiled = new Map<string, FileDescriptorProto>();
  let printed = '';

  before(async () => {
    const command = [join(ROOT, 'scripts/attendance.mjs'), 'proto', 'export', out];
    const exported = await run('node', command, { cwd: folder.path });
    expect(exported.stderr).to.equal('');
    printed = exported.stdout;
    // In a folder of its own: buf must find nothing of this repository.
    const image = join(folder.path, 'image.binpb');
    const built = await run('buf', ['build', out, '-o', image], { cwd: folder.path });
    expect(built.code, built.stderr).to.equal(0);
    const { file } = fromBinary(FileDescriptorSetSchema, readFileSync(image));
    for (const each of file) compiled.set(each.name, each);
  });

  after(() => folder.remove());

  it('writes the contract and what it imports, says so, and compiles', () => {
    const own = readdirSync(join(ROOT, 'proto', OWN)).map((name) => `${OWN}${name}`);
    expect(filesIn(out)).to.deep.equal([...own, ...THIRD_PARTY].sort());
    expect(printed.trimEnd().split('\n')).to.deep.equal(filesIn(out));
    expect([...compiled.keys()]).to.include.members(filesIn(out));
  });

  it('gives what the service itself is made of and serves by reflection', () => {
    const services = [AttendanceService, ClockService, RosterService, TimesheetService].map(
      ({ file }) => file,
    );
    const files: readonly DescFile[] = [
      ...services,
      file_attendance_v1_roster,
      file_google_rpc_error_details,
      file_google_rpc_status,
      file_buf_validate_validate,
    ];
    for (const { proto } of files) {
      const other = compiled.get(proto.name);
      expect(other && essence(other), proto.name).to.deep.equal(essence(proto));
    }
  });

  it('gives the files of Google as they are, with every message', () => {
    for (const name of THIRD_PARTY.filter((path) => path.startsWith('google/'))) {
      const original = readFileSync(join(ROOT, 'node_modules/google-proto-files', name), 'utf8');
      expect(readFileSync(join(out, name), 'utf8'), name).to.equal(original);
    }
    const names = file_google_rpc_error_details.messages.map(({ name }) => name);
    expect(names).to.include.members(['ErrorInfo', 'QuotaFailure', 'LocalizedMessage', 'Help']);
  });

  it('tells Go and Java where each file belongs', () => {
    const outer = new Set<string>();
    for (const name of filesIn(out)) {
      const options = compiled.get(name)?.options;
      expect(options?.goPackage, name).to.match(/^[a-z.]+(\/[A-Za-z0-9;]+)+$/);
      expect(options?.javaMultipleFiles, name).to.equal(true);
      expect(options?.javaPackage, name).to.match(/^[a-z]+(\.[a-z0-9]+)+$/);
      outer.add(`${options?.javaPackage}.${options?.javaOuterClassname}`);
    }
    expect(outer.size).to.equal(filesIn(out).length);
  });

  it('replaces its own files and leaves others alone', async () => {
    const kept = join(out, 'attendance', 'notes.txt');
    const stale = join(out, OWN, 'attendance.proto');
    writeFileSync(kept, 'ours');
    writeFileSync(stale, 'an older one');
    const again = await run(
      'node',
      [join(ROOT, 'scripts/attendance.mjs'), 'proto', 'export', out],
      {
        cwd: '/',
      },
    );
    expect(again.code).to.equal(0);
    expect(readFileSync(kept, 'utf8')).to.equal('ours');
    expect(readFileSync(stale)).to.deep.equal(
      readFileSync(join(ROOT, 'proto', OWN, 'attendance.proto')),
    );
  });

  it('says why it cannot write', async () => {
    const file = join(folder.path, 'a-file');
    writeFileSync(file, '');
    const command = [join(ROOT, 'scripts/attendance.mjs'), 'proto', 'export', file];
    const { code, stderr } = await run('node', command, { cwd: '/' });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^Cannot write to .*a-file: .+\n$/);
  });

  it('is in a clone without a build: npm run proto-export', async () => {
    const other = join(folder.path, 'clone');
    const exported = await run('npm', ['run', '--silent', 'proto-export', '--', other], {
      cwd: ROOT,
    });
    expect(exported.code, exported.stderr).to.equal(0);
    expect(filesIn(other)).to.deep.equal(filesIn(out));
  });

  it('needs no third-party file in the repository', async () => {
    expect(readdirSync(join(ROOT, 'proto'))).to.deep.equal(['attendance']);
    expect(existsSync(join(out, 'attendance', 'internal'))).to.equal(false);
  });
});
