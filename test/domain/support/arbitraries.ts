// Rosters, employees, punches and marks for the properties of the rules: valid by check-shift.ts
// and check-roster.ts, and near whatever is easily got wrong. Must stay deterministic: everything
// random comes from fast-check.

import fc from 'fast-check';
import {
  type ClockRange,
  type Declaration,
  PORTIONS,
  type Portion,
  STATUSES,
} from '../../../src/domain/facts/day.js';
import { type DeclarationFact, declarationOf } from '../../../src/domain/facts/declaration.js';
import {
  PUNCH_KINDS,
  type Punch,
  type Timeline,
  timelineOf,
} from '../../../src/domain/facts/punch.js';
import { findOverlaps } from '../../../src/domain/roster/check-roster.js';
import { NO_EXTRA_TIME_RULES } from '../../../src/domain/roster/extra-time.js';
import { type DayPlan, OFF_SHIFT_BLOCK_MS, planDays } from '../../../src/domain/roster/plan.js';
import type { Policies, Policy } from '../../../src/domain/roster/policy.js';
import {
  type Assignment,
  byFromDay,
  type EmployeeRoster,
  type Roster,
} from '../../../src/domain/roster/roster.js';
import {
  ATTRIBUTIONS,
  AUTO_CLOSE_RULES,
  type AutoClose,
  type BreakDeduction,
  type BreakType,
  type CountingRules,
  DEFAULT_OFF_SHIFT_RULES,
  type FlexibleHours,
  HOURS_COUNTED,
  MAX_DAY_START_SECOND,
  type OffShiftRules,
  PAIRINGS,
  PLAIN_COUNTING,
  type Rounding,
  type Shift,
  type WorkRules,
} from '../../../src/domain/roster/shift.js';
import { type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone, type Zone } from '../../../src/domain/time/zone.js';

export const SECOND_MS = 1000;
export const HOUR = 3600;
export const DAY = 86_400;

/** How many dates punches are made on; answers are looked at on more of them. */
export const PERIOD_DAYS = 5;
/** No punch changes a date farther off: a window is 4 dates away at most, a stretch 3. */
export const MARGIN_DAYS = 6;

export function day(text: string): number {
  return toEpochDay(text as LocalDate);
}

export function zoneNamed(name: string): Zone {
  const zone = findZone(name);
  if (zone === undefined) throw new RangeError(`${name} is no zone`);
  return zone;
}

export const ALL_ZONES: readonly Zone[] = [
  ...Intl.supportedValuesOf('timeZone'),
  'Etc/GMT+12',
  'Etc/GMT-14',
  'UTC',
].flatMap((name) => findZone(name) ?? []);

/** Clocks that change at midnight or by half an hour, both ends of the world, and plain ones. */
export const TELLING_ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/Vancouver',
  'America/Havana',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Etc/GMT+12',
  'Asia/Kathmandu',
].map(zoneNamed);

export const anyZone = fc.oneof(
  { arbitrary: fc.constantFrom(...TELLING_ZONES), weight: 2 },
  { arbitrary: fc.constantFrom(...ALL_ZONES), weight: 1 },
);

/** Before clocks change, before Apia left a date out, before a block of a week ends. */
const TELLING_DAYS = [
  day('2024-03-08'),
  day('2024-03-28'),
  day('2024-04-24'),
  day('2024-10-25'),
  day('2024-11-01'),
  day('2011-12-28'),
  day('1970-01-01'),
];

const anyFirstDay = fc.oneof(
  fc.constantFrom(...TELLING_DAYS),
  fc.integer({ min: day('2019-06-01'), max: day('2025-12-31') }),
);

/** Lengths in whole quarters of an hour, or any. */
function length(min: number, max: number): fc.Arbitrary<number> {
  const quarters = fc.integer({ min: Math.ceil(min / 900), max: Math.floor(max / 900) });
  return fc.oneof(
    { arbitrary: quarters.map((n) => n * 900), weight: 3 },
    { arbitrary: fc.integer({ min, max }), weight: 1 },
  );
}

