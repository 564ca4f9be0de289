// Days told in full: what each comes to, in one line, and every sentence that explains it. The
// sentences that only say what is planned are left out: explain.test.ts has them.

import { expect } from 'chai';
import type { RosterSetup, ShiftSetup } from './support/scenario.js';
import { type Told, tell } from './support/tell.js';

function shift(id: string, hours: string, more: Partial<ShiftSetup> = {}): ShiftSetup {
  return { id, hours, before: '2:00', after: '4:00', ...more };
}

function onD(...shifts: readonly ShiftSetup[]): RosterSetup {
  return { shifts, assigned: [{ shifts: shifts.map(({ id }) => id), from: 'D', to: 'D' }] };
}

const THRESHOLDS = { halfDayThreshold: '6:00', absentThreshold: '2:00' };
const DAY_OFF: RosterSetup = {
  shifts: [shift('day', '09:00-17:00')],
  assigned: [{ shifts: [], from: 'D', to: 'D' }],
};
const day = (more: Partial<ShiftSetup> = {}): RosterSetup => onD(shift('day', '09:00-17:00', more));
const two = (am: Partial<ShiftSetup> = {}, pm: Partial<ShiftSetup> = {}): RosterSetup =>
  onD(shift('am', '08:00-12:00', am), shift('pm', '13:00-17:00', pm));

