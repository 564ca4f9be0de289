// The story of a badge that nobody knew, from the command line to the tables: its log waits, over a kill
// of the service it becomes an employee's, once, by two instances; given to the wrong person, it is taken
// back and handed to the right one. Days are then those of somebody whom the log had named at once.

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
import { waitUntil } from '../support/wait-until.js';

/** More than one call moves. */
const DAYS = 800;
const PUNCHES = DAYS * 2;
const FIRST_DAY_MS = Date.parse('2024-01-01T00:00:00Z');
const BADGE = '04:A2:19';
const PATIENCE_MS = 60_000;

function dateOf(day: number): string {
  return new Date(FIRST_DAY_MS + day * 86_400_000).toISOString().slice(0, 10);
}

/** A device's log, with the device's own numbers; `whose` is a column and what stands in it. */
function logOf(whose: readonly [column: string, value: string]): string {
  const rows = [`${whose[0]},time,kind,device,event_id`];
  for (let day = 0; day < DAYS; day += 1) {
    const minute = String((day * 7) % 60).padStart(2, '0');
    rows.push(`${whose[1]},${dateOf(day)} 08:${minute},in,gate,${day * 2}`);
    rows.push(`${whose[1]},${dateOf(day)} 16:${minute},out,gate,${day * 2 + 1}`);
  }
  return `${rows.join('\n')}\n`;
}

