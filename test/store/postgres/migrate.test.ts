import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import {
  MIGRATIONS_FOLDER,
  migrateUp,
  migrationStates,
} from '../../../src/store/postgres/migrate.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.js';

describe('migrations', () => {
  let database: TestDatabase;
  let folder: string;
  let names: string[];

  beforeEach(async () => {
    database = await createEmptyDatabase();
    folder = await mkdtemp(join(tmpdir(), 'attendance-migrations-'));
    names = (await readdir(MIGRATIONS_FOLDER)).sort();
    for (const name of names) await copyFile(join(MIGRATIONS_FOLDER, name), join(folder, name));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
    await database.drop();
  });

  async function query(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  it('ten instances starting at once migrate once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => migrateUp(database.url)));
    expect(all.filter((applied) => applied.length > 0)).to.deep.equal([names]);
    expect((await migrationStates(database.url)).every((state) => state.applied)).to.equal(true);
    expect(await query('select count(*)::integer as n from feed_head')).to.deep.equal([{ n: 1 }]);
  });

  it('one that fails leaves nothing half done, and goes on from there when it is mended', async () => {
    const broken = join(folder, '9000_broken.sql');
    await writeFile(broken, 'create table half (id integer); select 1 / 0;');
    await migrateUp(database.url, folder).then(
      () => expect.fail('it did not fail'),
      (error: Error) => expect(error.message).to.match(/9000_broken|division by zero/),
    );
    expect(await query(`select to_regclass('half') as half`)).to.deep.equal([{ half: null }]);
    const states = await migrationStates(database.url, folder);
    expect(states.map((state) => state.applied)).to.deep.equal([...names.map(() => true), false]);
    await writeFile(broken, 'create table half (id integer);');
    expect(await migrateUp(database.url, folder)).to.deep.equal(['9000_broken.sql']);
  });

  it('one that must run outside a transaction does, while others wait for the lock', async () => {
    await writeFile(
      join(folder, '9000_index.sql'),
      '-- no-transaction\ncreate index concurrently extra on mark (actor);',
    );
    const all = await Promise.all(Array.from({ length: 4 }, () => migrateUp(database.url, folder)));
    expect(all.flat()).to.deep.equal([...names, '9000_index.sql']);
    const [index] = await query(
      `select indisvalid from pg_index where indexrelid = 'extra'::regclass`,
    );
    expect(index).to.deep.equal({ indisvalid: true });
  });

  it('one that was edited after it ran is refused by name', async () => {
    await migrateUp(database.url, folder);
    await writeFile(join(folder, '0001_schema.sql'), 'select 1;');
    await migrateUp(database.url, folder).then(
      () => expect.fail('it was not refused'),
      (error: Error) => expect(error.message).to.contain('0001_schema.sql was changed'),
    );
  });

  it('a database from before the first release is refused, with the way out, and left as it was', async () => {
    const old = await mkdtemp(join(tmpdir(), 'attendance-migrations-'));
    await writeFile(join(old, '0001_facts_days_feed.sql'), 'create table employee (id text);');
    await migrateUp(database.url, old);
    await rm(old, { recursive: true });
    await migrateUp(database.url).then(
      () => expect.fail('it was not refused'),
      (error: Error) => expect(error.message).to.match(/0001_facts_days_feed.*empty database/),
    );
    expect(await query('select count(*)::integer as n from employee')).to.deep.equal([{ n: 0 }]);
  });

  it('a schema newer than this version is left alone and works (rolling deploys)', async () => {
    await writeFile(join(folder, '9000_next.sql'), 'alter table mark add column later text;');
    await migrateUp(database.url, folder);
    expect(await migrateUp(database.url)).to.deep.equal([]);
  });

  it('status on an empty database says pending and changes nothing', async () => {
    const states = await migrationStates(database.url);
    expect(states).to.deep.equal(names.map((name) => ({ name, applied: false })));
    expect(await query(`select to_regclass('schema_migration') as t`)).to.deep.equal([{ t: null }]);
  });

  it('a lock that a long transaction holds makes it fail in time, not hang calls for ever', async () => {
    await migrateUp(database.url, folder);
    await writeFile(join(folder, '9000_alter.sql'), 'alter table mark add column later text;');
    const blocker = new pg.Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('begin; select * from mark;');
    try {
      await migrateUp(database.url, folder).then(
        () => expect.fail('it did not fail'),
        (error: Error) => expect(String(error.cause ?? error.message)).to.match(/lock timeout/),
      );
    } finally {
      await blocker.end();
    }
    expect(await migrateUp(database.url, folder)).to.deep.equal(['9000_alter.sql']);
  });
});

describe('a database of the old service', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createEmptyDatabase();
  });

  after(async () => await database.drop());

  it('its records become employees and marks; what says nothing usable is kept with the reason', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(`
        create table records (id text primary key, name text, status text, date date);
        insert into records values
          ('1', 'O''Brien', 'Present', '2023-07-01'), ('007', 'Mia', 'ABSENT', '2023-07-02'),
          ('7', 'Zoë', 'on leave', '2023-07-03'), ('x', 'Half', 'half-day', '2023-07-04'),
          ('2', '', 'present', '2023-07-05'), ('3', 'Ana', 'banana', '2023-07-06'),
          ('4', 'Inf', 'present', 'infinity'), ('a b', 'Space', 'present', '2023-07-07'),
          ('5', 'Old', 'present', '1812-01-01'), ('6', 'Null', 'present', null),
          ('8', 'No status', null, '2023-07-08');`);
      await migrateUp(database.url);
      const days = await client.query(`
        select e.employee_id, e.employee_name, d.date::text as date, d.status, d.revision
        from attendance_day d join employee e using (employee_id) order by 1`);
      expect(days.rows.map((row) => Object.values(row as object))).to.deep.equal([
        ['007', 'Mia', '2023-07-02', 2, 1],
        ['1', "O'Brien", '2023-07-01', 1, 1],
        ['7', 'Zoë', '2023-07-03', 4, 1],
        ['x', 'Half', '2023-07-04', 3, 1],
      ]);
      const rejects = await client.query(
        'select id, reason from legacy_record_reject order by id collate "C"',
      );
      expect(rejects.rows.map((row: { id: string }) => row.id)).to.deep.equal([
        '2',
        '3',
        '4',
        '5',
        '6',
        '8',
        'a b',
      ]);
      const feed = await client.query(`
        select array_agg(position order by position)::text as positions,
               (select position::integer from feed_head) as head from attendance_change`);
      expect(feed.rows).to.deep.equal([{ positions: '{1,2,3,4}', head: 4 }]);
      const kept = await client.query('select count(*)::integer as n from records');
      expect(kept.rows).to.deep.equal([{ n: 11 }]);
    } finally {
      await client.end();
    }
  });
});
