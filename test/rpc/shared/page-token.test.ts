// Page tokens: they lead on where the page ended, for the request they came from, and for nothing
// else that anybody could make of them.

import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import {
  decodePageToken,
  encodePageToken,
  type Place,
} from '../../../src/rpc/shared/page-token.js';

const KEY = randomBytes(32);

/** As the contract bounds it: `page_token` is at most 1,024 characters. */
const MAX_TOKEN_CHARACTERS = 1024;

const place: fc.Arbitrary<Place> = fc.array(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 64 }), fc.integer()),
  { minLength: 1, maxLength: 3 },
);
const request = fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { maxLength: 4 });

/** The fields refused; empty when the token was taken. */
function refusedFields(key: Uint8Array, bound: readonly unknown[], token: string): string[] {
  try {
    decodePageToken(key, bound, token);
    return [];
  } catch (error) {
    if (!(error instanceof AttendanceError)) throw error;
    const { failure } = error;
    if (failure.kind !== 'INVALID_FIELDS') throw error;
    expect(failure.violations[0]?.reason).to.equal('PAGE_TOKEN_INVALID');
    return failure.violations.map(({ field }) => field);
  }
}

const REFUSED = ['page_token'];

describe('page tokens', () => {
  it('come back as the place they were made of', () => {
    fc.assert(
      fc.property(request, place, (bound, where) => {
        const token = encodePageToken(KEY, bound, where);
        expect(token).to.match(/^[A-Za-z0-9_-]+$/);
        expect(decodePageToken(KEY, bound, token)).to.deep.equal(where);
      }),
    );
  });

  it('fit into their field, for the longest employee id', () => {
    const token = encodePageToken(KEY, [], ['x'.repeat(64), '9999-12-31']);
    expect(token.length).to.be.at.most(MAX_TOKEN_CHARACTERS);
  });

  it('are refused with any byte changed', () => {
    const where = ['mia', '2026-03-02'];
    const bytes = Buffer.from(encodePageToken(KEY, ['List'], where), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      for (const change of [1, 0x20, 0x80, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[index] = (changed[index] ?? 0) ^ change;
        const token = changed.toString('base64url');
        expect(refusedFields(KEY, ['List'], token), `byte ${index}`).to.deep.equal(REFUSED);
      }
    }
  });

  it('are refused with any character changed, put in or left out', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n%é';
    const token = encodePageToken(KEY, ['List'], ['mia', '2026-03-02']);
    fc.assert(
      fc.property(
        fc.nat(token.length),
        fc.nat(2),
        fc.constantFrom(...alphabet),
        (at, cut, character) => {
          const changed = token.slice(0, at) + character + token.slice(at + cut);
          fc.pre(changed !== token);
          expect(refusedFields(KEY, ['List'], changed)).to.deep.equal(REFUSED);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('are refused when cut short, empty or made up', () => {
    const token = encodePageToken(KEY, ['List'], ['mia', '2026-03-02']);
    for (let length = 0; length < token.length; length += 1) {
      expect(refusedFields(KEY, ['List'], token.slice(0, length))).to.deep.equal(REFUSED);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (madeUp) => {
        expect(refusedFields(KEY, ['List'], madeUp)).to.deep.equal(REFUSED);
      }),
    );
  });

  it('are refused for another request, and by another key', () => {
    fc.assert(
      fc.property(request, request, place, (bound, other, where) => {
        fc.pre(JSON.stringify(bound) !== JSON.stringify(other));
        const token = encodePageToken(KEY, bound, where);
        expect(refusedFields(KEY, other, token)).to.deep.equal(REFUSED);
        expect(refusedFields(randomBytes(32), bound, token)).to.deep.equal(REFUSED);
      }),
    );
  });
});