const anyRounding: fc.Arbitrary<Rounding> = fc
  .record({
    direction: fc.constantFrom('UP' as const, 'DOWN' as const, 'NEAREST' as const),
    stepSeconds: fc.constantFrom(1, 60, 300, 360, 900, 1800, 3600),
    grace: fc.nat({ max: 99 }),
  })
  .map(({ direction, stepSeconds, grace }) => ({
    direction,
    stepSeconds,
    graceSeconds: direction === 'NEAREST' ? 0 : Math.floor((stepSeconds * grace) / 100),
  }));

const maybeRounding = fc.option(anyRounding, { nil: undefined, freq: 2 });

/** By `after`, each once, ever longer. */
const anyDeductions: fc.Arbitrary<readonly BreakDeduction[]> = fc
  .array(fc.record({ afterSeconds: length(0, 12 * HOUR), breakSeconds: length(60, 2 * HOUR) }), {
    maxLength: 3,
  })
  .map((deductions) => {
    const afters = [...new Set(deductions.map(({ afterSeconds }) => afterSeconds))];
    const breaks = deductions.map(({ breakSeconds }) => breakSeconds).sort((a, b) => a - b);
    return afters
      .sort((a, b) => a - b)
      .map((afterSeconds, index) => ({ afterSeconds, breakSeconds: breaks[index] ?? 2 * HOUR }));
  });

/** A few, or none: at any time, on marks that shifts begin and end on, around midnight. */
const anyBreakTypes: fc.Arbitrary<readonly BreakType[]> = fc
  .record({
    anyTime: fc.option(fc.record({ isPaid: fc.boolean(), lengthSeconds: length(0, 2 * HOUR) })),
    timed: fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: 15 }),
        // Times of day are whole minutes in the contract.
        lasts: fc.integer({ min: 1, max: 90 }).map((minutes) => minutes * 60),
        lengthSeconds: fc.oneof(fc.constant(0), length(0, 2 * HOUR)),
        how: fc.constantFrom('PAID', 'UNPAID', 'BY_CLOCK'),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ anyTime, timed }) => [
    ...(anyTime === null
      ? []
      : [{ ...anyTime, breakTypeId: 'rest', window: undefined, isByClock: false }]),
    // No two of them share time.
    ...[...new Map(timed.map((each) => [each.from, each])).values()].map(
      ({ from, lasts, lengthSeconds, how }): BreakType => ({
        breakTypeId: `at-${from}`,
        isPaid: how === 'PAID',
        lengthSeconds,
        window: {
          startSecond: from * 90 * 60,
          endSecond: (from * 90 * 60 + lasts) % DAY,
        },
        isByClock: how === 'BY_CLOCK',
      }),
    ),
  ]);

/** For shifts only: off shift, the engine looks at no such rule. */
const anyAutoClose: fc.Arbitrary<AutoClose> = fc.record({
  by: fc.constantFrom(...AUTO_CLOSE_RULES),
  seconds: fc.oneof(fc.constantFrom(1, HOUR), fc.integer({ min: 1, max: DAY })),
});

/** Rules that leave worked time as it is. */
export const exactWorkRules: fc.Arbitrary<WorkRules> = fc.record({
  pairing: fc.constantFrom(...PAIRINGS),
  hours: fc.constantFrom(...HOURS_COUNTED),
  repeatSeconds: fc.constantFrom(0, 1, 60, 300, HOUR),
  repeatsAnyKind: fc.constant(false),
  breakDeductions: fc.constant([]),
  deductExcessOnly: fc.constant(false),
  minBreakSeconds: fc.constant(0),
  paidBreakSeconds: fc.constant(0),
  breakTypes: fc.constant([]),
  roundIn: fc.constant(undefined),
  roundOut: fc.constant(undefined),
  roundBreaks: fc.constant(undefined),
  roundWorked: fc.constant(undefined),
  autoClose: fc.constant(undefined),
});

