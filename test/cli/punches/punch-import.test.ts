// The import of a device's log, against a real gRPC server that knows a punch again as the contract
// says: what arrives, what is refused, and that it can be repeated and interrupted.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type {
  PunchImportOptions,
  PunchImportResult,
} from '../../../src/cli/punches/punch-import.js';
import { importPunchFile } from '../../../src/cli/punches/punch-import.js';
import { punchSummary } from '../../../src/cli/punches/punch-report.js';
import type {
  AttendanceClient,
  CompareAttendanceRequest,
  Punch,
} from '../../../src/client/index.js';
import {
  AttendanceClientError,
  createAttendanceClient,
  PunchKind,
  PunchOutcome,
  PunchSource,
} from '../../../src/client/index.js';
import { refuse, statusOf } from '../../client/grpc-server.js';
import type { StandIn } from '../stand-in.js';
import { ran, startStandIn } from '../stand-in.js';

const HEADER = 'employee,time,kind,device,event_id\n';

/** Keeps punches as the contract says: the same one again is a duplicate. */
class PunchBook {
  readonly kept = new Map<string, Punch>();
  /** Per employee in the order in which they were taken. */
  readonly order = new Map<string, bigint[]>();
  readonly batches: number[] = [];
  onBatch: () => Promise<void> = async () => undefined;

  async record(punches: readonly Punch[]) {
    this.batches.push(punches.length);
    await this.onBatch();
    return { results: punches.map((punch) => this.#keep(punch)) };
  }

  #keep(punch: Punch) {
    if (punch.employeeId === 'locked') {
      const refusal = { code: status.NOT_FOUND, message: 'nobody', reason: 'EMPLOYEE_NOT_FOUND' };
      return { outcome: PunchOutcome.REJECTED, error: statusOf(refusal) };
    }
    const { employeeId, deviceId, eventId, kind, time } = punch;
    const key = [employeeId, deviceId, eventId, kind, time?.seconds, time?.nanos].join();
    const original = this.kept.get(key);
    if (original !== undefined) return { outcome: PunchOutcome.DUPLICATE, punch: original };
    this.kept.set(key, punch);
    this.order.set(employeeId, [...(this.order.get(employeeId) ?? []), time?.seconds ?? 0n]);
    return { outcome: PunchOutcome.RECORDED, punch };
  }
}

describe('punches import', () => {
  let folder: string;
  let path: string;
  let book: PunchBook;
  let service: StandIn;
  let client: AttendanceClient;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-punches-'));
    path = join(folder, 'log.csv');
    book = new PunchBook();
    service = await startStandIn({ recordPunches: ({ punches }) => book.record(punches) });
    const retry = { maxAttempts: 2, initialBackoffMs: 5, maxBackoffMs: 20 };
    client = createAttendanceClient({ address: service.address, retry });
  });

  afterEach(async () => {
    client.close();
    service.stop();
    await rm(folder, { recursive: true });
  });

  function importing(options: Partial<PunchImportOptions> = {}): Promise<PunchImportResult> {
    return importPunchFile({
      path,
      rejectsPath: undefined,
      defaults: { zone: 'Europe/Berlin', deviceId: '' },
      importId: undefined,
      restore: false,
      compare: false,
      client,
      stop: new AbortController().signal,
      onStart: () => undefined,
      onRows: () => undefined,
      onOutage: () => undefined,
      ...options,
    });
  }

  function manyRows(employees: number, each: number): string {
    const start = Date.UTC(2026, 0, 5);
    const rows = Array.from({ length: employees * each }, (_, n) => {
      const time = new Date(start + Math.floor(n / employees) * 3_600_000).toISOString();
      return `E${n % employees},${time},,gate,${n}\n`;
    });
    return HEADER + rows.join('');
  }

