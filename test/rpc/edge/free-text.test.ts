// Which characters a text may have, and what a caller is told of those it may not.

import { expect } from 'chai';
import fc from 'fast-check';
import { quoted, type TextForm, textViolation } from '../../../src/rpc/edge/free-text.js';

const BOTH: readonly TextForm[] = ['line', 'lines'];

const said = (text: string, form: TextForm) => textViolation(text, 'punches[3].note', form);

/** Every character of some ranges. */
function range(...ends: readonly (readonly [from: number, to: number])[]): string[] {
  return ends.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, n) => String.fromCodePoint(from + n)),
  );
}

describe('the characters of a text', () => {
  const KEPT: readonly [name: string, text: string][] = [
    ['nothing', ''],
    ['letters of any script', 'Zoë Ünal 漢字 ไทย עברית العربية'],
    ['marks of direction', 'a\u200e b\u200f c\u061c'],
    ['joiners', 'می\u200cخواهم 👩\u200d🔧'],
    ['combining marks', 'e\u0301'],
    ['the replacement character, as it was sent', 'a\ufffd'],
    ['characters that are never assigned', '\ufffe\uffff\u{1fffe}\ufdd0'],
    ['spaces of every kind', 'a\u00a0b\u3000c\u2009d\u200b\ufeff'],
    ['characters beyond the first plane', '🙂\u{10ffff}'],
    ['what looks like a bug', `O'Brien"; -- $1 \\u0000 %00 __proto__`],
  ];
  for (const [name, text] of KEPT) {
    it(`${name}: kept`, () => {
      for (const form of BOTH) expect(said(text, form)).to.equal(undefined);
    });
  }

  it('line breaks and tabs: kept where there are lines, refused in a name', () => {
    for (const text of ['\n', '\r\n', '\t', 'a\n\nb']) {
      expect(said(text, 'lines'), JSON.stringify(text)).to.equal(undefined);
      expect(said(text, 'line')?.reason).to.equal('NOTE_INVALID');
    }
    for (const text of ['\u2028', '\u2029']) {
      expect(said(text, 'lines')).to.equal(undefined);
      expect(said(text, 'line')?.description).to.include('line separators');
    }
  });

  const control = range([0, 8], [11, 12], [14, 31], [0x7f, 0x9f]);
  const direction = range([0x202a, 0x202e], [0x2066, 0x2069]);
  const halves = ['\ud800', '\udbff', '\udc00', '\udfff', '\udc00\ud800'];
  const REFUSED: readonly [kind: string, characters: readonly string[]][] = [
    ['control characters', control],
    ['direction overrides', direction],
    ['half of a surrogate pair', halves],
  ];
  for (const [kind, characters] of REFUSED) {
    it(`${kind}: refused, each of them, with its place`, () => {
      for (const character of characters) {
        for (const form of BOTH) {
          const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
          expect(said(`a🙂${character}b`, form)).to.deep.equal({
            field: 'punches[3].note',
            reason: 'NOTE_INVALID',
            description:
              `must be ${form === 'line' ? 'one line of text' : 'text'} without ${kind}: ` +
              `take out U+${code}, which is character 3`,
          });
        }
      }
    });
  }

  it('what is told back of a refused text has none of them', () => {
    const text = fc.string({
      unit: fc.constantFrom(...control, ...direction, ...halves, 'a', '🙂'),
    });
    fc.assert(
      fc.property(text, (value) => {
        const told = quoted(value);
        expect(said(told, 'line')).to.equal(undefined);
        expect(JSON.parse(told)).to.equal(value);
      }),
    );
  });
});