/** The same, of which rules may close sessions. */
export const closingWorkRules: fc.Arbitrary<WorkRules> = fc
  .record({ exact: exactWorkRules, autoClose: fc.option(anyAutoClose, { nil: undefined }) })
  .map(({ exact, autoClose }) => ({ ...exact, autoClose }));

const adjustingWorkRules: fc.Arbitrary<WorkRules> = fc
  .record({
    exact: exactWorkRules,
    isRepeatOfAny: fc.boolean(),
    breakDeductions: anyDeductions,
    deductExcessOnly: fc.boolean(),
    minBreakSeconds: fc.oneof(fc.constant(0), length(0, HOUR)),
    paidBreakSeconds: fc.oneof(fc.constant(0), length(0, 2 * HOUR)),
    breakTypes: anyBreakTypes,
    roundIn: maybeRounding,
    roundOut: maybeRounding,
    roundBreaks: maybeRounding,
    roundWorked: maybeRounding,
    autoClose: fc.option(anyAutoClose, { nil: undefined, freq: 2 }),
  })
  .map(({ exact, isRepeatOfAny, ...rules }) => ({
    ...exact,
    ...rules,
    repeatsAnyKind: isRepeatOfAny && exact.repeatSeconds > 0,
  }));

export const anyWorkRules = fc.oneof(exactWorkRules, adjustingWorkRules);

export const anyOffShiftRules = (work: fc.Arbitrary<WorkRules>): fc.Arbitrary<OffShiftRules> =>
  fc.record({
    work,
    newStretchGapSeconds: fc.oneof(fc.constantFrom(0, 4 * HOUR), length(0, 24 * HOUR)),
    maxLengthSeconds: fc.oneof(fc.constantFrom(16 * HOUR, 36 * HOUR), length(HOUR, 36 * HOUR)),
    attribution: fc.constantFrom(...ATTRIBUTIONS),
    dayStartSecond: fc.oneof(
      { arbitrary: fc.constant(0), weight: 3 },
      { arbitrary: length(0, MAX_DAY_START_SECOND), weight: 1 },
    ),
  });

const anyCounting: fc.Arbitrary<CountingRules> = fc.oneof(
  fc.constant(PLAIN_COUNTING),
  fc.record({
    fromStart: fc.boolean(),
    toEnd: fc.constant(false),
    minOvertimeSeconds: length(0, 2 * HOUR),
  }),
  fc.constant({ fromStart: true, toEnd: true, minOvertimeSeconds: 0 }),
);

const SHIFT_IDS = ['A', 'B', 'C', 'D'] as const;
const CALENDAR_IDS = ['north', 'south'] as const;

/** Hours that follow each other are likely: all begin and end on the same few marks. */
const anyHours = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 1, max: 7 }))
    .map(([from, length_]) => ({
      startSecond: from * 3 * HOUR,
      endSecond: ((from + length_) % 8) * 3 * HOUR,
    })),
  fc
    .tuple(fc.integer({ min: 0, max: DAY - 1 }), fc.integer({ min: 1, max: DAY - 1 }))
    .map(([from, length_]) => ({ startSecond: from, endSecond: (from + length_) % DAY })),
  // A shift of 24 hours.
  fc.constantFrom(0, 8 * HOUR, 22 * HOUR).map((from) => ({ startSecond: from, endSecond: from })),
);