  const SOME =
    HEADER +
    '7,2026-03-02 09:00,IN,gate,1\n' +
    '7,2026-03-02 09:00,IN,gate,1\n' +
    '\n' +
    '7,2026-03-02 17:00,255,gate,2\n' +
    '7,yesterday,OUT,gate,3\n' +
    'locked,2026-03-02 09:00,IN,gate,4\n' +
    '8,2026-10-25 02:30,,gate,5\n' +
    '8,2026-03-29 02:30,OUT,gate,6\n' +
    '8,2026-03-02 17:00,"OUT\n';

  it('refuses a file whose last row never ends, before anything is sent', async () => {
    await writeFile(path, SOME);
    const failure = await importing().catch((error: unknown) => error);
    expect(failure)
      .to.have.property('message')
      .that.matches(/begins on line 10 never ends/);
    expect(book.batches).to.deep.equal([]);
  });

  it('sends the good rows and writes the others out, exactly', async () => {
    await writeFile(path, SOME.slice(0, SOME.lastIndexOf('8,')));
    const result = await importing();
    expect(result).to.deep.include({
      complete: true,
      sent: true,
      rows: 7,
      totalRows: 7,
      counts: {
        recorded: 3,
        restored: 0,
        duplicates: 1,
        voided: 0,
        quarantined: 0,
        rejected: 3,
        rejectReasons: [
          {
            reason: 'BAD_TIME',
            count: 1,
            line: 6,
            says:
              'time "yesterday" is neither like 2026-03-02T09:00:00+01:00 nor like ' +
              '2026-03-02 09:00',
          },
          { reason: 'EMPLOYEE_NOT_FOUND', count: 1, line: 7, says: 'nobody' },
          {
            reason: 'SKIPPED_TIME',
            count: 1,
            line: 9,
            says:
              'no clock in Europe/Berlin showed "2026-03-29 02:30": they were set forward over ' +
              'it; give the time with its offset, such as +02:00',
          },
        ],
        byTurns: 2,
        unknownKinds: { 255: 1 },
        anomalies: {},
        tookEarlier: 1,
      },
      rejectsPath: join(folder, 'log.rejects.csv'),
    });
    expect(await readFile(join(folder, 'log.rejects.csv'), 'utf8')).to.equal(
      `line,reason,${HEADER}` +
        '6,"BAD_TIME: time ""yesterday"" is neither like 2026-03-02T09:00:00+01:00 nor like ' +
        '2026-03-02 09:00",7,yesterday,OUT,gate,3\n' +
        '7,EMPLOYEE_NOT_FOUND: nobody,locked,2026-03-02 09:00,IN,gate,4\n' +
        '9,"SKIPPED_TIME: no clock in Europe/Berlin showed ""2026-03-29 02:30"": they were set ' +
        'forward over it; give the time with its offset, such as +02:00",' +
        '8,2026-03-29 02:30,OUT,gate,6\n',
    );
    const first = [...book.kept.values()].find(({ employeeId }) => employeeId === '7');
    expect(first).to.deep.include({
      employeeId: '7',
      kind: PunchKind.IN,
      source: PunchSource.FILE,
      timeZone: 'Europe/Berlin',
      deviceId: 'gate',
      eventId: '1',
    });
    expect(first?.time?.seconds).to.equal(BigInt(Date.parse('2026-03-02T08:00:00Z') / 1000));
  });

  it('counts what was there, and stores nothing twice, when it is repeated', async () => {
    await writeFile(path, manyRows(7, 40));
    expect((await importing()).counts).to.include({ recorded: 280, duplicates: 0, byTurns: 280 });
    expect((await importing()).counts).to.include({ recorded: 0, duplicates: 280 });
    expect(book.kept.size).to.equal(280);
  });

  it('keeps the order of each employee, in bounded batches', async () => {
    await writeFile(path, manyRows(9, 60));
    await importing({ batchRows: 25, lanes: 3 });
    expect(Math.max(...book.batches)).to.equal(25);
    expect(book.order.size).to.equal(9);
    for (const times of book.order.values()) {
      expect(times).to.deep.equal([...times].sort((a, b) => Number(a - b)));
    }
  });

