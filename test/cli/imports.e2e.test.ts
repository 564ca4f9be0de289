// The wrong-zone story, from the command line to the tables: 2,000 punches imported with the wrong zone
// are taken back by import id, over a kill of the service, and imported right. Days and explanations
// are then those of people who were imported right at once.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import pg from 'pg';
import type { Attendance } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { runProgram } from '../../src/cli/commands/program.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { holdUp } from '../support/hold-up.js';
import { type ServiceProcess, startMain, temporaryFolder } from '../support/process.js';

const PEOPLE = 10;
const DAYS = 100;
const PUNCHES = PEOPLE * DAYS * 2;
/** The last of them punches at a clock that writes instants: their zone cannot be wrong. */
const INSTANTS = DAYS * 2;
const FIRST_DAY_MS = Date.parse('2026-01-05T00:00:00Z');

interface Clients {
  readonly attendance: Client<typeof AttendanceService>;
  readonly clock: Client<typeof ClockService>;
  readonly roster: Client<typeof RosterService>;
}

function dateOf(day: number): string {
  return new Date(FIRST_DAY_MS + day * 86_400_000).toISOString().slice(0, 10);
}

/** A device's log of ten people and a hundred days, with the device's own numbers. */
function logOf(group: string): string {
  const rows: string[] = ['employee,time,kind,device,event_id'];
  for (let day = 0; day < DAYS; day += 1) {
    for (let person = 0; person < PEOPLE; person += 1) {
      const number = (day * PEOPLE + person) * 2;
      const minute = String((day * 7 + person) % 60).padStart(2, '0');
      const zone = person === PEOPLE - 1 ? 'Z' : '';
      const at = (hour: string) => `${dateOf(day)}T${hour}:${minute}:00${zone}`;
      rows.push(`${group}${person},${at('08')},in,gate,${number}`);
      rows.push(`${group}${person},${at('16')},out,gate,${number + 1}`);
    }
  }
  return `${rows.join('\n')}\n`;
}

