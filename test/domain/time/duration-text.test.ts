import { expect } from 'chai';
import { lengthText } from '../../../src/domain/time/duration-text.js';

describe('a length of time in words', () => {
  const cases: readonly [seconds: number, text: string][] = [
    [0, '0 min'],
    [45, '45 s'],
    [60, '1 min'],
    [61, '1 min 1 s'],
    [3600, '1 h'],
    [5400, '1 h 30 min'],
    [3605, '1 h 5 s'],
    [31_384, '8 h 43 min 4 s'],
    [86_400, '24 h'],
    [129_600, '36 h'],
    [-300, '-5 min'],
    [1.5, '1.5 s'],
    [Number.NaN, 'NaN s'],
    [Number.POSITIVE_INFINITY, 'Infinity s'],
  ];
  for (const [seconds, text] of cases) {
    it(`${seconds} is ${text}`, () => {
      expect(lengthText(seconds)).to.equal(text);
    });
  }
});
