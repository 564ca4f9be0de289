import { expect } from 'chai';
import fc from 'fast-check';
import { derive } from '../../../src/domain/engine/derive.js';
import { presentResult } from '../../../src/domain/engine/present.js';
import { explain } from '../../../src/domain/explain/explain.js';
import type { Finding } from '../../../src/domain/explain/finding.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { type PunchKind, timelineOf } from '../../../src/domain/facts/punch.js';
import { plan } from '../../../src/domain/roster/plan.js';
import type { EmployeeRoster, Roster } from '../../../src/domain/roster/roster.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
} from '../../../src/domain/roster/shift.js';
import {
  FIRST_DATE,
  fromEpochDay,
  LAST_DATE,
  type LocalDate,
  toEpochDay,
} from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { epochDayAt, findZone, instantAt, type Zone } from '../../../src/domain/time/zone.js';
import { runs } from '../../support/runs.js';

/** Leave of no kind, and what is no leave. */
const KINDLESS = {};

function zone(name: string): Zone {
  const found = findZone(name);
  if (found === undefined) throw new Error(`no zone ${name}`);
  return found;
}

const BERLIN = zone('Europe/Berlin');
const KOLKATA = zone('Asia/Kolkata');
const NEW_YORK = zone('America/New_York');

/** The instant of `2025-06-02 08:00` or `2025-06-02 08:00:30` on Berlin's clock, or another's. */
function at(text: string, where = BERLIN): Instant {
  const [date = '', clock = ''] = text.split(' ');
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return instantAt(where, toEpochDay(date as LocalDate), hours * 3600 + minutes * 60 + seconds);
}

const MINUTE = 60;
const HOUR = 3600;

type Rule = Finding['rule'];
type Fields<F, R> = F extends { readonly rule: infer U }
  ? R extends U
    ? Omit<F, 'rule'>
    : never
  : never;
type Example<R> = readonly [fields: Fields<Finding, R>, text: string, where?: Zone];

const day = { shiftId: 'day' } as const;
const AFTERNOON = { startTime: at('2025-03-30 13:00'), endTime: at('2025-03-30 17:00') };
const lateWork = {
  startTime: at('2025-06-02 18:00'),
  endTime: at('2025-06-03 02:00'),
  workedSeconds: 8 * HOUR,
} as const;
const offShift = { shiftId: undefined } as const;

const DAY_SHIFT = {
  shiftId: 'day',
  startTime: at('2025-06-02 08:00'),
  endTime: at('2025-06-02 16:00'),
  windowStartTime: at('2025-06-02 07:00'),
  windowEndTime: at('2025-06-02 17:00'),
};

const CLOSING = {
  ...day,
  inTime: at('2025-06-02 08:00'),
  isCut: false,
} as const;