function shiftNamed(shiftId: string, work: fc.Arbitrary<WorkRules>): fc.Arbitrary<Shift> {
  return fc
    .record({
      hours: anyHours,
      zone: fc.option(anyZone, { nil: undefined, freq: 4 }),
      before: length(0, 10 * HOUR),
      after: length(0, 10 * HOUR),
      maxSessionSeconds: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        length(HOUR, 36 * HOUR),
      ),
      lateGraceSeconds: length(0, HOUR),
      earlyGraceSeconds: length(0, HOUR),
      halfDayBelowSeconds: fc.oneof(fc.constant(0), length(1, 10 * HOUR)),
      absent: fc.nat({ max: 99 }),
      meet: fc.option(fc.nat({ max: DAY }), { nil: undefined, freq: 2 }),
      flexible: fc.option(
        fc.record({
          target: fc.integer({ min: 1, max: 100 }),
          core: fc.option(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 99 }))),
        }),
        { nil: undefined, freq: 2 },
      ),
      work,
      // Where the sum must be what the sessions are, all of it counts.
      counting: work === exactWorkRules ? fc.constant(PLAIN_COUNTING) : anyCounting,
      worksOnHolidays: fc.boolean(),
      calendarId: fc.option(fc.constantFrom(...CALENDAR_IDS), { nil: undefined }),
      geofence: fc.option(fc.constant({ latitude: 24, longitude: 72, radiusMeters: 500 }), {
        nil: undefined,
      }),
    })
    .map(({ hours, before, after, absent, meet, flexible, ...rest }) => {
      const { startSecond, endSecond } = hours;
      // A whole day has no room for margins.
      const lasts = ((endSecond - startSecond + DAY - 1) % DAY) + 1;
      const beforeSeconds = Math.max(0, Math.min(before, DAY - 1 - lasts));
      return {
        shiftId,
        startSecond,
        endSecond,
        beforeSeconds,
        afterSeconds: Math.max(0, Math.min(after, DAY - 1 - lasts - beforeSeconds)),
        absentBelowSeconds: Math.floor((rest.halfDayBelowSeconds * absent) / 100),
        halvesMeetSecond:
          meet === undefined || lasts < 2
            ? undefined
            : (startSecond + 1 + (meet % (lasts - 1))) % DAY,
        flexible: flexible && flexibleHours(flexible, startSecond, lasts),
        ...rest,
      };
    });
}

/** From parts of a hundred of a shift's length; a core time needs two minutes of it. */
function flexibleHours(
  { target, core }: { readonly target: number; readonly core: readonly [number, number] | null },
  startSecond: number,
  lasts: number,
): FlexibleHours {
  const at = (part: number) => Math.floor((lasts * part) / 6000) * 60;
  const [from, to] = (core ?? [0, 0]).map(at).sort((a, b) => a - b);
  const [start, end] = [from ?? 0, to ?? 0];
  return {
    targetSeconds: Math.max(1, Math.floor((lasts * target) / 100)),
    core:
      start === end
        ? undefined
        : { startSecond: (startSecond + start) % DAY, endSecond: (startSecond + end) % DAY },
  };
}

/** Shifts of dates as offsets from the first day of the period. */
interface RosterSeed {
  readonly shifts: readonly Shift[];
  readonly offShift: OffShiftRules;
  /** Other off-shift rules from a date on. */
  readonly policies: readonly { readonly after: number; readonly offShift: OffShiftRules }[];
  readonly holidays: readonly (readonly (readonly [number, Portion])[])[];
  readonly zones: readonly { readonly after: number; readonly zone: Zone }[];
  readonly joined: number | undefined;
  readonly left: number | undefined;
  readonly defaultShift: number | undefined;
  readonly calendarId: string | undefined;
  readonly assignments: readonly {
    readonly from: number;
    readonly length: number | undefined;
    readonly anchor: number;
    readonly cycle: readonly (readonly string[])[];
  }[];
  readonly overrides: readonly (readonly [number, readonly string[]])[];
}

const someShiftIds = fc.uniqueArray(fc.constantFrom(...SHIFT_IDS), { maxLength: 3 });
const nearDay = fc.integer({ min: -MARGIN_DAYS, max: PERIOD_DAYS + MARGIN_DAYS });

