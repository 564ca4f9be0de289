import { expect } from 'chai';
import { type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import {
  epochDayAt,
  findZone,
  instantAt,
  offsetAt,
  startOfDay,
  type Zone,
} from '../../../src/domain/time/zone.js';

const HOUR_MS = 3_600_000;

function zone(name: string): Zone {
  const found = findZone(name);
  if (found === undefined) throw new Error(`${name} is not a zone`);
  return found;
}

const day = (date: string): number => toEpochDay(date as LocalDate);
const at = (text: string): Instant => Date.parse(text) as Instant;
const iso = (instant: number): string => new Date(instant).toISOString().replace('.000Z', 'Z');

function secondOfDay(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

describe('findZone', () => {
  const accepted = [
    'Europe/Berlin',
    'US/Pacific',
    'Asia/Calcutta',
    'Asia/Kolkata',
    'Europe/Kyiv',
    'UTC',
    'Etc/UTC',
    'GMT',
    'Etc/GMT+5',
    'Etc/GMT-14',
    'EST5EDT',
    'GB-Eire',
    'NZ-CHAT',
    'W-SU',
    'America/Port-au-Prince',
    'America/Port_of_Spain',
    'America/Argentina/ComodRivadavia',
    'America/North_Dakota/New_Salem',
    'Antarctica/DumontDUrville',
    'Antarctica/McMurdo',
    'Africa/Dar_es_Salaam',
    'Brazil/DeNoronha',
    'Chile/EasterIsland',
    'Mexico/BajaNorte',
    ...Intl.supportedValuesOf('timeZone'),
  ];
  it('knows every zone of the runtime, links and all, by its own name', () => {
    for (const name of accepted) expect(findZone(name)?.name, name).to.equal(name);
  });

  it('gives one object for a name', () => {
    for (const name of accepted) expect(findZone(name)).to.equal(findZone(name));
  });

  const refused: readonly [id: string, name: string][] = [
    ['empty', ''],
    ['unknown', 'Europe/Bielefeld'],
    ['an offset', '+05:30'],
    ['an offset without a colon', '-0800'],
    ['an offset of hours', '+05'],
    ['an offset with a typographic minus', '\u221205:00'],
    ['a POSIX rule', 'CET-1CEST,M3.5.0,M10.5.0/3'],
    ['UTC with an offset', 'UTC+1'],
    ['small letters', 'europe/berlin'],
    ['capitals', 'EUROPE/BERLIN'],
    ['another case', 'Europe/berlin'],
    ['utc', 'utc'],
    ['a space before', ' UTC'],
    ['a line end after', 'UTC\n'],
    ['a zero byte', 'UTC\0'],
    ['a slash too many', 'Europe/Berlin/'],
    ['part of a name', 'Europe'],
    ['an ambiguous short name', 'IST'],
    ['a name of ICU alone', 'SystemV/PST8'],
    ['a name of ICU alone, as the polyfill spells it', 'Systemv/PST8'],
    ['no zone', 'Etc/Unknown'],
    ['no zone of IANA', 'Factory'],
    ['a letter that becomes ASCII as a capital', 'Europe/Berl\u0131n'],
    ['a bracketed date', '2025-01-01T00:00[Europe/Berlin]'],
    ['a path', '../Europe/Berlin'],
    ['a property of objects', '__proto__'],
    ['a method of objects', 'constructor'],
    ['half a character', '\ud800'],
    ['65 characters', `Europe/${'B'.repeat(58)}`],
    ['a megabyte', 'A'.repeat(1_000_000)],
  ];
  for (const [id, name] of refused) {
    it(`refuses ${id}`, () => {
      expect(findZone(name)).to.equal(undefined);
      expect(findZone(name), 'the second time').to.equal(undefined);
    });
  }

  it('keeps refusing another case after the right one was found', () => {
    expect(findZone('Asia/Tokyo')).to.not.equal(undefined);
    expect(findZone('ASIA/TOKYO')).to.equal(undefined);
    expect(findZone('asia/tokyo')).to.equal(undefined);
  });
});

describe('the instant of a local time', () => {
  // A time that exists twice is its first; one that never exists moves forward by the gap.
  const cases: readonly [id: string, zone: string, date: string, time: string, utc: string][] = [
    ['vancouver-1', 'America/Vancouver', '2013-11-02', '22:00', '2013-11-03T05:00:00Z'],
    ['vancouver-2-twice', 'America/Vancouver', '2013-11-03', '01:30', '2013-11-03T08:30:00Z'],
    ['vancouver-3-after', 'America/Vancouver', '2013-11-03', '02:00', '2013-11-03T10:00:00Z'],
    ['vancouver-4-nine-hours', 'America/Vancouver', '2013-11-03', '06:00', '2013-11-03T14:00:00Z'],
    ['vancouver-5', 'America/Vancouver', '2013-03-09', '22:00', '2013-03-10T06:00:00Z'],
    ['vancouver-6-never', 'America/Vancouver', '2013-03-10', '02:30', '2013-03-10T10:30:00Z'],
    ['vancouver-7-seven-hours', 'America/Vancouver', '2013-03-10', '06:00', '2013-03-10T13:00:00Z'],
    ['berlin-1', 'Europe/Berlin', '2025-03-30', '01:00', '2025-03-30T00:00:00Z'],
    ['berlin-2-never', 'Europe/Berlin', '2025-03-30', '02:30', '2025-03-30T01:30:00Z'],
    ['berlin-3-first-of-new', 'Europe/Berlin', '2025-03-30', '03:00', '2025-03-30T01:00:00Z'],
    ['berlin-4-two-hours', 'Europe/Berlin', '2025-03-30', '04:00', '2025-03-30T02:00:00Z'],
    ['berlin-5-last-once', 'Europe/Berlin', '2025-10-26', '01:59:59', '2025-10-25T23:59:59Z'],
    ['berlin-6-first-twice', 'Europe/Berlin', '2025-10-26', '02:00', '2025-10-26T00:00:00Z'],
    ['berlin-7-last-twice', 'Europe/Berlin', '2025-10-26', '02:59:59', '2025-10-26T00:59:59Z'],
    ['berlin-8-after', 'Europe/Berlin', '2025-10-26', '03:00', '2025-10-26T02:00:00Z'],
    ['berlin-9-end-of-day', 'Europe/Berlin', '2025-10-26', '24:00', '2025-10-26T23:00:00Z'],
    ['lord-howe-1-twice', 'Australia/Lord_Howe', '2025-04-06', '01:45', '2025-04-05T14:45:00Z'],
    ['lord-howe-2-after', 'Australia/Lord_Howe', '2025-04-06', '02:00', '2025-04-05T15:30:00Z'],
    ['lord-howe-3-never', 'Australia/Lord_Howe', '2025-10-05', '02:15', '2025-10-04T15:45:00Z'],
    ['lord-howe-4-after', 'Australia/Lord_Howe', '2025-10-05', '02:30', '2025-10-04T15:30:00Z'],
    ['apia-1-before', 'Pacific/Apia', '2011-12-29', '12:00', '2011-12-29T22:00:00Z'],
    ['apia-2-never', 'Pacific/Apia', '2011-12-30', '12:00', '2011-12-30T22:00:00Z'],
    ['apia-3-after', 'Pacific/Apia', '2011-12-31', '12:00', '2011-12-30T22:00:00Z'],
    ['sao-paulo-1-never', 'America/Sao_Paulo', '2018-11-04', '00:30', '2018-11-04T03:30:00Z'],
    ['sao-paulo-2-twice', 'America/Sao_Paulo', '2018-02-17', '23:30', '2018-02-18T01:30:00Z'],
    ['sao-paulo-3-midnight', 'America/Sao_Paulo', '2018-02-17', '24:00', '2018-02-18T03:00:00Z'],
    ['havana-1-twice', 'America/Havana', '2025-11-02', '00:30', '2025-11-02T04:30:00Z'],
    ['st-johns-1-twice', 'America/St_Johns', '2010-11-06', '23:30', '2010-11-07T02:00:00Z'],
    [
      'st-johns-2-first-minute',
      'America/St_Johns',
      '2010-11-07',
      '00:00:30',
      '2010-11-07T02:30:30Z',
    ],
    ['st-johns-3-after', 'America/St_Johns', '2010-11-07', '00:01', '2010-11-07T03:31:00Z'],
    ['st-johns-4-two-hours', 'America/St_Johns', '1988-10-30', '00:30', '1988-10-30T04:00:00Z'],
    ['kathmandu-1', 'Asia/Kathmandu', '2025-01-01', '09:00', '2025-01-01T03:15:00Z'],
    ['casablanca-1-twice', 'Africa/Casablanca', '2024-03-10', '02:30', '2024-03-10T01:30:00Z'],
    ['casablanca-2-ramadan', 'Africa/Casablanca', '2024-03-20', '09:00', '2024-03-20T09:00:00Z'],
    ['casablanca-3-never', 'Africa/Casablanca', '2024-04-14', '02:30', '2024-04-14T02:30:00Z'],
    ['casablanca-4-summer', 'Africa/Casablanca', '2024-07-01', '09:00', '2024-07-01T08:00:00Z'],
    ['dublin-seconds', 'Europe/Dublin', '1916-05-01', '12:00', '1916-05-01T12:25:21Z'],
    ['monrovia-seconds', 'Africa/Monrovia', '1971-12-31', '12:00', '1971-12-31T12:44:30Z'],
    ['honolulu-1', 'Pacific/Honolulu', '2021-01-04', '07:00', '2021-01-04T17:00:00Z'],
    ['honolulu-2', 'Pacific/Honolulu', '2021-01-04', '18:00', '2021-01-05T04:00:00Z'],
    ['tokyo-1', 'Asia/Tokyo', '2021-01-04', '10:00', '2021-01-04T01:00:00Z'],
    ['tokyo-2', 'Asia/Tokyo', '2021-01-04', '21:00', '2021-01-04T12:00:00Z'],
    ['utc', 'UTC', '2024-02-29', '23:59:59', '2024-02-29T23:59:59Z'],
    ['etc-signs', 'Etc/GMT+5', '2025-07-01', '12:00', '2025-07-01T17:00:00Z'],
    ['first-date', 'America/New_York', '1900-01-01', '00:00', '1900-01-01T05:00:00Z'],
    ['year-2099', 'Europe/Berlin', '2099-07-01', '12:00', '2099-07-01T10:00:00Z'],
    ['year-2100', 'Europe/Berlin', '2100-01-01', '00:00', '2099-12-31T23:00:00Z'],
    ['year-2500', 'Europe/Berlin', '2500-01-01', '00:00', '2499-12-31T23:00:00Z'],
    ['year-9999-summer', 'Europe/Berlin', '9999-07-01', '12:00', '9999-07-01T10:00:00Z'],
    ['year-9999-last', 'Europe/Berlin', '9999-12-31', '23:59:59', '9999-12-31T22:59:59Z'],
    ['year-9999-south', 'Australia/Sydney', '9999-12-31', '12:00', '9999-12-31T01:00:00Z'],
  ];
  for (const [id, name, date, time, utc] of cases) {
    it(`${id}: ${name} ${date} ${time} is ${utc}`, () => {
      expect(iso(instantAt(zone(name), day(date), secondOfDay(time)))).to.equal(utc);
    });
  }

  // Some runtimes merge zones that agree since 1970: Amsterdam's own time (+00:19:32) is then
  // Brussels' (UTC). Which one is the data's choice; the seconds must not be lost on the way.
  it('amsterdam-1936: as the runtime has it, to the second', () => {
    const instant = instantAt(zone('Europe/Amsterdam'), day('1936-01-15'), 43_200);
    expect(iso(instant)).to.be.oneOf(['1936-01-15T11:40:28Z', '1936-01-15T12:00:00Z']);
  });
});

describe('a local day', () => {
  const cases: readonly [id: string, zone: string, date: string, start: string, hours: number][] = [
    ['plain', 'Europe/Berlin', '2025-01-15', '2025-01-14T23:00:00Z', 24],
    ['berlin-short', 'Europe/Berlin', '2025-03-30', '2025-03-29T23:00:00Z', 23],
    ['berlin-long', 'Europe/Berlin', '2025-10-26', '2025-10-25T22:00:00Z', 25],
    ['vancouver-short', 'America/Vancouver', '2013-03-10', '2013-03-10T08:00:00Z', 23],
    ['vancouver-long', 'America/Vancouver', '2013-11-03', '2013-11-03T07:00:00Z', 25],
    ['lord-howe-long', 'Australia/Lord_Howe', '2025-04-06', '2025-04-05T13:00:00Z', 24.5],
    ['lord-howe-short', 'Australia/Lord_Howe', '2025-10-05', '2025-10-04T13:30:00Z', 23.5],
    ['apia-before', 'Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00Z', 24],
    ['apia-left-out', 'Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z', 0],
    ['apia-after', 'Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z', 24],
    ['kwajalein-left-out', 'Pacific/Kwajalein', '1993-08-21', '1993-08-21T12:00:00Z', 0],
    ['kwajalein-after', 'Pacific/Kwajalein', '1993-08-22', '1993-08-21T12:00:00Z', 24],
    ['kwajalein-twice', 'Pacific/Kwajalein', '1969-09-30', '1969-09-29T13:00:00Z', 47],
    ['sao-paulo-no-midnight', 'America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z', 23],
    ['sao-paulo-back-at-midnight', 'America/Sao_Paulo', '2018-02-17', '2018-02-17T02:00:00Z', 25],
    ['sao-paulo-one-midnight', 'America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00Z', 24],
    ['havana-no-midnight', 'America/Havana', '2025-03-09', '2025-03-09T05:00:00Z', 23],
    ['havana-two-midnights', 'America/Havana', '2025-11-02', '2025-11-02T04:00:00Z', 25],
    ['beirut-no-midnight', 'Asia/Beirut', '2022-03-27', '2022-03-26T22:00:00Z', 23],
    ['beirut-back-at-midnight', 'Asia/Beirut', '2022-10-29', '2022-10-28T21:00:00Z', 25],
    ['st-johns-before', 'America/St_Johns', '2010-11-06', '2010-11-06T02:30:00Z', 24],
    ['st-johns-evening-again', 'America/St_Johns', '2010-11-07', '2010-11-07T02:30:00Z', 25],
    ['st-johns-forward', 'America/St_Johns', '2011-03-13', '2011-03-13T03:30:00Z', 23],
    ['st-johns-two-hours', 'America/St_Johns', '1988-04-03', '1988-04-03T03:30:00Z', 22],
    ['kathmandu-quarter', 'Asia/Kathmandu', '1986-01-01', '1985-12-31T18:30:00Z', 23.75],
    ['casablanca-long', 'Africa/Casablanca', '2024-03-10', '2024-03-09T23:00:00Z', 25],
    ['casablanca-short', 'Africa/Casablanca', '2024-04-14', '2024-04-14T00:00:00Z', 23],
    ['monrovia-seconds', 'Africa/Monrovia', '1972-01-07', '1972-01-07T00:44:30Z', 23.25 + 0.5 / 60],
    ['utc', 'UTC', '2016-12-31', '2016-12-31T00:00:00Z', 24],
    ['year-9999', 'Pacific/Honolulu', '9999-12-31', '9999-12-31T10:00:00Z', 24],
  ];
  for (const [id, name, date, start, hours] of cases) {
    it(`${id}: ${name} ${date} has ${hours} hours`, () => {
      const where = zone(name);
      const [from, until] = [startOfDay(where, day(date)), startOfDay(where, day(date) + 1)];
      expect(iso(from)).to.equal(start);
      expect(until - from).to.be.closeTo(hours * HOUR_MS, 1e-3);
      if (until === from) {
        expect(epochDayAt(where, from)).to.equal(day(date) + 1);
        return;
      }
      expect(epochDayAt(where, from)).to.equal(day(date));
      expect(epochDayAt(where, (until - 1) as Instant)).to.equal(day(date));
      expect(epochDayAt(where, until)).to.be.greaterThan(day(date));
    });
  }

  const dates: readonly [id: string, zone: string, utc: string, date: string][] = [
    ['tokyo', 'Asia/Tokyo', '2021-01-04T12:00:00Z', '2021-01-04'],
    ['honolulu', 'Pacific/Honolulu', '2021-01-05T04:00:00Z', '2021-01-04'],
    ['kiritimati-ahead', 'Pacific/Kiritimati', '2025-01-01T10:00:00Z', '2025-01-02'],
    ['apia-jump', 'Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29'],
    ['apia-jumped', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31'],
    ['st-johns-first-minute', 'America/St_Johns', '2010-11-07T02:30:30Z', '2010-11-07'],
    ['st-johns-clock-shows-6th', 'America/St_Johns', '2010-11-07T02:31:00Z', '2010-11-07'],
    ['st-johns-last-of-evening', 'America/St_Johns', '2010-11-07T03:29:59Z', '2010-11-07'],
    ['st-johns-last-before', 'America/St_Johns', '2010-11-07T02:29:59Z', '2010-11-06'],
    ['before-1970', 'Europe/Dublin', '1916-05-01T00:25:20Z', '1916-04-30'],
    ['last-millisecond', 'UTC', '2024-02-29T23:59:59.999Z', '2024-02-29'],
  ];
  for (const [id, name, utc, date] of dates) {
    it(`${id}: ${utc} in ${name} is in ${date}`, () => {
      expect(epochDayAt(zone(name), at(utc))).to.equal(day(date));
    });
  }
});

describe('offsets', () => {
  const cases: readonly [zone: string, utc: string, seconds: number][] = [
    ['Europe/Berlin', '2025-03-30T00:59:59.999Z', 3600],
    ['Europe/Berlin', '2025-03-30T01:00:00Z', 7200],
    ['Asia/Kathmandu', '2025-01-01T00:00:00Z', 20_700],
    ['Africa/Monrovia', '1971-01-01T00:00:00Z', -2670],
    ['Africa/Casablanca', '2024-03-20T00:00:00Z', 0],
    ['Pacific/Honolulu', '1940-01-01T00:00:00Z', -37_800],
    ['Europe/Berlin', '9999-07-01T00:00:00Z', 7200],
  ];
  for (const [name, utc, seconds] of cases) {
    it(`${name} is ${seconds} s off UTC at ${utc}`, () => {
      expect(offsetAt(zone(name), at(utc))).to.equal(seconds * 1000);
    });
  }

  it('answer for any number', () => {
    const berlin = zone('Europe/Berlin');
    const odd = [Number.NaN, Infinity, -Infinity, 8.64e15, -8.64e15, 1e300, -1e300, 0.5, -0];
    for (const number of odd) {
      expect(offsetAt(berlin, number as Instant), `${number}`).to.be.within(0, 7_200_000);
      expect(epochDayAt(berlin, number as Instant)).to.be.a('number');
      expect(startOfDay(berlin, number)).to.be.a('number');
      expect(instantAt(berlin, number, 0)).to.be.a('number');
    }
  });

  it('of 1890 hold for all time before', () => {
    const berlin = zone('Europe/Berlin');
    expect(offsetAt(berlin, at('1700-01-01T00:00:00Z'))).to.equal(
      offsetAt(berlin, at('1890-02-01T00:00:00Z')),
    );
    expect(epochDayAt(berlin, startOfDay(berlin, -100_000))).to.equal(-100_000);
  });
});