const DAYS: readonly (readonly [
  what: string,
  told: Told,
  lines: readonly string[],
  date?: string,
])[] = [
  [
    'two shifts, both worked',
    { roster: two(), punches: ['D 08:00 IN', 'D 12:00 OUT', 'D 13:00 IN', 'D 17:00 OUT'] },
    [
      'PRESENT DERIVED 8:00; am PRESENT; pm PRESENT; final',
      "Present from 08:00 to 12:00 for shift 'am': 4 h.",
      "Shift 'am' comes to: present, 4 h worked.",
      "Present from 13:00 to 17:00 for shift 'pm': 4 h.",
      "Shift 'pm' comes to: present, 4 h worked.",
      'The 2 shifts of the date together come to: present.',
    ],
  ],
  [
    'two shifts, one worked',
    { roster: two(), punches: ['D 13:00 IN', 'D 17:00 OUT'] },
    [
      'HALF_DAY DERIVED 4:00; am ABSENT; pm PRESENT; final',
      "No arrival or departure was punched for shift 'am'.",
      "Shift 'am' comes to: absent.",
      "Present from 13:00 to 17:00 for shift 'pm': 4 h.",
      "Shift 'pm' comes to: present, 4 h worked.",
      'The 2 shifts of the date together come to: half a day.',
    ],
  ],
  [
    'two shifts, none worked',
    { roster: two() },
    [
      'ABSENT EXPECTED 0:00; am ABSENT; pm ABSENT; final',
      "No arrival or departure was punched for shift 'am'.",
      "Shift 'am' comes to: absent.",
      "No arrival or departure was punched for shift 'pm'.",
      "Shift 'pm' comes to: absent.",
      'The 2 shifts of the date together come to: absent.',
    ],
  ],
  [
    'two shifts, the first missed and the second to come',
    { roster: two(), now: 'D 12:30' },
    [
      'SCHEDULED EXPECTED 0:00; am ABSENT; pm SCHEDULED; until 13:00:00',
      "No arrival or departure was punched for shift 'am'.",
      "Shift 'am' comes to: absent.",
      'The 2 shifts of the date together come to: not due yet.',
      "Not settled: no punch for shift 'pm' yet. From 17:00 on, the employee counts as absent.",
    ],
  ],
  [
    'two shifts, the first worked and the second to come',
    { roster: two(), punches: ['D 08:00 IN', 'D 12:00 OUT'], now: 'D 12:30' },
    [
      'PRESENT DERIVED 4:00; am PRESENT; pm SCHEDULED; until 13:00:00',
      "Present from 08:00 to 12:00 for shift 'am': 4 h.",
      "Shift 'am' comes to: present, 4 h worked.",
      'The 2 shifts of the date together come to: present.',
      "Not settled: no punch for shift 'pm' yet. From 17:00 on, the employee counts as absent.",
    ],
  ],
  [
    'two shifts, half of one worked',
    {
      roster: two({ halfDayThreshold: '4:00' }),
      punches: ['D 08:00 IN', 'D 10:00 OUT', 'D 13:00 IN', 'D 17:00 OUT'],
    },
    [
      'HALF_DAY DERIVED 6:00; early 2:00; am HALF_DAY; pm PRESENT; EARLY_OUT; final',
      "Present from 08:00 to 10:00 for shift 'am': 2 h.",
      "Left shift 'am' at 10:00: 2 h before the end at 12:00.",
      "Worked 2 h for shift 'am', less than the 4 h needed for a full day: half a day.",
      "Shift 'am' comes to: half a day, 2 h worked.",
      "Present from 13:00 to 17:00 for shift 'pm': 4 h.",
      "Shift 'pm' comes to: present, 4 h worked.",
      'The 2 shifts of the date together come to: half a day.',
    ],
  ],
  [
    'a holiday of one shift, the other missed',
    { roster: { ...two({}, { worksOnHolidays: true }), holidays: ['D'] } },
    [
      'ABSENT EXPECTED 0:00; am HOLIDAY; pm ABSENT; final',
      "The date is a holiday for shift 'am' (a holiday).",
      "The date is a holiday (a holiday), but for shift 'pm' it is a day like any other.",
      "Shift 'am' comes to: a holiday.",
      "No arrival or departure was punched for shift 'pm'.",
      "Shift 'pm' comes to: absent.",
      'The 2 shifts of the date together come to: absent.',
    ],
  ],
  [
    'a holiday of one shift that somebody came to',
    {
      roster: { ...two({}, { worksOnHolidays: true }), holidays: ['D'] },
      punches: ['D 08:30 IN', 'D 11:00 OUT', 'D 13:00 IN', 'D 17:00 OUT'],
    },
    [
      'PRESENT DERIVED 6:30; am HOLIDAY; pm PRESENT; WORKED_ON_HOLIDAY; final',
      "The date is a holiday for shift 'am' (a holiday).",
      "The date is a holiday (a holiday), but for shift 'pm' it is a day like any other.",
      "Present from 08:30 to 11:00 for shift 'am': 2 h 30 min.",
      "Shift 'am' comes to: a holiday, 2 h 30 min worked.",
      "Present from 13:00 to 17:00 for shift 'pm': 4 h.",
      "Shift 'pm' comes to: present, 4 h worked.",
      'The 2 shifts of the date together come to: present.',
      'There was work on a holiday.',
    ],
  ],
  [
    'a holiday, worked late and not to its end',
    { roster: { ...day(THRESHOLDS), holidays: ['D'] }, punches: ['D 10:00 IN', 'D 11:00 OUT'] },
    [
      'HOLIDAY DERIVED 1:00; day HOLIDAY; WORKED_ON_HOLIDAY; final',
      "The date is a holiday for shift 'day' (a holiday).",
      "Present from 10:00 to 11:00 for shift 'day': 1 h.",
      "Shift 'day' comes to: a holiday, 1 h worked.",
      'There was work on a holiday.',
    ],
  ],
  [
    'a holiday without a shift, worked',
    { roster: { holidays: ['D'] }, punches: ['D 10:00 IN', 'D 11:00 OUT'] },
    [
      'HOLIDAY DERIVED 1:00; WORKED_ON_HOLIDAY; final',
      'The date is a holiday (a holiday).',
      'Work outside every shift from 10:00 to 11:00 counts for Wed 15 May, the date it began on: 1 h.',
      'Present from 10:00 to 11:00 outside every shift: 1 h.',
      'There was work on a holiday.',
    ],
  ],
  [
    'the first half away, of two shifts: late for the second',
    { roster: two(), marks: ['D ON_LEAVE FIRST_HALF'], punches: ['D 13:30 IN', 'D 17:00 OUT'] },
    [
      'ON_LEAVE MARKED 3:30; FIRST_HALF, other PRESENT; late 0:30; am ON_LEAVE; pm PRESENT; LATE_IN; final',
      'The first half of the day was declared: on leave. Without that the day would be: half a day.',
      "Shift 'am' comes to: on leave.",
      "Present from 13:30 to 17:00 for shift 'pm': 3 h 30 min.",
      "Arrived for shift 'pm' at 13:30: 30 min after the start at 13:00.",
      "Shift 'pm' comes to: present, 3 h 30 min worked.",
      'The other half of the day comes to: present.',
    ],
  ],
  [
    'the second half away, of two shifts: early from the first',
    { roster: two(), marks: ['D ON_LEAVE SECOND_HALF'], punches: ['D 08:00 IN', 'D 11:00 OUT'] },
    [
      'ON_LEAVE MARKED 3:00; SECOND_HALF, other PRESENT; early 1:00; am PRESENT; pm ON_LEAVE; EARLY_OUT; final',
      'The second half of the day was declared: on leave. Without that the day would be: half a day.',
      "Present from 08:00 to 11:00 for shift 'am': 3 h.",
      "Left shift 'am' at 11:00: 1 h before the end at 12:00.",
      "Shift 'am' comes to: present, 3 h worked.",
      "Shift 'pm' comes to: on leave.",
      'The other half of the day comes to: present.',
    ],
  ],
  [
    'the first half away, of two shifts: nobody came, and it is not over',
    { roster: two(), marks: ['D ON_LEAVE FIRST_HALF'], now: 'D 14:00' },
    [
      'ON_LEAVE MARKED 0:00; FIRST_HALF, other SCHEDULED; am ON_LEAVE; pm SCHEDULED; NOT_YET_IN; until 17:00:00',
      'The first half of the day was declared: on leave.',
      "Shift 'am' comes to: on leave.",
      'The other half of the day comes to: not due yet.',
      "The employee has not come for shift 'pm', which began at 13:00.",
      "Not settled: no punch for shift 'pm' yet. From 17:00 on, the employee counts as absent.",
    ],
  ],
  [
    'the first half away, of three shifts: the middle one is in both',
    {
      roster: {
        shifts: [
          { id: 'a', hours: '06:00-08:00', before: '0:30', after: '0:30' },
          { id: 'b', hours: '10:00-12:00', before: '0:30', after: '0:30' },
          { id: 'c', hours: '14:00-16:00', before: '0:30', after: '0:30' },
        ],
        assigned: [{ shifts: ['a', 'b', 'c'], from: 'D', to: 'D' }],
      },
      marks: ['D ON_LEAVE FIRST_HALF'],
      punches: ['D 11:00 IN', 'D 12:00 OUT', 'D 14:30 IN', 'D 16:00 OUT'],
    },
    [
      'ON_LEAVE MARKED 2:30; FIRST_HALF, other PRESENT; late 0:30; a ON_LEAVE; b PRESENT; c PRESENT; LATE_IN; final',
      'The first half of the day was declared: on leave. Without that the day would be: half a day.',
      "Shift 'a' comes to: on leave.",
      "Present from 11:00 to 12:00 for shift 'b': 1 h.",
      "Half of shift 'b' is to be worked: from 11:00 to 12:00.",
      "Shift 'b' comes to: present, 1 h worked.",
      "Present from 14:30 to 16:00 for shift 'c': 1 h 30 min.",
      "Arrived for shift 'c' at 14:30: 30 min after the start at 14:00.",
      "Shift 'c' comes to: present, 1 h 30 min worked.",
      'The other half of the day comes to: present.',
    ],
  ],
  [
    'both halves declared',
    { roster: day(), marks: ['D ON_LEAVE FIRST_HALF', 'D REMOTE SECOND_HALF'] },
    [
      'REMOTE MARKED 0:00; SECOND_HALF, other ON_LEAVE; day ON_LEAVE; final',
      'The second half of the day was declared: remote work. Without that the day would be: absent.',
      "Shift 'day' comes to: on leave.",
      'The other half of the day was declared too: on leave.',
    ],
  ],
  [
    'half a day away, late and early on the other side',
    {
      roster: day(THRESHOLDS),
      marks: ['D ON_LEAVE SECOND_HALF'],
      punches: ['D 09:30 IN', 'D 13:00 OUT'],
    },
    [
      'ON_LEAVE MARKED 3:30; SECOND_HALF, other PRESENT; late 0:30; day PRESENT; LATE_IN; final',
      'The second half of the day was declared: on leave. Without that the day would be: half a day.',
      "Present from 09:30 to 13:00 for shift 'day': 3 h 30 min.",
      "Half of shift 'day' is to be worked: from 09:00 to 13:00.",
      "Arrived for shift 'day' at 09:30: 30 min after the start at 09:00.",
      "Shift 'day' comes to: present, 3 h 30 min worked.",
      'The other half of the day comes to: present.',
    ],
  ],
  [
    'half a day away from flexible hours with a core time',
    {
      roster: day({ target: '6:00', core: '10:00-15:00' }),
      marks: ['D ON_LEAVE FIRST_HALF'],
      punches: ['D 12:40 IN', 'D 16:00 OUT'],
    },
    [
      'ON_LEAVE MARKED 3:20; FIRST_HALF, other PRESENT; late 0:10; day PRESENT; LATE_IN; final',
      'The first half of the day was declared: on leave. Without that the day would be: present.',
      "The hours of shift 'day' are flexible: 6 h are to be worked in them, and everybody is there from 10:00 to 15:00.",
      "Present from 12:40 to 16:00 for shift 'day': 3 h 20 min.",
      "Half of shift 'day' is to be worked: 3 h with the core time from 12:30 to 15:00.",
      "Arrived for shift 'day' at 12:40: 10 min after the start of the core time at 12:30.",
      "Shift 'day' comes to: present, 3 h 20 min worked.",
      'The other half of the day comes to: present.',
    ],
  ],
  [
    'half a holiday',
    {
      roster: { ...day({ target: '6:00' }), holidays: ['D SECOND_HALF'] },
      punches: ['D 09:00 IN', 'D 12:00 OUT'],
    },
    [
      'PRESENT DERIVED 3:00; day PRESENT; final',
      "The hours of shift 'day' are flexible: 6 h are to be worked in them.",
      "The second half of the date is a holiday for shift 'day' (a holiday).",
      "Present from 09:00 to 12:00 for shift 'day': 3 h.",
      "Half of shift 'day' is to be worked: 3 h from 09:00 to 13:00.",
      "Shift 'day' comes to: present, 3 h worked.",
    ],
  ],
  [
    'half a day remote is no excuse to be late',
    { roster: day(), marks: ['D REMOTE FIRST_HALF'], punches: ['D 09:30 IN', 'D 17:00 OUT'] },
    [
      'REMOTE MARKED 7:30; FIRST_HALF, other PRESENT; late 0:30; day PRESENT; LATE_IN; final',
      'The first half of the day was declared: remote work. Without that the day would be: present.',
      "Present from 09:30 to 17:00 for shift 'day': 7 h 30 min.",
      "Arrived for shift 'day' at 09:30: 30 min after the start at 09:00.",
      "Shift 'day' comes to: present, 7 h 30 min worked.",
      'The other half of the day comes to: present.',
    ],
  ],
  [
    'leave that is still to come',
    { roster: day(), marks: ['D ON_LEAVE'], now: 'D 08:00' },
    [
      'ON_LEAVE MARKED 0:00; day ON_LEAVE; final',
      'The day was declared: on leave.',
      "Shift 'day' comes to: on leave.",
    ],
  ],
  [
    'work on a day of leave',
    { roster: day(THRESHOLDS), marks: ['D ON_LEAVE'], punches: ['D 10:00 IN', 'D 11:00 OUT'] },
    [
      'ON_LEAVE MARKED 1:00; day ABSENT; WORKED_ON_LEAVE; final',
      'The day was declared: on leave. Without that the day would be: absent.',
      "Present from 10:00 to 11:00 for shift 'day': 1 h.",
      "Worked 1 h for shift 'day', less than the 2 h that must be worked to count at all: absent.",
      "Shift 'day' comes to: absent, 1 h worked.",
      'There was work on a day that was declared as leave.',
    ],
  ],
  [
    'work on a declared holiday',
    { roster: {}, marks: ['D HOLIDAY'], punches: ['D 10:00 IN', 'D 11:00 OUT'] },
    [
      'HOLIDAY MARKED 1:00; WORKED_ON_HOLIDAY; final',
      'The day was declared: a holiday. Without that the day would be: present.',
      'Work outside every shift from 10:00 to 11:00 counts for Wed 15 May, the date it began on: 1 h.',
      'Present from 10:00 to 11:00 outside every shift: 1 h.',
      'There was work on a holiday.',
    ],
  ],
  [
    'a declared half day that nobody came to',
    { roster: day(), marks: ['D HALF_DAY'] },
    [
      'HALF_DAY MARKED 0:00; day HALF_DAY; final',
      'The day was declared: half a day. Without that the day would be: absent.',
      "Shift 'day' comes to: half a day.",
    ],
  ],
  [
    'declared absent, and there',
    { roster: day(THRESHOLDS), marks: ['D ABSENT'], punches: ['D 09:30 IN', 'D 12:30 OUT'] },
    [
      'ABSENT MARKED 3:00; day HALF_DAY; final',
      'The day was declared: absent. Without that the day would be: half a day.',
      "Present from 09:30 to 12:30 for shift 'day': 3 h.",
      "Worked 3 h for shift 'day', less than the 6 h needed for a full day: half a day.",
      "Shift 'day' comes to: half a day, 3 h worked.",
    ],
  ],
  [
    'half a day away without a roster',
    { roster: {}, marks: ['D ON_LEAVE FIRST_HALF'] },
    [
      'ON_LEAVE MARKED 0:00; FIRST_HALF, other -; final',
      'The first half of the day was declared: on leave. Without that the day would be: not scheduled.',
    ],
  ],
  [
    'half a day away on a day off',
    { roster: DAY_OFF, marks: ['D ON_LEAVE FIRST_HALF'] },
    [
      'ON_LEAVE MARKED 0:00; FIRST_HALF, other DAY_OFF; final',
      'The first half of the day was declared: on leave. Without that the day would be: a day off.',
      'The other half of the day comes to: a day off.',
    ],
  ],
  [
    'not in yet',
    { roster: day(), now: 'D 16:59:59' },
    [
      'SCHEDULED EXPECTED 0:00; day SCHEDULED; NOT_YET_IN; until 17:00:00',
      "The employee has not come for shift 'day', which began at 09:00.",
      "Not settled: no punch for shift 'day' yet. From 17:00 on, the employee counts as absent.",
    ],
  ],
  [
    'in, and expected to leave',
    { roster: day(THRESHOLDS), punches: ['D 09:20 IN'], now: 'D 20:59:59' },
    [
      'PRESENT DERIVED 0:00; late 0:20; day PRESENT; LATE_IN; until 21:00:00',
      "Not settled: the employee arrived at 09:20 for shift 'day' and is expected to punch out by 21:00; after that, the departure is missing.",
      "Arrived for shift 'day' at 09:20: 20 min after the start at 09:00.",
    ],
  ],
  [
    'in, and never left',
    { roster: day(THRESHOLDS), punches: ['D 09:20 IN'] },
    [
      'ABSENT DERIVED 0:00; late 0:20; day ABSENT; MISSING_OUT; LATE_IN; final',
      "No departure was punched after the arrival at 09:20 for shift 'day': from 21:00 on it is missing.",
      "Arrived for shift 'day' at 09:20: 20 min after the start at 09:00.",
      "Worked 0 min for shift 'day', less than the 2 h that must be worked to count at all: absent.",
      "Shift 'day' comes to: absent.",
    ],
  ],
  [
    'left early, and may come back',
    { roster: day(THRESHOLDS), punches: ['D 09:00 IN', 'D 10:00 OUT'], now: 'D 16:59:59' },
    [
      'PRESENT DERIVED 1:00; day PRESENT; until 17:00:00',
      "Present from 09:00 to 10:00 for shift 'day': 1 h.",
      "Not settled: the employee left shift 'day' and may come back before 17:00.",
    ],
  ],
  [
    'left early',
    { roster: day(THRESHOLDS), punches: ['D 09:00 IN', 'D 10:00 OUT'] },
    [
      'ABSENT DERIVED 1:00; early 7:00; day ABSENT; EARLY_OUT; final',
      "Present from 09:00 to 10:00 for shift 'day': 1 h.",
      "Left shift 'day' at 10:00: 7 h before the end at 17:00.",
      "Worked 1 h for shift 'day', less than the 2 h that must be worked to count at all: absent.",
      "Shift 'day' comes to: absent, 1 h worked.",
    ],
  ],
  [
    'left late and worked too little: known at once',
    { roster: day(THRESHOLDS), punches: ['D 15:00 IN', 'D 17:00 OUT'], now: 'D 17:00' },
    [
      'HALF_DAY DERIVED 2:00; late 6:00; day HALF_DAY; LATE_IN; final',
      "Present from 15:00 to 17:00 for shift 'day': 2 h.",
      "Arrived for shift 'day' at 15:00: 6 h after the start at 09:00.",
      "Worked 2 h for shift 'day', less than the 6 h needed for a full day: half a day.",
      "Shift 'day' comes to: half a day, 2 h worked.",
    ],
  ],
  [
    'rounded, with a break deducted and one paid',
    {
      roster: day({
        rules: {
          roundIn: 'UP 0:15 grace 0:05',
          roundOut: 'DOWN 0:15',
          roundBreaks: 'NEAREST 0:10',
          roundWorked: 'DOWN 0:30',
          deduct: ['1:00 after 6:00'],
          paidBreaks: '0:15',
        },
      }),
      punches: ['D 08:58 IN', 'D 12:00 OUT', 'D 12:24 IN', 'D 17:11 OUT'],
    },
    [
      'PRESENT DERIVED 7:00; day PRESENT; final',
      "Present from 08:58 to 12:00 for shift 'day': 3 h 2 min.",
      "Present from 12:24 to 17:11 for shift 'day': 4 h 47 min.",
      "All time between arrivals and departures for shift 'day' comes to 7 h 49 min, not counting 24 min of breaks.",
      "The arrival at 08:58 for shift 'day' is rounded: it counts as 09:00.",
      "The departure at 17:11 for shift 'day' is rounded: it counts as 17:00.",
      "The break time taken for shift 'day', 24 min, is rounded: it counts as 20 min.",
      "More than 6 h of work for shift 'day' requires a break of 1 h; 20 min was taken, so 40 min is deducted.",
      "Breaks for shift 'day' took 20 min; 15 min of that is paid and counts as worked.",
      "The worked time for shift 'day', 7 h 15 min, is rounded: it counts as 7 h, as if the departure had been at 16:56.",
      "Shift 'day' comes to: present, 7 h worked.",
    ],
  ],
  [
    'from first to last, with what lies before and behind',
    {
      roster: day({ rules: { hours: 'FIRST_IN_TO_LAST_OUT' } }),
      punches: [
        'D 08:30 OUT',
        'D 09:00 IN',
        'D 10:00 BREAK',
        'D 10:20 BACK',
        'D 12:00 OUT',
        'D 13:00 OUT',
        'D 16:00 IN',
      ],
    },
    [
      'PRESENT DERIVED 3:40; on break 0:20; day PRESENT; MISSING_IN; MISSING_OUT; final',
      "The departure at 08:30 for shift 'day' has no arrival of its own: it is not known when the work began.",
      "Present from 09:00 to 13:00 for shift 'day': 3 h 40 min, not counting 20 min of breaks.",
      "No departure was punched after the arrival at 16:00 for shift 'day': from 21:00 on it is missing.",
      "The time from the first arrival to the last departure for shift 'day' comes to 3 h 40 min, not counting 20 min of breaks.",
      "Shift 'day' comes to: present, 3 h 40 min worked.",
    ],
  ],
  [
    'from first to last of punches that say nothing',
    {
      roster: day({ rules: { hours: 'FIRST_IN_TO_LAST_OUT' } }),
      punches: ['D 09:00 P', 'D 12:00 P', 'D 17:00 P'],
    },
    [
      'PRESENT DERIVED 8:00; day PRESENT; final',
      "Present from 09:00 to 17:00 for shift 'day': 8 h.",
      "The time from the first arrival to the last departure for shift 'day' comes to 8 h.",
      "Shift 'day' comes to: present, 8 h worked.",
    ],
  ],
  [
    'an odd last punch',
    { roster: day(), punches: ['D 09:00 P', 'D 12:00 P', 'D 17:00 P'] },
    [
      'PRESENT DERIVED 3:00; day PRESENT; MISSING_OUT; final',
      "Present from 09:00 to 12:00 for shift 'day': 3 h.",
      "The last punch, at 17:00 for shift 'day', is left over: it is an arrival without a departure, or one before it is missing.",
      "Shift 'day' comes to: present, 3 h worked.",
    ],
  ],
  [
    'breaks without their other ends',
    {
      roster: day(),
      punches: [
        'D 08:50 BREAK',
        'D 09:00 IN',
        'D 10:00 BACK',
        'D 10:30 BREAK',
        'D 10:40 BREAK',
        'D 11:00 IN',
        'D 16:00 BREAK',
        'D 17:00 OUT',
      ],
    },
    [
      'PRESENT DERIVED 6:30; on break 1:30; day PRESENT; MISSING_IN; DUPLICATE_PUNCH; MISSING_BREAK_START; MISSING_BREAK_END; final',
      "The start of a break at 08:50 for shift 'day' has no arrival of its own: it is not known when the work began.",
      "The end of a break at 10:00 for shift 'day' has no start before it: it counts as no break.",
      "The start of a break at 10:40 for shift 'day' is ignored: the employee was already on a break.",
      "The start of a break at 16:00 for shift 'day' has no end: it counts until the departure.",
      "Present from 09:00 to 17:00 for shift 'day': 6 h 30 min, not counting 1 h 30 min of breaks.",
      "Shift 'day' comes to: present, 6 h 30 min worked.",
    ],
  ],
  [
    'repetitions',
    {
      roster: day({ rules: { repeat: '0:02' } }),
      punches: [
        'D 09:00 IN',
        'D 09:00 OUT',
        'D 09:05 IN',
        'D 12:00 OUT',
        'D 12:01 OUT',
        'D 12:30 P',
        'D 12:31 P',
        'D 17:00 OUT',
      ],
    },
    [
      'PRESENT DERIVED 7:30; day PRESENT; DUPLICATE_PUNCH; final',
      "The departure at 09:00 for shift 'day' is ignored: it is in the same second as the arrival.",
      "The arrival at 09:05 for shift 'day' is ignored: the employee was already in.",
      "The departure at 12:01 for shift 'day' is ignored: it repeats the previous punch.",
      "The punch at 12:31 for shift 'day' is ignored: it repeats the previous punch.",
      "Present from 09:00 to 12:00 for shift 'day': 3 h.",
      "Present from 12:30 to 17:00 for shift 'day': 4 h 30 min.",
      "All time between arrivals and departures for shift 'day' comes to 7 h 30 min, not counting 30 min of breaks.",
      "Shift 'day' comes to: present, 7 h 30 min worked.",
    ],
  ],
  [
    'a clock with keys that nobody heeds',
    {
      roster: day({ rules: { pairing: 'ALTERNATING' } }),
      punches: ['D 09:00 OUT', 'D 12:00 IN', 'D 13:00 IN', 'D 17:00 IN'],
    },
    [
      'PRESENT DERIVED 7:00; day PRESENT; final',
      "Present from 09:00 to 12:00 for shift 'day': 3 h.",
      "Present from 13:00 to 17:00 for shift 'day': 4 h.",
      "All time between arrivals and departures for shift 'day' comes to 7 h, not counting 1 h of breaks.",
      "Shift 'day' comes to: present, 7 h worked.",
    ],
  ],
  [
    'a number used twice',
    { roster: day(), punches: ['D 09:00 IN by gate#7', 'D 17:00 OUT by gate#7'] },
    [
      'PRESENT DERIVED 8:00; day PRESENT; EVENT_ID_CONFLICT; final',
      "The punch at 17:00 for shift 'day' has a number that its device gave before: was the device reset?",
      "Present from 09:00 to 17:00 for shift 'day': 8 h.",
      "Shift 'day' comes to: present, 8 h worked.",
    ],
  ],
  [
    'between two shifts: an arrival',
    { roster: two(), punches: ['D 08:00 IN', 'D 12:20 IN', 'D 17:00 OUT'] },
    [
      'PRESENT DERIVED 4:40; am PRESENT; pm PRESENT; MISSING_OUT; final',
      "Shifts 'am' and 'pm' both take punches here: the arrival at 12:20 begins 'pm'.",
      "No departure was punched after the arrival at 08:00 for shift 'am': from 12:20 on it is missing.",
      "Shift 'am' comes to: present.",
      "Present from 12:20 to 17:00 for shift 'pm': 4 h 40 min.",
      "Shift 'pm' comes to: present, 4 h 40 min worked.",
      'The 2 shifts of the date together come to: present.',
    ],
  ],
  [
    'between two shifts: a departure',
    { roster: two(), punches: ['D 08:00 IN', 'D 12:50 OUT'] },
    [
      'HALF_DAY DERIVED 4:50; am PRESENT; pm ABSENT; final',
      "Shifts 'am' and 'pm' both take punches here: the departure at 12:50 still ends 'am'.",
      "Present from 08:00 to 12:50 for shift 'am': 4 h 50 min.",
      "Shift 'am' comes to: present, 4 h 50 min worked.",
      "No arrival or departure was punched for shift 'pm'.",
      "Shift 'pm' comes to: absent.",
      'The 2 shifts of the date together come to: half a day.',
    ],
  ],
  [
    'between two shifts: what says nothing',
    { roster: two(), punches: ['D 08:00 P', 'D 12:30 P', 'D 12:31 P', 'D 17:00 P'] },
    [
      'PRESENT DERIVED 8:59; am PRESENT; pm PRESENT; final',
      "Shifts 'am' and 'pm' both take punches here: the border is 12:30, in the middle between them.",
      "Present from 08:00 to 12:30 for shift 'am': 4 h 30 min.",
      "Shift 'am' comes to: present, 4 h 30 min worked.",
      "Present from 12:31 to 17:00 for shift 'pm': 4 h 29 min.",
      "Shift 'pm' comes to: present, 4 h 29 min worked.",
      'The 2 shifts of the date together come to: present.',
    ],
  ],
  [
    'through both',
    {
      roster: {
        shifts: [
          { id: 'early', hours: '06:00-14:00', before: '2:00', after: '4:00' },
          { id: 'late', hours: '14:00-22:00', before: '2:00', after: '4:00' },
        ],
        assigned: [{ shifts: ['early', 'late'], from: 'D', to: 'D' }],
      },
      punches: ['D 06:00 IN', 'D 22:00 OUT'],
    },
    [
      'PRESENT DERIVED 16:00; early PRESENT; late PRESENT; final',
      "Went on from shift 'early' to 'late' at 14:00 without touching the clock.",
      "Present from 06:00 to 14:00 for shift 'early': 8 h.",
      "Shift 'early' comes to: present, 8 h worked.",
      "Present from 14:00 to 22:00 for shift 'late': 8 h.",
      "Shift 'late' comes to: present, 8 h worked.",
      'The 2 shifts of the date together come to: present.',
    ],
  ],
  [
    'work on a day off',
    { roster: DAY_OFF, punches: ['D 10:00 IN', 'D 12:00 OUT'] },
    [
      'DAY_OFF DERIVED 2:00; OFF_SHIFT; final',
      'Work outside every shift from 10:00 to 12:00 counts for Wed 15 May, the date it began on: 2 h.',
      'Present from 10:00 to 12:00 outside every shift: 2 h.',
      'There was work on a day off.',
    ],
  ],
  [
    'work of somebody who left',
    { roster: { ...day(), left: 'D-1' }, punches: ['D 10:00 IN', 'D 12:00 OUT'] },
    [
      'PRESENT DERIVED 2:00; OFF_SHIFT; final',
      'The employee is not employed on this date.',
      'Work outside every shift from 10:00 to 12:00 counts for Wed 15 May, the date it began on: 2 h.',
      'Present from 10:00 to 12:00 outside every shift: 2 h.',
    ],
  ],
  [
    'nobody who left is expected',
    { roster: { ...day(), left: 'D-1', holidays: ['D'] } },
    ['UNSCHEDULED - 0:00; final', 'The employee is not employed on this date.'],
  ],
  [
    'a stretch split at midnight, with a break deducted',
    {
      roster: {
        offShift: { attribution: 'SPLIT_AT_MIDNIGHT', rules: { deduct: ['1:00 after 6:00'] } },
      },
      punches: ['D 23:30 IN', 'D+1 03:00 BREAK', 'D+1 03:20 BACK', 'D+1 07:30 OUT'],
    },
    [
      'PRESENT DERIVED 0:00; final',
      'Work outside every shift from 23:30 to 07:30 (Thu 16 May) is split at midnight.',
      'Present from 23:30 to 07:30 (Thu 16 May) outside every shift: 7 h 40 min, not counting 20 min of breaks.',
      'More than 6 h of work outside every shift requires a break of 1 h; 20 min was taken, so 40 min is deducted.',
      'Of 7 h worked through midnight, 0 min count for Wed 15 May.',
      'The employee worked on a date without a roster: present.',
    ],
  ],
  [
    'a stretch split at midnight, with a break deducted',
    {
      roster: {
        offShift: { attribution: 'SPLIT_AT_MIDNIGHT', rules: { deduct: ['1:00 after 6:00'] } },
      },
      punches: ['D 23:30 IN', 'D+1 03:00 BREAK', 'D+1 03:20 BACK', 'D+1 07:30 OUT'],
    },
    [
      'PRESENT DERIVED 7:00; on break 0:20; final',
      'Work outside every shift from 23:30 (Wed 15 May) to 07:30 is split at midnight.',
      'Of 7 h worked through midnight, 7 h count for Thu 16 May.',
      'The employee worked on a date without a roster: present.',
    ],
    'D+1',
  ],
  [
    'the same by the date with most of it',
    {
      roster: { offShift: { attribution: 'MOST_WORKED_DATE' } },
      punches: ['D 23:30 IN', 'D+1 03:00 BREAK', 'D+1 03:20 BACK', 'D+1 07:30 OUT'],
    },
    ['UNSCHEDULED - 0:00; final'],
  ],
  [
    'the same by the date with most of it',
    {
      roster: { offShift: { attribution: 'MOST_WORKED_DATE' } },
      punches: ['D 23:30 IN', 'D+1 03:00 BREAK', 'D+1 03:20 BACK', 'D+1 07:30 OUT'],
    },
    [
      'PRESENT DERIVED 7:40; on break 0:20; final',
      'Work outside every shift from 23:30 (Wed 15 May) to 07:30 counts for Thu 16 May, the date with most of the work: 7 h 40 min.',
      'Present from 23:30 (Wed 15 May) to 07:30 outside every shift: 7 h 40 min, not counting 20 min of breaks.',
      'The employee worked on a date without a roster: present.',
    ],
    'D+1',
  ],
  [
    'two stretches, the first without a departure',
    { roster: {}, punches: ['D 06:00 IN', 'D 23:00 IN', 'D 23:30 OUT'] },
    [
      'PRESENT DERIVED 0:30; MISSING_OUT; final',
      'Work outside every shift at 06:00 counts for Wed 15 May, the date it began on: 0 min.',
      'No departure was punched after the arrival at 06:00 outside every shift: from 22:00 on it is missing.',
      'Work outside every shift from 23:00 to 23:30 counts for Wed 15 May, the date it began on: 30 min.',
      'Present from 23:00 to 23:30 outside every shift: 30 min.',
      'The employee worked on a date without a roster: present.',
    ],
  ],
  [
    'a start that the clocks skip',
    {
      day: '2025-03-30',
      roster: {
        zone: 'Europe/Berlin',
        shifts: [{ id: 'night', hours: '02:30-10:00', before: '2:00', after: '4:00' }],
        assigned: [{ shifts: ['night'], from: 'D', to: 'D' }],
      },
      punches: ['D 03:00 IN', 'D 10:00 OUT'],
    },
    [
      'PRESENT DERIVED 7:00; night PRESENT; final',
      "The clocks skip 02:30 (Europe/Berlin): for shift 'night' it is 03:00, right after the gap.",
      "The clocks go forward during shift 'night' (Europe/Berlin): it lasts 7 h although the clock times are 7 h 30 min apart.",
      "Present from 03:00 to 10:00 for shift 'night': 7 h.",
      "Shift 'night' comes to: present, 7 h worked.",
    ],
  ],
  [
    'a shift that the clocks skip',
    {
      day: '2025-03-30',
      roster: {
        zone: 'Europe/Berlin',
        shifts: [{ id: 'brief', hours: '02:10-02:50', before: '2:00', after: '4:00' }],
        assigned: [{ shifts: ['brief'], from: 'D', to: 'D' }],
      },
    },
    [
      'DAY_OFF EXPECTED 0:00; final',
      "The clocks skip all of shift 'brief': it does not take place.",
    ],
  ],
  [
    'an hour that comes twice',
    {
      day: '2025-10-25',
      roster: {
        zone: 'Europe/Berlin',
        shifts: [{ id: 'night', hours: '22:00-06:00', before: '2:00', after: '4:00' }],
        assigned: [{ shifts: ['night'], from: 'D', to: 'D' }],
      },
      punches: ['D 22:00 IN', 'D+1 06:00 OUT'],
    },
    [
      'PRESENT DERIVED 9:00; night PRESENT; final',
      "The clocks go back during shift 'night' (Europe/Berlin): it lasts 9 h although the clock times are 8 h apart.",
      "Present from 22:00 to 06:00 (Sun 26 Oct) for shift 'night': 9 h.",
      "Shift 'night' comes to: present, 9 h worked.",
    ],
  ],
  [
    'gone within what is allowed before the end: final at once',
    { roster: day({ earlyGrace: '0:10' }), punches: ['D 09:00 IN', 'D 16:50 OUT'], now: 'D 16:51' },
    [
      'PRESENT DERIVED 7:50; day PRESENT; final',
      "Present from 09:00 to 16:50 for shift 'day': 7 h 50 min.",
      "Shift 'day' comes to: present, 7 h 50 min worked.",
    ],
  ],
  [
    'gone a second before that: they may come back',
    {
      roster: day({ earlyGrace: '0:10' }),
      punches: ['D 09:00 IN', 'D 16:49:59 OUT'],
      now: 'D 16:51',
    },
    [
      'PRESENT DERIVED 7:49:59; day PRESENT; until 17:00:00',
      "Present from 09:00 to 16:49:59 for shift 'day': 7 h 49 min 59 s.",
      "Not settled: the employee left shift 'day' and may come back before 17:00.",
    ],
  ],
  [
    'work in the half that was away does not make the other half present',
    {
      roster: two(),
      marks: ['D ON_LEAVE FIRST_HALF'],
      punches: ['D 08:00 IN', 'D 12:00 OUT'],
    },
    [
      'ON_LEAVE MARKED 4:00; FIRST_HALF, other ABSENT; am PRESENT; pm ABSENT; final',
      'The first half of the day was declared: on leave. Without that the day would be: half a day.',
      "Present from 08:00 to 12:00 for shift 'am': 4 h.",
      "Shift 'am' comes to: present, 4 h worked.",
      "No arrival or departure was punched for shift 'pm'.",
      "Shift 'pm' comes to: absent.",
      'The other half of the day comes to: absent.',
    ],
  ],
  [
    'work off shift before the shift stands before it',
    { roster: day(), punches: ['D 04:00 IN', 'D 05:00 OUT', 'D 09:00 IN', 'D 17:00 OUT'] },
    [
      'PRESENT DERIVED 9:00; day PRESENT; OFF_SHIFT; final',
      "Present from 09:00 to 17:00 for shift 'day': 8 h.",
      "Shift 'day' comes to: present, 8 h worked.",
      'Work outside every shift from 04:00 to 05:00 counts for Wed 15 May, the date it began on: 1 h.',
      'Present from 04:00 to 05:00 outside every shift: 1 h.',
    ],
  ],
];

describe('a day told in full', () => {
  for (const [what, told, lines, date = 'D'] of DAYS) {
    it(`${what}, ${date}`, () => {
      const said = tell(told, date).filter((line) => !line.includes(' is planned'));
      expect(said).to.deep.equal(lines);
    });
  }

  it('a stuck clock is looked at 200 times, its place too', () => {
    const clock = (index: number) =>
      new Date((9 * 3600 + index) * 1000).toISOString().slice(11, 19);
    const punches = Array.from(
      { length: 203 },
      (_, index) => `D ${clock(index)} ${index % 2 === 0 ? 'IN' : 'OUT'} at 10,10`,
    );
    const geofence = { latitude: 10, longitude: 10.01, radiusMeters: 1000 };
    const [day_, ...lines] = tell({ roster: day({ geofence }), punches });
    expect(day_).to.equal(
      'PRESENT DERIVED 0:01:40; early 7:56:41; day PRESENT; EARLY_OUT; OUTSIDE_GEOFENCE; ' +
        'TOO_MANY_PUNCHES; final',
    );
    expect(lines.filter((line) => line.includes('1095 m'))).to.have.length(200);
    expect(lines.filter((line) => line.includes('more punches than'))).to.have.length(1);
  });
});
