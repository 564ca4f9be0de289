// `rebuild` as an operator runs it: over a database whose days are right, are not, or are not there.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { Client } from 'pg';
import { runProgram } from '../../src/cli/commands/program.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';
import { temporaryFolder } from '../support/process.js';

async function attendance(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; out: readonly string[]; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stdin = Readable.from([]);
  const onInterrupt = () => () => undefined;
  const code = await runProgram(args, { env, stdin, stdout, stderr, onInterrupt });
  const out = String(stdout.read() ?? '')
    .trimEnd()
    .split('\n');
  return { code, out, err: String(stderr.read() ?? '') };
}

describe('attendance rebuild', function () {
  this.timeout(60_000);
  let test: TestDatabase;
  let env: Record<string, string>;
  let client: Client;

  beforeEach(async () => {
    test = await createTestDatabase();
    env = { DATABASE_URL: test.url };
    client = new Client({ connectionString: test.url });
    await client.connect();
  });

  afterEach(async () => {
    await client.end();
    await test.drop();
  });

  /** Two employees, each with one mark and its day. */
  async function addMarks(): Promise<void> {
    await client.query(`
      insert into employee (employee_id, version) values ('007', 1), ('008', 1);
      insert into mark (employee_id, sequence, date, kind, status, portion, actor, received_at, revision)
        select unnest('{007,008}'::text[]), 1, '2026-03-02', 1, 1, 1, 'boss', now(), 1;
      insert into attendance_day (employee_id, date, status, origin, portion, work, revision,
                                  recorded_at, engine_version)
        select unnest('{007,008}'::text[]), '2026-03-02', 1, 1, 1, '"UTC"', 1, now(), 3;
      insert into attendance_change (position, recorded_at, employee_id, date, revision, sequence,
                                     cause, actor, status, origin, portion, engine_version)
        select n, now(), '00' || 6 + n, '2026-03-02', 1, 1, 1, 'boss', 1, 1, 1, 1
        from generate_series(1, 2) n;
      update feed_head set position = 2;`);
  }

  it('finds nothing where nothing is wrong', async () => {
    await addMarks();
    const { code, out, err } = await attendance(env, 'rebuild');
    expect(err).to.equal('');
    expect(code).to.equal(0);
    expect(out).to.deep.equal([
      '34 days of 2 employees derived again: no difference',
      '2 days right though derived by other rules',
    ]);
  });

  it('reports what is wrong, mends it when told so, and finds nothing after that', async () => {
    await addMarks();
    await client.query(`update attendance_day set note = E'x\\x1b' where employee_id = '008'`);
    const line = String.raw`008 2026-03-02 note: stored "x\u001b", derived ""`;
    const found = await attendance(env, 'rebuild', '--from', '2026-03-01', '--to', '2026-03-31');
    expect(found.code).to.equal(1);
    expect(found.out.slice(0, 2)).to.deep.equal([
      line,
      '20 days of 2 employees derived again: 1 difference',
    ]);
    const mended = await attendance(env, 'rebuild', '--write');
    expect(mended.code).to.equal(1);
    expect(mended.out.slice(0, 3)).to.deep.equal([
      line,
      '34 days of 2 employees derived again: 1 difference',
      '1 of them mended',
    ]);
    const after = await attendance(env, 'rebuild');
    expect(after).to.deep.include({ code: 0, err: '' });
    expect(after.out).to.deep.equal(['34 days of 2 employees derived again: no difference']);
  });

  it('says the same as JSON, one object per line', async () => {
    await addMarks();
    await client.query(`update attendance_day set status = 2 where employee_id = '007'`);
    const { code, out } = await attendance(env, '--json', 'rebuild', '--employee', '007');
    expect(code).to.equal(1);
    expect(out.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      {
        employeeId: '007',
        date: '2026-03-02',
        field: 'status',
        stored: 'ABSENT',
        derived: 'PRESENT',
      },
      {
        employees: 1,
        daysDerived: 17,
        differences: 1,
        daysBehind: 0,
        differencesLeft: 1,
        unfinishedChanges: 0,
      },
    ]);
  });

  it('tells of roster changes that stored days are still following', async () => {
    await addMarks();
    await client.query(`insert into roster_change (change_id, recorded_at, actor, employee_id)
      values (1, now(), 'boss', '007')`);
    const { code, err } = await attendance(env, 'rebuild');
    expect(code).to.equal(0);
    expect(err).to.match(/^1 roster change is still being followed/);
  });

  it('refuses an employee who is not there, and a schema that is behind', async () => {
    const empty = await createEmptyDatabase();
    const behind = await attendance({ DATABASE_URL: empty.url }, 'rebuild');
    expect(behind.code).to.equal(1);
    expect(behind.err).to.contain('attendance migrate up');
    await empty.drop();
    const unknown = await attendance(env, 'rebuild', '--employee', 'nobody');
    expect(unknown.code).to.equal(1);
    expect(unknown.err).to.contain('there is no employee nobody');
    expect((await attendance(env, 'rebuild', '--from', 'tomorow')).code).to.equal(2);
  });

  it('makes no database where there is none', async () => {
    const folder = await temporaryFolder();
    try {
      const dataDir = join(folder.path, 'data');
      const { code, err } = await attendance({ DATA_DIR: dataDir }, 'rebuild');
      expect(code).to.equal(0);
      expect(err).to.contain('There is no database yet');
      expect(existsSync(dataDir)).to.equal(false);
    } finally {
      await folder.remove();
    }
  });
});
