// The pages for people name files, folders and sections that exist.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './repository.js';

const DOCS = readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`);
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...DOCS.filter((path) => path.endsWith('.md')),
];

/** Its commands make folders of the reader's own, `gen/` among them. */
const OTHER_PLACES = 'docs/clients.md';

/** A path from the root, between backticks: nothing to fill in, and maybe `:lines`. */
const PATH =
  /`((?:bench|docs|examples|gen|migrations|proto|scripts|src|test)\/[\w./-]*?)(?::[\d-]+)?`/g;
const LINK = /\]\(([^)\s]+)\)/g;

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

function namesIn(page: string, form: RegExp): string[] {
  return [...read(page).matchAll(form)].map(([, name = '']) => name);
}

/** The anchors that a page's headings get. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isThere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

describe('the pages for people', () => {
  it('name many paths', () => {
    expect(namesIn('CONTRIBUTING.md', PATH).length).to.be.above(50);
  });

  for (const page of PAGES) {
    it(`${page} leads to what exists`, () => {
      const links = namesIn(page, LINK).filter((link) => !/^[a-z]+:/.test(link));
      expect(links.filter((link) => !isThere(page, link))).to.deep.equal([]);
      if (page === OTHER_PLACES) return;
      const paths = namesIn(page, PATH);
      expect(paths.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
    });
  }
});
