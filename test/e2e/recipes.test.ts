// docs/recipes.md, done: every request of it is sent by the shell as a reader would send it, from the
// top of the page to its end, and gets the answer shown. The reader of pages and the comparison are
// tested too: a page that shows less than it seems to would pass whatever the service answers.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JsonValue } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ROOT } from '../support/process.js';
import { startTestService, type TestService } from '../support/service.js';
import { grantLimitedRole } from './support/limited-role.js';
import { ADDRESS, recipesOf, type Step } from './support/recipe-page.js';
import { differences, type Names } from './support/shown-answer.js';

const PAGE = 'docs/recipes.md';
const REQUEST_MS = 10_000;

/** What a reader copies: the text between the quotes, with its escapes. */
function copied(names: Names): Record<string, string> {
  const texts = [...names].map(([name, value]) => [name, JSON.stringify(value).slice(1, -1)]);
  return Object.fromEntries(texts);
}

/** What goes wrong with a request. A name that no answer has given fails in the shell. */
async function faultsOf(step: Step, baseUrl: string, names: Names): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-uo', 'pipefail', '-c', step.command.replaceAll(ADDRESS, `${baseUrl}/`)],
      { env: { ...process.env, ...copied(names) }, timeout: REQUEST_MS },
    );
    return differences(step.shown, JSON.parse(stdout) as JsonValue, names);
  } catch (error) {
    return [String(error)];
  }
}

describe('docs/recipes.md', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let running: TestService;
  let page: string;

  before(async () => {
    page = await readFile(join(ROOT, PAGE), 'utf8');
    database = await createTestDatabase();
    // As a role that cannot change the schema: its rights are enough for every recipe.
    const databaseUrl = await grantLimitedRole(database.url, database.adminUrl);
    running = await startTestService({ databaseUrl, env: { MIGRATE: 'off' } });
  });

  after(async () => {
    await running?.stop();
    await database?.drop();
  });

  it('its requests get the answers that it shows', async () => {
    const names: Names = new Map();
    const wrong: string[] = [];
    let sent = 0;
    for (const { title, steps } of recipesOf(page)) {
      for (const step of steps) {
        const faults = await faultsOf(step, running.baseUrl, names);
        wrong.push(...faults.map((fault) => `${PAGE}:${step.line} (${title}) ${fault}`));
        sent += 1;
      }
    }
    expect(wrong.join('\n')).to.equal('');
    expect(sent)
      .to.equal(page.match(/\bcurl -sS\b/g)?.length)
      .and.to.be.at.least(30);
  });

  it('its recipes are numbered, and none is missing', () => {
    const numbers = recipesOf(page).map(({ title }) => Number.parseInt(title, 10));
    expect(numbers).to.deep.equal(Array.from({ length: 10 }, (_, index) => index + 1));
  });

  it('what it names is used again', () => {
    const steps = recipesOf(page).flatMap((recipe) => recipe.steps);
    const text = steps.map(({ command, shown }) => `${command}${JSON.stringify(shown)}`).join('\n');
    const uses = [...text.matchAll(/\$[A-Z][A-Z0-9_]*/g)].map(([name]) => name);
    expect(uses).not.to.deep.equal([]);
    const once = uses.filter((name) => uses.indexOf(name) === uses.lastIndexOf(name));
    expect(once).to.deep.equal([]);
  });
});

