// Which characters a text that people or devices give may have. Only what changes how the text
// around it is read, or cannot be kept, is refused; how a language is written is nobody's business
// here: marks of direction (U+200E, U+200F) and joiners (U+200C, U+200D) stay, and so do characters
// that Unicode will never assign, which are legal wherever text is exchanged (Corrigendum 9).
// Only what comes in is looked at: what was stored before these rules stays readable.

import { AttendanceError, type FieldViolation } from '../../domain/facts/errors.js';

/**
 * `line`: a name or an id, shown in tables and written into files of one row each. `lines`: what
 * people write in a box, with line breaks and tabs.
 */
export type TextForm = 'line' | 'lines';

// Overrides and isolates of direction let a text show other words than it has, in whatever shows it
// (CVE-2021-42574). Of the surrogates only unpaired ones are left under the flag u.
const REFUSED: Readonly<Record<TextForm, RegExp>> = {
  line: /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u,
  lines: /(?![\t\n\r])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u,
};

const EVERY_REFUSED = new RegExp(REFUSED.line, 'gu');

/** The field when it has a character that it may not have; `path` leads to it from the request. */
export function textViolation(
  text: string,
  path: string,
  form: TextForm,
): FieldViolation | undefined {
  const found = REFUSED[form].exec(text);
  if (found === null) return undefined;
  const name = path.slice(path.lastIndexOf('.') + 1);
  const place = Array.from(text.slice(0, found.index)).length + 1;
  const lines = form === 'line' ? 'must be one line of text' : 'must be text';
  return {
    field: path,
    reason: `${name.toUpperCase()}_INVALID`,
    description:
      `${lines} without ${kindOf(found[0])}: take out ${codeOf(found[0])}, which is ` +
      `character ${place}`,
  };
}

/** Throws INVALID_FIELDS when the text has a character that it may not have. */
export function requireText(text: string, path: string, form: TextForm): void {
  const violation = textViolation(text, path, form);
  if (violation === undefined) return;
  throw new AttendanceError({ kind: 'INVALID_FIELDS', violations: [violation] });
}

/** A refused text in quotes, to be told back: what cannot be seen in it is spelled out. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(EVERY_REFUSED, (character) => `\\u${hexOf(character)}`);
}

function kindOf(character: string): string {
  if (/\p{Cs}/u.test(character)) return 'half of a surrogate pair';
  if (/[\p{Zl}\p{Zp}]/u.test(character)) return 'line separators';
  return /\p{Cc}/u.test(character) ? 'control characters' : 'direction overrides';
}

function codeOf(character: string): string {
  return `U+${hexOf(character).toUpperCase()}`;
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
