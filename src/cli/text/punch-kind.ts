// The words and codes of devices for the kind of a punch. Unknown ones alternate, as arrivals and
// departures do, and the caller learns which they were.

import { InvalidArgumentError } from 'commander';
import { PunchKind } from '../../client/index.js';

/**
 * Compared in lower case, with runs of spaces, `_`, `-` and `/` as one space. Of the numbers, only
 * 0 and 1 mean the same on nearly every device; 2 and up are breaks on one and arrivals on another.
 */
const SPELLINGS: readonly (readonly [PunchKind, readonly string[]])[] = [
  [
    PunchKind.IN,
    ['in', 'i', '0', 'c in', 'check in', 'checkin', 'clock in', 'punch in', 'sign in', 'arrival'],
  ],
  [
    PunchKind.OUT,
    [
      'out',
      'o',
      '1',
      'c out',
      'check out',
      'checkout',
      'clock out',
      'punch out',
      'sign out',
      'departure',
    ],
  ],
  [PunchKind.BREAK_START, ['break start', 'start break', 'break begin', 'begin break']],
  [PunchKind.BREAK_END, ['break end', 'end break']],
];

const KIND_BY_SPELLING: ReadonlyMap<string, PunchKind> = new Map(
  SPELLINGS.flatMap(([kind, spellings]) => spellings.map((spelling) => [spelling, kind])),
);

/** The kind that a word or code means; undefined if it means none, as for an empty text. */
export function parseKind(text: string): PunchKind | undefined {
  const spelling = text
    .toLowerCase()
    .replace(/[\s_\-/]+/gu, ' ')
    .trim()
    .replace(/^punch kind /, '');
  return KIND_BY_SPELLING.get(spelling);
}

/** `in`, `out`, `break start`, `break end`; `by turns` if the clock did not ask. */
export function kindWord(kind: PunchKind): string {
  if (kind === PunchKind.UNSPECIFIED) return 'by turns';
  return (PunchKind[kind] ?? `kind ${kind}`).toLowerCase().replaceAll('_', ' ');
}

/** A kind as an option or an argument. UNSPECIFIED is not allowed. */
export function kindArgument(text: string): PunchKind {
  const kind = parseKind(text);
  if (kind === undefined) {
    throw new InvalidArgumentError('It must be one of in, out, break-start, break-end.');
  }
  return kind;
}
