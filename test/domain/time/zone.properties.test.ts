// The zone tables against two others that were written without them: Temporal, and the fields
// of a date as Intl writes them.

import { expect } from 'chai';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../../../src/domain/time/time.js';
import {
  epochDayAt,
  findZone,
  instantAt,
  offsetAt,
  startOfDay,
  type Zone,
} from '../../../src/domain/time/zone.js';
import { runs } from '../../support/runs.js';

/** Seconds for one test on a quiet machine. */
const TIMEOUT_MS = 60_000;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const EPOCH = new Temporal.PlainDate(1970, 1, 1);

const LINKS = ['US/Pacific', 'Asia/Kolkata', 'Europe/Kyiv', 'UTC', 'Etc/GMT+5', 'NZ-CHAT'];
const ZONES: readonly Zone[] = [...Intl.supportedValuesOf('timeZone'), ...LINKS].map((name) => {
  const zone = findZone(name);
  if (zone === undefined) throw new Error(`the runtime knows ${name}, findZone does not`);
  return zone;
});

const dayOf = (year: number): number => Date.UTC(year, 0, 1) / DAY_MS;
const dateOf = (epochDay: number): Temporal.PlainDate => EPOCH.add({ days: epochDay });

/** Everything the service may ask for, and the neighbours it looks at. */
const FIRST_DAY = dayOf(1900) - 3;
const LAST_DAY = dayOf(10_000) + 3;

/** Clocks set back across midnight, or by half an hour, or for a month; dates left out. */
const ODD = [
  'America/St_Johns',
  'America/Goose_Bay',
  'America/Havana',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Asia/Gaza',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kwajalein',
];
const ODD_ZONES = ZONES.filter(({ name }) => ODD.includes(name));
const anyZone = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ZONES) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_ZONES) },
);
const anyDay = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: dayOf(1970), max: dayOf(2100) }) },
  { weight: 2, arbitrary: fc.integer({ min: FIRST_DAY, max: dayOf(1970) }) },
  { weight: 1, arbitrary: fc.integer({ min: dayOf(2090), max: dayOf(2110) }) },
  { weight: 1, arbitrary: fc.integer({ min: dayOf(2490), max: dayOf(2510) }) },
  { weight: 1, arbitrary: fc.integer({ min: dayOf(2100), max: LAST_DAY }) },
);
const anySecond = fc.oneof(
  fc.integer({ min: 0, max: 86_400 }),
  fc.constantFrom(0, 60, 1800, 3600, 5400, 7200, 9000, 84_600, 86_399, 86_400),
);

/** A moment a little before or after a change of the zone's clocks; any moment without one. */
const nearChange = fc
  .record({
    zone: anyZone,
    day: anyDay,
    jitterMs: fc.oneof(
      fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
      fc.integer({ min: -3 * HOUR_MS, max: 3 * HOUR_MS }),
      fc.constantFrom(-1000, -1, 0, 1, 1000),
    ),
  })
  .map(({ zone, day, jitterMs }) => {
    // The polyfill looks through all time until it finds one: back for the past, three years
    // ahead for the future.
    const direction = day < dayOf(2030) ? 'previous' : 'next';
    const change = zoned(zone, day * DAY_MS).getTimeZoneTransition(direction);
    const base = change === null || change.year < 1900 ? day * DAY_MS : change.epochMilliseconds;
    return { zone, instant: (base + jitterMs) as Instant };
  });

const anyMoment = fc.oneof(
  fc
    .record({ zone: anyZone, day: anyDay, ms: fc.integer({ min: 0, max: DAY_MS - 1 }) })
    .map(({ zone, day, ms }) => ({ zone, instant: (day * DAY_MS + ms) as Instant })),
  nearChange,
);

function zoned(zone: Zone, instant: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone.name);
}

