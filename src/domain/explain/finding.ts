// What the rules find while they derive a day: which rule applied, and to what. Collected only on
// request. Findings are data: explain.ts puts them into words for a payroll clerk, programs read
// the fields. A field's name says its unit: ...Time is an instant, ...Seconds a length, ...Count
// and ...Meters are numbers, is... is a boolean; the rest is text.

import type { MarkableStatus, Portion, Status } from '../facts/day.js';
import type { PunchKind } from '../facts/punch.js';
import type { PolicySource } from '../roster/policy.js';
import type { PlanSource } from '../roster/roster.js';
import type { Attribution, HoursCounted } from '../roster/shift.js';
import type { LocalDate } from '../time/local-date.js';
import type { Instant } from '../time/time.js';
import type { AutoClosedFinding } from './auto-closed-finding.js';

/** What the roster says about the date. */
export type PlanFinding =
  | {
      readonly rule: 'SHIFT_PLANNED';
      readonly shiftId: string;
      readonly source: PlanSource;
      readonly startTime: Instant;
      readonly endTime: Instant;
      /** The window, cut at its neighbours. */
      readonly windowStartTime: Instant;
      readonly windowEndTime: Instant;
    }
  /** The hours of the shift are flexible. */
  | {
      readonly rule: 'FLEXIBLE_HOURS';
      readonly shiftId: string;
      readonly targetSeconds: number;
      /** Undefined without core time. */
      readonly coreStartTime: Instant | undefined;
      readonly coreEndTime: Instant | undefined;
    }
  /** The clocks change within the shift, so it lasts longer or shorter than its times suggest. */
  | {
      readonly rule: 'CLOCKS_CHANGE';
      readonly shiftId: string;
      readonly zone: string;
      readonly clockSeconds: number;
      readonly lengthSeconds: number;
    }
  /** A start or an end that the clocks skip. It moves to the moment at which they do. */
  | {
      readonly rule: 'TIME_SKIPPED';
      readonly shiftId: string;
      readonly zone: string;
      /** `HH:MM`. */
      readonly skipped: string;
      readonly movedTime: Instant;
    }
  /** A shift wholly in time that the clocks skip, so it does not take place. */
  | { readonly rule: 'SHIFT_SKIPPED'; readonly shiftId: string }
  /** Another shift of the employee, on this date or one near it, shares some of its hours. */
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
      /** Whether it is the odd last of punches without a kind. */
      readonly isLeftOver: boolean;
    }
  | AutoClosedFinding
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
      /** The end without a start, or the start without an end. */
      readonly punchTime: Instant;
    }
  /** Punches that the windows of two shifts claim, and the point that divides them. */
  | {
      readonly rule: 'WINDOWS_DIVIDED';
      readonly shiftId: string;
      readonly nextShiftId: string;
      readonly dividedTime: Instant;
      readonly by: 'ARRIVAL' | 'DEPARTURE' | 'NEARER';
    }
  /** The first or last punch of a session is outside the window of its shift. */
  | {
      readonly rule: 'ARRIVED_BEFORE_WINDOW' | 'LEFT_AFTER_WINDOW';
      readonly shiftId: string;
      readonly punchTime: Instant;
      /** When the window opened, or closed. */
      readonly windowTime: Instant;
    }
  /** No punch between two shifts that touch. */
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
      /** The time of day at which dates begin, `HH:MM`. */
      readonly dayStart: string;
      /** Whether it is split between this date and others. */
      readonly isSplit: boolean;
      /** The total of the whole period of work, after the rules. */
      readonly workedSeconds: number;
    }
  | {
      readonly rule: 'OUTSIDE_GEOFENCE';
      readonly shiftId: string;
      readonly punchTime: Instant;
      readonly distanceMeters: number;
      /** The accuracy of the position; 0: the device did not say. */
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
  /** Work that does not count under the rules of its shift. */
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
      /** The work after the end would have to be longer; 0: none of it ever counts. */
      readonly minOvertimeSeconds: number;
    }
  /** Breaks that do not count towards a required break. */
  | {
      readonly rule: 'BREAKS_TOO_SHORT';
      readonly shiftId: string | undefined;
      readonly breakCount: number;
      readonly shortSeconds: number;
      readonly minBreakSeconds: number;
    }
  /** A break of a type: punched, or the gap between two sessions. */
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
  /** The part of a break by the clock that was not taken. */
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
      /** Less than the missing part is deducted, so that longer work is never paid less. */
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
      /** When the employee would have left after working the counted time. */
      readonly countedOutTime: Instant | undefined;
    }
  | {
      readonly rule: 'SPLIT_AT_MIDNIGHT';
      readonly date: LocalDate;
      readonly dayStart: string;
      readonly workedSeconds: number;
      readonly stretchSeconds: number;
    };

