import { expect } from 'chai';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import {
  datedTimeText,
  dateText,
  laterTimeText,
  timeText,
} from '../../../src/domain/time/local-text.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone, type Zone } from '../../../src/domain/time/zone.js';

function zone(name: string): Zone {
  const found = findZone(name);
  if (found === undefined) throw new Error(`no zone ${name}`);
  return found;
}

const at = (text: string) => Date.parse(text) as Instant;

describe('local dates in words', () => {
  const cases: readonly [date: string, text: string][] = [
    ['2025-03-30', 'Sun 30 Mar'],
    ['1970-01-01', 'Thu 1 Jan'],
    ['1969-12-31', 'Wed 31 Dec'],
    ['1900-01-01', 'Mon 1 Jan'],
    ['2024-02-29', 'Thu 29 Feb'],
    ['9999-12-31', 'Fri 31 Dec'],
  ];
  for (const [date, text] of cases) {
    it(`${date} is ${text}`, () => expect(dateText(date as LocalDate)).to.equal(text));
  }
});

describe('local times in words', () => {
  const cases: readonly [time: string, zone: string, text: string, dated: string][] = [
    ['2025-06-02T06:00:00Z', 'Europe/Berlin', '08:00', '08:00 (Mon 2 Jun)'],
    ['2025-06-02T06:00:07.999Z', 'Europe/Berlin', '08:00:07', '08:00:07 (Mon 2 Jun)'],
    ['2025-06-02T22:00:00Z', 'Europe/Berlin', '00:00', '00:00 (Tue 3 Jun)'],
    ['2025-06-02T18:29:59Z', 'Asia/Kolkata', '23:59:59', '23:59:59 (Mon 2 Jun)'],
    // Clocks go forward from 02:00 to 03:00 and back from 03:00 to 02:00.
    ['2025-03-30T01:00:00Z', 'Europe/Berlin', '03:00', '03:00 (Sun 30 Mar)'],
    ['2025-10-26T00:30:00Z', 'Europe/Berlin', '02:30', '02:30 (Sun 26 Oct)'],
    [
      '2025-10-26T01:30:00.999Z',
      'Europe/Berlin',
      '02:30 (second time)',
      '02:30 (Sun 26 Oct, second time)',
    ],
    ['2025-10-26T02:00:00Z', 'Europe/Berlin', '03:00', '03:00 (Sun 26 Oct)'],
    ['1969-12-31T23:59:59.001Z', 'UTC', '23:59:59', '23:59:59 (Wed 31 Dec)'],
    // Local mean time: an offset with seconds.
    ['1900-01-01T12:00:00Z', 'Africa/Monrovia', '11:16:52', '11:16:52 (Mon 1 Jan)'],
  ];
  for (const [time, name, text, dated] of cases) {
    it(`${time} in ${name} is ${dated}`, () => {
      expect(timeText(zone(name), at(time))).to.equal(text);
      expect(datedTimeText(zone(name), at(time))).to.equal(dated);
    });
  }

  it('have a date when they are read after one of another date', () => {
    const berlin = zone('Europe/Berlin');
    const [late, early] = [at('2025-06-02T20:00:00Z'), at('2025-06-03T04:00:00Z')];
    expect(laterTimeText(berlin, early, late)).to.equal('06:00 (Tue 3 Jun)');
    expect(laterTimeText(berlin, late, late)).to.equal('22:00');
    expect(laterTimeText(zone('America/New_York'), early, late)).to.equal('00:00 (Tue 3 Jun)');
    expect(laterTimeText(zone('Asia/Tokyo'), early, late)).to.equal('13:00');
  });

  it('are what Temporal shows', () => {
    const names = fc.constantFrom('Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'UTC');
    const time = fc.integer({ min: at('1900-01-02T00:00:00Z'), max: at('2100-01-01T00:00:00Z') });
    fc.assert(
      fc.property(names, time, (name, instant) => {
        const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name);
        const first = local.toPlainDateTime().toZonedDateTime(name, { disambiguation: 'earlier' });
        const clock = local.toPlainTime().toString().slice(0, 8).replace(/:00$/, '');
        const isSecond = first.epochMilliseconds < local.epochMilliseconds;
        const text = timeText(zone(name), instant as Instant);
        expect(text).to.equal(isSecond ? `${clock} (second time)` : clock);
      }),
    );
  });
});
