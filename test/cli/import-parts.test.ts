// The parts of an import, each alone: reading, surveying, the ledger, the lanes, the notes.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import type { FileRow } from '../../src/cli/csv/csv-file.js';
import { ImportFileError } from '../../src/cli/csv/csv-file.js';
import { Lanes } from '../../src/cli/csv/import-lanes.js';
import { RejectsFile } from '../../src/cli/csv/import-rejects.js';
import { openExport } from '../../src/cli/marks/import-file.js';
import type { RowOutcome } from '../../src/cli/marks/import-ledger.js';
import { Ledger, NO_COUNTS } from '../../src/cli/marks/import-ledger.js';
import { readProgress, writeProgress } from '../../src/cli/marks/import-progress.js';
import { parseLegacyRow } from '../../src/cli/marks/import-row.js';
import { microsOf } from '../../src/cli/marks/import-service.js';
import { surveyExport } from '../../src/cli/marks/import-survey.js';

const NEVER = new AbortController().signal;

describe('import parts', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-import-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function fileOf(content: string | Buffer): Promise<string> {
    const path = join(folder, 'export.csv');
    await writeFile(path, content);
    return path;
  }

  async function rowsOf(content: string | Buffer): Promise<FileRow[]> {
    const rows: FileRow[] = [];
    for await (const row of openExport(await fileOf(content)).rows) rows.push(row);
    return rows;
  }

  describe('reading', () => {
    it('tells the line each row begins on, across mixed endings, quotes and blank lines', async () => {
      const rows = await rowsOf(
        '\uFEFFid,name,status,date\r\n1,a,p,d\n\r\n2,"b\r\nb",p,d\r\n\n3,"c\n\nc",p,d\n4,"d,""d""",p,d',
      );
      expect(
        rows.map(({ number, line, fields }) => [number, line, fields[0], fields[1]]),
      ).to.deep.equal([
        [1, 2, '1', 'a'],
        [2, 4, '2', 'b\r\nb'],
        [3, 7, '3', 'c\n\nc'],
        [4, 10, '4', 'd,"d"'],
      ]);
    });

    it('finds columns by name, in any case and order, and ignores others', async () => {
      const path = await fileOf('Dept, DATE ,Name,ID,"Status"\n');
      const { header, rows } = await surveyExport(path, NEVER);
      expect(rows).to.equal(0);
      expect(header.places).to.deep.equal({
        date: 1,
        name: 2,
        id: 3,
        status: 4,
        leaveType: undefined,
        hours: undefined,
      });
    });

    const UNREADABLE: [string, string, RegExp][] = [
      ['an empty file', '', /the file is empty/],
      ['another file', 'employee;status\n', /"id" is missing.*employee;status/],
      ['a column twice', 'id,name,status,date,ID\n', /"id" stands in the first line twice/],
      [
        'a file that is no text, with a message that a terminal can show',
        'PK\x03\x04\x1b[2J\u2028,\x7f\n',
        /\(found: PK\\x03\\x04\\x1b\[2J\\u2028, \\x7f\)\.$/,
      ],
      [
        'a quote never closed',
        `id,name,status,date\n1,a,p,2023-01-01\n2,"b,p,2023-01-01\n${'3,c,p,2023-01-01\n'.repeat(9_000)}`,
        /begins on line 3 never ends/,
      ],
      [
        'a quote never closed, in the last row',
        'id,name,status,date\n1,"a,p,2023-01-01',
        /line 2 never ends/,
      ],
    ];
    for (const [what, content, message] of UNREADABLE) {
      it(`refuses ${what}`, async () => {
        const path = await fileOf(content);
        const error = await surveyExport(path, NEVER).then(
          () => undefined,
          (e: unknown) => e,
        );
        expect(error)
          .to.be.instanceOf(ImportFileError)
          .with.property('message')
          .that.matches(message);
      });
    }

    it('refuses a file that is not there', async () => {
      const error = await surveyExport(join(folder, 'no.csv'), NEVER).catch((e: unknown) => e);
      expect(error)
        .to.be.instanceOf(ImportFileError)
        .with.property('message')
        .that.matches(/no such file/);
    });

    it('refuses a folder, and a pipe without opening it: nobody writes to this one', async () => {
      const pipe = join(folder, 'pipe');
      await promisify(execFile)('mkfifo', [pipe]);
      for (const [path, why] of [
        [folder, 'it is a folder'],
        [pipe, 'it is a pipe or a device'],
      ]) {
        const error = await surveyExport(path ?? '', NEVER).catch((e: unknown) => e);
        expect(error)
          .to.be.instanceOf(ImportFileError)
          .with.property('message')
          .that.equals(`Cannot read ${path}: ${why}. It must be a regular file.`);
      }
    });
  });

  describe('the survey', () => {
    it('counts only the last usable row of each day, whatever the file', async () => {
      const row = fc.record({
        id: fc.constantFrom('1', '2', '3'),
        status: fc.constantFrom('p', 'a', 'banana'),
        date: fc.constantFrom('2023-01-01', '2023-01-02'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
          const lines = rows.map(({ id, status, date }) => `${id},n,${status},${date}`);
          const path = await fileOf(['id,name,status,date', ...lines].join('\n'));
          const survey = await surveyExport(path, NEVER);
          const usable = rows.map(({ status }) => status !== 'banana');
          rows.forEach(({ id, status, date }, index) => {
            if (!usable[index]) return;
            const parsed = parseLegacyRow([id, 'n', status, date], survey.header.places, 4);
            if (parsed.kind === 'BAD') throw new Error('unexpected');
            const isLater = (later: (typeof rows)[0], at: number) =>
              at > index && usable[at] && later.id === id && later.date === date;
            expect(survey.isSuperseded(parsed.mark, index + 1)).to.equal(rows.some(isLater));
          });
        }),
        { numRuns: 40 },
      );
    });
  });

  describe('the ledger', () => {
    it('says the same for any order in which rows finish', () => {
      const outcome = fc.constantFrom('new', 'old', 'superseded', 'rejected');
      const run = fc
        .array(outcome, { minLength: 1, maxLength: 30 })
        .chain((kinds) =>
          fc.tuple(
            fc.constant(kinds),
            fc.shuffledSubarray([...kinds.keys()], { minLength: kinds.length }),
          ),
        );
      fc.assert(
        fc.property(run, ([kinds, order]) => {
          const rejects: number[] = [];
          const start = { settledRow: 0, counts: NO_COUNTS, lastDay: undefined };
          const ledger = new Ledger(start, ({ line }) => rejects.push(line));
          const finished = new Set<number>();
          for (const index of order) {
            ledger.settle(index + 1, outcomeNamed(kinds[index] ?? '', index + 1));
            finished.add(index);
            const gap = kinds.findIndex((_, at) => !finished.has(at));
            const settled = gap === -1 ? kinds.length : gap;
            expect(ledger.settledRow).to.equal(settled);
            const before = kinds.slice(0, settled);
            const countOf = (kind: string) => before.filter((one) => one === kind).length;
            expect(ledger.counts).to.deep.equal({
              recorded: countOf('new'),
              alreadyThere: countOf('old'),
              superseded: countOf('superseded'),
              rejected: countOf('rejected'),
            });
            const rejected = [...before.keys()].filter((at) => before[at] === 'rejected');
            expect(rejects).to.deep.equal(rejected.map((at) => at + 1));
          }
        }),
      );
    });
  });

  describe('the lanes', () => {
    it('keep the order of each employee and never send one twice at a time', async () => {
      const items = fc.array(fc.nat(6), { maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(items, fc.integer({ min: 1, max: 5 }), async (employees, batchSize) => {
          const inFlight = new Set<number>();
          const arrived: { employee: number; at: number }[] = [];
          let most = 0;
          let flying = 0;
          const lanes = new Lanes<{ employee: number; at: number }>(3, batchSize, async (batch) => {
            const own = new Set(batch.map(({ employee }) => employee));
            for (const employee of own) {
              expect(inFlight.has(employee)).to.equal(false);
              inFlight.add(employee);
            }
            flying += 1;
            most = Math.max(most, flying);
            for (let turns = batch.length; turns > 0; turns -= 1) await Promise.resolve();
            flying -= 1;
            arrived.push(...batch);
            for (const employee of own) inFlight.delete(employee);
          });
          for (const [at, employee] of employees.entries())
            await lanes.add(`E${employee}`, { employee, at });
          await lanes.drain();
          expect(most).to.be.at.most(3);
          expect(arrived).to.have.length(employees.length);
          for (const one of new Set(employees)) {
            const places = arrived.filter(({ employee }) => employee === one).map(({ at }) => at);
            expect(places).to.deep.equal([...places].sort((a, b) => a - b));
          }
        }),
      );
    });

    it('pass on what a batch failed with, and send nothing after it', async () => {
      let sent = 0;
      const lanes = new Lanes<number>(1, 1, async () => {
        sent += 1;
        throw new Error('refused');
      });
      await lanes.add('E', 1);
      await lanes.finishInFlight();
      expect(await lanes.add('E', 2).catch((e: Error) => e.message)).to.equal('refused');
      expect(await lanes.drain().catch((e: Error) => e.message)).to.equal('refused');
      expect(sent).to.equal(1);
    });
  });

  describe('the notes', () => {
    const KEY = { sha256: 'ab', importId: '', address: 'host:1' };
    const PROGRESS = {
      rows: 10,
      counts: { ...NO_COUNTS, recorded: 10 },
      rejectsBytes: 0,
      lastDay: { employeeId: '1', date: '2023-01-01', revision: 1 },
      startedAfterMicros: '1700000000000000',
    };

    it('come back as they were, and only for the same file, import and service', async () => {
      const path = join(folder, 'p.json');
      await writeProgress(path, KEY, PROGRESS);
      expect(await readProgress(path, KEY)).to.deep.equal(PROGRESS);
      for (const other of [{ sha256: 'ac' }, { importId: 'x' }, { address: 'host:2' }]) {
        expect(await readProgress(path, { ...KEY, ...other })).to.equal(undefined);
      }
    });

    for (const broken of [
      '',
      '{',
      '[]',
      'null',
      '{"format":1}',
      '{"format":1,"key":{},"progress":{}}',
    ]) {
      it(`that are broken are none: ${broken || '(empty)'}`, async () => {
        const path = join(folder, 'p.json');
        await writeFile(path, broken);
        expect(await readProgress(path, KEY)).to.equal(undefined);
      });
    }

    it('with impossible numbers are none', async () => {
      const path = join(folder, 'p.json');
      await writeProgress(path, KEY, { ...PROGRESS, rows: -1 });
      expect(await readProgress(path, KEY)).to.equal(undefined);
    });
  });

  describe('the rejects', () => {
    it('go on behind what the note vouches for', async () => {
      const path = join(folder, 'r.csv');
      const columns = ['id', 'name'];
      const first = await RejectsFile.begin(path, columns);
      first.add({ line: 2, reason: 'BAD_ID: no, "x"', fields: ['x', "O'Brien"] });
      const bytes = await first.flush();
      first.add({ line: 9, reason: 'lost', fields: ['y', 'z'] });
      await first.close();
      const second = await RejectsFile.resume(path, columns, bytes);
      second?.add({ line: 3, reason: 'BAD', fields: ['line\nbreak', ''] });
      await second?.close();
      expect(await readFile(path, 'utf8')).to.equal(
        'line,reason,id,name\n2,"BAD_ID: no, ""x""",x,O\'Brien\n3,BAD,"line\nbreak",\n',
      );
      expect(await RejectsFile.resume(path, columns, 10_000)).to.equal(undefined);
    });
  });

  describe('the service clock', () => {
    for (const [text, micros] of [
      ['2026-03-02T09:00:00Z', 1772442000000000n],
      ['2026-03-02T09:00:00.123456Z', 1772442000123456n],
      ['2026-03-02T09:00:00.5Z', 1772442000500000n],
      ['yesterday', undefined],
      ['', undefined],
    ] as const) {
      it(`${text || '(nothing)'} is ${micros ?? 'no time'}`, () =>
        expect(microsOf(text)).to.equal(micros));
    }
  });
});

function outcomeNamed(kind: string, line: number): RowOutcome {
  const day = { employeeId: 'E', date: '2023-01-01', revision: 1 };
  switch (kind) {
    case 'new':
      return { kind: 'ACCEPTED', changed: true, day };
    case 'old':
      return { kind: 'ACCEPTED', changed: false, day };
    case 'superseded':
      return { kind: 'SUPERSEDED' };
    default:
      return { kind: 'REJECTED', reject: { line, reason: 'r', fields: [] } };
  }
}
