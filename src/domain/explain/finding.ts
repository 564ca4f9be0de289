// What the rules found while they made a day: which rule fired, on what. Made only when asked
// for. Data, not words: explain.ts says them to a payroll clerk, programs read the fields.
// A field's name says its unit: ...Time is an instant, ...Seconds a length, ...Count and
// ...Meters are numbers, is... is yes or no; the rest is text.

import type { MarkableStatus, Portion, Status } from '../facts/day.js';
import type { PunchKind } from '../facts/punch.js';
import type { PolicySource } from '../roster/policy.js';
import type { PlanSource } from '../roster/roster.js';
import type { Attribution, HoursCounted } from '../roster/shift.js';
import type { LocalDate } from '../time/local-date.js';
import type { Instant } from '../time/time.js';

/** What the roster says of the date. */
export type PlanFinding =
  | {
      readonly rule: 'SHIFT_PLANNED';
      readonly shiftId: string;
      readonly source: PlanSource;
      readonly startTime: Instant;
      readonly endTime: Instant;
      /** The acceptance window, after neighbours were taken off. */
      readonly windowStartTime: Instant;
      readonly windowEndTime: Instant;
    }
  /** The hours of the shift are flexible. */
  | {
      readonly rule: 'FLEXIBLE_HOURS';
      readonly shiftId: string;
      readonly targetSeconds: number;
      /** Undefined without a core time. */
      readonly coreStartTime: Instant | undefined;
      readonly coreEndTime: Instant | undefined;
    }
  /** The clocks change within the shift: it lasts longer or shorter than they seem to say. */
  | {
      readonly rule: 'CLOCKS_CHANGE';
      readonly shiftId: string;
      readonly zone: string;
      readonly clockSeconds: number;
      readonly lengthSeconds: number;
    }
  /** A start or an end that the clocks skip: it is the moment at which they do. */
  | {
      readonly rule: 'TIME_SKIPPED';
      readonly shiftId: string;
      readonly zone: string;
      /** `HH:MM`. */
      readonly skipped: string;
      readonly movedTime: Instant;
    }
  /** A shift wholly in time that the clocks skip: it does not take place. */
  | { readonly rule: 'SHIFT_SKIPPED'; readonly shiftId: string }
  /** Another shift of the employee, of this date or one near it, has some of the same hours. */
  | { readonly rule: 'SHIFTS_OVERLAP'; readonly shiftId: string; readonly otherShiftId: string }
  | {
      readonly rule: 'POLICY_FOLLOWED';
      readonly policyId: string;
      readonly name: string;
      readonly source: PolicySource;
    }
  | { readonly rule: 'PLANNED_OFF'; readonly source: PlanSource }
  | { readonly rule: 'NOT_ROSTERED' }
  | { readonly rule: 'NOT_EMPLOYED' }
  | {
      readonly rule: 'HOLIDAY';
      readonly name: string;
      readonly shiftId: string | undefined;
      readonly portion: Portion;
    }
  | { readonly rule: 'WORKS_ON_HOLIDAYS'; readonly name: string; readonly shiftId: string };

/** How the punches were read. `shiftId` is undefined off shift. */
export type PunchFinding =
  | {
      readonly rule: 'SESSION';
      readonly shiftId: string | undefined;
      readonly inTime: Instant;
      readonly outTime: Instant;
      readonly breakSeconds: number;
      readonly workedSeconds: number;
    }
  | {
      readonly rule: 'NO_DEPARTURE';
      readonly shiftId: string | undefined;
      readonly inTime: Instant;
      readonly untilTime: Instant;
      /** It is the odd last of punches that do not say what they are. */
      readonly isLeftOver: boolean;
    }
  | {
      readonly rule: 'NO_ARRIVAL';
      readonly shiftId: string | undefined;
      readonly kind: PunchKind;
      readonly punchTime: Instant;
    }
  | {
      readonly rule: 'SET_ASIDE';
      readonly shiftId: string | undefined;
      readonly kind: PunchKind;
      readonly punchTime: Instant;
      readonly reason: 'REPEATED' | 'SAME_SECOND' | 'ALREADY_IN' | 'ALREADY_ON_BREAK' | 'TOO_MANY';
    }
  | {
      readonly rule: 'BREAK_WITHOUT_START' | 'BREAK_WITHOUT_END';
      readonly shiftId: string | undefined;
      /** The end that has no start; the start that has no end. */
      readonly punchTime: Instant;
    }
  /** Punches in time that the windows of two shifts claim: what ends the one's and begins the other's. */
  | {
      readonly rule: 'WINDOWS_DIVIDED';
      readonly shiftId: string;
      readonly nextShiftId: string;
      readonly dividedTime: Instant;
      readonly by: 'ARRIVAL' | 'DEPARTURE' | 'NEARER';
    }
  /** The first or last punch of a session, outside the window of its shift. */
  | {
      readonly rule: 'ARRIVED_BEFORE_WINDOW' | 'LEFT_AFTER_WINDOW';
      readonly shiftId: string;
      readonly punchTime: Instant;
      /** When the window opened, or closed. */
      readonly windowTime: Instant;
    }
  /** Nobody touched the clock between two shifts that follow each other without a pause. */
  | {
      readonly rule: 'WORKED_THROUGH';
      readonly shiftId: string;
      readonly nextShiftId: string;
      readonly throughTime: Instant;
    }
  | {
      readonly rule: 'OFF_SHIFT_STRETCH';
      readonly startTime: Instant;
      readonly endTime: Instant;
      readonly attribution: Attribution;
      readonly date: LocalDate;
      /** When dates begin, `HH:MM`. */
      readonly dayStart: string;
      /** Between this date and others. */
      readonly isSplit: boolean;
      /** Of the whole stretch, after the rules. */
      readonly workedSeconds: number;
    }
  | {
      readonly rule: 'OUTSIDE_GEOFENCE';
      readonly shiftId: string;
      readonly punchTime: Instant;
      readonly distanceMeters: number;
      /** By how much that may be wrong; 0: the device did not say. */
      readonly accuracyMeters: number;
      readonly radiusMeters: number;
    }
  | {
      readonly rule: 'CLOCK_SKEW' | 'EVENT_ID_CONFLICT';
      readonly shiftId: string | undefined;
      readonly punchTime: Instant;
    };

