// Medians and percentiles of rounds.

import { expect } from 'chai';
import { median, percentile, ratioOf } from '../../bench/support/statistics.js';

describe('statistics of rounds', () => {
  it('takes the middle, or the mean of the two in the middle', () => {
    expect(median([5])).to.equal(5);
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 3, 100])).to.equal(3.5);
    expect(median([])).to.be.NaN;
  });

  it('takes the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 99)).to.equal(99);
    expect(percentile(hundred, 50)).to.equal(50);
    expect(percentile([7], 99)).to.equal(7);
    expect(percentile([], 99)).to.be.NaN;
  });

  it('pairs rounds before it takes the median', () => {
    // The medians' ratio would be 2; a drift that met both must not show.
    expect(ratioOf([10, 20, 60], [10, 10, 20])).to.deep.equal({
      median: 2,
      lowest: 1,
      highest: 3,
    });
    expect(() => ratioOf([1], [1, 2])).to.throw('do not pair up');
  });
});
