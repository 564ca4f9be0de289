// The README's first minute, done: every command of it runs as written, against the service
// as `npm start` runs it, and prints what the README says (times aside). What npx starts is
// started by npx once, and then by itself: npx takes longer than the command.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ROOT, type ServiceProcess, startMain, temporaryFolder } from '../support/process.js';
import { masked } from './support/printed.js';

interface Step {
  readonly command: string;
  readonly output: string;
}

/** The commands of the README's `console` blocks and what each prints. */
function stepsOf(readme: string): Step[] {
  const blocks = [...readme.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = '', ...output] = step.split('\n');
        return { command, output: output.join('\n') };
      }),
  );
}

/** What `npx <name>` comes to in this package. */
const PROGRAMS: Readonly<Record<string, string>> = {
  attendance: 'scripts/attendance.mjs',
  buf: 'node_modules/.bin/buf',
};

/** The command, without npx where npx has started the same program before. */
function withoutNpx(command: string, started: Set<string>): string {
  const [, name = ''] = /^npx (\w+) /.exec(command) ?? [];
  if (started.has(name)) return command.replace(`npx ${name}`, PROGRAMS[name] ?? '');
  if (name in PROGRAMS) started.add(name);
  return command;
}

describe('the README’s first minute', function () {
  this.timeout(90_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let service: ServiceProcess;
  let baseUrl: string;
  let steps: Step[];

  before(async () => {
    steps = stepsOf(await readFile(join(ROOT, 'README.md'), 'utf8'));
    folder = await temporaryFolder();
    service = startMain({ DATA_DIR: folder.path });
    baseUrl = await service.ready();
  });

  after(async () => {
    service.child.kill('SIGTERM');
    await service.exited;
    await folder.remove();
  });

  it('its commands print what it says', async () => {
    expect(steps.length).to.be.at.least(5);
    const { host } = new URL(baseUrl);
    const started = new Set<string>();
    for (const { command, output } of steps) {
      const { stdout } = await promisify(execFile)(
        'bash',
        ['-c', withoutNpx(command, started).replaceAll('localhost:8080', host)],
        { cwd: ROOT, env: { ...process.env, ATTENDANCE_ADDRESS: host } },
      );
      expect(masked(stdout), command).to.equal(masked(output));
    }
  });
});