function expectedInstant(zone: Zone, epochDay: number, second: number): number {
  const local = dateOf(epochDay).toPlainDateTime().add({ seconds: second });
  return local.toZonedDateTime(zone.name, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** Temporal's, which for a date left out goes to the next date's start too. */
function expectedStart(zone: Zone, epochDay: number): number {
  return dateOf(epochDay).toZonedDateTime(zone.name).startOfDay().epochMilliseconds;
}

/** What Intl's fields say: another way through ICU than the tables' own. */
function intlOffset(format: Intl.DateTimeFormat, instant: number): number {
  const written = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/.exec(format.format(instant));
  if (written === null) throw new Error(`cannot read ${format.format(instant)}`);
  const [month = 0, day = 0, year = 0, hour, minute, second] = written.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

function intlFormat(zone: Zone): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone.name,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

describe('zones against Temporal', function () {
  this.timeout(TIMEOUT_MS);

  it('offsets are the same', () => {
    fc.assert(
      fc.property(anyMoment, ({ zone, instant }) => {
        expect(offsetAt(zone, instant)).to.equal(zoned(zone, instant).offsetNanoseconds / 1e6);
      }),
      { numRuns: runs(500) },
    );
  });

  it('a local time is the same instant, twice, never or once', () => {
    fc.assert(
      fc.property(anyMoment, anySecond, ({ zone, instant }, second) => {
        const day = Math.floor(instant / DAY_MS);
        const local = instant + offsetAt(zone, instant);
        const near = Math.floor(local / 1000);
        for (const [epochDay, time] of [
          [day, second],
          [Math.floor(near / 86_400), near - Math.floor(near / 86_400) * 86_400],
        ] as const) {
          expect(
            instantAt(zone, epochDay, time),
            `${zone.name} ${dateOf(epochDay)} ${time}`,
          ).to.equal(expectedInstant(zone, epochDay, time));
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('days begin at the same instant', () => {
    fc.assert(
      fc.property(anyMoment, ({ zone, instant }) => {
        const day = Math.floor(instant / DAY_MS);
        for (const near of [day - 1, day, day + 1]) {
          expect(startOfDay(zone, near), `${zone.name} ${dateOf(near)}`).to.equal(
            expectedStart(zone, near),
          );
        }
      }),
      { numRuns: runs(400) },
    );
  });

  it('a year from 2500 on is the one 400 years before', () => {
    const far = fc.integer({ min: dayOf(2500), max: LAST_DAY });
    fc.assert(
      fc.property(anyZone, far, anySecond, (zone, day, second) => {
        const instant = (day * DAY_MS + second * 1000) as Instant;
        expect(offsetAt(zone, instant)).to.equal(zoned(zone, instant).offsetNanoseconds / 1e6);
        expect(instantAt(zone, day, second)).to.equal(expectedInstant(zone, day, second));
        expect(startOfDay(zone, day)).to.equal(expectedStart(zone, day));
      }),
      { numRuns: runs(150) },
    );
  });
});

describe('zones against Intl', function () {
  this.timeout(TIMEOUT_MS);

  // Every six hours: a change that is taken back within a week would show.
  it('show the same clock through some months of every zone', () => {
    for (const zone of ZONES) {
      const format = intlFormat(zone);
      const anyStart = fc.integer({ min: dayOf(1900), max: dayOf(2100) });
      fc.assert(
        fc.property(anyStart, (start) => {
          for (let hour = 0; hour < 200 * 24; hour += 6) {
            const instant = (start * DAY_MS + hour * HOUR_MS) as Instant;
            const offset = offsetAt(zone, instant);
            if (offset === intlOffset(format, instant)) continue;
            expect.fail(`${zone.name} at ${new Date(instant).toISOString()}: ${offset}`);
          }
        }),
        { numRuns: 1 },
      );
    }
  });
});

describe('the days of a zone', function () {
  this.timeout(TIMEOUT_MS);

  it('epochDayAt is startOfDay turned round', () => {
    fc.assert(
      fc.property(anyMoment, ({ zone, instant }) => {
        const day = epochDayAt(zone, instant);
        expect(startOfDay(zone, day)).to.be.at.most(instant);
        expect(startOfDay(zone, day + 1)).to.be.greaterThan(instant);
      }),
      { numRuns: runs(500) },
    );
  });

  it('a time of day is within its day, or, where it never exists, later', () => {
    fc.assert(
      fc.property(anyMoment, fc.integer({ min: 0, max: 86_399 }), ({ zone, instant }, second) => {
        const day = epochDayAt(zone, instant);
        const found = instantAt(zone, day, second);
        expect(found).to.be.at.least(startOfDay(zone, day));
        const shown = zoned(zone, found).toPlainDateTime();
        const asked = dateOf(day).toPlainDateTime().add({ seconds: second });
        expect(Temporal.PlainDateTime.compare(shown, asked)).to.be.at.least(0);
        if (shown.equals(asked)) expect(found).to.be.lessThan(startOfDay(zone, day + 1));
      }),
      { numRuns: runs(400) },
    );
  });

  const thisYear = new Date().getUTCFullYear();
  it('have no gap and no overlap, a random year and this one in every zone', () => {
    for (const zone of ZONES) {
      const anyYear = fc.integer({ min: 1900, max: 2150 });
      fc.assert(
        fc.property(anyYear, (year) => holdsForYear(zone, year)),
        { numRuns: 2, examples: [[thisYear]] },
      );
    }
  });

  it('have no gap and no overlap in any year of the odd zones', () => {
    for (const zone of ODD_ZONES) {
      for (let year = 1965; year <= 2050; year += 1) holdsForYear(zone, year);
    }
  });

  it('have no gap and no overlap up to the year 9999', () => {
    fc.assert(fc.property(anyZone, fc.integer({ min: 2150, max: 9999 }), holdsForYear), {
      numRuns: 100,
    });
  });
});

/**
 * Lengths seen in 1900 to 2100: 0 for a date left out, 14 h (a base in Antarctica changes its
 * zone) to 47 h (Kwajalein had 1969-09-30 twice); since 1995, 21 to 27 h.
 */
function plausible(lengthMs: number, year: number): boolean {
  if (lengthMs === 0) return true;
  const [shortest, longest] = year < 1995 ? [14, 47] : [21, 27];
  return lengthMs >= shortest * HOUR_MS && lengthMs <= longest * HOUR_MS;
}

function holdsForYear(zone: Zone, year: number): void {
  const [first, end] = [dayOf(year), dayOf(year + 1)];
  let total = 0;
  for (let day = first; day < end; day += 1) {
    const [from, until] = [startOfDay(zone, day), startOfDay(zone, day + 1)];
    const length = until - from;
    total += length;
    if (!plausible(length, year)) expect.fail(`${zone.name} ${dateOf(day)}: ${length} ms`);
    if (length === 0) continue;
    const ends = [epochDayAt(zone, from), epochDayAt(zone, (until - 1) as Instant)];
    if (ends[0] !== day || ends[1] !== day) expect.fail(`${zone.name} ${dateOf(day)}: ${ends}`);
    if (length === DAY_MS && day % 30 !== 0) continue;
    for (let instant = from; instant < until; instant = (instant + HOUR_MS / 2) as Instant) {
      if (epochDayAt(zone, instant) === day) continue;
      expect.fail(`${zone.name} ${dateOf(day)}: not at ${new Date(instant).toISOString()}`);
    }
    expect(from, `${zone.name} ${dateOf(day)}`).to.equal(expectedStart(zone, day));
  }
  const expected = expectedStart(zone, end) - expectedStart(zone, first);
  expect(total, `${zone.name} ${year}`).to.equal(expected);
}