/** A rule without a sentence here does not compile. */
const EXAMPLES: { readonly [R in Rule]: readonly Example<R>[] } = {
  AUTO_CLOSED: [
    [
      {
        ...CLOSING,
        by: 'PLANNED_END',
        closeTime: at('2025-06-02 17:00'),
        plannedEndTime: at('2025-06-02 16:00'),
        afterSeconds: HOUR,
      },
      "No departure was punched after the arrival at 08:00 for shift 'day': the session closed at " +
        "17:00 by the rule '1 h after the planned end at 16:00'. A departure that is reported " +
        'later counts instead.',
    ],
    [
      {
        ...CLOSING,
        by: 'PLANNED_WORK',
        closeTime: at('2025-06-02 16:00'),
        plannedSeconds: 8 * HOUR,
        afterSeconds: 0,
      },
      "No departure was punched after the arrival at 08:00 for shift 'day': the session closed at " +
        "16:00 by the rule 'after the planned 8 h of work'. A departure that is reported later " +
        'counts instead.',
    ],
    [
      {
        ...CLOSING,
        by: 'LENGTH',
        closeTime: at('2025-06-02 17:00'),
        afterSeconds: 12 * HOUR,
        isCut: true,
      },
      "No departure was punched after the arrival at 08:00 for shift 'day': the session closed at " +
        "17:00, before what the rule '12 h after the arrival' says, because it could last no " +
        'longer. A departure that is reported later counts instead.',
    ],
  ],
  AUTO_CLOSES: [
    [
      {
        ...CLOSING,
        by: 'PLANNED_END',
        closeTime: at('2025-06-02 16:00'),
        plannedEndTime: at('2025-06-02 16:00'),
        afterSeconds: 0,
      },
      "Arrived at 08:00 for shift 'day' and may still be there: without a departure, the session " +
        "closes at 16:00 by the rule 'the planned end at 16:00'.",
    ],
    [
      {
        ...CLOSING,
        by: 'PLANNED_WORK',
        closeTime: at('2025-06-02 17:00'),
        plannedSeconds: 8 * HOUR,
        afterSeconds: HOUR,
      },
      "Arrived at 08:00 for shift 'day' and may still be there: without a departure, the session " +
        "closes at 17:00 by the rule 'after the planned 8 h of work and 1 h more'.",
    ],
  ],
  SHIFT_PLANNED: [
    [
      { ...DAY_SHIFT, source: 'ASSIGNMENT' },
      "Shift 'day' is planned from 08:00 to 16:00; punches from 07:00 to 17:00 count for it.",
    ],
    [
      { ...DAY_SHIFT, source: 'OVERRIDE' },
      "Shift 'day', set for this date alone, is planned from 08:00 to 16:00; punches from 07:00 " +
        'to 17:00 count for it.',
    ],
    [
      { ...DAY_SHIFT, source: 'DEFAULT_SHIFT' },
      "Shift 'day', the default, is planned from 11:30 to 19:30; punches from 10:30 to 20:30 " +
        'count for it.',
      KOLKATA,
    ],
    [
      {
        shiftId: 'night',
        source: 'ASSIGNMENT',
        startTime: at('2025-03-29 22:00'),
        endTime: at('2025-03-30 06:00'),
        windowStartTime: at('2025-03-29 21:00'),
        windowEndTime: at('2025-03-30 07:00'),
      },
      "Shift 'night' is planned from 22:00 to 06:00 (Sun 30 Mar); punches from 21:00 to 07:00 " +
        '(Sun 30 Mar) count for it.',
    ],
    [
      {
        shiftId: 'early',
        source: 'ASSIGNMENT',
        startTime: at('2025-01-01 00:30'),
        endTime: at('2025-01-01 10:00'),
        windowStartTime: at('2024-12-31 23:30'),
        windowEndTime: at('2025-01-01 11:00'),
      },
      "Shift 'early' is planned from 00:30 to 10:00; punches from 23:30 (Tue 31 Dec) to 11:00 " +
        'count for it.',
    ],
  ],
  CLOCKS_CHANGE: [
    [
      { shiftId: 'night', zone: 'Europe/Berlin', clockSeconds: 8 * HOUR, lengthSeconds: 7 * HOUR },
      "The clocks go forward during shift 'night' (Europe/Berlin): it lasts 7 h although the " +
        'clock times are 8 h apart.',
    ],
    [
      {
        shiftId: 'night',
        zone: 'Australia/Lord_Howe',
        clockSeconds: 8 * HOUR,
        lengthSeconds: 8 * HOUR + 30 * MINUTE,
      },
      "The clocks go back during shift 'night' (Australia/Lord_Howe): it lasts 8 h 30 min " +
        'although the clock times are 8 h apart.',
    ],
  ],
  PLANNED_OFF: [
    [{ source: 'OVERRIDE' }, 'No shift is planned: this date was set to be off.'],
    [{ source: 'ASSIGNMENT' }, 'No shift is planned: the assignment has a day off here.'],
    [{ source: 'DEFAULT_SHIFT' }, 'No shift is planned: the default shift is not in effect yet.'],
  ],
  NOT_ROSTERED: [
    [{}, 'Nothing is planned: no assignment covers the date, and there is no default shift.'],
  ],
  NOT_EMPLOYED: [[{}, 'The employee is not employed on this date.']],
  HOLIDAY: [
    [
      { name: 'Whit Monday', portion: 'WHOLE_DAY', shiftId: undefined },
      'The date is a holiday (Whit Monday).',
    ],
    [{ name: '', portion: 'WHOLE_DAY', ...day }, "The date is a holiday for shift 'day'."],
    [
      { name: 'Eve', portion: 'SECOND_HALF', ...day },
      "The second half of the date is a holiday for shift 'day' (Eve).",
    ],
  ],
  POLICY_FOLLOWED: [
    [
      { policyId: 'field', name: 'Field staff', source: 'EMPLOYEE' },
      "Policy 'field' (Field staff) applies: it is the employee's own.",
    ],
    [
      { policyId: 'field', name: '', source: 'GROUP' },
      "Policy 'field' applies: it is that of the employee's group.",
    ],
    [
      { policyId: 'usual', name: '', source: 'DEFAULT' },
      "Policy 'usual' applies: it is the default.",
    ],
  ],
  WORKS_ON_HOLIDAYS: [
    [
      { name: 'Whit Monday', ...day },
      "The date is a holiday (Whit Monday), but for shift 'day' it is a day like any other.",
    ],
  ],
  WINDOWS_DIVIDED: (
    [
      ['ARRIVAL', "the arrival at 13:30 begins 'late'"],
      ['DEPARTURE', "the departure at 13:30 still ends 'early'"],
      ['NEARER', 'the border is 13:30, in the middle between them'],
    ] as const
  ).map(([by, text]) => [
    { shiftId: 'early', nextShiftId: 'late', dividedTime: at('2025-06-02 13:30'), by },
    `Shifts 'early' and 'late' both take punches here: ${text}.`,
  ]),
  ARRIVED_BEFORE_WINDOW: [
    [
      { shiftId: 'day', punchTime: at('2025-06-02 04:30'), windowTime: at('2025-06-02 07:00') },
      "Arrived at 04:30, before punches for shift 'day' are expected (from 07:00): the whole session counts for it.",
    ],
  ],
  LEFT_AFTER_WINDOW: [
    [
      { shiftId: 'day', punchTime: at('2025-06-02 21:30'), windowTime: at('2025-06-02 21:00') },
      "Left at 21:30, after punches for shift 'day' are expected (until 21:00): the whole session counts for it.",
    ],
  ],
  WORKED_THROUGH: [
    [
      { shiftId: 'early', nextShiftId: 'late', throughTime: at('2025-06-02 14:00') },
      "Went on from shift 'early' to 'late' at 14:00 without touching the clock.",
    ],
  ],
  SESSION: [
    [
      {
        ...day,
        inTime: at('2025-06-02 08:00'),
        outTime: at('2025-06-02 12:00:05'),
        breakSeconds: 0,
        workedSeconds: 4 * HOUR + 5,
      },
      "Present from 08:00 to 12:00:05 for shift 'day': 4 h 5 s.",
    ],
    [
      {
        ...offShift,
        inTime: at('2025-06-02 22:05'),
        outTime: at('2025-06-03 06:05'),
        breakSeconds: 30 * MINUTE,
        workedSeconds: 7.5 * HOUR,
      },
      'Present from 22:05 to 06:05 (Tue 3 Jun) outside every shift: 7 h 30 min, not ' +
        'counting 30 min of breaks.',
    ],
    [
      {
        ...day,
        inTime: at('2025-10-26 02:30'),
        outTime: (at('2025-10-26 02:30') + HOUR * 1000) as Instant,
        breakSeconds: 0,
        workedSeconds: HOUR,
      },
      "Present from 02:30 to 02:30 (second time) for shift 'day': 1 h.",
    ],
    [
      {
        ...day,
        inTime: at('2025-11-01 23:00', NEW_YORK),
        outTime: (at('2025-11-02 01:15', NEW_YORK) + HOUR * 1000) as Instant,
        breakSeconds: 0,
        workedSeconds: 3.25 * HOUR,
      },
      "Present from 23:00 to 01:15 (Sun 2 Nov, second time) for shift 'day': 3 h 15 min.",
      NEW_YORK,
    ],
  ],
  NO_DEPARTURE: [
    [
      {
        ...day,
        inTime: at('2025-06-02 22:05'),
        untilTime: at('2025-06-03 07:00'),
        isLeftOver: false,
      },
      "No departure was punched after the arrival at 22:05 for shift 'day': from 07:00 (Tue 3 " +
        'Jun) on it is missing.',
    ],
    [
      {
        ...day,
        inTime: at('2025-06-02 17:00'),
        untilTime: at('2025-06-02 18:00'),
        isLeftOver: true,
      },
      "The last punch, at 17:00 for shift 'day', is left over: it is an arrival without a " +
        'departure, or one before it is missing.',
    ],
  ],
  NO_ARRIVAL: [
    [
      { ...day, kind: 'OUT', punchTime: at('2025-06-02 17:00') },
      "The departure at 17:00 for shift 'day' has no arrival of its own: it is not known when " +
        'the work began.',
    ],
    [
      { ...offShift, kind: 'BREAK_START', punchTime: at('2025-06-02 12:00') },
      'The start of a break at 12:00 outside every shift has no arrival of its own: it is not ' +
        'known when the work began.',
    ],
  ],
  SET_ASIDE: [
    [
      { ...day, kind: 'IN', punchTime: at('2025-06-02 08:00:07'), reason: 'REPEATED' },
      "The arrival at 08:00:07 for shift 'day' is ignored: it repeats the previous punch.",
    ],
    [
      { ...offShift, kind: 'IN', punchTime: at('2025-06-02 09:00'), reason: 'ALREADY_IN' },
      'The arrival at 09:00 outside every shift is ignored: the employee was already in.',
    ],
    [
      {
        ...day,
        kind: 'BREAK_START',
        punchTime: at('2025-06-02 12:01'),
        reason: 'ALREADY_ON_BREAK',
      },
      "The start of a break at 12:01 for shift 'day' is ignored: the employee was already on " +
        'a break.',
    ],
    [
      { ...day, kind: 'UNSPECIFIED', punchTime: at('2025-06-02 15:00'), reason: 'TOO_MANY' },
      "The punch at 15:00 for shift 'day' is ignored: there are more punches than a shift or " +
        'a day can have.',
    ],
  ],
  BREAK_WITHOUT_START: [
    [
      { ...day, punchTime: at('2025-06-02 12:30') },
      "The end of a break at 12:30 for shift 'day' has no start before it: it counts as no break.",
    ],
  ],
  BREAK_WITHOUT_END: [
    [
      { ...day, punchTime: at('2025-06-02 12:00') },
      "The start of a break at 12:00 for shift 'day' has no end: it counts until the departure.",
    ],
  ],
  OFF_SHIFT_STRETCH: [
    ...(
      [
        ['START_DATE', 'the date it began on'],
        ['MOST_WORKED_DATE', 'the date with most of the work'],
        ['SPLIT_AT_MIDNIGHT', 'the date it began on: no session spans midnight'],
      ] as const
    ).map(
      ([attribution, text]): Example<'OFF_SHIFT_STRETCH'> => [
        {
          ...lateWork,
          attribution,
          date: '2025-06-02' as LocalDate,
          dayStart: '00:00',
          isSplit: false,
        },
        `Work outside every shift from 18:00 to 02:00 (Tue 3 Jun) counts for Mon 2 Jun, ${text}: 8 h.`,
      ],
    ),
    [
      {
        ...lateWork,
        attribution: 'END_DATE',
        date: '2025-06-03' as LocalDate,
        dayStart: '00:00',
        isSplit: false,
      },
      'Work outside every shift from 18:00 (Mon 2 Jun) to 02:00 counts for Tue 3 Jun, the date it ' +
        'ended on: 8 h.',
    ],
    [
      {
        ...lateWork,
        attribution: 'SPLIT_AT_MIDNIGHT',
        date: '2025-06-03' as LocalDate,
        dayStart: '00:00',
        isSplit: true,
      },
      'Work outside every shift from 18:00 (Mon 2 Jun) to 02:00 is split at midnight.',
    ],
    [
      {
        startTime: lateWork.startTime,
        endTime: lateWork.startTime,
        workedSeconds: 0,
        attribution: 'START_DATE',
        date: '2025-06-02' as LocalDate,
        dayStart: '00:00',
        isSplit: false,
      },
      'Work outside every shift at 18:00 counts for Mon 2 Jun, the date it began on: 0 min.',
    ],
    [
      {
        ...lateWork,
        attribution: 'START_DATE',
        date: '2025-06-02' as LocalDate,
        dayStart: '04:00',
        isSplit: false,
      },
      'Work outside every shift from 18:00 to 02:00 (Tue 3 Jun) counts for Mon 2 Jun, the date it ' +
        'began on (dates begin at 04:00): 8 h.',
    ],
    [
      {
        ...lateWork,
        attribution: 'SPLIT_AT_MIDNIGHT',
        date: '2025-06-03' as LocalDate,
        dayStart: '01:00',
        isSplit: true,
      },
      'Work outside every shift from 18:00 (Mon 2 Jun) to 02:00 is split at 01:00.',
    ],
  ],
  OUTSIDE_GEOFENCE: [
    [
      {
        ...day,
        punchTime: at('2025-06-02 08:00'),
        distanceMeters: 1505.6,
        accuracyMeters: 0,
        radiusMeters: 500,
      },
      "The punch at 08:00 was made 1506 m from where shift 'day' is worked: farther than the " +
        '500 m allowed.',
    ],
    [
      {
        ...day,
        punchTime: at('2025-06-02 08:00'),
        distanceMeters: 500.01,
        accuracyMeters: 0,
        radiusMeters: 500,
      },
      "The punch at 08:00 was made just over 500 m from where shift 'day' is worked: farther " +
        'than the 500 m allowed.',
    ],
    [
      {
        ...day,
        punchTime: at('2025-06-02 08:00'),
        distanceMeters: 120,
        accuracyMeters: 20,
        radiusMeters: 50,
      },
      "The punch at 08:00 was made 120 m, give or take 20 m, from where shift 'day' is worked: farther " +
        'than the 50 m allowed.',
    ],
  ],
  CLOCK_SKEW: [
    [
      { ...day, punchTime: at('2025-06-02 08:00') },
      "The punch at 08:00 for shift 'day' may have a wrong time: its device's clock was off when " +
        'it was sent.',
    ],
  ],
  EVENT_ID_CONFLICT: [
    [
      { ...offShift, punchTime: at('2025-06-02 08:00') },
      'The punch at 08:00 outside every shift has a number that its device gave before: was the ' +
        'device reset?',
    ],
  ],
  HOURS_COUNTED: [
    [
      { ...day, hours: 'EVERY_PAIR', workedSeconds: 7.5 * HOUR, breakSeconds: 30 * MINUTE },
      "All time between arrivals and departures for shift 'day' comes to 7 h 30 min, not " +
        'counting 30 min of breaks.',
    ],
    [
      { ...offShift, hours: 'FIRST_IN_TO_LAST_OUT', workedSeconds: 0, breakSeconds: 0 },
      'The time from the first arrival to the last departure outside every shift comes to 0 min.',
    ],
  ],
  BEFORE_START_NOT_COUNTED: [
    [
      { ...day, startTime: at('2025-06-02 09:00'), beforeSeconds: 28 * MINUTE },
      "Work of 28 min before 09:00, the start of shift 'day', does not count.",
    ],
  ],
  AFTER_END_NOT_COUNTED: [
    [
      {
        ...day,
        endTime: at('2025-06-02 18:00'),
        afterSeconds: 20 * MINUTE,
        minOvertimeSeconds: 0,
      },
      "Work of 20 min after 18:00, the end of shift 'day', does not count.",
    ],
    [
      {
        ...day,
        endTime: at('2025-06-02 18:00'),
        afterSeconds: 20 * MINUTE,
        minOvertimeSeconds: 30 * MINUTE,
      },
      "Work of 20 min after 18:00, the end of shift 'day', does not count: only more than 30 min does.",
    ],
  ],
  ARRIVAL_ROUNDED: [
    [
      { ...day, punchedTime: at('2025-06-02 08:03:03'), countedTime: at('2025-06-02 08:00') },
      "The arrival at 08:03:03 for shift 'day' is rounded: it counts as 08:00.",
    ],
  ],
  DEPARTURE_ROUNDED: [
    [
      { ...offShift, punchedTime: at('2025-06-02 23:58'), countedTime: at('2025-06-03 00:00') },
      'The departure at 23:58 outside every shift is rounded: it counts as 00:00 (Tue 3 Jun).',
    ],
  ],
  BREAKS_ROUNDED: [
    [
      { ...day, takenSeconds: 66 * MINUTE, countedSeconds: HOUR },
      "The break time taken for shift 'day', 1 h 6 min, is rounded: it counts as 1 h.",
    ],
  ],
  BREAKS_TOO_SHORT: [
    [
      { ...day, breakCount: 3, shortSeconds: 30 * MINUTE, minBreakSeconds: 15 * MINUTE },
      "Only a break of 15 min or more for shift 'day' counts as the break required: 30 min in 3 " +
        'shorter ones do not.',
    ],
    [
      { ...offShift, breakCount: 1, shortSeconds: 10 * MINUTE, minBreakSeconds: 15 * MINUTE },
      'Only a break of 15 min or more outside every shift counts as the break required: 10 min in a ' +
        'shorter one do not.',
    ],
  ],
  BREAK_DEDUCTED: [
    [
      {
        ...day,
        afterSeconds: 6 * HOUR,
        requiredSeconds: HOUR,
        takenSeconds: 15 * MINUTE,
        deductedSeconds: 45 * MINUTE,
        isExcessOnly: false,
      },
      "More than 6 h of work for shift 'day' requires a break of 1 h; 15 min was taken, so 45 " +
        'min is deducted.',
    ],
    [
      {
        ...offShift,
        afterSeconds: 6 * HOUR,
        requiredSeconds: HOUR,
        takenSeconds: 0,
        deductedSeconds: HOUR,
        isExcessOnly: false,
      },
      'More than 6 h of work outside every shift requires a break of 1 h; none was taken, so 1 ' +
        'h is deducted.',
    ],
    [
      {
        ...day,
        afterSeconds: 6 * HOUR,
        requiredSeconds: 30 * MINUTE,
        takenSeconds: 30 * MINUTE,
        deductedSeconds: 0,
        isExcessOnly: false,
      },
      "More than 6 h of work for shift 'day' requires a break of 30 min; 30 min was taken, so " +
        'nothing is deducted.',
    ],
    [
      {
        ...day,
        afterSeconds: 6 * HOUR,
        requiredSeconds: 30 * MINUTE,
        takenSeconds: 0,
        deductedSeconds: 10 * MINUTE,
        isExcessOnly: true,
      },
      "More than 6 h of work for shift 'day' requires a break of 30 min; none was taken, so 10 min " +
        'is deducted: no more, as working longer never pays less.',
    ],
  ],
  BREAK_PAID: [
    [
      { ...day, takenSeconds: 20 * MINUTE, paidSeconds: 15 * MINUTE },
      "Breaks for shift 'day' took 20 min; 15 min of that is paid and counts as worked.",
    ],
  ],
  WORKED_ROUNDED: [
    [
      {
        ...day,
        exactSeconds: 9 * HOUR + 9 * MINUTE,
        countedSeconds: 9 * HOUR,
        countedOutTime: at('2025-06-02 17:03'),
      },
      "The worked time for shift 'day', 9 h 9 min, is rounded: it counts as 9 h, as if the " +
        'departure had been at 17:03.',
    ],
    [
      { ...day, exactSeconds: 59, countedSeconds: 0, countedOutTime: undefined },
      "The worked time for shift 'day', 59 s, is rounded: it counts as 0 min.",
    ],
  ],
  SPLIT_AT_MIDNIGHT: [
    [
      {
        date: '2025-06-02' as LocalDate,
        dayStart: '00:00',
        workedSeconds: 6 * HOUR,
        stretchSeconds: 8 * HOUR,
      },
      'Of 8 h worked through midnight, 6 h count for Mon 2 Jun.',
    ],
    [
      {
        date: '2025-06-02' as LocalDate,
        dayStart: '04:00',
        workedSeconds: 6 * HOUR,
        stretchSeconds: 8 * HOUR,
      },
      'Of 8 h worked through 04:00, 6 h count for Mon 2 Jun.',
    ],
  ],
  LATE: [
    [
      {
        ...day,
        startTime: at('2025-06-02 08:00'),
        isCore: undefined,
        graceSeconds: 15 * MINUTE,
        arrivalTime: at('2025-06-02 09:30'),
        lateSeconds: 90 * MINUTE,
      },
      "Arrived for shift 'day' at 09:30: 1 h 30 min after the start at 08:00, and more than the " +
        '15 min allowed.',
    ],
    [
      {
        ...day,
        startTime: at('2025-06-02 08:00'),
        isCore: undefined,
        graceSeconds: 0,
        arrivalTime: at('2025-06-02 12:00'),
        lateSeconds: 120 * MINUTE,
        excusedSeconds: 120 * MINUTE,
      },
      "Arrived for shift 'day' at 12:00: 2 h after the start at 08:00, without 2 h of leave.",
    ],
    [
      {
        shiftId: 'night',
        startTime: at('2025-03-29 22:00'),
        isCore: undefined,
        graceSeconds: 0,
        arrivalTime: at('2025-03-30 03:15'),
        lateSeconds: 4.25 * HOUR,
      },
      "Arrived for shift 'night' at 03:15 (Sun 30 Mar): 4 h 15 min after the start at 22:00.",
    ],
    [
      {
        ...day,
        startTime: at('2025-03-30 10:00'),
        isCore: true,
        graceSeconds: 0,
        arrivalTime: at('2025-03-30 10:20'),
        lateSeconds: 20 * MINUTE,
      },
      "Arrived for shift 'day' at 10:20: 20 min after the start of the core time at 10:00.",
    ],
  ],
  EARLY: [
    [
      {
        ...day,
        endTime: at('2025-06-02 12:00'),
        isCore: undefined,
        graceSeconds: HOUR,
        departureTime: at('2025-06-02 10:30'),
        earlySeconds: 90 * MINUTE,
      },
      "Left shift 'day' at 10:30: 1 h 30 min before the end at 12:00, and more than the 1 h " +
        'allowed.',
    ],
    [
      {
        shiftId: 'night',
        endTime: at('2025-03-30 06:00'),
        isCore: undefined,
        graceSeconds: 0,
        departureTime: at('2025-03-29 23:00'),
        earlySeconds: 6 * HOUR,
      },
      "Left shift 'night' at 23:00 (Sat 29 Mar): 6 h before the end at 06:00.",
    ],
    [
      {
        ...day,
        endTime: at('2025-03-30 15:00'),
        isCore: true,
        graceSeconds: 0,
        departureTime: at('2025-03-30 14:30'),
        earlySeconds: 30 * MINUTE,
      },
      "Left shift 'day' at 14:30: 30 min before the end of the core time at 15:00.",
    ],
  ],
  THERE_FOR_OTHER_SHIFT: [
    [
      { shiftId: 'late', otherShiftId: 'early' },
      "Shift 'late' has no punch, but a session of 'early' goes on through it.",
    ],
  ],
  NOBODY_CAME: [[day, "No arrival or departure was punched for shift 'day'."]],
  BREAK_OF_TYPE: [
    [
      {
        ...day,
        breakTypeId: 'lunch',
        startTime: at('2025-03-30 12:00'),
        endTime: at('2025-03-30 13:00'),
      },
      "The break from 12:00 to 13:00 for shift 'day' is of type 'lunch'.",
    ],
  ],
  BREAK_TOO_LONG: [
    [
      { ...day, breakTypeId: 'rest', takenSeconds: 20 * MINUTE, lengthSeconds: 15 * MINUTE },
      "Breaks of type 'rest' for shift 'day' took 20 min, longer than the 15 min expected.",
    ],
  ],
  BREAK_BY_CLOCK: [
    [
      { ...day, breakTypeId: 'lunch', lengthSeconds: HOUR, takenSeconds: 0, deductedSeconds: HOUR },
      "The clock takes 1 h of 'lunch' for shift 'day'; none was taken, so 1 h worked in its time is " +
        'deducted.',
    ],
    [
      {
        shiftId: undefined,
        breakTypeId: 'lunch',
        lengthSeconds: HOUR,
        takenSeconds: 20 * MINUTE,
        deductedSeconds: 40 * MINUTE,
      },
      "The clock takes 1 h of 'lunch' outside every shift; 20 min was taken, so 40 min worked in its " +
        'time is deducted.',
    ],
  ],
  BREAK_TYPE_PAID: [
    [
      { ...day, breakTypeId: 'rest', takenSeconds: 20 * MINUTE, paidSeconds: 15 * MINUTE },
      "Breaks of type 'rest' for shift 'day' took 20 min; 15 min of that is paid and counts as worked.",
    ],
  ],
  FLEXIBLE_HOURS: [
    [
      { ...day, targetSeconds: 8 * HOUR, coreStartTime: undefined, coreEndTime: undefined },
      "The hours of shift 'day' are flexible: 8 h are to be worked in them.",
    ],
    [
      {
        ...day,
        targetSeconds: 8 * HOUR,
        coreStartTime: at('2025-03-30 10:00'),
        coreEndTime: at('2025-03-30 15:00'),
      },
      "The hours of shift 'day' are flexible: 8 h are to be worked in them, and everybody is there " +
        'from 10:00 to 15:00.',
    ],
  ],
  HALF_TO_WORK: [
    [
      { ...day, ...AFTERNOON, isCore: false, targetSeconds: undefined },
      "Half of shift 'day' is to be worked: from 13:00 to 17:00.",
    ],
    [
      { ...day, ...AFTERNOON, isCore: false, targetSeconds: 4 * HOUR },
      "Half of shift 'day' is to be worked: 4 h from 13:00 to 17:00.",
    ],
    [
      { ...day, ...AFTERNOON, isCore: true, targetSeconds: 4 * HOUR },
      "Half of shift 'day' is to be worked: 4 h with the core time from 13:00 to 17:00.",
    ],
  ],
  BELOW_TARGET: [
    [
      { ...day, workedSeconds: 7 * HOUR, targetSeconds: 8 * HOUR, graceSeconds: 0 },
      "Worked 7 h for shift 'day': 1 h less than the target of 8 h.",
    ],
    [
      { ...day, workedSeconds: 7 * HOUR, targetSeconds: 8 * HOUR, graceSeconds: 5 * MINUTE },
      "Worked 7 h for shift 'day': 1 h less than the target of 8 h, and more than the 5 min allowed.",
    ],
  ],
  BELOW_ABSENT: [
    [
      { ...day, workedSeconds: 90 * MINUTE, thresholdSeconds: 2 * HOUR },
      "Worked 1 h 30 min for shift 'day', less than the 2 h that must be worked to count at all: " +
        'absent.',
    ],
  ],
  BELOW_HALF_DAY: [
    [
      { ...day, workedSeconds: 90 * MINUTE, thresholdSeconds: 2 * HOUR },
      "Worked 1 h 30 min for shift 'day', less than the 2 h needed for a full day: half a day.",
    ],
  ],
  SHIFT_STATUS: [
    [{ ...day, status: 'ABSENT', workedSeconds: 0 }, "Shift 'day' comes to: absent."],
    [
      { ...day, status: 'PRESENT', workedSeconds: 7.5 * HOUR },
      "Shift 'day' comes to: present, 7 h 30 min worked.",
    ],
  ],
  TIME_SKIPPED: [
    [
      {
        ...day,
        zone: 'Europe/Berlin',
        skipped: '02:30',
        movedTime: Date.parse('2025-03-30T01:00:00Z') as Instant,
      },
      "The clocks skip 02:30 (Europe/Berlin): for shift 'day' it is 03:00, right after the " +
        'gap.',
    ],
  ],
  SHIFT_SKIPPED: [[day, "The clocks skip all of shift 'day': it does not take place."]],
  SHIFTS_OVERLAP: [
    [
      { ...day, otherShiftId: 'night' },
      "The hours of shift 'day' overlap with those of shift 'night'.",
    ],
  ],
  SHIFTS_COMBINED: [
    [
      { shiftCount: 2, status: 'HALF_DAY' },
      'The 2 shifts of the date together come to: half a day.',
    ],
  ],
  DECLARED: [
    [
      { status: 'ON_LEAVE', portion: 'WHOLE_DAY', ...KINDLESS, note: '', otherwise: 'ABSENT' },
      'The day was declared: on leave. Without that the day would be: absent.',
    ],
    [
      {
        status: 'ON_LEAVE',
        portion: 'WHOLE_DAY',
        leaveTypeId: 'sick',
        note: 'flu',
        otherwise: undefined,
      },
      'The day was declared: on leave (sick) (note: flu).',
    ],
    [
      {
        status: 'REMOTE',
        portion: 'FIRST_HALF',
        ...KINDLESS,
        note: ' at\n home ',
        otherwise: 'HALF_DAY',
      },
      'The first half of the day was declared: remote work (note: at home). Without that the day ' +
        'would be: half a day.',
    ],
    [
      {
        status: 'DAY_OFF',
        portion: 'SECOND_HALF',
        ...KINDLESS,
        note: '𝒙'.repeat(81),
        otherwise: 'HOLIDAY',
      },
      `The second half of the day was declared: a day off (note: ${'𝒙'.repeat(80)}...). ` +
        'Without that the day would be: a holiday.',
    ],
  ],
  OTHER_HALF: [
    [
      { status: 'REMOTE', ...KINDLESS, isDeclared: true },
      'The other half of the day was declared too: remote work.',
    ],
    [
      { status: 'ON_LEAVE', leaveTypeId: 'vacation', isDeclared: true },
      'The other half of the day was declared too: on leave (vacation).',
    ],
    [
      { status: 'ABSENT', ...KINDLESS, isDeclared: false },
      'The other half of the day comes to: absent.',
    ],
  ],
  LONGER_THAN_A_DAY: [
    [{ workedSeconds: 27.25 * HOUR }, 'The work of the date comes to 27 h 15 min, more than 24 h.'],
  ],
  OFF_SHIFT_PRESENT: [[{}, 'The employee worked on a date without a roster: present.']],
  WORKED_ON_HOLIDAY: [[{}, 'There was work on a holiday.']],
  LEAVE_TIME: [
    [
      {
        startTime: at('2025-06-02 10:00'),
        endTime: at('2025-06-02 12:00'),
        leaveTypeId: 'doctor',
        excusedSeconds: 120 * MINUTE,
      },
      'Leave by the hour was declared from 10:00 to 12:00 (doctor): 2 h of the planned hours is excused.',
    ],
    [
      {
        startTime: at('2025-06-02 20:00'),
        endTime: at('2025-06-02 21:00'),
        ...KINDLESS,
        excusedSeconds: 0,
      },
      'Leave by the hour was declared from 20:00 to 21:00: none of the planned hours is excused.',
    ],
  ],
  WORKED_IN_LEAVE_TIME: [
    [
      {
        ...day,
        startTime: at('2025-06-02 10:00'),
        endTime: at('2025-06-02 12:00'),
        workedSeconds: 90 * MINUTE,
      },
      "There was 1 h 30 min of work for shift 'day' during the leave from 10:00 to 12:00.",
    ],
  ],
  WORKED_ON_LEAVE: [[{}, 'There was work on a day that was declared as leave.']],
  WORKED_ON_DAY_OFF: [[{}, 'There was work on a day off.']],
  NOT_YET_IN: [
    [
      { ...day, startTime: at('2025-06-02 08:00'), lateTime: at('2025-06-02 08:15') },
      "The employee has not come for shift 'day', which began at 08:00, and is late since 08:15.",
    ],
    [
      { ...day, startTime: at('2025-06-02 08:00'), lateTime: at('2025-06-02 08:00') },
      "The employee has not come for shift 'day', which began at 08:00.",
    ],
  ],
  NOT_SEEN_YET: [
    [
      { ...day, untilTime: at('2025-06-02 17:00') },
      "Not settled: no punch for shift 'day' yet. From 17:00 on, the employee counts " +
        'as absent.',
    ],
  ],
  STILL_THERE: [
    [
      { ...offShift, inTime: at('2025-06-02 08:00'), untilTime: at('2025-06-03 00:00') },
      'Not settled: the employee arrived at 08:00 outside every shift and is expected to punch out by ' +
        '00:00 (Tue 3 Jun); after that, the departure is missing.',
    ],
  ],
  MAY_COME_BACK: [
    [
      { ...day, untilTime: at('2025-06-02 16:00') },
      "Not settled: the employee left shift 'day' and may come back before 16:00.",
    ],
  ],
};