function rosterSeed(work: fc.Arbitrary<WorkRules>): fc.Arbitrary<RosterSeed> {
  return fc.record({
    shifts: fc.tuple(...SHIFT_IDS.map((id) => shiftNamed(id, work))),
    offShift: anyOffShiftRules(work),
    policies: fc.oneof(
      { arbitrary: fc.constant([]), weight: 2 },
      {
        arbitrary: fc.uniqueArray(fc.record({ after: nearDay, offShift: anyOffShiftRules(work) }), {
          maxLength: 2,
          selector: ({ after }) => after,
        }),
        weight: 1,
      },
    ),
    holidays: fc.array(
      fc.array(fc.tuple(nearDay, fc.constantFrom(...PORTIONS)), { maxLength: 3 }),
      {
        minLength: 2,
        maxLength: 2,
      },
    ),
    zones: fc.oneof(
      { arbitrary: anyZone.map((zone) => [{ after: -Infinity, zone }]), weight: 3 },
      {
        arbitrary: fc.tuple(anyZone, nearDay, anyZone).map(([first, after, zone]) => [
          { after: -Infinity, zone: first },
          { after, zone },
        ]),
        weight: 1,
      },
    ),
    joined: fc.option(nearDay, { nil: undefined, freq: 6 }),
    left: fc.option(nearDay, { nil: undefined, freq: 6 }),
    defaultShift: fc.option(fc.nat({ max: SHIFT_IDS.length - 1 }), { nil: undefined, freq: 3 }),
    calendarId: fc.option(fc.constantFrom(...CALENDAR_IDS), { nil: undefined }),
    assignments: fc.oneof(
      fc.constant([]),
      fc.array(
        fc.record({
          from: nearDay,
          length: fc.option(fc.nat({ max: 10 }), { nil: undefined }),
          anchor: nearDay,
          cycle: fc.array(someShiftIds, { minLength: 1, maxLength: 4 }),
        }),
        { maxLength: 2 },
      ),
    ),
    overrides: fc.oneof(
      fc.constant([]),
      fc.array(fc.tuple(nearDay, someShiftIds), { maxLength: 3 }),
    ),
  });
}

export interface Rostered {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
}

/** All off-shift rules that a roster has, whenever they are in force. */
export function offShiftRulesIn({ offShift, policies }: Roster): readonly OffShiftRules[] {
  return [offShift, ...[...policies.values()].flat().map(({ policy }) => policy.offShift)];
}

/** A policy for nobody, without any rule. */
export const PLAIN_POLICY: Policy = {
  policyId: 'plain',
  name: '',
  groupIds: [],
  isDefault: false,
  offShift: DEFAULT_OFF_SHIFT_RULES,
  work: undefined,
  maxCommandAgeDays: 0,
  refusesOutsideGeofence: false,
  extraTime: NO_EXTRA_TIME_RULES,
};

/** One that is for everybody. */
function policiesOf({ policies }: RosterSeed, firstDay: number): Policies {
  const versions = policies.map(({ after, offShift }) => ({
    fromDay: firstDay + after,
    policy: { ...PLAIN_POLICY, policyId: 'p', isDefault: true, offShift },
  }));
  return versions.length === 0 ? new Map() : new Map([['p', versions.sort(byFromDay)]]);
}

/** `without` are shift ids that are not to be worked. */
function rostered(seed: RosterSeed, firstDay: number, without: ReadonlySet<string>): Rostered {
  const kept = (ids: readonly string[]) => ids.filter((id) => !without.has(id));
  const assignments = seed.assignments.map(
    ({ from, length: days, anchor, cycle }): Assignment => ({
      fromDay: firstDay + from,
      toDay: days === undefined ? Infinity : firstDay + from + days,
      anchorDay: firstDay + anchor,
      cycle: cycle.map(kept),
    }),
  );
  const defaultId = seed.defaultShift === undefined ? undefined : SHIFT_IDS[seed.defaultShift];
  const calendars = seed.holidays.map(
    (days, index) =>
      [
        CALENDAR_IDS[index] ?? 'north',
        new Map(
          days.map(([offset, portion]) => [firstDay + offset, { name: 'Feast', portion }] as const),
        ),
      ] as const,
  );
  return {
    roster: {
      shifts: new Map(seed.shifts.map((shift) => [shift.shiftId, [{ fromDay: -Infinity, shift }]])),
      calendars: new Map(calendars),
      policies: policiesOf(seed, firstDay),
      offShift: seed.offShift,
    },
    employee: {
      zones: seed.zones.map(({ after, zone }) => ({ fromDay: firstDay + after, zone })),
      joinedDay: seed.joined === undefined ? -Infinity : firstDay + seed.joined,
      leftDay: seed.left === undefined ? Infinity : firstDay + seed.left,
      defaultShiftId: defaultId !== undefined && without.has(defaultId) ? undefined : defaultId,
      calendarId: seed.calendarId,
      assignments,
      overrides: new Map(
        seed.overrides.map(([offset, ids]) => [firstDay + offset, kept(ids)] as const),
      ),
    },
  };
}

