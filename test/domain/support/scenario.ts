// What an acceptance case is: a roster, punches, marks and a moment, and the days they come to.
// Plain data in a notation people can read, so that the same rows can be given to the engine as
// values (scenario-values.ts) and to the running service as a request (scenario-request.ts).
//
// The notation: dates are counted from the case's own day D (`D`, `D+1`, `D-5`); moments are a
// date and a local time, in the employee's zone unless said (`D 08:00`, `D+1 07:10:30`,
// `D 23:30@America/Vancouver`, `D 08:42+05:30`, `D 12:00Z`); lengths are hours (`4:00`, `0:00:01`).

import type { Anomaly, Origin, Portion, Status } from '../../../src/domain/facts/day.js';
import type { Attribution, HoursCounted, Pairing } from '../../../src/domain/roster/shift.js';

/** `UP 0:05`, or with a grace: `UP 0:05 grace 0:03`. */
export type RoundingText = string;

/** A kind of break; unpaid, at any time and as long as it takes unless said. */
export interface BreakTypeSetup {
  readonly id: string;
  readonly paid?: boolean;
  readonly length?: string;
  /** `12:00-13:00`. */
  readonly window?: string;
  readonly byClock?: boolean;
}

/** How time is counted; what is left out is plain. */
export interface RulesSetup {
  readonly pairing?: Pairing;
  readonly hours?: HoursCounted;
  readonly repeat?: string;
  readonly repeatsAnyKind?: boolean;
  /** Each `0:15 after 6:00`. */
  readonly deduct?: readonly string[];
  readonly deductExcessOnly?: boolean;
  readonly minBreak?: string;
  readonly paidBreaks?: string;
  readonly breakTypes?: readonly BreakTypeSetup[];
  readonly roundIn?: RoundingText;
  readonly roundOut?: RoundingText;
  readonly roundBreaks?: RoundingText;
  readonly roundWorked?: RoundingText;
  /** `PLANNED_END 1:00`. */
  readonly autoClose?: string;
}

/** A shift; its margins are an hour unless said, everything else is off. */
export interface ShiftSetup {
  readonly id: string;
  /** `08:00-12:00`; an end before the start is on the next date. */
  readonly hours: string;
  readonly zone?: string;
  readonly before?: string;
  readonly after?: string;
  readonly maxSession?: string;
  readonly lateGrace?: string;
  readonly earlyGrace?: string;
  readonly halfDayThreshold?: string;
  readonly absentThreshold?: string;
  /** `13:30`. */
  readonly halvesMeet?: string;
  /** With a target, the hours are flexible; `core` is `10:00-15:00`. */
  readonly target?: string;
  readonly core?: string;
  readonly countFromStart?: boolean;
  readonly countToEnd?: boolean;
  readonly minOvertime?: string;
  readonly worksOnHolidays?: boolean;
  readonly calendar?: string;
  readonly geofence?: {
    readonly latitude: number;
    readonly longitude: number;
    readonly radiusMeters: number;
  };
  readonly rules?: RulesSetup;
}

/** The same shifts on every date from the first to the last, or on without an end. */
export interface AssignedSetup {
  readonly shifts: readonly string[];
  readonly from: string;
  readonly to?: string;
}

export interface OffShiftSetup {
  readonly gap?: string;
  readonly maxLength?: string;
  readonly attribution?: Attribution;
  readonly dayStart?: string;
  readonly rules?: RulesSetup;
}

/** Who should work when. */
export interface RosterSetup {
  /** The employee's; UTC unless said. */
  readonly zone?: string;
  readonly joined?: string;
  readonly left?: string;
  readonly shifts?: readonly ShiftSetup[];
  readonly defaultShift?: string;
  readonly assigned?: readonly AssignedSetup[];
  /** Of the employee's own calendar; `D SECOND_HALF` is half of the date. */
  readonly holidays?: readonly string[];
  readonly offShift?: OffShiftSetup;
}

/**
 * A day as a case expects it. What is left out is plain: nobody came or went, nothing was
 * worked, nothing is odd, it is known from punches and final. The group at the end is looked at
 * only when it is given.
 */
export interface DayExpectation {
  readonly status: Status;
  readonly origin?: Origin | 'NONE';
  readonly portion?: Portion;
  readonly otherHalf?: Status;
  readonly in?: string;
  readonly out?: string;
  readonly worked?: string;
  readonly uncounted?: string;
  readonly late?: string;
  readonly early?: string;
  readonly short?: string;
  readonly anomalies?: readonly Anomaly[];
  readonly final?: boolean;
  /** When the clock changes it. */
  readonly next?: string;

  /** `D 08:00 to D 12:00 day`; a missing end is `?`, off shift is `-`. */
  readonly sessions?: readonly string[];
  /** Those punched, `D 12:00 to D 12:30 lunch`; of no type `-`. */
  readonly breaks?: readonly string[];
  readonly plannedWork?: string;
  /** Leave by the hour: `10:00-12:00 excuses 2:00`. */
  readonly leave?: readonly string[];
  /** `A PRESENT`. */
  readonly shifts?: readonly string[];
  /** `day D 08:00 to D 12:00, accepts D 07:00 to D 13:00`. */
  readonly planned?: readonly string[];
  /** The stretches of off-shift work, each `D 07:00 to D 18:00`. */
  readonly stretches?: readonly string[];
  /** When the person would have left, had they worked the time counted. */
  readonly countedOut?: string;
  /** The break time counted. */
  readonly countedBreaks?: string;
}

export interface Case {
  /** The id of the acceptance page. */
  readonly id: string;
  readonly title: string;
  /** Whose experience it is. */
  readonly source: string;
  /** D as a date. */
  readonly day?: string;
  readonly roster: RosterSetup;
  /** `D 08:00 P`: a moment and a kind (IN, OUT, BREAK, BACK, P for untyped), then perhaps
   * `by gate-1` or `by gate-1#17` (device and its event id) and `at 24.001,72.001`, which may be
   * `within 150` metres. */
  readonly punches?: readonly string[];
  /** `D ON_LEAVE`, `D ON_LEAVE FIRST_HALF`, `D ON_LEAVE 10:00-12:00`; the oldest first. */
  readonly marks?: readonly string[];
  /** The moment to look from; long after everything unless said. */
  readonly now?: string;
  /** By date. No other date may have time worked or sessions. */
  readonly days: Readonly<Record<string, DayExpectation>>;
}

/** A Wednesday far from any change of clocks. */
export const DEFAULT_DAY = '2024-05-15';
export const DEFAULT_ZONE = 'UTC';
export const DEFAULT_NOW = 'D+40 00:00';
export const DEFAULT_MARGIN = '1:00';
/** The one calendar of a case. */
export const CALENDAR = 'holidays';

export const EMPLOYEE = 'e-1';
