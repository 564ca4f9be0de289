import { expect } from 'chai';
import { hasUnrealTime, isUnreal } from '../../src/contract/unreal-times.js';

describe('times that do not exist', () => {
  const TIMES: readonly [time: string, isOne: boolean][] = [
    ['2026-02-28T08:00:00Z', false],
    ['2026-02-29T08:00:00Z', true],
    ['2024-02-29T08:00:00Z', false],
    ['2026-02-30T08:00:00.5Z', true],
    ['2026-04-31T00:00:00+02:00', true],
    ['2026-11-31T00:00:00Z', true],
    ['2026-12-31T23:59:59Z', false],
    ['2026-03-01T24:00:00Z', true],
  ];
  for (const [time, isOne] of TIMES) {
    it(`${time}: ${isOne ? 'none' : 'one'}`, () => {
      expect(isUnreal(time)).to.equal(isOne);
      for (const name of [
        'time',
        'asOfTime',
        'as_of_time',
        'startTime',
        'updatedAfter',
        'updated_after',
      ]) {
        expect(hasUnrealTime(`{"a":[{"${name}" : "${time}"}]}`), name).to.equal(isOne);
      }
    });
  }

  it('are looked for in times only: a note may name what it likes', () => {
    expect(hasUnrealTime('{"note":"2026-02-30T08:00:00Z","time":"2026-02-28T08:00:00Z"}')).to.equal(
      false,
    );
  });
});