/** Days of plans on which shifts could overlap with one of the period, and then some. */
const ROUND_DAYS = MARGIN_DAYS + 6;

/** Takes shifts out of the roster until none is left that overlaps another. */
function sound(seed: RosterSeed, firstDay: number): Rostered {
  const without = new Set<string>();
  for (;;) {
    const made = rostered(seed, firstDay, without);
    const plans = planDays(
      made.roster,
      made.employee,
      firstDay - ROUND_DAYS,
      firstDay + PERIOD_DAYS + ROUND_DAYS,
    );
    const [overlap] = findOverlaps(plans);
    if (overlap === undefined) return made;
    without.add(overlap.otherShiftId);
  }
}

/** What some punches are like, before it is known where the roster's edges are. */
type PunchSeed =
  | {
      readonly form: 'SESSION';
      /** Begins near one of the edges; undefined: anywhere. */
      readonly edge: number | undefined;
      readonly atSecond: number;
      readonly lengthSecond: number;
      readonly isTyped: boolean;
      readonly breaks: readonly number[];
      readonly device: string;
    }
  | {
      readonly form: 'EDGE';
      readonly edge: number;
      readonly offSecond: number;
      readonly ms: number;
      readonly kind: Punch['kind'];
      readonly device: string;
    }
  | {
      readonly form: 'BURST';
      readonly atSecond: number;
      readonly everySecond: number;
      readonly count: number;
      readonly kind: Punch['kind'] | 'IN_OUT';
    };

/** A session near an edge begins within this range around it. */
const NEAR = 4 * HOUR;

const anyDevice = fc.constantFrom('', '', 'gate', 'door');
const anyKind = fc.constantFrom(...PUNCH_KINDS);

const sessionSeed: fc.Arbitrary<PunchSeed> = fc.record({
  form: fc.constant('SESSION' as const),
  edge: fc.option(fc.nat({ max: 9_999 }), { nil: undefined, freq: 2 }),
  atSecond: length(0, PERIOD_DAYS * DAY),
  lengthSecond: fc.oneof(length(0, 20 * HOUR), length(0, 2 * HOUR)),
  isTyped: fc.boolean(),
  breaks: fc.array(fc.nat({ max: 100 }), { maxLength: 3 }),
  device: anyDevice,
});

const edgeSeed: fc.Arbitrary<PunchSeed> = fc.record({
  form: fc.constant('EDGE' as const),
  edge: fc.nat({ max: 9_999 }),
  offSecond: fc.oneof(
    fc.constantFrom(0, 0, 1, -1, 60, -60),
    fc.integer({ min: -4 * HOUR, max: 4 * HOUR }),
  ),
  ms: fc.constantFrom(0, 0, 0, 1, 500, 999),
  kind: anyKind,
  device: anyDevice,
});

const burstSeed: fc.Arbitrary<PunchSeed> = fc.record({
  form: fc.constant('BURST' as const),
  atSecond: length(0, PERIOD_DAYS * DAY),
  everySecond: fc.constantFrom(1, 30, 60, 300, 480),
  count: fc.integer({ min: 150, max: 500 }),
  kind: fc.oneof(anyKind, fc.constant('IN_OUT' as const)),
});