/** How the time was counted. */
export type HoursFinding =
  | {
      readonly rule: 'HOURS_COUNTED';
      readonly shiftId: string | undefined;
      readonly hours: HoursCounted;
      readonly workedSeconds: number;
      readonly breakSeconds: number;
    }
  | {
      readonly rule: 'ARRIVAL_ROUNDED' | 'DEPARTURE_ROUNDED';
      readonly shiftId: string | undefined;
      readonly punchedTime: Instant;
      readonly countedTime: Instant;
    }
  | {
      readonly rule: 'BREAKS_ROUNDED';
      readonly shiftId: string | undefined;
      readonly takenSeconds: number;
      readonly countedSeconds: number;
    }
  /** Work that does not count by the rules of its shift. */
  | {
      readonly rule: 'BEFORE_START_NOT_COUNTED';
      readonly shiftId: string;
      readonly startTime: Instant;
      readonly beforeSeconds: number;
    }
  | {
      readonly rule: 'AFTER_END_NOT_COUNTED';
      readonly shiftId: string;
      readonly endTime: Instant;
      readonly afterSeconds: number;
      /** It would have to be longer than this; 0: none of it ever counts. */
      readonly minOvertimeSeconds: number;
    }
  /** Breaks that do not count towards a required one. */
  | {
      readonly rule: 'BREAKS_TOO_SHORT';
      readonly shiftId: string | undefined;
      readonly breakCount: number;
      readonly shortSeconds: number;
      readonly minBreakSeconds: number;
    }
  /** A break of a type: punched, or the time between two sessions. */
  | {
      readonly rule: 'BREAK_OF_TYPE';
      readonly shiftId: string | undefined;
      readonly breakTypeId: string;
      readonly startTime: Instant;
      readonly endTime: Instant;
    }
  | {
      readonly rule: 'BREAK_TOO_LONG';
      readonly shiftId: string | undefined;
      readonly breakTypeId: string;
      readonly takenSeconds: number;
      readonly lengthSeconds: number;
    }
  /** What was not taken of a break that the clock takes. */
  | {
      readonly rule: 'BREAK_BY_CLOCK';
      readonly shiftId: string | undefined;
      readonly breakTypeId: string;
      readonly lengthSeconds: number;
      readonly takenSeconds: number;
      readonly deductedSeconds: number;
    }
  | {
      readonly rule: 'BREAK_TYPE_PAID';
      readonly shiftId: string | undefined;
      readonly breakTypeId: string;
      readonly takenSeconds: number;
      readonly paidSeconds: number;
    }
  | {
      readonly rule: 'BREAK_DEDUCTED';
      readonly shiftId: string | undefined;
      readonly afterSeconds: number;
      readonly requiredSeconds: number;
      readonly takenSeconds: number;
      readonly deductedSeconds: number;
      /** Less than is missing, so that working longer never pays less. */
      readonly isExcessOnly: boolean;
    }
  | {
      readonly rule: 'BREAK_PAID';
      readonly shiftId: string | undefined;
      readonly takenSeconds: number;
      readonly paidSeconds: number;
    }
  | {
      readonly rule: 'WORKED_ROUNDED';
      readonly shiftId: string | undefined;
      readonly exactSeconds: number;
      readonly countedSeconds: number;
      /** When the person would have left, had they worked the counted time. */
      readonly countedOutTime: Instant | undefined;
    }
  | {
      readonly rule: 'SPLIT_AT_MIDNIGHT';
      readonly date: LocalDate;
      readonly dayStart: string;
      readonly workedSeconds: number;
      readonly stretchSeconds: number;
    };