/** The results of the shift and the day. */
export type VerdictFinding =
  | {
      readonly rule: 'LATE';
      readonly shiftId: string;
      readonly startTime: Instant;
      /** Whether it is the start of the core time; undefined: of the shift. */
      readonly isCore: boolean | undefined;
      readonly graceSeconds: number;
      readonly arrivalTime: Instant;
      readonly lateSeconds: number;
      /** Present if leave by the hour was left out. */
      readonly excusedSeconds?: number;
    }
  | {
      readonly rule: 'EARLY';
      readonly shiftId: string;
      readonly endTime: Instant;
      /** Whether it is the end of the core time; undefined: of the shift. */
      readonly isCore: boolean | undefined;
      readonly graceSeconds: number;
      readonly departureTime: Instant;
      readonly earlySeconds: number;
      /** Present if leave by the hour was left out. */
      readonly excusedSeconds?: number;
    }
  | { readonly rule: 'NOBODY_CAME'; readonly shiftId: string }
  /** No punch for the shift, but a session of another one that covers most of its hours. */
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
  /** Only half of the shift is to be worked, because the other half is declared or a holiday. */
  | {
      readonly rule: 'HALF_TO_WORK';
      readonly shiftId: string;
      /** When the employee is expected. */
      readonly startTime: Instant;
      readonly endTime: Instant;
      /** Whether that is the half's part of the core time. */
      readonly isCore: boolean;
      /** For flexible hours: how long to work. */
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
      /** Present if there is a leave type. */
      readonly leaveTypeId?: string;
      readonly note: string;
      /** The status without the mark, from punches and roster alone, once it is known. */
      readonly otherwise: Status | undefined;
    }
  | {
      readonly rule: 'OTHER_HALF';
      readonly status: Status;
      /** Present if there is a leave type. */
      readonly leaveTypeId?: string;
      readonly isDeclared: boolean;
    }
  /** Leave by the hour. */
  | {
      readonly rule: 'LEAVE_TIME';
      readonly startTime: Instant;
      readonly endTime: Instant;
      /** Present if there is a leave type. */
      readonly leaveTypeId?: string;
      /** How much of the shifts' hours is excused. */
      readonly excusedSeconds: number;
    }
  | {
      readonly rule: 'WORKED_IN_LEAVE_TIME';
      readonly shiftId: string;
      /** The part of the leave within the shift. */
      readonly startTime: Instant;
      readonly endTime: Instant;
      readonly workedSeconds: number;
    }
  | { readonly rule: 'LONGER_THAN_A_DAY'; readonly workedSeconds: number }
  | { readonly rule: 'OFF_SHIFT_PRESENT' }
  | { readonly rule: 'WORKED_ON_HOLIDAY' | 'WORKED_ON_LEAVE' | 'WORKED_ON_DAY_OFF' };

/** What the clock adds. Not final before `untilTime`. */
export type ClockFinding =
  | {
      readonly rule: 'NOT_YET_IN';
      readonly shiftId: string;
      readonly startTime: Instant;
      /** The employee is late from here on, after the grace. */
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

/** Collects the findings while a day is derived; undefined: not requested. */
export type Trace = Finding[] | undefined;
