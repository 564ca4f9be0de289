// docs/api.md is generated. This test gives the generator a small contract that uses what a
// contract can use, and reads the page it makes: rules in words, links, calls and streams.
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Finished, ROOT, run, temporaryFolder } from './repository.js';

const HEAD = `syntax = "proto3";
package attendance.v1;
import "buf/validate/validate.proto";
import "google/protobuf/duration.proto";
`;

const CONTRACT = `${HEAD}
// Doors and who may open them.
//
// A second paragraph.
service DoorService {
  // Gets a door. See ListDoors | or \`a|b\`.
  rpc GetDoor(GetDoorRequest) returns (Door) { option idempotency_level = NO_SIDE_EFFECTS; }
  // Lists doors: all of them.
  rpc ListDoors(GetDoorRequest) returns (stream Door) { option idempotency_level = NO_SIDE_EFFECTS; }
  // Opens doors.
  rpc OpenDoors(stream OpenDoorsRequest) returns (OpenDoorsResponse);
}
// Asks.
message GetDoorRequest {}
// Opens.
message OpenDoorsRequest {
  // FIELD
  RULED
}
// Opened.
message OpenDoorsResponse {
  // Either.
  oneof result {
    // The door.
    Door door = 1;
    // What went wrong.
    string problem = 2;
  }
}
// A door.
message Door {
  // Its parts by name.
  map<string, Part> parts = 1;
  // Old.
  string colour = 2 [deprecated = true];
  // Part of a door.
  message Part {}
}
// What a door is made of.
enum Material {
  // Not known.
  MATERIAL_UNSPECIFIED = 0;
  // Oak.
  MATERIAL_OAK = 1;
}
`;

interface Generated extends Finished {
  readonly page: string;
}

const RULES: readonly (readonly [field: string, words: string])[] = [
  ['string a = 1 [(buf.validate.field).required = true];', 'required'],
  [
    'string a = 1 [(buf.validate.field).string = {min_len: 1, max_len: 2000}];',
    'required; 1 to 2,000 characters',
  ],
  ['string a = 1 [(buf.validate.field).string.len = 1];', 'required; exactly 1 character'],
  ['string a = 1 [(buf.validate.field).string.max_bytes = 64];', 'at most 64 bytes'],
  ['string a = 1 [(buf.validate.field).string.pattern = "^a*$"];', 'matches `^a*$`'],
  [
    'string a = 1 [(buf.validate.field).string.pattern = "^(a|b)$"];',
    'required; matches `^(a\\|b)$`',
  ],
  [
    'string a = 1 [(buf.validate.field).string.uuid = true, (buf.validate.field).ignore = IGNORE_IF_ZERO_VALUE];',
    'may be left out; a UUID',
  ],
  [
    'optional string a = 1 [(buf.validate.field).string.min_len = 1];',
    'optional; at least 1 character',
  ],
  ['string a = 1 [(buf.validate.field).string = {in: ["x", "y"]}];', 'one of `x`, `y`'],
  ['bytes a = 1 [(buf.validate.field).bytes.max_len = 16];', 'at most 16 bytes'],
  ['int32 a = 1 [(buf.validate.field).int32.gte = 0];', '0 or more'],
  ['int32 a = 1 [(buf.validate.field).int32 = {gte: 1, lte: 1000}];', 'required; 1 to 1,000'],
  [
    'int64 a = 1 [(buf.validate.field).int64 = {gt: 0, lt: 10}];',
    'required; more than 0; less than 10',
  ],
  ['double a = 1 [(buf.validate.field).double = {gte: -90.5, lte: 90}];', '-90.5 to 90'],
  ['double a = 1 [(buf.validate.field).double.finite = true];', 'a finite number'],
  [
    'Material a = 1 [(buf.validate.field).enum = {defined_only: true, not_in: [0]}];',
    'required; a listed value; not `MATERIAL_UNSPECIFIED`',
  ],
  [
    'repeated string a = 1 [(buf.validate.field).repeated = {max_items: 16, unique: true}];',
    'at most 16 items; no item twice',
  ],
  [
    'repeated string a = 1 [(buf.validate.field).repeated = {min_items: 1, items: {string: {max_len: 5}}}];',
    'required; at least 1 item; each item: at most 5 characters',
  ],
  [
    'repeated Door a = 1 [(buf.validate.field).repeated.items.ignore = IGNORE_ALWAYS];',
    'items are checked one by one: a bad one fails alone',
  ],
  [
    'map<string, string> a = 1 [(buf.validate.field).map = {max_pairs: 9, keys: {string: {min_len: 1}}}];',
    'at most 9 entries; each key: at least 1 character',
  ],
  [
    'google.protobuf.Duration a = 1 [(buf.validate.field).duration.gte = {seconds: 60}];',
    '60 s or more',
  ],
  [
    'string a = 1 [(buf.validate.field).cel = {id: "x", message: "must rhyme", expression: "true"}];',
    'must rhyme',
  ],
];

