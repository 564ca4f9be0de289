// Which session the refusal of a command names.

import { expect } from 'chai';
import { checkCommand } from '../../../src/domain/clock/command.js';
import type { Presence } from '../../../src/domain/clock/presence.js';
import type { Instant } from '../../../src/domain/time/time.js';

const at = (second: number) => (Date.UTC(2026, 2, 2) + second * 1000) as Instant;

function presence(start: number, out?: number): Presence {
  return {
    in: at(start),
    out: out === undefined ? undefined : at(out),
    breaks: [],
    openUntil: out === undefined ? at(28_800) : undefined,
    nextAt: undefined,
    mayEndAt: () => out === undefined,
    shiftId: undefined,
    date: '2026-03-02' as Presence['date'],
    isWhole: false,
    isAlternating: false,
    isClosedByRule: false,
  };
}

describe('a command that is refused', () => {
  it('names a session that is there, not one that would come to be', () => {
    // Two arrivals, the departure between them taken back: with another departure in the second of
    // the second arrival, that one would begin a session of its own.
    const there = presence(1);
    const problem = checkCommand('OUT', at(2), [there], () => [presence(1, 2), presence(2)]);
    expect(problem).to.deep.equal({ refusal: 'OVERLAPS', session: there });
  });
});