function punchAt(time: number, kind: Punch['kind'], deviceId: string, isFar = false): Punch {
  return {
    time: time as Instant,
    kind,
    deviceId,
    eventId: '',
    position: isFar ? { latitude: 24.01, longitude: 72.01 } : undefined,
    flags: [],
  };
}

function punchesFrom(seed: PunchSeed, from: number, edges: readonly number[]): Punch[] {
  if (seed.form === 'EDGE') {
    const edge = edges[seed.edge % edges.length] ?? from;
    const time = edge + seed.offSecond * SECOND_MS + seed.ms;
    return [punchAt(time, seed.kind, seed.device, seed.edge % 3 === 0)];
  }
  const edge = seed.form === 'SESSION' && seed.edge !== undefined ? seed.edge : undefined;
  const start =
    edge === undefined
      ? from + seed.atSecond * SECOND_MS
      : (edges[edge % edges.length] ?? from) + ((seed.atSecond % NEAR) - NEAR / 2) * SECOND_MS;
  if (seed.form === 'BURST') {
    return Array.from({ length: seed.count }, (_, index) => {
      const alternating = index % 2 === 0 ? 'IN' : 'OUT';
      const kind = seed.kind === 'IN_OUT' ? alternating : seed.kind;
      return punchAt(start + index * seed.everySecond * SECOND_MS, kind, '');
    });
  }
  const { lengthSecond, isTyped, device } = seed;
  const breaks = [...seed.breaks]
    .sort((a, b) => a - b)
    .map((percent, index) => {
      const time = start + Math.floor((lengthSecond * percent) / 100) * SECOND_MS;
      return punchAt(time, index % 2 === 0 ? 'BREAK_START' : 'BREAK_END', device);
    });
  return [
    punchAt(start, isTyped ? 'IN' : 'UNSPECIFIED', device),
    ...breaks,
    punchAt(start + lengthSecond * SECOND_MS, isTyped ? 'OUT' : 'UNSPECIFIED', device),
  ];
}

/** The instants at which something begins or ends. */
function edgesOf(plans: readonly DayPlan[]): readonly number[] {
  const edges: number[] = plans.flatMap(({ start, shifts }) => [
    start,
    ...shifts.flatMap((shift) => [shift.start, shift.end, shift.window.from, shift.window.to]),
  ]);
  const first: number = plans[0]?.start ?? 0;
  edges.push(Math.ceil(first / OFF_SHIFT_BLOCK_MS) * OFF_SHIFT_BLOCK_MS);
  return edges.sort((a, b) => a - b);
}

/** An employee's roster and punches, and the plans of all dates that they can change. */
export interface Scenario extends Rostered {
  readonly firstDay: number;
  readonly plans: readonly DayPlan[];
  readonly punches: readonly Punch[];
  readonly timeline: Timeline;
  /** What a failed run shows. */
  readonly toString: () => string;
}

export interface ScenarioOptions {
  readonly work?: fc.Arbitrary<WorkRules>;
  /** Shifts may overlap: as no roster that was checked has it. */
  readonly isUnsound?: boolean;
  /** Hundreds of punches a day. */
  readonly isDense?: boolean;
  /** Nothing but off-shift work. */
  readonly isShiftless?: boolean;
}

export function scenarios(options: ScenarioOptions = {}): fc.Arbitrary<Scenario> {
  const { work = anyWorkRules, isUnsound = false, isDense = false } = options;
  const seeds = fc.array(
    fc.oneof(
      { arbitrary: sessionSeed, weight: 4 },
      { arbitrary: edgeSeed, weight: 4 },
      { arbitrary: burstSeed, weight: isDense ? 2 : 0 },
    ),
    { maxLength: 12 },
  );
  return fc.tuple(rosterSeed(work), anyFirstDay, seeds).map(([seed, firstDay, punchSeeds]) => {
    const { isShiftless = false } = options;
    const without = new Set<string>(isShiftless ? SHIFT_IDS : []);
    const made =
      isUnsound || isShiftless ? rostered(seed, firstDay, without) : sound(seed, firstDay);
    return scenarioOf(made, firstDay, (plans) => {
      const edges = edgesOf(plans.slice(MARGIN_DAYS, MARGIN_DAYS + PERIOD_DAYS));
      const from = plans[MARGIN_DAYS]?.start ?? 0;
      return punchSeeds.flatMap((one) => punchesFrom(one, from, edges));
    });
  });
}

