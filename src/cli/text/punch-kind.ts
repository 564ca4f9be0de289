// The words and codes that devices write for what was done at a clock. What is not among them is
// taken by turns, as arrivals and departures alternate, and the caller is told which it was.

import { InvalidArgumentError } from 'commander';
import { PunchKind } from '../../client/index.js';

/**
 * After lower-casing, with runs of spaces, `_`, `-` and `/` as one space. Of the numbers only 0
 * and 1 mean the same on nearly every device; 2 and up are breaks on one and arrivals on another.
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

/** The kind that a word or code means; undefined when it means none, as for an empty one. */
export function parseKind(text: string): PunchKind | undefined {
  const spelling = text
    .toLowerCase()
    .replace(/[\s_\-/]+/gu, ' ')
    .trim()
    .replace(/^punch kind /, '');
  return KIND_BY_SPELLING.get(spelling);
}

/** `in`, `out`, `break start`, `break end`; `by turns` where the clock did not ask. */
export function kindWord(kind: PunchKind): string {
  if (kind === PunchKind.UNSPECIFIED) return 'by turns';
  return (PunchKind[kind] ?? `kind ${kind}`).toLowerCase().replaceAll('_', ' ');
}

/** For an option or an argument: one that says what it was. */
export function kindArgument(text: string): PunchKind {
  const kind = parseKind(text);
  if (kind === undefined) {
    throw new InvalidArgumentError('It must be one of in, out, break-start, break-end.');
  }
  return kind;
}