  it('outlives an outage, and says that there is one', async () => {
    await writeFile(path, manyRows(3, 10));
    let failures = 4;
    book.onBatch = async () => {
      failures -= 1;
      if (failures >= 0)
        throw refuse({ code: status.UNAVAILABLE, message: 'away', retryDelayMs: 1 });
    };
    const outages: string[] = [];
    const result = await importing({
      onOutage: ({ codeName }) => outages.push(codeName),
      lanes: 1,
    });
    expect(result.counts).to.include({ recorded: 30, rejected: 0 });
    expect(outages).to.deep.equal(['UNAVAILABLE', 'UNAVAILABLE']);
  });

  it('gives up on a service that stays away, or refuses every call', async () => {
    await writeFile(path, manyRows(3, 10));
    book.onBatch = async () => {
      throw refuse({ code: status.UNAVAILABLE, message: 'away', retryDelayMs: 1 });
    };
    const away = await importing({ maxOutageMs: 0 }).catch((error: unknown) => error);
    expect(away).to.be.instanceOf(AttendanceClientError).and.include({ code: status.UNAVAILABLE });
    book.onBatch = async () => {
      throw refuse({ code: status.PERMISSION_DENIED, message: 'no' });
    };
    const denied = await importing().catch((error: unknown) => error);
    expect(denied).to.include({ code: status.PERMISSION_DENIED });
  });

  it('stops in order and says how far it is', async () => {
    await writeFile(path, manyRows(3, 100));
    const stop = new AbortController();
    book.onBatch = async () => stop.abort(new Error('stop'));
    const stopped = await importing({ stop: stop.signal, batchRows: 10, lanes: 1 });
    expect(stopped).to.include({ complete: false, totalRows: 300 });
    expect(stopped.rows).to.equal(book.kept.size).and.be.below(300);
    book.onBatch = async () => undefined;
    const done = await importing();
    expect(done.counts).to.include({ duplicates: stopped.rows, recorded: 300 - stopped.rows });
  });

  it('counts what was recorded behind a batch that was not when it stopped', async () => {
    await writeFile(path, manyRows(9, 40));
    const stop = new AbortController();
    let held: string | undefined;
    service.answers.recordPunches = async ({ punches }) => {
      held ??= punches[0]?.eventId;
      if (held !== punches[0]?.eventId) return await book.record(punches);
      // The first batch is recorded and not answered until others were, then it was stopped.
      await book.record(punches);
      while (book.batches.length < 4) await new Promise((resolve) => setImmediate(resolve));
      stop.abort(new Error('stop'));
      throw refuse({ code: status.UNAVAILABLE, message: 'away', retryDelayMs: 1 });
    };
    const stopped = await importing({ stop: stop.signal, batchRows: 10, lanes: 3 });
    expect(stopped).to.include({ complete: false, unanswered: 10 });
    const { recorded, duplicates } = stopped.counts;
    expect(recorded + duplicates)
      .to.equal(stopped.rows)
      .and.be.at.least(20);
    expect(recorded)
      .to.be.at.least(book.kept.size - 10)
      .and.at.most(book.kept.size);
    expect(punchSummary(stopped, 'again')).to.match(
      new RegExp(`recorded +${recorded} {2}\\(at least: 10 sent without an answer\\)$`, 'm'),
    );
  });

  it('says why rows were rejected, how often, and what to do', async () => {
    await writeFile(
      path,
      `${HEADER}7,2026-03-02 09:00,,,\n7,2026-03-02 10:00,,,\n7,0026-03-02 09:00,,,\n` +
        '7,2026-03-02T17:00Z,OUT,,\n',
    );
    const { code, out } = await ran(service.address, 'punches', 'import', path);
    expect(code).to.equal(3);
    expect(out)
      .to.match(/^Import complete/)
      .and.match(/^2 NO_ZONE, the first on line 2: time "2026-03-02 09:00" is local: /m)
      .and.match(/^1 BAD_TIME, on line 4: time "0026-03-02 09:00" is no time .* 1900 to 9999$/m)
      .and.match(/^Those without a zone need none of that: import that file with --zone\.$/m);
  });

