// `attendance simulate` against the real service: the files of examples/, what rules.md shows, and
// what people are told whose files are wrong.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { expect } from 'chai';
import { runProgram } from '../../src/cli/commands/program.js';
import { MAX_REQUEST_FILE_BYTES } from '../../src/cli/text/request-file.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
import { ROOT } from '../tooling/repository.js';
import { EXAMPLES } from './simulate-examples.js';

const EXAMPLES_FOLDER = join(ROOT, 'examples');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface JsonDay {
  readonly attendance: { readonly date: string; readonly employeeId: string };
  readonly explanations: readonly { readonly rule: string; readonly text: string }[];
}

describe('attendance simulate', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let service: TestService;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-simulate-'));
    database = await createTestDatabase();
    service = await startTestService({ databaseUrl: database.url });
  });

  after(async () => {
    await service?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs `attendance simulate` with these arguments, and this on standard input. */
  async function simulated(args: readonly string[], input: Iterable<unknown> = []): Promise<Ended> {
    const texts = { out: '', err: '' };
    const into = (name: keyof typeof texts) =>
      new Writable({
        decodeStrings: false,
        write(text: string, _, done) {
          texts[name] += text;
          done();
        },
      });
    const address = new URL(service.baseUrl).host;
    const code = await runProgram(['--address', address, 'simulate', ...args], {
      env: {},
      stdin: Readable.from(input),
      stdout: into('out'),
      stderr: into('err'),
      onInterrupt: () => () => undefined,
    });
    return { code, ...texts };
  }

  const onInput = (text: string | Uint8Array, ...args: string[]) =>
    simulated(['-', ...args], [Buffer.from(text)]);

  const jsonDays = ({ out }: Ended) =>
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonDay);

  it('has an expected outcome for every scenario of examples/', async () => {
    const files = await readdir(EXAMPLES_FOLDER);
    const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
    expect(names.sort()).to.deep.equal(Object.keys(EXAMPLES).sort());
  });

  for (const [name, days] of Object.entries(EXAMPLES)) {
    it(`works out examples/${name}.json`, async () => {
      const path = join(EXAMPLES_FOLDER, `${name}.json`);
      const shown = await simulated([path]);
      expect(shown).to.include({ code: 0, err: '' });
      const [heading, ...lines] = shown.out.trimEnd().split('\n');
      expect(heading?.split(/ +/)).to.deep.equal(
        ['DATE', 'STATUS', 'STANDS', 'WORKED', 'IN', 'OUT', 'ZONE', 'ANOMALIES'],
        name,
      );
      const rows = lines.filter((line) => !line.startsWith(' '));
      expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).to.deep.equal(days.map(([row]) => row));

      const answered = jsonDays(await simulated([path, '--json']));
      const rules = answered.map(({ explanations }) => explanations.map(({ rule }) => rule));
      expect(rules.map((each) => each.join(' '))).to.deep.equal(days.map((day) => day[1]));
      // Each reason is one line, below its day.
      const texts = answered.flatMap(({ attendance, explanations }) => [
        attendance.date,
        ...explanations.map(({ text }) => `  ${text}`),
      ]);
      expect(lines.map((line) => (line.startsWith(' ') ? line : line.slice(0, 10)))).to.deep.equal(
        texts,
      );
    });
  }

  it('prints what docs/rules.md shows', async () => {
    const text = await readFile(join(ROOT, 'docs', 'rules.md'), 'utf8');
    const blocks = [
      ...text.matchAll(/^```console\n\$ npx attendance simulate (.*)\n([^`]*)^```$/gm),
    ];
    expect(blocks).to.have.length.at.least(2);
    for (const [, command = '', output] of blocks) {
      const [file = '', ...options] = command.split(' ');
      const { out } = await simulated([join(ROOT, file), ...options]);
      expect(out, command).to.equal(output);
    }
  });

  it('looks from --now instead of the file’s now_time', async () => {
    const path = join(EXAMPLES_FOLDER, 'forgotten-clock-out.json');
    const { out } = await simulated([path, '--now', '2026-03-02T19:59:59.9+00:00']);
    expect(out).to.match(/^2026-03-02 +present +until 21:00 .* -$/m);
    const later = await simulated([path, '--now', '2026-03-02T20:00:00Z']);
    expect(later.out).to.match(/^2026-03-02 +present +final .*missing out$/m);
  });

  it('takes standard input, with the mark that some editors put first', async () => {
    const text = await readFile(join(EXAMPLES_FOLDER, 'holiday.json'));
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]);
    const [first] = jsonDays(await onInput(marked, '--json'));
    expect(first?.attendance).to.include({ date: '2026-12-25', employeeId: '007' });
  });

  it('shows both times of the hour that is repeated in autumn, and seconds', async () => {
    const { out } = await onInput(
      JSON.stringify({
        employee: { timeZone: 'Europe/Berlin' },
        punches: [
          { time: '2025-10-26T00:30:00Z', kind: 'PUNCH_KIND_IN' },
          { time: '2025-10-26T01:30:07Z', kind: 'PUNCH_KIND_OUT' },
        ],
      }),
    );
    expect(out).to.match(/ 1:00:07 +02:30 +02:30:07 \(second time\) +Europe\/Berlin +-$/m);
  });

  it('tells times in the zone of the shift, in its version of the date', async () => {
    const shift = { shiftId: 'desk', startTimeOfDay: '09:00', endTimeOfDay: '17:00' };
    const { out } = await onInput(
      JSON.stringify({
        employee: { timeZone: 'Europe/Berlin', defaultShiftId: 'desk' },
        shifts: [
          { ...shift, effectiveDate: '2026-03-03', timeZone: 'Asia/Tokyo' },
          { ...shift, timeZone: 'Asia/Kolkata' },
        ],
        startDate: '2026-03-02',
        endDate: '2026-03-03',
        nowTime: '2026-03-01T00:00:00Z',
      }),
    );
    expect(out)
      .to.match(/^2026-03-02 +scheduled +until 09:00 +0:00 +- +- +Asia\/Kolkata +-$/m)
      .and.match(/^2026-03-03 +scheduled +until 09:00 +0:00 +- +- +Asia\/Tokyo +-$/m);
  });

  const employee = '"employee": { "time_zone": "UTC" }';
  const WRONG: [string, string, RegExp][] = [
    ['nothing', ' \n', /^standard input is empty: it must hold a scenario/],
    [
      'a comma too many',
      '{\n  "marks": [],\n}',
      /is no JSON: .* (at|\(|position).*line 3 column 1/,
    ],
    ['half a file', '{ "marks": [', /is no JSON: Unexpected end of JSON input\.\n$/],
    ['a control character', '{ "a": \u001b }', /^standard input is no JSON: [ -~]*\n$/],
    ['a list', '[]', /is no scenario:\n {2}It must be an object, \{ \.\.\. \}; it is a list\n$/],
    [
      'fields that there are not',
      `{ ${employee}, "punch": [], "shifts": [{ "shiftId": "a", "comment": "" }] }`,
      /\n {2}punch: is not a field here;.*: employee, shifts, .*\n {2}shifts\[0\]\.comment: is not a field here;/,
    ],
    [
      'values of another kind',
      `{ ${employee}, "punches": [{ "time": "today", "kind": "IN" }, 7], "marks": {} }`,
      /punches\[0\]\.time: must be an instant .*"today"\n.*punches\[0\]\.kind: must be one of PUNCH_KIND_IN,.*"IN"\n.*punches\[1\]: must be an object.*it is 7\n.*marks: must be a list.*it is an object\n$/,
    ],
    [
      'scalars of another kind',
      '{ "employee": { "time_zone": 7 }, "shifts": [{ "late_grace": 600, "works_on_holidays": "no", "geofence": { "latitude": true } }] }',
      /time_zone: must be a text.*\n.*late_grace: must be a length.*"900s".*it is 600\n.*works_on_holidays: must be true or false.*\n.*latitude: must be a number; it is true\n$/,
    ],
    [
      'a field twice',
      `{ ${employee}, "marks": [], "marks": [] }`,
      /duplicate object key "marks"\n$/,
    ],
    ['one field by two names', '{ "start_date": "", "startDate": "" }', /set multiple times\n$/],
    [
      'more mistakes than are told',
      `{ ${employee}, "marks": [${Array(25).fill('0').join()}] }`,
      /marks\[9\]: .*\n {2}and 15 more\n$/,
    ],
  ];
  for (const [what, text, message] of WRONG) {
    it(`given ${what}, says so`, async () => {
      const ended = await onInput(text);
      expect(ended).to.include({ code: 1, out: '' });
      expect(ended.err).to.match(message);
    });
  }

  it('says which fields the service refuses, and why', async () => {
    const shift = { shiftId: 'day', startTimeOfDay: '09:00', endTimeOfDay: '09:00' };
    const { code, out, err } = await onInput(
      JSON.stringify({ employee: { timeZone: 'Mars/Olympus' }, shifts: [shift] }),
    );
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err)
      .to.match(/^employee\.time_zone: must be the exact IANA name .*Mars\/Olympus/m)
      .and.match(/^shifts\[0\]\.end_time_of_day: must differ from start_time_of_day/m);
  });

  it('reads no text in another encoding, and no folder or missing file', async () => {
    expect((await onInput(Buffer.from([0x7b, 0xff]))).err).to.match(/no text in UTF-8: save it/);
    expect((await simulated([folder])).err).to.match(/: it is a folder\.\n$/);
    const missing = await simulated([join(folder, 'none.json')]);
    expect(missing).to.include({ code: 1, out: '' });
    expect(missing.err).to.match(/none\.json: there is no such file\.\n$/);
  });

  it('stops reading at its bound', async () => {
    let pieces = 0;
    const endless = {
      *[Symbol.iterator]() {
        for (;;) {
          pieces += 1;
          yield Buffer.alloc(1024 * 1024, ' ');
        }
      },
    };
    const ended = await simulated(['-'], endless);
    expect(ended.err).to.match(/^standard input is larger than 16 MiB.*Send less/);
    expect(pieces).to.be.at.most(MAX_REQUEST_FILE_BYTES / 1024 / 1024 + 32);

    const path = join(folder, 'large.json');
    await writeFile(path, Buffer.alloc(MAX_REQUEST_FILE_BYTES, ' '));
    expect((await simulated([path])).err).to.match(/large\.json is empty/);
    await writeFile(path, Buffer.alloc(MAX_REQUEST_FILE_BYTES + 1, ' '));
    expect((await simulated([path])).err).to.match(/large\.json is larger than 16 MiB/);
  });
});