export function scenarioOf(
  { roster, employee }: Rostered,
  firstDay: number,
  punchesOn: (plans: readonly DayPlan[]) => readonly Punch[],
): Scenario {
  const lastDay = firstDay + PERIOD_DAYS + MARGIN_DAYS;
  const plans = planDays(roster, employee, firstDay - MARGIN_DAYS, lastDay);
  const punches = punchesOn(plans);
  const scenario = { roster, employee, firstDay, plans, punches, timeline: timelineOf(punches) };
  return { ...scenario, toString: () => describeScenario(scenario) };
}

/** Zones by their name, maps by their entries, times as people read them. */
export function text(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (each instanceof Map) return [...each];
    if ((key === 'zone' || key === 'shiftZone') && typeof each === 'object' && each !== null) {
      return (each as Zone).name;
    }
    if (each === Infinity || each === -Infinity) return String(each);
    return each;
  });
}

function describeScenario({ roster, employee, plans, timeline }: Omit<Scenario, 'toString'>) {
  const at = (time: number) => new Date(time).toISOString();
  return [
    `off shift: ${text(roster.offShift)}`,
    ...[...roster.policies].map(([id, versions]) => `policy ${id}: ${text(versions)}`),
    `employee: ${text(employee)}`,
    ...plans.flatMap(({ date, zone, start, shifts }) => [
      `${date} ${zone.name} from ${at(start)}`,
      ...shifts.map(
        ({ shift, start: from, end, window }) =>
          `  ${shift.shiftId} ${at(from)} to ${at(end)}, ` +
          `window ${at(window.from)} to ${at(window.to)} ${text(shift)}`,
      ),
    ]),
    ...timeline.map(({ time, kind, deviceId }) => `${at(time)} ${kind} ${deviceId}`),
  ].join('\n');
}

/** On marks that shifts begin and end on, or near them; over midnight too. */
export const anyClockRange: fc.Arbitrary<ClockRange> = fc
  .tuple(
    fc.integer({ min: 0, max: 47 }).map((half) => half * 1800),
    fc.oneof(
      fc.integer({ min: 1, max: 12 }).map((half) => half * 1800),
      fc.integer({ min: 1, max: 1439 }).map((minutes) => minutes * 60),
    ),
  )
  .map(([startSecond, length]) => ({ startSecond, endSecond: startSecond + length }));

const anyDeclarationFact: fc.Arbitrary<DeclarationFact> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('MARK' as const),
      status: fc.constantFrom(
        ...STATUSES.flatMap((status) =>
          status === 'SCHEDULED' || status === 'UNSCHEDULED' ? [] : [status],
        ),
      ),
      portion: fc.constantFrom('WHOLE_DAY' as const, 'FIRST_HALF' as const, 'SECOND_HALF' as const),
      leaveTypeId: fc.constantFrom(undefined, 'vacation'),
      note: fc.constantFrom('', 'dentist'),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('MARK' as const),
      status: fc.constant('ON_LEAVE' as const),
      portion: fc.constant('WHOLE_DAY' as const),
      leaveTime: anyClockRange,
      leaveTypeId: fc.constantFrom(undefined, 'doctor'),
      note: fc.constantFrom('', 'dentist'),
    }),
    weight: 4,
  },
  { arbitrary: fc.constant({ kind: 'CLEAR' as const }), weight: 1 },
);

/** From any marks in any order. */
export const anyDeclaration: fc.Arbitrary<Declaration | undefined> = fc
  .array(anyDeclarationFact, { maxLength: 4 })
  .map((facts) => declarationOf(facts));
