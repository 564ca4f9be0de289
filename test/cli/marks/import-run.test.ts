// The import as a whole, against a real gRPC server: what arrives, what is rejected, and
// that it can be interrupted and repeated at any point.

import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { ImportOptions, ImportResult } from '../../../src/cli/marks/import-run.js';
import { pathsBeside, runImport } from '../../../src/cli/marks/import-run.js';
import type { AttendanceClient } from '../../../src/client/index.js';
import {
  AttendanceClientError,
  AttendanceStatus,
  createAttendanceClient,
} from '../../../src/client/index.js';
import type { TestServer } from '../../client/grpc-server.js';
import { refuse } from '../../client/grpc-server.js';
import { waitUntil } from '../../support/wait-until.js';
import { RecordingService } from '../recording-service.js';

const HEADER = 'id,name,status,date\n';
const run = promisify(execFile);

describe('import', () => {
  let folder: string;
  let path: string;
  let service: RecordingService;
  let server: TestServer;
  let client: AttendanceClient;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-import-'));
    path = join(folder, 'export.csv');
    service = new RecordingService();
    server = await service.start();
    client = connectTo(server);
  });

  afterEach(async () => {
    client.close();
    server.kill();
    await rm(folder, { recursive: true });
  });

  function connectTo({ address }: TestServer): AttendanceClient {
    const retry = { maxAttempts: 2, initialBackoffMs: 5, maxBackoffMs: 20 };
    return createAttendanceClient({ address, retry });
  }

  function importing(options: Partial<ImportOptions> = {}): Promise<ImportResult> {
    return runImport({
      path,
      importId: '',
      client,
      address: server.address,
      stop: new AbortController().signal,
      onStart: () => undefined,
      onRows: () => undefined,
      onOutage: () => undefined,
      ...options,
    });
  }

  /** Days of `employees` people, each with the statuses given, in date order. */
  function manyRows(employees: number, days: number): string {
    const dates = Array.from({ length: days }, (_, n) => {
      return new Date(Date.UTC(2023, 0, 1 + n)).toISOString().slice(0, 10);
    });
    const ids = Array.from({ length: employees }, (_, n) => `E${n}`);
    const rows = dates.flatMap((date) => ids.map((id) => `${id},Name ${id},present,${date}\n`));
    return HEADER + rows.join('');
  }

  const exists = (file: string) =>
    access(file).then(
      () => true,
      () => false,
    );

  it('sends the good rows and writes the others out, exactly', async () => {
    await writeFile(
      path,
      '\uFEFFdate,id,Status,name\r\n' +
        '2023-07-01,007, PRESENT ,"Brien, Seán"\r\n' +
        '01/02/2023,007,Present,Ada\n' +
        'infinity,007,Present,Ada\n' +
        '\n' +
        '2023-07-02,007,banana,Ada\n' +
        '2023-07-02,9007199254740993,wfh,"Raj ""R"" Patel"\n' +
        '2023-07-02,x y,Present,Ada\n' +
        '2023-07-02,7,Present,\n' +
        '2023-07-02,locked,Present,"a, b"\n' +
        '2023-07-02,8\n',
    );
    service.itemFailure = ({ employeeId }) =>
      employeeId === 'locked'
        ? {
            code: status.NOT_FOUND,
            message: 'there is no employee locked',
            reason: 'EMPLOYEE_NOT_FOUND',
          }
        : undefined;
    const result = await importing();
    expect(result).to.deep.include({ complete: true, rows: 9, totalRows: 9, resumedRows: 0 });
    expect(result.counts).to.deep.equal({
      recorded: 2,
      alreadyThere: 0,
      superseded: 0,
      rejected: 7,
    });
    expect(service.items.map(({ requestId: _, ...item }) => item)).to.have.deep.members([
      {
        employeeId: '007',
        employeeName: 'Brien, Seán',
        date: '2023-07-01',
        status: AttendanceStatus.PRESENT,
      },
      {
        employeeId: '9007199254740993',
        employeeName: 'Raj "R" Patel',
        date: '2023-07-02',
        status: AttendanceStatus.REMOTE,
      },
      {
        employeeId: 'locked',
        employeeName: 'a, b',
        date: '2023-07-02',
        status: AttendanceStatus.PRESENT,
      },
    ]);
    expect(await readFile(pathsBeside(path).rejects, 'utf8')).to.equal(
      'line,reason,date,id,Status,name\n' +
        '3,"BAD_DATE: date ""01/02/2023"" is not a real date written YYYY-MM-DD",01/02/2023,007,Present,Ada\n' +
        '4,"BAD_DATE: date ""infinity"" is not a real date written YYYY-MM-DD",infinity,007,Present,Ada\n' +
        '6,"BAD_STATUS: status ""banana"" is not one of present, absent, half day, on leave, remote, holiday, day off",2023-07-02,007,banana,Ada\n' +
        '8,"BAD_ID: id ""x y"" is not 1 to 64 of A-Z a-z 0-9 . _ -",2023-07-02,x y,Present,Ada\n' +
        '9,BAD_NAME: name is empty,2023-07-02,7,Present,\n' +
        '10,EMPLOYEE_NOT_FOUND: there is no employee locked,2023-07-02,locked,Present,"a, b"\n' +
        '11,"BAD_ROW: has 2 fields, not 4; put quotes around a field that contains a comma",2023-07-02,8\n',
    );
    expect(await exists(pathsBeside(path).progress)).to.equal(false);
  });

  it('takes a mended rejects file, and removes that of a run without rejects', async () => {
    await writeFile(path, `${HEADER}1,Ada,banana,2023-07-01\n`);
    const { rejectsPath } = await importing();
    const rejected = await readFile(rejectsPath ?? '', 'utf8');
    await writeFile(path, rejected.replace(/,banana,/, ',present,'));
    const again = await importing();
    expect(again.counts).to.include({ recorded: 1, rejected: 0 });
    expect(again.rejectsPath).to.equal(undefined);
    expect(await exists(pathsBeside(path).rejects)).to.equal(false);
  });

  it('lets the last row of a day rule, with any number of batches in flight', async () => {
    const rows = ['present', 'absent', 'present', 'absent', 'remote', 'remote'];
    const people = Array.from({ length: 9 }, (_, n) => `E${n}`);
    const lines = rows.flatMap((row) => people.map((id) => `${id},N,${row},2023-07-01\n`));
    await writeFile(path, HEADER + lines.join(''));
    const { counts } = await importing({ batchRows: 2, lanes: 4 });
    for (const id of people) expect(service.statusOf(id, '2023-07-01')).to.equal('REMOTE');
    expect(counts).to.deep.equal({ recorded: 9, alreadyThere: 0, superseded: 45, rejected: 0 });
  });

  it('keeps several batches in flight, never two with one employee', async () => {
    await writeFile(path, manyRows(40, 25));
    let flying = 0;
    let most = 0;
    service.onBatch = async () => {
      flying += 1;
      most = Math.max(most, flying);
      await new Promise((resolve) => setImmediate(resolve));
      flying -= 1;
    };
    await importing({ batchRows: 50, lanes: 4 });
    expect(most).to.be.within(2, 4);
    expect([...service.shared]).to.deep.equal([]);
    expect(service.items).to.have.length(1_000);
    for (const batch of service.batches) expect(batch.length).to.be.at.most(50);
  });

  it('run again, sends the same request ids and undoes no correction', async () => {
    await writeFile(path, manyRows(3, 4));
    const first = await importing();
    expect(first.counts).to.include({ recorded: 12, alreadyThere: 0 });
    service.mark('E1', '2023-01-02', AttendanceStatus.ON_LEAVE);
    const second = await importing();
    expect(second.counts).to.include({ recorded: 0, alreadyThere: 12 });
    expect(second.knowsChanges).to.equal(true);
    expect(service.statusOf('E1', '2023-01-02')).to.equal('ON_LEAVE');
    const ids = service.items.map(({ requestId }) => requestId).sort();
    expect(new Set(ids)).to.have.property('size', 12);
    expect(ids).to.have.length(24);
  });

  it('under another import id counts as new statements', async () => {
    await writeFile(path, manyRows(1, 1));
    await importing();
    service.mark('E0', '2023-01-01', AttendanceStatus.ABSENT);
    await importing({ importId: 'july-correction' });
    expect(service.statusOf('E0', '2023-01-01')).to.equal('PRESENT');
  });

  describe('interrupted', () => {
    /** Stops the import when `batches` have been answered. */
    async function stopAfter(batches: number): Promise<ImportResult> {
      const stop = new AbortController();
      service.onBatch = async () => {
        if (service.batches.length === batches) stop.abort(new Error('Ctrl-C'));
      };
      const result = await importing({ batchRows: 20, lanes: 2, stop: stop.signal });
      service.onBatch = async () => undefined;
      return result;
    }

    it('goes on where it stopped, and the counts and rejects are those of one run', async () => {
      const content = manyRows(10, 60).replaceAll(/(E[37],.*),present,(.*-1\d)/g, '$1,banana,$2');
      await writeFile(path, content);
      const whole = await importing({ batchRows: 20, lanes: 2 });
      const wholeRejects = await readFile(whole.rejectsPath ?? '', 'utf8');
      expect(whole.counts.rejected).to.be.above(20);

      server.kill();
      client.close();
      service = new RecordingService();
      server = await service.start();
      client = connectTo(server);
      const stopped = await stopAfter(9);
      expect(stopped.complete).to.equal(false);
      expect(stopped.rows).to.be.within(100, 400);
      const sentBefore = service.items.length;
      const resumed = await importing({ batchRows: 20, lanes: 2 });
      expect(resumed).to.deep.include({ complete: true, resumedRows: stopped.rows, rows: 600 });
      expect(resumed.counts).to.deep.equal(whole.counts);
      expect(await readFile(resumed.rejectsPath ?? '', 'utf8')).to.equal(wholeRejects);
      expect(service.items.length - sentBefore).to.be.below(600 - stopped.rows);
      expect(await exists(pathsBeside(path).progress)).to.equal(false);
    });

    it('notes what is done while the service keeps the rest waiting', async () => {
      await writeFile(path, manyRows(4, 3));
      let answerHeld: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        answerHeld = resolve;
      });
      service.onBatch = async (items) => {
        if (items.some(({ date }) => date === '2023-01-03')) await held;
      };
      const going = importing({ batchRows: 1, lanes: 4 });
      const noted = async () => await readFile(pathsBeside(path).progress, 'utf8').catch(() => '');
      await waitUntil('progress', async () => /"rows": [4-8]/.test(await noted()));
      answerHeld();
      expect(await going).to.deep.include({ complete: true, rows: 12 });
    });

    it('begins anew when the file has changed', async () => {
      await writeFile(path, manyRows(10, 30));
      expect((await stopAfter(5)).rows).to.be.above(0);
      await writeFile(path, manyRows(10, 30).replace('E0,Name E0,present', 'E0,Name E0,absent'));
      const result = await importing();
      expect(result).to.include({ resumedRows: 0, complete: true });
      expect(service.statusOf('E0', '2023-01-01')).to.equal('ABSENT');
    });

    it('begins anew when the service does not know the last day any more', async () => {
      await writeFile(path, manyRows(10, 30));
      expect((await stopAfter(5)).rows).to.be.above(0);
      service.days.clear();
      expect((await importing()).resumedRows).to.equal(0);
    });

    it('begins anew when the rejects file is gone', async () => {
      await writeFile(path, manyRows(10, 30).replaceAll('E4,Name E4,present', 'E4,Name E4,banana'));
      expect((await stopAfter(5)).counts.rejected).to.be.above(0);
      await rm(pathsBeside(path).rejects);
      const result = await importing();
      expect(result).to.include({ resumedRows: 0 });
      expect(result.counts.rejected).to.equal(30);
    });
  });

  it('says so when the file changes while it is imported', async () => {
    await writeFile(path, manyRows(10, 30));
    const failure = await importing({
      client: {
        ...client,
        listAttendance: async (request) => {
          await writeFile(path, manyRows(10, 31));
          return client.listAttendance(request);
        },
      },
    }).catch((error: Error) => error);
    expect(failure)
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.matches(/changed while/);
  });

  it('survives a service that dies under a batch and comes back', async () => {
    await writeFile(path, manyRows(10, 30));
    let restarted: Promise<TestServer> | undefined;
    service.onBatch = async () => {
      if (service.batches.length !== 4) return;
      server.kill();
      restarted = service.start(server.port);
    };
    const result = await importing({ batchRows: 20, lanes: 2 });
    server = (await restarted) ?? server;
    expect(result.counts).to.deep.equal({
      recorded: 300,
      alreadyThere: 0,
      superseded: 0,
      rejected: 0,
    });
    expect(service.days).to.have.property('size', 300);
    expect(service.items.length).to.be.above(300);
  });

  it('sends single items again that failed for the moment only', async () => {
    await writeFile(path, manyRows(4, 2));
    let failures = 2;
    service.itemFailure = ({ employeeId }) => {
      if (employeeId !== 'E2' || failures === 0) return undefined;
      failures -= 1;
      const reason = 'STORE_UNAVAILABLE';
      return { code: status.UNAVAILABLE, message: 'away', reason, retryDelayMs: 5 };
    };
    const { counts } = await importing({ lanes: 1 });
    expect(counts).to.include({ recorded: 8, rejected: 0 });
    expect(service.batches.map(({ length }) => length)).to.deep.equal([8, 2]);
  });

  it('gives up after the outage allowed, with its progress noted', async () => {
    await writeFile(path, manyRows(10, 30));
    service.onBatch = async () => {
      if (service.batches.length > 3) throw refuse({ code: status.UNAVAILABLE, message: 'away' });
    };
    const options = { batchRows: 20, lanes: 1, maxOutageMs: 1 };
    const failure = await importing(options).catch((error: unknown) => error);
    expect(failure)
      .to.be.instanceOf(AttendanceClientError)
      .with.property('code', status.UNAVAILABLE);
    service.onBatch = async () => undefined;
    expect((await importing(options)).resumedRows).to.be.within(20, 60);
  });

  it('gives up at once when the service refuses the call as such', async () => {
    await writeFile(path, manyRows(10, 30));
    const message = 'no such scope';
    service.onBatch = () => Promise.reject(refuse({ code: status.PERMISSION_DENIED, message }));
    const failure = await importing().catch((error: unknown) => error);
    expect(failure).to.have.property('message', message);
  });

  it('takes a generated export with exactly the counts that its generator states', async () => {
    const script = ['scripts/generate-legacy-csv.mjs', '--rows', '5000', '--seed', '7'];
    const made = await run(process.execPath, script, { maxBuffer: 2 ** 24 });
    const again = await run(process.execPath, script, { maxBuffer: 2 ** 24 });
    expect(again.stdout).to.equal(made.stdout);
    const stated = JSON.parse(made.stderr) as {
      days: number;
      superseded: number;
      bad: Record<string, number>;
    };
    await writeFile(path, made.stdout);
    const result = await importing();
    const rejected = Object.values(stated.bad).reduce((sum, one) => sum + one);
    const { days: recorded, superseded } = stated;
    expect(result.rows).to.equal(5_000);
    expect(result.counts).to.deep.equal({ recorded, alreadyThere: 0, superseded, rejected });
    const reasons = (await readFile(result.rejectsPath ?? '', 'utf8')).matchAll(
      /^\d+,"?(BAD_\w+)/gm,
    );
    const found: Record<string, number> = {};
    for (const [, reason = ''] of reasons) found[reason] = (found[reason] ?? 0) + 1;
    expect(found).to.deep.equal(stated.bad);
  });
});