describe('a page of recipes', () => {
  const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;
  const request = block('sh', "curl -sS -d '{}' http://localhost:8080/a");
  const answer = block('json', '{"a": 1}');

  it('is recipes with requests and answers by turns', () => {
    const page = `Words.\n## 1. One\n${request}\nwords\n${answer}## 2. Two\n${request}${answer}`;
    const recipes = recipesOf(page).map(({ title, steps }) => [
      title,
      steps.map((one) => one.line),
    ]);
    expect(recipes).to.deep.equal([
      ['1. One', [3]],
      ['2. Two', [12]],
    ]);
  });

  const refused: readonly [what: string, page: string, message: string][] = [
    ['a request without an answer', `## 1. One\n${request}`, 'without an answer'],
    ['two requests in a row', `## 1. One\n${request}${request}${answer}`, 'without an answer'],
    ['an answer without a request', `## 1. One\n${answer}`, 'not a request'],
    ['a block of another kind', `## 1. One\n${block('bash', 'curl')}${answer}`, 'not a request'],
    ['a block without a request', `## 1. One\n${block('sh', 'date')}${answer}`, 'not one request'],
    [
      'a request to elsewhere',
      `## 1. One\n${block('sh', 'curl http://localhost:80/')}${answer}`,
      'not one request',
    ],
    [
      'two requests in a block',
      `## 1. One\n${block('sh', `curl ${ADDRESS}; curl ${ADDRESS}`)}${answer}`,
      'not one request',
    ],
    ['an answer that is not JSON', `## 1. One\n${request}${block('json', '{')}`, 'line 5: '],
    ['a block that does not end', `## 1. One\n${request}\`\`\`json\n{}`, 'does not end'],
    ['a block before the recipes', `${request}${answer}## 1. One\n`, 'before the first recipe'],
    ['a recipe of words', `## 1. One\n${request}${answer}## 2. Two\nWords.`, 'sends nothing'],
  ];
  for (const [what, page, message] of refused) {
    it(`is refused with ${what}`, () => expect(() => recipesOf(page)).to.throw(message));
  }
});

describe('an answer, held against what is shown of it', () => {
  const known = (): Names => new Map([['KNOWN', '7']]);
  const alike: readonly [what: string, shown: JsonValue, answered: JsonValue][] = [
    ['some of its fields', { a: 1 }, { a: 1, b: 2 }],
    ['a text that varies', { a: '...' }, { a: '2026-03-02' }],
    ['a field that is not there', { a: null }, { b: 1 }],
    ['nothing', {}, {}],
    ['items that go on', [1, '...'], [1, 2, 3]],
    ['items up to the last', ['...', 3], [1, 2, 3]],
    ['items but for the middle', [1, '...', 4], [1, 2, 3, 4]],
    ['a name that is known', { a: '$KNOWN' }, { a: '7' }],
    ['a name for two places', ['$NEW', '$NEW'], ['1', '1']],
  ];
  for (const [what, shown, answered] of alike) {
    it(`is alike: ${what}`, () => expect(differences(shown, answered, known())).to.deep.equal([]));
  }

  const unlike: readonly [what: string, shown: JsonValue, answered: JsonValue][] = [
    ['another value', { a: 1 }, { a: 2 }],
    ['another type', { a: '1' }, { a: 1 }],
    ['a field deep inside', { a: [{ b: { c: true } }] }, { a: [{ b: { c: false } }] }],
    ['a field that the answer lacks', { a: 1, b: '' }, { a: 1 }],
    ['a text that the answer lacks', { a: '...' }, {}],
    ['a varying text that is an object', { a: '...' }, { a: { b: 1 } }],
    ['a field that should not be there', { a: null }, { a: false }],
    ['something instead of nothing', {}, { a: 1 }],
    ['something instead of an empty list', { a: [] }, { a: [1] }],
    ['an item more', [1], [1, 2]],
    ['an item less', [1, 2], [1]],
    ['items that should go on', [1, '...'], [1]],
    ['another last item', ['...', 3], [1, 2]],
    ['a list instead of an object', { 0: 1 }, [1]],
    ['a name known as something else', { a: '$KNOWN' }, { a: '8' }],
    ['a name that has two values', ['$NEW', '$NEW'], ['1', '2']],
    ['a name without a value', { a: '$NEW' }, {}],
    ['a text instead of an object', { a: 1 }, 'a'],
  ];
  for (const [what, shown, answered] of unlike) {
    it(`differs: ${what}`, () => {
      expect(differences(shown, answered, known())).to.have.lengthOf(1);
    });
  }

  it('gives the values of its names', () => {
    const names = known();
    differences({ a: [{ b: '$NEW' }] }, { a: [{ b: '"2"' }] }, names);
    expect(Object.fromEntries(names)).to.deep.equal({ KNOWN: '7', NEW: '"2"' });
  });
});
