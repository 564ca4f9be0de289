// A38: shifts that cannot be defined.

import type { ShiftSetup } from '../../support/scenario.js';

/** With the reason of the refusal; without one the shift is good. */
export const DEFINITIONS: readonly {
  readonly id: string;
  readonly title: string;
  readonly shift: ShiftSetup;
  readonly reason: string | undefined;
}[] = [
  {
    id: 'A38',
    title: 'a start that is the end',
    shift: { id: 'day', hours: '08:00-08:00' },
    reason: 'START_EQUALS_END',
  },
  {
    id: 'A38',
    title: 'a window of 24 hours',
    shift: { id: 'day', hours: '08:00-20:00', before: '6:00', after: '6:00' },
    reason: 'WINDOW_TOO_LONG',
  },
  {
    id: 'A38',
    title: 'a window of 24 hours around a night',
    shift: { id: 'night', hours: '20:00-08:00', before: '6:30', after: '6:00' },
    reason: 'WINDOW_TOO_LONG',
  },
  {
    id: 'A38',
    title: 'a window a minute shorter is good',
    shift: { id: 'day', hours: '08:00-20:00', before: '6:00', after: '5:59' },
    reason: undefined,
  },
];