const TABLE = Object.entries(EXAMPLES).flatMap(([rule, examples]) =>
  (examples as readonly Example<Rule>[]).map(([fields, text, where = BERLIN]) => ({
    finding: { ...fields, rule } as Finding,
    text,
    where,
  })),
);

/** The day a finding is about: its own, or that of its first time. */
function dayOf(finding: Finding, where: Zone): LocalDate {
  if ('date' in finding) return finding.date;
  const first = Object.entries(finding).find(([name]) => name.endsWith('Time'));
  const epochDay = epochDayAt(where, (first?.[1] ?? at('2025-06-02 12:00')) as Instant);
  return fromEpochDay(Math.min(Math.max(epochDay, toEpochDay(FIRST_DATE)), toEpochDay(LAST_DATE)));
}

describe('findings in words', () => {
  for (const { finding, text, where } of TABLE) {
    it(`${finding.rule}: ${text}`, () => {
      expect(explain(finding, where, dayOf(finding, where))).to.equal(text);
    });
  }

  it('are one sentence, or two, whatever the times and the zone are', () => {
    const zones = fc.constantFrom(
      BERLIN,
      KOLKATA,
      NEW_YORK,
      zone('Pacific/Apia'),
      zone('Africa/Monrovia'),
      zone('America/St_Johns'),
    );
    // 1900 to 9999.
    const time = fc.integer({ min: -2_208_988_800_000, max: 253_402_300_799_999 });
    const finding = fc.constantFrom(...TABLE).chain((row) =>
      time.map((instant) => {
        const fields = Object.entries(row.finding).map(([name, value]) =>
          name.endsWith('Time') && typeof value === 'number' ? [name, instant] : [name, value],
        );
        return Object.fromEntries(fields) as Finding;
      }),
    );
    fc.assert(
      fc.property(finding, zones, (any, where) => {
        const date = dayOf(any, where);
        const text = explain(any, where, date);
        expect(text).to.match(/^[A-Z].*[.?]$/su);
        expect(text).to.not.match(/undefined|NaN|null|\[object/);
        expect(text.split(/[.?](?: |$)/).length).to.be.within(2, 3);
        expect(explain(any, where, date)).to.equal(text);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('a night in words', () => {
  const night = {
    shiftId: 'night',
    startSecond: 22 * HOUR,
    endSecond: 6 * HOUR,
    zone: undefined,
    beforeSeconds: HOUR,
    afterSeconds: HOUR,
    maxSessionSeconds: 0,
    lateGraceSeconds: 15 * MINUTE,
    earlyGraceSeconds: 0,
    halfDayBelowSeconds: 4 * HOUR,
    absentBelowSeconds: 0,
    work: PLAIN_WORK_RULES,
    halvesMeetSecond: undefined,
    flexible: undefined,
    counting: PLAIN_COUNTING,
    worksOnHolidays: false,
    calendarId: undefined,
    geofence: undefined,
  };
  const roster: Roster = {
    shifts: new Map([['night', [{ fromDay: -Infinity, shift: night }]]]),
    calendars: new Map(),
    policies: new Map(),
    offShift: DEFAULT_OFF_SHIFT_RULES,
  };
  const date = '2025-03-29' as LocalDate;
  const employee: EmployeeRoster = {
    zones: [{ fromDay: -Infinity, zone: BERLIN }],
    joinedDay: -Infinity,
    leftDay: Infinity,
    defaultShiftId: undefined,
    calendarId: undefined,
    assignments: [],
    overrides: new Map([[toEpochDay(date), ['night']]]),
  };
  const subject = { employeeId: 'e1' as EmployeeId, employeeName: '', date };

  /** Every sentence about the night that the clocks go forward, at a moment. */
  function told(punches: readonly (readonly [string, PunchKind])[], now: string): string[] {
    const timeline = timelineOf(
      punches.map(([time, kind]) => ({
        time: at(time),
        kind,
        deviceId: '',
        eventId: '',
        position: undefined,
        flags: [],
      })),
    );
    const trace: Finding[] = [];
    const facts = { declaration: undefined, punches: timeline };
    const result = derive(facts, plan(roster, employee, toEpochDay(date)), trace, at(now));
    presentResult(subject, result, at(now), trace);
    return trace.map((finding) => explain(finding, BERLIN, date));
  }

  const planned = [
    "Shift 'night', set for this date alone, is planned from 22:00 to 06:00 (Sun 30 Mar); " +
      'punches from 21:00 to 07:00 (Sun 30 Mar) count for it.',
    "The clocks go forward during shift 'night' (Europe/Berlin): it lasts 7 h although the clock " +
      'times are 8 h apart.',
  ];

  it('that was worked', () => {
    const punches = [
      ['2025-03-29 22:20', 'IN'],
      ['2025-03-30 01:00', 'BREAK_START'],
      ['2025-03-30 05:30', 'OUT'],
    ] as const;
    expect(told(punches, '2025-04-01 12:00')).to.deep.equal([
      ...planned,
      "The start of a break at 01:00 (Sun 30 Mar) for shift 'night' has no end: it counts until " +
        'the departure.',
      "Present from 22:20 to 05:30 (Sun 30 Mar) for shift 'night': 2 h 40 min, not " +
        'counting 3 h 30 min of breaks.',
      "Arrived for shift 'night' at 22:20: 20 min after the start at 22:00, and more than the 15 " +
        'min allowed.',
      "Left shift 'night' at 05:30 (Sun 30 Mar): 30 min before the end at 06:00 (Sun 30 Mar).",
      "Worked 2 h 40 min for shift 'night', less than the 4 h needed for a full day: half a day.",
      "Shift 'night' comes to: half a day, 2 h 40 min worked.",
    ]);
  });

  it('to which nobody has come yet', () => {
    expect(told([], '2025-03-29 23:00')).to.deep.equal([
      ...planned,
      "The employee has not come for shift 'night', which began at 22:00, and is late since 22:15.",
      "Not settled: no punch for shift 'night' yet. From 06:00 (Sun 30 Mar) on, the " +
        'employee counts as absent.',
    ]);
  });

  it('to which nobody came', () => {
    expect(told([], '2025-03-30 06:00')).to.deep.equal([
      ...planned,
      "No arrival or departure was punched for shift 'night'.",
      "Shift 'night' comes to: absent.",
    ]);
  });
});