describe('an import with the wrong zone', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let sql: pg.Client;
  let service: ServiceProcess;
  let address: string;
  let clients: Clients;

  async function start(): Promise<void> {
    service = startMain({ DATABASE_URL: database.url });
    const baseUrl = await service.ready();
    address = new URL(baseUrl).host;
    const transport = createGrpcTransport({ baseUrl });
    clients = {
      attendance: createClient(AttendanceService, transport),
      clock: createClient(ClockService, transport),
      roster: createClient(RosterService, transport),
    };
  }

  before(async () => {
    [database, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
    sql = new pg.Client({ connectionString: database.url });
    await sql.connect();
    await start();
    const shift = { shiftId: 'day', startTimeOfDay: '08:00', endTimeOfDay: '16:00' };
    await clients.roster.createShift({ shift: { ...shift, timeZone: 'Europe/Berlin' } });
    for (const group of ['late', 'once']) {
      await writeFile(join(folder.path, `${group}.csv`), logOf(group));
      for (let person = 0; person < PEOPLE; person += 1) {
        const employeeId = `${group}${person}`;
        const employee = { employeeId, timeZone: 'Europe/Berlin', defaultShiftId: 'day' };
        await clients.roster.createEmployee({ employee });
      }
    }
  });

  after(async () => {
    service?.child.kill('SIGTERM');
    await service?.exited;
    await sql?.end();
    await Promise.all([database?.drop(), folder?.remove()]);
  });

  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const env = { DATABASE_URL: database.url };
    const stdin = Readable.from([]);
    const onInterrupt = () => () => undefined;
    const all = ['--address', address, ...args];
    const code = await runProgram(all, { env, stdin, stdout, stderr, onInterrupt });
    return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
  }

  async function importing(group: string, zone: string, ...more: string[]) {
    const path = join(folder.path, `${group}.csv`);
    const { code, out, err } = await run(
      'punches',
      'import',
      path,
      '--zone',
      zone,
      ...more,
      '--json',
    );
    expect(code, err).to.equal(0);
    return JSON.parse(out) as { importId: string; counts: Record<string, number> };
  }

  async function sums(importId: string): Promise<Record<string, unknown>> {
    const { out } = await run('imports', 'list', '--json');
    const lines = out.trimEnd().split('\n');
    const found = lines.map((line) => JSON.parse(line)).find((each) => each.importId === importId);
    const { punchCount, standingCount, voidedCount, replacedCount } = found;
    return { punchCount, standingCount, voidedCount, replacedCount };
  }

  let wrong: string;

  it('has an id, which a repeated import has too', async () => {
    const first = await importing('late', 'America/New_York');
    wrong = first.importId;
    expect(first.counts).to.include({ recorded: PUNCHES, duplicates: 0 });
    const again = await importing('late', 'America/New_York');
    expect(again).to.deep.include({ importId: wrong });
    expect(again.counts).to.include({ recorded: 0, duplicates: PUNCHES, voided: 0 });
    expect(await sums(wrong)).to.deep.equal({
      punchCount: String(PUNCHES),
      standingCount: String(PUNCHES),
      voidedCount: '0',
      replacedCount: '0',
    });
  });

  it('is taken back over a kill of the service, each punch once', async () => {
    const step = { importId: wrong, reason: 'wrong time zone', maxPunches: 500 };
    const { voidedCount } = await clients.clock.voidImport(step);
    expect(voidedCount).to.equal(500);
    // By employee: the next step is the rest of late2, late3 and late4.
    const held = await holdUp(database.url, 'late3');
    const killed = clients.clock.voidImport(step).then(
      () => 'answered',
      () => 'failed',
    );
    await held.waiting(1);
    service.child.kill('SIGKILL');
    await service.exited;
    expect(await killed).to.equal('failed');
    await held.release();
    await start();
    expect(await sums(wrong)).to.include({ standingCount: '1500', voidedCount: '500' });

    const { code, out, err } = await run('imports', 'void', wrong, '--reason', 'wrong time zone');
    expect(code, err).to.equal(0);
    expect(out).to.match(/^Import punches-\w+: 2,000 of its 2,000 punches are voided\.\n/);
    const { rows } = await sql.query(
      `select count(*)::integer as punches, count(distinct (employee_id, punch))::integer as each
       from punch_correction, unnest(punches) punch`,
    );
    expect(rows).to.deep.equal([{ punches: PUNCHES, each: PUNCHES }]);
    const again = await run('imports', 'void', wrong, '--reason', 'wrong time zone');
    expect(again.code).to.equal(0);
    expect(await sums(wrong)).to.deep.equal({
      punchCount: String(PUNCHES),
      standingCount: '0',
      voidedCount: String(PUNCHES),
      replacedCount: '0',
    });
  });

  it('is imported right: what differs is new, what is the same is restored', async () => {
    const path = join(folder.path, 'late.csv');
    const berlin = ['--zone', 'Europe/Berlin'];
    const looked = await run('punches', 'import', path, ...berlin, '--dry-run', '--compare');
    expect(looked.out)
      .to.match(/new +1,800$/m)
      .and.match(/duplicates +200 {2}\(there already, 200 voided\)$/m);
    const right = await importing('late', 'Europe/Berlin');
    expect(right.importId).to.not.equal(wrong);
    expect(right.counts).to.include({ recorded: PUNCHES - INSTANTS, voided: INSTANTS });
    const restored = await importing('late', 'Europe/Berlin', '--restore');
    expect(restored.counts).to.include({
      recorded: INSTANTS,
      restored: INSTANTS,
      duplicates: PUNCHES - INSTANTS,
      voided: 0,
    });
    await importing('once', 'Europe/Berlin');
  });

  it('leaves days and explanations as if it had been right at once, but for the history', async () => {
    for (let person = 0; person < PEOPLE; person += 1) {
      const [late, once] = [await daysOf(`late${person}`), await daysOf(`once${person}`)];
      expect(once).to.have.length.at.least(DAYS);
      expect(late).to.deep.equal(once);
    }
    for (const person of [0, PEOPLE - 1]) {
      const [late, once] = await Promise.all(
        ['late', 'once'].map(async (group) => {
          const request = { employeeId: `${group}${person}`, date: dateOf(3) };
          const asked = { ...request, includeExplanations: true };
          return (await clients.attendance.getAttendance(asked)).explanations;
        }),
      );
      expect(late).to.deep.equal(once);
    }
    const request = { employeeId: 'late0', date: dateOf(3) };
    const { revisions } = await clients.attendance.listAttendanceRevisions(request);
    expect(revisions.map(({ reason }) => reason)).to.include('wrong time zone');
    const shown = await run('punches', 'list', 'late9', '--voided', '--to', dateOf(0));
    expect(shown.out).to.match(/ import punches-\w+; taken back by anonymous: wrong time zone$/m);
  });

  it('leaves nothing for a rebuild to mend', async () => {
    const { code, out, err } = await run('rebuild');
    expect(code, err).to.equal(0);
    expect(out).to.match(/ of 20 employees derived again: no difference$/m);
  });

  it('says of an unknown import which there are', async () => {
    const { code, err } = await run('imports', 'void', 'nothing', '--reason', 'x');
    expect(code).to.equal(1);
    expect(err).to.equal(
      'IMPORT_NOT_FOUND: nothing was recorded with the import id nothing: check the id, which is ' +
        'case-sensitive; ListImports lists the imports of punches, ListMarkImports those of marks\n' +
        'Which there are: attendance imports list\n',
    );
  });

  async function daysOf(employeeId: string): Promise<unknown[]> {
    const range = { startDate: dateOf(0), endDate: dateOf(DAYS) };
    const { attendances } = await clients.attendance.listAttendance({
      employeeId,
      ...range,
      pageSize: 1000,
    });
    return attendances.map(withoutHistory);
  }
});

function withoutHistory(day: Attendance): unknown {
  return { ...day, employeeId: '', revision: 0, etag: '', updateTime: undefined };
}
