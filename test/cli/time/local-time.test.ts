// Local times as the command shows them: the same words as in the service's explanations.

import { expect } from 'chai';
import fc from 'fast-check';
import { localTimeText, shownZone } from '../../../src/cli/time/local-time.js';
import { laterTimeText } from '../../../src/domain/time/local-text.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone, startOfDay } from '../../../src/domain/time/zone.js';

const DAY_MS = 86_400_000;
const ZONES = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'];

describe('local times of the command', () => {
  const CASES: [string, string, string, string][] = [
    ['2025-03-30T04:00:00Z', 'Europe/Berlin', '2025-03-30', '06:00'],
    ['2025-03-30T04:00:00Z', 'Europe/Berlin', '2025-03-29', '06:00 (Sun 30 Mar)'],
    ['2025-03-30T04:00:07Z', 'Europe/Berlin', '2025-03-30', '06:00:07'],
    ['2025-10-26T00:30:00Z', 'Europe/Berlin', '2025-10-26', '02:30'],
    ['2025-10-26T01:30:00Z', 'Europe/Berlin', '2025-10-26', '02:30 (second time)'],
    ['2025-10-26T01:30:00Z', 'Europe/Berlin', '2025-10-25', '02:30 (Sun 26 Oct, second time)'],
    ['2025-04-05T15:00:00Z', 'Australia/Lord_Howe', '2025-04-06', '01:30 (second time)'],
    ['1988-10-30T03:00:00Z', 'America/St_Johns', '1988-10-29', '23:30 (second time)'],
    ['1988-10-30T04:00:00Z', 'America/St_Johns', '1988-10-30', '00:30'],
    ['2025-10-26T02:30:00Z', 'Antarctica/Troll', '2025-10-26', '02:30 (second time)'],
    ['2026-01-01T00:00:00Z', 'UTC', '2025-12-31', '00:00 (Thu 1 Jan)'],
  ];
  for (const [instant, zone, date, text] of CASES) {
    it(`${instant} in ${zone} is ${text}, told on ${date}`, () => {
      expect(localTimeText(Date.parse(instant), zone, date)).to.equal(text);
    });
  }

  it('are those of the explanations, at any time of these years', () => {
    const seconds = fc.integer({ min: Date.UTC(1975, 0) / 1000, max: Date.UTC(2036, 0) / 1000 });
    fc.assert(
      fc.property(
        seconds,
        fc.constantFrom(...ZONES),
        fc.integer({ min: -1, max: 1 }),
        (at, name, days) => {
          const zone = findZone(name);
          if (zone === undefined) throw new Error(`no zone ${name}`);
          const epochDay = Math.floor((at * 1000) / DAY_MS) + days;
          const date = new Date(epochDay * DAY_MS).toISOString().slice(0, 10);
          expect(localTimeText(at * 1000, name, date)).to.equal(
            laterTimeText(zone, (at * 1000) as Instant, startOfDay(zone, epochDay)),
          );
        },
      ),
    );
  });

  it('are in UTC where a zone is not known to this machine', () => {
    expect(shownZone('Europe/Berlin')).to.equal('Europe/Berlin');
    expect(shownZone('Mars/Olympus')).to.equal('UTC');
  });
});