/** What the shift and the day come to. */
export type VerdictFinding =
  | {
      readonly rule: 'LATE';
      readonly shiftId: string;
      readonly startTime: Instant;
      /** The start of the core time; undefined: of the shift. */
      readonly isCore: boolean | undefined;
      readonly graceSeconds: number;
      readonly arrivalTime: Instant;
      readonly lateSeconds: number;
      /** Where leave by the hour is not counted. */
      readonly excusedSeconds?: number;
    }
  | {
      readonly rule: 'EARLY';
      readonly shiftId: string;
      readonly endTime: Instant;
      /** The end of the core time; undefined: of the shift. */
      readonly isCore: boolean | undefined;
      readonly graceSeconds: number;
      readonly departureTime: Instant;
      readonly earlySeconds: number;
      /** Where leave by the hour is not counted. */
      readonly excusedSeconds?: number;
    }
  | { readonly rule: 'NOBODY_CAME'; readonly shiftId: string }
  /** No punch for the shift, but a session of another one that has most of its hours. */
  | {
      readonly rule: 'THERE_FOR_OTHER_SHIFT';
      readonly shiftId: string;
      readonly otherShiftId: string;
    }
  | {
      readonly rule: 'BELOW_ABSENT' | 'BELOW_HALF_DAY';
      readonly shiftId: string;
      readonly workedSeconds: number;
      readonly thresholdSeconds: number;
    }
  /** Half of the shift is to be worked: the other half is declared, or a holiday. */
  | {
      readonly rule: 'HALF_TO_WORK';
      readonly shiftId: string;
      /** When the employee is to be there. */
      readonly startTime: Instant;
      readonly endTime: Instant;
      /** Whether that is what the half has of the core time. */
      readonly isCore: boolean;
      /** Of flexible hours: how long to work. */
      readonly targetSeconds: number | undefined;
    }
  | {
      readonly rule: 'BELOW_TARGET';
      readonly shiftId: string;
      readonly workedSeconds: number;
      readonly targetSeconds: number;
      readonly graceSeconds: number;
    }
  | {
      readonly rule: 'SHIFT_STATUS';
      readonly shiftId: string;
      readonly status: Status;
      readonly workedSeconds: number;
    }
  | { readonly rule: 'SHIFTS_COMBINED'; readonly shiftCount: number; readonly status: Status }
  | {
      readonly rule: 'DECLARED';
      readonly status: MarkableStatus;
      readonly portion: Portion;
      /** Where a kind of leave was given. */
      readonly leaveTypeId?: string;
      readonly note: string;
      /** What the punches and the roster alone would have given, once it is known. */
      readonly otherwise: Status | undefined;
    }
  | {
      readonly rule: 'OTHER_HALF';
      readonly status: Status;
      /** Where a kind of leave was given. */
      readonly leaveTypeId?: string;
      readonly isDeclared: boolean;
    }
  /** Leave by the hour. */
  | {
      readonly rule: 'LEAVE_TIME';
      readonly startTime: Instant;
      readonly endTime: Instant;
      /** Where a kind of leave was given. */
      readonly leaveTypeId?: string;
      /** How much of the shifts' hours it excuses. */
      readonly excusedSeconds: number;
    }
  | {
      readonly rule: 'WORKED_IN_LEAVE_TIME';
      readonly shiftId: string;
      /** The part of the leave that the shift has. */
      readonly startTime: Instant;
      readonly endTime: Instant;
      readonly workedSeconds: number;
    }
  | { readonly rule: 'LONGER_THAN_A_DAY'; readonly workedSeconds: number }
  | { readonly rule: 'OFF_SHIFT_PRESENT' }
  | { readonly rule: 'WORKED_ON_HOLIDAY' | 'WORKED_ON_LEAVE' | 'WORKED_ON_DAY_OFF' };

/** What the clock adds: not settled before `untilTime`. */
export type ClockFinding =
  | {
      readonly rule: 'NOT_YET_IN';
      readonly shiftId: string;
      readonly startTime: Instant;
      /** After the grace: late from then on. */
      readonly lateTime: Instant;
    }
  | { readonly rule: 'NOT_SEEN_YET'; readonly shiftId: string; readonly untilTime: Instant }
  | {
      readonly rule: 'STILL_THERE';
      readonly shiftId: string | undefined;
      readonly inTime: Instant;
      readonly untilTime: Instant;
    }
  | { readonly rule: 'MAY_COME_BACK'; readonly shiftId: string; readonly untilTime: Instant };

export type Finding = PlanFinding | PunchFinding | HoursFinding | VerdictFinding | ClockFinding;

/** Where findings go while a day is made; undefined: nobody asked. */
export type Trace = Finding[] | undefined;
