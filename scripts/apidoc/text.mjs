// Turns proto comments into Markdown: paragraphs, table cells, and links to the names that the page
// defines. Must never change what the comment says.
import { getComments } from '@bufbuild/protoplugin';

/** Code in backticks stays as it is; everything else may be escaped and linked. */
const CODE = /(`[^`]*`)/;

/** Only names with two capitals are linked, because `Break` and `Session` are also words. */
const NAME = /\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+\b/g;

/** The comment's paragraphs, each on one line. Empty if there is no comment. */
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

/** A Markdown table row. Escapes pipes, which would end the cell, also within code. */
function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A Markdown table from its header and rows. */
export function table(header, rows) {
  return [row(header), row(header.map(() => '---')), ...rows.map(row)].join('\n');
}
