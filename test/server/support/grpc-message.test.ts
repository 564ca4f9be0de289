import { expect } from 'chai';
import fc from 'fast-check';
import { respellMessage } from '../../../src/server/support/grpc-message.js';

function respelt(text: string): string | null {
  const trailer = new Headers({ 'grpc-message': encodeURIComponent(text) });
  respellMessage(trailer);
  return trailer.get('grpc-message');
}

describe('grpc-message', () => {
  it('printable ASCII stands for itself, except the percent sign', () => {
    expect(respelt('date: must be, say, "2026-01-31"; not 5%')).to.equal(
      'date: must be, say, "2026-01-31"; not 5%25',
    );
    expect(respelt('漢\n')).to.equal('%E6%BC%A2%0A');
  });

  it('what grpc-js decodes (decodeURI) is what was said', () => {
    // Spaces at the ends are not kept by HTTP headers.
    const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((s) => s === s.trim());
    fc.assert(
      fc.property(text, (said) => {
        if (!said.isWellFormed() || said === '') return;
        // decodeURI keeps the escapes of characters that URIs reserve; none are left here.
        expect(decodeURI(respelt(said) ?? '')).to.equal(said);
      }),
    );
  });

  it('a trailer without a message is left alone', () => {
    expect(respellMessage(new Headers({ 'grpc-status': '0' }))).to.equal(false);
  });
});