describe('a badge that nobody knew', function () {
  this.timeout(180_000);
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let sql: pg.Client;
  let services: ServiceProcess[] = [];
  let address: string;
  let attendance: Client<typeof AttendanceService>;
  let clock: Client<typeof ClockService>;

  async function start(): Promise<string> {
    const service = startMain({ DATABASE_URL: database.url });
    services.push(service);
    return await service.ready();
  }

  function talkTo(baseUrl: string) {
    address = new URL(baseUrl).host;
    const transport = createGrpcTransport({ baseUrl });
    attendance = createClient(AttendanceService, transport);
    clock = createClient(ClockService, transport);
    return createClient(RosterService, transport);
  }

  before(async () => {
    [database, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
    sql = new pg.Client({ connectionString: database.url });
    await sql.connect();
    const roster = talkTo(await start());
    const shift = { shiftId: 'day', startTimeOfDay: '08:00', endTimeOfDay: '16:00' };
    await roster.createShift({ shift });
    for (const employeeId of ['wrong', 'right', 'named']) {
      await roster.createEmployee({ employee: { employeeId, defaultShiftId: 'day' } });
    }
    await writeFile(join(folder.path, 'badge.csv'), logOf(['badge', BADGE]));
    await writeFile(join(folder.path, 'named.csv'), logOf(['employee', 'named']));
  });

  after(async () => {
    for (const service of services) service.child.kill('SIGTERM');
    await Promise.all(services.map((service) => service.exited));
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

  async function importing(name: string) {
    const path = join(folder.path, `${name}.csv`);
    const { code, out, err } = await run('punches', 'import', path, '--zone', 'UTC', '--json');
    expect(code, err).to.equal(0);
    return (JSON.parse(out) as { counts: Record<string, number> }).counts;
  }

  async function waitingCount(): Promise<number> {
    return Number((await clock.listQuarantinedPunches({ pageSize: 1 })).totalCount);
  }

  async function daysOf(employeeId: string): Promise<unknown[]> {
    const days: Attendance[] = [];
    // What the roster expects is listed for a year at most.
    for (let day = 0; day <= DAYS; day += 300) {
      const dates = { startDate: dateOf(day), endDate: dateOf(day + 299) };
      const request = { employeeId, ...dates, pageSize: 1000 };
      days.push(...(await attendance.listAttendance(request)).attendances);
    }
    return days.map((day) => ({
      ...day,
      ...{ employeeId: '', revision: 0, etag: '', updateTime: undefined },
    }));
  }

  async function standing(employeeId: string): Promise<{ all: number; each: number }> {
    const { rows } = await sql.query(
      `select count(*)::integer as all, count(distinct (time, kind))::integer as each
       from punch where employee_id = $1 and voided_by is null`,
      [employeeId],
    );
    return rows[0] as { all: number; each: number };
  }

  it('has its log kept in quarantine, once', async () => {
    expect(await importing('badge')).to.include({ quarantined: PUNCHES, recorded: 0, rejected: 0 });
    expect(await importing('badge')).to.include({ quarantined: 0, duplicates: PUNCHES });
    expect(await waitingCount()).to.equal(PUNCHES);
    const { out, err } = await run('badges', 'waiting', '--limit', '2');
    expect(out)
      .to.match(/^ID +BADGE +TIME/)
      .and.include(BADGE);
    expect(out.trimEnd().split('\n')).to.have.length(3);
    expect(err).to.include('more than 2');
    const metrics = await fetch(`http://${address}/metrics`).then((answer) => answer.text());
    expect(metrics).to.match(new RegExp(`^attendance_quarantined_punches ${PUNCHES}$`, 'm'));
  });

  it('becomes somebody’s over a kill of the service, and another one goes on', async () => {
    const other = await start();
    const held = await holdUp(database.url, 'wrong');
    const killed = run('badges', 'assign', BADGE, 'wrong', dateOf(0), '--reason', 'by list').then(
      ({ code }) => code,
    );
    await held.waiting(1);
    services[0]?.child.kill('SIGKILL');
    await services[0]?.exited;
    await held.release();
    services = services.slice(1);
    talkTo(other);
    await killed;
    await waitUntil('all is theirs', async () => (await waitingCount()) === 0, PATIENCE_MS);
    expect(await standing('wrong')).to.deep.equal({ all: PUNCHES, each: PUNCHES });
    expect(await importing('badge')).to.include({ duplicates: PUNCHES });
  });

  it('was given to the wrong person, and is taken back by two instances', async () => {
    await start();
    const { out } = await run('badges', 'list', '--badge', BADGE, '--json');
    const { assignmentId, reason } = JSON.parse(out) as Record<string, string>;
    expect(reason).to.equal('by list');
    const why = ['--reason', 'the card of a colleague'];
    const retracted = await run('badges', 'retract', BADGE, assignmentId ?? '', ...why);
    expect(retracted.code, retracted.err).to.equal(0);
    // The log comes again meanwhile.
    expect(await importing('badge')).to.include({ recorded: 0, rejected: 0 });
    // The log alone fills the quarantine: that all is taken back can come later.
    const isTakenBack = async () => (await standing('wrong')).all === 0;
    await waitUntil('all is taken back', isTakenBack, PATIENCE_MS);
    await waitUntil('all waits', async () => (await waitingCount()) === PUNCHES, PATIENCE_MS);
    // What the log brought back waits already while the same punch is still to be voided.
    await waitUntil('none counts', async () => (await standing('wrong')).all === 0, PATIENCE_MS);
    expect(await standing('wrong')).to.deep.equal({ all: 0, each: 0 });
  });

  it('is the right person’s: their days are as if the log had named them at once', async () => {
    const assigned = await run('badges', 'assign', BADGE, 'right', dateOf(0), '--zone', 'UTC');
    expect(assigned.code, assigned.err).to.equal(0);
    expect(assigned.out).to.match(/badge 04:A2:19 is that of right from 2024-01-01 \(UTC\)/);
    await waitUntil('all is theirs', async () => (await waitingCount()) === 0, PATIENCE_MS);
    expect(await importing('named')).to.include({ recorded: PUNCHES });
    const [right, named] = [await daysOf('right'), await daysOf('named')];
    expect(named).to.have.length.at.least(DAYS);
    expect(right).to.deep.equal(named);
    const { out } = await run('badges', 'list', '--badge', BADGE, '--history');
    expect(out).to.match(/by list; until .* by anonymous: the card of a colleague/);
  });

  it('is refused for a second person, unless it is handed on', async () => {
    const again = await run('badges', 'assign', BADGE, 'wrong', dateOf(DAYS));
    expect(again.code).to.equal(1);
    expect(again.err).to.match(/^BADGE_ASSIGNED: badge 04:A2:19 is that of employee right/);
    const handed = await run('badges', 'assign', BADGE, 'wrong', dateOf(DAYS), '--hand-on');
    expect(handed.code, handed.err).to.equal(0);
    const { out } = await run('badges', 'list', '--employee', 'right', '--json');
    expect(JSON.parse(out)).to.include({ endDate: dateOf(DAYS - 1), revision: 2 });
  });

  it('leaves what is discarded out, and nothing for a rebuild to mend', async () => {
    await clock.recordPunches({ punches: [{ badgeId: 'visitor', time: { seconds: 1n } }] });
    const { out } = await run('badges', 'waiting', '--badge', 'visitor', '--json');
    const { quarantineId = '' } = JSON.parse(out) as { quarantineId?: string };
    const discarded = await run('badges', 'discard', quarantineId, '--reason', 'a visitor');
    expect(discarded.out).to.equal('1 of 1 discarded\n');
    const again = await run('badges', 'discard', quarantineId, '--reason', 'a visitor');
    expect(again.err).to.equal('1 not in quarantine: see attendance badges waiting.\n');
    const punches = [2n, 3n].map((seconds) => ({ badgeId: 'visitor', time: { seconds } }));
    await clock.recordPunches({ punches });
    for (const all of ['2 of 2', '0 of 0']) {
      const { out } = await run('badges', 'discard', '--badge', 'visitor', '--reason', 'a visitor');
      expect(out).to.equal(`${all} discarded\n`);
    }
    const both = await run('badges', 'discard', '1', '--badge', 'visitor', '--reason', 'both');
    expect(both).to.include({ code: 2, err: 'Give the numbers of punches, or --badge.\n' });
    expect(await waitingCount()).to.equal(0);
    const { code, out: rebuilt, err } = await run('rebuild');
    expect(code, err).to.equal(0);
    expect(rebuilt).to.match(/no difference$/m);
  });
});