describe('the generated API page', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  /** The page of the contract above, with nothing asked of its field. */
  let page: string;

  before(async () => {
    for (const path of ['scripts', 'buf.yaml', 'buf.gen.docs.yaml', 'package.json']) {
      cpSync(join(ROOT, path), join(folder.path, path), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
    mkdirSync(join(folder.path, 'proto', 'attendance', 'v1'), { recursive: true });
    mkdirSync(join(folder.path, 'proto', 'attendance', 'internal', 'v1'), { recursive: true });
    await run('node', ['scripts/proto-deps.mjs'], { cwd: folder.path });
    page = (await generate(contractWith('bool a = 1;'))).page;
  });

  after(() => folder.remove());

  /** The page of a contract, and of an internal one beside it that must not show. */
  async function generate(contract: string): Promise<Generated> {
    writeFileSync(join(folder.path, 'proto/attendance/v1/door.proto'), contract);
    writeFileSync(
      join(folder.path, 'proto/attendance/internal/v1/secret.proto'),
      'syntax = "proto3";\npackage attendance.internal.v1;\nmessage Secret {}\n',
    );
    const template = ['--template', 'buf.gen.docs.yaml', '--path', 'proto/attendance'];
    const finished = await run('buf', ['generate', ...template], { cwd: folder.path });
    const made = finished.code === 0;
    return {
      ...finished,
      page: made ? readFileSync(join(folder.path, 'docs/api.md'), 'utf8') : '',
    };
  }

  function contractWith(field: string): string {
    return CONTRACT.replace('RULED', field);
  }

  it('says every rule of a field in words', async () => {
    // One message each, so that one run of the generator tells them all.
    const messages = RULES.map(
      ([field], at) => `// M.\nmessage M${at} {\n  // F.\n  ${field}\n}\n`,
    );
    const ruled = await generate(contractWith('bool a = 1;') + messages.join(''));
    expect(ruled.page, ruled.stderr).to.not.equal('');
    for (const [at, [field, words]] of RULES.entries()) {
      const section = ruled.page.split(`### M${at}\n`)[1]?.split('\n#')[0] ?? '';
      const cells = section
        .split('\n')
        .find((line) => line.startsWith('| `a`'))
        ?.split(' | ');
      expect(cells?.[2], field).to.equal(words);
    }
  });

  it('refuses to leave out a rule that it has no words for', async () => {
    const { code, stderr } = await generate(
      contractWith('string a = 1 [(buf.validate.field).string.ipv4_with_prefixlen = true];'),
    );
    expect(code).to.not.equal(0);
    expect(stderr).to.include('OpenDoorsRequest.a').and.to.include('ipv4_with_prefixlen');
  });

  it('says how each method is called', () => {
    expect(page).to.include('POST or GET `/attendance.v1.DoorService/GetDoor`: one message in');
    expect(page).to.include(
      'POST `/attendance.v1.DoorService/ListDoors`: one message in, a **stream**',
    );
    expect(page).to.include(
      'POST `/attendance.v1.DoorService/OpenDoors`: a **stream** of messages in',
    );
    expect(page).to.include('| [OpenDoors](#opendoors) | POST, client streaming | Opens doors. |');
  });

  it('links names, keeps code as it is, and never breaks a table', () => {
    expect(page).to.include('Gets a door. See [ListDoors](#listdoors) | or `a|b`.');
    expect(page).to.include('| `parts` | map of string to [Door.Part](#doorpart) |');
    expect(page).to.include('| `door` | [Door](#door) | one of `door`, `problem` | The door. |');
    expect(page).to.include('| `colour` | string | **Deprecated.** Old. |');
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll('.', '').replaceAll(' ', '-'),
    );
    expect(new Set(headings).size).to.equal(headings.length);
    for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).to.include(anchor);
  });

  it('shows nothing of what is internal', () => {
    expect(page).to.not.match(/secret/i);
  });

  it('describes the real contract completely', () => {
    const real = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
    const source = readFileSync(join(ROOT, 'proto/attendance/v1/attendance_service.proto'), 'utf8');
    const names = [...source.matchAll(/^\s*(?:rpc|message|enum|service) (\w+)/gm)];
    expect(names).to.not.be.empty;
    for (const [, name] of names) expect(real).to.match(new RegExp(`^#+ ${name}$`, 'm'));
  });
});
