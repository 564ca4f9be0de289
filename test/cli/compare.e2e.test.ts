// attendance compare against the service itself: the hours that other rules would change.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
import { ROOT } from '../tooling/repository.js';
import { ran } from './stand-in.js';

const BREAKS_BY_LAW = join(ROOT, 'examples', 'compare', 'breaks-by-law.json');

describe('attendance compare', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let service: TestService;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-compare-'));
    database = await createTestDatabase();
    service = await startTestService({ databaseUrl: database.url });
    for (const [employeeId, employeeName] of [
      ['1', 'Mia'],
      ['2', 'Jonas'],
    ] as const) {
      await service.roster.createEmployee({ employee: { employeeId, employeeName } });
    }
    await done('punches', 'add', '1', 'in', '2026-03-02T08:00Z');
    await done('punches', 'add', '1', 'out', '2026-03-02T16:00Z');
    await done('punches', 'add', '2', 'in', '2026-03-03T08:00Z');
    await done('punches', 'add', '2', 'out', '2026-03-03T10:00Z');
  });

  after(async () => {
    await service?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => ran(new URL(service.baseUrl).host, ...args);

  async function done(...args: string[]): Promise<string> {
    const { code, out, err } = await run(...args);
    expect(code, err || out).to.equal(0);
    return out.replaceAll(/ +/g, ' ');
  }

  it('prints the hours of each employee that would change, and the sums', async () => {
    expect(await done('compare', BREAKS_BY_LAW, '--days')).to.equal(
      '2026-03-02 1: present 8:00 -> present 7:30\n' +
        'EMPLOYEE NAME DAYS WORKED WOULD BE\n' +
        '1 Mia 1 8:00 7:30\n' +
        'present: 1 days, would be 1\n' +
        '1 days of 1 of 2 employees would be different: 10:00 worked, would be 9:30\n',
    );
    expect(await done('get', '1', '2026-03-02')).to.not.contain('7:30');
  });

  it('takes dates and employees from its options', async () => {
    const range = ['--from', '2026-03-03', '--to', '2026-03-04'];
    expect(await done('compare', BREAKS_BY_LAW, ...range, '--employee', '1')).to.equal(
      '0 days of 0 of 1 employees would be different: 0:00 worked, would be 0:00\n',
    );
    const parts = (await done('--json', 'compare', BREAKS_BY_LAW)).trim().split('\n');
    expect(JSON.parse(parts.at(-1) ?? '')).to.deep.include({ done: true });
  });

  it('says what is wrong with its file', async () => {
    const path = join(folder, 'odd.json');
    await writeFile(path, '{ "policy": { "policyId": "p", "offShift": {} } }');
    const { code, err } = await run('compare', path, '--from', '2026-03-01', '--to', '2026-03-02');
    expect(code).to.equal(1);
    expect(err).to.match(/odd\.json is no comparison:\n {2}policy\.offShift: /);
  });
});
