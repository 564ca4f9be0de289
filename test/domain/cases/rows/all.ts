// Every row of the acceptance cases, for whoever runs them.

import type { Case } from '../../support/scenario.js';
import { ABSENCE_AND_MARK_CASES } from './absence-marks.js';
import { BREAK_RULE_CASES } from './break-rules.js';
import { BREAK_AND_ROUNDING_CASES } from './breaks-rounding.js';
import { COUNTED_MINUTES_CASES } from './counted-minutes.js';
import { EXCEPTION_CASES } from './exceptions.js';
import { FORGOTTEN_DEPARTURES } from './forgotten-departures.js';
import { HOURS_CASES } from './hours.js';
import { LEAVE_TIME_CASES } from './leave-times.js';
import { NIGHT_CASES } from './nights.js';
import { ODD_PUNCH_CASES } from './odd-punches.js';
import { SESSION_CASES } from './sessions.js';
import { SHIFT_WINDOW_CASES } from './shift-windows.js';
import { WHOLE_SESSION_CASES } from './whole-sessions.js';
import { ZONE_CASES } from './zones.js';

export const ALL_CASES: readonly Case[] = [
  ...SHIFT_WINDOW_CASES,
  ...ABSENCE_AND_MARK_CASES,
  ...HOURS_CASES,
  ...NIGHT_CASES,
  ...ZONE_CASES,
  ...SESSION_CASES,
  ...BREAK_AND_ROUNDING_CASES,
  ...EXCEPTION_CASES,
  ...WHOLE_SESSION_CASES,
  ...BREAK_RULE_CASES,
  ...COUNTED_MINUTES_CASES,
  ...ODD_PUNCH_CASES,
  ...LEAVE_TIME_CASES,
  ...FORGOTTEN_DEPARTURES,
];
