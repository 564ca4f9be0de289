// Rounding of lengths and of times of day.

import { expect } from 'chai';
import { roundSeconds, roundTime } from '../../../src/domain/engine/rounding.js';
import type { RoundingDirection } from '../../../src/domain/roster/shift.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone } from '../../../src/domain/time/zone.js';

const LENGTHS: readonly (readonly [
  direction: RoundingDirection,
  stepSeconds: number,
  graceSeconds: number,
  seconds: number,
  rounded: number,
])[] = [
  ['UP', 900, 0, 0, 0],
  ['UP', 900, 0, 900, 900],
  ['UP', 900, 0, 901, 1800],
  ['UP', 300, 180, 480, 300],
  ['UP', 300, 180, 481, 600],
  ['DOWN', 900, 0, 899, 0],
  ['DOWN', 900, 0, 900, 900],
  ['DOWN', 900, 180, 720, 900],
  ['DOWN', 900, 180, 719, 0],
  ['NEAREST', 900, 0, 449, 0],
  ['NEAREST', 900, 0, 450, 900],
  ['NEAREST', 900, 0, 900, 900],
  ['NEAREST', 3600, 0, 5399, 3600],
  ['NEAREST', 3600, 0, 5400, 7200],
];

/** Local clocks that are whole quarters of an hour off UTC, or not even that. */
const TIMES: readonly (readonly [zone: string, time: string, stepSeconds: number, to: string])[] = [
  ['Asia/Kathmandu', '2025-06-02T02:20:00Z', 3600, '2025-06-02T03:15:00Z'],
  ['UTC', '2025-06-02T02:20:00Z', 3600, '2025-06-02T03:00:00Z'],
  ['America/St_Johns', '2025-06-02T02:20:00Z', 3600, '2025-06-02T02:30:00Z'],
  ['Africa/Monrovia', '1971-01-01T00:00:00Z', 60, '1971-01-01T00:00:30Z'],
  ['UTC', '1969-12-31T23:59:01Z', 60, '1970-01-01T00:00:00Z'],
];

describe('rounding', () => {
  for (const [direction, stepSeconds, graceSeconds, seconds, rounded] of LENGTHS) {
    it(`${seconds} s ${direction} ${stepSeconds} with grace ${graceSeconds} is ${rounded} s`, () => {
      const rule = { direction, stepSeconds, graceSeconds };
      expect(roundSeconds(seconds, rule)).to.equal(rounded);
    });
  }

  for (const [name, time, stepSeconds, to] of TIMES) {
    it(`${time} in ${name} UP ${stepSeconds} s is ${to}`, () => {
      const zone = findZone(name) ?? expect.fail(name);
      const rule = { direction: 'UP', stepSeconds, graceSeconds: 0 } as const;
      expect(roundTime(Date.parse(time) as Instant, rule, zone)).to.equal(Date.parse(to));
    });
  }
});