  it('says it first where no row could be taken for want of a zone', async () => {
    await writeFile(path, `${HEADER}7,2026-03-02 09:00,,,\n7,2026-03-02 10:00,,,\n`);
    const { out } = await ran(service.address, 'punches', 'import', path);
    expect(out)
      .to.match(/^No row could be taken: their times are local, .* --zone Europe\/Berlin\.\n/)
      .and.match(/Run it again with their zone: .*log\.csv --zone ZONE$/m)
      .and.not.match(/Mend/);
    // It was only asked whether it is there.
    expect(book.kept.size).to.equal(0);
  });

  const NOT_UTF8: [string, Buffer, number][] = [
    ['Latin-1', Buffer.from(`${HEADER}7,2026-03-02,IN,Tür,1\n`, 'latin1'), 2],
    ['Latin-1 in its last, unfinished line', Buffer.from(`${HEADER}\n7,2026,IN,Tür`, 'latin1'), 3],
    ['UTF-16', Buffer.from(`\ufeff${HEADER}7,2026-03-02,IN,,1\n`, 'utf16le'), 1],
  ];
  for (const [what, bytes, line] of NOT_UTF8) {
    it(`refuses a file in ${what}, and says so`, async () => {
      await writeFile(path, bytes);
      const { code, err } = await ran(service.address, 'punches', 'import', path);
      expect(code).to.equal(1);
      expect(err).to.equal(
        `${path} is not UTF-8: line ${line} is not. Save it as UTF-8 (spreadsheets call it ` +
          '"CSV UTF-8") and run the import again.\n',
      );
    });
  }

  it('takes UTF-8 however it is cut into chunks', async () => {
    const rows = Array.from({ length: 9_000 }, (_, n) => `7,2026-03-02T09:00:00Z,,Tür€,${n}\n`);
    for (const spaces of ['', ' ', '  ', '   ']) {
      await writeFile(path, `employee,time,kind,device,event_id${spaces}\n${rows.join('')}`);
      expect((await importing({ client: undefined })).counts.recorded).to.equal(9_000);
    }
  });

  it('only tries the file without a client, as with --dry-run', async () => {
    await writeFile(path, `${HEADER}7,2026-03-02 09:00,IN,,\n7,2026-03-02,OUT,,\n`);
    const tried = await ran('127.0.0.1:1', 'punches', 'import', path, '--zone', 'UTC', '--dry-run');
    expect(tried.code).to.equal(3);
    expect(tried.out)
      .to.match(/^Tried, nothing was sent/)
      .and.match(/usable +1$/m)
      .and.match(/rejected +1 {2}\(see .*log\.rejects\.csv\)$/m)
      .and.match(/Record them with: attendance punches import .*log\.csv --zone UTC$/m);
    expect(service.calls).to.deep.equal([]);
  });

  it('has an id of its file and options, the same in every run', async () => {
    await writeFile(path, `${HEADER}7,2026-03-02 09:00,IN,,\n`);
    const ids = [];
    for (const options of [
      {},
      {},
      { compare: true },
      { restore: true },
      { defaults: { zone: 'UTC', deviceId: '' } },
      { defaults: { zone: 'UTC', deviceId: 'gate' } },
      { importId: 'march' },
    ]) {
      ids.push((await importing(options)).importId);
    }
    const [first, again, compared, ...others] = ids;
    expect([again, compared]).to.deep.equal([first, first]);
    expect(first).to.match(/^punches-[0-9a-f]{20}$/);
    expect(new Set([first, ...others]).size).to.equal(5);
    expect(others.at(-1)).to.equal('march');
    const sent = service.calls.map(({ request }) => (request as { importId?: string }).importId);
    expect(sent).to.deep.equal(ids);
    await writeFile(path, `${HEADER}7,2026-03-02 09:01,IN,,\n`);
    expect((await importing()).importId).to.not.equal(first);
  });

