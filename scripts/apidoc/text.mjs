// Turns proto comments into Markdown: paragraphs, table cells, and links to the names
// that the page defines. It must never change what the comment says.
import { getComments } from '@bufbuild/protoplugin';

/** Runs of code in backticks stay as they are; everything else may be escaped and linked. */
const CODE = /(`[^`]*`)/;

/** Only names with two humps are linked: `Break` and `Session` are words as well. */
const NAME = /\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+\b/g;

/** The comment's paragraphs, each on one line. Empty when there is none. */
export function paragraphs(desc) {
  const comments = getComments(desc);
  const text = comments.leading ?? comments.trailing ?? '';
  return text
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replaceAll('\n', ' ').trim())
    .filter((paragraph) => paragraph !== '');
}

/** One paragraph as Markdown, with the names in `anchors` linked, except `self`. */
export function prose(paragraph, anchors, self) {
  return paragraph
    .split(CODE)
    .map((part) => (part.startsWith('`') ? part : link(plain(part), anchors, self)))
    .join('')
    .replace(/^Errors:/, '**Errors:**');
}

function plain(text) {
  return text.replaceAll('<', '&lt;').replaceAll('*', '\\*');
}

function link(text, anchors, self) {
  return text.replace(NAME, (name) =>
    name !== self && anchors.has(name) ? `[${name}](#${anchors.get(name)})` : name,
  );
}

/** The first sentence of a comment, for tables that give an overview. */
export function firstSentence(desc) {
  const [first = ''] = paragraphs(desc);
  const end = first.search(/[.:](?= |$)/);
  return end < 0 ? first : `${first.slice(0, end)}.`;
}

/** A Markdown table row. A pipe would end its cell, in code too. */
function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A Markdown table from its header and rows. */
export function table(header, rows) {
  return [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');
}
