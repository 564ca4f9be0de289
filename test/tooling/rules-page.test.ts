// docs/rules.md is about the rules there are: it names every anomaly, every rule of an explanation
// with its inputs, and every example; and its links lead somewhere.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ANOMALIES, STATUSES } from '../../src/domain/facts/day.js';
import { ROOT } from './repository.js';

const read = (path: string) => readFile(join(ROOT, path), 'utf8');

/** The first cell of each row of tables, which names something in code, and the last. */
function rowsOf(page: string): Map<string, string> {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` .*\| ([^|]*) \|$/gm)];
  return new Map(rows.map(([, name = '', last = '']) => [name, last.trim()]));
}

/** Every rule of finding.ts with the names of its inputs, as the contract writes them. */
function rulesIn(source: string): Map<string, string> {
  const plain = source.replaceAll(/\/\*\*.*?\*\//gs, '');
  const findings = plain.matchAll(/\{\s*readonly rule:\s*((?:\|?\s*'[A-Z_]+'\s*)+)([^}]*)\}/g);
  const rules = [...findings].flatMap(([, names = '', fields = '']) => {
    const inputs = [...fields.matchAll(/readonly (\w+)\??:/g)].map(([, name = '']) =>
      inputName(name),
    );
    const cell = inputs.length === 0 ? 'none' : inputs.map((name) => `\`${name}\``).join(', ');
    return [...names.matchAll(/'([A-Z_]+)'/g)].map(([, rule = '']) => [rule, cell] as const);
  });
  return new Map(rules);
}

function inputName(field: string): string {
  return field.replace(/Seconds$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

describe('docs/rules.md', () => {
  let page: string;

  before(async () => {
    page = await read('docs/rules.md');
  });

  /** From this heading to the next. */
  const section = (title: string) =>
    page.split(/^## /m).find((text) => text.startsWith(title)) ?? '';

  it('says what every anomaly means and what to do about it', () => {
    const rows = rowsOf(section('Anomalies'));
    expect([...rows.keys()]).to.deep.equal([...ANOMALIES]);
  });

  it('has every rule of explanations with its inputs, and no other', async () => {
    const files = ['finding.ts', 'auto-closed-finding.ts'];
    const sources = await Promise.all(files.map((name) => read(`src/domain/explain/${name}`)));
    const rules = rulesIn(sources.join('\n'));
    expect(rules.size).to.be.above(30);
    const table = rowsOf(section('The explanations, for programs'));
    expect(Object.fromEntries(table)).to.deep.equal(Object.fromEntries(rules));
  });

  it('names every status', () => {
    for (const status of STATUSES) expect(page).to.match(new RegExp(`\\b${status}\\b`));
  });

  it('leads to every scenario and to its own sections', async () => {
    const files = await readdir(join(ROOT, 'examples'));
    for (const file of files.filter((name) => name.endsWith('.json'))) {
      expect(page).to.include(`examples/${file}`);
    }
    const anchors = [...page.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
    expect(links).to.include.members(anchors);
    expect(anchors).to.include.members(links);
  });
});