  it('asks with --dry-run --compare what is new, and says what is voided and how to restore', async () => {
    await writeFile(path, `${HEADER}7,2026-03-02 09:00,IN,,\n7,2026-03-02 17:00,OUT,,\n`);
    service.answers.recordPunches = ({ punches, restore }) => ({
      results: punches.map((_, index) =>
        index === 0 || restore
          ? { outcome: PunchOutcome.RECORDED, restored: index > 0 }
          : { outcome: PunchOutcome.DUPLICATE, voided: true },
      ),
    });
    const totals = { employeesChanged: 1n, daysChanged: 1n, workedAfter: { seconds: 28_800n } };
    service.answers.compareAttendance = () => [{ done: true, totals }];
    const command = ['punches', 'import', path, '--zone', 'UTC'];
    const compared = await ran(service.address, ...command, '--dry-run', '--compare');
    expect(compared.out)
      .to.match(/^Compared, nothing was recorded/)
      .and.match(/new +1$/m)
      .and.match(/duplicates +1 {2}\(there already, 1 voided\)$/m)
      .and.match(/^1 days of 1 employees would be different: 0:00 worked, would be 8:00\.$/m)
      .and.match(/^1 are voided and do not count: attendance punches list EMPLOYEE --voided /m)
      .and.match(
        / stay as they are\): attendance punches import .*log\.csv --zone UTC --restore$/m,
      );
    const asked = service.calls.map(({ request }) => request);
    const [sent, compare] = asked.slice(-2) as [unknown, CompareAttendanceRequest];
    expect(sent).to.include({ validateOnly: true, restore: false });
    // What was voided and comes again would change no day.
    const { value } = compare.proposal;
    expect(value && 'punches' in value && value.punches.length).to.equal(1);
    expect([compare.startDate, compare.endDate]).to.deep.equal(['2026-02-28', '2026-03-04']);
    const restored = await ran(service.address, ...command, '--restore');
    expect(restored.out).to.match(/recorded +2 {2}\(1 voided before\)$/m);
    const alone = await ran(service.address, ...command, '--compare');
    expect([alone.code, alone.err]).to.deep.equal([2, '--compare belongs to --dry-run.\n']);
  });

  it('never takes the log itself for the rejects file', async () => {
    await writeFile(path, `${HEADER}7,2026-03-02,IN,,\n`);
    const { code, err } = await ran(service.address, 'punches', 'import', path, '--rejects', path);
    expect(code).to.equal(1);
    expect(err).to.match(/--rejects names the log itself/);
    expect(await readFile(path, 'utf8')).to.include('2026-03-02');
  });

  it('sums up on standard output and tells by the exit code', async () => {
    await writeFile(path, `${HEADER}7,2026-10-25 02:30,254,,\n7,2026-03-02 09:00,,,\n`);
    const zone = ['--zone', 'Europe/Berlin', '--device', 'gate-9'];
    const done = await ran(service.address, 'punches', 'import', path, ...zone);
    expect(done.code).to.equal(0);
    const said = done.out.replace(/[\d.]+ s, [\d,]+ rows/, '<time>');
    expect(said.replaceAll(/punches-[0-9a-f]{20}/g, '<id>')).to.equal(
      'Import complete: <time>/s\n' +
        '  rows read   2\n' +
        '  recorded    2\n' +
        '  duplicates  0\n' +
        '  rejected    0\n' +
        '2 without a kind: arrivals and departures by turns; kinds that are not known: "254" 1.\n' +
        '1 in an hour that the clocks showed twice: the earlier one was taken. A column fold with ' +
        '1 says the later.\n' +
        'Import id: <id>. Take it back with: attendance imports void <id> --reason TEXT\n',
    );
    expect([...book.kept.values()][0]).to.include({ deviceId: 'gate-9' });
    const json = await ran(service.address, '--json', 'punches', 'import', path, ...zone);
    expect(JSON.parse(json.out)).to.deep.include({ complete: true, rows: 2 });
    expect(JSON.parse(json.out).counts).to.include({ duplicates: 2, recorded: 0 });
  });
});
