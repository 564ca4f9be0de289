// What each file of examples/ comes to: for every day the row that is shown, and the rules that
// fired. Checked by hand against docs/rules.md.

export type ExpectedDay = readonly [row: string, rules: string];

export const EXAMPLES: Readonly<Record<string, readonly ExpectedDay[]>> = {
  'breaks-and-rounding': [
    [
      '2026-03-02 present final 8:00 08:03 16:46 America/Toronto duplicate punch',
      'SHIFT_PLANNED SET_ASIDE SESSION ARRIVAL_ROUNDED DEPARTURE_ROUNDED BREAK_DEDUCTED BREAK_PAID SHIFT_STATUS',
    ],
  ],
  'double-shift': [
    [
      '2026-03-02 present final 15:54 13:58 06:00 (Tue 3 Mar) Europe/Warsaw -',
      'SHIFT_PLANNED SHIFT_PLANNED SESSION SHIFT_STATUS SESSION SHIFT_STATUS SHIFTS_COMBINED',
    ],
    ['2026-03-03 unscheduled final - - - Europe/Warsaw -', 'NOT_ROSTERED'],
    [
      '2026-03-04 present final 16:02 13:58 06:00 (Thu 5 Mar) Europe/Warsaw -',
      'SHIFT_PLANNED SHIFT_PLANNED WORKED_THROUGH SESSION SHIFT_STATUS SESSION SHIFT_STATUS SHIFTS_COMBINED',
    ],
  ],
  'early-and-long': [
    [
      '2026-03-02 present final 10:30 06:30 17:00 Europe/Berlin arrived before window',
      'SHIFT_PLANNED ARRIVED_BEFORE_WINDOW SESSION SHIFT_STATUS',
    ],
    [
      '2026-03-03 present final 12:32 08:58 21:30 Europe/Berlin left after window',
      'SHIFT_PLANNED LEFT_AFTER_WINDOW SESSION SHIFT_STATUS',
    ],
    [
      '2026-03-04 present final 0:00 09:00 - Europe/Berlin missing out',
      'SHIFT_PLANNED NO_DEPARTURE SHIFT_STATUS',
    ],
    [
      '2026-03-05 present final 8:00 09:00 17:00 Europe/Berlin -',
      'SHIFT_PLANNED SESSION SHIFT_STATUS',
    ],
  ],
  'forgotten-clock-out': [
    [
      '2026-03-02 present final 0:00 08:57:12 - Europe/Berlin missing out',
      'SHIFT_PLANNED NO_DEPARTURE SHIFT_STATUS',
    ],
    [
      '2026-03-03 present final 8:04:25 08:58:40 17:03:05 Europe/Berlin -',
      'SHIFT_PLANNED SESSION SHIFT_STATUS',
    ],
  ],
  'leave-by-the-hour': [
    [
      '2026-03-02 present, on leave: doctor (10:00-12:00) final 6:00 08:00 16:00 Europe/Berlin -',
      'SHIFT_PLANNED LEAVE_TIME SESSION SESSION HOURS_COUNTED SHIFT_STATUS',
    ],
    [
      '2026-03-03 present, on leave: doctor (10:00-12:00) final 8:00 08:00 16:00 Europe/Berlin worked on leave',
      'SHIFT_PLANNED LEAVE_TIME SESSION SHIFT_STATUS WORKED_IN_LEAVE_TIME',
    ],
    [
      '2026-03-04 present, on leave (10:00-16:00) final 2:00 08:00 10:00 Europe/Berlin -',
      'SHIFT_PLANNED LEAVE_TIME SESSION SHIFT_STATUS',
    ],
    [
      '2026-03-05 on leave, on leave (08:00-16:00) final 0:00 - - Europe/Berlin -',
      'SHIFT_PLANNED LEAVE_TIME SHIFT_STATUS',
    ],
  ],
  'forgotten-night': [
    [
      '2025-03-29 present final 8:05 21:55 07:00 (Sun 30 Mar) Europe/Berlin auto closed',
      'SHIFT_PLANNED CLOCKS_CHANGE AUTO_CLOSED SESSION SHIFT_STATUS',
    ],
  ],
  'half-day-leave': [
    [
      '2026-03-02 on leave (first half), present (second half) final 4:30 13:30 18:00 Asia/Kolkata -',
      'DECLARED SHIFT_PLANNED SESSION HALF_TO_WORK SHIFT_STATUS OTHER_HALF',
    ],
    [
      '2026-03-03 on leave (first half), absent (second half) final 0:00 - - Asia/Kolkata -',
      'DECLARED SHIFT_PLANNED HALF_TO_WORK NOBODY_CAME SHIFT_STATUS OTHER_HALF',
    ],
    [
      '2026-03-04 on leave final 1:00 10:00 11:00 Asia/Kolkata worked on leave',
      'DECLARED SHIFT_PLANNED SESSION BELOW_ABSENT SHIFT_STATUS WORKED_ON_LEAVE',
    ],
  ],
  holiday: [
    [
      '2026-12-25 present final 4:00 14:00 18:00 Europe/Berlin -',
      'SHIFT_PLANNED HOLIDAY SHIFT_PLANNED WORKS_ON_HOLIDAYS SHIFT_STATUS SESSION SHIFT_STATUS SHIFTS_COMBINED',
    ],
    [
      '2026-12-26 holiday final 1:00 10:30 11:30 Europe/Berlin worked on holiday',
      'SHIFT_PLANNED HOLIDAY SESSION SHIFT_STATUS WORKED_ON_HOLIDAY',
    ],
  ],
  'late-and-early': [
    [
      '2026-03-02 present final 7:10 09:10 16:50 Europe/London -',
      'SHIFT_PLANNED SESSION BREAK_DEDUCTED SHIFT_STATUS',
    ],
    [
      '2026-03-03 present final 7:19:59 09:10:01 17:00 Europe/London late in',
      'SHIFT_PLANNED SESSION BREAK_DEDUCTED LATE SHIFT_STATUS',
    ],
    [
      '2026-03-04 half day final 4:30 09:00 13:30 Europe/London early out',
      'SHIFT_PLANNED SESSION EARLY BELOW_HALF_DAY SHIFT_STATUS',
    ],
    [
      '2026-03-05 absent final 1:30 09:00 10:30 Europe/London early out',
      'SHIFT_PLANNED SESSION EARLY BELOW_ABSENT SHIFT_STATUS',
    ],
    ['2026-03-06 absent final 0:00 - - Europe/London -', 'SHIFT_PLANNED NOBODY_CAME SHIFT_STATUS'],
    ['2026-03-07 day off final - - - Europe/London -', 'PLANNED_OFF'],
  ],
  'night-shift-spring-change': [
    [
      '2025-03-29 present final 7:00 22:00 06:00 (Sun 30 Mar) Europe/Berlin -',
      'SHIFT_PLANNED CLOCKS_CHANGE SESSION SHIFT_STATUS',
    ],
  ],
  'no-roster-split-at-midnight': [
    [
      '2026-01-12 present final 6:00 18:00 00:00 (Tue 13 Jan) America/Vancouver -',
      'NOT_ROSTERED OFF_SHIFT_STRETCH SESSION SPLIT_AT_MIDNIGHT OFF_SHIFT_PRESENT',
    ],
    [
      '2026-01-13 present final 5:30 00:00 00:00 (Wed 14 Jan) America/Vancouver -',
      'NOT_ROSTERED OFF_SHIFT_STRETCH SPLIT_AT_MIDNIGHT OFF_SHIFT_STRETCH SESSION SPLIT_AT_MIDNIGHT OFF_SHIFT_PRESENT',
    ],
    [
      '2026-01-14 present final 3:30 00:00 04:00 America/Vancouver -',
      'NOT_ROSTERED OFF_SHIFT_STRETCH SPLIT_AT_MIDNIGHT OFF_SHIFT_PRESENT',
    ],
  ],
  'policy-from-a-date': [
    [
      '2026-03-02 present final 5:00 22:00 03:00 (Tue 3 Mar) Europe/Paris -',
      'NOT_ROSTERED POLICY_FOLLOWED OFF_SHIFT_STRETCH SESSION OFF_SHIFT_PRESENT',
    ],
    [
      '2026-03-03 present final 3:00 00:30 (Wed 4 Mar) 03:30 (Wed 4 Mar) Europe/Paris -',
      'NOT_ROSTERED POLICY_FOLLOWED OFF_SHIFT_STRETCH SESSION OFF_SHIFT_PRESENT',
    ],
    [
      '2026-03-04 present final 4:45 10:07 15:00 Europe/Paris late in',
      'POLICY_FOLLOWED SHIFT_PLANNED SESSION ARRIVAL_ROUNDED LATE SHIFT_STATUS',
    ],
    [
      '2026-03-05 present final 4:53 10:07 15:00 Europe/Paris late in',
      'POLICY_FOLLOWED SHIFT_PLANNED SESSION LATE SHIFT_STATUS',
    ],
  ],
  'still-at-work': [
    ['2026-03-02 present until 21:00 0:00 08:57:12 - Europe/Berlin -', 'SHIFT_PLANNED STILL_THERE'],
  ],
  'travelling-employee': [
    [
      '2026-03-02 present final 8:00 09:00 17:00 Europe/Berlin -',
      'SHIFT_PLANNED SESSION SHIFT_STATUS',
    ],
    ['2026-03-03 day off final - - - Europe/Berlin -', 'PLANNED_OFF'],
    [
      '2026-03-04 present final 8:00 09:00 17:00 America/New_York -',
      'SHIFT_PLANNED SESSION SHIFT_STATUS',
    ],
  ],
  'two-shifts-a-day': [
    [
      '2026-03-02 present final 8:10 08:00 21:05 Europe/Madrid -',
      'SHIFT_PLANNED SHIFT_PLANNED SESSION SHIFT_STATUS SESSION SHIFT_STATUS SHIFTS_COMBINED',
    ],
    [
      '2026-03-03 half day final 4:00 08:00 12:00 Europe/Madrid -',
      'SHIFT_PLANNED SHIFT_PLANNED SESSION SHIFT_STATUS NOBODY_CAME SHIFT_STATUS SHIFTS_COMBINED',
    ],
    [
      '2026-03-04 present until 17:00 4:02 07:58 12:00 Europe/Madrid -',
      'SHIFT_PLANNED SHIFT_PLANNED SESSION SHIFT_STATUS SHIFTS_COMBINED NOT_SEEN_YET',
    ],
  ],
};
