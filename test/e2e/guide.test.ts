// docs/guide.md, done: every command of it runs as written, from the top of the page to its end, and
// prints what the page shows. Its files go to a folder of the test's own instead of `month`.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ROOT, temporaryFolder } from '../support/process.js';
import { startTestService, type TestService } from '../support/service.js';
import { isShown, printedBy, stepsOf } from './support/guide-page.js';
import { masked } from './support/printed.js';

const PAGE = 'docs/guide.md';

/** Stored days that still follow a change, and the progress of what takes seconds: a slow machine's. */
const WHEN_SLOW = /^(?:Reads follow at once\.|[\d,]+ of [\d,]+ (?:rows|\w+ are left)).*\n/gm;

/** Punches of several badges are put into quarantine at a time, and numbered as they come. */
const NUMBER_IN_QUARANTINE = /^\d\d(?= {2}LX-)/gm;

function asOnPage(text: string, folder: string): string {
  const printed = text.replaceAll(folder, 'month').replaceAll(WHEN_SLOW, '');
  return masked(printed.replaceAll(NUMBER_IN_QUARANTINE, '##'));
}

describe(PAGE, function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let running: TestService;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    [database, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
    running = await startTestService({ databaseUrl: database.url });
  });

  after(async () => {
    await running?.stop();
    await database?.drop();
    await folder?.remove();
  });

  it('its commands print what it shows', async () => {
    const steps = stepsOf(await readFile(join(ROOT, PAGE), 'utf8'));
    expect(steps.length).to.be.at.least(30);
    const env = { ...process.env, ATTENDANCE_ADDRESS: new URL(running.baseUrl).host };
    for (const { line, commands, prints } of steps) {
      const printed = await printedBy(commands.replaceAll(/\bmonth\b(?=[/\n])/g, folder.path), env);
      const [is = '', shown = ''] = [printed, prints].map((text) => asOnPage(text, folder.path));
      if (!isShown(is, shown)) expect(is, `${PAGE}:${line}`).to.equal(shown);
    }
  });
});

describe('a page of commands', () => {
  const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;

  it('is steps with what they print', () => {
    const page = `Words.\n${block('sh', 'a\nb')}${block('text', 'c')}words\n${block('sh', 'd')}`;
    expect(stepsOf(page)).to.deep.equal([
      { line: 2, commands: 'a\nb\n', prints: 'c\n' },
      { line: 10, commands: 'd\n', prints: '' },
    ]);
  });

  for (const page of [
    block('text', 'c'),
    block('bash', 'a'),
    block('sh', 'a') + block('text', 'c').repeat(2),
  ]) {
    it(`is refused: ${JSON.stringify(page)}`, () =>
      expect(() => stepsOf(page)).to.throw('neither'));
  }

  const compared: readonly [prints: string, shown: string, isAlike: boolean][] = [
    ['a\nb', 'a\nb', true],
    ['a\nb', 'a', false],
    ['a\nb\nc', 'a\n...\nc', true],
    ['a\nc', 'a\n...\nc', true],
    ['a\nb', 'a\n...', true],
    ['a\nb', 'a\n...\nc', false],
    ['a.b', 'a?b', false],
    ['', '', true],
  ];
  for (const [prints, shown, isAlike] of compared) {
    it(`${JSON.stringify(prints)} is ${isAlike ? '' : 'not '}shown as ${JSON.stringify(shown)}`, () =>
      expect(isShown(prints, shown)).to.equal(isAlike));
  }
});
